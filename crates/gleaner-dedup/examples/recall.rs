//! Compares `find_duplicates` with an exhaustive run on a file of JSON lines `{"text": ...}`: how many of the removals
//! that are due it makes, and whether any is wrong. Quadratic in the number of documents.
//!
//! `cargo run --release -p gleaner-dedup --example recall -- CORPUS.jsonl [THRESHOLD]`

use std::convert::Infallible;
use std::error::Error;
use std::fs;

use gleaner_dedup::{
    Measure, ResolveOptions, ShingleOptions, Shingles, SketchOptions, Sketcher, find_duplicates,
};
use serde_json::Value;

#[expect(clippy::print_stdout, reason = "an example speaks to a person")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let corpus = args.next().ok_or("usage: recall CORPUS.jsonl [THRESHOLD]")?;
    let threshold = args.next().map_or(Ok(0.8), |value| value.parse())?;
    let mut sketcher = Sketcher::new(ShingleOptions::default(), SketchOptions::for_threshold(threshold))?;
    let (mut fingerprints, mut shingles) = (Vec::new(), Vec::new());
    for line in fs::read_to_string(corpus)?.lines() {
        let row: Value = serde_json::from_str(line)?;
        let text = row["text"].as_str().ok_or("a row without text")?;
        fingerprints.push(sketcher.fingerprint(text));
        shingles.push(sketcher.shingles(text));
    }
    let options = ResolveOptions::new(threshold)?;
    let verdicts =
        find_duplicates(&fingerprints, &options, |index| Ok::<_, Infallible>(shingles[index].clone()))?;

    let due = exhaustive(&shingles, threshold);
    let removed = verdicts.iter().flatten().count();
    let found = due.iter().zip(&verdicts).filter(|(due, verdict)| **due && verdict.is_some()).count();
    let all_due = due.iter().filter(|due| **due).count();
    let wrong = verdicts.iter().enumerate().filter(|(index, verdict)| {
        verdict.as_ref().is_some_and(|duplicate| {
            let jaccard = shingles[*index].jaccard(&shingles[duplicate.of]);
            let exact = duplicate.measure == Measure::Exact;
            jaccard != duplicate.jaccard
                || jaccard < threshold
                || exact && jaccard < 1.0
                || verdicts[duplicate.of].is_some()
        })
    });
    println!("documents {}, removed {removed}, due {all_due}, both {found}", verdicts.len());
    println!("recall {:.4}, wrong {}", found as f64 / all_due.max(1) as f64, wrong.count());
    Ok(())
}

/// Whether each document reaches the threshold against one that was kept before it.
fn exhaustive(shingles: &[Shingles], threshold: f64) -> Vec<bool> {
    let mut kept: Vec<&Shingles> = Vec::new();
    let mut due = Vec::new();
    for own in shingles {
        let near = |other: &&Shingles| {
            let (small, large) = (own.len().min(other.len()) as f64, own.len().max(other.len()) as f64);
            small / large >= threshold && own.jaccard(other) >= threshold
        };
        due.push(kept.iter().any(near));
        if !due[due.len() - 1] {
            kept.push(own);
        }
    }
    due
}
