//! Against a comparison of everything with everything.

use gleaner_dedup::{Banding, Duplicate, ResolveOptions, Shingles, Similarity, SketchOptions};

use crate::corpus::{documents, templated};
use crate::{Run, resolve, resolve_all, resolve_options, sketch_options};

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
    let run =
        Run::with(&documents(seed, 2_000), &ResolveOptions::new(Similarity::Jaccard { threshold }).unwrap());
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

/// What is due by definition: copies go with the first of their kind, the others with the most similar kept document
/// before them.
fn want(run: &Run, threshold: f64) -> Vec<Option<u64>> {
    let contents: Vec<_> = run.fingerprints.iter().map(|print| print.content).collect();
    let mut want: Vec<Option<u64>> = Vec::new();
    for (index, own) in run.shingles.iter().enumerate() {
        let first = contents.iter().position(|other| *other == contents[index]).unwrap();
        let verdict = if contents[index].is_none() {
            None
        } else if first < index {
            want[first].or(Some(first as u64))
        } else {
            let kept = (0..index).filter(|&other| want[other].is_none());
            let near = kept.map(|other| (own.jaccard(&run.shingles[other]), other as u64));
            let near = near.filter(|(jaccard, _)| *jaccard >= threshold);
            near.reduce(|best, near| if near.0 > best.0 { near } else { best }).map(|(_, other)| other)
        };
        want.push(verdict);
    }
    want
}

fn witnesses(verdicts: &[Option<Duplicate>]) -> Vec<Option<u64>> {
    verdicts.iter().map(|verdict| verdict.as_ref().map(|found| found.of)).collect()
}

/// With one row nearly every pair that shares anything is a candidate: the witness is then the best one, and of equal
/// ones the earliest.
#[test]
fn the_witness_is_the_most_similar_kept_document() {
    let mut options = ResolveOptions { max_bucket: 2_000, max_candidates: 2_000, ..resolve_options() };
    let banding = Banding { bands: 128, rows: 1 };
    let run = Run::sketched(&documents(7, 600), SketchOptions { banding, ..sketch_options() }, &options);
    assert_eq!(witnesses(&run.verdicts), want(&run, 0.8));
    options.index_bytes = 0;
    assert_eq!(witnesses(&resolve(&run.fingerprints, &run.shingles, &options)), want(&run, 0.8));
}

/// The exact method makes all removals that are due, with the best witness, whatever the size of its index.
#[test]
fn exact_is_exhaustive() {
    for (seed, threshold) in [(21, 0.8), (22, 0.8), (23, 0.5), (24, 0.95), (25, 1.0), (26, 0.07), (27, 0.6)] {
        let mut options = ResolveOptions::new(Similarity::Jaccard { threshold }).unwrap();
        let run = Run::with(&documents(seed, 1_500), &options);
        let want = want(&run, threshold);
        for index_bytes in [u64::MAX, 0, 200_000] {
            options.index_bytes = index_bytes;
            let verdicts = resolve_all(&run.fingerprints, &run.shingles, &options);
            assert_eq!(witnesses(&verdicts), want, "seed {seed}, threshold {threshold}, {index_bytes} bytes");
        }
    }
}

/// The bounds on candidates hold over all rounds together.
#[test]
fn rounds_do_not_show() {
    let mut texts = documents(31, 3_000);
    texts.extend(templated(2_000));
    for (max_bucket, max_candidates) in [(16, 32), (2, 3), (1, 1)] {
        let mut options = ResolveOptions { max_bucket, max_candidates, ..resolve_options() };
        let run = Run::with(&texts, &options);
        for index_bytes in [0, 50_000, 1_000_000] {
            options.index_bytes = index_bytes;
            let verdicts = resolve(&run.fingerprints, &run.shingles, &options);
            assert!(verdicts == run.verdicts, "{max_bucket}, {max_candidates}, {index_bytes} bytes");
        }
    }
}
