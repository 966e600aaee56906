//! Which kept documents a sampled one has to be compared with: those whose outline does not rule the verdict out.

use std::collections::BTreeMap;

use gleaner_dedup::{Coverage, Similarity};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::error::Error;
use crate::place::Place;
use crate::recall::binomial::least_successes;
use crate::recall::outline::{MOST, Outline, below};
use crate::recall::postings::Postings;

/// Chance that the outlines of a pair rule it out wrongly, by the Jaccard similarity.
const RISK: f64 = 1e-6;
/// Chance that a share of hashes falls short by chance where coverage asks for it.
const RISK_OF_COVERAGE: f64 = 1e-3;

/// Documents that a sampled one is compared with, the likeliest first. A document with more candidates, none of these
/// reaching the verdict, stays undecided: a template of which hundreds of pages are kept, each almost a copy.
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
        Place::own(self.rank, self.doc)
    }
}

/// A kept document of the sample.
pub(super) struct Sampled {
    /// With the hashes of its outline ascending.
    kept: Kept,
    /// The hashes that are looked up.
    looked_up: Vec<u32>,
}

impl Sampled {
    /// `looked_up` are hashes of its outline: all, or those that are rare.
    pub(super) fn new(mut kept: Kept, looked_up: Vec<u32>) -> Sampled {
        kept.outline.hashes.sort_unstable();
        Sampled { kept, looked_up }
    }

    /// Its overlap with a kept document that has `found` of the hashes that are looked up.
    fn overlap(&self, kept: &Outline, found: usize) -> Overlap {
        let own = &self.kept.outline;
        let level = kept.level.max(own.level);
        let looked_up = below(&self.looked_up, level);
        let shared = if self.looked_up.len() == own.hashes.len() {
            found
        } else {
            kept.hashes.iter().filter(|hash| own.hashes.binary_search(hash).is_ok()).count()
        };
        Overlap { kept: kept.below(level), sampled: own.below(level), shared, looked_up, found }
    }
}

/// The sizes of two outlines at their common level.
#[derive(Clone, Copy, Debug)]
struct Overlap {
    kept: usize,
    sampled: usize,
    /// Hashes of both.
    shared: usize,
    /// Of the sampled one's those that were looked up.
    looked_up: usize,
    /// Of these those that the kept one has.
    found: usize,
}

impl Overlap {
    fn jaccard(&self) -> f64 {
        self.shared as f64 / (self.kept + self.sampled - self.shared).max(1) as f64
    }
}

/// What outlines must share for two documents to reach the verdict.
#[derive(Clone, Debug)]
pub(super) enum Needed {
    /// The hashes of both outlines are a sample of the shingles of both documents, of which a share of at least the
    /// threshold is in both: shared hashes by the number of those in either.
    Jaccard(Vec<u32>),
    /// Frames do not count for coverage, and outlines do not know of them. So less is asked for than of the texts
    /// without frames, but of several shares. What is ruled out may be a duplicate where frames are the greater part of a
    /// text, or where more kept documents than `rare.rs` calls few have its content:
    ///
    /// 1. The smaller outline has as many hashes as `length` asks for by those of the larger.
    /// 2. Of the smaller one's hashes a share of `half` is in both,
    /// 3. and of the sampled one's rare hashes as well.
    /// 4. One of the two is covered: of the sampled one's rare hashes a share of `covered` is in both, or of the kept
    ///    one's hashes, of which it is not known whether they are rare, a share of `half`.
    Coverage {
        /// Hashes of the smaller by the number of those of the larger.
        length: Vec<u32>,
        /// Shared hashes by the number of hashes.
        half: Vec<u32>,
        covered: Vec<u32>,
    },
}

/// What is asked of texts with their frames, of the containment of texts without.
const WITH_FRAMES: f64 = 0.5;
/// The same of the ratio of lengths.
const LENGTH_WITH_FRAMES: f64 = 2.0 / 3.0;
/// Share of the shingles of a text that is covered which the other has, at least. By the verdict it is about nine tenths,
/// but for many gaps of one word.
const COVERED: f64 = 0.6;

impl Needed {
    pub(super) fn new(similarity: &Similarity) -> Needed {
        let most = 2 * MOST as u64 + 1;
        match similarity {
            Similarity::Coverage(Coverage { containment, length_ratio, .. }) => Needed::Coverage {
                length: least_successes(most, LENGTH_WITH_FRAMES * length_ratio, RISK_OF_COVERAGE),
                half: least_successes(most, WITH_FRAMES * containment, RISK_OF_COVERAGE),
                covered: least_successes(most, COVERED.min(*containment), RISK_OF_COVERAGE),
            },
            other => Needed::Jaccard(least_successes(most, other.threshold(), RISK)),
        }
    }

    /// Whether the sampled document may go because of a kept one whose outline has `size` hashes at the common level,
    /// `found` of them looked up: what can be said before the overlap is known.
    fn may_reach_of(&self, found: usize, size: usize) -> bool {
        match self {
            Needed::Jaccard(least) => is_enough(least, found, size),
            Needed::Coverage { .. } => found > 0,
        }
    }

    /// Whether the sampled document may go because of the kept one.
    fn may_reach(&self, overlap: &Overlap) -> bool {
        let &Overlap { kept, sampled, shared, looked_up, found } = overlap;
        match self {
            Needed::Jaccard(least) => is_enough(least, shared, kept + sampled - shared),
            Needed::Coverage { length, half, covered } => {
                let (small, large) = (kept.min(sampled), kept.max(sampled));
                is_enough(length, small, large)
                    && is_enough(half, found, looked_up)
                    && is_enough(half, shared, small)
                    && (is_enough(covered, found, looked_up) || is_enough(half, shared, kept))
            }
        }
    }
}

/// Whether so many hashes of `size` are shared as `least` asks for.
fn is_enough(least: &[u32], shared: usize, size: usize) -> bool {
    shared > 0 && least.get(size).is_none_or(|&least| shared as u64 >= u64::from(least))
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
    sample: Vec<Sampled>,
    needed: Needed,
    /// Who of the sample has a hash.
    postings: Postings,
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

impl Index {
    /// `sample` holds the sampled documents that were kept.
    pub(super) fn new(sample: Vec<Sampled>, needed: Needed) -> Index {
        let entries = (0..).zip(&sample);
        let entries = entries.flat_map(|(at, sampled)| sampled.looked_up.iter().map(move |&hash| (hash, at)));
        let postings = Postings::new(entries.collect());
        let candidates = vec![Candidates::default(); sample.len()];
        Index { sample, needed, postings, candidates }
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
            self.postings.of(hash).for_each(|at| tally.count(at));
        }
        let Tally { shared, met } = tally;
        let met = met.drain(..).map(|at| (at, std::mem::take(&mut shared[at as usize])));
        met.filter_map(|(at, shared)| Some((at, self.estimate(kept, at, shared.into())?, kept.doc))).collect()
    }

    /// The similarity of `kept` and the sampled document `at` by the number of hashes they share, if it may be one that
    /// makes the sampled one go.
    fn estimate(&self, kept: &Kept, at: u32, shared: usize) -> Option<f64> {
        let sampled = &self.sample[at as usize];
        let level = kept.outline.level.max(sampled.kept.outline.level);
        // Most are ruled out by the size of one.
        if !self.needed.may_reach_of(shared, kept.outline.below(level))
            || kept.place() >= sampled.kept.place()
        {
            return None;
        }
        let overlap = sampled.overlap(&kept.outline, shared);
        self.needed.may_reach(&overlap).then(|| overlap.jaccard())
    }

    /// The sampled documents with candidates, by number.
    pub(super) fn finish(self) -> Vec<Open> {
        let with_candidates = self.sample.into_iter().zip(self.candidates);
        let open = with_candidates.map(|(Sampled { kept, .. }, mut candidates)| {
            candidates.cut();
            let Candidates { best, cut } = candidates;
            Open { place: kept.place(), candidates: best.into_iter().map(|(_, doc)| doc).collect(), cut }
        });
        let open: BTreeMap<u64, Open> = open.map(|open| (open.place.doc(), open)).collect();
        open.into_values().filter(|open| !open.candidates.is_empty()).collect()
    }
}
