//! Group: finds the duplicates among the documents that are left.

use std::cmp::Reverse;

use gleaner_corpus::Removal;
use gleaner_dedup::{Duplicate, Fingerprint, Measure, Shingles, find_duplicates};
use gleaner_spill::PartLookup;

use crate::comparison::Comparison;
use crate::draft::{CLEANED, Draft, decode};
use crate::error::Error;
use crate::phases::clean::{Counts, Entry, count};
use crate::phases::learn::Learnt;
use crate::settings::Keep;
use crate::work::WorkArea;

/// A document that goes because a kept one has its text.
#[derive(Clone, Debug)]
pub(crate) struct Grouped {
    pub(crate) doc: u64,
    /// Number of the kept document.
    pub(crate) kept: u64,
    verdict: Duplicate,
}

impl Grouped {
    /// What is written about the removal; `kept_id` is the id of the kept document.
    pub(crate) fn removal(&self, kept_id: String) -> Removal {
        let (reason, measure) = names(&self.verdict);
        Removal {
            stage: STAGE.to_owned(),
            reason: reason.to_owned(),
            duplicate_of: Some(kept_id),
            duplicate_of_doc: Some(self.kept),
            measure: Some(measure.to_owned()),
            similarity: Some(self.verdict.similarity),
            jaccard: Some(self.verdict.jaccard),
            containment: Some(self.verdict.containment),
            ..Removal::default()
        }
    }
}

const STAGE: &str = "dedup";

/// Reason and measure of a verdict.
fn names(verdict: &Duplicate) -> (&'static str, &'static str) {
    match verdict.measure {
        Measure::Exact => ("exact-duplicate", "exact"),
        _ => ("near-duplicate", "jaccard"),
    }
}

/// Random access to the cleaned documents. A part is opened for each read: there may be more parts than files that
/// a process may hold open.
pub(crate) struct Lookup<'a> {
    pub(crate) work: &'a WorkArea,
    pub(crate) entries: &'a [Entry],
    pub(crate) learnt: &'a Learnt,
}

impl Lookup<'_> {
    /// Reads document `doc` again.
    pub(crate) fn draft(&self, doc: usize) -> Result<Draft, Error> {
        let part = self.learnt.first_document.partition_point(|&first| first <= doc as u64) - 1;
        let mut record = Vec::new();
        PartLookup::open(&self.work.cleaned(part), CLEANED)?.read(self.entries[doc].offset, &mut record)?;
        decode(&record)
    }
}

/// The numbers of the documents that are still there, in the order in which they have a right to stay.
fn keep_order(entries: &[Entry], keep: Keep) -> Vec<usize> {
    let mut order: Vec<usize> =
        (0..entries.len()).filter(|&doc| entries[doc].fingerprint.is_some()).collect();
    if keep != Keep::First {
        order.sort_by_key(|&doc| Reverse(entries[doc].rank));
    }
    order
}

/// Finds all duplicates, marks them removed and tells of each why, in input order.
pub(crate) fn group(
    entries: &mut [Entry],
    learnt: &Learnt,
    work: &WorkArea,
    comparison: &Comparison,
    keep: Keep,
) -> Result<Vec<Grouped>, Error> {
    let order = keep_order(entries, keep);
    let fingerprints: Vec<Fingerprint> =
        order.iter().filter_map(|&doc| entries[doc].fingerprint.take()).collect();
    let lookup = Lookup { work, entries, learnt };
    let load = |index: usize| -> Result<Shingles, Error> {
        Ok(comparison.sketcher.clone().shingles(&lookup.draft(order[index])?.document.text))
    };
    let duplicates = find_duplicates(&fingerprints, &comparison.resolve, load)?;
    drop(fingerprints);
    let found = order.iter().zip(duplicates);
    let mut grouped: Vec<Grouped> = found
        .filter_map(|(&doc, verdict)| verdict.map(|verdict| (doc, verdict)))
        .map(|(doc, verdict)| Grouped { doc: doc as u64, kept: order[verdict.of as usize] as u64, verdict })
        .collect();
    grouped.sort_by_key(|grouped| grouped.doc);
    for grouped in &grouped {
        entries[grouped.doc as usize].removed = true;
    }
    Ok(grouped)
}

/// Counts the duplicates by reason.
pub(crate) fn count_grouped(grouped: &[Grouped], removed: &mut Counts) {
    for grouped in grouped {
        count(removed, STAGE, names(&grouped.verdict).0);
    }
}
