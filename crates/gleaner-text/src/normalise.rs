//! NFKC, full case fold, NFKC; with a look ahead that leaves alone what is normal already.

use std::borrow::Cow;
use std::mem;
use std::ops::Range;

use caseless::Caseless;
use unicode_normalization::{UnicodeNormalization, is_nfc, is_nfkc};

use crate::properties::{Props, WORDS};

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
    // A letter may come apart by folding and be put together again.
    if buffers.rebuild(text) && buffers.out != text { Cow::Owned(buffers.out) } else { Cow::Borrowed(text) }
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
    let bytes = text.as_bytes();
    let (mut at, mut done) = (0, 0);
    while let Some(found) = find_above_latin(bytes, at) {
        at = found;
        let moves = |at: usize| text[at..].chars().next().filter(|&c| WORDS.get(c).has(Props::MOVES_IN_NFC));
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

    /// Normalises `text` into `out`; `false`, with `out` left to chance, when it is normal already.
    fn rebuild(&mut self, text: &str) -> bool {
        let Traits { moves, folds } = traits(text);
        let marks_after_folding = if moves && !is_nfkc(text) {
            self.spare.clear();
            self.spare.extend(text.nfkc());
            fold_into(&self.spare, &mut self.out);
            true
        } else if folds {
            fold_into(text, &mut self.out) || moves
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
fn fold_into(text: &str, out: &mut String) -> bool {
    out.clear();
    out.reserve(text.len());
    let (mut same_from, mut moves) = (0, false);
    for (at, c) in text.char_indices() {
        if !c.is_ascii_uppercase() && !WORDS.get(c).has(Props::FOLDS) {
            continue;
        }
        out.push_str(&text[same_from..at]);
        same_from = at + c.len_utf8();
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
        } else {
            let folded = std::iter::once(c).default_case_fold();
            out.extend(folded.inspect(|&c| moves |= WORDS.get(c).has(Props::MOVES_IN_NFKC)));
        }
    }
    out.push_str(&text[same_from..]);
    moves
}

fn traits(text: &str) -> Traits {
    let capitals = text.bytes().any(|byte| byte.is_ascii_uppercase());
    if text.is_ascii() {
        return Traits { moves: false, folds: capitals };
    }
    let seen = text.chars().fold(Props::default(), |seen, c| seen.and(WORDS.get(c)));
    Traits { moves: seen.has(Props::MOVES_IN_NFKC), folds: capitals || seen.has(Props::FOLDS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_by_its_bytes_never_moves() {
        for c in '\u{300}'..=char::MAX {
            let moves = stays(c.encode_utf8(&mut [0; 4]).as_bytes()) && WORDS.get(c).has(Props::MOVES_IN_NFC);
            assert!(!moves, "{c:?} {:x}", u32::from(c));
        }
    }
}
