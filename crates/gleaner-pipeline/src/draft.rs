//! A document on its way: what scan spills for clean, and clean for group and emit.

use std::ops::Range;

use gleaner_boilerplate::html::Contribution;
use gleaner_corpus::{Document, DocumentRef, Removal, SpanRow};
use gleaner_spill::PartKind;
use postcard::ser_flavors::Flavor;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// Documents as scan leaves them.
pub(crate) const SCANNED: PartKind = PartKind { name: *b"SCAN", version: 2 };
/// Documents as clean leaves them. A document's number is that of the part's first document and its place in the part;
/// it is not written.
pub(crate) const CLEANED: PartKind = PartKind { name: *b"CLEA", version: 3 };
/// Lists of `SpanRow`, one record a document that has any.
pub(crate) const SPANS: PartKind = PartKind { name: *b"SPAN", version: 1 };
/// Lists of `Reject`.
pub(crate) const REJECTS: PartKind = PartKind { name: *b"REJE", version: 1 };
/// The other columns of a Parquet batch, one record.
pub(crate) const COLUMNS: PartKind = PartKind { name: *b"COLU", version: 1 };

/// A document that is not written yet.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Draft {
    pub(crate) document: Document,
    /// Ranges of the text that line cleaning leaves alone.
    pub(crate) verbatim: Vec<Range<usize>>,
    /// What was removed or repaired so far; empty in cleaned parts, which have a part of their own for it.
    pub(crate) spans: Vec<SpanRow>,
    /// What decided on the first of the spans, those of a page; only where the job is `clean`, which spills nothing.
    #[serde(skip)]
    pub(crate) features: Vec<Vec<Contribution>>,
    /// Set as soon as a stage has removed the document.
    pub(crate) removal: Option<Removal>,
    /// Row in the part's columns.
    pub(crate) column_row: Option<u32>,
    /// The text was extracted from markup.
    pub(crate) extracted: bool,
}

impl Draft {
    /// Marks the document removed, unless an earlier stage has.
    pub(crate) fn remove(&mut self, stage: &str, reason: &str, detail: Option<String>) {
        if self.removal.is_none() {
            let (stage, reason) = (stage.to_owned(), reason.to_owned());
            self.removal = Some(Removal { stage, reason, detail, ..Removal::default() });
        }
    }
}

/// A [`Draft`] of a cleaned part that stays where it was read: only what has no fixed size is looked at, and no text is
/// copied. Its fields are those of [`Draft`] and [`Document`] in their order.
#[derive(Debug, Deserialize)]
pub(crate) struct DraftView<'a> {
    #[serde(borrow)]
    document: DocumentView<'a>,
    _verbatim: Vec<Range<usize>>,
    _spans: Vec<SpanRow>,
    pub(crate) removal: Option<Removal>,
    pub(crate) column_row: Option<u32>,
    _extracted: bool,
}

/// Strings as bytes, which are spilled alike.
#[derive(Debug, Deserialize)]
struct DocumentView<'a> {
    _doc: u64,
    id: &'a [u8],
    text: &'a [u8],
    #[serde(borrow)]
    url: Option<&'a [u8]>,
    #[serde(borrow)]
    date: Option<&'a [u8]>,
    #[serde(borrow)]
    title: Option<&'a [u8]>,
    #[serde(borrow)]
    language: Option<&'a [u8]>,
    language_score: Option<f64>,
    source_file: &'a [u8],
    source_offset: u64,
    #[serde(borrow)]
    metadata: Option<&'a [u8]>,
}

impl<'a> DraftView<'a> {
    /// Reads a record of a cleaned part.
    pub(crate) fn decode(record: &'a [u8]) -> Result<DraftView<'a>, Error> {
        decode(record)
    }

    /// The document's id.
    pub(crate) fn id(&self) -> Result<&'a str, Error> {
        string(self.document.id)
    }

    /// The document's text.
    pub(crate) fn text(&self) -> Result<&'a str, Error> {
        string(self.document.text)
    }

    /// Bytes of the document's text.
    pub(crate) fn text_bytes(&self) -> u64 {
        self.document.text.len() as u64
    }

    /// The whole document, which has the number `doc`.
    pub(crate) fn document(&self, doc: u64) -> Result<DocumentRef<'a>, Error> {
        let document = &self.document;
        let optional = |bytes: Option<&'a [u8]>| bytes.map(string).transpose();
        Ok(DocumentRef {
            doc,
            id: self.id()?,
            text: self.text()?,
            url: optional(document.url)?,
            date: optional(document.date)?,
            title: optional(document.title)?,
            language: optional(document.language)?,
            language_score: document.language_score,
            source_file: string(document.source_file)?,
            source_offset: document.source_offset,
            metadata: optional(document.metadata)?,
        })
    }
}

fn string(bytes: &[u8]) -> Result<&str, Error> {
    simdutf8::basic::from_utf8(bytes).map_err(|error| Error::internal(format!("spill: {error}")))
}

/// Writes `value` into `buffer`, in place of what it holds.
pub(crate) fn encode<T: Serialize + ?Sized>(value: &T, buffer: &mut Vec<u8>) -> Result<(), Error> {
    buffer.clear();
    append(value, buffer)
}

/// Writes `value` behind what `buffer` holds, as [`encode`] does.
pub(crate) fn append<T: Serialize + ?Sized>(value: &T, buffer: &mut Vec<u8>) -> Result<(), Error> {
    postcard::serialize_with_flavor(value, Appended(buffer))
        .map_err(|error| Error::internal(format!("spill: {error}")))
}

/// Takes bytes by the slice; what postcard has for lists takes them one by one.
struct Appended<'a>(&'a mut Vec<u8>);

impl Flavor for Appended<'_> {
    type Output = ();

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

/// Reads what [`encode`] wrote.
pub(crate) fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Error> {
    postcard::from_bytes(bytes).map_err(|error| Error::internal(format!("spill: {error}")))
}
