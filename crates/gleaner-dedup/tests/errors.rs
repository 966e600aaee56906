//! What is refused, and how it is said.

use std::fmt;

use gleaner_dedup::{
    Banding, ResolveOptions, ShingleOptions, Shingles, Similarity, SketchOptions, Sketcher,
    find_all_duplicates, find_duplicates,
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
