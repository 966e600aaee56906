//! Tails of the binomial distribution, and the interval that rests on them. Only sums, products and quotients, so that
//! the values are the same on every machine.

/// Probability that of `trials`, each a success with probability `p` in `(0, 1)`, at most `most` succeed.
///
/// Weights relative to that of the likeliest number, so nothing under- or overflows. Linear in `trials`.
pub(super) fn at_most(most: u64, trials: u64, p: f64) -> f64 {
    if most >= trials {
        return 1.0;
    }
    let odds = p / (1.0 - p);
    let mode = (((trials + 1) as f64 * p) as u64).min(trials);
    let (mut below, mut all) = (0.0, 0.0);
    let mut add = |successes: u64, weight: f64| {
        all += weight;
        below += if successes <= most { weight } else { 0.0 };
    };
    let mut weight = 1.0;
    for successes in (0..=mode).rev() {
        add(successes, weight);
        weight *= successes as f64 / ((trials - successes + 1) as f64 * odds);
    }
    let mut weight = 1.0;
    for successes in mode..trials {
        weight *= (trials - successes) as f64 * odds / (successes + 1) as f64;
        add(successes + 1, weight);
    }
    below / all
}

/// For each number of trials below `bound` the largest number that as many successes, each of probability `p`, stay under
/// with a probability of at most `risk`.
pub(super) fn least_successes(bound: u64, p: f64, risk: f64) -> Vec<u32> {
    let mut least = 0;
    let of = |trials: u64| {
        if p >= 1.0 {
            return trials as u32;
        }
        while u64::from(least) < trials && at_most(u64::from(least), trials, p) <= risk {
            least += 1;
        }
        least
    };
    (0..bound).map(of).collect()
}

/// The 95% interval of Clopper and Pearson (1934) for the share of successes, when `failures` of `trials` failed: it
/// holds the truth in at least 95% of samples, whatever the truth. Intervals that do so on average (Wilson) fall far
/// short of it where next to nothing fails, and that is where recall lies.
pub(super) fn interval(failures: u64, trials: u64) -> (f64, f64) {
    const OUTSIDE: f64 = 0.025;
    if trials == 0 {
        return (0.0, 1.0);
    }
    let low = if failures == trials { 0.0 } else { 1.0 - share_with(failures, trials, OUTSIDE) };
    let high = failures.checked_sub(1).map_or(1.0, |fewer| 1.0 - share_with(fewer, trials, 1.0 - OUTSIDE));
    (low, high)
}

/// The share of failures with which at most `failures` of `trials` fail with this probability.
fn share_with(failures: u64, trials: u64, probability: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..48 {
        let middle = (low + high) / 2.0;
        if at_most(failures, trials, middle) > probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use super::{at_most, interval, least_successes};

    /// Figures of R's `pbinom` and `binom.test`.
    #[test]
    fn known_values() {
        let cases = [(0, 10, 0.1, 0.348_678_440_1), (2, 10, 0.5, 0.054_687_5), (9, 10, 0.9, 0.651_321_559_9)];
        for (most, trials, p, expected) in cases {
            assert!((at_most(most, trials, p) - expected).abs() < 1e-9, "{most} of {trials}");
        }
        assert!((at_most(5_000, 10_000, 0.5) - 0.503_989).abs() < 1e-5);
        let cases = [
            (0, 10, 0.691_502_9, 1.0),
            (1, 10, 0.554_983_9, 0.997_471_4),
            (5, 10, 0.187_086, 0.812_914),
            (10, 10, 0.0, 0.308_497_1),
            (0, 0, 0.0, 1.0),
        ];
        for (failures, trials, low, high) in cases {
            let found = interval(failures, trials);
            assert!((found.0 - low).abs() < 1e-6 && (found.1 - high).abs() < 1e-6, "{failures}: {found:?}");
        }
        assert!(interval(0, 4_000).0 < 1.0 && interval(3, 4_000).1 < 1.0);
    }

    /// Summed over all outcomes, the interval holds the truth with the probability it claims.
    #[test]
    fn the_interval_keeps_its_word() {
        for trials in [1_u64, 30, 200, 800] {
            for share in [0.5, 0.02, 0.01, 0.002, 0.000_2] {
                let mut held = 0.0;
                for failures in 0..=trials {
                    let fewer = failures.checked_sub(1).map_or(0.0, |fewer| at_most(fewer, trials, share));
                    let (low, high) = interval(failures, trials);
                    if low <= 1.0 - share && 1.0 - share <= high {
                        held += at_most(failures, trials, share) - fewer;
                    }
                }
                assert!(held >= 0.95 - 1e-9, "{held} with {share} of {trials}");
            }
        }
    }

    #[test]
    fn the_least_number_of_successes_is_hardly_missed() {
        let least = least_successes(300, 0.8, 1e-6);
        assert_eq!(least[..3], [0, 0, 0]);
        for trials in [20, 100, 299] {
            let least = u64::from(least[trials]);
            assert!(
                at_most(least - 1, trials as u64, 0.8) <= 1e-6 && at_most(least, trials as u64, 0.8) > 1e-6
            );
        }
        assert_eq!(least_successes(4, 1.0, 1e-6), [0, 1, 2, 3]);
    }
}
