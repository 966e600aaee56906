//! From fingerprints to verdicts.

use std::cmp::Reverse;
use std::error::Error as StdError;

use crate::buckets::{Bucket, Buckets};
use crate::cache::Cache;
use crate::error::{OptionsError, OptionsErrorKind};
use crate::exact::first_copies;
use crate::parallel;
use crate::shingles::Shingles;
use crate::sketcher::Fingerprint;
use crate::verify::{Duplicate, Verifier};

/// Which pairs are duplicates, and how far to look for them.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolveOptions {
    /// Smallest Jaccard similarity of a duplicate, in `(0, 1]`.
    ///
    /// ### Default
    /// 0.8.
    pub threshold: f64,
    /// Kept documents of one band bucket that are candidates: the earliest half and the latest half; at least 2.
    ///
    /// Only a crowd of mutually unlike kept documents that agree in a whole band fills a bucket: pages from one
    /// template. A copy of such a page meets its original in the buckets that rest on the page's own words, which are
    /// not crowded. Among 20,000 pages that agree in .5 or .7 of their shingles the bound cost no copy, not even of
    /// those at .83, that four times as many candidates would have found.
    ///
    /// ### Default
    /// 16.
    pub max_bucket: usize,
    /// Kept documents that a document is compared with at most, at least 1: those with which it shares most buckets,
    /// then the earliest. Documents go in blocks of 1,024; this many of earlier blocks, and this many of its own.
    ///
    /// ### Default
    /// 32.
    pub max_candidates: usize,
    /// Bytes of loaded shingles to hold for further comparisons. Has no influence on the result.
    ///
    /// ### Default
    /// 64 MiB.
    pub cache_bytes: u64,
}

impl ResolveOptions {
    /// The default options with another threshold.
    ///
    /// # Errors
    ///
    /// When the threshold is not in `(0, 1]`.
    pub fn new(threshold: f64) -> Result<ResolveOptions, OptionsError> {
        let options = ResolveOptions { threshold, ..ResolveOptions::default() };
        options.check().map(|()| options)
    }

    /// Whether these options can work.
    ///
    /// # Errors
    ///
    /// When the threshold is not in `(0, 1]`, `max_bucket` is under 2 or `max_candidates` under 1.
    pub fn check(&self) -> Result<(), OptionsError> {
        let kind = match self {
            options if !(options.threshold > 0.0 && options.threshold <= 1.0) => {
                OptionsErrorKind::Threshold(options.threshold)
            }
            options if options.max_bucket < 2 => {
                OptionsErrorKind::TooSmall { option: "max_bucket", least: 2 }
            }
            options if options.max_candidates < 1 => {
                OptionsErrorKind::TooSmall { option: "max_candidates", least: 1 }
            }
            _ => return Ok(()),
        };
        Err(OptionsError::new(kind))
    }
}

impl Default for ResolveOptions {
    fn default() -> ResolveOptions {
        ResolveOptions { threshold: 0.8, max_bucket: 16, max_candidates: 32, cache_bytes: 64 << 20 }
    }
}

/// Documents that are verified together: enough to keep threads busy, few enough that the shingles of all fit the
/// cache. A part of the result's definition, so it does not depend on either.
pub(crate) const BLOCK: usize = 1024;

/// Above this, positions in the buckets would not fit their 32 bits.
const MAX_DOCUMENTS: usize = 1 << 31;

/// Finds the duplicates among documents given in keep order: whichever comes first stays.
///
/// What comes out: for each document `None` when it is kept, else why not. The order of work:
/// 1. Exact copies collapse: a copy gets `Measure::Exact` and the first of its kind, or, when that one is itself
///    removed, the verdict of that one.
/// 2. The others are taken in order. Candidates of a document are the kept ones that share a band key with it; those
///    whose Jaccard similarity reaches the threshold make it a duplicate, and the most similar of them, of equal ones
///    the earliest, is named. Without any the document is kept.
///
/// `load(i)` must give the shingles of document `i` again. It is called for documents with candidates only, once or,
/// when [`ResolveOptions::cache_bytes`] does not suffice, more often. With the feature `rayon` it is called from
/// several threads, those of the pool in which this function is called. The result is the same.
///
/// `O(bands * n log n)` for the candidates, and at most `2 * max_candidates` comparisons a document. For memory see
/// [`memory_needed`](crate::memory_needed). Options that fail [`ResolveOptions::check`] are no error here: sizes that
/// are too small are raised, and with a threshold above 1 or none at all only exact copies are found.
///
/// # Errors
///
/// The error of `load` for the earliest document where it failed; nothing else.
///
/// # Panics
///
/// With more than 2³¹ documents.
pub fn find_duplicates<E: StdError + Send>(
    fingerprints: &[Fingerprint],
    options: &ResolveOptions,
    load: impl Fn(usize) -> Result<Shingles, E> + Sync,
) -> Result<Vec<Option<Duplicate>>, E> {
    assert!(fingerprints.len() <= MAX_DOCUMENTS, "{} documents are too many", fingerprints.len());
    let first = first_copies(fingerprints);
    let is_first = |document: u32| first[document as usize] == Some(document);
    let threshold = options.threshold.max(f64::MIN_POSITIVE);
    let mut search = Search {
        buckets: Buckets::new(fingerprints, is_first, options.max_bucket.max(2)),
        verifier: Verifier { threshold, load, cache: Cache::new(options.cache_bytes) },
        max_candidates: options.max_candidates.max(1),
    };
    let mut verdicts = vec![None; fingerprints.len()];
    for block in search.buckets.documents().chunks(BLOCK) {
        search.resolve(block, &mut verdicts)?;
    }
    for (document, first) in first.iter().enumerate() {
        if let Some(first) = first.map(|first| first as usize).filter(|&first| first != document) {
            verdicts[document] = verdicts[first].clone().or_else(|| Some(Duplicate::exact(first)));
        }
    }
    Ok(verdicts)
}

struct Search<F> {
    buckets: Buckets,
    verifier: Verifier<F>,
    max_candidates: usize,
}

/// A document of the block at hand.
struct Member {
    document: u32,
    buckets: Vec<Bucket>,
    /// Whether another one of the block shares a bucket.
    has_neighbour: bool,
}

impl<E: StdError + Send, F: Fn(usize) -> Result<Shingles, E> + Sync> Search<F> {
    /// Decides the documents of `block`: against those kept before it on all threads, then against one another in
    /// order, since which of them are kept shows only on the way.
    fn resolve(&mut self, block: &[u32], verdicts: &mut [Option<Duplicate>]) -> Result<(), E> {
        let members = self.members(block);
        let against_earlier = parallel::map(&members, |member| {
            if member.has_neighbour {
                self.verifier.shingles(member.document)?;
            }
            self.verifier.best_of(member.document, &self.candidates(member, |_| true))
        });
        for (member, earlier) in members.iter().zip(against_earlier) {
            let candidates = self.candidates(member, |kept| kept >= block[0]);
            let verdict = Duplicate::best(earlier?, self.verifier.best_of(member.document, &candidates)?);
            if verdict.is_some() {
                self.verifier.cache.remove(member.document);
            } else {
                member.buckets.iter().for_each(|&bucket| self.buckets.keep(bucket, member.document));
            }
            verdicts[member.document as usize] = verdict;
        }
        Ok(())
    }

    fn members(&mut self, block: &[u32]) -> Vec<Member> {
        let take =
            |&document| Member { document, buckets: self.buckets.take(document), has_neighbour: false };
        let mut members: Vec<Member> = block.iter().map(take).collect();
        let places = members.iter().enumerate();
        let mut places: Vec<(Bucket, usize)> =
            places.flat_map(|(at, member)| member.buckets.iter().map(move |&bucket| (bucket, at))).collect();
        places.sort_unstable();
        for neighbours in places.chunk_by(|left, right| left.0 == right.0).filter(|run| run.len() > 1) {
            neighbours.iter().for_each(|&(_, at)| members[at].has_neighbour = true);
        }
        members
    }

    /// The kept documents to compare with: most shared buckets first, then the earliest.
    fn candidates(&self, member: &Member, wanted: impl Fn(u32) -> bool) -> Vec<u32> {
        let kept = member.buckets.iter().flat_map(|&bucket| self.buckets.kept(bucket)).copied();
        let mut kept: Vec<u32> = kept.filter(|&document| wanted(document)).collect();
        kept.sort_unstable();
        let shared = kept.chunk_by(|left, right| left == right);
        let mut ranked: Vec<(Reverse<usize>, u32)> =
            shared.map(|same| (Reverse(same.len()), same[0])).collect();
        ranked.sort_unstable();
        ranked.truncate(self.max_candidates);
        ranked.into_iter().map(|(_, document)| document).collect()
    }
}
