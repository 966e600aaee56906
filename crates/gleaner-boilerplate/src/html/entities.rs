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

/// As [`decode_all`], by the rule for attributes: a name without `;` before `=`, a letter or a digit is part of an
/// address.
pub(crate) fn decode_attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let before = out.len();
        let taken = decode(rest, &mut out);
        let goes_on = rest.as_bytes().get(taken).is_some_and(|&b| b == b'=' || b.is_ascii_alphanumeric());
        if goes_on && !rest.starts_with("&#") && !rest[..taken].ends_with(';') {
            out.truncate(before);
            out.push_str(&rest[..taken]);
        }
        rest = &rest[taken..];
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

#[cfg(test)]
mod tests {
    use super::{LEGACY, LONGEST_LEGACY, LONGEST_NAME, NAMED, decode_all, decode_attribute, find};

    #[test]
    fn has_every_name_of_the_standard() {
        // 2231 in the standard: 2125 with a semicolon, and 106 of these also without.
        assert_eq!((NAMED.len(), LEGACY.len()), (2125, 106));
        assert!(NAMED.is_sorted_by(|a, b| a.0 < b.0) && LEGACY.is_sorted_by(|a, b| a < b));
        assert_eq!(NAMED.iter().map(|(name, _)| name.len()).max(), Some(LONGEST_NAME));
        assert_eq!(LEGACY.iter().map(|name| name.len()).max(), Some(LONGEST_LEGACY));
        for name in LEGACY {
            let own = find(name).expect("it is a name with a semicolon too");
            assert_eq!(decode_all(&format!("&{name}")), own);
            assert_eq!(decode_all(&format!("&{name}zz")), format!("{own}zz"));
            assert_eq!(decode_attribute(&format!("&{name}=")), format!("&{name}="));
        }
        for (name, own) in NAMED {
            assert_eq!(decode_all(&format!("&{name};")), own);
            assert_eq!(decode_attribute(&format!("&{name};=")), format!("{own}="));
        }
    }

    #[track_caller]
    fn check(text: &str, as_text: &str, as_attribute: &str) {
        assert_eq!(decode_all(text), as_text, "{text:?} as text");
        assert_eq!(decode_attribute(text), as_attribute, "{text:?} in an attribute");
    }

    #[test]
    fn numbers_and_names_that_are_cut() {
        check("&#65;&#x42&#X63;&#68x", "ABcDx", "ABcDx");
        check(
            "&#xD800;&#xDFFF;&#x110000;&#0;",
            "\u{fffd}\u{fffd}\u{fffd}\u{fffd}",
            "\u{fffd}\u{fffd}\u{fffd}\u{fffd}",
        );
        check("&#99999999999999999999;&#x10FFFF;", "\u{fffd}\u{10ffff}", "\u{fffd}\u{10ffff}");
        check("&#x80;&#150;&#129;", "\u{20ac}\u{2013}\u{81}", "\u{20ac}\u{2013}\u{81}");
        check("&;&#;&#x;&#xg;&x &", "&;&#;&#x;&#xg;&x &", "&;&#;&#x;&#xg;&x &");
        check("&notin;&notit;&not", "\u{2209}\u{ac}it;\u{ac}", "\u{2209}&notit;\u{ac}");
        check("?a=1&lt=2&copy2&reg;3", "?a=1<=2\u{a9}2\u{ae}3", "?a=1&lt=2&copy2\u{ae}3");
    }
}
