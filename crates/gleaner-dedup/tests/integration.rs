//! Duplicates are found, none wrongly, and the odd documents are neither lost nor slow.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod brute_force;
mod cases;
mod corpus;
mod coverage;
mod crowds;
mod errors;
mod golden;
mod properties;
mod settled;
#[cfg(feature = "rayon")]
mod threads;

use std::convert::Infallible;

use gleaner_dedup::{
    Duplicate, Fingerprint, ResolveOptions, ShingleOptions, Shingles, Similarity, SketchOptions, Sketcher,
    find_all_duplicates, find_duplicates,
};

const JACCARD: Similarity = Similarity::Jaccard { threshold: 0.8 };

fn resolve_options() -> ResolveOptions {
    ResolveOptions::new(JACCARD).unwrap()
}

fn shingle_options() -> ShingleOptions {
    JACCARD.shingle_options()
}

fn sketch_options() -> SketchOptions {
    SketchOptions::for_similarity(&JACCARD)
}

/// Texts on their way through the crate.
struct Run {
    fingerprints: Vec<Fingerprint>,
    shingles: Vec<Shingles>,
    verdicts: Vec<Option<Duplicate>>,
}

impl Run {
    fn new<T: AsRef<str>>(texts: &[T]) -> Run {
        Run::with(texts, &resolve_options())
    }

    fn with<T: AsRef<str>>(texts: &[T], options: &ResolveOptions) -> Run {
        Run::sketched(texts, SketchOptions::for_similarity(&options.similarity), options)
    }

    fn sketched<T: AsRef<str>>(texts: &[T], sketch: SketchOptions, options: &ResolveOptions) -> Run {
        let shingles = options.similarity.shingle_options();
        let mut sketcher = Sketcher::new(shingles, sketch).unwrap();
        let fingerprints: Vec<_> = texts.iter().map(|text| sketcher.fingerprint(text.as_ref())).collect();
        let shingles: Vec<_> = texts.iter().map(|text| sketcher.shingles(text.as_ref())).collect();
        let verdicts = resolve(&fingerprints, &shingles, options);
        Run { fingerprints, shingles, verdicts }
    }

    /// What must hold of any result: witnesses are kept and come first, and the values are those of the texts.
    fn check(&self, threshold: f64) {
        for (index, verdict) in self.verdicts.iter().enumerate() {
            let Some(duplicate) = verdict else { continue };
            let of = duplicate.of as usize;
            let (own, witness) = (&self.shingles[index], &self.shingles[of]);
            assert!(of < index, "{index} goes for a later document, {of}");
            assert!(self.verdicts[of].is_none(), "{index} goes for {of}, which goes too");
            assert_eq!(duplicate.jaccard, own.jaccard(witness), "{index}");
            assert_eq!(duplicate.containment, own.containment(witness), "{index}");
            assert_eq!(duplicate.similarity, duplicate.jaccard, "{index}");
            assert!(duplicate.jaccard >= threshold, "{index}: {}", duplicate.jaccard);
        }
    }
}

fn resolve(
    prints: &[Fingerprint],
    shingles: &[Shingles],
    options: &ResolveOptions,
) -> Vec<Option<Duplicate>> {
    find_duplicates(prints, options, |index| Ok::<_, Infallible>(shingles[index].clone())).unwrap()
}

fn resolve_all(
    prints: &[Fingerprint],
    shingles: &[Shingles],
    options: &ResolveOptions,
) -> Vec<Option<Duplicate>> {
    find_all_duplicates(prints, options, |index| Ok::<_, Infallible>(shingles[index].clone())).unwrap()
}
