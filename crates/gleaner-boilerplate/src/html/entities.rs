//! Character references.

use super::entities_table::{LEGACY, NAMED};

/// The longest name in the table, so that a look-up reads a bounded number of bytes.
const LONGEST_NAME: usize = 31;
/// The longest name that needs no `;`.
const LONGEST_LEGACY: usize = 6;

/// Appends what the reference at the start of `text` (its `&` included) stands for; returns the bytes it takes.
/// What is no reference is an ampersand.
pub(crate) fn decode(text: &str, out: &mut String) -> usize {
    debug_assert!(text.starts_with('&'));
    let found = if text[1..].starts_with('#') { numeric(text, out) } else { named(text, out) };
    found.unwrap_or_else(|| {
        out.push('&');
        1
    })
}

/// `text` with its references decoded.
pub(crate) fn decode_all(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let taken = decode(&rest[at..], &mut out);
        rest = &rest[at + taken..];
    }
    out.push_str(rest);
    out
}

fn named(text: &str, out: &mut String) -> Option<usize> {
    let bytes = &text.as_bytes()[1..];
    let most = bytes.len().min(LONGEST_NAME + 1);
    let length = bytes[..most].iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(most);
    let mut lengths = (2..=length.min(LONGEST_LEGACY)).rev();
    let (length, semicolon) = if bytes.get(length) == Some(&b';') && find(&text[1..=length]).is_some() {
        (length, 1)
    } else {
        (lengths.find(|&n| LEGACY.binary_search(&&text[1..=n]).is_ok())?, 0)
    };
    out.push_str(find(&text[1..=length])?);
    Some(1 + length + semicolon)
}

fn find(name: &str) -> Option<&'static str> {
    NAMED.binary_search_by_key(&name, |&(name, _)| name).ok().map(|at| NAMED[at].1)
}

fn numeric(text: &str, out: &mut String) -> Option<usize> {
    let bytes = text.as_bytes();
    let hexadecimal = matches!(bytes.get(2), Some(b'x' | b'X'));
    let start = if hexadecimal { 3 } else { 2 };
    let radix = if hexadecimal { 16 } else { 10 };
    let digits = bytes[start..].iter().take_while(|&&b| char::from(b).is_digit(radix)).count();
    if digits == 0 {
        return None;
    }
    let add =
        |n: u32, &b: &u8| n.saturating_mul(radix).saturating_add(char::from(b).to_digit(radix).unwrap_or(0));
    out.push(scalar(bytes[start..start + digits].iter().fold(0, add)));
    let end = start + digits;
    Some(end + usize::from(bytes.get(end) == Some(&b';')))
}

/// The character of a number; 128 to 159 mean the windows-1252 bytes of that value.
fn scalar(number: u32) -> char {
    const WINDOWS_1252: [u16; 32] = [
        0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152,
        0x8d, 0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122,
        0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178,
    ];
    let number = match number {
        0x80..=0x9f => u32::from(WINDOWS_1252[(number - 0x80) as usize]),
        0 => 0xfffd,
        _ => number,
    };
    char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER)
}
