//! Whether a removal states what follows from the two texts it is about.

use crate::values::{Compared, Values};
use crate::verify::finding::{Check, Finding};
use crate::verify::rows::Stated;

/// What is wrong with `stated`, the removal of a document in favour of a kept one.
pub(super) fn differences(
    file: &str,
    stated: &Stated,
    own: &Compared,
    kept: &Compared,
    threshold: f64,
) -> Vec<Finding> {
    let values = Values::of(own, kept);
    let mut findings = Vec::new();
    let mut differ = |what: &str, expected: &dyn ToString, found: Option<String>| {
        let found = found.unwrap_or_else(|| "nothing".to_owned());
        findings.push(Finding::new(Check::Value, file, what, expected.to_string(), found));
    };
    if stated.reason != values.reason {
        differ("reason", &values.reason, Some(stated.reason.clone()));
    }
    if stated.measure.as_deref() != Some(values.measure) {
        differ("measure", &values.measure, stated.measure.clone());
    }
    for (what, expected, found) in [
        ("similarity", values.similarity, stated.similarity),
        ("jaccard", values.jaccard, stated.jaccard),
        ("containment", values.containment, stated.containment),
    ] {
        // To the last bit: the same counts give the same quotient.
        if found.map(f64::to_bits) != Some(expected.to_bits()) {
            differ(what, &expected, found.map(|found| found.to_string()));
        }
    }
    if !values.reach(threshold) {
        differ(
            "similarity of the texts",
            &format!("at least {threshold}"),
            Some(values.similarity.to_string()),
        );
    }
    findings
}
