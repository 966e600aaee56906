//! What the segmenter has to know of a character, in one look-up.
//!
//! There are two tables. [`WORDS`] has each character as it is. [`TOKENS`] has it as it is after
//! [`normalise`](crate::normalise), where that can be said of the character alone; the others are
//! [`Class::UNSTABLE`] there. Both are made at compile time from `data.rs`, which a test writes from what the Unicode
//! crates say of every code point.

mod data;
#[cfg(test)]
mod generate;

use data::{FORMS, RANGES};

/// Word_Break property values; those that no rule tells apart share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class(pub(crate) u32);

impl Class {
    pub(crate) const OTHER: Class = Class(0);
    pub(crate) const LETTER: Class = Class(1);
    pub(crate) const HEBREW: Class = Class(2);
    pub(crate) const NUMERIC: Class = Class(3);
    pub(crate) const KATAKANA: Class = Class(4);
    /// ExtendNumLet.
    pub(crate) const CONNECTOR: Class = Class(5);
    /// Extend and Format.
    pub(crate) const EXTEND: Class = Class(6);
    pub(crate) const ZWJ: Class = Class(7);
    /// WSegSpace.
    pub(crate) const SPACE: Class = Class(8);
    /// Newline and LF.
    pub(crate) const NEWLINE: Class = Class(9);
    pub(crate) const CR: Class = Class(10);
    pub(crate) const REGIONAL: Class = Class(11);
    pub(crate) const MID_LETTER: Class = Class(12);
    pub(crate) const MID_NUM: Class = Class(13);
    /// MidNumLet and Single_Quote, which differ after a Hebrew letter only.
    pub(crate) const MID_NUM_LET: Class = Class(14);
    pub(crate) const SINGLE_QUOTE: Class = Class(15);
    pub(crate) const DOUBLE_QUOTE: Class = Class(16);
    /// Normalised to several characters that are no part of words, such as an ellipsis; as [`Class::OTHER`] when no
    /// mark follows.
    pub(crate) const INERT: Class = Class(30);
    /// What it is after normalisation, the character alone does not say.
    pub(crate) const UNSTABLE: Class = Class(31);

    /// Whether the class is one of `set`.
    #[inline(always)]
    pub(crate) fn is_in(self, set: u32) -> bool {
        set >> self.0 & 1 != 0
    }
}

/// A set of classes, for [`Class::is_in`].
pub(crate) const fn set(classes: &[Class]) -> u32 {
    let (mut set, mut at) = (0, 0);
    while at < classes.len() {
        set |= 1 << classes[at].0;
        at += 1;
    }
    set
}

/// A class and flags: of one character, or the flags of all of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Props(pub(crate) u16);

impl Props {
    const CLASS: u16 = 31;
    /// A letter or a number: what makes a segment a word.
    pub(crate) const ALPHANUMERIC: Props = Props(1 << 5);
    /// Extended_Pictographic.
    pub(crate) const PICTOGRAPH: Props = Props(1 << 6);
    /// Of a script that writes no spaces.
    pub(crate) const SPACELESS: Props = Props(1 << 7);
    /// `char::is_numeric`.
    pub(crate) const NUMERIC: Props = Props(1 << 8);
    /// Starts a grapheme cluster though it joins words, or lets no mark join it.
    pub(crate) const SPLITS: Props = Props(1 << 9);
    /// Not ASCII and, in [`WORDS`], changed by full case folding; in [`TOKENS`], normalised to a [`Form`].
    pub(crate) const FOLDS: Props = Props(1 << 10);
    /// In [`WORDS`]: a text with it may not be in NFKC.
    pub(crate) const MOVES_IN_NFKC: Props = Props(1 << 11);
    /// In [`WORDS`]: a text with it may not be in NFC.
    pub(crate) const MOVES_IN_NFC: Props = Props(1 << 12);
    /// In [`TOKENS`]: a combining mark that stays as long as marks are in canonical order.
    pub(crate) const MARK: Props = Props(1 << 15);
    /// In [`TOKENS`]: changed by NFKC, not only by case folding.
    pub(crate) const MAPPED: Props = Props(1 << 12);
    /// Of a segment: more than one character that is no mark. In [`TOKENS`]: normalised to several.
    pub(crate) const SEVERAL: Props = Props(1 << 13);
    /// Of a segment: Katakana and nothing else.
    pub(crate) const KANA_ONLY: Props = Props(1 << 14);

    #[inline(always)]
    pub(crate) fn class(self) -> Class {
        Class(u32::from(self.0 & Props::CLASS))
    }

    /// Whether some flag of `other` is set.
    #[inline(always)]
    pub(crate) fn has(self, other: Props) -> bool {
        self.0 & other.0 != 0
    }

    /// The flags of both; the class is left to chance.
    #[inline(always)]
    pub(crate) const fn and(self, other: Props) -> Props {
        Props(self.0 | other.0)
    }
}

/// Code points on a page.
const PAGE: usize = 64;
const INDEX: usize = 0x11_0000 / PAGE;
const PAGES: usize = count_pages();

/// Properties of every code point, in pages that are shared where all of a page is alike.
pub(crate) struct Table {
    index: [u16; INDEX],
    pages: [[Props; PAGE]; PAGES],
}

/// Characters as they are.
pub(crate) static WORDS: Table = build(false);
/// Characters as they are in a normalised text.
pub(crate) static TOKENS: Table = build(true);

impl Table {
    #[inline(always)]
    pub(crate) fn at(&self, page: usize, offset: usize) -> Props {
        self.pages[self.index[page] as usize][offset % PAGE]
    }

    #[inline(always)]
    pub(crate) fn get(&self, c: char) -> Props {
        self.at(c as usize / PAGE, c as usize)
    }

    /// The character that starts at `at`, which must be on a boundary; `None` at the end.
    #[inline(always)]
    pub(crate) fn read(&self, bytes: &[u8], at: usize) -> Option<Met> {
        let Some(four) = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()) else {
            return self.read_at_end(bytes, at);
        };
        Some(self.decode(u32::from_le_bytes(*four)))
    }

    #[cold]
    fn read_at_end(&self, bytes: &[u8], at: usize) -> Option<Met> {
        let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let mut four = [0; 4];
        four[..rest.len()].copy_from_slice(rest);
        Some(self.decode(u32::from_le_bytes(four)))
    }

    /// The first character of four bytes of UTF-8.
    #[inline(always)]
    fn decode(&self, bytes: u32) -> Met {
        let byte = |n: u32| (bytes >> (8 * n)) as usize & 0xff;
        let low = |n: u32| byte(n) & 0x3f;
        let first = byte(0);
        if first < 0x80 {
            Met { props: self.at(first / PAGE, first), len: 1, bytes }
        } else if first < 0xe0 {
            Met { props: self.at(first & 0x1f, low(1)), len: 2, bytes }
        } else if first < 0xf0 {
            Met { props: self.at((first & 0xf) << 6 | low(1), low(2)), len: 3, bytes }
        } else {
            Met { props: self.at((first & 7) << 12 | low(1) << 6 | low(2), low(3)), len: 4, bytes }
        }
    }
}

/// A character of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Met {
    pub(crate) props: Props,
    /// Number of its bytes.
    pub(crate) len: usize,
    /// Four bytes of the text, the first lowest: its own, and perhaps others.
    bytes: u32,
}

impl Met {
    /// Its bytes, the first lowest, as a number; in lower case if it is ASCII.
    #[inline(always)]
    pub(crate) fn to_lower_ascii(self) -> u32 {
        let bytes = self.bytes & (!0 >> (32 - 8 * self.len));
        let capital = self.len == 1 && bytes.wrapping_sub(u32::from(b'A')) < 26;
        bytes | u32::from(capital) << 5
    }
}

/// Where the range ends that starts at `RANGES[at]`.
const fn range_end(at: usize) -> usize {
    if at + 1 < RANGES.len() { RANGES[at + 1].0 as usize } else { INDEX * PAGE }
}

/// Pages needed when none but pages of one range are shared.
const fn count_pages() -> usize {
    let (mut pages, mut at, mut page) = (0, 0, 0);
    let mut shared = [0; 128];
    let mut known = 0;
    while page < INDEX {
        while range_end(at) <= page * PAGE {
            at += 1;
        }
        if range_end(at) >= (page + 1) * PAGE {
            let value = (RANGES[at].1 as u32) << 16 | RANGES[at].2 as u32;
            let mut n = 0;
            while n < known && shared[n] != value {
                n += 1;
            }
            if n == known {
                shared[known] = value;
                known += 1;
                pages += 1;
            }
        } else {
            pages += 1;
        }
        page += 1;
    }
    pages
}

const fn build(tokens: bool) -> Table {
    let mut table = Table { index: [0; INDEX], pages: [[Props(0); PAGE]; PAGES] };
    let mut shared = [(0, 0); 128];
    let (mut known, mut used, mut at, mut page) = (0, 0, 0, 0);
    while page < INDEX {
        while range_end(at) <= page * PAGE {
            at += 1;
        }
        let whole = range_end(at) >= (page + 1) * PAGE;
        let value = (RANGES[at].1 as u32) << 16 | RANGES[at].2 as u32;
        let mut n = 0;
        while whole && n < known && shared[n].0 != value {
            n += 1;
        }
        if whole && n < known {
            table.index[page] = shared[n].1;
        } else {
            fill(&mut table.pages[used], page * PAGE, at, tokens);
            table.index[page] = used as u16;
            if whole {
                shared[known] = (value, used as u16);
                known += 1;
            }
            used += 1;
        }
        page += 1;
    }
    table
}

/// Fills the page of `first` and up, which begins in range `at`.
const fn fill(page: &mut [Props; PAGE], first: usize, mut at: usize, tokens: bool) {
    let mut offset = 0;
    while offset < PAGE {
        while range_end(at) <= first + offset {
            at += 1;
        }
        page[offset] = Props(if tokens { RANGES[at].2 } else { RANGES[at].1 });
        offset += 1;
    }
}

const FORM_INDEX: usize = 0x2_0000 / PAGE;
const FORM_PAGES: usize = count_form_pages();

struct Forms {
    index: [u8; FORM_INDEX],
    pages: [[Form; PAGE]; FORM_PAGES],
}

static FORM_TABLE: Forms = build_forms();

const fn count_form_pages() -> usize {
    let (mut pages, mut at, mut last) = (1, 0, usize::MAX);
    while at < FORMS.len() {
        let page = FORMS[at].0 as usize / PAGE;
        if page != last {
            pages += 1;
            last = page;
        }
        at += 1;
    }
    pages
}

const fn build_forms() -> Forms {
    let mut forms = Forms { index: [0; FORM_INDEX], pages: [[Form(0); PAGE]; FORM_PAGES] };
    let (mut used, mut at, mut last) = (0, 0, usize::MAX);
    while at < FORMS.len() {
        let (c, text) = FORMS[at];
        let page = c as usize / PAGE;
        if page != last {
            used += 1;
            last = page;
        }
        forms.index[page] = used as u8;
        forms.pages[used][c as usize % PAGE] = Form::new(text);
        at += 1;
    }
    forms
}

/// Up to seven bytes of UTF-8, the first lowest; their number is in the highest byte.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form(u64);

impl Form {
    /// A character that is normalised alone, normalised.
    #[inline]
    pub(crate) fn of_normal(c: char) -> Form {
        if TOKENS.get(c).has(Props::FOLDS) { Form::changed(c) } else { Form::of_same(c.to_ascii_lowercase()) }
    }

    /// The case folding of a character; `None` when the table does not have it.
    #[inline]
    pub(crate) fn of_folded(c: char) -> Option<Form> {
        let normal = TOKENS.get(c);
        if !WORDS.get(c).has(Props::FOLDS) {
            Some(Form::of_same(c.to_ascii_lowercase()))
        } else if normal.has(Props::FOLDS) && !normal.has(Props::MAPPED) {
            Some(Form::changed(c))
        } else {
            None
        }
    }

    /// A character as it is.
    #[inline]
    pub(crate) fn of_same(c: char) -> Form {
        let mut bytes = [0; 8];
        c.encode_utf8(&mut bytes);
        Form(u64::from_le_bytes(bytes) | (c.len_utf8() as u64) << 56)
    }

    /// What the table has of a character with [`Props::FOLDS`] in [`TOKENS`].
    #[inline]
    fn changed(c: char) -> Form {
        let page = FORM_TABLE.index.get(c as usize / PAGE).copied().unwrap_or(0);
        FORM_TABLE.pages[usize::from(page)][c as usize % PAGE]
    }

    const fn new(text: &str) -> Form {
        let bytes = text.as_bytes();
        assert!(bytes.len() <= 7, "longer than the table has room for");
        let (mut form, mut at) = ((bytes.len() as u64) << 56, 0);
        while at < bytes.len() {
            form |= (bytes[at] as u64) << (8 * at);
            at += 1;
        }
        Form(form)
    }

    #[inline]
    pub(crate) fn len(self) -> u32 {
        (self.0 >> 56) as u32
    }

    /// The bytes, the first lowest, as a number.
    #[inline]
    pub(crate) fn to_number(self) -> u64 {
        self.0 << 8 >> 8
    }

    pub(crate) fn push_to(self, text: &mut String) {
        let bytes = self.to_number().to_le_bytes();
        text.push_str(str::from_utf8(&bytes[..self.len() as usize]).expect("forms are made of characters"));
    }
}
