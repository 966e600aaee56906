//! Clean: cleans lines, applies filters and takes fingerprints, part by part.

use std::collections::BTreeMap;
use std::fs;

use gleaner_corpus::SpanRow;
use gleaner_spill::{PartReader, PartWriter};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use crate::comparison::Fingerprinter;
use crate::date;
use crate::draft::{CLEANED, Draft, SCANNED, SPANS, decode, encode};
use crate::entries::{Entry, EntryWriter};
use crate::error::Error;
use crate::phases::learn::{Learnt, merge};
use crate::progress::Observer;
use crate::settings::Keep;
use crate::stages::Stages;
use crate::work::WorkArea;

/// Counts by stage, then by reason.
pub type Counts = BTreeMap<String, BTreeMap<String, u64>>;

/// What was done to all documents.
#[derive(Debug, Default)]
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
    /// Cloned for each thread: it owns buffers.
    pub(crate) fingerprinter: Fingerprinter,
    /// Keys of a fingerprint.
    pub(crate) bands: usize,
    pub(crate) keep: Keep,
    pub(crate) work: &'a WorkArea,
    pub(crate) observer: &'a dyn Observer,
}

impl Cleaner<'_> {
    /// Cleans all parts.
    pub(crate) fn clean(&self, learnt: &Learnt) -> Result<Cleaned, Error> {
        let parts = (0..learnt.first_document.len()).into_par_iter();
        let parts: Vec<Cleaned> = parts
            .map_init(
                || self.fingerprinter.clone(),
                |fingerprinter, part| self.clean_part(part, learnt.first_document[part], fingerprinter),
            )
            .with_max_len(1)
            .collect::<Result<_, Error>>()?;
        let mut all = Cleaned::default();
        for part in parts {
            all.append(&part);
        }
        Ok(all)
    }

    fn clean_part(
        &self,
        part: usize,
        first: u64,
        fingerprinter: &mut Fingerprinter,
    ) -> Result<Cleaned, Error> {
        let scanned = self.work.scanned(part);
        let mut input = PartReader::open(&scanned, SCANNED)?;
        let mut documents = PartWriter::create(&self.work.cleaned(part), CLEANED)?;
        let mut spans = PartWriter::create(&self.work.spans(part), SPANS)?;
        let mut entries = EntryWriter::create(&self.work.entries(part), self.bands)?;
        let mut cleaned = Cleaned::default();
        let mut buffer = Vec::new();
        while let Some(record) = input.next_record()? {
            let mut draft: Draft = decode(record)?;
            draft.document.doc = first + cleaned.documents;
            let _turn = self.stages.turn(&draft.document.text);
            self.stages.finish(&mut draft);
            let rows = take_spans(&mut draft);
            cleaned.count(&draft, &rows);
            if !rows.is_empty() {
                encode(&rows, &mut buffer)?;
                spans.append(&buffer)?;
            }
            encode(&draft, &mut buffer)?;
            let offset = documents.append(&buffer)?;
            entries.append(&self.entry(&draft, offset, fingerprinter))?;
            cleaned.documents += 1;
        }
        cleaned.spilled = documents.finish()?.bytes + spans.finish()?.bytes + entries.finish()?;
        let read = fs::metadata(&scanned).map_or(0, |part| part.len());
        fs::remove_file(&scanned).map_err(|error| Error::io(&scanned, &error))?;
        self.observer.advance(cleaned.documents, read);
        Ok(cleaned)
    }

    fn entry(&self, draft: &Draft, offset: u64, fingerprinter: &mut Fingerprinter) -> Entry {
        let document = &draft.document;
        let removed = draft.removal.is_some();
        let rank = match self.keep {
            _ if removed => 0,
            Keep::First => 0,
            Keep::Longest => gleaner_text::word_count(&document.text) as i64,
            Keep::Newest => document.date.as_deref().and_then(date::seconds).unwrap_or(i64::MIN),
        };
        Entry {
            id_hash: gleaner_text::hash64(document.id.as_bytes()),
            rank,
            text_bytes: document.text.len() as u64,
            offset,
            fingerprint: (!removed).then(|| fingerprinter.fingerprint(&document.text)),
        }
    }
}

/// Takes the spans out of a draft and gives them its number and id.
fn take_spans(draft: &mut Draft) -> Vec<SpanRow> {
    let mut rows = std::mem::take(&mut draft.spans);
    for row in &mut rows {
        row.doc = draft.document.doc;
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
