//! Whether a removal states what follows from the two texts it is about.

use gleaner_dedup::Duplicate;

use crate::rows::Stated;
use crate::verdicts::names;
use crate::verify::finding::{Check, Finding};

/// What is wrong with `stated`, the removal of a document in favour of a kept one; `found` is what the texts say.
pub(super) fn differences(file: &str, stated: &Stated, found: Option<&Duplicate>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut differ = |what: &str, expected: String, found: Option<String>| {
        let found = found.unwrap_or_else(|| "nothing".to_owned());
        findings.push(Finding::new(Check::Value, file, what, expected, found));
    };
    let Some(Duplicate { measure, similarity, jaccard, containment, gap, .. }) = found else {
        let stated = stated.measure.as_deref().unwrap_or("no measure");
        differ("texts", "duplicates of one another".to_owned(), Some(format!("no duplicates, by {stated}")));
        return findings;
    };
    let (reason, measure) = names(*measure);
    if stated.reason != reason {
        differ("reason", reason.to_owned(), Some(stated.reason.clone()));
    }
    if stated.measure.as_deref() != Some(measure) {
        differ("measure", measure.to_owned(), stated.measure.clone());
    }
    for (what, expected, found) in [
        ("similarity", similarity, stated.similarity),
        ("jaccard", jaccard, stated.jaccard),
        ("containment", containment, stated.containment),
    ] {
        // To the last bit: the same counts give the same quotient.
        if found.map(f64::to_bits) != Some(expected.to_bits()) {
            differ(what, expected.to_string(), found.map(|found| found.to_string()));
        }
    }
    if stated.gap != *gap {
        let expected = gap.map_or_else(|| "nothing".to_owned(), |gap| gap.to_string());
        differ("gap", expected, stated.gap.map(|gap| gap.to_string()));
    }
    findings
}
