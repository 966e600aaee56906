//! NFKC, full case fold, NFKC; with a look ahead that leaves alone what is normal already.

use std::borrow::Cow;
use std::mem;
use std::sync::LazyLock;

use caseless::Caseless;
use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc, is_nfkc_quick};

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

fn changes_by_folding(c: char) -> bool {
    !std::iter::once(c).default_case_fold().eq([c])
}
