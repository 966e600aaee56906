//! What every output row looks like as columns: one description for Parquet and for JSON lines.

use crate::{Document, DocumentRef, Reject, Removal, SpanRow};

/// Type of an output column.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Text,
    /// A string that holds the text of a JSON object.
    Json,
    U64,
    U32,
    F64,
    F32,
}

/// An output column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    #[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "JSON has a null for any type"))]
    pub(crate) nullable: bool,
}

/// A value of an output row.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cell<'a> {
    Null,
    Text(&'a str),
    U64(u64),
    U32(u32),
    F64(f64),
    F32(f32),
}

/// A row of an output table: `cells` gives one cell for each of `COLUMNS`.
pub(crate) trait Row {
    const COLUMNS: &'static [Column];
    fn cells<'a>(&'a self, out: &mut Vec<Cell<'a>>);
}

const fn required(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, nullable: false }
}

const fn nullable(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, nullable: true }
}

fn text(value: &Option<String>) -> Cell<'_> {
    string(value.as_deref())
}

fn string(value: Option<&str>) -> Cell<'_> {
    value.map_or(Cell::Null, Cell::Text)
}

fn number(value: Option<f64>) -> Cell<'static> {
    value.map_or(Cell::Null, Cell::F64)
}

impl Row for Document {
    const COLUMNS: &'static [Column] = &[
        required("doc", Kind::U64),
        required("id", Kind::Text),
        required("text", Kind::Text),
        nullable("url", Kind::Text),
        nullable("date", Kind::Text),
        nullable("title", Kind::Text),
        nullable("language", Kind::Text),
        nullable("language_score", Kind::F64),
        required("source_file", Kind::Text),
        required("source_offset", Kind::U64),
        nullable("metadata", Kind::Json),
    ];

    fn cells<'a>(&'a self, out: &mut Vec<Cell<'a>>) {
        DocumentRef::from(self).push_cells(out);
    }
}

impl<'d> DocumentRef<'d> {
    fn push_cells(self, out: &mut Vec<Cell<'d>>) {
        out.extend([
            Cell::U64(self.doc),
            Cell::Text(self.id),
            Cell::Text(self.text),
            string(self.url),
            string(self.date),
            string(self.title),
            string(self.language),
            number(self.language_score),
            Cell::Text(self.source_file),
            Cell::U64(self.source_offset),
            string(self.metadata),
        ]);
    }
}

impl Row for DocumentRef<'_> {
    const COLUMNS: &'static [Column] = Document::COLUMNS;

    fn cells<'a>(&'a self, out: &mut Vec<Cell<'a>>) {
        self.push_cells(out);
    }
}

impl Row for Removal {
    const COLUMNS: &'static [Column] = &[
        required("stage", Kind::Text),
        required("reason", Kind::Text),
        nullable("detail", Kind::Text),
        nullable("duplicate_of", Kind::Text),
        nullable("duplicate_of_doc", Kind::U64),
        nullable("duplicate_of_run", Kind::Text),
        nullable("measure", Kind::Text),
        nullable("similarity", Kind::F64),
        nullable("jaccard", Kind::F64),
        nullable("containment", Kind::F64),
        nullable("gap", Kind::U32),
    ];

    fn cells<'a>(&'a self, out: &mut Vec<Cell<'a>>) {
        out.extend([
            Cell::Text(&self.stage),
            Cell::Text(&self.reason),
            text(&self.detail),
            text(&self.duplicate_of),
            self.duplicate_of_doc.map_or(Cell::Null, Cell::U64),
            text(&self.duplicate_of_run),
            text(&self.measure),
            number(self.similarity),
            number(self.jaccard),
            number(self.containment),
            self.gap.map_or(Cell::Null, Cell::U32),
        ]);
    }
}

const REMOVED_COLUMNS: [Column; Document::COLUMNS.len() + Removal::COLUMNS.len()] = {
    let mut all = [required("", Kind::Text); Document::COLUMNS.len() + Removal::COLUMNS.len()];
    let mut at = 0;
    while at < all.len() {
        let first = Document::COLUMNS.len();
        all[at] = if at < first { Document::COLUMNS[at] } else { Removal::COLUMNS[at - first] };
        at += 1;
    }
    all
};

impl Row for (Document, Removal) {
    const COLUMNS: &'static [Column] = &REMOVED_COLUMNS;

    fn cells<'a>(&'a self, out: &mut Vec<Cell<'a>>) {
        self.0.cells(out);
        self.1.cells(out);
    }
}

impl Row for (DocumentRef<'_>, Removal) {
    const COLUMNS: &'static [Column] = &REMOVED_COLUMNS;

    fn cells<'a>(&'a self, out: &mut Vec<Cell<'a>>) {
        self.0.push_cells(out);
        self.1.cells(out);
    }
}

impl Row for SpanRow {
    const COLUMNS: &'static [Column] = &[
        required("doc", Kind::U64),
        required("id", Kind::Text),
        required("stage", Kind::Text),
        required("start", Kind::U64),
        required("end", Kind::U64),
        required("action", Kind::Text),
        required("reason", Kind::Text),
        nullable("detail", Kind::Text),
        required("score", Kind::F32),
        nullable("text", Kind::Text),
    ];

    fn cells<'a>(&'a self, out: &mut Vec<Cell<'a>>) {
        out.extend([
            Cell::U64(self.doc),
            Cell::Text(&self.id),
            Cell::Text(&self.stage),
            Cell::U64(self.start),
            Cell::U64(self.end),
            Cell::Text(&self.action),
            Cell::Text(&self.reason),
            text(&self.detail),
            Cell::F32(self.score),
            text(&self.text),
        ]);
    }
}

impl Row for Reject {
    const COLUMNS: &'static [Column] = &[
        required("kind", Kind::Text),
        required("file", Kind::Text),
        required("offset", Kind::U64),
        required("length", Kind::U64),
        required("reason", Kind::Text),
    ];

    fn cells<'a>(&'a self, out: &mut Vec<Cell<'a>>) {
        out.extend([
            Cell::Text(self.kind.name()),
            Cell::Text(&self.file),
            Cell::U64(self.offset),
            Cell::U64(self.length),
            Cell::Text(&self.reason),
        ]);
    }
}

/// Whether a name is one of our own output columns, which an input column cannot keep.
#[cfg(feature = "parquet")]
pub(crate) fn is_reserved(name: &str) -> bool {
    REMOVED_COLUMNS.iter().any(|column| column.name == name)
}
