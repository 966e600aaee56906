//! Emit: writes what is kept, what was removed and what was rejected.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use gleaner_corpus::{
    ColumnSchema, Columns, DocumentRef, DocumentWriter, OutputFormat, Reject, RejectWriter, Removal,
    RemovedWriter, SpanRow, SpanWriter,
};
use gleaner_spill::{PartKind, PartReader};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde::{Deserialize, Serialize};

use crate::bits::Bits;
use crate::draft::{CLEANED, COLUMNS, DraftView, REJECTS, SPANS, decode};
use crate::earlier::EarlierRun;
use crate::entries::entries;
use crate::error::Error;
use crate::index;
use crate::journal::{Journal, Step};
use crate::lookup::Lookup;
use crate::outputs;
use crate::phases::learn::Learnt;
use crate::progress::{Observer, go_on};
use crate::searched::{Origin, Searched};
use crate::verdicts::{Verdict, VerdictReader, Witness};
use crate::work::WorkArea;

/// Rows of spans or rejects that are held before they go to a writer.
const CHUNK_ROWS: usize = 1 << 14;

/// What is written, and from what.
pub(crate) struct Emitter<'a> {
    pub(crate) journal: &'a Journal,
    /// The files that are written already.
    pub(crate) done: &'a BTreeMap<String, Emitted>,
    pub(crate) removed: &'a Bits,
    pub(crate) searched: &'a Searched,
    pub(crate) earlier: &'a [EarlierRun],
    pub(crate) lookup: Lookup<'a>,
    pub(crate) learnt: &'a Learnt,
    pub(crate) work: &'a WorkArea,
    pub(crate) output: &'a Path,
    pub(crate) format: OutputFormat,
    pub(crate) max_file_size: u64,
    pub(crate) columns: Option<&'a ColumnSchema>,
    pub(crate) spans: bool,
    pub(crate) threads: usize,
    pub(crate) observer: &'a dyn Observer,
}

/// Rows written, to be held against the counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Emitted {
    pub(crate) kept: u64,
    pub(crate) removed: u64,
    pub(crate) spans: u64,
    pub(crate) rejects: u64,
}

/// One file to write, by its name; files are written in parallel.
struct Task {
    name: String,
    what: What,
}

/// What stands in it.
enum What {
    Data { range: Range<u64>, workers: usize },
    Removed,
    Spans,
    Rejects,
    Index,
}

impl Emitter<'_> {
    /// Writes all files.
    pub(crate) fn emit(&self) -> Result<Emitted, Error> {
        let written = self.tasks()?.into_par_iter().map(|task| self.write(task));
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
        let ranges = self.data_ranges()?;
        let count = ranges.len();
        let workers = self.threads / count.min(self.threads);
        let data = ranges.into_iter().enumerate().map(|(number, range)| {
            (outputs::data_name(number, count, self.format), What::Data { range, workers })
        });
        let mut others = vec![(outputs::REMOVED, What::Removed)];
        if self.spans {
            others.push((outputs::SPANS, What::Spans));
        }
        others.extend([(outputs::REJECTS, What::Rejects), (outputs::DOCUMENTS, What::Index)]);
        let tasks = data.chain(others.into_iter().map(|(name, what)| (name.to_owned(), what)));
        Ok(tasks.map(|(name, what)| Task { name, what }).collect())
    }

    /// Splits the documents so that each range keeps at most `max_file_size` bytes of text, or one document.
    fn data_ranges(&self) -> Result<Vec<Range<u64>>, Error> {
        let mut ranges = Vec::new();
        let (mut first, mut bytes) = (0, 0);
        for entry in entries(self.work, &self.learnt.first_document) {
            let (doc, entry) = entry?;
            if self.removed.contains(doc) {
                continue;
            }
            if bytes > 0 && bytes + entry.text_bytes > self.max_file_size {
                ranges.push(first..doc);
                (first, bytes) = (doc, 0);
            }
            bytes += entry.text_bytes;
        }
        ranges.push(first..self.learnt.documents);
        Ok(ranges)
    }

    fn write(&self, Task { name, what }: Task) -> Result<Emitted, Error> {
        let (none, path) = (Emitted::default(), self.output.join(&name));
        if let Some(emitted) = self.done.get(&name).filter(|_| path.exists()) {
            return Ok(*emitted);
        }
        let emitted = match what {
            What::Data { range, workers } => {
                Emitted { kept: self.write_data(&path, range, workers)?, ..none }
            }
            What::Removed => Emitted { removed: self.write_removed(&path)?, ..none },
            What::Spans => Emitted { spans: self.write_spans(&path)?, ..none },
            What::Rejects => Emitted { rejects: self.write_rejects(&path)?, ..none },
            What::Index => {
                self.write_index()?;
                none
            }
        };
        self.journal.done(&Step::Emitted { name, emitted }, &[])?;
        Ok(emitted)
    }

    fn write_data(&self, path: &Path, range: Range<u64>, workers: usize) -> Result<u64, Error> {
        let io = |error| Error::io(path, &error);
        let mut writer =
            DocumentWriter::with_workers(path, self.format, self.columns, workers).map_err(io)?;
        let written = self.for_documents(range, false, |drafts, columns| {
            let documents: Vec<DocumentRef<'_>> =
                drafts.iter().map(|(doc, draft)| draft.document(*doc)).collect::<Result<_, _>>()?;
            writer.write_refs(&documents, columns).map_err(io)
        })?;
        writer.finish().map_err(io)?;
        Ok(written)
    }

    fn write_removed(&self, path: &Path) -> Result<u64, Error> {
        let io = |error| Error::io(path, &error);
        let mut writer = RemovedWriter::with_columns(path, self.columns).map_err(io)?;
        let path_of = |part| self.work.verdicts(part);
        let mut verdicts = VerdictReader::new(&self.learnt.first_document, &path_of);
        let written = self.for_documents(0..self.learnt.documents, true, |drafts, columns| {
            let removals = self.removals(drafts, &mut verdicts)?.into_iter();
            let rows: Vec<(DocumentRef<'_>, Removal)> = removals
                .zip(drafts)
                .map(|(removal, (doc, draft))| Ok((draft.document(*doc)?, removal)))
                .collect::<Result<_, Error>>()?;
            writer.write_refs(&rows, columns).map_err(io)
        })?;
        writer.finish().map_err(io)?;
        Ok(written)
    }

    /// Why each of these documents was removed.
    fn removals(
        &self,
        drafts: &[(u64, DraftView<'_>)],
        verdicts: &mut VerdictReader<'_>,
    ) -> Result<Vec<Removal>, Error> {
        let verdicts = drafts.iter().map(|(doc, _)| verdicts.on(*doc));
        let verdicts: Vec<Option<Verdict>> = verdicts.collect::<Result<_, _>>()?;
        let ids = self.ids(verdicts.iter().flatten().map(|verdict| verdict.duplicate.of).collect())?;
        let removal = |((doc, draft), verdict): (&(u64, DraftView<'_>), &Option<Verdict>)| {
            let by_stage = draft.removal.clone();
            let by_group =
                || verdict.as_ref().map(|verdict| verdict.removal(self.witness(verdict.duplicate.of, &ids)));
            by_stage
                .or_else(by_group)
                .ok_or_else(|| Error::internal(format!("document {doc} has no removal")))
        };
        drafts.iter().zip(&verdicts).map(removal).collect()
    }

    /// The document number `of` of the search, as users know it.
    fn witness(&self, of: u64, ids: &BTreeMap<u64, String>) -> Witness {
        let id = ids[&of].clone();
        match self.searched.origin(of) {
            Origin::Own(doc) => Witness { id, doc, run: None },
            Origin::Earlier { run, doc } => {
                Witness { id, doc, run: Some(self.earlier[run].manifest.run.clone()) }
            }
        }
    }

    /// The ids of documents anywhere in the search.
    fn ids(&self, mut docs: Vec<u64>) -> Result<BTreeMap<u64, String>, Error> {
        docs.sort_unstable();
        docs.dedup();
        let mut buffer = Vec::new();
        let id = |doc| Ok((doc, self.lookup.with(doc, &mut buffer, |draft| draft.id().map(str::to_owned))?));
        docs.into_iter().map(id).collect()
    }

    /// Writes what a later run needs; group has written the pages, where there are any.
    fn write_index(&self) -> Result<(), Error> {
        let known = self.work.known();
        index::write_documents(&known, self.learnt, self.work, self.searched, self.removed)?;
        let files = [(known, outputs::DOCUMENTS), (self.work.site_pages(), outputs::PAGES)];
        let mut files = files.iter().filter(|(from, _)| from.exists());
        files.try_for_each(|(from, name)| outputs::publish(from, &self.output.join(name)))
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

    /// Gives the documents in `range` that were removed, or those that were not, to `write`, many at a time, with the
    /// other columns of their part and each one's row in them. Returns their number.
    fn for_documents(
        &self,
        range: Range<u64>,
        removed: bool,
        mut write: impl FnMut(&[(u64, DraftView<'_>)], Option<(&Columns, &[u32])>) -> Result<(), Error>,
    ) -> Result<u64, Error> {
        let mut written = 0;
        let mut reader: Option<PartReader> = None;
        for part in self.parts(&range) {
            let columns = self.part_columns(part)?;
            let reader = open(&mut reader, &self.work.cleaned(part))?;
            let first = self.learnt.first_document[part];
            let wanted = |number| {
                let doc = first + number;
                self.removed.contains(doc) == removed && range.contains(&doc)
            };
            while let Some(records) = reader.next_records(wanted)? {
                go_on(self.observer)?;
                let drafts = records.iter();
                let drafts = drafts.map(|(number, record)| Ok((first + number, DraftView::decode(record)?)));
                let drafts: Vec<(u64, DraftView<'_>)> = drafts.collect::<Result<_, Error>>()?;
                let rows: Vec<u32> = drafts.iter().filter_map(|(_, draft)| draft.column_row).collect();
                write(&drafts, columns.as_ref().map(|columns| (columns, &rows[..])))?;
                written += drafts.len() as u64;
                let bytes = drafts.iter().map(|(_, draft)| draft.text_bytes()).sum();
                self.observer.advance(drafts.len() as u64, bytes);
            }
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

/// Opens a cleaned part, with the buffers of the one before it.
fn open<'a>(reader: &'a mut Option<PartReader>, path: &Path) -> Result<&'a mut PartReader, Error> {
    match reader {
        Some(reader) => reader.reopen(path, CLEANED)?,
        None => *reader = Some(PartReader::open(path, CLEANED)?),
    }
    reader.as_mut().ok_or_else(|| Error::internal("no part is open".to_owned()))
}
