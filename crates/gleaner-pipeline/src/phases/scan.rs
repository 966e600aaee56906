//! Scan: reads the input once, extracts main content, spills one part a batch.

use std::collections::BTreeMap;
use std::sync::Mutex;

use gleaner_corpus::{BatchReader, FileSummary, Item, RawBatch, ReadOptions, Reject, RejectKind};
use gleaner_spill::PartWriter;
use rayon::iter::{ParallelBridge, ParallelIterator};

use crate::draft::{COLUMNS, REJECTS, SCANNED, encode};
use crate::error::Error;
use crate::progress::Observer;
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
}

/// All parts in input order, and what was read of each file.
#[derive(Debug)]
pub(crate) struct Scanned {
    pub(crate) parts: Vec<ScannedPart>,
    pub(crate) files: Vec<FileSummary>,
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

/// Scans all inputs.
pub(crate) fn scan(
    mut reader: BatchReader,
    options: &ReadOptions,
    stages: &Stages,
    work: &WorkArea,
    observer: &dyn Observer,
) -> Result<Scanned, Error> {
    let parts = Mutex::new(BTreeMap::new());
    Batches { reader: &mut reader, next: 0 }.par_bridge().try_for_each(|(number, batch)| {
        let bytes = batch.stored_bytes();
        let part = scan_batch(number, batch, options, stages, work)?;
        observer.advance(part.documents, bytes);
        parts.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(number, part);
        Ok::<(), Error>(())
    })?;
    let parts = parts.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    Ok(Scanned { parts: parts.into_values().collect(), files: reader.into_summaries() })
}

fn scan_batch(
    number: usize,
    batch: RawBatch,
    options: &ReadOptions,
    stages: &Stages,
    work: &WorkArea,
) -> Result<ScannedPart, Error> {
    let mut part = ScannedPart::default();
    let mut documents = PartWriter::create(&work.scanned(number), SCANNED)?;
    let mut rejects = PartWriter::create(&work.rejects(number), REJECTS)?;
    let mut buffer = Vec::new();
    let columns = batch.decode(options, |item| {
        match item {
            Item::Record(record) => {
                encode(&stages.draft(record)?, &mut buffer)?;
                documents.append(&buffer)?;
                part.documents += 1;
            }
            Item::Skipped(kind) => *part.skipped.entry(kind).or_default() += 1,
            Item::Rejected(reject) => {
                part.count_reject(&reject);
                encode::<[Reject]>(&[reject], &mut buffer)?;
                rejects.append(&buffer)?;
            }
        }
        Ok::<(), Error>(())
    })?;
    part.spilled = documents.finish()?.bytes + rejects.finish()?.bytes;
    if let Some(columns) = columns {
        let mut writer = PartWriter::create(&work.columns(number), COLUMNS)?;
        writer.append(&columns.to_bytes())?;
        part.spilled += writer.finish()?.bytes;
    }
    Ok(part)
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
