//! The rows of a finished run as its files hold them: for `verify`, and for runs that are held against it.

mod files;

use gleaner_corpus::{Content, Record};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub(crate) use files::{Files, Unreadable};

/// A document of `data/` or `removed/`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Document {
    /// The file it stands in; not known of a removed one that went through the work area.
    #[serde(skip)]
    pub(crate) file: String,
    pub(crate) doc: u64,
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) date: Option<String>,
}

/// A document of `removed/`, with what is stated about its removal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Removed {
    pub(crate) document: Document,
    pub(crate) stated: Stated,
}

/// What a removal states.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stated {
    pub(crate) stage: String,
    pub(crate) reason: String,
    pub(crate) duplicate_of: Option<String>,
    pub(crate) duplicate_of_doc: Option<u64>,
    pub(crate) duplicate_of_run: Option<String>,
    pub(crate) measure: Option<String>,
    pub(crate) similarity: Option<f64>,
    pub(crate) jaccard: Option<f64>,
    pub(crate) containment: Option<f64>,
    pub(crate) gap: Option<u32>,
}

/// A row of `removed/spans`.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Span {
    pub(crate) doc: u64,
    pub(crate) stage: String,
    #[serde(skip)]
    pub(crate) reason: String,
}

/// A row of `rejects`.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Reject {
    pub(crate) kind: String,
    pub(crate) length: u64,
    #[serde(skip)]
    pub(crate) reason: String,
}

/// What the reader of inputs has no place for of a document.
#[derive(Deserialize)]
struct DocumentFields {
    doc: u64,
}

/// Numbers with a fraction stay as they are written: `serde_json` alone may miss their last bit.
#[derive(Deserialize)]
struct RemovedFields<'a> {
    doc: u64,
    stage: String,
    reason: String,
    duplicate_of: Option<String>,
    duplicate_of_doc: Option<u64>,
    duplicate_of_run: Option<String>,
    measure: Option<String>,
    #[serde(borrow)]
    similarity: Option<&'a RawValue>,
    #[serde(borrow)]
    jaccard: Option<&'a RawValue>,
    #[serde(borrow)]
    containment: Option<&'a RawValue>,
    gap: Option<u32>,
}

/// A row of one of the tables; `Err` says why it is none.
pub(crate) trait FromRecord: Sized + Send {
    /// The column that the reader gives as the text.
    const TEXT: &'static str;

    fn from_record(record: Record) -> Result<Self, String>;
}

fn fields<'a, T: Deserialize<'a>>(metadata: Option<&'a str>) -> Result<T, String> {
    serde_json::from_str(metadata.unwrap_or("{}")).map_err(|error| error.to_string())
}

fn text(content: Content) -> String {
    match content {
        Content::Text(text) | Content::Html(text) => text,
    }
}

fn number(value: Option<&RawValue>) -> Result<Option<f64>, String> {
    let parse = |value: &RawValue| value.get().parse().map_err(|_| format!("`{value}` is no number"));
    value.map(parse).transpose()
}

impl FromRecord for Document {
    const TEXT: &'static str = "text";

    fn from_record(record: Record) -> Result<Document, String> {
        let DocumentFields { doc } = fields(record.metadata.as_deref())?;
        let Record { id, content, date, source_file: file, .. } = record;
        Ok(Document { file, doc, id, text: text(content), date })
    }
}

impl FromRecord for Removed {
    const TEXT: &'static str = "text";

    fn from_record(record: Record) -> Result<Removed, String> {
        let fields: RemovedFields<'_> = fields(record.metadata.as_deref())?;
        let stated = Stated {
            stage: fields.stage,
            reason: fields.reason,
            duplicate_of: fields.duplicate_of,
            duplicate_of_doc: fields.duplicate_of_doc,
            duplicate_of_run: fields.duplicate_of_run,
            measure: fields.measure,
            similarity: number(fields.similarity)?,
            jaccard: number(fields.jaccard)?,
            containment: number(fields.containment)?,
            gap: fields.gap,
        };
        let doc = fields.doc;
        let Record { id, content, date, source_file: file, .. } = record;
        let document = Document { file, doc, id, text: text(content), date };
        Ok(Removed { document, stated })
    }
}

impl FromRecord for Span {
    const TEXT: &'static str = "reason";

    fn from_record(record: Record) -> Result<Span, String> {
        Ok(Span { reason: text(record.content), ..fields(record.metadata.as_deref())? })
    }
}

impl FromRecord for Reject {
    const TEXT: &'static str = "reason";

    fn from_record(record: Record) -> Result<Reject, String> {
        Ok(Reject { reason: text(record.content), ..fields(record.metadata.as_deref())? })
    }
}
