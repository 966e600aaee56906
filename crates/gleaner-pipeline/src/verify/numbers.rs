//! A set of document numbers whose bound is not to be trusted.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

const WORDS: usize = 1024;
const BITS: u64 = 64 * WORDS as u64;

fn count(words: &[u64]) -> u64 {
    words.iter().map(|word| u64::from(word.count_ones())).sum()
}

/// Numbers in blocks of 65,536, of which only those that hold one take memory: a bit a number where they are dense.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    blocks: BTreeMap<u64, Box<[u64; WORDS]>>,
    len: u64,
}

fn place(number: u64) -> (u64, usize, u64) {
    (number / BITS, (number % BITS / 64) as usize, 1 << (number % 64))
}

impl Numbers {
    /// Adds a number; `false` when it is there already.
    pub(super) fn insert(&mut self, number: u64) -> bool {
        let (block, word, bit) = place(number);
        let word = &mut self.blocks.entry(block).or_insert_with(|| Box::new([0; WORDS]))[word];
        let is_new = *word & bit == 0;
        *word |= bit;
        self.len += u64::from(is_new);
        is_new
    }

    pub(super) fn contains(&self, number: u64) -> bool {
        let (block, word, bit) = place(number);
        self.blocks.get(&block).is_some_and(|words| words[word] & bit != 0)
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// The numbers, ascending.
    fn iter(&self) -> impl Iterator<Item = u64> {
        self.blocks.keys().flat_map(|&block| self.iter_block(block))
    }

    fn iter_block(&self, block: u64) -> impl Iterator<Item = u64> {
        let words = self.blocks.get(&block).into_iter().flat_map(|words| words.iter());
        let bits = |(at, &word): (u64, &u64)| {
            (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| 64 * at + bit)
        };
        (0..).zip(words).flat_map(bits).map(move |bit| block * BITS + bit)
    }

    /// How many are below `bound`.
    pub(super) fn below(&self, bound: u64) -> u64 {
        let (last, ..) = place(bound);
        let whole = self.blocks.range(..last).map(|(_, words)| count(&words[..])).sum::<u64>();
        whole + self.iter_block(last).filter(|&number| number < bound).count() as u64
    }

    /// The first `limit` runs of numbers below `bound` that are not in the set.
    pub(super) fn missing(&self, bound: u64, limit: usize) -> Vec<RangeInclusive<u64>> {
        let mut missing = Vec::new();
        let mut next = 0;
        for number in self.iter().take_while(|&number| number < bound).chain([bound]) {
            if missing.len() == limit {
                break;
            }
            if number > next {
                missing.push(next..=number - 1);
            }
            next = number.saturating_add(1);
        }
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::Numbers;

    #[test]
    fn what_is_missing_is_found_without_going_through_all() {
        let mut numbers = Numbers::default();
        let present = [0, 1, 3, 63, 64, 65_535, 65_536, 1 << 40];
        assert!(present.iter().all(|&number| numbers.insert(number)));
        assert!(!numbers.insert(64));
        assert!(numbers.contains(65_536) && !numbers.contains(2) && numbers.len() == 8);
        assert_eq!([0, 2, 64, 65_536, 1 << 41].map(|bound| numbers.below(bound)), [0, 2, 4, 6, 8]);
        assert_eq!(numbers.missing(4, 9), [2..=2]);
        assert_eq!(numbers.missing(64, 9), [2..=2, 4..=62]);
        assert_eq!(numbers.missing(u64::MAX, 1), [2..=2]);
        assert_eq!(numbers.missing(u64::MAX, 9).last(), Some(&((1 << 40) + 1..=u64::MAX - 1)));
        assert_eq!(Numbers::default().missing(0, 9), []);
    }
}
