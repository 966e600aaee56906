//! From documents in the order in which they have a right to stay to verdicts.

use std::cmp::Reverse;
use std::sync::Arc;

use crate::cache::Cache;
use crate::error::{OptionsError, OptionsErrorKind};
use crate::frames::Frames;
use crate::index::{Candidate, Index};
use crate::keys::{Keys, Kind};
use crate::member::Member;
use crate::neighbours::neighbours;
use crate::parallel;
use crate::shingles::Shingles;
use crate::similarity::Similarity;
use crate::verify::{Duplicate, Found, Verifier};
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

/// Documents that are verified together: enough to keep threads busy, few enough that the shingles of all fit the
/// cache. Has no influence on the result.
const BLOCK: usize = 1024;

/// Bytes of text after which a block ends earlier.
const BLOCK_BYTES: u64 = 16 << 20;

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
/// Holds an index of at most [`ResolveOptions::index_bytes`] and what one block adds, a cache, and the keys of one
/// block; the rest goes to `waiting`. A document is looked up once for each time the index fills up before it.
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
    while let Some(block) = blocks.listed(&mut list, documents)? {
        search.take(block, waiting, &mut verdict)?;
    }
    while search.is_full {
        search.next_round();
        waiting.turn()?;
        while let Some(block) = blocks.waiting(waiting)? {
            search.take(block, waiting, &mut verdict)?;
        }
    }
    Ok(())
}

/// Forms blocks of documents: by their number and the size of their texts, so that they are the same in every round.
#[derive(Default)]
struct Blocks {
    listed: u64,
    /// A buffer.
    record: Vec<u8>,
}

impl Blocks {
    fn listed<D: Documents, E: From<D::Error>>(
        &mut self,
        list: &mut impl Iterator<Item = Result<Listed<D::From>, E>>,
        documents: &D,
    ) -> Result<Option<Vec<Member>>, E> {
        let (mut block, mut bytes) = (Vec::new(), 0);
        while block.len() < BLOCK && bytes < BLOCK_BYTES {
            let Some(listed) = list.next().transpose()? else { break };
            let order = self.listed;
            self.listed += 1;
            if listed.standing != Standing::Goes {
                bytes += listed.bytes;
                block.push((order, listed));
            }
        }
        let members = parallel::map(&block, |(order, listed)| {
            let Listed { document, bytes, standing, .. } = *listed;
            let is_settled = standing == Standing::Stays;
            let (keys, shingles) = documents.keys(listed, *order)?;
            // Without keys it will not be compared.
            let shingles = shingles.filter(|_| !keys.is_empty()).map(Arc::new);
            let member =
                Member { order: *order, document, bytes, keys, is_settled, shingles, ..Member::default() };
            Ok::<_, D::Error>(member)
        });
        let members = members.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(Some(members).filter(|members| !members.is_empty()))
    }

    fn waiting<W: Waiting>(&mut self, waiting: &mut W) -> Result<Option<Vec<Member>>, W::Error> {
        let (mut block, mut bytes) = (Vec::new(), 0);
        while block.len() < BLOCK && bytes < BLOCK_BYTES && waiting.take(&mut self.record)? {
            let member = Member::read(&self.record);
            bytes += member.bytes;
            block.push(member);
        }
        Ok(Some(block).filter(|block| !block.is_empty()))
    }
}

struct Search<'a, D> {
    options: &'a ResolveOptions,
    index: Index,
    verifier: Verifier<'a, D>,
    /// The index has no room for further blocks.
    is_full: bool,
}

impl<'a, D: Documents> Search<'a, D> {
    fn new(options: &'a ResolveOptions, documents: &'a D, frames: &'a Frames) -> Search<'a, D> {
        let (similarity, cache) = (options.similarity, Cache::new(options.cache_bytes));
        Search {
            options,
            index: Index::new(similarity, options.max_bucket),
            verifier: Verifier { similarity, frames, documents, cache },
            is_full: false,
        }
    }

    fn next_round(&mut self) {
        self.index = Index::new(self.options.similarity, self.options.max_bucket);
        self.is_full = false;
    }

    /// Decides on a block, or, when the index has no room for it, looks it up and lets it wait.
    fn take<W, E>(
        &mut self,
        mut block: Vec<Member>,
        waiting: &mut W,
        verdict: &mut impl FnMut(u64, Option<Duplicate>) -> Result<(), E>,
    ) -> Result<(), E>
    where
        W: Waiting,
        E: From<D::Error> + From<W::Error>,
    {
        let keys = block.iter().map(|member| &member.keys);
        self.is_full = self.is_full || !self.index.has_room(keys, self.options.index_bytes);
        if self.is_full {
            let looked_up = parallel::map(&block, |member| self.look_up(member));
            for (member, looked_up) in block.iter_mut().zip(looked_up) {
                (member.candidates, member.found) = looked_up?;
                self.index.leave(&mut member.keys);
            }
            return block.iter().try_for_each(|member| Ok(waiting.put(&member.write())?));
        }
        self.decide(&block, |document, found| verdict(document, found.map(|(_, duplicate)| duplicate)))
    }

    /// What is left of the index for a document that waits: band keys meet more in later rounds, of which only the most
    /// likely are compared; what shares a shingle of a prefix is compared in any case, and now.
    fn look_up(&self, member: &Member) -> Result<(Vec<Candidate>, Found), D::Error> {
        if member.is_settled {
            return Ok(<(Vec<Candidate>, Found)>::default());
        }
        let candidates = self.earlier(member);
        if member.keys.kind == Kind::Bands {
            return Ok((candidates, None));
        }
        let found = self.verifier.best_of(member, member.found.clone(), &candidates)?;
        Ok((Vec::new(), found))
    }

    /// Decides on the documents of `block`: against those kept before it on all threads, then against one another in
    /// order, since which of them are kept shows only on the way.
    fn decide<E: From<D::Error>>(
        &mut self,
        block: &[Member],
        mut verdict: impl FnMut(u64, Found) -> Result<(), E>,
    ) -> Result<(), E> {
        let has_neighbour = neighbours(block, &self.options.similarity);
        let numbered: Vec<(usize, &Member)> = block.iter().enumerate().collect();
        let against_earlier = parallel::map(&numbered, |&(at, member)| {
            if member.is_settled {
                return Ok(Compared::default());
            }
            let candidates = self.earlier(member);
            if has_neighbour[at] || !candidates.is_empty() {
                self.verifier.hold(member)?;
            }
            let found = self.verifier.best_of(member, member.found.clone(), &candidates)?;
            Ok(Compared { candidates, found })
        });
        let start = block[0].order;
        for (&(at, member), earlier) in numbered.iter().zip(against_earlier) {
            let earlier = earlier?;
            let found = if has_neighbour[at] && !member.is_settled {
                self.among_neighbours(member, earlier, start)?
            } else {
                earlier.found
            };
            if found.is_some() {
                self.verifier.cache.remove(member.document);
            } else {
                self.index.insert(member.order, member.document, &member.keys);
            }
            verdict(member.document, found)?;
        }
        Ok(())
    }

    /// What is found of a document when those of its block, which begins at place `start`, are candidates, too.
    fn among_neighbours(&self, member: &Member, earlier: Compared, start: u64) -> Result<Found, D::Error> {
        let Compared { candidates, found } = earlier;
        let neighbours = self.index.candidates(&member.keys, start);
        let count = candidates.len() + neighbours.len();
        if member.keys.kind == Kind::Bands && count > self.options.max_candidates {
            // Some that were compared give way, as if there were no blocks.
            let all = self.most_likely(&member.keys, [candidates, neighbours].concat());
            return self.verifier.best_of(member, member.found.clone(), &all);
        }
        self.verifier.best_of(member, found, &self.most_likely(&member.keys, neighbours))
    }

    /// The candidates of a document that this index or earlier ones hold.
    fn earlier(&self, member: &Member) -> Vec<Candidate> {
        let mut candidates = self.index.candidates(&member.keys, 0);
        candidates.extend_from_slice(&member.candidates);
        self.most_likely(&member.keys, candidates)
    }

    /// Those that share most keys first, then the earliest; for band keys no more than the bound.
    fn most_likely(&self, keys: &Keys, mut candidates: Vec<Candidate>) -> Vec<Candidate> {
        candidates.sort_unstable_by_key(|candidate| (Reverse(candidate.shared), candidate.order));
        if keys.kind == Kind::Bands {
            candidates.truncate(self.options.max_candidates);
        }
        candidates
    }
}

/// The candidates with which a document was compared, and the best of them.
#[derive(Default)]
struct Compared {
    candidates: Vec<Candidate>,
    found: Found,
}
