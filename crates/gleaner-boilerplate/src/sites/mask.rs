//! What of a line is compared: its text with digits masked.

/// A mark for one or more digits.
const DIGITS: u8 = b'0';

/// Writes what is compared of `line` into `masked`, in place of what it holds: white space as single spaces, none at the
/// ends, and every run of digits of any script as one `0`. Linear.
pub(super) fn mask(line: &str, masked: &mut Vec<u8>) {
    masked.clear();
    let bytes = line.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte.is_ascii_digit() {
            push_once(masked, DIGITS);
            at += 1;
        } else if byte.is_ascii_whitespace() {
            push_once(masked, b' ');
            at += 1;
        } else if byte < 0x80 {
            masked.push(byte);
            at += 1;
        } else {
            at += mask_wide(&line[at..], masked);
        }
    }
    while masked.last() == Some(&b' ') {
        masked.pop();
    }
    if masked.first() == Some(&b' ') {
        masked.remove(0);
    }
}

/// Masks the first character, which is not ASCII, and returns its length.
fn mask_wide(rest: &str, masked: &mut Vec<u8>) -> usize {
    let bytes = rest.as_bytes();
    // Digits and spaces beyond ASCII begin with these bytes; the others need no look.
    let special = matches!(bytes[0], 0xc2 | 0xd9 | 0xdb | 0xdf | 0xe0..=0xe3 | 0xea | 0xef | 0xf0);
    let character = rest.chars().next().filter(|_| special);
    let length = character.map_or_else(|| length_of(bytes[0]), char::len_utf8);
    match character {
        Some(c) if c.is_numeric() => push_once(masked, DIGITS),
        Some(c) if c.is_whitespace() => push_once(masked, b' '),
        _ => masked.extend_from_slice(&bytes[..length]),
    }
    length
}

/// Bytes of the character that begins with `byte`.
fn length_of(byte: u8) -> usize {
    match byte {
        0xf0.. => 4,
        0xe0.. => 3,
        _ => 2,
    }
}

fn push_once(masked: &mut Vec<u8>, mark: u8) {
    if masked.last() != Some(&mark) {
        masked.push(mark);
    }
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn digits_and_spaces_are_masked_in_any_script() {
        for (line, want) in [
            ("", ""),
            (" Page 12 of 340 \t", "Page 0 of 0"),
            ("12:05, 3.4.2012", "0:0, 0.0.0"),
            ("第１２页\u{3000}共３页", "第0页 共0页"),
            ("صفحة ١٢", "صفحة 0"),
            ("पृष्ठ १२", "पृष्ठ 0"),
            ("\u{a0}Strona\u{a0}5", "Strona 0"),
            ("Ελλάδα – Россия 𝟘", "Ελλάδα – Россия 0"),
        ] {
            let mut masked = Vec::new();
            mask(line, &mut masked);
            assert_eq!(String::from_utf8(masked).as_deref(), Ok(want), "{line}");
        }
    }
}
