//! By what a document meets others: band keys, or the rarest of its shingles.

use crate::counts::HashCounts;
use crate::resolve::ResolveOptions;
use crate::shingles::mix;

/// The keys under which a document is looked up and, when it is kept, found by later ones. Two documents are compared
/// when they share a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    pub(crate) kind: Kind,
    pub(crate) keys: Vec<Key>,
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
        Keys { kind: Kind::Bands, keys: keys.collect() }
    }

    /// The rarest of a document's shingles, so many that a document which shares none of them has a Jaccard similarity
    /// under the threshold of `options`; without those that `counts` knows to be nobody else's. Often that leaves none.
    ///
    /// `shingles` are the hashes of all its shingles, distinct, in any order. `counts` must have counted every document
    /// of the search. Expected linear time.
    ///
    /// Source: prefix filtering by ascending document frequency, Bayardo, Ma, Srikant, *Scaling Up All Pairs Similarity
    /// Search* (2007); positions, Xiao, Wang, Lin, Yu, *Efficient Similarity Joins for Near Duplicate Detection* (2008).
    pub fn of_prefix(shingles: &[u64], counts: &HashCounts, options: &ResolveOptions) -> Keys {
        let size = shingles.len();
        let kind = Kind::Prefix { size: u32::try_from(size).unwrap_or(u32::MAX) };
        let length = prefix_length(size, options.usable_threshold());
        let mut rarest = Vec::with_capacity(size);
        rarest.extend(shingles.iter().map(|&hash| by_rarity(hash, counts.of(hash))));
        rarest.retain(|&key| key >> 60 != 1);
        let alone = size - rarest.len();
        let length = length.saturating_sub(alone).min(rarest.len());
        if length == 0 {
            return Keys { kind, keys: Vec::new() };
        }
        rarest.select_nth_unstable(length - 1);
        rarest.truncate(length);
        rarest.sort_unstable();
        let keys = rarest.iter().enumerate().map(|(at, &key)| Key::new(key, (alone + at) as u32));
        Keys { kind, keys: keys.collect() }
    }

    /// Whether the document can meet no other.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Number of keys.
    pub fn len(&self) -> usize {
        self.keys.len()
    }
}

/// The key of a shingle by which the rarer ones come first: its count, then most of its hash. Two shingles that share
/// one only make a needless candidate.
fn by_rarity(hash: u64, count: u8) -> u64 {
    (u64::from(count) << 60) | (hash >> 4)
}

/// The hashes of band keys that [`HashCounts`] should count for [`Keys::of_bands`]: a key of one band never meets one
/// of another.
pub fn band_hashes(bands: &[u64]) -> impl Iterator<Item = u64> {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
    (1..).zip(bands).map(|(band, key): (u64, _)| mix(key ^ STEP.wrapping_mul(band)))
}

/// How many of `size` shingles in a common order two documents can differ in at the beginning: a duplicate shares at
/// least `threshold * size`.
fn prefix_length(size: usize, threshold: f64) -> usize {
    if threshold > 1.0 {
        return 0;
    }
    size - least(threshold * size as f64).clamp(1, size.max(1)).min(size) + usize::from(size > 0)
}

/// The least number of shared shingles with which a pair of these sizes reaches `threshold`.
pub(crate) fn least_shared(left: usize, right: usize, threshold: f64) -> usize {
    // shared / (left + right - shared) >= threshold
    least(threshold * (left + right) as f64 / (1.0 + threshold))
}

/// Rounded up, but for what rounding may have added.
pub(crate) fn least(value: f64) -> usize {
    (value * (1.0 - 1e-12)).ceil() as usize
}

#[cfg(test)]
mod tests {
    use super::{Keys, by_rarity, least_shared, prefix_length};
    use crate::counts::HashCounts;
    use crate::resolve::ResolveOptions;
    use crate::shingles::{Shingles, mix};

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
            assert_eq!(prefix_length(size, threshold), length, "{size} at {threshold}");
        }
        assert_eq!(least_shared(100, 100, 0.8), 89);
        assert_eq!(least_shared(8, 10, 0.8), 8);
    }

    #[test]
    fn the_rarest_come_first_and_single_ones_not_at_all() {
        let counts = HashCounts::new(1 << 16, 1 << 20);
        let of = |from: u64, to: u64| Shingles::from_hashes((from..to).map(mix).collect());
        counts.add(None, of(0, 100).as_slice());
        for start in [5, 10, 10] {
            counts.add(None, of(start, 100).as_slice());
        }
        let keys = Keys::of_prefix(of(0, 100).as_slice(), &counts, &ResolveOptions::default());
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
                &ResolveOptions::default()
            )
            .is_empty()
        );
    }
}
