//! Which shingles of one text others have.

use ahash::RandomState;

/// The shingles of a text, to meet those of one text after the other. Open addressing by a secret factor: no text is
/// made to be slow. (Multiply-shift hashing, Dietzfelbinger et al., 1997.)
#[derive(Debug)]
pub(crate) struct Met {
    factor: u64,
    shift: u32,
    hashes: Vec<u64>,
    /// What stands in a slot without a hash: the first number that is none of the hashes.
    free: u64,
    /// The last text that met each.
    last: Vec<u32>,
    text: u32,
    count: usize,
}

impl Met {
    /// A table of `hashes`, of which `distinct` are different.
    pub(crate) fn new(hashes: &[u64], distinct: usize) -> Met {
        let free = (0..).find(|free| !hashes.contains(free)).unwrap_or(0);
        let slots = (2 * distinct).next_power_of_two().max(16);
        let mut met = Met {
            factor: RandomState::new().hash_one(0) | 1,
            shift: u64::BITS - slots.trailing_zeros(),
            hashes: vec![free; slots],
            free,
            last: vec![0; slots],
            text: 0,
            count: 0,
        };
        for &hash in hashes {
            let at = met.find(hash);
            met.hashes[at] = hash;
        }
        met
    }

    /// Begins another text.
    pub(crate) fn clear(&mut self) {
        self.count = 0;
        self.text = self.text.wrapping_add(1);
        if self.text == 0 {
            self.last.fill(0);
            self.text = 1;
        }
    }

    /// Whether a shingle of the other text is here, and whether it is so for the first time.
    #[inline]
    pub(crate) fn meet(&mut self, hash: u64) -> (bool, bool) {
        let at = self.find(hash);
        if self.hashes[at] == self.free {
            return (false, false);
        }
        let is_first = std::mem::replace(&mut self.last[at], self.text) != self.text;
        self.count += usize::from(is_first);
        (true, is_first)
    }

    /// Whether the other text had a shingle of this one.
    pub(crate) fn has_met(&self, hash: u64) -> bool {
        let at = self.find(hash);
        self.hashes[at] != self.free && self.last[at] == self.text
    }

    /// Number of shingles that the other text had, too.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The slot of a hash, or the free one where it belongs. Half of them are free.
    #[inline]
    fn find(&self, hash: u64) -> usize {
        let mask = self.hashes.len() - 1;
        let mut at = (hash.wrapping_mul(self.factor) >> self.shift) as usize;
        while self.hashes[at] != hash && self.hashes[at] != self.free {
            at = (at + 1) & mask;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::Met;

    #[test]
    fn texts_are_kept_apart() {
        let own = [3, 7, 7, 0, 9];
        let mut met = Met::new(&own, 4);
        met.clear();
        let (first, again, never) = ((true, true), (true, false), (false, false));
        assert_eq!([7, 1, 7, 9, 8].map(|hash| met.meet(hash)), [first, never, again, first, never]);
        assert_eq!((own.map(|hash| met.has_met(hash)), met.count()), ([false, true, true, false, true], 2));
        met.clear();
        assert_eq!(met.meet(7), (true, true));
        assert_eq!((met.has_met(9), met.count()), (false, 1));
    }
}
