//! NFKC, full case fold, NFKC; with a look ahead that leaves alone what is normal already.

use std::borrow::Cow;
use std::mem;
use std::ops::Range;
use std::sync::LazyLock;

use caseless::Caseless;
use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{
    IsNormalized, UnicodeNormalization, is_nfc, is_nfc_quick, is_nfkc, is_nfkc_quick,
};

/// `text` in the form in which texts are compared: NFKC, then full case folding, then NFKC again.
///
/// Gone are the differences between upper and lower case, precomposed and decomposed letters, ligatures, full-width
/// and half-width forms, no-break and other spaces. Diacritics, punctuation and digits stay: `é` is not `e`.
/// Borrowed when nothing changes.
///
/// Sources: [UAX #15](https://www.unicode.org/reports/tr15/) and section 3.13 of the Unicode Standard (toCasefold,
/// statuses C and F, not the Turkic one). Linear time. The result is at most eighteen times as long as `text`.
///
/// ```
/// use gleaner_text::normalise;
///
/// assert_eq!(normalise("Ｆｕｌｌ ＷＩＤＴＨ ①"), "full width 1");
/// assert_eq!(normalise("Cafe\u{301} Σίσυφος"), "café σίσυφοσ");
/// assert!(matches!(normalise("đã chuẩn hoá"), std::borrow::Cow::Borrowed(_)));
/// ```
pub fn normalise(text: &str) -> Cow<'_, str> {
    let mut buffers = Buffers::default();
    if buffers.rebuild(text) { Cow::Owned(buffers.out) } else { Cow::Borrowed(text) }
}

/// Most marks on one letter that [`nfc_changes`] puts in order: those of a stream-safe text (UAX #15, section 13).
const STREAM_SAFE: usize = 30;

/// Calls `change` for each part of `text` that NFC writes otherwise, with how it writes it; ascending, disjoint.
///
/// Unlike [`normalise`] this changes nothing that a reader sees: `e` with a combining acute becomes `é`. A letter with
/// more than thirty marks stays as it is, so that no input has much to sort. Linear time, one look at each character
/// above U+0300; ASCII and Latin text costs a scan of its bytes.
///
/// ```
/// use gleaner_text::nfc_changes;
///
/// let mut changes = Vec::new();
/// nfc_changes("Cafe\u{301}, \u{212b}", |range, nfc| changes.push((range, nfc)));
/// assert_eq!(changes, [(3..6, "é".to_owned()), (8..11, "Å".to_owned())]);
/// ```
pub fn nfc_changes(text: &str, mut change: impl FnMut(Range<usize>, String)) {
    let table = &*NFC_TABLE;
    let bytes = text.as_bytes();
    let (mut at, mut done) = (0, 0);
    while let Some(found) = find_above_latin(bytes, at) {
        at = found;
        let moves = |at: usize| text[at..].chars().next().filter(|&c| moves_in_nfc(table, c));
        if stays(&bytes[at..]) || moves(at).is_none() {
            at += 1;
            continue;
        }
        let starter = at - text[done..at].chars().next_back().map_or(0, char::len_utf8);
        let (mut end, mut marks) = (at, 0);
        while let Some(c) = moves(end) {
            end += c.len_utf8();
            marks += 1;
        }
        let run = &text[starter..end];
        if marks <= STREAM_SAFE && !is_nfc(run) {
            let nfc: String = run.nfc().collect();
            let same = run.chars().zip(nfc.chars()).take_while(|(a, b)| a == b);
            let same: usize = same.map(|(c, _)| c.len_utf8()).sum();
            change(starter + same..end, nfc[same..].to_owned());
        }
        (at, done) = (end, end);
    }
}

/// Where the first character from U+0300 on starts: nothing below moves.
fn find_above_latin(bytes: &[u8], at: usize) -> Option<usize> {
    const BLOCK: usize = 32;
    let (blocks, end) = bytes[at..].as_chunks::<BLOCK>();
    let above = |&b: &u8| b >= 0xcc;
    // All of a block is looked at, which is faster than to stop at the first.
    let block = blocks.iter().position(|block| above(&block.iter().fold(0, |top, &b| top.max(b))));
    let from = block.unwrap_or(blocks.len()) * BLOCK;
    let rest = block.map_or(end, |i| blocks[i].as_slice());
    rest.iter().position(above).map(|n| at + from + n)
}

/// Whether the first bytes say that a character does not move: Greek, Cyrillic, Armenian, Vietnamese, kana, Han and
/// Hangul syllables, curly quotation marks, full-width forms.
fn stays(bytes: &[u8]) -> bool {
    match bytes {
        [0xe2, 0x80, third, ..] => *third >= 0x82,
        [0xe3, 0x80, third, ..] => *third < 0xaa,
        [0xce, second, ..] => *second != 0x87,
        [0xe1, 0xb8..=0xbb, ..] | [0xe3, 0x81 | 0x83, ..] | [0xef, 0xbc | 0xbd, ..] => true,
        [first, ..] => matches!(first, 0xcf..=0xd1 | 0xd4 | 0xd5 | 0xe4..=0xe9 | 0xeb | 0xec | 0xee),
        [] => true,
    }
}

/// Room for normalised text, kept from one text to the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffers {
    out: String,
    spare: String,
}

impl Buffers {
    /// `text` normalised.
    pub(crate) fn normalise<'s>(&'s mut self, text: &'s str) -> &'s str {
        if self.rebuild(text) { &self.out } else { text }
    }

    /// `text`, which must be ASCII, in lower case.
    pub(crate) fn lower_ascii(&mut self, text: &str) -> &str {
        self.out.clear();
        self.out.push_str(text);
        self.out.make_ascii_lowercase();
        &self.out
    }

    /// Normalises `text` into `out`; `false`, with `out` left to chance, when it is normal already.
    fn rebuild(&mut self, text: &str) -> bool {
        let table = &*TABLE;
        let Traits { moves, folds } = table.traits(text);
        let marks_after_folding = if moves && !is_nfkc(text) {
            self.spare.clear();
            self.spare.extend(text.nfkc());
            fold_into(&self.spare, &mut self.out, table);
            true
        } else if folds {
            fold_into(text, &mut self.out, table) || moves
        } else {
            return false;
        };
        // Folding can leave NFKC: letters come apart, and small ones have composed forms that capitals lack.
        if marks_after_folding && !is_nfkc(&self.out) {
            self.spare.clear();
            self.spare.extend(self.out.nfkc());
            mem::swap(&mut self.spare, &mut self.out);
        }
        true
    }
}

/// What the characters of a text may call for.
struct Traits {
    /// Some character may not be in NFKC, alone or where it stands.
    moves: bool,
    /// Some character changes by folding.
    folds: bool,
}

/// Folds `text`; whether that brought characters that may not be in NFKC where they stand.
fn fold_into(text: &str, out: &mut String, table: &Table) -> bool {
    out.clear();
    out.reserve(text.len());
    let (mut same_from, mut moves) = (0, false);
    for (at, c) in text.char_indices() {
        if !table.folds(c) {
            continue;
        }
        out.push_str(&text[same_from..at]);
        same_from = at + c.len_utf8();
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
        } else {
            let folded = std::iter::once(c).default_case_fold();
            out.extend(folded.inspect(|&c| moves |= table.moves(c)));
        }
    }
    out.push_str(&text[same_from..]);
    moves
}

/// Code points of the two planes that nearly all text is written in.
const COVERED: u32 = 0x2_0000;

/// Two bits a character, looked up where asking the Unicode tables would take most of the time.
/// Built at first use, in a few milliseconds; 32 KiB.
struct Table {
    moves: Box<[u64]>,
    folds: Box<[u64]>,
}

static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table { moves: bits(may_leave_nfkc), folds: bits(changes_by_folding) });

impl Table {
    fn traits(&self, text: &str) -> Traits {
        if text.is_ascii() {
            return Traits { moves: false, folds: text.bytes().any(|byte| byte.is_ascii_uppercase()) };
        }
        let join = |traits: Traits, c| Traits {
            moves: traits.moves | self.moves(c),
            folds: traits.folds | self.folds(c),
        };
        text.chars().fold(Traits { moves: false, folds: false }, join)
    }

    /// Whether a text with `c` may not be in NFKC.
    fn moves(&self, c: char) -> bool {
        bit(&self.moves, c).unwrap_or_else(|| may_leave_nfkc(c))
    }

    fn folds(&self, c: char) -> bool {
        bit(&self.folds, c).unwrap_or_else(|| changes_by_folding(c))
    }
}

#[inline]
fn bit(bits: &[u64], c: char) -> Option<bool> {
    let code = c as usize;
    bits.get(code / 64).map(|word| word >> (code % 64) & 1 == 1)
}

fn bits(test: fn(char) -> bool) -> Box<[u64]> {
    let word = |index: u32| {
        let set = |offset: &u32| char::from_u32(index * 64 + offset).is_some_and(test);
        (0..64).filter(set).fold(0, |word, offset| word | 1 << offset)
    };
    (0..COVERED / 64).map(word).collect()
}

fn may_leave_nfkc(c: char) -> bool {
    canonical_combining_class(c) != 0 || is_nfkc_quick(std::iter::once(c)) != IsNormalized::Yes
}

static NFC_TABLE: LazyLock<Box<[u64]>> = LazyLock::new(|| bits(may_leave_nfc));

/// Whether a text with `c` may not be in NFC where `c` stands.
fn moves_in_nfc(table: &[u64], c: char) -> bool {
    bit(table, c).unwrap_or_else(|| may_leave_nfc(c))
}

fn may_leave_nfc(c: char) -> bool {
    canonical_combining_class(c) != 0 || is_nfc_quick(std::iter::once(c)) != IsNormalized::Yes
}

fn changes_by_folding(c: char) -> bool {
    !std::iter::once(c).default_case_fold().eq([c])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_by_its_bytes_never_moves() {
        for c in '\u{300}'..=char::MAX {
            let moves = stays(c.encode_utf8(&mut [0; 4]).as_bytes()) && may_leave_nfc(c);
            assert!(!moves, "{c:?} {:x}", u32::from(c));
        }
    }
}
