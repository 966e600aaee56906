//! Recall stated: of the removals that are due, how many were made, measured on a sample.
//!
//! The sample is drawn by a hash of the document's number and the seed of the run. Sampled documents that went as
//! near-duplicates are *found*; sampled ones that were kept although a kept document before them reaches the verdict are
//! *missed*. Every kept document is held against every sampled one by their outlines (`outline.rs`), which rule out
//! what is no duplicate; what they do not rule out (`candidates.rs`) is compared exactly by its texts. So nothing is
//! called missed that is not. The interval (`binomial.rs`) is of 95%, as far as no missed one is ruled out:
//!
//! - By the Jaccard similarity the outlines rule out a duplicate with a chance of one in a million, whatever the texts.
//! - By coverage there is no such promise, as outlines do not know which lines are frames: a missed duplicate may be ruled
//!   out when frames make up half of its text and more, when more than 32 kept documents have its content, or when the
//!   kept one holds a small part of it only; the stated recall is too high by these. Where every sampled document was
//!   compared with all kept before it, in two sets of 10,000 pages searched with a banding too weak, all 164 that were
//!   missed were found; of the ten known ones among 100,000 pages eight were. The limits were chosen on these sets.
//!
//! Documents of earlier runs (`--against`) are left out: neither removals for them nor misses count.
//!
//! By coverage hashes that many kept documents have are of frames and templates, and are not looked up (`rare.rs`).

mod binomial;
mod candidates;
mod in_run;
mod outline;
mod postings;
mod rare;

use gleaner_dedup::Similarity;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::place::Place;
pub(crate) use candidates::Open;
use candidates::{BLOCK, Index, Kept, Needed, Sampled};
pub(crate) use in_run::Run;
pub(crate) use outline::{OutlineWriter, Outliner};
use rare::Frequencies;

/// Documents in a sample, about.
pub(crate) const SAMPLE: u64 = 4000;

/// How many of the removals that are due a run made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Recall {
    /// All: the method misses none.
    Construction {
        /// 1.
        recall: f64,
    },
    /// Measured on a sample.
    Sample(SampledRecall),
}

/// Recall measured on a sample of the documents.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SampledRecall {
    /// Documents in the sample.
    pub sampled: u64,
    /// Of these, removals that are due: `found + missed + undecided`.
    pub due: u64,
    /// Of these, removed as near-duplicates; of texts with the same words the first.
    pub found: u64,
    /// Kept although a kept document before them reaches the verdict.
    pub missed: u64,
    /// Kept, and so much like so many kept documents that not all could be compared. The interval holds for both ways.
    pub undecided: u64,
    /// `found / (found + missed)` in millionths; `None` where nothing is due.
    pub recall: Option<f64>,
    /// Lower end of the 95% interval (Clopper and Pearson), rounded down to millionths.
    pub low: f64,
    /// Upper end of the 95% interval, rounded up.
    pub high: f64,
}

impl SampledRecall {
    fn new(sampled: u64, found: u64, missed: u64, undecided: u64) -> SampledRecall {
        let due = found + missed + undecided;
        let recall = (found + missed > 0).then(|| found as f64 / (found + missed) as f64);
        let (low, _) = binomial::interval(missed + undecided, due);
        let (_, high) = binomial::interval(missed, due);
        let recall = recall.map(|recall| in_millionths(recall, f64::round));
        let (low, high) = (in_millionths(low, f64::floor), in_millionths(high, f64::ceil));
        SampledRecall { sampled, due, found, missed, undecided, recall, low, high }
    }
}

/// Six digits behind the point: what is written is read back to the last bit.
fn in_millionths(share: f64, round: fn(f64) -> f64) -> f64 {
    round(share * 1e6) / 1e6
}

/// Which documents are in the sample.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sampling {
    seed: u64,
    /// Hashes up to it are in.
    last: u64,
}

impl Sampling {
    /// About `size` of `documents`; all when there are no more.
    pub(crate) fn new(seed: u64, size: u64, documents: u64) -> Sampling {
        let share = u128::from(size) * u128::from(u64::MAX) / u128::from(documents.max(size).max(1));
        Sampling { seed, last: share as u64 }
    }

    pub(crate) fn contains(&self, doc: u64) -> bool {
        // A hash of its own: shuffling documents is none of MinHash's uses of the seed.
        let bytes = [doc.to_le_bytes(), self.seed.to_le_bytes(), *b"sampling"].concat();
        gleaner_text::hash64(&bytes) <= self.last
    }
}

/// Takes number and rank of a kept document and the record of its outline.
pub(crate) type Each<'a> = dyn FnMut(u64, i64, &[u8]) -> Result<(), Error> + 'a;

/// What a measurement needs from whoever holds the documents.
pub(crate) trait Documents: Sync {
    /// Calls `each` for every kept document.
    fn for_kept(&self, each: &mut Each<'_>) -> Result<(), Error>;
}

/// The sampled documents that have to be compared, each with those it has to be compared with.
pub(crate) fn open(
    documents: &impl Documents,
    sampling: Sampling,
    similarity: &Similarity,
) -> Result<Vec<Open>, Error> {
    let mut sample = Vec::new();
    documents.for_kept(&mut |doc, rank, record| {
        if sampling.contains(doc) {
            sample.extend(outline::Outline::read(record).map(|outline| Kept { doc, rank, outline }));
        }
        Ok(())
    })?;
    let sample = match similarity {
        Similarity::Coverage(_) => with_rare(documents, sample)?,
        _ => sample.into_iter().map(all_looked_up).collect(),
    };
    let mut index = Index::new(sample, Needed::new(similarity));
    let mut block = Vec::new();
    documents.for_kept(&mut |doc, rank, record| {
        block.extend(outline::Outline::read(record).map(|outline| Kept { doc, rank, outline }));
        if block.len() == BLOCK {
            index.look_up(&block)?;
            block.clear();
        }
        Ok(())
    })?;
    index.look_up(&block)?;
    Ok(index.finish())
}

/// The sampled documents with the hashes that few kept documents have.
fn with_rare(documents: &impl Documents, sample: Vec<Kept>) -> Result<Vec<Sampled>, Error> {
    let mut frequencies = Frequencies::new(sample.iter().map(|kept| &kept.outline));
    documents.for_kept(&mut |_, _, record| {
        frequencies.count(outline::hashes(record));
        Ok(())
    })?;
    let with_rare = |kept: Kept| {
        let rare = frequencies.rare(&kept.outline);
        Sampled::new(kept, rare)
    };
    Ok(sample.into_iter().map(with_rare).collect())
}

fn all_looked_up(kept: Kept) -> Sampled {
    let hashes = kept.outline.hashes.clone();
    Sampled::new(kept, hashes)
}

/// Decides on the documents that are open: `reaches` says of a document whether one of the others makes it go.
pub(crate) fn measure(
    sampled: u64,
    found: u64,
    open: &[Open],
    reaches: impl Fn(Place, &[u64]) -> Result<bool, Error> + Sync,
) -> Result<SampledRecall, Error> {
    let decided = open.par_iter().map(|open| {
        let missed = reaches(open.place, &open.candidates)?;
        Ok::<(u64, u64), Error>((u64::from(missed), u64::from(!missed && open.cut)))
    });
    let add = |a: (u64, u64), b: (u64, u64)| Ok((a.0 + b.0, a.1 + b.1));
    let (missed, undecided) = decided.try_reduce(|| (0, 0), add)?;
    Ok(SampledRecall::new(sampled, found, missed, undecided))
}
