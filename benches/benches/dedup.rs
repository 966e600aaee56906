//! Shingles, sketches, candidates, verified pairs, representatives: `gleaner-dedup`, all in memory, one thread.
//!
//! Grouping by bands and choosing representatives are one function of the crate: `minhash-resolve` is both, given the
//! fingerprints, `exact-join` the same by rarest shingles. `candidates` is what comes before the look-up: how often every
//! band occurs, and the keys of each document that some other one has.

use std::convert::Infallible;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use gleaner_benches::{Suite, Text, configured, texts};
use gleaner_dedup::{
    Duplicate, Fingerprint, Frames, HashCounts, Keys, ResolveOptions, Shingler, Shingles, Similarity,
    SketchOptions, Sketcher, band_hashes, find_all_duplicates, find_duplicates,
};

/// A corpus as its sketches and shingles.
struct Sketched {
    fingerprints: Vec<Fingerprint>,
    shingles: Vec<Shingles>,
}

fn sketcher() -> Sketcher {
    let similarity = Similarity::default();
    let sketches = SketchOptions::for_similarity(&similarity);
    Sketcher::new(similarity.shingle_options(), sketches).expect("default options")
}

fn sketched(texts: &[Text]) -> Sketched {
    let mut sketcher = sketcher();
    let mut fingerprints = Vec::with_capacity(texts.len());
    let mut shingles = Vec::with_capacity(texts.len());
    for text in texts {
        fingerprints.push(sketcher.fingerprint(&text.text));
        shingles.push(sketcher.shingles(&text.text));
    }
    Sketched { fingerprints, shingles }
}

impl Sketched {
    fn duplicates(&self) -> Vec<Option<Duplicate>> {
        let load = |document: usize| Ok::<_, Infallible>(self.shingles[document].clone());
        let Ok(verdicts) = find_duplicates(&self.fingerprints, &ResolveOptions::default(), load);
        verdicts
    }

    fn exact_duplicates(&self) -> Vec<Option<Duplicate>> {
        let load = |document: usize| Ok::<_, Infallible>(self.shingles[document].clone());
        let Ok(verdicts) = find_all_duplicates(&self.fingerprints, &ResolveOptions::default(), load);
        verdicts
    }

    /// How many keys documents share with others.
    fn candidate_keys(&self) -> usize {
        let bands = self.fingerprints.iter().map(|fingerprint| fingerprint.bands.len() as u64).sum();
        let counts = HashCounts::new(bands, u64::MAX);
        for fingerprint in &self.fingerprints {
            counts.add(fingerprint.content, &band_hashes(&fingerprint.bands).collect::<Vec<_>>());
        }
        self.fingerprints.iter().map(|fingerprint| Keys::of_bands(&fingerprint.bands, &counts).len()).sum()
    }
}

/// Every document beside the one it was removed for, else beside the next: what is alike and what is not.
fn pairs(texts: &[Text]) -> Vec<(Shingles, Shingles)> {
    let corpus = sketched(texts);
    let verdicts = corpus.duplicates();
    let beside = |(document, verdict): (usize, &Option<Duplicate>)| {
        let other = match verdict {
            Some(duplicate) => duplicate.of as usize,
            None => (document + 1) % texts.len(),
        };
        (corpus.shingles[document].clone(), corpus.shingles[other].clone())
    };
    verdicts.iter().enumerate().map(beside).collect()
}

fn of_each_text(criterion: &mut Criterion) {
    let mut shingler = Shingler::new(Similarity::default().shingle_options()).expect("default options");
    let (mut for_shingles, mut for_sketches) = (sketcher(), sketcher());
    Suite::new(criterion, texts())
        .each("dedup/content", |text: &Text| shingler.content(&text.text))
        .each("dedup/shingles", |text| for_shingles.shingles(&text.text))
        .each("dedup/sketch", |text| for_sketches.fingerprint(&text.text));
}

fn of_the_corpus(criterion: &mut Criterion) {
    let (similarity, frames) = (Similarity::default(), Frames::default());
    Suite::new(criterion, texts())
        .all("dedup/candidates", sketched, Sketched::candidate_keys)
        .all("dedup/verify", pairs, |pairs| {
            for (a, b) in pairs {
                black_box(similarity.compare(a, b, &frames, 0));
            }
        })
        .all("dedup/minhash-resolve", sketched, Sketched::duplicates)
        .all("dedup/exact-join", sketched, Sketched::exact_duplicates);
}

criterion_group!(name = benches; config = configured(); targets = of_each_text, of_the_corpus);
criterion_main!(benches);
