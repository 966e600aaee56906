//! Strings of JSON as pages write it, which often is no JSON: cut off, in a comment, with line feeds in its strings. It
//! is searched, not parsed.

use std::ops::Range;

use memchr::{memchr2, memmem};

/// Where the strings that are values of `key` (with its quotes) stand, without their quotes. A string that is not closed
/// is none.
pub(crate) fn values<'j>(json: &'j str, key: &'j str) -> impl Iterator<Item = Range<usize>> + 'j {
    memmem::find_iter(json.as_bytes(), key.as_bytes()).filter_map(move |at| {
        let rest = json[at + key.len()..].trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
        let start = json.len() - rest.len();
        let length = string_end(rest.as_bytes());
        (length < rest.len()).then_some(start..start + length)
    })
}

/// The quote that ends a string, or the end of the text.
pub(crate) fn string_end(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) {
        if bytes[at + found] == b'"' {
            return at + found;
        }
        at += found + 2;
    }
    bytes.len()
}

/// What a string says, given what stands between its quotes; `line` stands for line feeds. A lone surrogate is a
/// replacement character.
pub(crate) fn unescape(string: &str, line: &str) -> String {
    let mut out = String::with_capacity(string.len());
    let mut units: Vec<u16> = Vec::new();
    let mut rest = string;
    while let Some(at) = rest.find(['\\', '\n']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        units.clear();
        while let Some(unit) = rest.strip_prefix("\\u").and_then(|hex| hex.get(..4)) {
            let Ok(unit) = u16::from_str_radix(unit, 16) else { break };
            units.push(unit);
            rest = &rest[6..];
        }
        if !units.is_empty() {
            out.push_str(&String::from_utf16_lossy(&units));
            continue;
        }
        let Some(c) = rest.strip_prefix('\\').unwrap_or(rest).chars().next() else {
            rest = "";
            break;
        };
        rest = &rest[usize::from(rest.starts_with('\\')) + c.len_utf8()..];
        match c {
            'n' | 'r' | '\n' => out.push_str(line),
            't' | 'b' | 'f' => out.push(' '),
            c => out.push(c),
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::{unescape, values};

    #[test]
    fn values_of_a_key() {
        let check = |json: &str, expected: &[&str]| {
            let found: Vec<&str> = values(json, "\"a\"").map(|range| &json[range]).collect();
            assert_eq!(found, expected, "of {json}");
        };
        check(r#"{"a" : "x\"y", "b": "a", "a":"", "a": 1, "a": ["z"]}"#, &[r#"x\"y"#, ""]);
        check(r#"{"a": "never closed"#, &[]);
        check(r#""a":"\"#, &[]);
        check(r#""a""#, &[]);
    }

    #[test]
    fn escapes() {
        for (raw, expected) in [
            (r"\u00e9\ud83d\ude00 \ud83d!", "é😀 \u{fffd}!"),
            (r#"a\n\"b\/\\\t"#, "a|\"b/\\ "),
            ("a\nb", "a|b"),
            (r"\u12", "u12"),
            (r"\", ""),
        ] {
            assert_eq!(unescape(raw, "|"), expected, "of {raw}");
        }
    }
}
