//! Counts what the given inputs hold: records, skips by type, rejects and gaps by reason.
//!
//! `cargo run --release -p gleaner-corpus --example count_records -- crawl/ more.jsonl.zst`

#![allow(clippy::print_stdout, reason = "an example speaks to a person")]

use std::collections::BTreeMap;
use std::time::Instant;

use gleaner_corpus::{BatchReader, Content, InputOptions, Item, ReadOptions, resolve_inputs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let inputs = resolve_inputs(&arguments, &InputOptions::default())?;
    let options = ReadOptions::default();
    let start = Instant::now();
    let (mut bytes, mut counts) = (0, BTreeMap::<String, u64>::new());
    let mut reader = BatchReader::new(inputs, options.clone());
    for batch in reader.by_ref() {
        batch.decode(&options, |item| {
            let name = match item {
                Item::Record(record) => {
                    let (Content::Html(text) | Content::Text(text)) = record.content;
                    bytes += text.len();
                    "record".to_string()
                }
                Item::Skipped(kind) => format!("skipped {kind}"),
                Item::Rejected(reject) => format!("{} {}", reject.kind.name(), reject.reason),
            };
            *counts.entry(name).or_default() += 1;
            Ok::<(), std::convert::Infallible>(())
        })?;
    }
    let seconds = start.elapsed().as_secs_f64();
    for (name, count) in counts {
        println!("{count:>9} {name}");
    }
    let stored = reader.bytes_read() as f64 / 1e6;
    println!("{stored:.1} MB stored, {:.1} MB of text in {seconds:.2} s", bytes as f64 / 1e6);
    Ok(())
}
