//! What a removal must state, from the two texts it is about.

use gleaner_dedup::{Shingler, Shingles};

use crate::verify::finding::{Check, Finding};
use crate::verify::rows::Stated;

/// What is compared of a text.
#[derive(Clone, Debug)]
pub(super) struct Compared {
    content: Option<u128>,
    shingles: Shingles,
}

impl Compared {
    pub(super) fn new(shingler: &mut Shingler, text: &str) -> Compared {
        let (content, hashes) = shingler.content_and_hashes(text);
        Compared { content, shingles: Shingles::from_hashes(hashes.to_vec()) }
    }
}

/// The values of a pair.
#[derive(Clone, Debug, PartialEq)]
struct Values {
    reason: &'static str,
    measure: &'static str,
    similarity: f64,
    jaccard: f64,
    containment: f64,
}

impl Values {
    fn of(own: &Compared, kept: &Compared) -> Values {
        if own.content.is_some() && own.content == kept.content {
            let (reason, measure) = ("exact-duplicate", "exact");
            return Values { reason, measure, similarity: 1.0, jaccard: 1.0, containment: 1.0 };
        }
        let (jaccard, containment) =
            (own.shingles.jaccard(&kept.shingles), own.shingles.containment(&kept.shingles));
        let (reason, measure) = ("near-duplicate", "jaccard");
        Values { reason, measure, similarity: jaccard, jaccard, containment }
    }

    /// Whether a document with these values goes.
    fn reach(&self, threshold: f64) -> bool {
        self.similarity >= threshold
    }
}

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
