//! The kept documents, by the keys under which later ones may meet them.

use crate::keys::{Key, Keys, Kind};
use crate::postings::PostingTable;
use crate::similarity::Similarity;

/// A kept document that another one should be compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Its place among all documents in the order in which they have a right to stay.
    pub(crate) order: u64,
    pub(crate) document: u64,
    /// Keys in common.
    pub(crate) shared: u32,
}

/// Finds, for the keys of a document, the kept ones that share some.
#[derive(Debug)]
pub(crate) struct Index {
    similarity: Similarity,
    max_bucket: u32,
    table: PostingTable,
    holders: Vec<Holder>,
}

#[derive(Clone, Copy, Debug)]
struct Holder {
    order: u64,
    document: u64,
    size: u32,
}

impl Index {
    /// An empty index. `max_bucket` bounds the holders of one band key.
    pub(crate) fn new(similarity: Similarity, max_bucket: usize) -> Index {
        let max_bucket = u32::try_from(max_bucket).unwrap_or(u32::MAX);
        Index { similarity, max_bucket, table: PostingTable::new(), holders: Vec::new() }
    }

    /// Whether `keys` more of `documents` more fit into `bytes` of memory; an empty index always has room.
    pub(crate) fn has_room(&self, keys: usize, documents: usize, bytes: u64) -> bool {
        let holders = self.holders.len() + documents;
        // The list doubles, and while it grows the old one is still there.
        let holders = if holders <= self.holders.capacity() { self.holders.capacity() } else { 3 * holders };
        let needed = self.table.bytes_with(keys) + (holders * size_of::<Holder>()) as u64;
        needed <= bytes && self.table.has_numbers(keys) || self.holders.is_empty()
    }

    /// Adds a kept document, which must come after all others in the order. Without keys nobody asks for it.
    pub(crate) fn insert(&mut self, order: u64, document: u64, keys: &Keys) {
        let size = match keys.kind {
            Kind::Bands => 0,
            Kind::Prefix { size } | Kind::Content { size, .. } => size,
        };
        if keys.is_empty() {
            return;
        }
        let holder = self.holders.len() as u32;
        self.holders.push(Holder { order, document, size });
        for key in &keys.keys {
            match keys.kind {
                Kind::Prefix { size } => self.table.insert(in_class(key.hash, size_class(size)), holder),
                Kind::Bands if key.held + self.bucket_size(key.hash) >= self.max_bucket => {}
                Kind::Bands | Kind::Content { .. } => self.table.insert(key.hash, holder),
            }
        }
    }

    /// The documents that share a key with `keys` and may be similar enough, those at or after place `from` in the
    /// order, by their order.
    pub(crate) fn candidates(&self, keys: &Keys, from: u64) -> Vec<Candidate> {
        let mut hits: Vec<(u32, u32)> = Vec::new();
        for key in keys.probes() {
            self.lists(keys.kind, key, |list| {
                let holders = self.table.holders(list);
                let wanted = holders.take_while(|&holder| self.holders[holder as usize].order >= from);
                hits.extend(wanted.map(|holder| (holder, key.position)));
            });
        }
        hits.sort_unstable();
        let groups = hits.chunk_by(|left, right| left.0 == right.0);
        let wanted = groups.filter(|group| self.may_reach(keys.kind, group));
        let candidate = |group: &[(u32, u32)]| {
            let Holder { order, document, .. } = self.holders[group[0].0 as usize];
            Candidate { order, document, shared: group.len() as u32 }
        };
        wanted.map(candidate).collect()
    }

    /// Writes into `keys` how many hold each, and drops those whose buckets are full: for a document that will be
    /// looked up again when this index is gone.
    pub(crate) fn leave(&self, keys: &mut Keys) {
        if keys.kind == Kind::Bands {
            keys.keys.iter_mut().for_each(|key| key.held += self.bucket_size(key.hash));
            keys.keys.retain(|key: &Key| key.held < self.max_bucket);
        }
    }

    /// The lists in which holders of `key` stand that may be similar enough.
    ///
    /// Those with a key of a prefix stand by their size: of a holder that shares this one and none that is rarer, no more
    /// can be shared than what follows. Pages of one template, which have all but their rarest shingles in common, are
    /// ruled out here, not one by one.
    fn lists(&self, kind: Kind, key: &Key, mut list: impl FnMut(u64)) {
        let (Kind::Prefix { size }, Similarity::Jaccard { threshold }) = (kind, self.similarity) else {
            return list(key.hash);
        };
        let rest = (size - key.position) as usize;
        let smallest = self.similarity.least_shared_with_any(size as usize);
        let largest = (f64::from(size) / threshold * (1.0 + 1e-12)).min(f64::from(u32::MAX)) as u32;
        for class in size_class(smallest as u32)..=size_class(largest) {
            let least_size = smallest.max(first_of_class(class));
            // Rounding may put the first of a class beyond what is large enough.
            if self.similarity.least_shared(size as usize, least_size).is_some_and(|least| least > rest) {
                break;
            }
            list(in_class(key.hash, class));
        }
    }

    /// Whether a pair with these shared keys, each with its position among the document's own, can reach the threshold,
    /// by the lengths and by what can still follow the last of them.
    fn may_reach(&self, kind: Kind, hits: &[(u32, u32)]) -> bool {
        let (holder, last) = hits[hits.len() - 1];
        let behind = |size: u32| (size - last - 1) as usize;
        let (needed, rest) = match kind {
            Kind::Bands => return true,
            Kind::Prefix { size } => {
                let other = self.holders[holder as usize].size as usize;
                let rest = behind(size).min(other.saturating_sub(hits.len()));
                (self.similarity.least_shared(size as usize, other), rest)
            }
            // What the holder has may have shrunk since by what has become a frame.
            Kind::Content { size, .. } => {
                (Some(self.similarity.least_shared_with_any(size as usize)), behind(size))
            }
        };
        needed.is_some_and(|needed| hits.len() + rest >= needed)
    }

    fn bucket_size(&self, hash: u64) -> u32 {
        self.table.holders(hash).count() as u32
    }
}

/// The class of a number of shingles: itself below 8, above that with all larger ones that agree in four leading bits.
fn size_class(size: u32) -> u32 {
    match size.checked_ilog2() {
        Some(bits) if bits >= 3 => (bits - 2) * 8 + ((size >> (bits - 3)) & 7),
        _ => size,
    }
}

/// The least number of a class.
fn first_of_class(class: u32) -> usize {
    if class < 8 { class as usize } else { (8 + class as usize % 8) << (class / 8 - 1) }
}

/// The hash by which holders of a class of sizes that bear `hash` are listed.
fn in_class(hash: u64, class: u32) -> u64 {
    hash ^ u64::from(class + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::{Candidate, Index, first_of_class, size_class};
    use crate::keys::{Key, Keys, Kind};
    use crate::similarity::Similarity;

    const JACCARD: Similarity = Similarity::Jaccard { threshold: 0.8 };

    fn bands(hashes: &[u64]) -> Keys {
        let keys = hashes.iter().map(|&hash| Key { hash, position: 0, held: 0 }).collect();
        Keys { kind: Kind::Bands, keys }
    }

    fn prefix(size: u32, hashes: &[(u64, u32)]) -> Keys {
        let keys = hashes.iter().map(|&(hash, position)| Key { hash, position, held: 0 }).collect();
        Keys { kind: Kind::Prefix { size }, keys }
    }

    fn documents(candidates: &[Candidate]) -> Vec<(u64, u32)> {
        candidates.iter().map(|candidate| (candidate.document, candidate.shared)).collect()
    }

    #[test]
    fn holders_of_shared_keys_are_candidates() {
        let mut index = Index::new(JACCARD, 2);
        index.insert(0, 10, &bands(&[1, 2]));
        index.insert(1, 11, &bands(&[2, 3]));
        index.insert(2, 12, &bands(&[2, 4]));
        // The bucket of key 2 is full when 12 comes.
        assert_eq!(documents(&index.candidates(&bands(&[2, 3]), 0)), [(10, 1), (11, 2)]);
        assert_eq!(documents(&index.candidates(&bands(&[2, 4]), 1)), [(11, 1), (12, 1)]);
        let mut keys = bands(&[1, 2, 5]);
        index.leave(&mut keys);
        assert_eq!(keys.keys.iter().map(|key| (key.hash, key.held)).collect::<Vec<_>>(), [(1, 1), (5, 0)]);
        let mut next = Index::new(JACCARD, 2);
        next.insert(3, 13, &keys);
        next.insert(4, 14, &keys);
        assert_eq!(documents(&next.candidates(&bands(&[1]), 0)), [(13, 1)]);
    }

    #[test]
    fn lengths_and_positions_rule_pairs_out() {
        let mut index = Index::new(JACCARD, 2);
        index.insert(0, 10, &prefix(100, &[(1, 0), (2, 20)]));
        // 89 of two hundred have to be shared: behind position 20 there are 79.
        assert!(index.candidates(&prefix(100, &[(2, 20)]), 0).is_empty());
        assert_eq!(documents(&index.candidates(&prefix(100, &[(1, 0), (2, 20)]), 0)), [(10, 1)]);
        assert_eq!(documents(&index.candidates(&prefix(100, &[(1, 11)]), 0)), [(10, 1)]);
        assert_eq!(documents(&index.candidates(&prefix(100, &[(1, 12)]), 0)), []);
        for (size, found) in [(79, 0), (80, 1), (125, 1), (126, 0)] {
            assert_eq!(index.candidates(&prefix(size, &[(1, 0)]), 0).len(), found, "{size}");
        }
    }

    #[test]
    fn classes_are_ranges_of_sizes() {
        for size in (0..5_000).chain([1 << 20, (1 << 20) + 1, u32::MAX]) {
            let class = size_class(size);
            assert!(first_of_class(class) <= size as usize, "{size}");
            assert!((size as usize) < first_of_class(class + 1), "{size}");
        }
    }
}
