//! From documents in the order in which they have a right to stay to verdicts.

use crate::blocks::{AHEAD_BYTES, Blocks};
use crate::error::{OptionsError, OptionsErrorKind};
use crate::frames::Frames;
use crate::keys::Keys;
use crate::parallel;
use crate::search::Search;
use crate::shingles::Shingles;
use crate::similarity::Similarity;
use crate::verify::Duplicate;
use crate::waiting::Waiting;

/// Which pairs are duplicates, and how far to look for them.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolveOptions {
    /// What makes two texts duplicates.
    ///
    /// ### Default
    /// Coverage.
    pub similarity: Similarity,
    /// Kept documents of one band bucket that are candidates: the earliest, at least 1. No bound on keys of a prefix.
    ///
    /// Only a crowd of mutually unlike kept documents that agree in a whole band fills a bucket: pages from one
    /// template. A copy of such a page meets its original in the buckets that rest on the page's own words, which are
    /// not crowded.
    ///
    /// ### Default
    /// 16.
    pub max_bucket: usize,
    /// Kept documents that a document with band keys is compared with at most, at least 1: those with which it shares
    /// most keys, then the earliest. No bound on documents with keys of a prefix.
    ///
    /// ### Default
    /// 32.
    pub max_candidates: usize,
    /// Bytes of loaded shingles to hold for further comparisons. Has no influence on the result.
    ///
    /// ### Default
    /// 64 MiB.
    pub cache_bytes: u64,
    /// Bytes of memory for the index of kept documents; when it holds more, later documents wait, and go through the
    /// rest of the index in another round. Has no influence on the result.
    ///
    /// ### Default
    /// No bound.
    pub index_bytes: u64,
}

impl ResolveOptions {
    /// The default options with another similarity.
    ///
    /// # Errors
    ///
    /// When its threshold is not in `(0, 1]`.
    pub fn new(similarity: Similarity) -> Result<ResolveOptions, OptionsError> {
        let options = ResolveOptions { similarity, ..ResolveOptions::default() };
        options.check().map(|()| options)
    }

    /// Whether these options can work.
    ///
    /// # Errors
    ///
    /// When the threshold is not in `(0, 1]`, or `max_bucket` or `max_candidates` is 0.
    pub fn check(&self) -> Result<(), OptionsError> {
        self.similarity.check()?;
        for (option, value) in [("max_bucket", self.max_bucket), ("max_candidates", self.max_candidates)] {
            if value == 0 {
                return Err(OptionsError::new(OptionsErrorKind::TooSmall { option, least: 1 }));
            }
        }
        Ok(())
    }
}

impl Default for ResolveOptions {
    fn default() -> ResolveOptions {
        ResolveOptions {
            similarity: Similarity::default(),
            max_bucket: 16,
            max_candidates: 32,
            cache_bytes: 64 << 20,
            index_bytes: u64::MAX,
        }
    }
}

/// A document of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// Its number.
    pub document: u64,
    /// About how many bytes its text has.
    pub bytes: u64,
    /// What its keys are made from.
    pub from: T,
    /// What is known of it already.
    pub standing: Standing,
}

/// What is known of a document before a search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Nothing: the search decides.
    #[default]
    Open,
    /// It stays, as a document of an earlier search that later ones are held against, or one on which this search has
    /// decided before it was stopped: it is compared with none before it.
    Stays,
    /// It goes, as this search has decided before it was stopped: it has its place in the order, and nothing else is
    /// done with it.
    Goes,
}

/// What a search needs from whoever holds the documents. Called from several threads with the feature `rayon`.
pub trait Documents: Sync {
    /// What the keys of a document are made from, as it is listed.
    type From: Send + Sync;
    /// Why a document cannot be had.
    type Error: Send;

    /// The keys of a document, and its shingles when they had to be made for that. `page` is the document's place in
    /// the order, from 0.
    ///
    /// # Errors
    ///
    /// When it cannot be had.
    fn keys(&self, listed: &Listed<Self::From>, page: u64) -> Result<(Keys, Option<Shingles>), Self::Error>;

    /// Called once, when the keys of all documents were made and some of these wait for room in the index: what was held
    /// to make keys may go. Gives the bytes of memory that this frees, by which the index may then be larger.
    fn no_more_keys(&self) -> u64 {
        0
    }

    /// The shingles of a document: for those with candidates only, once, or, when [`ResolveOptions::cache_bytes`] does
    /// not suffice, more often.
    ///
    /// # Errors
    ///
    /// When it cannot be had.
    fn shingles(&self, document: u64) -> Result<Shingles, Self::Error>;
}

/// Decides on documents given in the order in which they have a right to stay, without exact copies, and tells
/// `verdict` of each: `None` when it is kept, else why not.
///
/// Candidates of a document are the kept ones before it that share a key with it; those that are alike by
/// [`ResolveOptions::similarity`] make it a duplicate, and the one with the highest Jaccard similarity, of equal ones the
/// earliest, is named. Without any the document is kept, and so is one that [stays](Standing::Stays). Verdicts come in the
/// order of the documents; of those that [go](Standing::Goes) none is told. The lines of
/// `frames`, learnt with the numbers of documents in this order, do not count for coverage.
///
/// With keys of prefixes ([`Keys::of_prefix`]) or contents ([`Keys::of_content`]) every removal that is due is made: no
/// kept document is a duplicate of an earlier one. With keys of bands each due candidate is found with the probability that
/// [`Banding::candidate_probability`](crate::Banding::candidate_probability) gives.
///
/// Holds an index of at most [`ResolveOptions::index_bytes`] (later with what [`Documents::no_more_keys`] frees) and what
/// one block adds, a cache, and the keys of two blocks; the rest goes to `waiting`. A document is looked up once for each
/// time the index fills up before it.
///
/// # Errors
///
/// The first error of the list, of `documents`, of `waiting` or of `verdict`.
pub fn resolve<D, W, E>(
    list: impl Iterator<Item = Result<Listed<D::From>, E>>,
    documents: &D,
    frames: &Frames,
    waiting: &mut W,
    options: &ResolveOptions,
    mut verdict: impl FnMut(u64, Option<Duplicate>) -> Result<(), E>,
) -> Result<(), E>
where
    D: Documents,
    W: Waiting,
    E: From<D::Error> + From<W::Error>,
{
    let mut search = Search::new(options, documents, frames);
    let mut blocks = Blocks::default();
    let mut list = list.fuse();
    let first = blocks.listed(&mut list)?;
    let (mut bytes, mut block) = (first.bytes, first.block(documents, None)?);
    while !block.members.is_empty() {
        let compared = search.compare(&mut block);
        let next = blocks.listed(&mut list);
        // Those that wait are not held against one another now.
        let neighbours_by = (!search.is_full).then_some(&options.similarity);
        let settle = || search.settle(block, compared, waiting, &mut verdict);
        let (settled, ahead) = match &next {
            // One thread settles; meanwhile others get the next block ready.
            Ok(next) if bytes.saturating_add(next.bytes) <= AHEAD_BYTES => {
                let (settled, ahead) = parallel::beside(settle, || next.block(documents, neighbours_by));
                (settled, Some(ahead))
            }
            _ => (settle(), None),
        };
        settled?;
        let next = next?;
        (bytes, block) = (next.bytes, ahead.unwrap_or_else(|| next.block(documents, None))?);
    }
    if search.is_full {
        search.index_bytes = search.index_bytes.saturating_add(documents.no_more_keys());
    }
    while search.is_full {
        search.next_round();
        waiting.turn()?;
        while let Some(mut block) = blocks.waiting(waiting)? {
            let compared = search.compare(&mut block);
            search.settle(block, compared, waiting, &mut verdict)?;
        }
    }
    Ok(())
}
