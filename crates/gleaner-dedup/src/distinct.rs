//! Which of many hashes are distinct, without sorting them.

use std::mem;

/// Drops repeats from lists of hashes. Its table grows to the longest list seen.
///
/// Source of the order: Amble, Knuth, *Ordered hash tables* (1974).
#[derive(Clone, Debug, Default)]
pub(crate) struct Distinct {
    /// Open addressing with linear probing from the place that the high bits say; what stands in it is in order.
    table: Vec<u64>,
    distinct: Vec<u64>,
}

/// No hash stands here. The hash with this value is not put into the table.
const FREE: u64 = u64::MAX;

/// Places behind the table for those that find none in it.
const OVERHANG: usize = 64;

impl Distinct {
    /// The distinct ones of `hashes`, in no particular order. Expected linear time for hashes that are spread; a list of
    /// hashes that were made to meet is sorted, as is one of more than a million.
    pub(crate) fn of(&mut self, hashes: &[u64]) -> &[u64] {
        let Distinct { table, distinct } = self;
        distinct.clear();
        if !place(table, hashes, |hash| distinct.push(hash)) {
            self.sort(hashes);
        }
        &self.distinct
    }

    /// The distinct ones of `hashes`, ascending; in a little more time.
    pub(crate) fn ascending(&mut self, hashes: &[u64]) -> &[u64] {
        let mut count = 0;
        if place(&mut self.table, hashes, |_| count += 1) {
            self.collect(count);
        } else {
            self.sort(hashes);
        }
        &self.distinct
    }

    /// Puts down the `count` hashes in the order of the table; one that does not stand in it is the last.
    fn collect(&mut self, count: usize) {
        self.distinct.clear();
        // What comes next is written behind the last, and stays when it is a hash.
        self.distinct.resize(count + 1, FREE);
        let mut at = 0;
        for &hash in &self.table {
            self.distinct[at] = hash;
            at += usize::from(hash != FREE);
        }
        self.distinct.truncate(count);
    }

    fn sort(&mut self, hashes: &[u64]) {
        self.table = Vec::new();
        self.distinct.clear();
        self.distinct.extend_from_slice(hashes);
        self.distinct.sort_unstable();
        self.distinct.dedup();
    }
}

/// Gives each hash its place in the table, and calls `first` with each that comes for the first time. Whether that was
/// possible in few steps.
fn place(table: &mut Vec<u64>, hashes: &[u64], mut first: impl FnMut(u64)) -> bool {
    /// Hashes of which a table would take more memory than a list is worth.
    const MANY: usize = 1 << 20;
    /// Steps a hash, on average, after which it is no accident.
    const MANY_STEPS: usize = 16;
    if hashes.len() > MANY {
        return false;
    }
    let bits = usize::BITS - hashes.len().leading_zeros() + 1;
    table.clear();
    table.resize((1 << bits) + OVERHANG, FREE);
    // The last place stays free, and ends every search.
    let last = table.len() - 1;
    let (mut steps, mut has_last) = (MANY_STEPS * (hashes.len() + 64), false);
    for &hash in hashes {
        let home = (hash >> (u64::BITS - bits)) as usize;
        let mut at = home;
        while table[at] < hash {
            at += 1;
        }
        if table[at] != hash || hash == FREE && !mem::replace(&mut has_last, true) {
            first(hash);
            // Those that are larger move on.
            let mut moved = hash;
            while moved != FREE && at < last {
                mem::swap(&mut table[at], &mut moved);
                at += 1;
            }
            if moved != FREE {
                return false;
            }
        }
        steps = steps.saturating_sub(at - home);
        if steps == 0 {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Distinct;
    use crate::shingles::mix;

    #[track_caller]
    fn check(hashes: &[u64]) {
        let mut distinct = Distinct::default();
        let _ = distinct.of(&[9; 5]);
        let set: BTreeSet<u64> = hashes.iter().copied().collect();
        let found = distinct.of(hashes).to_vec();
        assert_eq!(found.len(), set.len());
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), set);
        assert_eq!(distinct.ascending(hashes), set.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn repeats_go() {
        check(&[]);
        check(&[7]);
        check(&[u64::MAX, 0, u64::MAX, 0, 1]);
        check(&[0, u64::MAX - 1]);
        check(&[u64::MAX]);
        check(&(0..5_000).map(|number| mix(number % 1_700)).collect::<Vec<_>>());
        // Made to meet at the beginning of the table, at its end and anywhere.
        check(&(0..50_000).map(|number| number % 30_000).collect::<Vec<_>>());
        check(&(0..200).map(|number| u64::MAX - number).collect::<Vec<_>>());
        check(&(0..30_000).map(|number| mix(number) | 0xfff << 52).collect::<Vec<_>>());
        // Falling within clusters, which must not take square time.
        let clusters = (0..1_000u64).flat_map(|cluster| (0..30).map(move |at| (cluster << 54) + 30 - at));
        check(&clusters.collect::<Vec<_>>());
        // One that stands at the end of a long cluster, again and again.
        check(&(0..50_000).map(|number| number.min(1_000)).collect::<Vec<_>>());
    }
}
