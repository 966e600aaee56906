//! The exact comparison of two documents, and its outcome.

use std::sync::Arc;

use crate::cache::Cache;
use crate::shingles::{Shingles, containment, jaccard, shared_at_least};

/// Why a document is a duplicate, and of which kept one.
#[derive(Clone, Debug, PartialEq)]
pub struct Duplicate {
    /// Index of the kept document.
    pub of: usize,
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
    pub(crate) fn exact(of: usize) -> Duplicate {
        Duplicate { of, measure: Measure::Exact, similarity: 1.0, jaccard: 1.0, containment: 1.0 }
    }

    /// The better of two: the more similar, then the earlier kept document.
    pub(crate) fn best(left: Option<Duplicate>, right: Option<Duplicate>) -> Option<Duplicate> {
        match (left, right) {
            (Some(left), Some(right)) => {
                let right_wins = (right.similarity, left.of) > (left.similarity, right.of);
                Some(if right_wins { right } else { left })
            }
            (left, right) => left.or(right),
        }
    }
}

/// Compares documents by their shingles, which it loads when the cache does not hold them.
pub(crate) struct Verifier<F> {
    pub(crate) threshold: f64,
    pub(crate) load: F,
    pub(crate) cache: Cache,
}

impl<E, F: Fn(usize) -> Result<Shingles, E>> Verifier<F> {
    pub(crate) fn shingles(&self, document: u32) -> Result<Arc<Shingles>, E> {
        if let Some(shingles) = self.cache.get(document) {
            return Ok(shingles);
        }
        let shingles = Arc::new((self.load)(document as usize)?);
        self.cache.insert(document, Arc::clone(&shingles));
        Ok(shingles)
    }

    /// The most similar of the `candidates` that reaches the threshold; of equal ones the earliest.
    pub(crate) fn best_of(&self, document: u32, candidates: &[u32]) -> Result<Option<Duplicate>, E> {
        if candidates.is_empty() {
            return Ok(None);
        }
        let own = self.shingles(document)?;
        let mut best = None;
        for &candidate in candidates {
            let least = best.as_ref().map_or(self.threshold, |best: &Duplicate| best.similarity);
            let found = compare(&own, &*self.shingles(candidate)?, least);
            best = Duplicate::best(best, found.map(|found| Duplicate { of: candidate as usize, ..found }));
        }
        Ok(best)
    }
}

/// The outcome when the Jaccard similarity is at least `least`, which is above 0.
fn compare(left: &Shingles, right: &Shingles, least: f64) -> Option<Duplicate> {
    let (a, b) = (left.len(), right.len());
    // shared / (a + b - shared) >= least; a hair less, so that rounding never drops a pair.
    let needed = (least * (a + b) as f64 / (1.0 + least) * (1.0 - 1e-12)).ceil() as usize;
    let shared = shared_at_least(left.as_slice(), right.as_slice(), needed)?;
    let jaccard = jaccard(shared, a, b);
    let duplicate = Duplicate {
        of: 0,
        measure: Measure::Jaccard,
        similarity: jaccard,
        jaccard,
        containment: containment(shared, a, b),
    };
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
