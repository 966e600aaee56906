//! Scan: reads the input once, extracts main content, spills one part a batch.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use gleaner_corpus::{BatchReader, FileSummary, Item, RawBatch, ReadOptions, Reject, RejectKind, count_kind};
use gleaner_spill::PartWriter;
use rayon::iter::{ParallelBridge, ParallelIterator};

use crate::comparison::Fingerprinter;
use crate::draft::{COLUMNS, Draft, REJECTS, SCANNED, append, encode};
use crate::error::Error;
use crate::phases::clean::{Cleaned, Cleaner, PartCleaner};
use crate::progress::{Observer, go_on};
use crate::sites::{SiteCounts, SiteWriter};
use crate::stages::Stages;
use crate::work::WorkArea;

/// What one part holds.
#[derive(Debug, Default)]
pub(crate) struct ScannedPart {
    pub(crate) documents: u64,
    pub(crate) skipped: BTreeMap<String, u64>,
    pub(crate) rejected: BTreeMap<String, u64>,
    pub(crate) gaps: BTreeMap<String, u64>,
    pub(crate) gap_bytes: u64,
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

/// What the parts of the phase share.
pub(crate) struct Scanner<'a> {
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
    /// Scans all inputs.
    pub(crate) fn scan(&self, mut reader: BatchReader) -> Result<Scanned, Error> {
        let parts = Mutex::new(BTreeMap::new());
        let documents = AtomicU64::new(0);
        let fingerprinter = || self.cleaner.as_ref().map(|cleaner| cleaner.fingerprinter.clone());
        Batches { reader: &mut reader, next: 0 }.par_bridge().try_for_each_init(
            fingerprinter,
            |fingerprinter, (number, batch)| {
                go_on(self.observer)?;
                let bytes = batch.stored_bytes();
                let part = self.scan_batch(number, batch, fingerprinter.as_mut())?;
                let found = part.0.documents;
                self.observer.advance(found, bytes);
                parts.lock().unwrap_or_else(PoisonError::into_inner).insert(number, part);
                (self.admit)(documents.fetch_add(found, Ordering::Relaxed) + found)
            },
        )?;
        let parts = parts.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (parts, cleaned): (_, Vec<Option<Cleaned>>) = parts.into_values().unzip();
        let cleaned = self.cleaner.as_ref().map(|_| cleaned.into_iter().flatten().collect());
        Ok(Scanned { parts, cleaned, files: reader.into_summaries() })
    }

    fn scan_batch(
        &self,
        number: usize,
        batch: RawBatch,
        fingerprinter: Option<&mut Fingerprinter>,
    ) -> Result<(ScannedPart, Option<Cleaned>), Error> {
        let mut part = ScannedPart::default();
        let mut documents = self.documents(number, fingerprinter)?;
        let mut sites =
            self.sites.map(|counts| SiteWriter::create(&self.work.sites(number), counts)).transpose()?;
        let mut rejects = PartWriter::create(&self.work.rejects(number), REJECTS)?;
        let mut buffer = Vec::new();
        let columns = batch.decode(self.options, |item| {
            match item {
                Item::Record(record) => {
                    go_on(self.observer)?;
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
        if let Some(sites) = sites {
            part.spilled_sites = sites.finish()?;
        }
        if let Some(columns) = columns {
            let mut writer = PartWriter::create(&self.work.columns(number), COLUMNS)?;
            writer.append(&columns.to_bytes())?;
            part.spilled += writer.finish()?.bytes;
        }
        Ok((part, cleaned))
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
            RejectKind::Record => *self.rejected.entry(reason).or_default() += 1,
            RejectKind::Gap => {
                *self.gaps.entry(reason).or_default() += 1;
                self.gap_bytes += reject.length;
            }
        }
    }
}
