//! What of a line is compared: its text with digits masked.

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
    let signs = line.bytes().fold(0, |signs, byte| signs | SIGNS[usize::from(byte)]);
    let spaced = signs & SPACE != 0 && memchr::memmem::find(line.as_bytes(), b"  ").is_some();
    if signs & (DIGIT | TAB) == 0 && !spaced {
        return line.as_bytes();
    }
    masked.clear();
    let mut rest = line;
    while let Some(byte) = rest.bytes().next() {
        let length = match SIGNS[usize::from(byte)] {
            DIGIT => mask_digit(rest, masked),
            SPACE | TAB => push_once(masked, b' '),
            _ => plain(rest, masked),
        };
        rest = &rest[length..];
    }
    masked
}

/// A space; other white space; a digit, or a byte that digits beyond ASCII begin with.
const SPACE: u8 = 1;
const TAB: u8 = 2;
const DIGIT: u8 = 4;

static SIGNS: [u8; 256] = {
    let mut signs = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        signs[byte] = match byte as u8 {
            b' ' => SPACE,
            b'\t'..=b'\r' => TAB,
            b'0'..=b'9' => DIGIT,
            // Arabic; the scripts of India and South-East Asia; wide.
            0xd9 | 0xdb | 0xe0 | 0xe1 | 0xef => DIGIT,
            _ => 0,
        };
        byte += 1;
    }
    signs
};

/// Takes the first character, which may be a digit, and returns its length.
fn mask_digit(rest: &str, masked: &mut Vec<u8>) -> usize {
    let Some(c) = rest.chars().next() else { return rest.len() };
    if c.is_numeric() {
        push_once(masked, DIGITS);
    } else {
        masked.extend_from_slice(&rest.as_bytes()[..c.len_utf8()]);
    }
    c.len_utf8()
}

/// Takes the characters up to the next that may be another; returns their length.
fn plain(rest: &str, masked: &mut Vec<u8>) -> usize {
    let length = rest.bytes().position(|byte| SIGNS[usize::from(byte)] != 0).unwrap_or(rest.len());
    masked.extend_from_slice(&rest.as_bytes()[..length]);
    length
}

/// Takes a byte as `mark`, of which one is enough.
fn push_once(masked: &mut Vec<u8>, mark: u8) -> usize {
    if masked.last() != Some(&mark) {
        masked.push(mark);
    }
    1
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
