//! How a character behaves among words.
//!
//! Most characters do as one of a few that stand for their kind: Cyrillic, Korean or accented letters as any letter,
//! Han characters as words of their own, dashes as breaks. Which kind, `unicode-segmentation` itself is asked, a page of
//! 256 characters at a time, when a character of the page is first met. Marks that join what precedes them, Katakana,
//! Hebrew and the like are of no such kind and take the long way.

use std::sync::OnceLock;

use unicode_segmentation::UnicodeSegmentation;

/// A letter, counted as one by `Alphabetic` too.
pub(crate) const LETTER: u8 = 1;
/// A number.
pub(crate) const DIGIT: u8 = 2;
/// Joins letters, digits and itself, and is no word alone.
pub(crate) const UNDERSCORE: u8 = 4;
/// Joins two letters (WB6, WB7): `MidLetter`, `MidNumLet`, `Single_Quote`.
pub(crate) const BETWEEN_LETTERS: u8 = 8;
/// Joins two digits (WB11, WB12): `MidNum`, `MidNumLet`, `Single_Quote`.
pub(crate) const BETWEEN_DIGITS: u8 = 16;
/// Always a word of its own.
pub(crate) const ALONE: u8 = 32;
/// Of no kind known here.
pub(crate) const OTHER: u8 = 64;
/// Never in a word, and ends one.
const BREAK: u8 = 0;

/// What a word is made of.
pub(crate) const IN_WORD: u8 = LETTER | DIGIT | UNDERSCORE;

const ASCII: [u8; 128] = {
    let mut classes = [BREAK; 128];
    let mut byte = 0;
    while byte < 128u8 {
        classes[byte as usize] = match byte {
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'0'..=b'9' => DIGIT,
            b'_' => UNDERSCORE,
            b':' => BETWEEN_LETTERS,
            b',' | b';' => BETWEEN_DIGITS,
            b'.' | b'\'' => BETWEEN_LETTERS | BETWEEN_DIGITS,
            _ => BREAK,
        };
        byte += 1;
    }
    classes
};

/// A non-ASCII character of each kind.
const KINDS: [(char, u8); 7] = [
    ('я', LETTER),
    ('٣', DIGIT),
    ('漢', ALONE),
    ('—', BREAK),
    ('·', BETWEEN_LETTERS),
    ('\u{37e}', BETWEEN_DIGITS),
    ('’', BETWEEN_LETTERS | BETWEEN_DIGITS),
];

const PAGE: usize = 256;

/// Pages of the two planes that nearly all text is written in.
static PAGES: [OnceLock<Box<[u8; PAGE]>>; 0x2_0000 / PAGE] = [const { OnceLock::new() }; 0x2_0000 / PAGE];

/// The class of an ASCII character; other bytes are breaks.
#[inline]
pub(crate) fn ascii_class(byte: u8) -> u8 {
    ASCII.get(usize::from(byte)).copied().unwrap_or(BREAK)
}

#[inline]
pub(crate) fn class(c: char) -> u8 {
    let code = c as usize;
    if code < ASCII.len() {
        return ASCII[code];
    }
    match c {
        // Many pages of one kind each, as a test confirms.
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' => return ALONE,
        '\u{ac00}'..='\u{d7a3}' => return LETTER,
        _ => {}
    }
    match PAGES.get(code / PAGE) {
        Some(page) => page.get_or_init(|| read_page(code / PAGE))[code % PAGE],
        None => OTHER,
    }
}

fn read_page(number: usize) -> Box<[u8; PAGE]> {
    let kinds = KINDS.map(|(c, class)| (behaviour(c), class));
    let mut page = Box::new([OTHER; PAGE]);
    for (code, class) in (number * PAGE..).zip(page.iter_mut()) {
        let Some(c) = u32::try_from(code).ok().and_then(char::from_u32) else { continue };
        let own = behaviour(c);
        if let Some((_, same)) = kinds.iter().find(|(kind, _)| *kind == own) {
            *class = *same;
        }
    }
    page
}

/// The words in which `c` meets whatever could tell its kind from another, with a sign in its place.
fn behaviour(c: char) -> String {
    const PROBE: &str =
        "a@b\n1@2\n@\n@@\n @ \n_@_\nカ@カ\nא@א\n@\"@\n@:@\n@,@\n@.@\na@!\na@@b\n1@@2\na@1\n1@a\n";
    let text = PROBE.replace('@', c.encode_utf8(&mut [0; 4]));
    let mut words = String::new();
    for word in text.unicode_words() {
        words.extend(word.chars().map(|met| if met == c { '@' } else { met }));
        words.push('|');
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{ALONE, BETWEEN_DIGITS, BETWEEN_LETTERS, BREAK, DIGIT, LETTER, OTHER, ascii_class, class};

    #[test]
    fn classes() {
        let check = |text: &str, want: u8| {
            text.chars().for_each(|c| assert_eq!(class(c), want, "{c:?}"));
        };
        check("aZéßĐữяΣعक한𐐀", LETTER);
        check("0٣०", DIGIT);
        check("漢字ひไກက", ALONE);
        check(" !—“。、€😀\u{a0}\u{3000}\u{85}", BREAK);
        check(":·", BETWEEN_LETTERS);
        check(",;", BETWEEN_DIGITS);
        check(".'’", BETWEEN_LETTERS | BETWEEN_DIGITS);
        check("\u{301}\u{93f}\u{e48}\u{200d}\u{ad}カאー\u{202f}𠀀", OTHER);
    }

    /// An ASCII character of a kind does as the others of that kind.
    #[test]
    fn kinds_do_as_ascii() {
        for (ascii, other) in [('a', 'я'), ('1', '٣'), ('-', '—'), (':', '·'), (';', '\u{37e}'), ('.', '’')]
        {
            assert_eq!(ascii_class(ascii as u8), class(other));
        }
    }
}
