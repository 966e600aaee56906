//! What of a line is compared: its text with digits masked.

use crate::lines::find;
use crate::properties::is_numeric;

/// A mark for one or more digits.
const DIGITS: u8 = b'0';
/// Bytes of a line of which digits are masked.
const READ: usize = 512;

/// A hash of what is compared of `line`, never 0, and its bytes: the first 512 of the line as [`mask`] leaves them, and the
/// rest as it stands.
pub(crate) fn compared(line: &str, masked: &mut Vec<u8>) -> (u64, usize) {
    let line = line.trim_ascii();
    let (head, rest) = line.split_at(line.floor_char_boundary(READ));
    let head = mask(head, masked);
    let other = if rest.is_empty() { 0 } else { gleaner_text::hash64(rest.as_bytes()).rotate_left(32) };
    ((gleaner_text::hash64(head) ^ other).max(1), head.len() + rest.len())
}

/// `line` with every run of digits of any script as one `0`, and every run of
/// ASCII white space as one space. `masked` is used where that is not what the line has. Linear.
fn mask<'l>(line: &'l str, masked: &'l mut Vec<u8>) -> &'l [u8] {
    let bytes = line.as_bytes();
    let spaced =
        bytes.iter().fold(false, |any, &b| any | is_tab(b)) || memchr::memmem::find(bytes, b"  ").is_some();
    if !spaced && !bytes.iter().fold(false, |any, &b| any | may_be_digit(b)) {
        return bytes;
    }
    masked.clear();
    let (mut at, mut plain) = (0, 0);
    let next = |at: usize| match spaced {
        true => bytes[at..].iter().position(|&b| may_be_digit(b) || is_tab(b) || b == b' ').map(|n| at + n),
        false => find(bytes, at, may_be_digit),
    };
    while let Some(found) = next(at) {
        masked.extend_from_slice(&bytes[plain..found]);
        (at, plain) = match bytes[found] {
            b' ' | b'\t'..=b'\r' => (found + 1, push_once(masked, b' ', found + 1)),
            _ => mask_digit(line, found, masked),
        };
    }
    masked.extend_from_slice(&bytes[plain..]);
    masked
}

/// White space that is no space.
fn is_tab(b: u8) -> bool {
    (b'\t'..=b'\r').contains(&b)
}

/// Whether it is a digit, or a byte that digits beyond ASCII begin with: Arabic; the scripts of India and South-East Asia;
/// wide.
fn may_be_digit(b: u8) -> bool {
    b.is_ascii_digit() | (b == 0xd9) | (b == 0xdb) | (b == 0xe0) | (b == 0xe1) | (b == 0xef)
}

/// Takes the character at `at`, which may be a digit. Returns where to go on, and from where on the text was not taken.
fn mask_digit(line: &str, at: usize, masked: &mut Vec<u8>) -> (usize, usize) {
    let Some(c) = line[at..].chars().next() else { return (line.len(), line.len()) };
    let behind = at + c.len_utf8();
    (behind, if is_numeric(c) { push_once(masked, DIGITS, behind) } else { at })
}

/// Takes what ends at `behind` as `mark`, of which one is enough; returns `behind`.
fn push_once(masked: &mut Vec<u8>, mark: u8, behind: usize) -> usize {
    if masked.last() != Some(&mark) {
        masked.push(mark);
    }
    behind
}

#[cfg(test)]
mod tests {
    use super::{compared, mask};

    #[test]
    fn a_long_line_is_compared_to_its_end() {
        let hash = |line: &str| compared(line, &mut Vec::new()).0;
        let line = "ж".repeat(1000);
        assert_ne!(hash(&line), hash(&"ж".repeat(1001)));
        assert_ne!(hash(&line), hash(&"ж".repeat(256)));
        // White space at the ends does not push anything out of sight.
        assert_eq!(hash(&line), hash(&format!("{}{line}\t", " ".repeat(600))));
        assert_eq!(hash("Page 1"), hash(&format!("{}Page 20", " ".repeat(600))));
    }

    #[test]
    fn masking_is_what_it_says() {
        let signs = ['a', '1', '٢', 'م', '१', 'ก', '\t', ' ', ' ', '3', 'é', '界', '４', '\u{1c3}', '-', 'z'];
        let mut state = 1u64;
        for length in (0..4000).map(|n| n % 90) {
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                signs[(state >> 60) as usize]
            };
            let line: String = (0..length).map(|_| next()).collect();
            let mut want = String::new();
            for c in line.chars() {
                let c = if c.is_numeric() { '0' } else { c };
                let c = if c.is_ascii_whitespace() { ' ' } else { c };
                if !matches!(c, '0' | ' ') || !want.ends_with(c) {
                    want.push(c);
                }
            }
            assert_eq!(mask(&line, &mut Vec::new()), want.as_bytes(), "{line:?}");
        }
    }

    #[test]
    fn digits_and_spaces_are_masked_in_any_script() {
        for (line, want) in [
            ("", ""),
            (" Page 12 of 340 \t", "Page 0 of 0"),
            ("12:05, 3.4.2012", "0:0, 0.0.0"),
            ("第１２页 共３页", "第0页 共0页"),
            ("صفحة ١٢", "صفحة 0"),
            ("पृष्ठ १२", "पृष्ठ 0"),
            ("Strona\t\t5  ", "Strona 0"),
            ("Ελλάδα – Россия", "Ελλάδα – Россия"),
            ("two  spaces", "two spaces"),
        ] {
            assert_eq!(mask(line.trim(), &mut Vec::new()), want.as_bytes(), "{line}");
        }
    }
}
