//! Every record and byte is counted, and the sums must agree.

use std::collections::BTreeMap;

use gleaner_corpus::FileSummary;
use gleaner_spill::Sorter;
use serde::{Deserialize, Serialize};

use crate::bits::Bits;
use crate::entries::entries;
use crate::error::Error;
use crate::outliers::LossCounter;
use crate::phases::clean::{Cleaned, Counts};
use crate::phases::emit::Emitted;
use crate::phases::learn::Learnt;
use crate::settings::Limits;
use crate::work::WorkArea;

/// The counts of a run: `records = kept + removed + rejected`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounting {
    /// Records in the input.
    pub records: u64,
    /// Documents written to `data/`.
    pub kept: u64,
    /// Documents written to `removed/documents`.
    pub removed: u64,
    /// Records that could not be read.
    pub rejected: u64,
    /// Removed documents by stage, then reason.
    pub removed_by_reason: Counts,
    /// Of the removed, those that duplicate a document of an earlier run.
    pub removed_against: u64,
    /// Rejected records by reason.
    pub rejected_by_reason: BTreeMap<String, u64>,
    /// Lost byte ranges that held no record boundary, by reason.
    pub gaps: BTreeMap<String, u64>,
    /// Bytes in these ranges.
    pub gap_bytes: u64,
    /// What stands in archives and is no record, by type.
    pub skipped: BTreeMap<String, u64>,
    /// Ranges removed or repaired in texts, by stage, then reason.
    pub spans_by_reason: Counts,
    /// Bytes of text kept.
    pub text_bytes: u64,
    /// Files of folders that were not read, by extension.
    pub ignored_files: BTreeMap<String, u64>,
    /// Paths met again and read once.
    pub repeated_paths: u64,
    /// Documents whose id an earlier one has.
    pub repeated_ids: u64,
}

impl Accounting {
    /// Takes over what the phases counted; `duplicates` by stage and reason.
    pub(crate) fn new(
        learnt: &Learnt,
        cleaned: &Cleaned,
        duplicates: &Counts,
        totals: &Totals,
    ) -> Accounting {
        let rejected = learnt.rejected.values().sum();
        let removed_by_reason: Counts = cleaned
            .removed
            .iter()
            .chain(duplicates)
            .map(|(stage, counts)| (stage.clone(), counts.clone()))
            .collect();
        Accounting {
            records: learnt.documents + rejected,
            kept: totals.kept,
            removed: removed_by_reason.values().flat_map(BTreeMap::values).sum(),
            rejected,
            removed_by_reason,
            rejected_by_reason: learnt.rejected.clone(),
            gaps: learnt.gaps.clone(),
            gap_bytes: learnt.gap_bytes,
            skipped: learnt.skipped.clone(),
            spans_by_reason: cleaned.spans.clone(),
            text_bytes: totals.text_bytes,
            repeated_ids: totals.repeated_ids,
            ..Accounting::default()
        }
    }

    /// Holds the sums against each other, against the rows that were written, and against the size of archives.
    pub(crate) fn check(&self, emitted: &Emitted, files: &[FileSummary]) -> Result<(), Error> {
        if let Some((file, bytes)) = unaccounted(files, &self.gaps).next() {
            let FileSummary { name, size, .. } = file;
            return Err(Error::internal(format!("{name}: {bytes} of {size} bytes were accounted for")));
        }
        let spans = self.spans_by_reason.values().flat_map(BTreeMap::values).sum();
        let gaps: u64 = self.gaps.values().sum();
        let sums = [
            ("records", self.records, self.kept + self.removed + self.rejected),
            ("kept documents", self.kept, emitted.kept),
            ("removed documents", self.removed, emitted.removed),
            ("spans", spans, emitted.spans),
            ("rejects and gaps", self.rejected + gaps, emitted.rejects),
        ];
        for (what, counted, found) in sums {
            if counted != found {
                return Err(Error::internal(format!("{counted} {what} were counted, but {found} found")));
            }
        }
        Ok(())
    }

    /// The first limit that these counts pass, as a message.
    pub(crate) fn beyond(&self, limits: &Limits, input_bytes: u64) -> Option<String> {
        let share = |part: u64| if self.records == 0 { 0.0 } else { part as f64 / self.records as f64 };
        let lost = if input_bytes == 0 { 0.0 } else { self.gap_bytes as f64 / input_bytes as f64 };
        if lost > limits.max_reject_rate {
            return Some(format!(
                "{} of {input_bytes} bytes of input were lost in gaps, more than --max-reject-rate {} allows; \
                 see rejects.parquet",
                self.gap_bytes, limits.max_reject_rate
            ));
        }
        let (rejected, removed) = (share(self.rejected), share(self.removed));
        if rejected > limits.max_reject_rate {
            return Some(format!(
                "{} of {} records were rejected, more than --max-reject-rate {} allows; see rejects.parquet",
                self.rejected, self.records, limits.max_reject_rate
            ));
        }
        if removed > limits.max_removal_rate {
            return Some(format!(
                "{} of {} records were removed, more than --max-removal-rate {} allows; see removed/",
                self.removed, self.records, limits.max_removal_rate
            ));
        }
        (self.kept == 0 && input_bytes > 0).then(|| {
            format!("nothing was kept of {} records; see removed/ and rejects.parquet", self.records)
        })
    }
}

/// The archives of which not every byte is accounted for, with the bytes that are: none, unless the system could not read.
pub(crate) fn unaccounted<'a>(
    files: &'a [FileSummary],
    gaps: &BTreeMap<String, u64>,
) -> impl Iterator<Item = (&'a FileSummary, u64)> + use<'a> {
    let is_read = !gaps.contains_key("io-error");
    let bytes = files.iter().filter_map(|file| {
        let archive = file.archive.as_ref()?;
        Some((file, archive.stored.total() + archive.shared))
    });
    bytes.filter(move |(file, bytes)| is_read && file.size != *bytes)
}

/// What the entries of all documents say together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    kept: u64,
    pub(crate) text_bytes: u64,
    /// The same with what was removed.
    pub(crate) all_text_bytes: u64,
    repeated_ids: u64,
}

impl Totals {
    /// Adds up the documents of `work` that are not `removed`; sorts the ids of all in `memory` bytes. `losses` takes all.
    pub(crate) fn of(
        learnt: &Learnt,
        work: &WorkArea,
        removed: &Bits,
        memory: u64,
        losses: &mut LossCounter<'_>,
    ) -> Result<Totals, Error> {
        let mut totals = Totals::default();
        let mut ids = Sorter::new(&work.scratch("ids"), memory);
        for entry in entries(work, &learnt.first_document) {
            let (doc, entry) = entry?;
            ids.push(&entry.id_hash.to_be_bytes())?;
            let is_removed = removed.contains(doc);
            losses.document(doc, entry.site, is_removed)?;
            totals.all_text_bytes += entry.text_bytes;
            if !is_removed {
                totals.kept += 1;
                totals.text_bytes += entry.text_bytes;
            }
        }
        let (mut ids, mut last) = (ids.finish()?, None);
        while let Some(id) = ids.next_record()? {
            let id: Option<[u8; 8]> = id.first_chunk().copied();
            totals.repeated_ids += u64::from(last == id);
            last = id;
        }
        Ok(totals)
    }
}
