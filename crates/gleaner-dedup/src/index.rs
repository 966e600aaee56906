//! The kept documents, by the keys under which later ones may meet them.

use crate::content::{Content, Sketch};
use crate::keys::{Key, Keys, Kind};
use crate::parity::Parity;
use crate::places::{Classes, full_places, in_full, prefix_places};
use crate::postings::PostingTable;
use crate::similarity::{Coverage, Similarity};

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
    /// By bands, or by keys of prefixes.
    table: PostingTable,
    /// By the marks of contents.
    marks: PostingTable,
    /// By all shingles.
    full: PostingTable,
    holders: Vec<Holder>,
    /// What holders tell without their texts, in their order; of those that are listed by bands nothing.
    outlines: Vec<Outline>,
    /// Bytes of the outlines.
    outlined: usize,
}

/// What a holder tells without its text.
#[derive(Debug)]
enum Outline {
    /// One that is listed by a prefix.
    Prefix(Parity),
    /// The rarest window and the sketch of all shingles.
    Content { window: Box<[u64]>, sketch: Sketch },
}

impl Outline {
    fn of(keys: &Keys) -> Option<Outline> {
        let Content { window, sketch, .. } = &keys.content;
        match keys.kind {
            Kind::Bands => None,
            Kind::Prefix { .. } => Some(Outline::Prefix(keys.parity.clone())),
            Kind::Content { .. } => Some(Outline::Content { window: window.clone(), sketch: sketch.clone() }),
        }
    }

    /// Bytes of memory that the outline of a document takes; with twice its own size, for the list that grows.
    fn bytes(keys: &Keys) -> usize {
        let held = match keys.kind {
            Kind::Bands => return 0,
            Kind::Prefix { .. } => size_of_val(keys.parity.words()),
            Kind::Content { .. } => keys.content.sketch.bytes() + size_of_val(&*keys.content.window),
        };
        3 * size_of::<Outline>() + held
    }
}

#[derive(Clone, Copy, Debug)]
struct Holder {
    order: u64,
    document: u64,
    /// Distinct shingles of a document that is not listed by bands.
    size: u32,
    /// How many of them are in no frame in the end.
    lasting: u32,
}

impl Index {
    /// An empty index. `max_bucket` bounds the holders of one band key.
    pub(crate) fn new(similarity: Similarity, max_bucket: usize) -> Index {
        let max_bucket = u32::try_from(max_bucket).unwrap_or(u32::MAX);
        let [table, marks, full] = std::array::from_fn(|_| PostingTable::new());
        Index {
            similarity,
            max_bucket,
            table,
            marks,
            full,
            holders: Vec::new(),
            outlines: Vec::new(),
            outlined: 0,
        }
    }

    /// Whether documents with these keys fit into `bytes` of memory, too; an empty index always has room.
    pub(crate) fn has_room<'a>(&self, documents: impl Iterator<Item = &'a Keys>, bytes: u64) -> bool {
        let (mut holders, mut more, mut outlined) = (self.holders.len(), [0; 3], self.outlined);
        for keys in documents.filter(|keys| !keys.is_empty()) {
            holders += 1;
            more[0] += prefix_places(keys).count();
            more[1] += keys.content.marks.len();
            more[2] += full_places(keys).count();
            outlined += Outline::bytes(keys);
        }
        // The list doubles, and while it grows the old one is still there.
        let holders = if holders <= self.holders.capacity() { self.holders.capacity() } else { 3 * holders };
        let tables = [&self.table, &self.marks, &self.full];
        let needed: u64 = tables.iter().zip(more).map(|(table, more)| table.bytes_with(more)).sum();
        let needed = needed + (holders * size_of::<Holder>() + outlined) as u64;
        let has_numbers = tables.iter().zip(more).all(|(table, more)| table.has_numbers(more));
        needed <= bytes && has_numbers || self.holders.is_empty()
    }

    /// Adds a kept document, which must come after all others in the order. Without keys nobody asks for it.
    pub(crate) fn insert(&mut self, order: u64, document: u64, keys: &Keys) {
        if keys.is_empty() {
            return;
        }
        let (size, lasting) = match keys.kind {
            Kind::Bands => (0, 0),
            Kind::Prefix { size } => (size, size),
            Kind::Content { .. } => (keys.content.size, keys.content.lasting),
        };
        let holder = self.holders.len() as u32;
        self.holders.push(Holder { order, document, size, lasting });
        if let Some(outline) = Outline::of(keys) {
            self.outlined += Outline::bytes(keys);
            self.outlines.push(outline);
        }
        if keys.kind == Kind::Bands {
            for key in &keys.keys {
                if key.held + self.bucket_size(key.hash) < self.max_bucket {
                    self.table.insert(key.hash, holder);
                }
            }
            return;
        }
        self.table.touch(prefix_places(keys));
        prefix_places(keys).for_each(|place| self.table.insert(place, holder));
        keys.content.marks.iter().for_each(|&mark| self.marks.insert(mark, holder));
        full_places(keys).for_each(|place| self.full.insert(place, holder));
    }

    /// The documents that share a key with `keys` and may be similar enough, those at or after place `from` in the
    /// order, by their order.
    pub(crate) fn candidates(&self, keys: &Keys, from: u64) -> Vec<Candidate> {
        let mut hits: Vec<(u32, u32)> = Vec::new();
        let from = self.first_holder(from);
        match self.prefix(keys) {
            None => {
                let held = |key: &Key| Index::held(&self.table, key.hash, from).map(|holder| (holder, 0));
                hits.extend(keys.keys.iter().flat_map(held));
            }
            Some((jaccard, size)) => {
                self.meet_prefix(jaccard, size, keys.probes(), from, &mut hits);
                self.meet_content(&keys.content, from, &mut hits);
            }
        }
        hits.sort_unstable();
        let groups = hits.chunk_by(|left, right| left.0 == right.0);
        let groups = groups.filter(|group| self.may_be_alike(keys, group[0].0));
        let candidate = |group: &[(u32, u32)]| {
            let Holder { order, document, .. } = self.holders[group[0].0 as usize];
            Candidate { order, document, shared: group.len() as u32 }
        };
        groups.map(candidate).collect()
    }

    /// Whether a document may be a duplicate of a holder, as far as their outlines tell.
    fn may_be_alike(&self, keys: &Keys, holder: u32) -> bool {
        match self.outlines.get(holder as usize) {
            None => true,
            Some(Outline::Prefix(parity)) => {
                let other = self.holders[holder as usize].size;
                keys.may_reach(self.similarity, other, parity)
            }
            Some(Outline::Content { window, sketch }) => {
                let Content { window: own_window, sketch: own_sketch, .. } = &keys.content;
                own_sketch.may_have_any(window) || sketch.may_have_any(own_window)
            }
        }
    }

    /// The Jaccard similarity for which keys are those of a prefix, and the number of shingles of the document.
    fn prefix(&self, keys: &Keys) -> Option<(f64, u32)> {
        match (keys.kind, self.similarity) {
            (Kind::Bands, _) => None,
            (Kind::Prefix { size }, Similarity::Jaccard { threshold }) => Some((threshold, size)),
            (Kind::Prefix { size }, Similarity::Coverage(coverage)) => Some((coverage.containment, size)),
            (Kind::Content { .. }, similarity) => {
                let alike = if let Similarity::Coverage(coverage) = similarity {
                    coverage.alike()
                } else {
                    similarity
                };
                Some((alike.threshold(), keys.content.size))
            }
        }
    }

    /// The first holder at or after place `from` in the order.
    fn first_holder(&self, from: u64) -> u32 {
        self.holders.partition_point(|holder| holder.order < from) as u32
    }

    /// The holders in a list, without those before `first`.
    fn held(table: &PostingTable, list: u64, first: u32) -> impl Iterator<Item = u32> {
        table.holders(list).take_while(move |&holder| holder >= first)
    }

    /// The holders from `from` on that share a key of a prefix, those that can reach the Jaccard similarity.
    fn meet_prefix(&self, jaccard: f64, size: u32, keys: &[Key], from: u32, hits: &mut Vec<(u32, u32)>) {
        let classes = if keys.is_empty() { return } else { Classes::new(jaccard, size) };
        self.table.touch_filter(keys.iter().map(|key| key.hash));
        let lists = keys.iter().flat_map(|key| classes.lists(key).map(|list| (list, key.position)));
        let lists: Vec<(u64, u32)> = lists.filter(|&(list, _)| self.table.may_have(list)).collect();
        self.table.touch(lists.iter().map(|&(list, _)| list));
        for (list, position) in lists {
            hits.extend(Index::held(&self.table, list, from).map(|holder| (holder, position)));
        }
        hits.sort_unstable();
        self.keep_those_that_reach(jaccard, size, hits);
    }

    /// The holders from `from` on that share a shingle by which they are listed.
    fn meet_content(&self, content: &Content, from: u32, hits: &mut Vec<(u32, u32)>) {
        let Similarity::Coverage(Coverage { length_ratio, .. }) = self.similarity else { return };
        let size = f64::from(content.size);
        let is_of_size = |holder: &u32| {
            let Holder { size: largest, lasting, .. } = self.holders[*holder as usize];
            f64::from(largest) >= length_ratio * size && size >= length_ratio * f64::from(lasting)
        };
        self.marks.touch_filter(content.all.iter().copied());
        for &list in content.all.iter().filter(|list| self.marks.may_have(**list)) {
            hits.extend(Index::held(&self.marks, list, from).filter(is_of_size).map(|holder| (holder, 0)));
        }
        for &key in &content.window {
            hits.extend(
                Index::held(&self.full, in_full(key), from).filter(is_of_size).map(|holder| (holder, 0)),
            );
        }
    }

    /// Writes into `keys` how many hold each, and drops those whose buckets are full: for a document that will be
    /// looked up again when this index is gone.
    pub(crate) fn leave(&self, keys: &mut Keys) {
        if keys.kind == Kind::Bands {
            keys.keys.iter_mut().for_each(|key| key.held += self.bucket_size(key.hash));
            keys.keys.retain(|key: &Key| key.held < self.max_bucket);
        }
    }

    /// Drops the hits, sorted by holder and position, of holders that cannot reach a Jaccard similarity with a document
    /// of `size` shingles, by the lengths and by what can still follow the last shared one.
    fn keep_those_that_reach(&self, jaccard: f64, size: u32, hits: &mut Vec<(u32, u32)>) {
        let similarity = Similarity::Jaccard { threshold: jaccard };
        let smallest = similarity.least_shared_with_any(size as usize);
        let (mut kept, mut at) = (0, 0);
        while let Some(&(holder, _)) = hits.get(at) {
            let group = hits[at..].iter().take_while(|hit| hit.0 == holder).count();
            let last = hits[at + group - 1].1;
            let Holder { size: largest, lasting, .. } = self.holders[holder as usize];
            // What the holder has may have shrunk since by what has become a frame, but not below what is needed.
            let other = (lasting as usize).max(smallest);
            let needed =
                similarity.least_shared(size as usize, other).filter(|_| largest as usize >= smallest);
            let rest = ((size - last - 1) as usize).min((largest as usize).saturating_sub(group));
            if needed.is_some_and(|needed| group + rest >= needed) {
                hits.copy_within(at..at + group, kept);
                kept += group;
            }
            at += group;
        }
        hits.truncate(kept);
    }

    fn bucket_size(&self, hash: u64) -> u32 {
        self.table.holders(hash).count() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::{Candidate, Index};
    use crate::keys::{Key, Keys, Kind};
    use crate::parity::Parity;
    use crate::shingles::mix;
    use crate::similarity::Similarity;

    const JACCARD: Similarity = Similarity::Jaccard { threshold: 0.8 };

    fn bands(hashes: &[u64]) -> Keys {
        let keys = hashes.iter().map(|&hash| Key { hash, position: 0, held: 0 }).collect();
        Keys { keys, ..Keys::default() }
    }

    fn prefix(size: u32, hashes: &[(u64, u32)]) -> Keys {
        let keys = hashes.iter().map(|&(hash, position)| Key { hash, position, held: 0 }).collect();
        Keys { kind: Kind::Prefix { size }, keys, ..Keys::default() }
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
    fn parities_rule_pairs_out() {
        let document = |from: u64, to: u64| {
            let shingles: Vec<u64> = (from..to).map(mix).collect();
            Keys { parity: Parity::of(&shingles), ..prefix((to - from) as u32, &[(1, 0)]) }
        };
        let mut index = Index::new(JACCARD, 2);
        index.insert(0, 10, &document(0, 400));
        index.insert(1, 11, &document(300, 700));
        index.insert(2, 12, &document(40, 440));
        let found = |from, to| documents(&index.candidates(&document(from, to), 0));
        assert_eq!(found(0, 400), [(10, 1), (12, 1)]);
        assert_eq!(found(300, 700), [(11, 1)]);
        assert_eq!(found(2_000, 2_400), []);
    }

    /// Four of five: what is not shared is as much as may not be.
    #[test]
    fn parities_leave_the_threshold_itself() {
        let shingles: Vec<u64> = (0..5).map(mix).collect();
        let document = |shingles: &[u64]| Keys {
            parity: Parity::of(shingles),
            ..prefix(shingles.len() as u32, &[(1, 0)])
        };
        let mut index = Index::new(JACCARD, 2);
        index.insert(0, 10, &document(&shingles));
        assert_eq!(documents(&index.candidates(&document(&shingles[1..]), 0)), [(10, 1)]);
        assert_eq!(documents(&index.candidates(&document(&shingles[2..]), 0)), []);
    }
}
