//! Cleans texts: one JSON object `{"id", "text"}` a line on stdin, the same with the cleaned text on stdout.
//!
//! Arguments: `--balanced` (the default), `--conservative`, `--only RULE`, `--disable RULE`, `--counts` (lines per rule on stderr), `--time`.
//!
//! ```text
//! zstdcat texts.jsonl.zst | cargo run --release -p gleaner-boilerplate --example clean_dataset > cleaned.jsonl
//! ```
#![allow(clippy::print_stderr, reason = "a program for the terminal")]

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, Write};
use std::time::Instant;

use gleaner_boilerplate::lines::{Cleaning, LineCleaner, LineOptions};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let mut options = LineOptions::default();
    let (mut counts, mut time) = (false, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--balanced" => options.cleaning = Cleaning::Balanced,
            "--conservative" => options.cleaning = Cleaning::Conservative,
            "--only" => options.only.extend(arguments.next()),
            "--disable" => options.disable.extend(arguments.next()),
            "--counts" => counts = true,
            "--time" => time = true,
            other => return Err(format!("unknown argument {other}").into()),
        }
    }
    let cleaner = LineCleaner::new(&options)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut lines_per_rule: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut bytes, mut seconds) = (0, 0.0);
    for line in std::io::stdin().lock().lines() {
        let row: Value = serde_json::from_str(&line?)?;
        let text = row["text"].as_str().unwrap_or_default();
        let start = Instant::now();
        let clean = cleaner.clean(text, &[]);
        seconds += start.elapsed().as_secs_f64();
        bytes += text.len();
        for span in &clean.spans {
            *lines_per_rule.entry(span.reason).or_default() += text[span.range.clone()].lines().count();
        }
        writeln!(out, "{}", json!({"id": row["id"], "text": clean.text}))?;
    }
    if counts {
        lines_per_rule.iter().for_each(|(rule, lines)| eprintln!("{lines:8} {rule}"));
    }
    if time {
        eprintln!("{bytes} bytes, {:.1} MB/s", bytes as f64 / seconds / 1e6);
    }
    Ok(())
}
