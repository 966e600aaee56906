//! Cuts a text where word segmentation and normalisation cannot see across, so that its ASCII parts, most of a
//! Western text, take a short way.
//!
//! A cut lies between two ASCII bytes of which exactly one is white space. UAX #29 always has a word boundary there
//! and no rule looks past it (white space never joins, and the look-ahead of WB6 and WB12 ends at it); in NFKC no
//! ASCII character composes with what precedes it.

/// A part of a text whose words and normal form do not depend on the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chunk<'a> {
    /// Only ASCII.
    Ascii(&'a str),
    /// Holds at least one other character.
    Mixed(&'a str),
}

/// The chunks of a text, in order; together they are the text.
#[derive(Clone, Debug)]
pub(crate) struct Chunks<'a> {
    rest: &'a str,
}

impl<'a> Chunks<'a> {
    pub(crate) fn new(text: &'a str) -> Chunks<'a> {
        Chunks { rest: text }
    }

    fn take(&mut self, len: usize) -> &'a str {
        let (head, tail) = self.rest.split_at(len);
        self.rest = tail;
        head
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let bytes = self.rest.as_bytes();
        if bytes.is_empty() {
            return None;
        }
        let Some(other) = first_non_ascii(bytes) else {
            return Some(Chunk::Ascii(self.take(bytes.len())));
        };
        let start = last_cut(&bytes[..other]);
        if start > 0 {
            return Some(Chunk::Ascii(self.take(start)));
        }
        let end = first_cut_after(bytes, other);
        Some(Chunk::Mixed(self.take(end)))
    }
}

/// Index of the first byte that is not ASCII.
fn first_non_ascii(bytes: &[u8]) -> Option<usize> {
    const WIDTH: usize = 16;
    let mut blocks = bytes.chunks_exact(WIDTH);
    let mut at = 0;
    for block in &mut blocks {
        if !block.is_ascii() {
            break;
        }
        at += WIDTH;
    }
    bytes[at..].iter().position(|byte| !byte.is_ascii()).map(|offset| at + offset)
}

/// The last cut in the ASCII bytes `head`, 0 when there is none.
fn last_cut(head: &[u8]) -> usize {
    head.windows(2).rposition(is_cut).map_or(0, |at| at + 1)
}

/// The first cut of `bytes` after index `from`, or their end.
fn first_cut_after(bytes: &[u8], from: usize) -> usize {
    bytes[from..].windows(2).position(is_cut).map_or(bytes.len(), |at| from + at + 1)
}

fn is_cut(pair: &[u8]) -> bool {
    is_space(pair[0]) != is_space(pair[1]) && pair[0].is_ascii() && pair[1].is_ascii()
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::{Chunk, Chunks};

    #[test]
    fn chunks_are_the_text() {
        use Chunk::{Ascii, Mixed};
        let check =
            |text: &str, want: &[Chunk]| assert_eq!(Chunks::new(text).collect::<Vec<_>>(), want, "{text:?}");
        check("", &[]);
        check("plain text", &[Ascii("plain text")]);
        check("größer", &[Mixed("größer")]);
        check("ein großes Haus", &[Ascii("ein "), Mixed("großes"), Ascii(" Haus")]);
        check("so (groß), dass", &[Ascii("so "), Mixed("(groß),"), Ascii(" dass")]);
        check("à la carte", &[Mixed("à "), Ascii("la carte")]);
        // A mark joins the space before it, so the space stays with the mark.
        check("a \u{301} b", &[Ascii("a"), Mixed(" \u{301} "), Ascii("b")]);
        check("a \u{2003} \u{301}b", &[Ascii("a"), Mixed(" \u{2003} \u{301}b")]);
    }
}
