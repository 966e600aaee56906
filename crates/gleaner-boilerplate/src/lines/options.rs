//! What a caller chooses.

use std::fmt;

/// How sure the cleaner must be to remove a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cleaning {
    /// The default: a line with a cue goes, and what a rule or the model takes for boilerplate.
    #[default]
    Balanced,
    /// A line goes only when the model agrees that it is boilerplate: nearly surely with the support of a rule, and surely
    /// without. Of what the template of a site speaks against, only lines that recur themselves, nearly surely. With the
    /// rule `line-model` disabled: only what a cue, a repeat or markup supports. Repairs are the same in
    /// both, but for one: marks of Hebrew, Arabic and the scripts of India and South-East Asia stay in the form they have.
    Conservative,
}

/// What the text of a page is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PageText {
    /// The default: the page as plain text, or what somebody left of it. What recurs on the site goes, and what stands in
    /// lists among it.
    #[default]
    Plain,
    /// What was extracted of the page by its markup: only lines go that recur themselves, and that surely.
    Extracted,
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
