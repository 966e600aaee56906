//! What was decided before stays, and is met as if all had been decided at once.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};

use gleaner_dedup::{
    Documents, Duplicate, Frames, HashCounts, Keys, Listed, MemoryQueue, ResolveOptions, Shingles, Standing,
    band_hashes, resolve,
};

use crate::corpus::{Random, documents, words};
use crate::{Run, resolve_options};

/// Documents with band keys.
struct InMemory<'a> {
    run: &'a Run,
    counts: HashCounts,
    /// Whether it was told that no more keys will be asked for.
    is_told: AtomicBool,
}

impl Documents for InMemory<'_> {
    type From = ();
    type Error = Infallible;

    fn keys(&self, listed: &Listed<()>, _: u64) -> Result<(Keys, Option<Shingles>), Infallible> {
        assert!(!self.is_told.load(Ordering::Relaxed), "keys of {} are asked for", listed.document);
        let bands = &self.run.fingerprints[listed.document as usize].bands;
        Ok((Keys::of_bands(bands, &self.counts), None))
    }

    fn no_more_keys(&self) -> u64 {
        assert!(!self.is_told.swap(true, Ordering::Relaxed), "it is told twice");
        100_000
    }

    fn shingles(&self, document: u64) -> Result<Shingles, Infallible> {
        Ok(self.run.shingles[document as usize].clone())
    }
}

/// What is done with documents that went before.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Gone {
    /// They are left out, so that others have another place than before and are decided on with others.
    LeftOut,
    /// They have their place.
    Listed,
}

/// The verdicts of `run` when those on the first `settled` documents are given.
fn resolve_behind(run: &Run, settled: usize, gone: Gone, options: &ResolveOptions) -> Vec<Option<Duplicate>> {
    let counts = HashCounts::new(1 << 20, u64::MAX);
    for print in &run.fingerprints {
        counts.add(None, &band_hashes(&print.bands).collect::<Vec<_>>());
    }
    let mut verdicts = run.verdicts.clone();
    verdicts[settled..].fill(None);
    let standing = |document: usize| match run.verdicts[document] {
        _ if document >= settled => Standing::Open,
        None => Standing::Stays,
        Some(_) => Standing::Goes,
    };
    let left = (0..run.fingerprints.len())
        .filter(|&document| gone == Gone::Listed || standing(document) != Standing::Goes);
    let list = left.map(|document| {
        Ok(Listed { document: document as u64, bytes: 1_000, from: (), standing: standing(document) })
    });
    let tell = |document: u64, verdict: Option<Duplicate>| {
        let document = document as usize;
        assert!(document >= settled || verdict.is_none(), "{document} is settled");
        if document >= settled {
            verdicts[document] = verdict;
        }
        Ok(())
    };
    let in_memory = InMemory { run, counts, is_told: AtomicBool::default() };
    let mut waiting = MemoryQueue::default();
    resolve(list, &in_memory, &Frames::default(), &mut waiting, options, tell)
        .unwrap_or_else(|never: Infallible| match never {});
    assert_eq!(in_memory.is_told.into_inner(), options.index_bytes < u64::MAX, "some had to wait");
    verdicts
}

fn check(texts: &[String], options: &ResolveOptions) {
    let run = Run::with(texts, options);
    assert!(run.verdicts.iter().flatten().count() > 100);
    for settled in [0, 150, 700, 1_024, texts.len() - 300] {
        for index_bytes in [u64::MAX, 200_000] {
            let options = ResolveOptions { index_bytes, ..options.clone() };
            for gone in [Gone::LeftOut, Gone::Listed] {
                let verdicts = resolve_behind(&run, settled, gone, &options);
                let first = (0..texts.len()).find(|&at| verdicts[at] != run.verdicts[at]);
                assert_eq!(first, None, "behind {settled}, {index_bytes} bytes of index, {gone:?}");
            }
        }
    }
}

/// Unlike documents only: copies never reach the search.
fn without_copies(mut texts: Vec<String>) -> Vec<String> {
    let shingles = crate::shingle_options();
    let mut shingler = gleaner_dedup::Shingler::new(shingles).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    texts.retain(|text| seen.insert(shingler.content(text)));
    texts
}

#[test]
fn documents_behind_settled_ones() {
    check(&without_copies(documents(21, 4_000)), &resolve_options());
}

/// Where more pages meet than are compared, which of them does not depend on who was decided together with whom.
#[test]
fn more_that_meet_than_are_compared() {
    let mut random = Random::new(5);
    let mut texts: [Vec<String>; 3] = Default::default();
    for _ in 0..700 {
        let whole = words(&mut random, 100);
        let (mut other_start, mut other_end) = (whole.clone(), whole.clone());
        other_start[..8].clone_from_slice(&words(&mut random, 8));
        other_end[92..].clone_from_slice(&words(&mut random, 8));
        // The last is a duplicate of both others, which are none of one another.
        for (texts, words) in texts.iter_mut().zip([other_start, other_end, whole]) {
            texts.push(words.join(" "));
        }
    }
    let filler = documents(4, 150);
    let texts = [&filler, &texts[0], &texts[1], &texts[2]].map(|texts| &texts[..]).concat();
    for max_candidates in [1, 2] {
        check(&without_copies(texts.clone()), &ResolveOptions { max_candidates, ..resolve_options() });
    }
}
