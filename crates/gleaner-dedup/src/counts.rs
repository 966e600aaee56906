//! How many documents bear a hash, roughly but never 1 for several, in memory that does not grow with them.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::shingles::mix;

/// Counts, for hashes, the documents that bear them: up to 8 never too low, sometimes too high.
///
/// A table of four-bit counters, indexed by the hash: hashes that meet in a counter share it, so a count of 1 is
/// certain, and one that is too high makes a search slower, not wrong. Up to 8 documents are counted one by one; each
/// step above that stands for about four times as many, 15 for some twenty thousand. The table is shared between
/// threads; the order in which they add has no influence on counts of 1.
///
/// Source: a counting Bloom filter with one hash function (Fan et al., *Summary Cache*, 2000); large counts as in Morris,
/// *Counting Large Numbers of Events in Small Registers* (1978).
#[derive(Debug)]
pub struct HashCounts {
    /// Sixteen counters a word.
    counters: Box<[AtomicU64]>,
    /// Contents whose hashes were counted already, each where its low half says; a later one takes the place.
    contents: Box<[AtomicU64]>,
}

/// The most a counter holds.
const FULL: u64 = 15;
/// The last count that is exact.
const EXACT: u64 = 8;
/// Counters in a word.
const PER_WORD: usize = 16;

impl HashCounts {
    /// Counters for about `hashes` distinct hashes in at most `bytes` of memory: one and a half for each where there is
    /// room, so that about half of the rare ones have their own; with less memory fewer.
    ///
    /// ```
    /// use gleaner_dedup::HashCounts;
    ///
    /// let counts = HashCounts::new(1_000, 1 << 20);
    /// counts.add(None, &[3, 5 << 60]);
    /// counts.add(None, &[3]);
    /// assert_eq!((counts.of(3), counts.of(5 << 60), counts.of(9 << 60)), (2, 1, 0));
    /// ```
    pub fn new(hashes: u64, bytes: u64) -> HashCounts {
        let contents = (hashes / 256).clamp(1 << 8, bytes.max(1 << 14) / 64);
        let room = (bytes / 8).saturating_sub(contents).max(1 << 7);
        let counters = (hashes / 2).saturating_mul(3).div_ceil(PER_WORD as u64).clamp(1 << 7, room);
        HashCounts { counters: zeros(counters), contents: zeros(contents) }
    }

    /// Bytes of memory that the counters take.
    pub fn bytes(&self) -> u64 {
        (8 * (self.counters.len() + self.contents.len())) as u64
    }

    /// Counts a document that bears `hashes`, which must be distinct.
    ///
    /// With a `content` that an earlier document had, nothing is counted, as long as that one is remembered: exact
    /// copies are one document.
    pub fn add(&self, content: Option<u128>, hashes: &[u64]) {
        if content.is_some_and(|content| self.is_known(content)) {
            return;
        }
        // Touched first without a lock prefix, so that the processor waits for many counters at a time.
        let touched = hashes.iter().fold(0u8, |sum, &hash| sum.wrapping_add(self.of(hash)));
        std::hint::black_box(touched);
        // Another number for each document.
        let salt = hashes.iter().fold(hashes.len() as u64, |salt, hash| salt.wrapping_add(*hash));
        for &hash in hashes {
            let (counter, shift) = self.place(hash);
            let chance = mix(hash ^ salt).trailing_zeros();
            // Fails when the counter is full, or large and this document does not raise it.
            let _ = counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |word| {
                let count = (word >> shift) & FULL;
                let rises = count < EXACT || count < FULL && chance >= 2 * (count - EXACT + 1) as u32;
                rises.then(|| word + (1 << shift))
            });
        }
    }

    /// How many documents were counted that bear `hash`, or more; from 8 on only how large the number is, at most 15.
    #[inline]
    pub fn of(&self, hash: u64) -> u8 {
        let (counter, shift) = self.place(hash);
        ((counter.load(Ordering::Relaxed) >> shift) & FULL) as u8
    }

    #[inline]
    fn place(&self, hash: u64) -> (&AtomicU64, usize) {
        let counter = scale(hash, self.counters.len() * PER_WORD);
        (&self.counters[counter / PER_WORD], counter % PER_WORD * 4)
    }

    fn is_known(&self, content: u128) -> bool {
        let (place, tag) = (content as u64, ((content >> 64) as u64).max(1));
        self.contents[scale(place, self.contents.len())].swap(tag, Ordering::Relaxed) == tag
    }
}

/// Where in `0..length` a hash lies.
#[inline]
fn scale(hash: u64, length: usize) -> usize {
    ((u128::from(hash) * length as u128) >> 64) as usize
}

fn zeros(length: u64) -> Box<[AtomicU64]> {
    (0..length).map(|_| AtomicU64::new(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::HashCounts;
    use crate::shingles::mix;

    #[test]
    fn counts_are_never_too_low() {
        for bytes in [0, 1 << 10, 1 << 20] {
            let counts = HashCounts::new(3_000, bytes);
            for document in 0..20 {
                let hashes: Vec<u64> = (0..3_000 - document * 100).map(mix).collect();
                counts.add(None, &hashes);
            }
            for hash in 0..3_000 {
                let due = 20.min(30 - hash / 100).min(8) as u8;
                assert!(counts.of(mix(hash)) >= due, "{bytes}: {hash}");
            }
        }
    }

    #[test]
    fn large_counts_tell_magnitudes() {
        let counts = HashCounts::new(100, 1 << 20);
        let mut seen = Vec::new();
        for document in 0..4_000u64 {
            counts.add(None, &[mix(1), mix(document + 2)]);
            if [4, 8, 100, 1_000, 3_999].contains(&document) {
                seen.push(counts.of(mix(1)));
            }
        }
        assert!(seen[..2] == [5, 9] || seen[..2] == [5, 8], "{seen:?}");
        assert!((9..=11).contains(&seen[2]) && (11..=13).contains(&seen[3]) && seen[4] <= 14, "{seen:?}");
        assert!(seen.is_sorted());
    }

    #[test]
    fn most_hashes_have_a_counter_of_their_own() {
        let counts = HashCounts::new(10_000, 1 << 20);
        counts.add(None, &(0..10_000).map(mix).collect::<Vec<_>>());
        let single = (0..10_000).filter(|&hash| counts.of(mix(hash)) == 1).count();
        assert!(single > 4_700, "{single}");
    }

    #[test]
    fn copies_count_once() {
        let counts = HashCounts::new(10, 1 << 20);
        for _ in 0..5 {
            counts.add(Some(7 << 64 | 9), &[mix(1), mix(2)]);
        }
        counts.add(Some(8 << 64 | 9), &[mix(2)]);
        assert_eq!((counts.of(mix(1)), counts.of(mix(2))), (1, 2));
        // Its place was taken, so it is counted again: too high, never too low.
        counts.add(Some(7 << 64 | 9), &[mix(1)]);
        assert_eq!(counts.of(mix(1)), 2);
    }

    #[test]
    fn threads_lose_no_count() {
        let counts = HashCounts::new(1 << 10, 1 << 20);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    (0..7).for_each(|_| counts.add(None, &(0..1 << 10).map(mix).collect::<Vec<_>>()))
                });
            }
        });
        assert!((0..1 << 10).all(|hash| counts.of(mix(hash)) >= 8));
    }
}
