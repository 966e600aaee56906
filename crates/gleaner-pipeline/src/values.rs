//! What a removal rests on, from the two texts it is about.

use gleaner_dedup::{Shingler, Shingles};

/// What is compared of a text.
#[derive(Clone, Debug)]
pub(crate) struct Compared {
    content: Option<u128>,
    shingles: Shingles,
}

impl Compared {
    pub(crate) fn new(shingler: &mut Shingler, text: &str) -> Compared {
        let (content, hashes) = shingler.content_and_hashes(text);
        Compared { content, shingles: Shingles::from_hashes(hashes.to_vec()) }
    }
}

/// What a removal of a pair rests on. The one place that knows the verdict, beside the search itself and what
/// `recall::candidates::Needed` derives from it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Values {
    pub(crate) reason: &'static str,
    pub(crate) measure: &'static str,
    pub(crate) similarity: f64,
    pub(crate) jaccard: f64,
    pub(crate) containment: f64,
}

impl Values {
    pub(crate) fn of(own: &Compared, kept: &Compared) -> Values {
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
    pub(crate) fn reach(&self, threshold: f64) -> bool {
        self.similarity >= threshold
    }
}

/// Whether `kept` makes a document go that comes after it.
pub(crate) fn reaches(own: &Compared, kept: &Compared, threshold: f64) -> bool {
    Values::of(own, kept).reach(threshold)
}
