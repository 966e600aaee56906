//! Raw records, cheap to gather, and the records they become.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use gleaner_archive::{
    Header, Payload, PayloadLimits, Text, Within, check_digests, decode_html, decode_text, payload_within,
    reason,
};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::metadata::Metadata;
use super::row::{Fields, Row};
use super::summary::{Counts, Found};
use super::{FileSummary, ReadOptions, VerifyDigests};
use super::{archive, json, parquet};
use crate::columns::Columns;
use crate::{Reject, RejectKind};

/// A run of raw records, made by the reading thread and decoded on any other.
#[derive(Debug)]
pub struct RawBatch {
    files: Vec<BatchFile>,
    bytes: Vec<u8>,
    items: Vec<RawItem>,
    stored_bytes: u64,
    spare: Spare,
    passed: Passed,
}

/// A file of which a batch holds something.
#[derive(Debug)]
struct BatchFile {
    /// Its place among the inputs.
    number: usize,
    name: Arc<str>,
    counts: Counts,
    /// What is counted already.
    found: Found,
}

/// How far a reader came with a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Passed {
    /// The files that ended in it; of archives, without what is counted of their records.
    pub(super) files: Vec<FileSummary>,
    /// The number of the file that comes next, when none is open.
    pub(super) next_file: Option<usize>,
}

/// What is left of a batch that was decoded, for [`BatchReader::resume`](super::BatchReader::resume) and
/// [`RawBatch::pass`]. A few hundred bytes and, for each file that ended in the batch, its summary.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchRecord {
    pub(super) passed: Passed,
    /// How many items it had, and XXH3-64 of the bytes they were in.
    items: usize,
    digest: u64,
    /// What was counted of files, by their places among the inputs.
    pub(super) found: Vec<(usize, Found)>,
}

/// What [`RawBatch::decode`] returns.
#[derive(Debug)]
#[non_exhaustive]
pub struct Decoded {
    /// The batch's other columns, where [`ReadOptions::keep_columns`] asks for them.
    pub columns: Option<Columns>,
    /// For whoever will not decode the batch again.
    pub record: BatchRecord,
}

/// Buffers of batches that are done with, for those to come: new memory costs as much as filling it.
#[derive(Clone, Debug, Default)]
pub(super) struct Spare(Arc<Mutex<Vec<Vec<u8>>>>);

/// At most so many buffers wait.
const MAX_SPARE: usize = 8;

impl Spare {
    fn take(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Takes a buffer back, unless a large record has made it large.
    fn give(&self, mut bytes: Vec<u8>, batch_bytes: usize) {
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < MAX_SPARE && bytes.capacity() / 4 <= batch_bytes {
            bytes.clear();
            spare.push(bytes);
        }
    }
}

#[derive(Debug)]
struct RawItem {
    /// Index into the batch's files.
    file: usize,
    offset: u64,
    raw: Raw,
}

#[derive(Debug)]
pub(super) enum Raw {
    Line(Range<usize>),
    Html(Range<usize>),
    Text(Range<usize>),
    Archive {
        header: Range<usize>,
        block: Range<usize>,
        length: u64,
        within: Within,
    },
    #[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "nothing reads rows without it"))]
    Rows(parquet::Batch),
    Skipped(String),
    Lost {
        kind: RejectKind,
        length: u64,
        reason: String,
    },
}

/// What a place of the input turned out to be.
#[derive(Debug)]
pub enum Item {
    /// A record.
    Record(Record),
    /// Something of an archive that is no record: stable name of its type.
    Skipped(String),
    /// A record that cannot be used, or a gap.
    Rejected(Reject),
}

/// A record before extraction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The row's own id (a number as its JSON text); for archives the `WARC-Record-ID` without `<>` and `urn:uuid:`;
    /// else `NAME#OFFSET`, and `NAME` for a file that is one document. Not unique.
    pub id: String,
    /// What there is to read.
    pub content: Content,
    /// The row's own, or the target of an archive's record.
    pub url: Option<String>,
    /// The row's own, or the date of an archive's record.
    pub date: Option<String>,
    /// The row's own.
    pub title: Option<String>,
    /// The row's own.
    pub language: Option<String>,
    /// Name of the input file.
    pub source_file: String,
    /// Byte offset in the file (archives), in the decompressed stream (JSONL; behind damage, in what could be
    /// decompressed of it); row number (Parquet); else 0.
    pub source_offset: u64,
    /// All other fields as the text of one JSON object, on one line, in their order and spelling.
    pub metadata: Option<String>,
    /// HTTP status of a response.
    pub status: Option<u16>,
    /// Row in the batch's columns, when they are kept.
    pub column_row: Option<u32>,
}

/// Text or page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// An HTML or XHTML page.
    Html(String),
    /// Plain text.
    Text(String),
}

/// A batch holds at most this many records, skips, rejects and gaps.
pub(super) const MAX_ITEMS: usize = 4096;

/// Bytes up to which a batch is small.
const SMALL: usize = 1 << 20;
/// The largest batch that gets its room at once.
const AT_ONCE: usize = 64 << 20;

/// Gathers a batch.
#[derive(Debug)]
pub(super) struct Builder {
    /// Sources may read into it beyond the records they have added.
    pub(super) bytes: Vec<u8>,
    files: Vec<BatchFile>,
    items: Vec<RawItem>,
    limit: usize,
    spare: Spare,
}

impl Builder {
    pub(super) fn new(options: &ReadOptions, spare: &Spare) -> Builder {
        Builder {
            bytes: spare.take(),
            files: Vec::new(),
            items: Vec::new(),
            limit: options.batch_bytes.max(1),
            spare: spare.clone(),
        }
    }

    /// What follows is of this file, which has the place `number` among the inputs.
    pub(super) fn begin_file(&mut self, number: usize, name: &str, counts: &Counts) {
        self.files.push(BatchFile {
            number,
            name: name.into(),
            counts: counts.clone(),
            found: Found::default(),
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.is_full_at(self.bytes.len())
    }

    /// Whether the batch is full when only its first bytes count.
    pub(super) fn is_full_at(&self, bytes: usize) -> bool {
        bytes >= self.limit || self.items.len() >= MAX_ITEMS
    }

    /// Makes room for `more` bytes. A batch that is no longer small gets room for all that it may hold at once: growing
    /// step by step touches twice the memory.
    pub(super) fn make_room(&mut self, more: usize) {
        let length = self.bytes.len();
        if self.bytes.capacity() - length > more {
            return;
        }
        let whole = self.limit.saturating_add(2 * more);
        if (SMALL..whole).contains(&length) && whole <= AT_ONCE {
            self.bytes.reserve_exact(whole - length);
        }
        self.bytes.reserve(more + 1);
    }

    pub(super) fn push(&mut self, offset: u64, raw: Raw) {
        let file = self.files.len().saturating_sub(1);
        self.items.push(RawItem { file, offset, raw });
    }

    /// A record of so many bytes that was read and has no text.
    pub(super) fn skip(&mut self, offset: u64, kind: String, within: Within, length: u64) {
        if let Some(file) = self.files.last_mut() {
            file.found.skipped(within, length);
        }
        self.push(offset, Raw::Skipped(kind));
    }

    /// Copies bytes into the batch.
    pub(super) fn keep(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }

    pub(super) fn reject(&mut self, offset: u64, length: u64, reason: impl Into<String>) {
        self.push(offset, Raw::Lost { kind: RejectKind::Record, length, reason: reason.into() });
    }

    pub(super) fn gap(&mut self, offset: u64, length: u64, reason: impl Into<String>) {
        self.push(offset, Raw::Lost { kind: RejectKind::Gap, length, reason: reason.into() });
    }

    pub(super) fn finish(self, stored_bytes: u64, passed: Passed) -> RawBatch {
        let Builder { files, bytes, items, spare, .. } = self;
        RawBatch { files, bytes, items, stored_bytes, spare, passed }
    }
}

impl RawBatch {
    /// Stored bytes of the input this batch stands for (for progress).
    pub fn stored_bytes(&self) -> u64 {
        self.stored_bytes
    }

    /// Decodes the records in input order, giving each to `each`, which may stop the walk with its own error.
    ///
    /// Memory: one decoded record at a time. Bad input is never an error: it comes as [`Item::Rejected`].
    pub fn decode<E>(
        self,
        options: &ReadOptions,
        mut each: impl FnMut(Item) -> Result<(), E>,
    ) -> Result<Decoded, E> {
        let fields = Fields::new(options);
        let (items, digest) = (self.items.len(), xxh3_64(&self.bytes));
        let mut columns = None;
        let mut found: Vec<Found> = self.files.iter().map(|file| file.found.clone()).collect();
        for RawItem { file, offset, raw } in self.items {
            let place = Place { file: self.files.get(file).map_or("", |file| &file.name), offset };
            match raw {
                Raw::Archive { header, block, length, within } => {
                    let (header, block) = (Header::new(&self.bytes[header]), &self.bytes[block]);
                    let judged = Archived { header, block, place, length, within, options }.judge();
                    if let Some(found) = found.get_mut(file) {
                        count(&judged, found, within, length);
                    }
                    each(judged.item)?;
                }
                Raw::Rows(batch) => columns = parquet::decode(&batch, &fields, place, options, &mut each)?,
                raw => each(decode_one(raw, &self.bytes, &fields, place))?,
            }
        }
        self.spare.give(self.bytes, options.batch_bytes);
        self.files.iter().zip(&found).for_each(|(file, found)| file.counts.add(found));
        let found = self.files.iter().map(|file| file.number).zip(found);
        let found = found.filter(|(_, found)| *found != Found::default()).collect();
        Ok(Decoded { columns, record: BatchRecord { passed: self.passed, items, digest, found } })
    }

    /// The name of the first file of which it holds something; empty where there is none.
    pub fn first_file(&self) -> &str {
        self.files.first().map_or("", |file| &file.name)
    }

    /// Passes over the batch, which was decoded before and left `record`. False when it is not that batch: the input has
    /// changed, or could not be read this time.
    #[must_use]
    pub fn pass(self, record: &BatchRecord) -> bool {
        let BatchRecord { passed, items, digest, .. } = record;
        if (&self.passed, self.items.len(), xxh3_64(&self.bytes)) != (passed, *items, *digest) {
            return false;
        }
        for (number, found) in &record.found {
            if let Some(file) = self.files.iter().find(|file| file.number == *number) {
                file.counts.add(found);
            }
        }
        true
    }
}

/// Where a record stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) file: &'a str,
    pub(super) offset: u64,
}

impl Place<'_> {
    pub(super) fn reject(self, length: u64, reason: String) -> Item {
        Item::Rejected(Reject {
            kind: RejectKind::Record,
            file: self.file.to_string(),
            offset: self.offset,
            length,
            reason,
        })
    }

    /// A record of a row; a row without an id is named by its place.
    pub(super) fn record(self, row: Row) -> Record {
        Record {
            id: row.id.unwrap_or_else(|| format!("{}#{}", self.file, self.offset)),
            content: row.content,
            url: row.url,
            date: row.date,
            title: row.title,
            language: row.language,
            source_file: self.file.to_string(),
            source_offset: self.offset,
            metadata: row.metadata,
            status: None,
            column_row: None,
        }
    }

    /// A file that is one document is named by its name alone.
    fn whole(self, content: Content) -> Item {
        Item::Record(self.record(Row { id: Some(self.file.to_string()), ..Row::new(content) }))
    }
}

fn decode_one(raw: Raw, bytes: &[u8], fields: &Fields, place: Place<'_>) -> Item {
    match raw {
        Raw::Line(range) => {
            let line = &bytes[range];
            match json::decode(line, fields) {
                Ok(row) => Item::Record(place.record(row)),
                Err(reason) => place.reject(line.len() as u64, reason),
            }
        }
        Raw::Html(range) => place.whole(Content::Html(decode_html(&bytes[range], None).text)),
        Raw::Text(range) => place.whole(Content::Text(without_mark(decode_text(&bytes[range], None).text))),
        Raw::Skipped(kind) => Item::Skipped(kind),
        Raw::Lost { kind, length, reason } => Item::Rejected(Reject {
            kind,
            file: place.file.to_string(),
            offset: place.offset,
            length,
            reason,
        }),
        // Decoded by others.
        Raw::Rows(_) | Raw::Archive { .. } => Item::Skipped("unknown".to_string()),
    }
}

fn without_mark(text: String) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_string(),
        None => text,
    }
}

/// A record of an archive.
#[derive(Clone, Copy)]
struct Archived<'a> {
    header: Header<'a>,
    block: &'a [u8],
    place: Place<'a>,
    length: u64,
    within: Within,
    options: &'a ReadOptions,
}

/// What became of it, and what is counted.
struct Judged {
    item: Item,
    digest_differs: bool,
    text: Option<Text>,
}

impl Archived<'_> {
    fn judge(self) -> Judged {
        let limits = PayloadLimits::default().max_size(self.options.max_record_size);
        let limits =
            limits.max_codings(self.options.max_codings).max_header_size(self.options.max_header_size);
        let (is_html, text) = match payload_within(self.header, self.block, &limits) {
            Payload::Html(text) => (true, text),
            Payload::Text(text) => (false, text),
            Payload::Skipped(kind) => return Item::Skipped(kind).into(),
            Payload::Rejected(reason) => return self.rejected(reason).into(),
            _ => return Item::Skipped("unknown".to_string()).into(),
        };
        let verify = self.options.verify_digests;
        let digest_differs =
            verify != VerifyDigests::Off && check_digests(self.header, self.block, &limits).differs();
        if digest_differs && verify == VerifyDigests::Reject {
            return Judged { digest_differs, ..self.rejected(reason::DIGEST_MISMATCH).into() };
        }
        let (item, text) = self.record(is_html, text);
        Judged { item, digest_differs, text: Some(text) }
    }

    fn rejected(self, reason: &str) -> Item {
        self.place.reject(self.length, archive::reason(reason, self.within))
    }

    /// The record, and the rest of what was told about its text.
    fn record(self, is_html: bool, mut text: Text) -> (Item, Text) {
        let header = self.header;
        let mut metadata = Metadata::default();
        metadata.text("warc_type", header.get("WARC-Type").as_deref());
        metadata.raw("http_status", text.status.map(|status| status.to_string()).as_deref());
        metadata.text("content_type", text.content_type.as_deref());
        metadata.text("charset", Some(text.charset));
        let content = std::mem::take(&mut text.text);
        let content = if is_html { Content::Html(content) } else { Content::Text(content) };
        let row = Row {
            id: header.record_id().map(Cow::into_owned).filter(|id| !id.is_empty()),
            url: header.target_uri().map(Cow::into_owned),
            date: header.date().map(Cow::into_owned),
            metadata: metadata.finish(),
            ..Row::new(content)
        };
        (Item::Record(Record { status: text.status, ..self.place.record(row) }), text)
    }
}

impl From<Item> for Judged {
    fn from(item: Item) -> Judged {
        Judged { item, digest_differs: false, text: None }
    }
}

fn count(judged: &Judged, found: &mut Found, within: Within, length: u64) {
    match judged.item {
        Item::Skipped(_) => found.skipped(within, length),
        Item::Rejected(_) => found.rejected(within, length),
        Item::Record(_) => {}
    }
    if judged.digest_differs {
        found.digest_mismatch();
    }
    if let Some(text) = &judged.text {
        found.text(text);
    }
}
