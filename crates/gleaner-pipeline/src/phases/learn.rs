//! Learn: merges what the parts of the scan found, before any text is decided on: counts, and the number of
//! the first document of each part.

use std::collections::BTreeMap;

use crate::phases::scan::ScannedPart;

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
    pub(crate) spilled: u64,
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
        learnt.spilled += part.spilled;
    }
    learnt
}

/// Adds the counts of `from` to those of `into`.
pub(crate) fn merge(into: &mut BTreeMap<String, u64>, from: &BTreeMap<String, u64>) {
    for (name, count) in from {
        *into.entry(name.clone()).or_default() += count;
    }
}
