//! Deduplicates a file of JSON lines `{"id": ..., "text": ...}`: kept ids to standard output, a line
//! `removed-id kept-id` per removal to PAIRS, the CPU time of each stage to standard error.
//!
//! Rows with a `url` count as pages of its host.
//!
//! `cargo run --release -p gleaner-dedup --example dedup_jsonl -- exact|minhash CORPUS.jsonl PAIRS [JACCARD]`, where
//! JACCARD is a threshold: without it texts are compared by coverage.

use std::convert::Infallible;
use std::error::Error;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, BufWriter, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use gleaner_dedup::{
    Fingerprint, ResolveOptions, Shingler, Similarity, SketchOptions, Sketcher, find_all_duplicates,
    find_duplicates, memory_needed,
};
use gleaner_text::{Tokenizer, hash64};
use serde_json::Value;

struct Document {
    id: String,
    site: Option<u64>,
    text: String,
}

#[expect(clippy::print_stderr, reason = "an example speaks to a person")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(method), Some(corpus), Some(pairs)) = (args.next(), args.next(), args.next()) else {
        return Err("usage: dedup_jsonl exact|minhash CORPUS.jsonl PAIRS [JACCARD]".into());
    };
    let similarity = match args.next() {
        None => Similarity::default(),
        Some(threshold) => Similarity::Jaccard { threshold: threshold.parse()? },
    };
    let documents = fs::read_to_string(corpus)?.lines().map(parse).collect::<Result<Vec<_>, _>>()?;
    let megabytes = documents.iter().map(|document| document.text.len()).sum::<usize>() as f64 / 1e6;
    let sketch = SketchOptions::for_similarity(&similarity);
    let options = ResolveOptions::new(similarity)?;
    let needed = memory_needed(documents.len() as u64, sketch.banding, &options);
    let mut sketcher = Sketcher::new(similarity.shingle_options(), sketch)?;

    time_stages(&documents, &mut sketcher, megabytes);
    let (loads, loaded) = (AtomicU64::new(0), AtomicU64::new(0));
    let load = |index: usize| {
        let begin = clock();
        let shingles = sketcher.clone().shingles(&documents[index].text);
        loads.fetch_add(1, Ordering::Relaxed);
        loaded.fetch_add((clock() - begin).as_micros() as u64, Ordering::Relaxed);
        Ok::<_, Infallible>(shingles)
    };
    let start = clock();
    let verdicts = if method == "exact" {
        let mut shingler = Shingler::new(similarity.shingle_options())?;
        let print = |document: &Document| with_site(document, shingler.fingerprint(&document.text));
        let fingerprints: Vec<_> = documents.iter().map(print).collect();
        report("contents", start, megabytes);
        let start = clock();
        let verdicts = find_all_duplicates(&fingerprints, &options, load)?;
        report("find all duplicates (sizes, counts, prefixes, verification)", start, megabytes);
        verdicts
    } else {
        let mut own = sketcher.clone();
        let print = |document: &Document| with_site(document, own.fingerprint(&document.text));
        let fingerprints: Vec<_> = documents.iter().map(print).collect();
        report("fingerprints (all of tokens, n-grams, sketch)", start, megabytes);
        let start = clock();
        let verdicts = find_duplicates(&fingerprints, &options, load)?;
        report("find duplicates (candidates and verification)", start, megabytes);
        verdicts
    };
    let (loads, loaded) = (loads.into_inner(), loaded.into_inner() as f64 / 1e6);
    eprintln!("  of which {loads} loads in {loaded:.2} s; at most {} MB needed", needed / 1_000_000);

    let mut kept = BufWriter::new(io::stdout().lock());
    let mut pairs = BufWriter::new(File::create(pairs)?);
    for (document, verdict) in documents.iter().zip(&verdicts) {
        match verdict {
            None => writeln!(kept, "{}", document.id)?,
            Some(duplicate) => writeln!(pairs, "{} {}", document.id, documents[duplicate.of as usize].id)?,
        }
    }
    kept.flush()?;
    pairs.flush()?;
    Ok(())
}

fn parse(line: &str) -> Result<Document, Box<dyn Error>> {
    let row: Value = serde_json::from_str(line)?;
    let id = row["id"].as_str().ok_or("a row without id")?.to_owned();
    let text = row["text"].as_str().ok_or("a row without text")?.to_owned();
    let host = row["url"].as_str().and_then(|url| url.split('/').nth(2));
    Ok(Document { id, site: host.map(|host| hash64(host.as_bytes())), text })
}

fn with_site(document: &Document, fingerprint: Fingerprint) -> Fingerprint {
    Fingerprint { site: document.site, ..fingerprint }
}

/// What the parts of a fingerprint and a verification take, each alone.
fn time_stages(documents: &[Document], sketcher: &mut Sketcher, megabytes: f64) {
    let mut tokenizer = Tokenizer::default();
    sketcher.fingerprint("the tables for É are made at first use");
    let start = clock();
    for document in documents {
        let mut sum = 0u64;
        tokenizer.hash_tokens(&document.text, |hash| sum = sum.wrapping_add(hash));
        black_box(sum);
    }
    report("tokens", start, megabytes);
    let start = clock();
    documents.iter().for_each(|document| drop(black_box(sketcher.shingles(&document.text))));
    report("shingles (tokens, n-grams, sorting)", start, megabytes);
}

#[expect(clippy::print_stderr, reason = "an example speaks to a person")]
fn report(stage: &str, start: Duration, megabytes: f64) {
    let seconds = (clock() - start).as_secs_f64();
    eprintln!("{stage}: {seconds:.2} s, {:.0} MB/s", megabytes / seconds);
}

/// Time this thread has been running, where the system tells; else the time of day.
fn clock() -> Duration {
    let status = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = status.split(' ').next().and_then(|field| field.parse().ok());
    let time_of_day = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    nanoseconds.map_or_else(time_of_day, Duration::from_nanos)
}
