//! What a caller chooses.

use std::fmt;

/// How much may be removed without the support of a cue or a repeat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cleaning {
    /// The default: also the shape of lines and where they stand may decide.
    #[default]
    Balanced,
    /// Removes only what a cue, a repeat or markup supports.
    Conservative,
}

/// What a line cleaner does.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LineOptions {
    /// Default balanced.
    pub cleaning: Cleaning,
    /// Names of rules not to apply. Default none.
    pub disable: Vec<String>,
    /// Names of the only rules to apply; empty: all. Default empty.
    pub only: Vec<String>,
}

/// A rule name that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRule(pub String);

impl fmt::Display for UnknownRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no line rule named {:?}", self.0)
    }
}

impl std::error::Error for UnknownRule {}
