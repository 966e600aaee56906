//! A document as a line of JSON.

use std::io::Write;

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
    let mut cells = Vec::with_capacity(Document::COLUMNS.len());
    document.cells(&mut cells);
    for (at, (column, cell)) in Document::COLUMNS.iter().zip(cells).enumerate() {
        out.push(if at == 0 { b'{' } else { b',' });
        push(column.name, out);
        out.push(b':');
        match (column.kind, cell) {
            (Kind::Json, Cell::Text(json)) => out.extend_from_slice(json.as_bytes()),
            (_, Cell::Null) => out.extend_from_slice(b"null"),
            (_, Cell::Text(text)) => push(text, out),
            (_, Cell::U64(value)) => push(&value, out),
            (_, Cell::U32(value)) => push(&value, out),
            (_, Cell::F64(value)) => push(&value, out),
            (_, Cell::F32(value)) => push(&value, out),
        }
    }
    out.push(b'}');
}

fn push<T: serde::Serialize + ?Sized>(value: &T, mut out: &mut Vec<u8>) {
    serde_json::to_writer(&mut out, value).expect("strings and numbers are written to memory without errors");
    let _ = out.flush();
}
