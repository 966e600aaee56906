//! The fast ways against their definitions on real text of many languages, where it is at hand.
//!
//! A sample of each file; `cargo test --release -p gleaner-text --test integration -- --ignored` takes all of them.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use crate::reference::check;

/// Bytes of each file that the quick tests take, from all over it.
const SAMPLE: u64 = 400_000;
const ALL: u64 = u64::MAX;

/// The folder of shared data beside the workspace; `None`, said loudly, where it is missing.
#[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
fn shared(path: &str) -> Option<PathBuf> {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    if full.exists() {
        return Some(full);
    }
    #[expect(clippy::disallowed_methods, reason = "the one switch that turns a skipped test into a failure")]
    let in_ci = std::env::var_os("CI").is_some();
    assert!(!in_ci, "{} is missing", full.display());
    eprintln!("SKIPPED: {} is missing", full.display());
    None
}

/// Checks the texts of a file: each line of a text file, each `text`, `html` and `gold` of JSON lines.
fn check_file(path: &Path, sample: u64) {
    let file = File::open(path).expect("a file of the folder");
    let packed = path.extension().is_some_and(|extension| extension == "zst");
    let size = file.metadata().expect("a file").len() * if packed { 6 } else { 1 };
    let lines: Box<dyn BufRead> = if packed {
        let mut decoder = zstd::Decoder::new(file).expect("a decoder");
        decoder.window_log_max(31).expect("a window zstd knows");
        Box::new(BufReader::new(decoder))
    } else {
        Box::new(BufReader::new(file))
    };
    let (mut checked, mut passed) = (0, 0);
    for line in lines.lines() {
        let line = line.expect("lines of text");
        passed += line.len() as u64;
        // In step with the place in the file.
        if u128::from(checked) * u128::from(size) > u128::from(passed) * u128::from(sample) {
            continue;
        }
        checked += line.len() as u64;
        match serde_json::from_str::<serde_json::Value>(&line) {
            Ok(row) if row.is_object() => {
                let fields = ["text", "html", "gold"].into_iter();
                fields.filter_map(|field| row.get(field)?.as_str()).for_each(check);
            }
            _ => check(&line),
        }
    }
    assert!(checked > 0, "{} holds no text", path.display());
}

fn check_folder(folder: &str, sample: u64) {
    let Some(folder) = shared(folder) else { return };
    let mut seen = 0;
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.to_string_lossy();
        if (name.ends_with(".txt") || name.ends_with(".jsonl.zst")) && !name.contains("truth-") {
            check_file(&path, sample);
            seen += 1;
        }
    }
    assert!(seen >= 2, "only {seen} files");
}

#[test]
fn sentences_in_many_languages() {
    check_folder("data/neardup", SAMPLE);
}

#[test]
fn articles_as_scraped() {
    check_folder("data/seeds", ALL);
}

#[test]
fn pages() {
    check_folder("data/extraction", SAMPLE);
}

#[test]
fn texts_of_extractors() {
    check_folder("data/residual", SAMPLE);
}

#[test]
#[ignore = "takes minutes"]
fn everything() {
    for folder in ["data/neardup", "data/extraction", "data/residual"] {
        check_folder(folder, ALL);
    }
}
