//! Megabytes a CPU second, per function and language, beside the crate that defines what a word is.
//!
//! `cargo run --release -p gleaner-text --example throughput -- FILE [LANG]`
//!
//! FILE has JSON lines with `text` and, for figures per language, `lang`; or else lines of plain text.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

use gleaner_text::{Tokenizer, hash_words, hash64, normalise, word_count, words};
use unicode_segmentation::UnicodeSegmentation;

type Stage<'a> = (&'a str, &'a mut dyn FnMut(&str) -> u64);

/// Each figure is the best of so many runs, in turn.
const ROUNDS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: throughput FILE [LANG]")?;
    let only = std::env::args().nth(2);
    let file = fs::read_to_string(path)?;
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in file.lines() {
        let (lang, text) = document(line);
        if only.as_ref().is_some_and(|only| *only != lang) {
            continue;
        }
        groups.entry(lang).or_default().push(text);
    }
    let all: Vec<&String> = groups.values().flatten().collect();
    measure("all", &all);
    if groups.len() > 1 {
        for (lang, texts) in &groups {
            measure(lang, &texts.iter().collect::<Vec<_>>());
        }
    }
    Ok(())
}

/// Language and text of a line.
fn document(line: &str) -> (String, String) {
    let row: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
    let field = |name: &str| row.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    (field("lang").unwrap_or_default(), field("text").unwrap_or_else(|| line.to_owned()))
}

#[expect(clippy::print_stdout, reason = "an example speaks to a person")]
fn measure(group: &str, texts: &[&String]) {
    let mut tokenizer = Tokenizer::default();
    let mut scratch = String::new();
    let mut stages: [Stage<'_>; 8] = [
        ("unicode_words", &mut |text| text.unicode_words().count() as u64),
        ("  + lower case, xxh3", &mut |text| {
            let hash = |word: &str| {
                scratch.clear();
                scratch.extend(word.chars().flat_map(char::to_lowercase));
                hash64(scratch.as_bytes())
            };
            text.unicode_words().map(hash).fold(0, u64::wrapping_add)
        }),
        ("words", &mut |text| words(text).count() as u64),
        ("word_count", &mut |text| word_count(text) as u64),
        ("hash_words", &mut |text| {
            let mut sum = 0u64;
            hash_words(text, |_, hash| sum = sum.wrapping_add(hash));
            sum
        }),
        ("normalise", &mut |text| normalise(text).len() as u64),
        ("hash_tokens", &mut |text| {
            let mut sum = 0u64;
            tokenizer.hash_tokens(text, |hash| sum = sum.wrapping_add(hash));
            sum
        }),
        ("for_each_token", &mut |text| {
            let mut sum = 0;
            Tokenizer::default().for_each_token(text, |token| sum += token.len() as u64);
            sum
        }),
    ];
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    let mut best = [Duration::MAX; 8];
    let start = Instant::now();
    // The clock is a coarse one: small groups are read several times.
    let repeats = 1 + 20_000_000 / (bytes + 1);
    for _ in 0..ROUNDS {
        for ((_, run), best) in stages.iter_mut().zip(&mut best) {
            let begin = clock(start);
            for text in (0..repeats).flat_map(|_| texts) {
                black_box(run(text));
            }
            *best = (clock(start) - begin).min(*best);
        }
    }
    println!("{group}: {:.1} MB in {} texts", bytes as f64 / 1e6, texts.len());
    for ((name, _), best) in stages.iter().zip(best) {
        println!("  {name:<20} {:>6.0} MB/s", (bytes * repeats) as f64 / 1e6 / best.as_secs_f64());
    }
}

/// Time this thread has been running, where the system tells; else time that has passed.
fn clock(start: Instant) -> Duration {
    let status = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = status.split(' ').next().and_then(|field| field.parse().ok());
    nanoseconds.map_or_else(|| start.elapsed(), Duration::from_nanos)
}
