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

/// How often a word stands in the text and in its prose, as far as it matters: up to [`COMMON`] and up to two.
#[derive(Clone, Copy, Debug, Default)]
struct Places(u8);

impl Places {
    /// What one place in prose adds.
    const PROSE: u8 = 1 << 3;
    const ALL: u8 = Places::PROSE - 1;

    fn add(&mut self, prose: bool) {
        let any = u8::from(self.0 & Places::ALL < COMMON);
        let prose = u8::from(prose && self.0 < 2 * Places::PROSE);
        self.0 += any + Places::PROSE * prose;
    }

    /// Ones in the bytes of what holds: it stands elsewhere, it is common, it stands in prose, twice in prose.
    const fn facts(self) -> u32 {
        let (any, prose) = (self.0 & Places::ALL, self.0 / Places::PROSE);
        (any > 1) as u32
            | ((any >= COMMON) as u32) << 8
            | ((prose > 0) as u32) << 16
            | ((prose > 1) as u32) << 24
    }
}

/// [`Places::facts`] of all places.
const FACTS: [u32; 32] = {
    let mut facts = [0; 32];
    let mut places = 0;
    while places < facts.len() {
        facts[places] = Places(places as u8).facts();
        places += 1;
    }
    facts
};

/// Words of all rows, and their counts.
#[derive(Debug)]
pub(super) struct Words {
    /// Buckets of the words of all rows, one row after the other, and where each row's end.
    words: Vec<u16>,
    ends: Vec<usize>,
    places: Box<[Places; BUCKETS]>,
    is_prose: Vec<bool>,
    /// Copies of each row.
    copies: Vec<f32>,
}

impl Words {
    /// For so many rows.
    pub(super) fn new(rows: usize) -> Words {
        Words {
            words: Vec::with_capacity(rows * WORDS / 2),
            ends: Vec::with_capacity(rows),
            places: Box::new([Places(0); BUCKETS]),
            is_prose: Vec::with_capacity(rows),
            copies: Vec::new(),
        }
    }

    /// Adds a row.
    pub(super) fn add(&mut self, line: &str, prose: bool) -> Counts {
        let (mut words, mut count) = ([0; WORDS], 0);
        let counts = scan(line, |word| {
            if let Some(next) = words.get_mut(count) {
                *next = bucket(word);
                count += 1;
            }
        });
        let words = &words[..count];
        words.iter().for_each(|word| self.places[usize::from(*word) % BUCKETS].add(prose));
        self.words.extend_from_slice(words);
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
        let (mut seen, mut long, mut subject) = (0, 0, 0);
        for &word in words {
            let facts = FACTS[usize::from(self.places[usize::from(word) % BUCKETS].0) % FACTS.len()];
            let is_long = u32::from(word & LONG != 0);
            seen += facts;
            long += is_long;
            subject += facts * is_long;
        }
        // A word of prose stands there itself.
        let elsewhere_in_prose = if self.is_prose[row] { 3 } else { 2 };
        let part = |sums: u32, fact: usize| f32::from(sums.to_le_bytes()[fact]);
        let all = words.len() as f32;
        sink.put_all("words", 0, [0, 1, elsewhere_in_prose].map(|fact| share(part(seen, fact), all)));
        sink.put("words", 3, share(part(subject, elsewhere_in_prose), long as f32));
        sink.put("copies", 0, self.copies[row]);
    }
}

const _: () = assert!(
    WORDS < 256 && COMMON <= Places::ALL && 2 * Places::PROSE as usize + (COMMON as usize) < FACTS.len()
);

fn bucket(word: Word) -> u16 {
    let bucket = (word.hash >> (32 - BUCKETS.trailing_zeros())) as u16;
    if word.letters >= LONG_WORD { bucket | LONG } else { bucket }
}
