//! Words by UAX #29.

use crate::properties::Props;
use crate::scan::{Scan, Sink, Stop};
use crate::simd::BLOCK;

/// The words of `text`, in order: exactly those of `unicode-segmentation`'s `unicode_words`.
///
/// A word is what lies between two word boundaries of
/// [UAX #29](https://www.unicode.org/reports/tr29/#Word_Boundaries) and holds a letter or a number. Han, Hiragana,
/// Thai and other scripts without spaces give a word per character.
///
/// Linear time, no allocation. The iterator finds words some dozens at a time; to count them, or to hash them, is
/// faster with [`word_count`] and [`hash_words`](crate::hash_words).
///
/// ```
/// let words: Vec<_> = gleaner_text::words("Xin chào, l'été à 12:30").collect();
/// assert_eq!(words, ["Xin", "chào", "l'été", "à", "12", "30"]);
/// ```
pub fn words(text: &str) -> Words<'_> {
    Words { text, from: Some(0), found: Batch::default(), next: 0 }
}

/// Number of [`words`] of `text`.
///
/// ```
/// assert_eq!(gleaner_text::word_count("one, two -- three"), 3);
/// ```
pub fn word_count(text: &str) -> usize {
    struct Count(usize);
    impl Sink for Count {
        #[inline(always)]
        fn word(&mut self, _: usize, _: usize, _: Props) {
            self.0 += 1;
        }
    }
    let mut count = Count(0);
    Scan::of_words(text).run(0, &mut count);
    count.0
}

/// Iterator over the words of a text; made by [`words`].
#[derive(Clone, Debug)]
pub struct Words<'a> {
    text: &'a str,
    /// Where to look for more.
    from: Option<usize>,
    found: Batch,
    /// Index of the next of `found`.
    next: usize,
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    #[inline]
    fn next(&mut self) -> Option<&'a str> {
        if self.next == self.found.len {
            self.find_more()?;
        }
        let (start, end) = self.found.places[self.next];
        self.next += 1;
        Some(&self.text[start..end])
    }
}

impl Words<'_> {
    /// `None` when there are none.
    #[inline(never)]
    fn find_more(&mut self) -> Option<()> {
        (self.found.len, self.next) = (0, 0);
        self.from = match Scan::of_words(self.text).run(self.from?, &mut self.found) {
            Stop::Full(from) => Some(from),
            Stop::End | Stop::Unstable(_) => None,
        };
        (self.found.len > 0).then_some(())
    }
}

/// When it has as many, a [`Batch`] is full: as many again find room.
const ENOUGH: usize = BLOCK / 2;

/// Places of words.
#[derive(Clone, Debug)]
struct Batch {
    places: [(usize, usize); 2 * ENOUGH],
    len: usize,
}

impl Default for Batch {
    fn default() -> Batch {
        Batch { places: [(0, 0); 2 * ENOUGH], len: 0 }
    }
}

impl Sink for Batch {
    #[inline(always)]
    fn word(&mut self, start: usize, end: usize, _: Props) {
        self.places[self.len] = (start, end);
        self.len += 1;
    }

    #[inline(always)]
    fn full(&self) -> bool {
        self.len >= ENOUGH
    }
}
