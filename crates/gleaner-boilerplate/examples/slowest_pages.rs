//! Time of each page of a data set: JSON lines `{"id", "html"}` on stdin; the median and the slowest pages on stdout.
//!
//! A page's time is the best of several runs. Pages below `SMALL` are left out of the slowest: what every page costs,
//! however small, would lead the list.
#![allow(clippy::print_stdout, reason = "an example shows its result")]

use std::hint::black_box;
use std::io::BufRead;
use std::time::Instant;

use gleaner_boilerplate::html::{ExtractOptions, extract};

const RUNS: usize = 5;
const SMALL: usize = 20_000;
const SHOWN: usize = 3;

#[derive(serde::Deserialize)]
struct Row {
    id: String,
    html: String,
}

struct Page {
    id: String,
    bytes: usize,
    blocks: usize,
    nanoseconds_per_byte: f64,
}

fn measure(row: Row) -> Page {
    let mut best = f64::MAX;
    let mut blocks = 0;
    for _ in 0..RUNS {
        let start = Instant::now();
        let page = black_box(extract(black_box(&row.html), &ExtractOptions::default()));
        best = best.min(start.elapsed().as_secs_f64());
        blocks = page.blocks.len();
    }
    let bytes = row.html.len();
    Page { id: row.id, bytes, blocks, nanoseconds_per_byte: best * 1e9 / bytes.max(1) as f64 }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut pages = Vec::new();
    for line in std::io::stdin().lock().lines() {
        pages.push(measure(serde_json::from_str(&line?)?));
    }
    pages.sort_by(|a, b| b.nanoseconds_per_byte.total_cmp(&a.nanoseconds_per_byte));
    let Some(middle) = pages.get(pages.len() / 2) else { return Ok(()) };
    let median = middle.nanoseconds_per_byte;
    println!("{} pages, median {median:.1} ns/byte", pages.len());
    for page in pages.iter().filter(|page| page.bytes >= SMALL).take(SHOWN) {
        let Page { id, bytes, blocks, nanoseconds_per_byte: own } = page;
        println!(
            "  {own:6.1} ns/byte, {:4.1} times the median: {bytes} bytes, {blocks} blocks, {id}",
            own / median
        );
    }
    Ok(())
}
