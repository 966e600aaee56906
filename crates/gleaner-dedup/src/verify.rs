//! The exact comparison of two documents, and its outcome.

use std::sync::Arc;

use crate::cache::Cache;
use crate::index::Candidate;
use crate::member::Member;
use crate::resolve::Documents;
use crate::shingles::{Shingles, containment, jaccard, shared_at_least};

/// Why a document is a duplicate, and of which kept one.
#[derive(Clone, Debug, PartialEq)]
pub struct Duplicate {
    /// Number of the kept document.
    pub of: u64,
    /// What was compared.
    pub measure: Measure,
    /// The value the verdict rests on, in `[0, 1]`.
    pub similarity: f64,
    /// Jaccard similarity of the two shingle sets.
    pub jaccard: f64,
    /// Shared shingles over those of the smaller set.
    pub containment: f64,
}

/// What was compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Measure {
    /// The normalised token sequences are equal.
    Exact,
    /// Jaccard similarity of the shingle sets.
    Jaccard,
}

impl Duplicate {
    /// By the Jaccard similarity of the shingle sets.
    pub(crate) fn near(of: u64, jaccard: f64, containment: f64) -> Duplicate {
        Duplicate { of, measure: Measure::Jaccard, similarity: jaccard, jaccard, containment }
    }

    pub(crate) fn exact(of: u64) -> Duplicate {
        Duplicate { of, measure: Measure::Exact, similarity: 1.0, jaccard: 1.0, containment: 1.0 }
    }
}

/// What was found for a document so far: the verdict, and the place of its witness in the order.
pub(crate) type Found = Option<(u64, Duplicate)>;

/// Compares documents by their shingles, which it loads when the cache does not hold them.
pub(crate) struct Verifier<'a, D> {
    pub(crate) threshold: f64,
    pub(crate) documents: &'a D,
    pub(crate) cache: Cache,
}

impl<D: Documents> Verifier<'_, D> {
    /// Has the shingles of a document ready for comparisons.
    pub(crate) fn hold(&self, member: &Member) -> Result<(), D::Error> {
        match &member.shingles {
            Some(shingles) => self.cache.insert(member.document, Arc::clone(shingles)),
            None => drop(self.shingles(member.document)?),
        }
        Ok(())
    }

    fn shingles(&self, document: u64) -> Result<Arc<Shingles>, D::Error> {
        if let Some(shingles) = self.cache.get(document) {
            return Ok(shingles);
        }
        let shingles = Arc::new(self.documents.shingles(document)?);
        self.cache.insert(document, Arc::clone(&shingles));
        Ok(shingles)
    }

    /// The most similar of `found` and the `candidates` that reach the threshold; of equal ones the earliest.
    pub(crate) fn best_of(
        &self,
        document: u64,
        mut found: Found,
        candidates: &[Candidate],
    ) -> Result<Found, D::Error> {
        if candidates.is_empty() {
            return Ok(found);
        }
        let own = self.shingles(document)?;
        for candidate in candidates {
            let least = found.as_ref().map_or(self.threshold, |(_, best)| best.similarity);
            let Some(other) = compare(&own, &*self.shingles(candidate.document)?, least) else { continue };
            let better = found
                .as_ref()
                .is_none_or(|(order, best)| other.similarity > best.similarity || candidate.order < *order);
            if better {
                found = Some((candidate.order, Duplicate { of: candidate.document, ..other }));
            }
        }
        Ok(found)
    }
}

/// The outcome when the Jaccard similarity is at least `least`, which is above 0.
fn compare(left: &Shingles, right: &Shingles, least: f64) -> Option<Duplicate> {
    let (a, b) = (left.len(), right.len());
    // shared / (a + b - shared) >= least; a hair less, so that rounding never drops a pair.
    let needed = (least * (a + b) as f64 / (1.0 + least) * (1.0 - 1e-12)).ceil() as usize;
    let shared = shared_at_least(left.as_slice(), right.as_slice(), needed)?;
    let jaccard = jaccard(shared, a, b);
    let duplicate = Duplicate::near(0, jaccard, containment(shared, a, b));
    (jaccard >= least).then_some(duplicate)
}

#[cfg(test)]
mod tests {
    use super::compare;
    use crate::shingles::Shingles;

    #[test]
    fn the_threshold_itself_is_reached() {
        let set = |from: u64, to: u64| Shingles::from_hashes((from..to).collect());
        for (shared, rest) in [(4, 1), (40, 10), (400, 100), (8, 2), (9, 3), (1, 0), (2, 1), (799, 201)] {
            let jaccard = shared as f64 / (shared + rest) as f64;
            let (left, right) = (set(0, shared), set(0, shared + rest));
            assert_eq!(compare(&left, &right, jaccard).map(|found| found.jaccard), Some(jaccard));
            assert_eq!(compare(&left, &right, jaccard.next_up()), None);
        }
        assert_eq!(compare(&set(0, 0), &set(0, 0), 0.01), None);
        assert_eq!(compare(&set(0, 5), &set(5, 9), 0.01), None);
    }
}
