//! Megabytes a CPU second, per function, on the lines of a file of plain text.
//!
//! `cargo run --release -p gleaner-text --example throughput -- TEXT`

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

use gleaner_text::{Tokenizer, normalise, word_count};
use unicode_segmentation::UnicodeSegmentation;

type Stage<'a> = (&'a str, &'a mut dyn FnMut(&str) -> u64);

#[expect(clippy::print_stdout, reason = "an example speaks to a person")]
fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: throughput TEXT")?;
    let text = fs::read_to_string(path)?;
    let mut tokenizer = Tokenizer::default();
    let stages: [Stage<'_>; 4] = [
        ("unicode_words", &mut |line| line.unicode_words().count() as u64),
        ("words", &mut |line| word_count(line) as u64),
        ("normalise", &mut |line| normalise(line).len() as u64),
        ("token hashes", &mut |line| {
            let mut sum = 0u64;
            tokenizer.hash_tokens(line, |hash| sum = sum.wrapping_add(hash));
            sum
        }),
    ];
    let start = Instant::now();
    for (name, run) in stages {
        // Tables are made when a character is first met.
        text.lines().take(100).for_each(|line| {
            black_box(run(line));
        });
        let begin = clock(start);
        for line in text.lines() {
            black_box(run(line));
        }
        let rate = text.len() as f64 / 1e6 / (clock(start) - begin).as_secs_f64();
        println!("{name:<14} {rate:>7.0} MB/s");
    }
    Ok(())
}

/// Time this thread has been running, where the system tells; else time that has passed.
fn clock(start: Instant) -> Duration {
    let status = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = status.split(' ').next().and_then(|field| field.parse().ok());
    nanoseconds.map_or_else(|| start.elapsed(), Duration::from_nanos)
}
