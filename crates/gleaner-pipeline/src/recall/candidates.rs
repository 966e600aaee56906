//! Which kept documents a sampled one has to be compared with: those whose outline does not rule the verdict out.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use gleaner_dedup::Similarity;
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::error::Error;
use crate::frames::Place;
use crate::recall::binomial::least_successes;
use crate::recall::outline::{MOST, Outline};

/// Chance that the outlines of a pair rule it out wrongly.
const RISK: f64 = 1e-6;

/// Documents that a sampled one is compared with, the likeliest first. A document with more candidates, none of these
/// reaching the verdict, stays undecided: a template of which thousands of pages are kept, each almost a copy.
const COMPARED: usize = 256;

/// Documents whose outlines are looked up at a time: so few that not even those of one template, which meet the whole
/// sample, take much memory.
pub(super) const BLOCK: usize = 512;

/// A kept document.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) doc: u64,
    /// The larger has the better right to stay; of equals the first.
    pub(super) rank: i64,
    pub(super) outline: Outline,
}

impl Kept {
    fn place(&self) -> Place {
        (Reverse(self.rank), self.doc)
    }
}

/// What outlines must share for two documents to reach the verdict.
///
/// The hashes of both outlines are a sample of the shingles of both documents. Of these a share of at least the threshold
/// is in both by the Jaccard similarity, and half of the smaller set by coverage. Outlines do not know of
/// frames: a pair of texts that are frames for the greater part, and not the same ones, may be ruled out.
#[derive(Clone, Debug)]
pub(super) enum Needed {
    /// By the number of hashes in either.
    Jaccard(Vec<u32>),
    /// By the number of hashes in the smaller.
    Containment(Vec<u32>),
}

/// Share of the containment of two texts by coverage that is asked of them with their frames.
const WITH_FRAMES: f64 = 0.7;

impl Needed {
    pub(super) fn new(similarity: &Similarity) -> Needed {
        let most = 2 * MOST as u64 + 1;
        match similarity {
            Similarity::Jaccard { threshold } => Needed::Jaccard(least_successes(most, *threshold, RISK)),
            other => Needed::Containment(least_successes(most, WITH_FRAMES * other.threshold(), RISK)),
        }
    }

    /// Whether a pair with outlines of `left` and `right` hashes, `shared` in both, may reach the verdict.
    fn may_reach(&self, shared: usize, left: usize, right: usize) -> bool {
        let (least, of) = match self {
            Needed::Jaccard(least) => (least, (left + right).saturating_sub(shared)),
            Needed::Containment(least) => (least, left.min(right)),
        };
        shared > 0 && least.get(of).is_none_or(|&least| shared as u64 >= u64::from(least))
    }
}

/// The candidates of a sampled document.
#[derive(Clone, Debug, Default)]
struct Candidates {
    /// Estimate, turned over so that the best sort first, and number.
    best: Vec<(u32, u64)>,
    /// Whether there were more.
    cut: bool,
}

impl Candidates {
    fn add(&mut self, estimate: f64, doc: u64) {
        self.best.push((u32::MAX - (estimate * f64::from(1 << 30)) as u32, doc));
        if self.best.len() >= 2 * COMPARED {
            self.cut();
        }
    }

    fn cut(&mut self) {
        self.best.sort_unstable();
        self.cut |= self.best.len() > COMPARED;
        self.best.truncate(COMPARED);
    }
}

/// A sampled document that has to be compared.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub(crate) place: Place,
    /// Kept documents before it, the likeliest first.
    pub(crate) candidates: Vec<u64>,
    /// Whether there were more than can be compared.
    pub(crate) cut: bool,
}

/// Looks the outlines of kept documents up among those of the sample.
pub(super) struct Index {
    sample: Vec<Kept>,
    needed: Needed,
    /// Hashes and who of the sample has them, by bucket.
    postings: Vec<(u32, u32)>,
    /// Where each bucket begins, and behind the last where it ends.
    buckets: Vec<u32>,
    /// A bit for each hash that somebody has: it is in the cache when the postings are not.
    filter: Vec<u64>,
    candidates: Vec<Candidates>,
}

/// How many hashes a document shares with each of the sample.
struct Tally {
    shared: Vec<u16>,
    /// Those with which it shares any.
    met: Vec<u32>,
}

impl Tally {
    fn count(&mut self, at: u32) {
        let shared = &mut self.shared[at as usize];
        if *shared == 0 {
            self.met.push(at);
        }
        *shared += 1;
    }
}

/// Bits of the filter, as a power of two: a tenth are set by a full sample.
const FILTER: u32 = 22;
/// Buckets of the postings, as a power of two: about three hashes in one.
const BUCKETS: u32 = 17;

/// Hashes of a high level are small, but their low bits are spread.
fn bucket(hash: u32) -> usize {
    (hash & ((1 << BUCKETS) - 1)) as usize
}

impl Index {
    /// `sample` holds the sampled documents that were kept.
    pub(super) fn new(sample: Vec<Kept>, needed: Needed) -> Index {
        let mut postings: Vec<(u32, u32)> = (0..)
            .zip(&sample)
            .flat_map(|(at, kept): (u32, &Kept)| kept.outline.hashes.iter().map(move |&hash| (hash, at)))
            .collect();
        postings.sort_unstable_by_key(|&(hash, at)| (bucket(hash), hash, at));
        let mut buckets = vec![0; (1 << BUCKETS) + 1];
        postings.iter().for_each(|&(hash, _)| buckets[bucket(hash) + 1] += 1);
        (1..buckets.len()).for_each(|at| buckets[at] += buckets[at - 1]);
        let mut filter = vec![0; 1 << (FILTER - 6)];
        for (hash, _) in &postings {
            let (word, bit) = filter_place(*hash);
            filter[word] |= bit;
        }
        let candidates = vec![Candidates::default(); sample.len()];
        Index { sample, needed, postings, buckets, filter, candidates }
    }

    /// Looks up kept documents, in order and many at a time.
    pub(super) fn look_up(&mut self, kept: &[Kept]) -> Result<(), Error> {
        let tally = || Tally { shared: vec![0; self.sample.len()], met: Vec::new() };
        let found = kept.par_iter().with_min_len(16);
        let found: Vec<Vec<(u32, f64, u64)>> =
            found.map_init(tally, |tally, kept| self.partners(kept, tally)).collect();
        for (at, estimate, doc) in found.into_iter().flatten() {
            self.candidates[at as usize].add(estimate, doc);
        }
        Ok(())
    }

    /// Those of the sample that come after `kept` and may go because of it, each with its estimate.
    fn partners(&self, kept: &Kept, tally: &mut Tally) -> Vec<(u32, f64, u64)> {
        for &hash in &kept.outline.hashes {
            let (word, bit) = filter_place(hash);
            if self.filter[word] & bit != 0 {
                let at = bucket(hash);
                let bucket = &self.postings[self.buckets[at] as usize..self.buckets[at + 1] as usize];
                let bearers = bucket.iter().filter(|&&(other, _)| other == hash);
                bearers.for_each(|&(_, at)| tally.count(at));
            }
        }
        let Tally { shared, met } = tally;
        let met = met.drain(..).map(|at| (at, std::mem::take(&mut shared[at as usize])));
        met.filter_map(|(at, shared)| Some((at, self.estimate(kept, at, shared.into())?, kept.doc))).collect()
    }

    /// The similarity of `kept` and the sampled document `at` by the number of hashes they share, if it may be one that
    /// makes the sampled one go.
    fn estimate(&self, kept: &Kept, at: u32, shared: usize) -> Option<f64> {
        let other = &self.sample[at as usize];
        let level = kept.outline.level.max(other.outline.level);
        let left = kept.outline.below(level);
        // Most are ruled out by the size of one.
        if !self.needed.may_reach(shared, left, shared) || kept.place() >= other.place() {
            return None;
        }
        let right = other.outline.below(level);
        let estimate = shared as f64 / (left + right - shared).max(1) as f64;
        self.needed.may_reach(shared, left, right).then_some(estimate)
    }

    /// The sampled documents with candidates, by number.
    pub(super) fn finish(self) -> Vec<Open> {
        let with_candidates = self.sample.into_iter().zip(self.candidates);
        let open = with_candidates.map(|(kept, mut candidates)| {
            candidates.cut();
            let Candidates { best, cut } = candidates;
            Open { place: kept.place(), candidates: best.into_iter().map(|(_, doc)| doc).collect(), cut }
        });
        let open: BTreeMap<u64, Open> = open.map(|open| (open.place.1, open)).collect();
        open.into_values().filter(|open| !open.candidates.is_empty()).collect()
    }
}

fn filter_place(hash: u32) -> (usize, u64) {
    let place = hash & ((1 << FILTER) - 1);
    ((place / 64) as usize, 1 << (place % 64))
}
