//! Scan: reads the input once, extracts main content, spills one part a batch.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use gleaner_corpus::{
    BatchReader, BatchRecord, FileSummary, InputSet, Item, RawBatch, ReadOptions, Reject, RejectKind,
    count_kind,
};
use gleaner_spill::PartWriter;
use rayon::iter::{ParallelBridge, ParallelIterator};
use serde::{Deserialize, Serialize};

use crate::comparison::Fingerprinter;
use crate::draft::{COLUMNS, Draft, REJECTS, SCANNED, append, encode};
use crate::error::{Error, ErrorKind};
use crate::journal::{Journal, ScannedStep, Step};
use crate::outliers::SourceCount;
use crate::phases::clean::{Cleaned, Cleaner, PartCleaner};
use crate::progress::{Observer, go_on};
use crate::sites::{SiteCounts, SiteWriter};
use crate::stages::Stages;
use crate::work::WorkArea;

/// What one part holds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ScannedPart {
    pub(crate) documents: u64,
    pub(crate) skipped: BTreeMap<String, u64>,
    pub(crate) rejected: BTreeMap<String, u64>,
    pub(crate) gaps: BTreeMap<String, u64>,
    pub(crate) gap_bytes: u64,
    /// Its records by file.
    pub(crate) sources: Vec<SourceCount>,
    pub(crate) spilled: u64,
    /// The same of lines by site, which clean does not read.
    pub(crate) spilled_sites: u64,
}

/// All parts in input order, and what was read of each file.
#[derive(Debug)]
pub(crate) struct Scanned {
    pub(crate) parts: Vec<ScannedPart>,
    /// The same parts cleaned, where the scan does it.
    pub(crate) cleaned: Option<Vec<Cleaned>>,
    pub(crate) files: Vec<FileSummary>,
}

impl Scanned {
    /// Of all parts.
    pub(crate) fn new(parts: BTreeMap<usize, ScannedStep>, files: Vec<FileSummary>) -> Scanned {
        let parts = parts.into_values().map(|ScannedStep { scanned, cleaned, .. }| (scanned, cleaned));
        let (parts, cleaned): (Vec<_>, Vec<Option<Cleaned>>) = parts.unzip();
        Scanned { parts, cleaned: cleaned.into_iter().collect(), files }
    }
}

/// The error of an input that is not what an interrupted run has read, although its size and time are.
fn changed(file: &str) -> Error {
    let why =
        "is not what the interrupted run has read of it, or cannot be read now; --overwrite starts anew";
    Error::new(ErrorKind::Io, format!("{file} {why}"))
}

/// What the parts of the phase share.
pub(crate) struct Scanner<'a> {
    pub(crate) journal: &'a Journal,
    pub(crate) options: &'a ReadOptions,
    pub(crate) stages: &'a Stages,
    pub(crate) work: &'a WorkArea,
    pub(crate) observer: &'a dyn Observer,
    /// Cleans as soon as a document is there: for jobs in which nothing is learnt from all documents first.
    pub(crate) cleaner: Option<Cleaner<'a>>,
    /// Counts the lines of documents by site: for jobs in which templates are learnt.
    pub(crate) sites: Option<&'a SiteCounts>,
    /// Says whether so many documents may be held in memory, each time when there are more.
    pub(crate) admit: &'a (dyn Fn(u64) -> Result<(), Error> + Sync),
}

/// Hands out the batches of a reader with their numbers. A worker holds the lock while it reads, so that input is
/// read in order and no more than one batch a thread is in memory.
struct Batches<'a> {
    reader: &'a mut BatchReader,
    next: usize,
}

impl Iterator for Batches<'_> {
    type Item = (usize, RawBatch);

    fn next(&mut self) -> Option<(usize, RawBatch)> {
        let batch = self.reader.next()?;
        self.next += 1;
        Some((self.next - 1, batch))
    }
}

impl Scanner<'_> {
    /// Scans all `inputs`, but for the parts that are `done`.
    pub(crate) fn scan(
        &self,
        inputs: InputSet,
        done: BTreeMap<usize, ScannedStep>,
    ) -> Result<Scanned, Error> {
        let first: Vec<BatchRecord> =
            (0..).map_while(|part| done.get(&part)).map(|step| step.record.clone()).collect();
        let (mut reader, next) = BatchReader::resume(inputs, self.options.clone(), &first);
        self.observer.advance(0, reader.bytes_read());
        let documents = AtomicU64::new(done.values().map(|step| step.scanned.documents).sum());
        let fingerprinter = || self.cleaner.as_ref().map(|cleaner| cleaner.fingerprinter.clone());
        let scanned = Mutex::new(BTreeMap::new());
        let mut batches = Batches { reader: &mut reader, next };
        batches.by_ref().par_bridge().try_for_each_init(
            fingerprinter,
            |fingerprinter, (number, batch)| {
                go_on(self.observer)?;
                let bytes = batch.stored_bytes();
                if let Some(step) = done.get(&number) {
                    let file = batch.first_file().to_owned();
                    if !batch.pass(&step.record) {
                        return Err(changed(&file));
                    }
                    self.observer.advance(step.scanned.documents, bytes);
                    return Ok(());
                }
                let step = self.scan_batch(number, batch, fingerprinter.as_mut())?;
                let found = step.scanned.documents;
                self.observer.advance(found, bytes);
                scanned.lock().unwrap_or_else(PoisonError::into_inner).insert(number, step);
                (self.admit)(documents.fetch_add(found, Ordering::Relaxed) + found)
            },
        )?;
        if done.keys().next_back().is_some_and(|&last| last >= batches.next) {
            return Err(changed("an input"));
        }
        let mut parts = done;
        parts.append(&mut scanned.into_inner().unwrap_or_else(PoisonError::into_inner));
        let files = reader.into_summaries();
        self.journal.done(&Step::Read { files: files.clone() }, &[])?;
        Ok(Scanned::new(parts, files))
    }

    /// Scans a batch and writes it down; the record of it is then no longer held.
    fn scan_batch(
        &self,
        number: usize,
        batch: RawBatch,
        fingerprinter: Option<&mut Fingerprinter>,
    ) -> Result<ScannedStep, Error> {
        let mut part = ScannedPart::default();
        let mut files = vec![self.work.rejects(number)];
        let mut documents = self.documents(number, fingerprinter)?;
        let mut sites =
            self.sites.map(|counts| SiteWriter::create(&self.work.sites(number), counts)).transpose()?;
        let mut rejects = PartWriter::create(&self.work.rejects(number), REJECTS)?;
        let mut buffer = Vec::new();
        let decoded = batch.decode(self.options, |item| {
            match item {
                Item::Record(record) => {
                    go_on(self.observer)?;
                    SourceCount::of(&record.source_file, false).append_to(&mut part.sources);
                    let draft = self.stages.draft(record)?;
                    if let Some(sites) = &mut sites {
                        let _turn = self.stages.turn(&draft.document.text);
                        sites.append(&draft)?;
                    }
                    documents.add(draft)?;
                    part.documents += 1;
                }
                Item::Skipped(kind) => count_kind(&mut part.skipped, kind, 1),
                Item::Rejected(reject) => {
                    part.count_reject(&reject);
                    encode::<[Reject]>(&[reject], &mut buffer)?;
                    rejects.append(&buffer)?;
                }
            }
            Ok::<(), Error>(())
        })?;
        let (spilled, cleaned) = documents.finish()?;
        part.spilled = spilled + rejects.finish()?.bytes;
        match &cleaned {
            Some(_) => files.extend(PartCleaner::files(self.work, number)),
            None => files.push(self.work.scanned(number)),
        }
        if let Some(sites) = sites {
            part.spilled_sites = sites.finish()?;
            files.push(self.work.sites(number));
        }
        if let Some(columns) = decoded.columns {
            let mut writer = PartWriter::create(&self.work.columns(number), COLUMNS)?;
            writer.append(&columns.to_bytes())?;
            part.spilled += writer.finish()?.bytes;
            files.push(self.work.columns(number));
        }
        let step = ScannedStep { scanned: part, cleaned, record: decoded.record };
        let step = Step::Scanned { part: number, step: Box::new(step) };
        self.journal.done(&step, &files)?;
        let Step::Scanned { step, .. } = step else { return Err(Error::internal("no step")) };
        Ok(ScannedStep { record: BatchRecord::default(), ..*step })
    }

    fn documents<'b>(
        &'b self,
        number: usize,
        fingerprinter: Option<&'b mut Fingerprinter>,
    ) -> Result<Documents<'b>, Error> {
        Ok(match self.cleaner.as_ref().zip(fingerprinter) {
            // Only pages and cleaned lines have spans, which would need the number of the first document.
            Some((cleaner, fingerprinter)) => {
                Documents::Cleaned(Box::new(PartCleaner::create(cleaner, number, 0)?), fingerprinter)
            }
            None => Documents::Scanned(PartWriter::create(&self.work.scanned(number), SCANNED)?),
        })
    }
}

/// Where the documents of a part go.
enum Documents<'a> {
    Scanned(PartWriter),
    Cleaned(Box<PartCleaner<'a>>, &'a mut Fingerprinter),
}

impl Documents<'_> {
    fn add(&mut self, draft: Draft) -> Result<(), Error> {
        match self {
            Documents::Cleaned(part, fingerprinter) => part.add(draft, fingerprinter),
            Documents::Scanned(writer) => {
                writer.append_with(|buffer| append(&draft, buffer))?;
                Ok(())
            }
        }
    }

    /// Bytes written that no [`Cleaned`] counts, and the cleaned part if it is one.
    fn finish(self) -> Result<(u64, Option<Cleaned>), Error> {
        Ok(match self {
            Documents::Scanned(writer) => (writer.finish()?.bytes, None),
            Documents::Cleaned(part, _) => (0, Some(part.finish()?)),
        })
    }
}

impl ScannedPart {
    fn count_reject(&mut self, reject: &Reject) {
        // A reason may carry a detail after a colon; it is counted by its name.
        let reason = reject.reason.split(':').next().unwrap_or_default().to_owned();
        match reject.kind {
            RejectKind::Record => {
                *self.rejected.entry(reason).or_default() += 1;
                SourceCount::of(&reject.file, true).append_to(&mut self.sources);
            }
            RejectKind::Gap => {
                *self.gaps.entry(reason).or_default() += 1;
                self.gap_bytes += reject.length;
            }
        }
    }
}
