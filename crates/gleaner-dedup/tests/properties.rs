//! What holds of any texts.

use gleaner_dedup::{ResolveOptions, ShingleOptions, Shingles, Similarity, Sketcher};
use proptest::prelude::*;

use crate::{Run, shingle_options, sketch_options};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "([a-c] ){0,12}",
        "([a-e]{1,2}[ ,.]){0,40}",
        "[ \u{301}😀!漢a1]{0,8}",
        prop::collection::vec(any::<char>(), 0..20).prop_map(String::from_iter),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn results_are_sound(texts in prop::collection::vec(text(), 0..30), threshold in 0.05..1.0f64) {
        let run = Run::with(&texts, &ResolveOptions::new(Similarity::Jaccard { threshold }).unwrap());
        run.check(threshold);
        for (index, text) in texts.iter().enumerate() {
            let first = texts.iter().position(|other| other == text).unwrap();
            let empty = text.trim().is_empty();
            prop_assert!(!empty || run.verdicts[index].is_none(), "an empty text goes");
            prop_assert!(empty || first == index || run.verdicts[index].is_some(), "an equal text stays");
            prop_assert_eq!(run.fingerprints[index].content.is_none(), run.shingles[index].is_empty());
        }
    }

    #[test]
    fn shingles_are_sets(left in prop::collection::vec(0..40u64, 0..60), right in prop::collection::vec(0..40u64, 0..60)) {
        use std::collections::BTreeSet;
        let (a, b): (BTreeSet<u64>, BTreeSet<u64>) = (left.iter().copied().collect(), right.iter().copied().collect());
        let (left, right) = (Shingles::from_hashes(left), Shingles::from_hashes(right));
        prop_assert_eq!(left.as_slice(), a.iter().copied().collect::<Vec<_>>());
        prop_assert_eq!(left.shared(&right), a.intersection(&b).count());
        prop_assert_eq!(left.jaccard(&right), right.jaccard(&left));
        prop_assert!(left.jaccard(&right) <= left.containment(&right));
    }

    /// As many distinct shingles as distinct word runs.
    #[test]
    fn shingles_are_word_runs(words in prop::collection::vec("[a-c]", 0..60), ngram_size in 1..8usize) {
        let options = ShingleOptions { ngram_size, ..shingle_options() };
        let shingles = Sketcher::new(options, sketch_options()).unwrap().shingles(&words.join(" "));
        let runs: std::collections::BTreeSet<_> = words.windows(ngram_size.min(words.len()).max(1)).collect();
        prop_assert_eq!(shingles.len(), runs.len());
    }
}
