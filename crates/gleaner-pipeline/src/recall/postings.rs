//! Who has a hash.

/// Hashes and the numbers of those that have them.
pub(super) struct Postings {
    /// Hash and number, by bucket, then by hash, then by number.
    entries: Vec<(u32, u32)>,
    /// Where each bucket begins, and behind the last where it ends.
    buckets: Vec<u32>,
    /// A bit for each hash that somebody has: it is in the cache when the entries are not.
    filter: Vec<u64>,
}

/// Bits of the filter, as a power of two: a tenth are set by a full sample.
const FILTER: u32 = 22;
/// Buckets, as a power of two: about three hashes in one.
const BUCKETS: u32 = 17;

impl Postings {
    pub(super) fn new(mut entries: Vec<(u32, u32)>) -> Postings {
        entries.sort_unstable_by_key(|&(hash, number)| (bucket(hash), hash, number));
        let mut buckets = vec![0; (1 << BUCKETS) + 1];
        entries.iter().for_each(|&(hash, _)| buckets[bucket(hash) + 1] += 1);
        (1..buckets.len()).for_each(|at| buckets[at] += buckets[at - 1]);
        let mut filter = vec![0; 1 << (FILTER - 6)];
        for (hash, _) in &entries {
            let (word, bit) = filter_place(*hash);
            filter[word] |= bit;
        }
        Postings { entries, buckets, filter }
    }

    /// The numbers of those that have the hash, ascending.
    pub(super) fn of(&self, hash: u32) -> impl Iterator<Item = u32> {
        let (word, bit) = filter_place(hash);
        let entries = if self.filter[word] & bit == 0 {
            &[]
        } else {
            let at = bucket(hash);
            &self.entries[self.buckets[at] as usize..self.buckets[at + 1] as usize]
        };
        entries.iter().filter(move |(other, _)| *other == hash).map(|&(_, number)| number)
    }
}

/// Hashes of a high level are small, but their low bits are spread.
fn bucket(hash: u32) -> usize {
    (hash & ((1 << BUCKETS) - 1)) as usize
}

fn filter_place(hash: u32) -> (usize, u64) {
    let place = hash & ((1 << FILTER) - 1);
    ((place / 64) as usize, 1 << (place % 64))
}

#[cfg(test)]
mod tests {
    use super::Postings;

    #[test]
    fn a_hash_has_its_own_and_no_other() {
        // Of one bucket and one place in the filter; of one bucket alone; of none.
        let hashes = [5, 5 + (1 << 22), 5 + (1 << 17), u32::MAX];
        let entries = (0..8u32).map(|number| (hashes[number as usize % 3], number)).rev().collect();
        let postings = Postings::new(entries);
        let expected: [&[u32]; 4] = [&[0, 3, 6], &[1, 4, 7], &[2, 5], &[]];
        for (hash, expected) in hashes.into_iter().zip(expected) {
            assert_eq!(postings.of(hash).collect::<Vec<_>>(), expected, "{hash}");
        }
    }
}
