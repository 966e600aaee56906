//! What a cleaner returns.

use std::ops::Range;

use crate::sites::Recurrence;

/// What happened to a range of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Whole lines are gone.
    Removed,
    /// A part of a line was replaced by [`Span::replacement`], which is mostly empty.
    Repaired,
}

/// A range of the text before cleaning that was removed or repaired.
///
/// Removed lines that follow each other for the same reason with the same score are one span. Blank lines that go
/// with removed lines belong to their spans.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Span {
    /// Bytes of the text before cleaning.
    pub range: Range<usize>,
    /// Removed or repaired.
    pub action: Action,
    /// What stands in the range's place; empty for everything removed.
    pub replacement: String,
    /// The rule's name.
    pub reason: &'static str,
    /// How certain, between 0 (keep) and 1 (remove).
    pub score: f32,
    /// On how many pages of its site the line is, or the one it stands by, where the reason rests on that.
    pub recurrence: Option<Recurrence>,
}

/// A text after cleaning.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct CleanText {
    /// What remains; empty when every line went, and the spans say why.
    pub text: String,
    /// What was removed or repaired, ascending, disjoint.
    pub spans: Vec<Span>,
}

impl CleanText {
    /// The cleaned text, made from the text before cleaning and the spans alone.
    ///
    /// Equals [`CleanText::text`] when `before` is the text that was cleaned. A span whose range does not fit `before`
    /// is passed over.
    pub fn rebuild(&self, before: &str) -> String {
        let mut out = String::with_capacity(before.len());
        let mut at = 0;
        for span in &self.spans {
            out.push_str(before.get(at..span.range.start).unwrap_or_default());
            out.push_str(&span.replacement);
            at = span.range.end.max(at);
        }
        out.push_str(before.get(at..).unwrap_or_default());
        out
    }
}
