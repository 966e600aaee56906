//! What is refused, and how it is said.

use std::convert::Infallible;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::Duration;

use gleaner_dedup::{
    Banding, Documents, Frames, Keys, Listed, MemoryQueue, ResolveOptions, ShingleOptions, Shingles,
    Similarity, SketchOptions, Sketcher, Standing, find_all_duplicates, find_duplicates, resolve,
};

use crate::{resolve_options, shingle_options, sketch_options};

#[track_caller]
fn check(shingles: ShingleOptions, sketch: SketchOptions, message: &str) {
    assert_eq!(Sketcher::new(shingles, sketch).unwrap_err().to_string(), message);
}

#[test]
fn options_that_cannot_work() {
    let (shingles, sketch) = (shingle_options, sketch_options);
    check(ShingleOptions { ngram_size: 0, ..shingles() }, sketch(), "ngram_size must be at least 1");
    check(shingles(), SketchOptions { num_perm: 0, ..sketch() }, "num_perm must be at least 1");
    let banding = Banding { bands: 4, rows: 0 };
    check(shingles(), SketchOptions { banding, ..sketch() }, "rows must be at least 1");
    let banding = Banding { bands: 20, rows: 8 };
    check(
        shingles(),
        SketchOptions { banding, ..sketch() },
        "20 bands of 8 rows need 160 signature positions, but there are 128: take fewer bands or rows, or a larger \
         num_perm",
    );
    let long = SketchOptions { num_perm: 1 << 20, ..sketch() };
    check(shingles(), long, "num_perm is 1048576, the largest supported is 1024");
    for threshold in [0.0, -1.0, 1.1, f64::NAN, f64::INFINITY] {
        let error = ResolveOptions::new(Similarity::Jaccard { threshold }).unwrap_err();
        let message = format!("the threshold is {threshold}, it must be above 0 and at most 1");
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn without_a_usable_threshold_only_copies_go() {
    let texts =
        ["one two three four five six", "one two three four five seven", "One two three four five SIX"];
    let mut sketcher = Sketcher::new(shingle_options(), sketch_options()).unwrap();
    let fingerprints: Vec<_> = texts.iter().map(|text| sketcher.fingerprint(text)).collect();
    for threshold in [f64::NAN, 0.0, -1.0, 1.5, f64::INFINITY] {
        for index_bytes in [0, u64::MAX] {
            let options = ResolveOptions {
                similarity: Similarity::Jaccard { threshold },
                index_bytes,
                ..resolve_options()
            };
            let load = |index: usize| Ok::<_, Unreadable>(sketcher.clone().shingles(texts[index]));
            for verdicts in [
                find_duplicates(&fingerprints, &options, load).unwrap(),
                find_all_duplicates(&fingerprints, &options, load).unwrap(),
            ] {
                let gone: Vec<bool> = verdicts.iter().map(Option::is_some).collect();
                assert_eq!(gone, [false, false, true], "{threshold}");
            }
        }
    }
}

#[derive(Debug, PartialEq)]
struct Unreadable(usize);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "document {} cannot be read", self.0)
    }
}

impl std::error::Error for Unreadable {}

#[test]
fn the_first_failing_load_is_reported() {
    let texts: Vec<String> = (0..400)
        .map(|copy| format!("one two three four five six seven eight nine ten {}", "and ".repeat(copy)))
        .collect();
    let mut sketcher = Sketcher::new(shingle_options(), sketch_options()).unwrap();
    let fingerprints: Vec<_> = texts.iter().map(|text| sketcher.fingerprint(text)).collect();
    let load = |index: usize| -> Result<Shingles, Unreadable> {
        if index >= 100 { Err(Unreadable(index)) } else { Ok(sketcher.clone().shingles(&texts[index])) }
    };
    let error = find_duplicates(&fingerprints, &resolve_options(), load).unwrap_err();
    assert_eq!(error, Unreadable(100));
}

/// What fails in a search.
#[derive(Debug, PartialEq)]
enum Failure {
    List,
    Keys(u64),
    Verdict(u64),
}

impl From<Infallible> for Failure {
    fn from(never: Infallible) -> Failure {
        match never {}
    }
}

/// Documents unlike each other, of which those from some number on cannot be had.
struct Failing {
    from: u64,
    asked_for: AtomicU64,
}

impl Documents for Failing {
    type From = ();
    type Error = Failure;

    fn keys(&self, listed: &Listed<()>, _: u64) -> Result<(Keys, Option<Shingles>), Failure> {
        self.asked_for.fetch_add(1, Ordering::Relaxed);
        if listed.document >= self.from {
            return Err(Failure::Keys(listed.document));
        }
        Ok(<(Keys, Option<Shingles>)>::default())
    }

    fn shingles(&self, _: u64) -> Result<Shingles, Failure> {
        Ok(Shingles::default())
    }
}

/// Searches 4,000 documents of so many bytes each. How many verdicts were told, and what failed.
fn search(
    documents: &Failing,
    bytes: u64,
    list_ends: u64,
    mut verdict: impl FnMut(u64) -> Result<(), Failure>,
) -> (u64, Option<Failure>) {
    let list = (0..4_000).map(|document| {
        let listed = Listed { document, bytes, from: (), standing: Standing::Open };
        if document < list_ends { Ok(listed) } else { Err(Failure::List) }
    });
    let mut told = 0;
    let tell = |document, _| verdict(document).inspect(|()| told += 1);
    let (frames, options) = (Frames::default(), resolve_options());
    let error = resolve(list, documents, &frames, &mut MemoryQueue::default(), &options, tell).err();
    (told, error)
}

#[test]
fn what_comes_before_a_failure_is_told() {
    let all = u64::MAX;
    let cases = [
        (1_500, all, all, (1_024, Some(Failure::Keys(1_500)))),
        (1_500, all, 10, (10, Some(Failure::Verdict(10)))),
        (all, 1_500, all, (1_024, Some(Failure::List))),
        (all, 1_500, 10, (10, Some(Failure::Verdict(10)))),
        (all, all, 1_500, (1_500, Some(Failure::Verdict(1_500)))),
        (all, all, all, (4_000, None)),
    ];
    for (from, list_ends, last_verdict, outcome) in cases {
        let documents = Failing { from, asked_for: AtomicU64::new(0) };
        let verdict =
            |document| if document < last_verdict { Ok(()) } else { Err(Failure::Verdict(document)) };
        assert_eq!(search(&documents, 1_000, list_ends, verdict), outcome);
    }
}

/// Two of them at a time would be held in memory.
#[test]
fn a_large_document_is_not_made_ready_while_another_one_is_decided_on() {
    for (bytes, ahead) in [(40 << 20, 0), (u64::MAX, 0), (20 << 20, 1)] {
        let documents = Failing { from: u64::MAX, asked_for: AtomicU64::new(0) };
        let verdict = |document| {
            if document < 20 {
                // Others have time to go ahead.
                sleep(Duration::from_millis(2));
            }
            let asked_for = documents.asked_for.load(Ordering::Relaxed);
            assert!(asked_for <= document + 1 + ahead, "{asked_for} before {document} is decided on");
            Ok(())
        };
        assert_eq!(search(&documents, bytes, u64::MAX, verdict), (4_000, None));
    }
}
