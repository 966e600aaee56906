//! Clean: cleans lines, applies filters and takes fingerprints, part by part.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use gleaner_corpus::SpanRow;
use gleaner_spill::{PartReader, PartWriter};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use serde::{Deserialize, Serialize};

use crate::comparison::Fingerprinter;
use crate::draft::{CLEANED, Draft, DraftView, SCANNED, SPANS, append, decode, encode};
use crate::entries::{Entry, EntryWriter};
use crate::error::Error;
use crate::frames::PageWriter;
use crate::journal::{Journal, Step};
use crate::phases::learn::{Learnt, merge};
use crate::place::rank;
use crate::progress::{Observer, go_on};
use crate::recall::OutlineWriter;
use crate::settings::Keep;
use crate::site::site_of;
use crate::sites::Sites;
use crate::stages::Stages;
use crate::work::WorkArea;

/// Counts by stage, then by reason.
pub type Counts = BTreeMap<String, BTreeMap<String, u64>>;

/// What was done to all documents.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Cleaned {
    pub(crate) documents: u64,
    /// Documents removed before deduplication.
    pub(crate) removed: Counts,
    /// Ranges of texts removed or repaired.
    pub(crate) spans: Counts,
    pub(crate) spilled: u64,
}

/// What the parts of the phase share.
pub(crate) struct Cleaner<'a> {
    pub(crate) stages: &'a Stages,
    pub(crate) sites: &'a Sites,
    /// Cloned for each thread: it owns buffers.
    pub(crate) fingerprinter: Fingerprinter,
    /// Keys of a fingerprint.
    pub(crate) bands: usize,
    pub(crate) keep: Keep,
    pub(crate) work: &'a WorkArea,
    pub(crate) observer: &'a dyn Observer,
}

impl Cleaner<'_> {
    /// Cleans all parts, but for those that are `done`.
    pub(crate) fn clean(
        &self,
        learnt: &Learnt,
        journal: &Journal,
        done: &BTreeMap<usize, Cleaned>,
    ) -> Result<Cleaned, Error> {
        let parts = (0..learnt.first_document.len()).into_par_iter();
        let parts: Vec<Cleaned> = parts
            .map_init(
                || self.fingerprinter.clone(),
                |fingerprinter, part| match done.get(&part) {
                    Some(cleaned) => Ok(cleaned.clone()),
                    None => self.clean_part(part, learnt.first_document[part], fingerprinter, journal),
                },
            )
            .with_max_len(1)
            .collect::<Result<_, Error>>()?;
        Ok(Cleaned::merge(&parts))
    }

    fn clean_part(
        &self,
        part: usize,
        first: u64,
        fingerprinter: &mut Fingerprinter,
        journal: &Journal,
    ) -> Result<Cleaned, Error> {
        let scanned = self.work.scanned(part);
        let mut input = PartReader::open(&scanned, SCANNED)?;
        let mut output = PartCleaner::create(self, part, first)?;
        while let Some(record) = input.next_record()? {
            go_on(self.observer)?;
            output.add(decode(record)?, fingerprinter)?;
        }
        let cleaned = output.finish()?;
        let read = fs::metadata(&scanned).map_or(0, |part| part.len());
        let step = Step::Cleaned { part, cleaned: cleaned.clone() };
        journal.done_without(&step, &PartCleaner::files(self.work, part), &[scanned])?;
        self.observer.advance(cleaned.documents, read);
        Ok(cleaned)
    }

    /// Counts the shingles of parts that another process has cleaned.
    pub(crate) fn recount(&self, parts: Vec<usize>) -> Result<(), Error> {
        parts.into_par_iter().try_for_each_init(
            || self.fingerprinter.clone(),
            |fingerprinter, part| {
                let mut input = PartReader::open(&self.work.cleaned(part), CLEANED)?;
                while let Some(record) = input.next_record()? {
                    go_on(self.observer)?;
                    let draft = DraftView::decode(record)?;
                    if draft.removal.is_none() {
                        let text = draft.text()?;
                        let _turn = self.stages.turn(text);
                        fingerprinter.fingerprint(text);
                    }
                }
                Ok(())
            },
        )
    }

    fn entry(&self, draft: &Draft, offset: u64, fingerprinter: &mut Fingerprinter) -> Entry {
        let document = &draft.document;
        let removed = draft.removal.is_some();
        let rank = if removed { 0 } else { rank(self.keep, &document.text, document.date.as_deref()) };
        Entry {
            id_hash: gleaner_text::hash64(document.id.as_bytes()),
            rank,
            text_bytes: document.text.len() as u64,
            offset,
            site: document.url.as_deref().and_then(site_of).unwrap_or(0),
            fingerprint: (!removed).then(|| fingerprinter.fingerprint(&document.text)),
            is_keyless: false,
        }
    }
}

/// Writes one cleaned part. The clean phase does it from a scanned part; where no document's cleaning depends on others,
/// the scan does it at once.
pub(crate) struct PartCleaner<'a> {
    cleaner: &'a Cleaner<'a>,
    /// Number of the part's first document, for spans.
    first: u64,
    documents: PartWriter,
    spans: PartWriter,
    entries: EntryWriter,
    pages: PageWriter,
    outlines: OutlineWriter,
    cleaned: Cleaned,
    buffer: Vec<u8>,
}

impl<'a> PartCleaner<'a> {
    /// What it writes.
    pub(crate) fn files(work: &WorkArea, part: usize) -> [PathBuf; 5] {
        [work.cleaned(part), work.spans(part), work.entries(part), work.pages(part), work.outlines(part)]
    }

    pub(crate) fn create(
        cleaner: &'a Cleaner<'a>,
        part: usize,
        first: u64,
    ) -> Result<PartCleaner<'a>, Error> {
        Ok(PartCleaner {
            cleaner,
            first,
            documents: PartWriter::create(&cleaner.work.cleaned(part), CLEANED)?,
            spans: PartWriter::create(&cleaner.work.spans(part), SPANS)?,
            entries: EntryWriter::create(&cleaner.work.entries(part), cleaner.bands)?,
            pages: PageWriter::create(&cleaner.work.pages(part))?,
            outlines: OutlineWriter::create(&cleaner.work.outlines(part))?,
            cleaned: Cleaned::default(),
            buffer: Vec::new(),
        })
    }

    /// Cleans, sketches and writes the next document.
    pub(crate) fn add(&mut self, mut draft: Draft, fingerprinter: &mut Fingerprinter) -> Result<(), Error> {
        let stages = self.cleaner.stages;
        let _turn = stages.turn(&draft.document.text);
        stages.finish(&mut draft, self.cleaner.sites)?;
        draft.verbatim = Vec::new();
        let rows = take_spans(&mut draft, self.first + self.cleaned.documents);
        self.cleaned.count(&draft, &rows);
        if !rows.is_empty() {
            encode(&rows, &mut self.buffer)?;
            self.spans.append(&self.buffer)?;
        }
        let offset = self.documents.append_with(|buffer| append(&draft, buffer))?;
        let entry = self.cleaner.entry(&draft, offset, fingerprinter);
        self.entries.append(&entry)?;
        let lines = entry.fingerprint.as_ref().map(|fingerprint| &fingerprint.lines);
        self.pages.append(draft.document.url.as_deref(), lines)?;
        self.outlines.append(if entry.fingerprint.is_some() { fingerprinter.outline() } else { &[] })?;
        self.cleaned.documents += 1;
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<Cleaned, Error> {
        let spilled = self.documents.finish()?.bytes + self.spans.finish()?.bytes;
        self.cleaned.spilled =
            spilled + self.entries.finish()? + self.pages.finish()? + self.outlines.finish()?;
        Ok(self.cleaned)
    }
}

/// Takes the spans out of a draft and gives them its number and id.
fn take_spans(draft: &mut Draft, doc: u64) -> Vec<SpanRow> {
    let mut rows = std::mem::take(&mut draft.spans);
    for row in &mut rows {
        row.doc = doc;
        row.id.clone_from(&draft.document.id);
    }
    rows
}

impl Cleaned {
    fn count(&mut self, draft: &Draft, spans: &[SpanRow]) {
        if let Some(removal) = &draft.removal {
            count(&mut self.removed, &removal.stage, &removal.reason);
        }
        for span in spans {
            count(&mut self.spans, &span.stage, &span.reason);
        }
    }

    /// Joins the parts, given in input order.
    pub(crate) fn merge(parts: &[Cleaned]) -> Cleaned {
        let mut all = Cleaned::default();
        parts.iter().for_each(|part| all.append(part));
        all
    }

    fn append(&mut self, part: &Cleaned) {
        self.documents += part.documents;
        for (into, from) in [(&mut self.removed, &part.removed), (&mut self.spans, &part.spans)] {
            for (stage, reasons) in from {
                merge(into.entry(stage.clone()).or_default(), reasons);
            }
        }
        self.spilled += part.spilled;
    }
}

/// Counts one case of `reason` in `stage`.
pub(crate) fn count(counts: &mut Counts, stage: &str, reason: &str) {
    if let Some(count) = counts.get_mut(stage).and_then(|reasons| reasons.get_mut(reason)) {
        *count += 1;
        return;
    }
    *counts.entry(stage.to_owned()).or_default().entry(reason.to_owned()).or_default() += 1;
}
