//! Words by UAX #29, with a short way for ASCII.

use std::ops::Range;

use unicode_segmentation::{UnicodeSegmentation, UnicodeWords};

use crate::chunks::{Chunk, Chunks};
use crate::classes::{
    ALONE, BETWEEN_DIGITS, BETWEEN_LETTERS, DIGIT, IN_WORD, LETTER, OTHER, ascii_class, class,
};

/// The words of `text`, in order: exactly those of `unicode-segmentation`'s `unicode_words`.
///
/// A word is what lies between two word boundaries of
/// [UAX #29](https://www.unicode.org/reports/tr29/#Word_Boundaries) and holds a letter or a number. Han, Hiragana,
/// Thai and other scripts without spaces give a word per character.
///
/// Linear time, no allocation.
///
/// ```
/// let words: Vec<_> = gleaner_text::words("Xin chào, l'été à 12:30").collect();
/// assert_eq!(words, ["Xin", "chào", "l'été", "à", "12", "30"]);
/// ```
pub fn words(text: &str) -> Words<'_> {
    Words { chunks: Chunks::new(text), current: ChunkWords::Ascii(AsciiWords::new("")) }
}

/// Number of [`words`] of `text`.
///
/// ```
/// assert_eq!(gleaner_text::word_count("one, two -- three"), 3);
/// ```
pub fn word_count(text: &str) -> usize {
    words(text).count()
}

/// Iterator over the words of a text; made by [`words`].
#[derive(Debug)]
pub struct Words<'a> {
    chunks: Chunks<'a>,
    current: ChunkWords<'a>,
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    #[inline]
    fn next(&mut self) -> Option<&'a str> {
        loop {
            if let Some(word) = self.current.next() {
                return Some(word);
            }
            self.current = match self.chunks.next()? {
                Chunk::Ascii(text) => ChunkWords::Ascii(AsciiWords::new(text)),
                Chunk::Mixed(text) => ChunkWords::mixed(text),
            };
        }
    }
}

/// The words of one chunk, in the cheapest way that gives them all.
#[derive(Debug)]
pub(crate) enum ChunkWords<'a> {
    Ascii(AsciiWords<'a>),
    Plain(PlainWords<'a>),
    Any(UnicodeWords<'a>),
}

impl<'a> ChunkWords<'a> {
    pub(crate) fn mixed(text: &'a str) -> ChunkWords<'a> {
        PlainWords::new(text).map_or_else(|| ChunkWords::Any(text.unicode_words()), ChunkWords::Plain)
    }
}

impl<'a> Iterator for ChunkWords<'a> {
    type Item = &'a str;

    #[inline]
    fn next(&mut self) -> Option<&'a str> {
        match self {
            ChunkWords::Ascii(words) => words.next(),
            ChunkWords::Plain(words) => words.next(),
            ChunkWords::Any(words) => words.next(),
        }
    }
}

/// The words of an ASCII text.
#[derive(Debug)]
pub(crate) struct AsciiWords<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> AsciiWords<'a> {
    /// `text` must be ASCII; other bytes would end words.
    pub(crate) fn new(text: &'a str) -> AsciiWords<'a> {
        AsciiWords { text, at: 0 }
    }
}

impl<'a> Iterator for AsciiWords<'a> {
    type Item = &'a str;

    #[inline]
    fn next(&mut self) -> Option<&'a str> {
        let word = next_word(self.text.as_bytes(), self.at)?;
        self.at = word.end;
        Some(&self.text[word])
    }
}

/// The words of a text in which every character is of a known class.
#[derive(Debug)]
pub(crate) struct PlainWords<'a> {
    rest: &'a str,
}

impl<'a> PlainWords<'a> {
    /// `None` when some character is of no known class.
    pub(crate) fn new(text: &'a str) -> Option<PlainWords<'a>> {
        text.chars().all(|c| class(c) != OTHER).then_some(PlainWords { rest: text })
    }
}

impl<'a> Iterator for PlainWords<'a> {
    type Item = &'a str;

    #[inline]
    fn next(&mut self) -> Option<&'a str> {
        loop {
            let start = self.rest.find(|c| class(c) & (IN_WORD | ALONE) != 0)?;
            let from = &self.rest[start..];
            let (len, seen) = word_len(from);
            self.rest = &from[len..];
            if seen & (LETTER | DIGIT | ALONE) != 0 {
                return Some(&from[..len]);
            }
        }
    }
}

/// Length of the word with which `text` begins, and the classes met in it.
#[inline]
fn word_len(text: &str) -> (usize, u8) {
    let mut chars = text.char_indices();
    let mut before = chars.next().map_or(0, |(_, c)| class(c));
    let mut seen = before;
    while before & ALONE == 0 {
        let at = chars.offset();
        let Some((_, c)) = chars.next() else { break };
        let now = class(c);
        let joined = now & IN_WORD != 0
            || now != 0 && joins(before, now, chars.clone().next().map_or(0, |(_, c)| class(c)));
        if !joined {
            return (at, seen);
        }
        seen |= now;
        before = now;
    }
    (chars.offset(), seen)
}

/// The first word at or after `at`, which must be the start of the text or the end of a word.
#[inline]
fn next_word(bytes: &[u8], mut at: usize) -> Option<Range<usize>> {
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| ascii_class(byte) & IN_WORD != 0)?;
        let start = at;
        let mut seen = 0;
        while let Some(&byte) = bytes.get(at) {
            let now = ascii_class(byte);
            let after = |at: usize| bytes.get(at + 1).map_or(0, |&byte| ascii_class(byte));
            if now & IN_WORD == 0 && (now == 0 || !joins(ascii_class(bytes[at - 1]), now, after(at))) {
                break;
            }
            seen |= now;
            at += 1;
        }
        if seen & (LETTER | DIGIT) != 0 {
            return Some(start..at);
        }
    }
}

/// Whether punctuation of class `mark` belongs to the word it follows.
#[inline]
fn joins(before: u8, mark: u8, after: u8) -> bool {
    mark & BETWEEN_LETTERS != 0 && before & after & LETTER != 0
        || mark & BETWEEN_DIGITS != 0 && before & after & DIGIT != 0
}
