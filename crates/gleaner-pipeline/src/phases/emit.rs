//! Emit: writes what is kept, what was removed and what was rejected.

use std::ops::Range;
use std::path::{Path, PathBuf};

use gleaner_corpus::{
    ColumnSchema, Columns, DocumentWriter, OutputFormat, Reject, RejectWriter, Removal, RemovedWriter,
    SpanRow, SpanWriter,
};
use gleaner_spill::{PartKind, PartReader};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde::Deserialize;

use crate::bits::Bits;
use crate::draft::{CLEANED, COLUMNS, Draft, REJECTS, SPANS, decode};
use crate::entries::EntryReader;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::phases::learn::Learnt;
use crate::progress::Observer;
use crate::verdicts::{Verdict, VerdictReader};
use crate::work::WorkArea;

/// Text that is held before it goes to a writer, in bytes.
const CHUNK_BYTES: u64 = 4 << 20;
/// Rows of spans or rejects that are held before they go to a writer.
const CHUNK_ROWS: usize = 1 << 14;

/// What is written, and from what.
pub(crate) struct Emitter<'a> {
    pub(crate) removed: &'a Bits,
    pub(crate) lookup: Lookup<'a>,
    pub(crate) learnt: &'a Learnt,
    pub(crate) work: &'a WorkArea,
    pub(crate) output: &'a Path,
    pub(crate) format: OutputFormat,
    pub(crate) max_file_size: u64,
    pub(crate) columns: Option<&'a ColumnSchema>,
    pub(crate) spans: bool,
    pub(crate) observer: &'a dyn Observer,
}

/// Rows written, to be held against the counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Emitted {
    pub(crate) kept: u64,
    pub(crate) removed: u64,
    pub(crate) spans: u64,
    pub(crate) rejects: u64,
}

/// One file to write; files are written in parallel, each by one thread.
enum Task {
    Data { path: PathBuf, range: Range<u64> },
    Removed { path: PathBuf },
    Spans { path: PathBuf },
    Rejects { path: PathBuf },
}

impl Emitter<'_> {
    /// Writes all files.
    pub(crate) fn emit(&self) -> Result<Emitted, Error> {
        let written = self.tasks()?.into_par_iter().map(|task| self.write(&task));
        written.try_reduce(Emitted::default, |a, b| {
            Ok(Emitted {
                kept: a.kept + b.kept,
                removed: a.removed + b.removed,
                spans: a.spans + b.spans,
                rejects: a.rejects + b.rejects,
            })
        })
    }

    fn tasks(&self) -> Result<Vec<Task>, Error> {
        let extension = self.format.extension();
        let ranges = self.data_ranges()?;
        let count = ranges.len();
        let mut tasks: Vec<Task> = Vec::new();
        for (number, range) in ranges.into_iter().enumerate() {
            let path = self.output.join(format!("data/train-{number:05}-of-{count:05}.{extension}"));
            tasks.push(Task::Data { path, range });
        }
        tasks.push(Task::Removed { path: self.output.join("removed/documents-00000.parquet") });
        if self.spans {
            tasks.push(Task::Spans { path: self.output.join("removed/spans-00000.parquet") });
        }
        tasks.push(Task::Rejects { path: self.output.join("rejects.parquet") });
        Ok(tasks)
    }

    /// Splits the documents so that each range keeps at most `max_file_size` bytes of text, or one document.
    fn data_ranges(&self) -> Result<Vec<Range<u64>>, Error> {
        let mut ranges = Vec::new();
        let (mut first, mut bytes) = (0, 0);
        for (part, &first_of_part) in self.learnt.first_document.iter().enumerate() {
            let mut entries = EntryReader::open(&self.work.entries(part))?;
            let mut doc = first_of_part;
            while let Some(entry) = entries.next()? {
                if !self.removed.contains(doc) {
                    if bytes > 0 && bytes + entry.text_bytes > self.max_file_size {
                        ranges.push(first..doc);
                        (first, bytes) = (doc, 0);
                    }
                    bytes += entry.text_bytes;
                }
                doc += 1;
            }
        }
        ranges.push(first..self.learnt.documents);
        Ok(ranges)
    }

    fn write(&self, task: &Task) -> Result<Emitted, Error> {
        let none = Emitted::default();
        Ok(match task {
            Task::Data { path, range } => Emitted { kept: self.write_data(path, range.clone())?, ..none },
            Task::Removed { path } => Emitted { removed: self.write_removed(path)?, ..none },
            Task::Spans { path } => Emitted { spans: self.write_spans(path)?, ..none },
            Task::Rejects { path } => Emitted { rejects: self.write_rejects(path)?, ..none },
        })
    }

    fn write_data(&self, path: &Path, range: Range<u64>) -> Result<u64, Error> {
        let io = |error| Error::io(path, &error);
        let mut writer = DocumentWriter::create(path, self.format, self.columns).map_err(io)?;
        let kept = |draft: Draft, _: Option<Verdict>| {
            Ok((!self.removed.contains(draft.document.doc)).then_some(draft.document))
        };
        let written = self
            .for_documents(range, kept, |documents, columns| writer.write(documents, columns).map_err(io))?;
        writer.finish().map_err(io)?;
        Ok(written)
    }

    fn write_removed(&self, path: &Path) -> Result<u64, Error> {
        let io = |error| Error::io(path, &error);
        let mut writer = RemovedWriter::with_columns(path, self.columns).map_err(io)?;
        let removed = |draft: Draft, verdict: Option<Verdict>| {
            Ok(self.removal(&draft, verdict)?.map(|removal| (draft.document, removal)))
        };
        let written = self.for_documents(0..self.learnt.documents, removed, |rows, columns| {
            writer.write_with(rows, columns).map_err(io)
        })?;
        writer.finish().map_err(io)?;
        Ok(written)
    }

    fn removal(&self, draft: &Draft, verdict: Option<Verdict>) -> Result<Option<Removal>, Error> {
        if draft.removal.is_some() {
            return Ok(draft.removal.clone());
        }
        let Some(verdict) = verdict else { return Ok(None) };
        let kept = self.lookup.with(verdict.duplicate.of, &mut Vec::new(), |kept| kept.document.id)?;
        Ok(Some(verdict.removal(kept)))
    }

    fn write_spans(&self, path: &Path) -> Result<u64, Error> {
        let io = |error| Error::io(path, &error);
        let mut writer = SpanWriter::create(path).map_err(io)?;
        let written =
            self.for_rows(SPANS, WorkArea::spans, |rows: &[SpanRow]| writer.write(rows).map_err(io))?;
        writer.finish().map_err(io)?;
        Ok(written)
    }

    fn write_rejects(&self, path: &Path) -> Result<u64, Error> {
        let io = |error| Error::io(path, &error);
        let mut writer = RejectWriter::create(path).map_err(io)?;
        let written =
            self.for_rows(REJECTS, WorkArea::rejects, |rows: &[Reject]| writer.write(rows).map_err(io))?;
        writer.finish().map_err(io)?;
        Ok(written)
    }

    /// Gives the rows of all parts of a kind to `write`, many at a time. Returns their number.
    fn for_rows<T: for<'de> Deserialize<'de>>(
        &self,
        kind: PartKind,
        path: fn(&WorkArea, usize) -> PathBuf,
        mut write: impl FnMut(&[T]) -> Result<(), Error>,
    ) -> Result<u64, Error> {
        let (mut rows, mut written): (Vec<T>, u64) = (Vec::new(), 0);
        for part in 0..self.learnt.first_document.len() {
            let mut reader = PartReader::open(&path(self.work, part), kind)?;
            while let Some(record) = reader.next_record()? {
                rows.extend(decode::<Vec<T>>(record)?);
                if rows.len() >= CHUNK_ROWS {
                    write(&rows)?;
                    written += rows.len() as u64;
                    rows.clear();
                }
            }
        }
        write(&rows)?;
        Ok(written + rows.len() as u64)
    }

    /// Gives what `select` makes of the documents in `range` to `write`, many at a time, with the other columns of
    /// their part and each one's row in them. Returns their number.
    fn for_documents<T>(
        &self,
        range: Range<u64>,
        select: impl Fn(Draft, Option<Verdict>) -> Result<Option<T>, Error>,
        mut write: impl FnMut(&[T], Option<(&Columns, &[u32])>) -> Result<(), Error>,
    ) -> Result<u64, Error> {
        let mut written = 0;
        for part in self.parts(&range) {
            let columns = self.part_columns(part)?;
            let mut chunk = Chunk::default();
            let mut give = |chunk: &mut Chunk<T>| {
                write(&chunk.rows, columns.as_ref().map(|columns| (columns, &chunk.column_rows[..])))?;
                written += chunk.rows.len() as u64;
                self.observer.advance(chunk.rows.len() as u64, chunk.bytes);
                *chunk = Chunk::default();
                Ok::<(), Error>(())
            };
            let mut reader = PartReader::open(&self.work.cleaned(part), CLEANED)?;
            let mut verdicts = VerdictReader::open(&self.work.verdicts(part))?;
            while let Some(record) = reader.next_record()? {
                let draft: Draft = decode(record)?;
                if !range.contains(&draft.document.doc) {
                    continue;
                }
                let (bytes, column_row) = (draft.document.text.len() as u64, draft.column_row);
                let verdict = verdicts.on(draft.document.doc)?;
                if let Some(row) = select(draft, verdict)? {
                    chunk.push(row, column_row, bytes);
                    if chunk.bytes >= CHUNK_BYTES {
                        give(&mut chunk)?;
                    }
                }
            }
            give(&mut chunk)?;
        }
        Ok(written)
    }

    /// The parts that hold documents of `range`.
    fn parts(&self, range: &Range<u64>) -> impl Iterator<Item = usize> + use<'_> {
        let bounds = &self.learnt.first_document;
        let range = range.clone();
        (0..bounds.len()).filter(move |&part| {
            let end = bounds.get(part + 1).copied().unwrap_or(self.learnt.documents);
            bounds[part] < end && bounds[part] < range.end && end > range.start
        })
    }

    fn part_columns(&self, part: usize) -> Result<Option<Columns>, Error> {
        if self.columns.is_none() {
            return Ok(None);
        }
        let path = self.work.columns(part);
        let mut reader = PartReader::open(&path, COLUMNS)?;
        let bytes = reader.next_record()?;
        bytes.map(|bytes| Columns::from_bytes(bytes).map_err(|error| Error::io(&path, &error))).transpose()
    }
}

/// Rows of one part on their way to a writer.
struct Chunk<T> {
    rows: Vec<T>,
    column_rows: Vec<u32>,
    bytes: u64,
}

impl<T> Default for Chunk<T> {
    fn default() -> Chunk<T> {
        Chunk { rows: Vec::new(), column_rows: Vec::new(), bytes: 0 }
    }
}

impl<T> Chunk<T> {
    fn push(&mut self, row: T, column_row: Option<u32>, bytes: u64) {
        self.rows.push(row);
        self.column_rows.extend(column_row);
        self.bytes += bytes;
    }
}
