//! How cost grows with size.

/// `cost = factor * size^exponent`, by least squares of the logarithms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// 1 is linear growth.
    pub exponent: f64,
    /// Standard error of the exponent; 0 of two points.
    pub error: f64,
    /// Cost of size 1.
    pub factor: f64,
}

impl Fit {
    /// The fit to pairs of size and cost, several of one size allowed. `None` where fewer than two sizes are given, or a
    /// number is not positive.
    pub fn of(points: &[(f64, f64)]) -> Option<Fit> {
        if points.iter().any(|(size, cost)| !(*size > 0.0 && *cost > 0.0)) {
            return None;
        }
        let logs: Vec<(f64, f64)> = points.iter().map(|(size, cost)| (size.ln(), cost.ln())).collect();
        let n = logs.len() as f64;
        let mean_x = logs.iter().map(|(x, _)| x).sum::<f64>() / n;
        let mean_y = logs.iter().map(|(_, y)| y).sum::<f64>() / n;
        let spread: f64 = logs.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
        if spread.is_nan() || spread <= 1e-9 {
            return None;
        }
        let exponent = logs.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum::<f64>() / spread;
        let rest = |(x, y): &(f64, f64)| (y - mean_y - exponent * (x - mean_x)).powi(2);
        let freedom = (n - 2.0).max(1.0);
        let error = (logs.iter().map(rest).sum::<f64>() / freedom / spread).sqrt();
        Some(Fit { exponent, error, factor: (mean_y - exponent * mean_x).exp() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_is_found_and_noise_is_stated() {
        let exact = Fit::of(&[(1e4, 2.0), (1e5, 20.0), (1e6, 200.0)]).unwrap();
        assert!((exact.exponent - 1.0).abs() < 1e-9 && exact.error < 1e-9);
        assert!((exact.factor - 2e-4).abs() < 1e-12);
        let noisy = Fit::of(&[(1e4, 1.0), (1e4, 1.2), (1e5, 11.0), (1e5, 10.0)]).unwrap();
        assert!((noisy.exponent - 0.98).abs() < 0.02 && (0.01..0.1).contains(&noisy.error), "{noisy:?}");
    }

    #[test]
    fn one_size_has_no_slope() {
        assert_eq!(Fit::of(&[(1e4, 1.0), (1e4, 2.0)]), None);
        assert_eq!(Fit::of(&[]), None);
        assert_eq!(Fit::of(&[(1e4, 1.0), (1e5, 0.0)]), None);
    }
}
