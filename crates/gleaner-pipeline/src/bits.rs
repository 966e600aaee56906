//! A set of document numbers.

/// A set of numbers below a bound; one bit a number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    /// The empty set of numbers below `bound`.
    pub(crate) fn new(bound: u64) -> Bits {
        Bits(vec![0; bound.div_ceil(64) as usize])
    }

    /// Adds a number, which must be below the bound.
    pub(crate) fn insert(&mut self, number: u64) {
        self.0[(number / 64) as usize] |= 1 << (number % 64);
    }

    /// Whether the number was added; not so for any at or above the bound.
    pub(crate) fn contains(&self, number: u64) -> bool {
        self.0.get((number / 64) as usize).is_some_and(|word| (word >> (number % 64)) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::Bits;

    #[test]
    fn what_was_added_is_there() {
        let mut bits = Bits::new(130);
        let numbers = [0, 63, 64, 129];
        numbers.iter().for_each(|&number| bits.insert(number));
        assert_eq!((0..1_000).filter(|&number| bits.contains(number)).collect::<Vec<_>>(), numbers);
    }
}
