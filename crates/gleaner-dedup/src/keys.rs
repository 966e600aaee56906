//! By what a document meets others: band keys, or the rarest of its shingles.

use crate::content::{Content, Recurrent};
use crate::counts::HashCounts;
use crate::frames::Frames;
use crate::parity::Parity;
use crate::places::places;
use crate::shingles::{Shingles, mix};
use crate::similarity::Similarity;

/// The keys under which a document is looked up and, when it is kept, found by later ones. Two documents are compared
/// when they share a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    pub(crate) kind: Kind,
    pub(crate) keys: Vec<Key>,
    /// Of [`Kind::Content`]: what it is looked up by besides.
    pub(crate) content: Content,
    /// Of [`Kind::Prefix`]: of all shingles of the document.
    pub(crate) parity: Parity,
}

/// What the keys are, and what that says of a pair that shares one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Keys of bands: the more are shared, the better; a crowd is cut.
    #[default]
    Bands,
    /// The first of the document's shingles by rarity. Every duplicate shares one, so nothing is cut, but lengths and
    /// positions rule most pairs out.
    Prefix {
        /// Distinct shingles of the document.
        size: u32,
    },
    /// Those of [`Content`]; and the first shingles by rarity, without those of frames, of which every duplicate that is
    /// alike shares one.
    Content {
        /// Keys under which it is looked up.
        probes: u32,
        /// Keys under which it is listed.
        listed: u32,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) hash: u64,
    /// Of a shingle: how many of the document's come before it in the order of rarity.
    pub(crate) position: u32,
    /// Kept documents that bear the key but are out of reach now.
    pub(crate) held: u32,
}

impl Key {
    fn new(hash: u64, position: u32) -> Key {
        Key { hash, position, held: 0 }
    }
}

impl Keys {
    /// The keys of the bands of a [`Fingerprint`](crate::Fingerprint), without those that `counts` knows to be nobody
    /// else's.
    pub fn of_bands(bands: &[u64], counts: &HashCounts) -> Keys {
        let keys = band_hashes(bands).filter(|&hash| counts.of(hash) != 1).map(|hash| Key::new(hash, 0));
        Keys { keys: keys.collect(), ..Keys::default() }
    }

    /// The rarest of a document's shingles, so many that a document which shares none of them has a similarity under
    /// the threshold of `similarity`, a Jaccard similarity; without those that `counts` knows to be nobody else's. Often
    /// that leaves none.
    ///
    /// `shingles` are the hashes of all its shingles, distinct, in any order. `counts` must have counted every document
    /// of the search. Expected linear time.
    ///
    /// Source: prefix filtering by ascending document frequency, Bayardo, Ma, Srikant, *Scaling Up All Pairs Similarity
    /// Search* (2007); positions, Xiao, Wang, Lin, Yu, *Efficient Similarity Joins for Near Duplicate Detection* (2008).
    pub fn of_prefix(shingles: &[u64], counts: &HashCounts, similarity: &Similarity) -> Keys {
        let size = shingles.len();
        let kind = Kind::Prefix { size: u32::try_from(size).unwrap_or(u32::MAX) };
        let prefix = prefix_length(size, similarity);
        let mut rarest = Vec::with_capacity(size);
        let mut alone = 0;
        for some in shingles.chunks(AT_ONCE) {
            let before = rarest.len();
            push_recurrent(some, counts, &mut rarest);
            alone += some.len() - (rarest.len() - before);
            // The prefix has none but those that are nobody else's.
            if alone >= prefix {
                return Keys { kind, ..Keys::default() };
            }
        }
        let length = (prefix - alone).min(rarest.len());
        if length == 0 {
            return Keys { kind, ..Keys::default() };
        }
        rarest.select_nth_unstable(length - 1);
        rarest.truncate(length);
        Keys { kind, keys: by_position(rarest, alone), parity: Parity::of(shingles), ..Keys::default() }
    }

    /// What [`Keys::of_prefix`] is to a Jaccard similarity, for coverage: the shingles near the beginning of a document
    /// and some others, all without those that are nobody else's. `page` is the document's place in the order.
    ///
    /// A text may be covered by one three times as long, and share with it any of its shingles; what is shared near the
    /// beginning, and in each part, is what finds the pair. Expected linear time.
    pub fn of_content(
        shingles: &Shingles,
        counts: &HashCounts,
        similarity: &Similarity,
        frames: &Frames,
        page: u64,
    ) -> Keys {
        let Similarity::Coverage(coverage) = similarity else {
            return Keys::of_prefix(shingles.as_slice(), counts, similarity);
        };
        if similarity.check().is_err() {
            return Keys { kind: Kind::Content { probes: 0, listed: 0 }, ..Keys::default() };
        }
        let (content, Recurrent { mut own, alone }) = Content::of(shingles, counts, coverage, frames, page);
        let (size, lasting) = (content.size as usize, content.lasting as usize);
        let alike = coverage.alike();
        let most = own.len();
        let length = |least: usize| (size + 1).saturating_sub(least).saturating_sub(alone).min(most);
        let probes = length(alike.least_shared_with_any(size));
        // When it is asked for, more of its shingles may be in frames.
        let listed = length(alike.least_shared_with_any(lasting));
        // Only a text that may be covered asks, and what is crowded is found otherwise.
        let probes = if content.window.is_empty() { 0 } else { probes };
        let listed = if content.is_crowded { 0 } else { listed };
        own.truncate(probes.max(listed));
        let [probes, listed] = [probes, listed].map(|number| u32::try_from(number).unwrap_or(u32::MAX));
        let kind = Kind::Content { probes, listed };
        Keys { kind, keys: by_position(own, alone), content, ..Keys::default() }
    }

    /// Whether the document can meet no other.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.content.all.is_empty()
    }

    /// Keys of the prefix under which the document is looked up.
    pub(crate) fn probes(&self) -> &[Key] {
        match self.kind {
            Kind::Content { probes, .. } => &self.keys[..self.keys.len().min(probes as usize)],
            Kind::Bands | Kind::Prefix { .. } => &self.keys,
        }
    }

    /// Keys of the prefix under which the document is listed.
    pub(crate) fn listed(&self) -> &[Key] {
        match self.kind {
            Kind::Content { listed, .. } => &self.keys[..self.keys.len().min(listed as usize)],
            Kind::Bands | Kind::Prefix { .. } => &self.keys,
        }
    }

    /// Whether a document with keys of a prefix may be similar enough to another one, of so many shingles and with this
    /// parity, as far as these tell.
    pub(crate) fn may_reach(&self, similarity: Similarity, other: u32, parity: &Parity) -> bool {
        let Kind::Prefix { size } = self.kind else { return true };
        let jaccard = Similarity::Jaccard { threshold: similarity.threshold() };
        let (size, other) = (size as usize, other as usize);
        // What is not shared is in one of the two alone.
        let most = jaccard.least_shared(size, other).map(|shared| size + other - 2 * shared);
        most.is_some_and(|most| self.parity.least_difference(parity) <= most)
    }

    /// Number of keys under which others find the document.
    pub fn len(&self) -> usize {
        places(self).count()
    }
}

/// The key of a shingle by which the rarer ones come first: its count, then most of its hash. Two shingles that share
/// one only make a needless candidate.
pub(crate) fn by_rarity(hash: u64, count: u8) -> u64 {
    (u64::from(count) << 60) | (hash >> 4)
}

/// Whether more than one document has the shingle of a key.
pub(crate) fn is_recurrent(key: u64) -> bool {
    key >> 60 != 1
}

/// The hashes of band keys that [`HashCounts`] should count for [`Keys::of_bands`]: a key of one band never meets one
/// of another.
pub fn band_hashes(bands: &[u64]) -> impl Iterator<Item = u64> {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
    (1..).zip(bands).map(|(band, key): (u64, _)| mix(key ^ STEP.wrapping_mul(band)))
}

/// Shingles that are looked up in the counters together: so many that the processor waits for many at a time.
const AT_ONCE: usize = 128;

/// Appends the keys of the shingles that more than one document has.
fn push_recurrent(shingles: &[u64], counts: &HashCounts, keys: &mut Vec<u64>) {
    let start = keys.len();
    keys.extend(shingles.iter().map(|&hash| by_rarity(hash, counts.of(hash))));
    let mut kept = start;
    for at in start..keys.len() {
        let key = keys[at];
        keys[kept] = key;
        kept += usize::from(is_recurrent(key));
    }
    keys.truncate(kept);
}

/// Keys with their positions behind `alone` shingles that are rarer.
fn by_position(mut keys: Vec<u64>, alone: usize) -> Vec<Key> {
    keys.sort_unstable();
    (alone as u32..).zip(keys).map(|(position, key)| Key::new(key, position)).collect()
}

/// How many of `size` shingles in a common order two documents can differ in at the beginning, and one more.
fn prefix_length(size: usize, similarity: &Similarity) -> usize {
    (size + 1).saturating_sub(similarity.least_shared_with_any(size)).min(size)
}

#[cfg(test)]
mod tests {
    use super::{Keys, by_rarity, prefix_length};
    use crate::counts::HashCounts;
    use crate::shingles::{Shingles, mix};
    use crate::similarity::Similarity;

    const JACCARD: Similarity = Similarity::Jaccard { threshold: 0.8 };

    #[test]
    fn prefixes() {
        let lengths = [
            (0, 0.8, 0),
            (1, 0.8, 1),
            (5, 0.8, 2),
            (10, 0.8, 3),
            (100, 0.8, 21),
            (100, 1.0, 1),
            (7, 0.01, 7),
        ];
        for (size, threshold, length) in lengths {
            assert_eq!(
                prefix_length(size, &Similarity::Jaccard { threshold }),
                length,
                "{size} at {threshold}"
            );
        }
    }

    #[test]
    fn a_document_with_enough_of_its_own_has_no_keys() {
        let of = |from: u64, to: u64| Shingles::from_hashes((from..to).map(mix).collect());
        // Of a thousand shingles, those of a duplicate include one of any 201.
        for (own, keys) in [(199, 2), (200, 1), (201, 0), (1_000, 0)] {
            let counts = HashCounts::new(1 << 20, 1 << 20);
            let document = of(0, 1_000);
            [&document, &of(own, 1_000)].into_iter().for_each(|it| counts.add(None, it.as_slice()));
            assert_eq!(Keys::of_prefix(document.as_slice(), &counts, &JACCARD).keys.len(), keys, "{own}");
        }
    }

    #[test]
    fn the_rarest_come_first_and_single_ones_not_at_all() {
        let counts = HashCounts::new(1 << 16, 1 << 20);
        let of = |from: u64, to: u64| Shingles::from_hashes((from..to).map(mix).collect());
        counts.add(None, of(0, 100).as_slice());
        for start in [5, 10, 10] {
            counts.add(None, of(start, 100).as_slice());
        }
        let keys = Keys::of_prefix(of(0, 100).as_slice(), &counts, &JACCARD);
        // Of 21, the five that are nobody else's are left out.
        let hashes: Vec<u64> = keys.keys.iter().map(|key| key.hash).collect();
        assert_eq!(hashes.len(), 16);
        assert!((5..10).all(|rare| hashes[..5].contains(&by_rarity(mix(rare), 2))), "{hashes:?}");
        assert_eq!(keys.keys.iter().map(|key| key.position).collect::<Vec<_>>(), (5..21).collect::<Vec<_>>());
        assert!(
            Keys::of_prefix(
                of(200, 300).as_slice(),
                &{
                    let one = HashCounts::new(1 << 16, 1 << 20);
                    one.add(None, of(200, 300).as_slice());
                    one
                },
                &JACCARD
            )
            .is_empty()
        );
    }
}
