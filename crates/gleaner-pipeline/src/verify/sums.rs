//! Whether the rows add up to what the manifest states.

use std::collections::BTreeMap;

use gleaner_spill::Sorter;
use serde_json::Value;

use crate::account::Accounting;
use crate::error::Error;
use crate::manifest::MANIFEST;
use crate::outputs::SPANS;
use crate::phases::clean::count;
use crate::rows::{Document, Reject, Removed, Span};
use crate::verify::finding::{Check, Finding, Findings};
use crate::verify::numbers::Numbers;

/// Runs of missing documents that are named; more are counted by the sums.
const NAMED: usize = 20;

/// What the rows of a run add up to.
pub(super) struct Sums {
    counts: Accounting,
    documents: Numbers,
    ids: Sorter,
}

impl Sums {
    /// `ids` sorts the ids of all documents.
    pub(super) fn new(ids: Sorter) -> Sums {
        Sums { counts: Accounting::default(), documents: Numbers::default(), ids }
    }

    pub(super) fn keep(&mut self, document: &Document, findings: &mut Findings) -> Result<(), Error> {
        self.counts.kept += 1;
        self.counts.text_bytes += document.text.len() as u64;
        self.document(document, findings)
    }

    pub(super) fn remove(&mut self, removed: &Removed, findings: &mut Findings) -> Result<(), Error> {
        self.counts.removed += 1;
        count(&mut self.counts.removed_by_reason, &removed.stated.stage, &removed.stated.reason);
        self.counts.removed_against += u64::from(removed.stated.duplicate_of_run.is_some());
        self.document(&removed.document, findings)
    }

    fn document(&mut self, document: &Document, findings: &mut Findings) -> Result<(), Error> {
        if !self.documents.insert(document.doc) {
            let finding = Finding::new(
                Check::Document,
                &document.file,
                "doc",
                "a number that stands once",
                "it once more",
            );
            findings.add(finding.at(document.doc, &document.id));
        }
        Ok(self.ids.push(&gleaner_text::hash64(document.id.as_bytes()).to_be_bytes())?)
    }

    pub(super) fn span(&mut self, span: &Span, findings: &mut Findings) {
        count(&mut self.counts.spans_by_reason, &span.stage, &span.reason);
        if !self.documents.contains(span.doc) {
            let found = format!("{}, which is nowhere", span.doc);
            findings.add(Finding::new(Check::Document, SPANS, "doc", "the number of a document", found));
        }
    }

    pub(super) fn reject(&mut self, reject: &Reject) {
        // A reason may carry a detail after a colon; it is counted by its name.
        let reason = reject.reason.split(':').next().unwrap_or_default().to_owned();
        if reject.kind == "gap" {
            *self.counts.gaps.entry(reason).or_default() += 1;
            self.counts.gap_bytes = self.counts.gap_bytes.saturating_add(reject.length);
        } else {
            self.counts.rejected += 1;
            *self.counts.rejected_by_reason.entry(reason).or_default() += 1;
        }
    }

    /// Holds the sums against `stated`.
    pub(super) fn check(mut self, stated: &Accounting, findings: &mut Findings) -> Result<Accounting, Error> {
        self.counts.records = self.counts.kept + self.counts.removed + self.counts.rejected;
        self.counts.repeated_ids = repeated(self.ids)?;
        // What no row tells of stays as it is stated.
        self.counts.skipped.clone_from(&stated.skipped);
        self.counts.ignored_files.clone_from(&stated.ignored_files);
        self.counts.repeated_paths = stated.repeated_paths;
        check_numbers(&self.documents, stated, findings);
        let as_json = |counts: &Accounting| {
            serde_json::to_value(counts).map_err(|error| Error::internal(error.to_string()))
        };
        differences("counts", Some(&as_json(&self.counts)?), Some(&as_json(stated)?), findings);
        Ok(self.counts)
    }
}

/// Every number below that of documents stands once.
fn check_numbers(documents: &Numbers, stated: &Accounting, findings: &mut Findings) {
    let bound = stated.records.saturating_sub(stated.rejected);
    for missing in documents.missing(bound, NAMED) {
        let found = if missing.start() == missing.end() {
            format!("document {} in neither", missing.start())
        } else {
            format!("documents {} to {} in neither", missing.start(), missing.end())
        };
        let expected = format!("each of the {bound} documents in data/ or removed/");
        findings.add(Finding::new(Check::Document, MANIFEST, "documents", expected, found));
    }
    let beyond = documents.len() - documents.below(bound);
    if beyond > 0 {
        let expected = format!("numbers below {bound}, that of documents");
        let found = format!("{beyond} documents with larger ones");
        findings.add(Finding::new(Check::Document, MANIFEST, "documents", expected, found));
    }
}

fn repeated(ids: Sorter) -> Result<u64, Error> {
    let (mut ids, mut last, mut repeated) = (ids.finish()?, None, 0);
    while let Some(id) = ids.next_record()? {
        let id: Option<[u8; 8]> = id.first_chunk().copied();
        repeated += u64::from(last == id);
        last = id;
    }
    Ok(repeated)
}

/// Names each number that is not the same in both; a missing one is none.
fn differences(path: &str, rows: Option<&Value>, stated: Option<&Value>, findings: &mut Findings) {
    let members = members(rows, stated);
    if members.is_empty() {
        let number = |value: Option<&Value>| value.and_then(Value::as_u64).unwrap_or(0);
        if number(rows) != number(stated) {
            let found = format!("{} in {MANIFEST}", number(stated));
            let expected = format!("{}, as the rows of the files", number(rows));
            findings.add(Finding::new(Check::Count, MANIFEST, path, expected, found));
        }
        return;
    }
    for (name, (rows, stated)) in members {
        differences(&format!("{path}.{name}"), rows, stated, findings);
    }
}

/// The members of both by name.
fn members<'a>(
    rows: Option<&'a Value>,
    stated: Option<&'a Value>,
) -> BTreeMap<&'a str, (Option<&'a Value>, Option<&'a Value>)> {
    let of = |value: Option<&'a Value>| value.and_then(Value::as_object).into_iter().flatten();
    let mut members: BTreeMap<&str, (Option<&Value>, Option<&Value>)> = BTreeMap::new();
    of(rows).for_each(|(name, value)| members.entry(name).or_default().0 = Some(value));
    of(stated).for_each(|(name, value)| members.entry(name).or_default().1 = Some(value));
    members
}
