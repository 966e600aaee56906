//! Speed of extraction on a data set: JSON lines `{"html"}` on stdin; for each of three passes, the megabytes of HTML
//! per second that this thread had a CPU, parsing included, on stdout. Linux only, where `/proc` tells that time.
#![allow(clippy::print_stdout, reason = "an example shows its result")]

use std::hint::black_box;
use std::io::BufRead;

use gleaner_boilerplate::html::{ExtractOptions, extract};

const PASSES: usize = 3;

#[derive(serde::Deserialize)]
struct Row {
    html: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut pages = Vec::new();
    for line in std::io::stdin().lock().lines() {
        pages.push(serde_json::from_str::<Row>(&line?)?.html);
    }
    let bytes: usize = pages.iter().map(String::len).sum();
    for _ in 0..PASSES {
        let start = nanoseconds_on_cpu()?;
        for page in &pages {
            black_box(extract(black_box(page), &ExtractOptions::default()));
        }
        let taken = nanoseconds_on_cpu()? - start;
        println!("{:.1}", bytes as f64 * 1e3 / taken as f64);
    }
    Ok(())
}

/// What the scheduler says this thread has run.
fn nanoseconds_on_cpu() -> Result<u64, Box<dyn std::error::Error>> {
    // It is brought up to date when the thread leaves the CPU.
    std::thread::yield_now();
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(stat.split(' ').next().unwrap_or_default().parse()?)
}
