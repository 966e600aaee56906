//! A document as a line of JSON.

use super::table::{Cell, Kind, Row};
use crate::Document;

/// Appends a document to `out` as one line of JSON, without the line end.
///
/// The fields of `data/` in their order; what is not known is `null`; `metadata` is an object, as it was written.
/// `metadata` must be the text of a JSON object without line breaks, as every reader of this crate gives it.
///
/// ```
/// use gleaner_corpus::{Document, write_json_line};
/// let document = Document { id: "a".into(), text: "One\nTwo".into(), ..Document::default() };
/// let mut line = Vec::new();
/// write_json_line(&document, &mut line);
/// assert!(line.starts_with(br#"{"doc":0,"id":"a","text":"One\nTwo","url":null"#));
/// ```
pub fn write_json_line(document: &Document, out: &mut Vec<u8>) {
    push_row(document, out);
}

/// Appends a row as an object with a member for each of its columns.
pub(super) fn push_row<R: Row>(row: &R, out: &mut Vec<u8>) {
    let mut cells = Vec::with_capacity(R::COLUMNS.len());
    row.cells(&mut cells);
    for (at, (column, cell)) in R::COLUMNS.iter().zip(cells).enumerate() {
        out.push(if at == 0 { b'{' } else { b',' });
        push_string(column.name, out);
        out.push(b':');
        match (column.kind, cell) {
            (Kind::Json, Cell::Text(json)) => out.extend_from_slice(json.as_bytes()),
            (_, Cell::Null) => out.extend_from_slice(b"null"),
            (_, Cell::Text(text)) => push_string(text, out),
            (_, Cell::U64(value)) => push_number(&value, out),
            (_, Cell::U32(value)) => push_number(&value, out),
            (_, Cell::F64(value)) => push_number(&value, out),
            (_, Cell::F32(value)) => push_number(&value, out),
        }
    }
    out.push(b'}');
}

fn push_number<T: serde::Serialize>(value: &T, out: &mut Vec<u8>) {
    serde_json::to_writer(out, value).expect("numbers are written to memory without errors");
}

/// Appends a string of JSON, quotes included. Only what has to be is escaped.
pub(crate) fn push_string(text: &str, out: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    out.reserve(rest.len() + 2);
    out.push(b'"');
    loop {
        let (plain, others) = rest.split_at(plain_bytes(rest));
        out.extend_from_slice(plain);
        let Some((&byte, after)) = others.split_first() else { break };
        push_escape(byte, out);
        rest = after;
    }
    out.push(b'"');
}

fn push_escape(byte: u8, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            let digits = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
            out.extend_from_slice(b"\\u00");
            return out.extend_from_slice(&digits);
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// How many bytes at the start need no escape in a string, eight looked at together.
pub(crate) fn plain_bytes(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(word) = bytes[at..].first_chunk() {
        let marks = escaped_bytes(u64::from_le_bytes(*word));
        if marks != 0 {
            return at + marks.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let needs_escape = |&byte: &u8| byte < b' ' || byte == b'"' || byte == b'\\';
    at + bytes[at..].iter().position(needs_escape).unwrap_or(bytes.len() - at)
}

/// The high bit of the first byte of the word that needs an escape, and bits above it; 0 if none does.
fn escaped_bytes(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // A byte below the limit borrows, and then its high bit is set, which in the byte itself is not.
    let below = |word: u64, limit: u8| word.wrapping_sub(EACH * u64::from(limit)) & !word;
    let equal = |byte: u8| below(word ^ (EACH * u64::from(byte)), 1);
    (below(word, b' ') | equal(b'"') | equal(b'\\')) & (EACH << 7)
}

#[cfg(test)]
mod tests {
    use super::push_string;

    /// The same as the common writer, each byte at each place of a word.
    #[test]
    fn strings_are_escaped_as_everywhere() {
        for byte in 0..=0x7f_u8 {
            for at in 0..20 {
                let mut text = "v\u{1ea3}n \u{7f}b !#[]^".repeat(2);
                while !text.is_char_boundary(at) {
                    text.insert(0, 'x');
                }
                text.insert(at, char::from(byte));
                let mut out = Vec::new();
                push_string(&text, &mut out);
                assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(&text).unwrap());
            }
        }
    }
}
