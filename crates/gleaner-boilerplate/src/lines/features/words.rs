//! How a line and its words return in the text.
//!
//! The frequent words of an article are those of its language and of its subject: a headline of another article has
//! neither, a caption has both. Words are counted in a table of fixed size by hash, so that the cost does not depend on
//! the text.

use ahash::AHashMap;

use super::own::Own;
use super::scan::{Counts, Word, scan};
use super::share;
use crate::forest::Sink;

/// Buckets of the table; a text with more words than that is told apart less well.
const BUCKETS: usize = 1 << 14;
/// Marks a word that is long enough to speak of a subject.
const LONG: u16 = 1 << 15;
/// Letters of such a word.
const LONG_WORD: u32 = 6;
/// Most words of a line that are looked at.
const WORDS: usize = 32;
/// From so many places on, a word is one of the language.
const COMMON: u8 = 4;

/// Words of all rows, and their counts.
#[derive(Debug)]
pub(super) struct Words {
    /// Buckets of the words of all rows, one row after the other, and where each row's end.
    words: Vec<u16>,
    ends: Vec<usize>,
    /// How often each word stands in the text, and in its prose.
    counts: Box<[[u8; 2]; BUCKETS]>,
    is_prose: Vec<bool>,
    /// Copies of each row.
    copies: Vec<f32>,
}

impl Default for Words {
    fn default() -> Words {
        let (words, ends, is_prose, copies) = Default::default();
        Words { words, ends, counts: Box::new([[0; 2]; BUCKETS]), is_prose, copies }
    }
}

impl Words {
    /// Adds a row.
    pub(super) fn add(&mut self, line: &str, prose: bool) -> Counts {
        let last = self.words.len() + WORDS;
        let counts = scan(line, |word| {
            if self.words.len() < last {
                let word = bucket(word);
                self.words.push(word);
                let counts = &mut self.counts[usize::from(word) % BUCKETS];
                *counts = [counts[0].saturating_add(1), counts[1].saturating_add(u8::from(prose))];
            }
        });
        self.ends.push(self.words.len());
        self.is_prose.push(prose);
        counts
    }

    /// Counts the copies of each row, when all are added.
    pub(super) fn count(&mut self, own: &[Own]) {
        let mut copies: AHashMap<u64, u32> = AHashMap::with_capacity(own.len());
        for own in own {
            *copies.entry(own.hash).or_default() += 1;
        }
        self.copies = own.iter().map(|own| copies[&own.hash] as f32).collect();
    }

    pub(super) fn write(&self, row: usize, sink: &mut impl Sink) {
        let words = &self.words[row.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[row]];
        let own = u8::from(self.is_prose[row]);
        let mut seen = Seen::default();
        for &word in words {
            let [any, prose] = self.counts[usize::from(word) % BUCKETS];
            let long = word & LONG != 0;
            seen.elsewhere += u32::from(any > 1);
            seen.common += u32::from(any >= COMMON);
            seen.prose += u32::from(prose > own);
            seen.long += u32::from(long);
            seen.subject += u32::from(long && prose > own);
        }
        let all = words.len() as f32;
        let shares = [seen.elsewhere, seen.common, seen.prose];
        for (index, part) in shares.into_iter().enumerate() {
            sink.put("words", index, share(part as f32, all));
        }
        sink.put("words", 3, share(seen.subject as f32, seen.long as f32));
        sink.put("copies", 0, self.copies[row]);
    }
}

#[derive(Default)]
struct Seen {
    elsewhere: u32,
    common: u32,
    prose: u32,
    long: u32,
    subject: u32,
}

fn bucket(word: Word) -> u16 {
    let bucket = (word.hash >> (32 - BUCKETS.trailing_zeros())) as u16;
    if word.letters >= LONG_WORD { bucket | LONG } else { bucket }
}
