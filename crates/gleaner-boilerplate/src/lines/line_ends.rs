//! Where lines end.

use memchr::{memchr, memchr_iter, memchr2_iter, memchr3_iter};

/// The ends of lines that a text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineEnds {
    /// `\n` and `\r\n` alone: one search finds each.
    Plain,
    /// Also a lone `\r`, or Unicode's separators of lines and paragraphs.
    Mixed,
}

/// U+2028, U+2029: separators of lines and of paragraphs.
const SEPARATORS: [&str; 2] = ["\u{2028}", "\u{2029}"];

impl LineEnds {
    /// Which ends `text` has. Linear, and close to the speed of memory where it has only plain ones.
    pub(super) fn of(text: &str) -> LineEnds {
        let bytes = text.as_bytes();
        let lone = memchr_iter(b'\r', bytes).any(|at| bytes.get(at + 1) != Some(&b'\n'));
        // The last bytes of the separators are rarer than the others.
        let separator = || memchr2_iter(0xa8, 0xa9, bytes).any(|at| bytes[..at].ends_with(&[0xe2, 0x80]));
        if lone || separator() { LineEnds::Mixed } else { LineEnds::Plain }
    }

    /// Where the line that starts at `at` ends, and where the next one starts.
    pub(super) fn next(self, text: &str, at: usize) -> (usize, usize) {
        match self {
            LineEnds::Plain => plain(text, at),
            LineEnds::Mixed => mixed(text, at),
        }
    }
}

fn plain(text: &str, at: usize) -> (usize, usize) {
    let Some(newline) = memchr(b'\n', &text.as_bytes()[at..]) else { return (text.len(), text.len()) };
    let end = at + newline;
    let carriage = end > at && text.as_bytes()[end - 1] == b'\r';
    (end - usize::from(carriage), end + 1)
}

/// One or two `\r` before a `\n` are one end with it.
fn mixed(text: &str, at: usize) -> (usize, usize) {
    let bytes = text.as_bytes();
    for found in memchr3_iter(b'\n', b'\r', 0xe2, &bytes[at..]) {
        let end = at + found;
        match bytes[end] {
            b'\n' => return (end, end + 1),
            b'\r' => {
                let ends = [b"\r\r\n".as_slice(), b"\r\n", b"\r"];
                let length =
                    ends.iter().find(|sign| bytes[end..].starts_with(sign)).map_or(1, |sign| sign.len());
                return (end, end + length);
            }
            _ if SEPARATORS.iter().any(|sign| text[end..].starts_with(sign)) => return (end, end + 3),
            _ => {}
        }
    }
    (text.len(), text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<&str> {
        let ends = LineEnds::of(text);
        let (mut at, mut lines) = (0, Vec::new());
        while at < text.len() {
            let (end, next) = ends.next(text, at);
            lines.push(&text[at..end]);
            at = next;
        }
        lines
    }

    #[test]
    fn every_kind_of_end_ends_a_line() {
        assert_eq!(lines("a\nb\r\n\r\nc"), ["a", "b", "", "c"]);
        assert_eq!(lines("a\rb\r\rc\r"), ["a", "b", "", "c"]);
        assert_eq!(lines("a\r\r\nb\u{2028}“c”\u{2029}d\r\n"), ["a", "b", "“c”", "d"]);
    }
}
