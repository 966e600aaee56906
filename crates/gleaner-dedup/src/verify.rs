//! The exact comparison of two documents, and its outcome.

use std::sync::Arc;

use crate::cache::Cache;
use crate::coverage::{Comparer, Covered, FrameLines, Text, View};
use crate::frames::Frames;
use crate::index::Candidate;
use crate::member::Member;
use crate::resolve::Documents;
use crate::shingles::{Shingles, containment, jaccard, shared_at_least};
use crate::similarity::Similarity;

/// Why a document is a duplicate, and of which kept one.
#[derive(Clone, Debug, PartialEq)]
pub struct Duplicate {
    /// Number of the kept document.
    pub of: u64,
    /// What was compared.
    pub measure: Measure,
    /// The value that reaches the threshold, in `[0, 1]`: the Jaccard similarity, or, by coverage, the containment.
    pub similarity: f64,
    /// Jaccard similarity of the two shingle sets; by coverage without the shingles of frames.
    pub jaccard: f64,
    /// Shared shingles over those of the smaller set; by coverage without the shingles of frames.
    pub containment: f64,
    /// By coverage, words in the longest run that one text has for itself: of the two that which is covered, or better
    /// covered.
    pub gap: Option<u32>,
}

/// What was compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Measure {
    /// The normalised token sequences are equal.
    Exact,
    /// Jaccard similarity of the shingle sets.
    Jaccard,
    /// Where the texts differ: [`Coverage`](crate::Coverage).
    Coverage,
}

impl Duplicate {
    /// By the Jaccard similarity of the shingle sets, or, with a gap, by coverage.
    pub(crate) fn near(of: u64, jaccard: f64, containment: f64, gap: Option<u32>) -> Duplicate {
        let (measure, similarity) = match gap {
            None => (Measure::Jaccard, jaccard),
            Some(_) => (Measure::Coverage, containment),
        };
        Duplicate { of, measure, similarity, jaccard, containment, gap }
    }

    /// An exact copy of document `of`.
    pub fn exact(of: u64) -> Duplicate {
        Duplicate { of, measure: Measure::Exact, similarity: 1.0, jaccard: 1.0, containment: 1.0, gap: None }
    }
}

/// What was found for a document so far: the verdict, and the place of its witness in the order.
pub(crate) type Found = Option<(u64, Duplicate)>;

/// Compares documents by their shingles, which it loads when the cache does not hold them.
pub(crate) struct Verifier<'a, D> {
    pub(crate) similarity: Similarity,
    pub(crate) frames: &'a Frames,
    pub(crate) documents: &'a D,
    pub(crate) cache: Cache,
}

impl<D: Documents> Verifier<'_, D> {
    /// Has the shingles of a document ready for comparisons.
    pub(crate) fn hold(&self, member: &Member) -> Result<(), D::Error> {
        match &member.shingles {
            Some(shingles) => {
                self.cache.insert(member.document, Arc::new(Text::new(Arc::clone(shingles), self.frames)));
            }
            None => drop(self.text(member.document)?),
        }
        Ok(())
    }

    fn text(&self, document: u64) -> Result<Arc<Text>, D::Error> {
        if let Some(text) = self.cache.get(document) {
            return Ok(text);
        }
        let text = Arc::new(Text::new(Arc::new(self.documents.shingles(document)?), self.frames));
        self.cache.insert(document, Arc::clone(&text));
        Ok(text)
    }

    /// The most similar of `found` and the duplicates of `member` among `candidates`, by the Jaccard similarity; of
    /// equal ones the earliest.
    pub(crate) fn best_of(
        &self,
        member: &Member,
        mut found: Found,
        candidates: &[Candidate],
    ) -> Result<Found, D::Error> {
        if candidates.is_empty() {
            return Ok(found);
        }
        let own = self.text(member.document)?;
        let mut own = Compared::new(&own, &self.similarity, member.order);
        for candidate in candidates {
            // An equal one is better only when it comes earlier.
            let least = found.as_ref().map_or(0.0, |&(order, ref best): &(u64, Duplicate)| {
                if candidate.order < order { best.jaccard } else { best.jaccard.next_up() }
            });
            if least > 1.0 {
                continue;
            }
            let Some(other) = own.with(&*self.text(candidate.document)?, least) else { continue };
            found = Some((candidate.order, Duplicate { of: candidate.document, ..other }));
        }
        Ok(found)
    }
}

/// A text that is compared with others.
enum Compared<'a> {
    Jaccard { shingles: &'a Shingles, threshold: f64 },
    Coverage { comparer: Comparer<'a>, page: u64 },
}

impl<'a> Compared<'a> {
    fn new(text: &'a Text, similarity: &Similarity, page: u64) -> Compared<'a> {
        match *similarity {
            Similarity::Jaccard { threshold } => Compared::Jaccard { shingles: &text.shingles, threshold },
            Similarity::Coverage(coverage) => {
                Compared::Coverage { comparer: Comparer::new(text.view(page), coverage), page }
            }
        }
    }

    /// The outcome for the text and another one, of the document 0, when the Jaccard similarity is at least `least`.
    fn with(&mut self, other: &Text, least: f64) -> Option<Duplicate> {
        match self {
            Compared::Jaccard { shingles, threshold } => {
                by_jaccard(shingles, &other.shingles, least.max(*threshold))
            }
            Compared::Coverage { comparer, page } => {
                comparer.with(&other.view(*page), least).map(by_coverage)
            }
        }
    }
}

impl Similarity {
    /// Why a text is a duplicate of another one, here document 0, when a decision on document `page` of the order is
    /// taken; `None` when it is none. Linear time.
    ///
    /// ```
    /// use gleaner_dedup::{Frames, Shingler, Similarity};
    ///
    /// let similarity = Similarity::default();
    /// let mut shingler = Shingler::new(similarity.shingle_options())?;
    /// let text = "The harbour was closed on Monday after a storm moved two of the cranes.";
    /// let (kept, copy) = (shingler.shingles(text), shingler.shingles(&format!("{text} Nobody was hurt.")));
    /// let duplicate = similarity.compare(&copy, &kept, &Frames::default(), 1).expect("one covers the other");
    /// assert_eq!((duplicate.containment, duplicate.gap), (1.0, Some(0)));
    /// # Ok::<(), gleaner_dedup::OptionsError>(())
    /// ```
    pub fn compare(
        &self,
        text: &Shingles,
        other: &Shingles,
        frames: &Frames,
        page: u64,
    ) -> Option<Duplicate> {
        let coverage = match *self {
            Similarity::Jaccard { threshold } => return by_jaccard(text, other, threshold),
            Similarity::Coverage(coverage) => coverage,
        };
        let lines = [text, other].map(|shingles| FrameLines::of(shingles, frames));
        let [text, other] =
            [(text, &lines[0]), (other, &lines[1])].map(|(shingles, lines)| View::new(shingles, lines, page));
        Comparer::new(text, coverage).with(&other, 0.0).map(by_coverage)
    }
}

fn by_coverage(Covered { jaccard, containment, gap }: Covered) -> Duplicate {
    Duplicate::near(0, jaccard, containment, Some(gap))
}

/// The outcome when the Jaccard similarity is at least `least`.
fn by_jaccard(left: &Shingles, right: &Shingles, least: f64) -> Option<Duplicate> {
    let (a, b) = (left.len(), right.len());
    let needed = Similarity::Jaccard { threshold: least }.least_shared(a, b)?;
    let shared = shared_at_least(left.as_slice(), right.as_slice(), needed)?;
    let jaccard = jaccard(shared, a, b);
    let duplicate = Duplicate::near(0, jaccard, containment(shared, a, b), None);
    (jaccard >= least).then_some(duplicate)
}

#[cfg(test)]
mod tests {
    use super::by_jaccard;
    use crate::shingles::Shingles;

    #[test]
    fn the_threshold_itself_is_reached() {
        let set = |from: u64, to: u64| Shingles::from_hashes((from..to).collect());
        for (shared, rest) in [(4, 1), (40, 10), (400, 100), (8, 2), (9, 3), (1, 0), (2, 1), (799, 201)] {
            let jaccard = shared as f64 / (shared + rest) as f64;
            let (left, right) = (set(0, shared), set(0, shared + rest));
            assert_eq!(by_jaccard(&left, &right, jaccard).map(|found| found.jaccard), Some(jaccard));
            assert_eq!(by_jaccard(&left, &right, jaccard.next_up()), None);
        }
        assert_eq!(by_jaccard(&set(0, 0), &set(0, 0), 0.01), None);
        assert_eq!(by_jaccard(&set(0, 5), &set(5, 9), 0.01), None);
    }
}
