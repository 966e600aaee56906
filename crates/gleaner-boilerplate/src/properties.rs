//! Properties of characters, answered without a search for most scripts: the standard library's tables are smaller than
//! these and take one.

use std::sync::LazyLock;

/// Characters for which there is a table: those before the Han characters.
const TABLED: usize = 0x3400;

/// `char::is_alphabetic`.
#[inline]
pub(crate) fn is_alphabetic(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() } else { LETTERS.holds(c) }
}

/// `char::is_alphanumeric`.
#[inline]
pub(crate) fn is_alphanumeric(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { WORDS.holds(c) }
}

/// `char::is_numeric`.
#[inline]
pub(crate) fn is_numeric(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { NUMBERS.holds(c) }
}

static LETTERS: LazyLock<Set> = LazyLock::new(|| Set::of(|c| is_han_or_hangul(c) || c.is_alphabetic()));
static WORDS: LazyLock<Set> = LazyLock::new(|| Set::of(|c| is_han_or_hangul(c) || c.is_alphanumeric()));
static NUMBERS: LazyLock<Set> = LazyLock::new(|| Set::of(|c| !is_han_or_hangul(c) && c.is_numeric()));

/// Most of what has no table.
fn is_han_or_hangul(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// A set of characters: a bit each for those that have a table.
struct Set {
    bits: Box<[u64; TABLED / 64]>,
    rest: fn(char) -> bool,
}

impl Set {
    fn of(holds: fn(char) -> bool) -> Set {
        let mut bits = Box::new([0; TABLED / 64]);
        for c in tabled().filter(|&c| holds(c)) {
            bits[c as usize / 64] |= 1 << (c as usize % 64);
        }
        Set { bits, rest: holds }
    }

    #[inline]
    fn holds(&self, c: char) -> bool {
        match self.bits.get(c as usize / 64) {
            Some(bits) => bits >> (c as usize % 64) & 1 == 1,
            None => (self.rest)(c),
        }
    }
}

/// A value for each character that has a table, and a function for the others.
pub(crate) struct Table<T> {
    values: Box<[T]>,
    rest: fn(char) -> T,
}

impl<T: Copy> Table<T> {
    /// The table of what `of` says.
    pub(crate) fn new(of: fn(char) -> T) -> Table<T> {
        Table { values: tabled().map(of).collect(), rest: of }
    }

    /// What the function says of a character.
    #[inline]
    pub(crate) fn get(&self, c: char) -> T {
        self.values.get(c as usize).copied().unwrap_or_else(|| (self.rest)(c))
    }
}

fn tabled() -> impl Iterator<Item = char> {
    '\0'..'\u{3400}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_what_the_standard_library_says() {
        let digits = Table::new(|c| c.to_digit(36));
        for c in '\0'..=char::MAX {
            assert_eq!(is_alphabetic(c), c.is_alphabetic(), "{c:?}");
            assert_eq!(is_alphanumeric(c), c.is_alphanumeric(), "{c:?}");
            assert_eq!(is_numeric(c), c.is_numeric(), "{c:?}");
            assert_eq!(digits.get(c), c.to_digit(36), "{c:?}");
        }
    }
}
