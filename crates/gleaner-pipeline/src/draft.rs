//! A document on its way: what scan spills for clean, and clean for group and emit.

use std::ops::Range;

use gleaner_boilerplate::html::Contribution;
use gleaner_corpus::{Document, Removal, SpanRow};
use gleaner_spill::PartKind;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// Documents as scan leaves them.
pub(crate) const SCANNED: PartKind = PartKind { name: *b"SCAN", version: 1 };
/// Documents as clean leaves them.
pub(crate) const CLEANED: PartKind = PartKind { name: *b"CLEA", version: 1 };
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

/// Writes `value` into `buffer`, in place of what it holds.
pub(crate) fn encode<T: Serialize + ?Sized>(value: &T, buffer: &mut Vec<u8>) -> Result<(), Error> {
    buffer.clear();
    let written = postcard::to_extend(value, std::mem::take(buffer));
    *buffer = written.map_err(|error| Error::internal(format!("spill: {error}")))?;
    Ok(())
}

/// Reads what [`encode`] wrote.
pub(crate) fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Error> {
    postcard::from_bytes(bytes).map_err(|error| Error::internal(format!("spill: {error}")))
}
