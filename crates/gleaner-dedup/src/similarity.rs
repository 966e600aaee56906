//! What makes two texts duplicates of one another.

use crate::banding::Banding;
use crate::error::{OptionsError, OptionsErrorKind};
use crate::shingles::ShingleOptions;
use gleaner_text::Digits;

/// Which pairs of texts are duplicates.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Similarity {
    /// How much they have in common: the Jaccard similarity of their shingles.
    Jaccard {
        /// The least similarity of duplicates, in `(0, 1]`.
        threshold: f64,
    },
    /// Where they differ: one of the two says little that the other does not.
    Coverage(Coverage),
}

/// Duplicates by where two texts differ.
///
/// Pages made from one template have nine tenths of their words in common and differ in a block that each has for
/// itself. A copy that was cut short, got an advertisement in its middle or stands in another site's frame differs in as
/// many words, but on one side only: one of the two texts is covered by the other. So it is asked of a pair, both
/// without the lines that are frames of sites ([`Frames`](crate::Frames)):
///
/// 1. Is enough of the smaller in the larger: `containment` and `length_ratio`?
/// 2. Do they begin alike: do at most `gap` words stand before what is shared, in both? Not asked from `jaccard` on.
/// 3. Is one of the two covered: is no run of its words that the other has not longer than `gap`, and are all runs of
///    two and more together at most `gap` words, or `gap_share` of its words?
///
/// A word is covered when it is in a shingle that both texts have. A text that consists of frames alone has nothing to be
/// compared by: only its exact copies go.
///
/// A text that another quotes in full is a duplicate when they begin alike; two that have the same paragraphs in
/// another order are duplicates when they begin alike or have nearly all shingles in common; pages of one template are
/// none unless they differ in a few words only.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coverage {
    /// Least share of the smaller set of shingles that is in the larger one, in `(0, 1]`.
    ///
    /// ### Default
    /// 0.7.
    pub containment: f64,
    /// Least size of the smaller set of shingles in terms of the larger one, in `[0, 1]`.
    ///
    /// ### Default
    /// 0.3.
    pub length_ratio: f64,
    /// Jaccard similarity from which on it does not matter how the texts begin.
    ///
    /// ### Default
    /// 0.8.
    pub jaccard: f64,
    /// Longest run of words that the covered text has for itself.
    ///
    /// ### Default
    /// 8.
    pub gap: u32,
    /// Share of the words of the covered text that may stand in such runs of two and more, where it is more than `gap`.
    ///
    /// ### Default
    /// 0.03.
    pub gap_share: f64,
}

impl Default for Coverage {
    fn default() -> Coverage {
        Coverage { containment: 0.7, length_ratio: 0.3, jaccard: 0.8, gap: 8, gap_share: 0.03 }
    }
}

impl Coverage {
    /// The similarity of texts of which it does not matter how they begin; that of nearly none when it never does.
    pub(crate) fn alike(&self) -> Similarity {
        Similarity::Jaccard { threshold: self.jaccard.max(f64::MIN_POSITIVE) }
    }
}

impl Default for Similarity {
    /// By coverage, with its defaults.
    fn default() -> Similarity {
        Similarity::Coverage(Coverage::default())
    }
}

impl Similarity {
    /// How texts become shingles for this: runs of five tokens; for coverage with masked numbers and in order.
    pub fn shingle_options(&self) -> ShingleOptions {
        match self {
            Similarity::Jaccard { .. } => {
                ShingleOptions { digits: Digits::Keep, in_order: false, ..ShingleOptions::default() }
            }
            Similarity::Coverage(_) => ShingleOptions::default(),
        }
    }

    /// The value that a duplicate reaches: of the Jaccard similarity, or of containment.
    pub fn threshold(&self) -> f64 {
        match self {
            Similarity::Jaccard { threshold } => *threshold,
            Similarity::Coverage(coverage) => coverage.containment,
        }
    }

    /// The same with another threshold.
    #[must_use]
    pub fn with_threshold(self, threshold: f64) -> Similarity {
        match self {
            Similarity::Jaccard { .. } => Similarity::Jaccard { threshold },
            Similarity::Coverage(coverage) => {
                Similarity::Coverage(Coverage { containment: threshold, ..coverage })
            }
        }
    }

    /// The bands and rows by which a signature of `num_perm` positions finds duplicates: those of
    /// [`Banding::for_threshold`] for the Jaccard similarity of a duplicate, or of one that has its twin's length.
    ///
    /// ```
    /// use gleaner_dedup::{Banding, Similarity};
    ///
    /// assert_eq!(Similarity::Jaccard { threshold: 0.8 }.banding(128), Banding { bands: 16, rows: 8 });
    /// assert_eq!(Similarity::default().banding(128), Banding { bands: 42, rows: 3 });
    /// ```
    pub fn banding(&self, num_perm: usize) -> Banding {
        let jaccard = match self {
            Similarity::Jaccard { threshold } => *threshold,
            // Of two sets of one size with this containment.
            Similarity::Coverage(Coverage { containment, .. }) => containment / (2.0 - containment),
        };
        Banding::for_threshold(jaccard, num_perm)
    }

    /// Whether this can work.
    ///
    /// # Errors
    ///
    /// When a threshold is not in `(0, 1]`, or another share of [`Coverage`] not in `[0, 1]`.
    pub fn check(&self) -> Result<(), OptionsError> {
        let threshold = self.threshold();
        let refuse = |value: f64| Err(OptionsError::new(OptionsErrorKind::Threshold(value)));
        if !(threshold > 0.0 && threshold <= 1.0) {
            return refuse(threshold);
        }
        let Similarity::Coverage(Coverage { length_ratio, jaccard, gap_share, .. }) = *self else {
            return Ok(());
        };
        let wrong = [length_ratio, jaccard, gap_share].into_iter().find(|share| !(0.0..=1.0).contains(share));
        wrong.map_or(Ok(()), refuse)
    }

    /// The least number of shared shingles of duplicates with sets of these sizes; `None` when they cannot be any.
    pub(crate) fn least_shared(&self, left: usize, right: usize) -> Option<usize> {
        let (small, large) = (left.min(right), left.max(right));
        let needed = match *self {
            // shared / (left + right - shared) >= threshold
            Similarity::Jaccard { threshold } => least(threshold * (left + right) as f64 / (1.0 + threshold)),
            Similarity::Coverage(Coverage { length_ratio, .. })
                if (small as f64) < length_ratio * large as f64 =>
            {
                return None;
            }
            Similarity::Coverage(Coverage { containment, .. }) => least(containment * small as f64),
        };
        // A threshold that is none is reached by nobody.
        let usable = self.threshold() > 0.0;
        (usable && needed.max(1) <= small).then_some(needed.max(1))
    }

    /// The least number of shingles that a document of `size` shares with any duplicate.
    pub(crate) fn least_shared_with_any(&self, size: usize) -> usize {
        let share = match *self {
            Similarity::Jaccard { threshold } => threshold,
            Similarity::Coverage(Coverage { containment, length_ratio, .. }) => containment * length_ratio,
        };
        if self.check().is_err() { usize::MAX } else { least(share * size as f64).max(1) }
    }
}

/// Rounded up, but for what rounding may have added.
fn least(value: f64) -> usize {
    (value * (1.0 - 1e-12)).ceil() as usize
}

#[cfg(test)]
mod tests {
    use super::{Coverage, Similarity};

    #[test]
    fn needed() {
        let jaccard = Similarity::Jaccard { threshold: 0.8 };
        assert_eq!(jaccard.least_shared(100, 100), Some(89));
        assert_eq!(jaccard.least_shared(8, 10), Some(8));
        assert_eq!(jaccard.least_shared(7, 10), None);
        assert_eq!(jaccard.least_shared_with_any(100), 80);
        let coverage = Similarity::default();
        assert_eq!(coverage.least_shared(100, 100), Some(70));
        assert_eq!(coverage.least_shared(30, 100), Some(21));
        assert_eq!(coverage.least_shared(29, 100), None);
        assert_eq!(coverage.least_shared_with_any(100), 21);
        for none in [0.0, -1.0, f64::NAN, 1.5] {
            assert!(jaccard.with_threshold(none).check().is_err());
            assert_eq!(jaccard.with_threshold(none).least_shared(10, 10), None, "{none}");
            assert!(
                Similarity::Coverage(Coverage { containment: none, ..Coverage::default() }).check().is_err()
            );
        }
    }
}
