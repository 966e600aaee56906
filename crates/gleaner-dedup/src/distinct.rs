//! Which of many hashes are distinct, without sorting them.

/// Drops repeats from lists of hashes. Its table grows to the longest list seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Distinct {
    /// Open addressing with linear probing; 0 is free.
    table: Vec<u64>,
    distinct: Vec<u64>,
}

impl Distinct {
    /// The distinct ones of `hashes`, in no particular order. Expected linear time for hashes that are spread;
    /// a list of hashes that were made to meet is sorted, as is one of more than a million.
    pub(crate) fn of(&mut self, hashes: &[u64]) -> &[u64] {
        /// Steps a hash, on average, after which it is no accident.
        const MANY_STEPS: usize = 16;
        /// Hashes of which a table would take more memory than a list is worth.
        const MANY: usize = 1 << 20;
        if hashes.len() > MANY {
            return self.sorted(hashes);
        }
        let bits = usize::BITS - hashes.len().leading_zeros() + 1;
        self.table.clear();
        self.table.resize(1 << bits, 0);
        self.distinct.clear();
        let (mask, mut steps) = ((1 << bits) - 1, MANY_STEPS * (hashes.len() + 64));
        for &hash in hashes {
            // Hash 0 takes the place of another one, which happens once in 2^64.
            let value = hash.max(1);
            let mut at = (hash >> (64 - bits)) as usize;
            while self.table[at] != 0 && self.table[at] != value && steps > 0 {
                at = (at + 1) & mask;
                steps -= 1;
            }
            if steps == 0 {
                return self.sorted(hashes);
            }
            if self.table[at] == 0 {
                self.table[at] = value;
                self.distinct.push(hash);
            }
        }
        &self.distinct
    }

    fn sorted(&mut self, hashes: &[u64]) -> &[u64] {
        self.table = Vec::new();
        self.distinct.clear();
        self.distinct.extend_from_slice(hashes);
        self.distinct.sort_unstable();
        self.distinct.dedup();
        &self.distinct
    }
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
        let found = distinct.of(hashes).to_vec();
        let set: BTreeSet<u64> = hashes.iter().copied().collect();
        assert_eq!(found.len(), set.len());
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), set);
    }

    #[test]
    fn repeats_go() {
        check(&[]);
        check(&[7]);
        check(&[u64::MAX, 0, u64::MAX, 0]);
        check(&(0..5_000).map(|number| mix(number % 1_700)).collect::<Vec<_>>());
        // Made to meet.
        check(&(0..50_000).map(|number| number % 30_000).collect::<Vec<_>>());
    }
}
