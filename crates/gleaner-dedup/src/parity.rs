//! Parities: so few bits of a set that many sets fit into memory, which tell of two sets how much they differ at least.
//!
//! Each hash of a set flips one of the bits. Hashes that two sets share flip the same bit in both, so every bit in which
//! they differ comes of a hash that only one of them has.
//!
//! Source: Sandes, Teodoro, Melo, *Bitmap filter: Speeding up exact set similarity joins with bitwise operations* (2020),
//! "Bitmap-Xor".

/// Of a set of hashes, one to two bits a hash: a power of two of words, or none for an empty set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parity(Box<[u64]>);

impl Parity {
    /// Of distinct hashes.
    pub(crate) fn of(hashes: &[u64]) -> Parity {
        let mut words = vec![0; words(hashes.len())];
        for hash in hashes {
            // The low bits say the word, so that folding keeps what falls together.
            let word = *hash as usize & (words.len() - 1);
            words[word] ^= 1 << (hash >> 32 & 63);
        }
        Parity(words.into())
    }

    /// What [`Parity::words`] gave; nothing that it cannot have given.
    pub(crate) fn from_words(words: Vec<u64>) -> Parity {
        Parity(if words.len().is_power_of_two() { words.into() } else { Box::default() })
    }

    pub(crate) fn words(&self) -> &[u64] {
        &self.0
    }

    /// How many hashes at least only one of two sets has. Time grows with the larger one.
    pub(crate) fn least_difference(&self, other: &Parity) -> usize {
        let (small, large) = if self.0.len() <= other.0.len() { (self, other) } else { (other, self) };
        let differing = |(at, word): (usize, &u64)| {
            let folded = large.0.iter().skip(at).step_by(small.0.len());
            folded.fold(*word, |word, part| word ^ part).count_ones() as usize
        };
        small.0.iter().enumerate().map(differing).sum()
    }
}

/// Words for so many hashes.
fn words(hashes: usize) -> usize {
    if hashes == 0 { 0 } else { hashes.div_ceil(64).next_power_of_two() }
}

#[cfg(test)]
mod tests {
    use super::Parity;
    use crate::shingles::mix;

    fn parity(from: u64, to: u64) -> Parity {
        Parity::of(&(from..to).map(mix).collect::<Vec<_>>())
    }

    #[test]
    fn never_more_than_the_difference_and_seldom_much_less() {
        let ranges = [(0, 400), (0, 500), (20, 400), (200, 600), (400, 800), (0, 0), (0, 3), (0, 9_000)];
        for (from, to) in ranges {
            let difference = (from + u64::abs_diff(to, 400)) as usize;
            let [one, other] = [parity(0, 400), parity(from, to)];
            let least = one.least_difference(&other);
            assert_eq!(least, other.least_difference(&one));
            assert!(least <= difference, "{from}..{to}: {least} of {difference}");
        }
        // Of 400 hashes each, the bits tell sets apart that have less than two thirds in common.
        assert_eq!(parity(0, 400).least_difference(&parity(0, 400)), 0);
        for shared in [0, 100, 200, 270] {
            let least = parity(0, 400).least_difference(&parity(400 - shared, 800 - shared));
            assert!(least > 88, "{shared} shared: {least}");
        }
    }

    #[test]
    fn sets_of_different_sizes_are_folded() {
        let (small, large) = (parity(0, 60), parity(0, 600));
        assert_eq!((small.words().len(), large.words().len()), (1, 16));
        assert_eq!(small.least_difference(&large) % 2, 540 % 2);
        let folded = large.words().iter().fold(small.words()[0], |all, word| all ^ word);
        assert_eq!(small.least_difference(&large), folded.count_ones() as usize);
        assert_eq!(parity(0, 0).least_difference(&large), 0);
        assert_eq!(Parity::from_words(vec![1, 2, 3]), Parity::default());
    }
}
