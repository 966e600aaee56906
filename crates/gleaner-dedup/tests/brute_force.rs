//! Against a comparison of everything with everything.

use gleaner_dedup::{Banding, ResolveOptions, Shingles};

use crate::corpus::documents;
use crate::{Run, resolve};

/// The removals that are due: documents that reach the threshold against one kept before.
fn due(shingles: &[Shingles], threshold: f64) -> Vec<bool> {
    let mut kept: Vec<&Shingles> = Vec::new();
    let mut verdicts = Vec::new();
    for own in shingles {
        let near = |other: &&Shingles| {
            let (small, large) = (other.len().min(own.len()), other.len().max(own.len()));
            small as f64 >= threshold * large as f64 && other.jaccard(own) >= threshold
        };
        let due = kept.iter().any(near);
        if !due {
            kept.push(own);
        }
        verdicts.push(due);
    }
    verdicts
}

/// No removal is wrong, and at least `recall` of those due are made.
#[track_caller]
fn check(seed: u64, threshold: f64, recall: f64) {
    let run = Run::with(&documents(seed, 2_000), &ResolveOptions::new(threshold).unwrap());
    run.check(threshold);
    let due = due(&run.shingles, threshold);
    let found = due.iter().zip(&run.verdicts).filter(|(due, verdict)| **due && verdict.is_some()).count();
    let all = due.iter().filter(|due| **due).count();
    assert!(all > 300, "{all} removals are too few to tell");
    assert!(found as f64 >= recall * all as f64, "seed {seed}, threshold {threshold}: {found} of {all}");
}

#[test]
fn most_due_removals_are_made() {
    for seed in 1..=2 {
        check(seed, 0.8, 0.97);
    }
    check(4, 0.5, 0.97);
    check(5, 0.95, 0.97);
    check(6, 1.0, 1.0);
}

/// With one row nearly every pair that shares anything is a candidate: the witness is then the best one, and of equal
/// ones the earliest.
#[test]
fn the_witness_is_the_most_similar_kept_document() {
    let options = ResolveOptions { max_bucket: 2_000, max_candidates: 2_000, ..ResolveOptions::default() };
    let texts = documents(7, 600);
    let one_row = gleaner_dedup::SketchOptions {
        banding: Banding { bands: 128, rows: 1 },
        ..gleaner_dedup::SketchOptions::default()
    };
    let mut sketcher =
        gleaner_dedup::Sketcher::new(gleaner_dedup::ShingleOptions::default(), one_row).unwrap();
    let fingerprints: Vec<_> = texts.iter().map(|text| sketcher.fingerprint(text)).collect();
    let shingles: Vec<_> = texts.iter().map(|text| sketcher.shingles(text)).collect();
    let verdicts = resolve(&fingerprints, &shingles, &options);
    for (index, verdict) in verdicts.iter().enumerate() {
        // A copy goes with the first of its kind, which may have had fewer kept documents before it.
        let first =
            fingerprints.iter().position(|other| other.content == fingerprints[index].content).unwrap();
        let kept = (0..first).filter(|&other| verdicts[other].is_none());
        let near = kept.map(|other| (shingles[index].jaccard(&shingles[other]), other));
        let best =
            near.filter(|near| near.0 >= 0.8).reduce(|best, near| if near.0 > best.0 { near } else { best });
        let want = best.map(|(_, other)| other).or((first != index).then_some(first));
        let want = if fingerprints[index].content.is_none() { None } else { want };
        assert_eq!(verdict.as_ref().map(|duplicate| duplicate.of), want, "document {index}");
    }
}
