//! Writing the characters of a page: white space, references, and characters that are no text.

use super::entities;
use super::tags::Tag;
use super::tokenizer::is_space;

/// Where the text begins and ends that is not white space.
pub(crate) fn trim(text: &str) -> (usize, usize) {
    let bytes = text.as_bytes();
    let from = bytes.iter().position(|&b| !is_space(b)).unwrap_or(bytes.len());
    let to = bytes.iter().rposition(|&b| !is_space(b)).map_or(from, |i| i + 1);
    (from, to)
}

/// Whether `text` is no more than white space and no-break spaces, however these are written.
pub(crate) fn is_blank(text: &str) -> bool {
    const NO_BREAK: [&str; 7] = ["\u{a0}", "&nbsp;", "&#160;", "&#xa0;", "&#xA0;", "&nbsp", "&#160"];
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let Some(after) = NO_BREAK.iter().find_map(|space| rest.strip_prefix(space)) else { return false };
        rest = after.trim_start();
    }
    true
}

/// Appends `text` with references decoded and runs of white space as one space. No-break spaces are spaces; soft
/// hyphens and control characters go.
pub(crate) fn append(text: &str, out: &mut String) {
    let bytes = text.as_bytes();
    let mut done = 0;
    let mut at = 0;
    while at < bytes.len() {
        let b = bytes[at];
        // One space between words, and anything that stands for itself: the common case.
        let doubled = b == b' ' && bytes.get(at + 1).is_some_and(|&n| is_space(n) || n == b'&');
        if !is_irregular(b) && !doubled {
            at += 1;
            continue;
        }
        let taken = irregular_at(&text[at..]);
        if let Some((length, replacement)) = taken {
            out.push_str(&text[done..at]);
            at += length;
            done = at;
            match replacement {
                Replacement::Nothing => {}
                Replacement::Space => push_space(out),
                Replacement::Reference => {
                    let before = out.len();
                    at += entities::decode(&text[at..], out);
                    done = at;
                    tidy_decoded(out, before);
                }
            }
        } else {
            at += 1;
        }
    }
    out.push_str(&text[done..]);
}

/// As [`append`], with white space as it is written.
pub(crate) fn append_verbatim(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|b| matches!(b, b'&' | b'\r' | b'\0')) {
        out.push_str(&rest[..at]);
        let taken = match rest.as_bytes()[at] {
            b'&' => {
                let before = out.len();
                let taken = entities::decode(&rest[at..], out);
                if &out[before..] == "\u{a0}" {
                    out.truncate(before);
                    out.push(' ');
                }
                taken
            }
            b'\r' => {
                if rest.as_bytes().get(at + 1) != Some(&b'\n') {
                    out.push('\n');
                }
                1
            }
            _ => 1,
        };
        rest = &rest[at + taken..];
    }
    out.push_str(rest);
}

enum Replacement {
    Nothing,
    Space,
    Reference,
}

fn is_irregular(b: u8) -> bool {
    b < b' ' || b == b'&' || b == 0xc2 || b == 0x7f
}

/// How many bytes at the start of `text` stand for something else, and for what.
fn irregular_at(text: &str) -> Option<(usize, Replacement)> {
    let bytes = text.as_bytes();
    match bytes[0] {
        b'&' => Some((0, Replacement::Reference)),
        b if is_space(b) => {
            let length = bytes.iter().position(|&b| !is_space(b)).unwrap_or(bytes.len());
            Some((length, Replacement::Space))
        }
        0xc2 => match bytes[1] {
            0xa0 => Some((2, Replacement::Space)),
            0xad | 0x80..=0x9f => Some((2, Replacement::Nothing)),
            _ => None,
        },
        _ => Some((1, Replacement::Nothing)),
    }
}

fn push_space(out: &mut String) {
    if !out.is_empty() && !out.ends_with([' ', '\n', '\t']) {
        out.push(' ');
    }
}

/// What a reference stands for goes through the same rules as what is written.
fn tidy_decoded(out: &mut String, before: usize) {
    let Some(c) = out[before..].chars().next() else { return };
    if c == '\u{a0}' || c.is_ascii_whitespace() {
        out.truncate(before);
        push_space(out);
    } else if c == '\u{ad}' || c.is_control() {
        out.truncate(before);
    }
}

/// `text` on one line; `None` if there is nothing.
pub(crate) fn one_line(text: &str) -> Option<String> {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    (!line.is_empty()).then_some(line)
}

/// The same number for elements that look alike.
pub(crate) fn key(tag: Tag, name: u32, class: &str) -> u32 {
    let start = name ^ (tag as u32).wrapping_mul(0x9e37_79b9);
    class.bytes().take(256).fold(start, |hash, b| (hash ^ u32::from(b)).wrapping_mul(0x0100_0193))
}
