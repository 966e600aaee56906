//! What can be wrong with options.

use std::error::Error;
use std::fmt;

/// Options that cannot work; the message names them and what they may be.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionsError {
    kind: OptionsErrorKind,
}

/// What is wrong with options.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum OptionsErrorKind {
    /// A size is under its least value.
    TooSmall {
        /// The name of the option.
        option: &'static str,
        /// The least value.
        least: usize,
    },
    /// `bands` times `rows` is more than the positions of the signature.
    BandsExceedSignature {
        /// Number of bands.
        bands: usize,
        /// Signature positions in a band.
        rows: usize,
        /// Positions of the signature.
        num_perm: usize,
    },
    /// More signature positions than the largest that are supported.
    SignatureTooLong {
        /// Positions asked for.
        num_perm: usize,
        /// The largest number of positions.
        limit: usize,
    },
    /// A threshold outside `(0, 1]`.
    Threshold(f64),
}

impl OptionsError {
    pub(crate) fn new(kind: OptionsErrorKind) -> OptionsError {
        OptionsError { kind }
    }

    /// What is wrong.
    pub fn kind(&self) -> &OptionsErrorKind {
        &self.kind
    }
}

impl fmt::Display for OptionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            OptionsErrorKind::TooSmall { option, least } => write!(f, "{option} must be at least {least}"),
            OptionsErrorKind::BandsExceedSignature { bands, rows, num_perm } => write!(
                f,
                "{bands} bands of {rows} rows need {} signature positions, but there are {num_perm}: \
                 take fewer bands or rows, or a larger num_perm",
                bands.saturating_mul(*rows)
            ),
            OptionsErrorKind::SignatureTooLong { num_perm, limit } => {
                write!(f, "num_perm is {num_perm}, the largest supported is {limit}")
            }
            OptionsErrorKind::Threshold(value) => {
                write!(f, "the threshold is {value}, it must be above 0 and at most 1")
            }
        }
    }
}

impl Error for OptionsError {}
