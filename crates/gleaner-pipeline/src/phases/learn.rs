//! Learn: merges what the parts of the scan found, before any text is decided on: counts, and the number of
//! the first document of each part.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::memory::GroupMemory;
use crate::outliers::SourceCount;
use crate::phases::scan::ScannedPart;
use crate::progress::Observer;
use crate::sites::{self, SiteCounts, Sorting};
use crate::work::WorkArea;

/// What all parts together say.
#[derive(Debug, Default)]
pub(crate) struct Learnt {
    /// Number of the first document of each part.
    pub(crate) first_document: Vec<u64>,
    pub(crate) documents: u64,
    pub(crate) skipped: BTreeMap<String, u64>,
    pub(crate) rejected: BTreeMap<String, u64>,
    pub(crate) gaps: BTreeMap<String, u64>,
    pub(crate) gap_bytes: u64,
    /// Records by file, in input order.
    pub(crate) sources: Vec<SourceCount>,
    pub(crate) spilled: u64,
    /// The same of lines by site.
    pub(crate) spilled_sites: u64,
}

/// Merges the parts, given in input order.
pub(crate) fn learn(parts: &[ScannedPart]) -> Learnt {
    let mut learnt = Learnt::default();
    for part in parts {
        learnt.first_document.push(learnt.documents);
        learnt.documents += part.documents;
        merge(&mut learnt.skipped, &part.skipped);
        merge(&mut learnt.rejected, &part.rejected);
        merge(&mut learnt.gaps, &part.gaps);
        learnt.gap_bytes += part.gap_bytes;
        part.sources.iter().for_each(|source| source.append_to(&mut learnt.sources));
        learnt.spilled += part.spilled;
        learnt.spilled_sites += part.spilled_sites;
    }
    learnt
}

/// Learns the templates of sites from the lines that the scan has counted; those of the parts `uncounted` were written by
/// another process. Returns the bytes written.
pub(crate) fn learn_sites(
    learnt: &Learnt,
    counts: &SiteCounts,
    uncounted: Vec<usize>,
    work: &WorkArea,
    memory: GroupMemory,
    observer: &dyn Observer,
) -> Result<u64, Error> {
    counts.recount(uncounted.into_iter().map(|part| work.sites(part)).collect(), observer)?;
    let parts = (0..learnt.first_document.len()).map(|part| work.sites(part)).collect();
    let (pages, lines) = (work.scratch("site-pages"), work.scratch("site-lines"));
    let sorting = Sorting { pages, lines, memory: memory.sorter };
    sites::learn(counts, parts, sorting, &work.templates(), observer)
}

/// Adds the counts of `from` to those of `into`.
pub(crate) fn merge(into: &mut BTreeMap<String, u64>, from: &BTreeMap<String, u64>) {
    for (name, count) in from {
        *into.entry(name.clone()).or_default() += count;
    }
}
