//! The kept documents, by the keys under which later ones may meet them.

use crate::content::{Content, Sketch};
use crate::keys::{Key, Keys, Kind};
use crate::parity::Parity;
use crate::places::{Classes, full_places, in_full, prefix_count, prefix_places};
use crate::postings::{Label, PostingTable, Short, Spot, Whole};
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
    /// By bands; with whole hashes, since a list that two shared by accident would show in what is found.
    bands: PostingTable<Whole>,
    /// By keys of prefixes.
    prefixes: PostingTable<Short>,
    /// By the marks of contents.
    marks: PostingTable<Short>,
    /// By all shingles.
    full: PostingTable<Short>,
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
        let [prefixes, marks, full] = std::array::from_fn(|_| PostingTable::new());
        Index {
            similarity,
            max_bucket,
            bands: PostingTable::new(),
            prefixes,
            marks,
            full,
            holders: Vec::new(),
            outlines: Vec::new(),
            outlined: 0,
        }
    }

    /// Whether documents with these keys fit into `bytes` of memory, too; an empty index always has room.
    pub(crate) fn has_room<'a>(&self, documents: impl Iterator<Item = &'a Keys>, bytes: u64) -> bool {
        let (mut holders, mut more, mut outlined) = (self.holders.len(), [0; 4], self.outlined);
        for keys in documents.filter(|keys| !keys.is_empty()) {
            holders += 1;
            more[usize::from(keys.kind != Kind::Bands)] += prefix_count(keys);
            more[2] += keys.content.marks.len();
            more[3] += full_places(keys).count();
            outlined += Outline::bytes(keys);
        }
        // The list doubles, and while it grows the old one is still there.
        let holders = if holders <= self.holders.capacity() { self.holders.capacity() } else { 3 * holders };
        let Index { bands, prefixes, marks, full, .. } = self;
        let others = || [prefixes, marks, full].into_iter().zip(&more[1..]);
        let tables: u64 = others().map(|(table, more)| table.bytes_with(*more)).sum();
        let needed = bands.bytes_with(more[0]) + tables + (holders * size_of::<Holder>() + outlined) as u64;
        let has_numbers =
            bands.has_numbers(more[0]) && others().all(|(table, more)| table.has_numbers(*more));
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
                let spot = self.bands.spot(key.hash);
                if key.held + self.bucket_size(spot) < self.max_bucket {
                    self.bands.insert(spot, holder);
                }
            }
            return;
        }
        add(&mut self.prefixes, prefix_places(keys), holder);
        add(&mut self.marks, keys.content.marks.iter().copied(), holder);
        add(&mut self.full, full_places(keys), holder);
    }

    /// The documents that share a key with `keys` and may be similar enough, those at or after place `from` in the
    /// order, by their order.
    pub(crate) fn candidates(&self, keys: &Keys, from: u64) -> Vec<Candidate> {
        let mut hits: Vec<(u32, u32)> = Vec::new();
        let from = self.first_holder(from);
        match self.prefix(keys) {
            None => {
                let spot = |key: &Key| self.bands.spot(key.hash);
                let held = |key: &Key| held(&self.bands, spot(key), from).map(|holder| (holder, 0));
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

    /// The holders from `from` on that share a key of a prefix, those that can reach the Jaccard similarity.
    fn meet_prefix(&self, jaccard: f64, size: u32, keys: &[Key], from: u32, hits: &mut Vec<(u32, u32)>) {
        let classes = if keys.is_empty() { return } else { Classes::new(jaccard, size) };
        let spots: Vec<Spot> = keys.iter().map(|key| self.prefixes.spot(key.hash)).collect();
        self.prefixes.touch_filter(spots.iter().copied());
        let lists = keys
            .iter()
            .zip(&spots)
            .flat_map(|(key, spot)| classes.lists(key).map(move |list| (spot.near(list), key.position)));
        let lists: Vec<(Spot, u32)> = lists.filter(|&(list, _)| self.prefixes.may_have(list)).collect();
        self.prefixes.touch(lists.iter().map(|&(list, _)| list));
        for (list, position) in lists {
            hits.extend(held(&self.prefixes, list, from).map(|holder| (holder, position)));
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
        let marks: Vec<Spot> = content.all.iter().map(|&mark| self.marks.spot(mark)).collect();
        self.marks.touch_filter(marks.iter().copied());
        for list in marks.into_iter().filter(|list| self.marks.may_have(*list)) {
            hits.extend(held(&self.marks, list, from).filter(is_of_size).map(|holder| (holder, 0)));
        }
        for &key in &content.window {
            let list = self.full.spot(in_full(key));
            hits.extend(held(&self.full, list, from).filter(is_of_size).map(|holder| (holder, 0)));
        }
    }

    /// Writes into `keys` how many hold each, and drops those whose buckets are full: for a document that will be
    /// looked up again when this index is gone.
    pub(crate) fn leave(&self, keys: &mut Keys) {
        if keys.kind == Kind::Bands {
            keys.keys.iter_mut().for_each(|key| key.held += self.bucket_size(self.bands.spot(key.hash)));
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

    fn bucket_size(&self, list: Spot) -> u32 {
        self.bands.holders(list).count() as u32
    }
}

/// Adds a holder to the lists of these hashes.
fn add(table: &mut PostingTable<Short>, hashes: impl Iterator<Item = u64>, holder: u32) {
    let lists: Vec<Spot> = hashes.map(|hash| table.spot(hash)).collect();
    table.touch_filter(lists.iter().copied());
    table.touch(lists.iter().copied());
    lists.into_iter().for_each(|list| table.insert(list, holder));
}

/// The holders in a list, without those before `first`.
fn held<L: Label>(table: &PostingTable<L>, list: Spot, first: u32) -> impl Iterator<Item = u32> {
    table.holders(list).take_while(move |&holder| holder >= first)
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
        let key = |&(number, position): &(u64, u32)| Key { hash: mix(number), position, held: 0 };
        let keys = hashes.iter().map(key).collect();
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
