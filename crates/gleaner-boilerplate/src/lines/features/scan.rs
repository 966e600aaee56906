//! One pass over the first bytes of a line: counts, and its words as numbers.

use super::super::chars::without_spaces;
use super::READ;

/// What is counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) chars: u32,
    pub(super) words: u32,
    /// Words that start with a capital.
    pub(super) capitals: u32,
    pub(super) digits: u32,
    pub(super) signs: u32,
    pub(super) commas: u32,
}

/// A word.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Word {
    pub(super) hash: u32,
    pub(super) letters: u32,
}

/// Counts, and gives every word to `take`. In scripts without spaces two characters that follow each other are a word.
pub(super) fn scan(text: &str, mut take: impl FnMut(Word)) -> Counts {
    match Plain::of(text) {
        Some(mut plain) => plain.scan(take),
        None => scan_any(text, &mut take),
    }
}

fn scan_any(text: &str, take: &mut impl FnMut(Word)) -> Counts {
    let mut counts = Counts::default();
    let mut word = Word::default();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let class = CLASSES[usize::from(byte)];
        if class & LETTER != 0 {
            counts.capitals += u32::from(class & UPPER != 0 && word.letters == 0);
            counts.digits += u32::from(class & DIGIT != 0);
            word.add(u32::from(byte | 0x20));
            at += 1;
        } else if byte < 0x80 {
            word.end(&mut counts, take);
            counts.signs += u32::from(class & SIGN != 0);
            counts.commas += u32::from(byte == b',');
            at += 1;
        } else {
            let Some(c) = text[at..].chars().next() else { break };
            beyond_ascii(c, &mut word, &mut counts, take);
            at += c.len_utf8();
        }
        counts.chars += 1;
    }
    word.end(&mut counts, take);
    counts
}

/// Bytes that are looked at together.
const LANES: usize = 8;
/// Longest text that is read so.
const BLOCKS: usize = READ / LANES;

/// A text of ASCII and signs of print, as nearly all are in English: its bytes, of which those of other signs are 0, with
/// zeros behind them. Eight bytes are classified together; then no byte is left that is not of a word.
struct Plain {
    bytes: [u8; READ + LANES],
    length: usize,
    /// Bytes that begin no character.
    inner: usize,
}

impl Plain {
    fn of(text: &str) -> Option<Plain> {
        let length = text.len();
        let mut plain = Plain { bytes: [0; READ + LANES], length, inner: 0 };
        plain.bytes.get_mut(..length.min(READ + 1))?[..length].copy_from_slice(text.as_bytes());
        if text.is_ascii() {
            return Some(plain);
        }
        let mut at = 0;
        while at < length {
            let size = match plain.bytes[at..] {
                [..=0x7f, ..] => {
                    at += 1;
                    continue;
                }
                // What `beyond_ascii` takes for no letter: up to U+00BF, and from U+2000 to U+2BFF.
                [0xc2, ..] => 2,
                [0xe2, 0x80..=0xaf, ..] => 3,
                _ => return None,
            };
            plain.bytes[at..at + size].fill(0);
            plain.inner += size - 1;
            at += size;
        }
        Some(plain)
    }

    fn scan(&mut self, take: impl FnMut(Word)) -> Counts {
        // Sums for each place of a block.
        let (mut starts, mut capitals, mut digits, mut signs, mut commas) = (0, 0, 0, 0, 0);
        let mut before = 0;
        // Bits of the bytes that are letters, from the first on.
        let mut letters = [0u8; BLOCKS];
        for (block, letters) in letters[..self.length.div_ceil(LANES)].iter_mut().enumerate() {
            let Some(place) = self.bytes[block * LANES..].first_chunk_mut() else { break };
            let all = u64::from_le_bytes(*place);
            let bytes = Classes::of(all);
            *place = (Classes::small(all) & ((bytes.letter >> 7) * 0xff)).to_le_bytes();
            let start = bytes.letter & !(bytes.letter << 8 | before);
            before = bytes.letter >> (64 - 8);
            starts += start >> 7;
            capitals += (start & bytes.upper) >> 7;
            digits += bytes.digit >> 7;
            signs += bytes.sign >> 7;
            commas += bytes.comma >> 7;
            *letters = gathered(bytes.letter);
        }
        self.words(u128::from_le_bytes(letters), take);
        Counts {
            chars: (self.length - self.inner) as u32,
            words: total(starts),
            capitals: total(capitals),
            digits: total(digits),
            signs: total(signs),
            commas: total(commas),
        }
    }

    fn words(&self, letters: u128, mut take: impl FnMut(Word)) {
        let mut ends = [0; READ / 2];
        places(!letters & letters << 1, &mut ends);
        if letters >> (READ - 1) == 1 {
            ends[(letters & !(letters << 1)).count_ones() as usize - 1] = READ as u8;
        }
        let mut starts = [0; READ / 2];
        let count = places(letters & !(letters << 1), &mut starts);
        let half = self.length.div_ceil(2);
        let mut hashes = [0; READ + LANES];
        self.hash(half, &mut hashes);
        for (start, end) in starts[..count].iter().zip(ends) {
            let (start, end) = (usize::from(*start), usize::from(end));
            let hash = match start < half && half < end {
                true => {
                    self.bytes[start..end].iter().fold(0, |hash, &letter| hash_on(hash, u32::from(letter)))
                }
                false => hashes[end - 1],
            };
            take(Word { hash, letters: (end - start) as u32 });
        }
    }

    /// Writes down the hash of the word so far at each letter. The second half, from `half` on, is read beside the first,
    /// as if no word went on there.
    fn hash(&self, half: usize, hashes: &mut [u32; READ + LANES]) {
        let (first, second) = self.bytes[..2 * half].split_at(half);
        let (first_hashes, second_hashes) = hashes[..2 * half].split_at_mut(half);
        // Without a branch: nobody can guess where words end.
        let next = |hash, letter| hash_on(hash, u32::from(letter)) & u32::from(letter != 0).wrapping_neg();
        let (mut a, mut b) = (0, 0);
        let letters = first.iter().zip(second);
        for ((&first, &second), (at, beside)) in letters.zip(first_hashes.iter_mut().zip(second_hashes)) {
            (a, b) = (next(a, first), next(b, second));
            (*at, *beside) = (a, b);
        }
    }
}

/// A one in every byte.
const ONES: u64 = u64::MAX / 0xff;

/// The highest bit of each byte of a block says whether it belongs to the class. All bytes are ASCII.
struct Classes {
    /// Letters and digits.
    letter: u64,
    upper: u64,
    digit: u64,
    sign: u64,
    comma: u64,
}

impl Classes {
    /// Letters as small ones; digits stay.
    fn small(block: u64) -> u64 {
        block | (0x20 * ONES)
    }

    fn of(block: u64) -> Classes {
        const HIGH: u64 = 0x80 * ONES;
        // The highest bit of what is at least `least`.
        let from = |block: u64, least: u8| block + u64::from(0x80 - least) * ONES;
        let small = Classes::small(block);
        let alphabetic = from(small, b'a') & !from(small, b'z' + 1) & HIGH;
        let digit = from(block, b'0') & !from(block, b'9' + 1) & HIGH;
        let letter = alphabetic | digit;
        Classes {
            letter,
            upper: alphabetic & (!block << 2),
            digit,
            sign: from(block, b'!') & !from(block, 0x7f) & !letter & HIGH,
            comma: !from(block ^ (u64::from(b',') * ONES), 1) & HIGH,
        }
    }
}

/// Writes down which bits are set, and says how many.
fn places(bits: u128, places: &mut [u8; READ / 2]) -> usize {
    let mut count = 0;
    for half in 0..2 {
        let mut bits = (bits >> (64 * half)) as u64;
        while bits != 0 && count < places.len() {
            places[count] = (64 * half + bits.trailing_zeros()) as u8;
            count += 1;
            bits &= bits - 1;
        }
    }
    count
}

/// The highest bits of the bytes of a block, the first byte's lowest.
fn gathered(block: u64) -> u8 {
    ((block >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8
}

/// The sum of the bytes of a block.
fn total(block: u64) -> u32 {
    (block.wrapping_mul(ONES) >> 56) as u32
}

impl Word {
    fn add(&mut self, letter: u32) {
        self.hash = hash_on(self.hash, letter);
        self.letters += 1;
    }

    fn end(&mut self, counts: &mut Counts, take: &mut impl FnMut(Word)) {
        if self.letters > 0 {
            counts.words += 1;
            take(std::mem::take(self));
        }
    }
}

/// The hash of what has `hash` and a letter behind it.
#[inline]
fn hash_on(hash: u32, letter: u32) -> u32 {
    (hash.rotate_left(5) ^ letter).wrapping_mul(0x9e37_79b9)
}

fn beyond_ascii(c: char, word: &mut Word, counts: &mut Counts, take: &mut impl FnMut(Word)) {
    match c {
        '，' | '、' | '،' => counts.commas += 1,
        // Punctuation, spaces and symbols; joiners within words are no ends, but a word cut there is still a word.
        '\u{80}'..='\u{bf}' | '×' | '÷' | '؛' | '؟' | '۔' | '।' | '॥' => {}
        '\u{2000}'..='\u{2bff}'
        | '\u{3000}'..='\u{303f}'
        | '\u{ff00}'..='\u{ff0f}'
        | '\u{ff1a}'..='\u{ff20}' => {}
        c if without_spaces(c) => return dense(c, word, counts, take),
        c => {
            counts.capitals += u32::from(word.letters == 0 && c.is_uppercase());
            word.add(u32::from(c));
            return;
        }
    }
    word.end(counts, take);
}

/// Ends the word before the character with it, and begins the next with it.
fn dense(c: char, word: &mut Word, counts: &mut Counts, take: &mut impl FnMut(Word)) {
    if word.letters > 0 {
        word.add(u32::from(c));
        word.letters += PAIR;
        word.end(counts, take);
    }
    word.add(u32::from(c));
}

/// Two characters speak of a subject as a long word does.
const PAIR: u32 = 8;

const LETTER: u8 = 1;
const UPPER: u8 = 1 << 1;
const DIGIT: u8 = 1 << 2;
const SIGN: u8 = 1 << 3;

/// Classes of bytes; those beyond ASCII have none.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut b = 0u8;
    while b < 0x80 {
        classes[b as usize] = match b {
            b'A'..=b'Z' => LETTER | UPPER,
            b'a'..=b'z' => LETTER,
            b'0'..=b'9' => LETTER | DIGIT,
            _ if b.is_ascii_punctuation() => SIGN,
            _ => 0,
        };
        b += 1;
    }
    classes
};

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, words: usize, capitals: u32, digits: u32, signs: u32) {
        let mut hashes = Vec::new();
        let counts = scan(text, |word| hashes.push(word.hash));
        assert_eq!(
            (hashes.len(), counts.words as usize, counts.capitals, counts.digits, counts.signs),
            (words, words, capitals, digits, signs),
            "{text}"
        );
        assert_eq!(counts.chars as usize, text.chars().count(), "{text}");
    }

    #[test]
    fn words_of_any_script() {
        check("", 0, 0, 0, 0);
        check("The ferry, 12 Islands!", 4, 2, 2, 2);
        check("Élan vital — où", 3, 1, 0, 0);
        check("Đảo “xa”", 2, 1, 0, 0);
        check("船，今日", 3, 0, 0, 0);
    }

    /// The fast way counts what the way for all scripts counts.
    #[test]
    fn plain_text_is_read_alike() {
        let units =
            ["ab", "Z", "0", " ", ",", "…", "\u{a0}", "º", "@", "[", "`", "{", "/", ":", "\0", "\u{7f}", "é"];
        let mut seed = 7_u64;
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % below
        };
        for round in 0..20_000 {
            // With and without the letter that is not plain; with long words and with short ones.
            let (kinds, letters) = (units.len() - usize::from(round % 8 > 0), random(20));
            let mut text = String::new();
            while text.len() < random(2 * READ) {
                text.push_str(units[if random(20) < letters { random(3) } else { random(kinds) }]);
            }
            text.truncate(text.floor_char_boundary(READ));
            let (mut fast, mut slow) = (Vec::new(), Vec::new());
            let counts = scan(&text, |word| fast.push((word.hash, word.letters)));
            let all = scan_any(&text, &mut |word: Word| slow.push((word.hash, word.letters)));
            assert_eq!((fast, format!("{counts:?}")), (slow, format!("{all:?}")), "{text:?}");
        }
    }

    #[test]
    fn case_does_not_make_another_word() {
        let hash = |text| {
            let mut hash = 0;
            scan(text, |word| hash = word.hash);
            hash
        };
        assert_eq!(hash("Ferry"), hash("ferry"));
        assert_ne!(hash("ferry"), hash("ferris"));
    }
}
