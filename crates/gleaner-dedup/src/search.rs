//! A search: which documents are kept so far, and what that says of the next ones.

use std::cmp::Reverse;

use crate::blocks::Block;
use crate::cache::Cache;
use crate::frames::Frames;
use crate::index::{Candidate, Index};
use crate::keys::{Keys, Kind};
use crate::member::Member;
use crate::parallel;
use crate::resolve::{Documents, ResolveOptions};
use crate::verify::{Duplicate, Found, Verifier};
use crate::waiting::Waiting;

/// The state of a search, between two blocks.
pub(crate) struct Search<'a, D> {
    options: &'a ResolveOptions,
    index: Index,
    verifier: Verifier<'a, D>,
    /// Bytes that the index may take.
    pub(crate) index_bytes: u64,
    /// The index has no room for further blocks.
    pub(crate) is_full: bool,
}

/// The candidates with which a document was compared, and the best of them.
#[derive(Default)]
pub(crate) struct Compared {
    candidates: Vec<Candidate>,
    found: Found,
}

/// What is found of each document of a block among those before it.
pub(crate) type ComparedBlock<E> = Vec<Result<Compared, E>>;

impl<'a, D: Documents> Search<'a, D> {
    pub(crate) fn new(options: &'a ResolveOptions, documents: &'a D, frames: &'a Frames) -> Search<'a, D> {
        let (similarity, cache) = (options.similarity, Cache::new(options.cache_bytes));
        Search {
            options,
            index: Index::new(similarity, options.max_bucket),
            verifier: Verifier { similarity, frames, documents, cache },
            index_bytes: options.index_bytes,
            is_full: false,
        }
    }

    pub(crate) fn next_round(&mut self) {
        self.index = Index::new(self.options.similarity, self.options.max_bucket);
        self.is_full = false;
    }

    /// Compares the documents of a block with those that were kept before it, on all threads. When the index has no room
    /// for the block, they are to wait for the next one.
    pub(crate) fn compare(&mut self, block: &mut Block) -> ComparedBlock<D::Error> {
        let keys = block.members.iter().map(|member| &member.keys);
        self.is_full = self.is_full || !self.index.has_room(keys, self.index_bytes);
        if self.is_full {
            return parallel::map(&block.members, |member| self.before_waiting(member));
        }
        block.find_neighbours(&self.options.similarity);
        let numbered: Vec<(usize, &Member)> = block.members.iter().enumerate().collect();
        parallel::map(&numbered, |&(at, member)| self.against_earlier(member, block.has_neighbour(at)))
    }

    /// Decides on the documents of a block in order, since which of them are kept shows only on the way; or lets them wait.
    pub(crate) fn settle<W, E>(
        &mut self,
        block: Block,
        compared: ComparedBlock<D::Error>,
        waiting: &mut W,
        verdict: &mut impl FnMut(u64, Option<Duplicate>) -> Result<(), E>,
    ) -> Result<(), E>
    where
        W: Waiting,
        E: From<D::Error> + From<W::Error>,
    {
        if self.is_full {
            return self.wait(block.members, compared, waiting);
        }
        let start = block.members.first().map_or(0, |first| first.order);
        for (at, (member, earlier)) in block.members.iter().zip(compared).enumerate() {
            let earlier = earlier?;
            let found = if block.has_neighbour(at) && !member.is_settled {
                self.among_neighbours(member, earlier, start)?
            } else {
                earlier.found
            };
            if found.is_some() {
                self.verifier.cache.remove(member.document);
            } else {
                self.index.insert(member.order, member.document, &member.keys);
            }
            verdict(member.document, found.map(|(_, duplicate)| duplicate))?;
        }
        Ok(())
    }

    /// What is found of a document in this index and earlier ones.
    fn against_earlier(&self, member: &Member, has_neighbour: bool) -> Result<Compared, D::Error> {
        if member.is_settled {
            return Ok(Compared::default());
        }
        let candidates = self.earlier(member);
        if has_neighbour || !candidates.is_empty() {
            self.verifier.hold(member)?;
        }
        let found = self.verifier.best_of(member, member.found.clone(), &candidates)?;
        Ok(Compared { candidates, found })
    }

    /// What is left of the index for a document that waits: band keys meet more in later rounds, of which only the most
    /// likely are compared; what shares a shingle of a prefix is compared in any case, and now.
    fn before_waiting(&self, member: &Member) -> Result<Compared, D::Error> {
        if member.is_settled {
            return Ok(Compared::default());
        }
        let candidates = self.earlier(member);
        if member.keys.kind == Kind::Bands {
            return Ok(Compared { candidates, found: None });
        }
        let found = self.verifier.best_of(member, member.found.clone(), &candidates)?;
        Ok(Compared { candidates: Vec::new(), found })
    }

    /// Lets documents wait, with what is found of them so far.
    fn wait<W, E>(
        &self,
        mut members: Vec<Member>,
        compared: ComparedBlock<D::Error>,
        waiting: &mut W,
    ) -> Result<(), E>
    where
        W: Waiting,
        E: From<D::Error> + From<W::Error>,
    {
        for (member, compared) in members.iter_mut().zip(compared) {
            Compared { candidates: member.candidates, found: member.found } = compared?;
            self.index.leave(&mut member.keys);
        }
        let records = parallel::map(&members, Member::write);
        records.iter().try_for_each(|record| Ok(waiting.put(record)?))
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
