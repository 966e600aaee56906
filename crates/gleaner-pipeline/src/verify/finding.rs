//! What a check of a finished run says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use crate::rows::Unreadable;

/// Findings that are kept in full; more are counted.
const SHOWN: usize = 1000;

/// What was checked where something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Check {
    /// A file of the run is missing, or one that is none of it stands beside them.
    File,
    /// A file has other bytes than the run wrote.
    Digest,
    /// A row cannot be read.
    Row,
    /// A number of `manifest.json` is not what the rows add up to.
    Count,
    /// A document stands nowhere, twice, or not in its place.
    Document,
    /// A removed document does not name a kept one that comes before it.
    Witness,
    /// A value that a removal rests on does not follow from the two texts.
    Value,
    /// Two kept documents have the same content.
    Copy,
    /// The index does not say of a document what its row says.
    Index,
    /// An input is not the one that was read.
    Input,
    /// The stated recall is not what a comparison of the kept documents gives.
    Recall,
}

impl Check {
    /// Its name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Check::File => "file",
            Check::Digest => "digest",
            Check::Row => "row",
            Check::Count => "count",
            Check::Document => "document",
            Check::Witness => "witness",
            Check::Value => "value",
            Check::Copy => "copy",
            Check::Index => "index",
            Check::Input => "input",
            Check::Recall => "recall",
        }
    }
}

/// Something that is wrong, and where. Sorts by place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// File of the run, relative to its folder.
    pub file: String,
    /// Number of the document.
    pub doc: Option<u64>,
    /// Id of the document.
    pub id: Option<String>,
    /// What was checked.
    pub check: Check,
    /// Which field, count or file.
    pub what: String,
    /// What it should be.
    pub expected: String,
    /// What it is.
    pub found: String,
}

impl Finding {
    pub(super) fn new(
        check: Check,
        file: &str,
        what: &str,
        expected: impl fmt::Display,
        found: impl fmt::Display,
    ) -> Finding {
        let (expected, found) = (expected.to_string(), found.to_string());
        Finding { file: file.to_owned(), doc: None, id: None, check, what: what.to_owned(), expected, found }
    }

    pub(super) fn at(self, doc: u64, id: &str) -> Finding {
        Finding { doc: Some(doc), id: Some(id.to_owned()), ..self }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.file)?;
        if let Some(doc) = self.doc {
            write!(f, "document {doc}")?;
            match &self.id {
                Some(id) => write!(f, " ({id}): ")?,
                None => write!(f, ": ")?,
            }
        }
        let Finding { check, what, expected, found, .. } = self;
        write!(f, "{}: {what}: expected {expected}, found {found}", check.name())
    }
}

/// Gathers findings: the first ones by place, however they come, and the number of all.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    pub(super) shown: BTreeSet<Finding>,
    pub(super) by_check: BTreeMap<&'static str, u64>,
}

impl Findings {
    pub(super) fn add(&mut self, finding: Finding) {
        *self.by_check.entry(finding.check.name()).or_default() += 1;
        self.shown.insert(finding);
        if self.shown.len() > SHOWN {
            self.shown.pop_last();
        }
    }

    /// Adds what is no row.
    pub(super) fn add_unreadable(&mut self, unreadable: Vec<Unreadable>) {
        self.extend(unreadable.into_iter().map(|Unreadable { file, offset, why }| {
            Finding::new(Check::Row, &file, &format!("at {offset}"), "a row", why)
        }));
    }

    pub(super) fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        findings.into_iter().for_each(|finding| self.add(finding));
    }
}
