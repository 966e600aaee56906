//! How fast texts are cleaned: JSON lines `{"text"}` on stdin; on stdout, for each round over all of them, the
//! megabytes per second that this thread had a CPU. Linux only, where `/proc` tells that time. Arguments: the number of
//! rounds, and names of rules to disable.
//!
//! ```text
//! cargo run --release -p gleaner-boilerplate --example clean_speed -- 10 < texts.jsonl
//! ```
#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::error::Error;
use std::io::BufRead;

use gleaner_boilerplate::lines::{LineCleaner, LineOptions};
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let rounds: usize = arguments.next().map_or(Ok(5), |rounds| rounds.parse())?;
    let mut options = LineOptions::default();
    options.disable.extend(arguments);
    let cleaner = LineCleaner::new(&options)?;
    let mut texts = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let row: Value = serde_json::from_str(&line?)?;
        texts.push(row["text"].as_str().unwrap_or_default().to_owned());
    }
    let bytes: usize = texts.iter().map(String::len).sum();
    for round in 1..=rounds {
        let start = nanoseconds_on_cpu()?;
        let spans: usize = texts.iter().map(|text| cleaner.clean(text, &[]).spans.len()).sum();
        let speed = bytes as f64 * 1e3 / (nanoseconds_on_cpu()? - start) as f64;
        println!("round {round}: {bytes} bytes, {spans} spans, {speed:.1} MB/s");
    }
    Ok(())
}

/// What the scheduler says this thread has run.
fn nanoseconds_on_cpu() -> Result<u64, Box<dyn Error>> {
    // It is brought up to date when the thread leaves the CPU.
    std::thread::yield_now();
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(stat.split(' ').next().unwrap_or_default().parse()?)
}
