//! Compares `find_duplicates` and `find_all_duplicates` with an exhaustive run on a file of JSON lines `{"text": ...}`:
//! how many of the removals that are due they make, and whether any is wrong. Holds all shingles of the corpus.
//!
//! `cargo run --release -p gleaner-dedup --example recall -- CORPUS.jsonl [THRESHOLD]`

use std::collections::HashMap;
use std::convert::Infallible;
use std::error::Error;
use std::fs;

use gleaner_dedup::{
    Duplicate, Measure, ResolveOptions, ShingleOptions, Shingles, SketchOptions, Sketcher,
    find_all_duplicates, find_duplicates,
};
use serde_json::Value;

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
    let load = |index: usize| Ok::<_, Infallible>(shingles[index].clone());
    let contents: Vec<_> = fingerprints.iter().map(|print| print.content).collect();
    let due = exhaustive(&shingles, threshold);
    report("minhash", &find_duplicates(&fingerprints, &options, load)?, &due, &shingles, threshold);
    report("exact", &find_all_duplicates(&contents, &options, load)?, &due, &shingles, threshold);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "an example speaks to a person")]
fn report(method: &str, verdicts: &[Option<Duplicate>], due: &[bool], shingles: &[Shingles], threshold: f64) {
    let removed = verdicts.iter().flatten().count();
    let found = due.iter().zip(verdicts).filter(|(due, verdict)| **due && verdict.is_some()).count();
    let all_due = due.iter().filter(|due| **due).count();
    let wrong = verdicts.iter().enumerate().filter(|(index, verdict)| {
        verdict.as_ref().is_some_and(|duplicate| {
            let of = duplicate.of as usize;
            let jaccard = shingles[*index].jaccard(&shingles[of]);
            let exact = duplicate.measure == Measure::Exact;
            jaccard != duplicate.jaccard
                || jaccard < threshold
                || exact && jaccard < 1.0
                || verdicts[of].is_some()
        })
    });
    let (recall, wrong) = (found as f64 / all_due.max(1) as f64, wrong.count());
    println!(
        "{method}: {} documents, {removed} removed, {all_due} due, recall {recall:.4}, wrong {wrong}",
        due.len()
    );
}

/// Whether each document reaches the threshold against one that was kept before it: shared shingles counted with all
/// kept documents.
fn exhaustive(shingles: &[Shingles], threshold: f64) -> Vec<bool> {
    let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut shared = vec![0; shingles.len()];
    let mut due = Vec::new();
    for (index, own) in shingles.iter().enumerate() {
        let met = own.as_slice().iter().filter_map(|shingle| holders.get(shingle)).flatten();
        let mut met: Vec<usize> = met.inspect(|&&other| shared[other] += 1).copied().collect();
        met.sort_unstable();
        met.dedup();
        let jaccard = |other: usize| {
            let both = shared[other];
            both as f64 / (own.len() + shingles[other].len() - both) as f64
        };
        due.push(met.iter().any(|&other| jaccard(other) >= threshold));
        met.iter().for_each(|&other| shared[other] = 0);
        if !due[index] {
            own.as_slice().iter().for_each(|&shingle| holders.entry(shingle).or_default().push(index));
        }
    }
    due
}
