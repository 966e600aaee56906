//! The rows of every output file.

use serde::{Deserialize, Serialize};

/// A document of a corpus: the columns of `data/`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Position in input order; unlike `id`, unique.
    pub doc: u64,
    /// The row's own id, a record id, or the input's name and offset; see [`Record::id`](crate::Record::id).
    pub id: String,
    /// The text.
    pub text: String,
    /// Address the text was found at.
    pub url: Option<String>,
    /// Date as the input states it.
    pub date: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// ISO 639-3 and script, as `vie_Latn`, or what the input row says.
    pub language: Option<String>,
    /// Confidence of `language` where it was detected, 0 to 1.
    pub language_score: Option<f64>,
    /// Name of the input file.
    pub source_file: String,
    /// Where it stands there: a byte offset, or a row number for Parquet.
    pub source_offset: u64,
    /// All other input fields as the text of one JSON object, order and spelling of numbers preserved.
    pub metadata: Option<String>,
}

/// A [`Document`] whose fields stand elsewhere: what the writers take besides.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DocumentRef<'a> {
    /// As [`Document::doc`].
    pub doc: u64,
    /// As [`Document::id`].
    pub id: &'a str,
    /// As [`Document::text`].
    pub text: &'a str,
    /// As [`Document::url`].
    pub url: Option<&'a str>,
    /// As [`Document::date`].
    pub date: Option<&'a str>,
    /// As [`Document::title`].
    pub title: Option<&'a str>,
    /// As [`Document::language`].
    pub language: Option<&'a str>,
    /// As [`Document::language_score`].
    pub language_score: Option<f64>,
    /// As [`Document::source_file`].
    pub source_file: &'a str,
    /// As [`Document::source_offset`].
    pub source_offset: u64,
    /// As [`Document::metadata`].
    pub metadata: Option<&'a str>,
}

impl<'a> From<&'a Document> for DocumentRef<'a> {
    fn from(document: &'a Document) -> DocumentRef<'a> {
        DocumentRef {
            doc: document.doc,
            id: &document.id,
            text: &document.text,
            url: document.url.as_deref(),
            date: document.date.as_deref(),
            title: document.title.as_deref(),
            language: document.language.as_deref(),
            language_score: document.language_score,
            source_file: &document.source_file,
            source_offset: document.source_offset,
            metadata: document.metadata.as_deref(),
        }
    }
}

/// Why a document was removed: the further columns of `removed/documents`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Removal {
    /// `extract`, `lines`, `filter` or `dedup`.
    pub stage: String,
    /// Stable name, as `empty`, `language`, `min-words`, `http-status`, `exact-duplicate`, `near-duplicate`.
    pub reason: String,
    /// What the reason rests on, for a reader.
    pub detail: Option<String>,
    /// Id of the kept document.
    pub duplicate_of: Option<String>,
    /// Number of the kept document.
    pub duplicate_of_doc: Option<u64>,
    /// Run of the kept document, where it is another one.
    pub duplicate_of_run: Option<String>,
    /// Name of the measure behind `similarity`.
    pub measure: Option<String>,
    /// The value compared with the threshold.
    pub similarity: Option<f64>,
    /// Jaccard similarity of the two sets of shingles.
    pub jaccard: Option<f64>,
    /// Containment of the smaller set in the larger.
    pub containment: Option<f64>,
    /// Longest run of tokens that only one of the two has.
    pub gap: Option<u32>,
}

/// A row of `removed/spans`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpanRow {
    /// Number of the document.
    pub doc: u64,
    /// Id of the document.
    pub id: String,
    /// `html` or `lines`.
    pub stage: String,
    /// First byte, in the decoded page (`html`) or in the text before line cleaning (`lines`).
    pub start: u64,
    /// Byte after the last.
    pub end: u64,
    /// `removed` or `repaired`.
    pub action: String,
    /// Stable name of the rule.
    pub reason: String,
    /// What the reason rests on, where the rule can say it.
    pub detail: Option<String>,
    /// How sure the rule was, 0 to 1.
    pub score: f32,
    /// The removed text, where the run keeps it.
    pub text: Option<String>,
}

/// A row of `rejects.parquet`.
///
/// `offset` and `length` count bytes of the file as stored for HTML, text and archives (of a record or gap in a member
/// that holds several, bytes of the decompressed stream: then the reason's detail is `decompressed`); bytes of the
/// decompressed stream for JSONL; rows for Parquet, except that a gap over a whole file has its size in bytes. A gap of
/// which only the start is known has length 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// What was lost.
    pub kind: RejectKind,
    /// Name of the input file.
    pub file: String,
    /// Where it begins.
    pub offset: u64,
    /// How long it is.
    pub length: u64,
    /// Stable name, as `invalid-json` or `truncated-gzip`; a colon and a detail may follow.
    pub reason: String,
}

/// Kind of a [`Reject`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RejectKind {
    /// A record that cannot be used. It counts among the records read.
    Record,
    /// Damage without a record boundary: how many records were in it is not known.
    Gap,
}

impl RejectKind {
    /// `record` or `gap`.
    pub fn name(self) -> &'static str {
        match self {
            RejectKind::Record => "record",
            RejectKind::Gap => "gap",
        }
    }
}
