//! Blocks: the documents that are decided on together.

use std::mem;
use std::sync::Arc;

use crate::member::Member;
use crate::neighbours::neighbours;
use crate::parallel;
use crate::resolve::{Documents, Listed, Standing};
use crate::similarity::Similarity;
use crate::waiting::Waiting;

/// Documents of a block: enough to keep threads busy, few enough that the shingles of all fit the cache. Has no
/// influence on the result.
const BLOCK: usize = 1024;

/// Bytes of text after which a block ends earlier.
const BLOCK_BYTES: u64 = 16 << 20;

/// Bytes of text in two blocks up to which one is got ready while the other is settled: all but those with a document
/// of many megabytes.
pub(crate) const AHEAD_BYTES: u64 = 3 * BLOCK_BYTES;

/// Forms blocks of documents: by their number and the size of their texts, so that they are the same in every round.
#[derive(Default)]
pub(crate) struct Blocks {
    listed: u64,
}

/// Documents of a block as they are listed, with their places in the order.
pub(crate) struct ListedBlock<T> {
    documents: Vec<(u64, Listed<T>)>,
    /// Bytes of their texts.
    pub(crate) bytes: u64,
}

/// Documents of a block with their keys.
pub(crate) struct Block {
    pub(crate) members: Vec<Member>,
    /// Of each whether another one of the block may be a duplicate of it; `None` as long as nobody has asked.
    has_neighbour: Option<Vec<bool>>,
}

impl Blocks {
    /// The next block of a list, empty at its end.
    pub(crate) fn listed<T, E>(
        &mut self,
        list: &mut impl Iterator<Item = Result<Listed<T>, E>>,
    ) -> Result<ListedBlock<T>, E> {
        let (mut documents, mut bytes) = (Vec::new(), 0);
        while documents.len() < BLOCK && bytes < BLOCK_BYTES {
            let Some(listed) = list.next().transpose()? else { break };
            let order = self.listed;
            self.listed += 1;
            if listed.standing != Standing::Goes {
                bytes = bytes.saturating_add(listed.bytes);
                documents.push((order, listed));
            }
        }
        Ok(ListedBlock { documents, bytes })
    }

    /// The next block of those that wait; `None` when none does.
    pub(crate) fn waiting<W: Waiting>(&mut self, waiting: &mut W) -> Result<Option<Block>, W::Error> {
        let (mut records, mut record, mut bytes) = (Vec::new(), Vec::new(), 0u64);
        while records.len() < BLOCK && bytes < BLOCK_BYTES && waiting.take(&mut record)? {
            bytes = bytes.saturating_add(Member::bytes_of(&record));
            records.push(mem::take(&mut record));
        }
        let members = parallel::map(&records, |record| Member::read(record));
        Ok((!members.is_empty()).then_some(Block { members, has_neighbour: None }))
    }
}

impl<T: Send + Sync> ListedBlock<T> {
    /// The documents with their keys, made on all threads, and, by the similarity that is given, which have neighbours.
    pub(crate) fn block<D: Documents<From = T>>(
        &self,
        documents: &D,
        neighbours_by: Option<&Similarity>,
    ) -> Result<Block, D::Error> {
        let members = parallel::map(&self.documents, |(order, listed)| {
            let Listed { document, bytes, standing, .. } = *listed;
            let is_settled = standing == Standing::Stays;
            let (keys, shingles) = documents.keys(listed, *order)?;
            // Without keys it will not be compared.
            let shingles = shingles.filter(|_| !keys.is_empty()).map(Arc::new);
            Ok(Member { order: *order, document, bytes, keys, is_settled, shingles, ..Member::default() })
        });
        let members = members.into_iter().collect::<Result<Vec<_>, _>>()?;
        let has_neighbour = neighbours_by.map(|similarity| neighbours(&members, similarity));
        Ok(Block { members, has_neighbour })
    }
}

impl Block {
    /// Of each document whether another one of the block may be a duplicate of it.
    pub(crate) fn find_neighbours(&mut self, similarity: &Similarity) -> &[bool] {
        let Block { members, has_neighbour } = self;
        has_neighbour.get_or_insert_with(|| neighbours(members, similarity))
    }

    /// Whether another document may be a duplicate of the one at a place, as far as somebody has asked.
    pub(crate) fn has_neighbour(&self, at: usize) -> bool {
        self.has_neighbour.as_ref().is_some_and(|has_neighbour| has_neighbour[at])
    }
}
