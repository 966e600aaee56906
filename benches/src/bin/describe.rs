//! Figures of corpora: `describe [--documents N] [PATH...]`.
//!
//! Prints a table for the synthetic corpus that the benchmarks use, and one for each PATH, a file or folder in any
//! format that `gleaner` reads, of its first N documents (default 2,000).

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use gleaner_benches::{Figures, Page, Taken, Text, synthetic, take};
use gleaner_testkit::corpus::PageWriter;

const USAGE: &str = "usage: describe [--documents N] [PATH...]";

fn main() -> ExitCode {
    let Some((documents, paths)) = arguments(std::env::args().skip(1)) else {
        say(USAGE);
        return ExitCode::from(2);
    };
    match describe(documents, &paths) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("describe: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn arguments(mut given: impl Iterator<Item = String>) -> Option<(usize, Vec<String>)> {
    let (mut documents, mut paths) = (2_000, Vec::new());
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--documents" => documents = given.next()?.parse().ok()?,
            flag if flag.starts_with('-') => return None,
            _ => paths.push(argument),
        }
    }
    Some((documents, paths))
}

fn describe(documents: usize, paths: &[String]) -> Result<(), Box<dyn Error>> {
    print("synthetic pages", &Taken { pages: pages(documents)?, texts: Vec::new() });
    let texts = synthetic(documents).documents().map(|d| Text { url: d.url, text: d.text }).collect();
    print("synthetic texts", &Taken { pages: Vec::new(), texts });
    for path in paths {
        print(path, &take(Path::new(path), documents)?);
    }
    Ok(())
}

fn pages(documents: usize) -> Result<Vec<Page>, Box<dyn Error>> {
    let writer = PageWriter::new()?;
    let page = |document| Page { served: writer.served(&document), html: writer.html(&document) };
    Ok(synthetic(documents).documents().map(page).collect())
}

#[allow(clippy::print_stdout)]
fn print(name: &str, taken: &Taken) {
    println!("{name}\n\n{}\n", Figures::of(taken).table());
}

#[allow(clippy::print_stderr)]
fn say(message: &str) {
    eprintln!("{message}");
}
