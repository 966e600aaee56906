//! Which element holds the main content, as Readability asks, answered by expected F1 instead of fixed scores.

use super::page::{NONE, Page};

/// Sums over an element and all that is in it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mass {
    /// Width of its text.
    pub(crate) width: f32,
    /// Width times the probability of being content.
    pub(crate) expected: f32,
}

/// The mass of every element, and of the page.
pub(crate) fn masses(page: &Page, widths: &[f32], probabilities: &[f32]) -> (Vec<Mass>, Mass) {
    let mut masses = vec![Mass::default(); page.elements.len()];
    let mut whole = Mass::default();
    for (block, (&width, &p)) in page.blocks.iter().zip(widths.iter().zip(probabilities)) {
        let own = Mass { width, expected: width * p };
        whole.add(own);
        if let Some(mass) = masses.get_mut(block.element as usize) {
            mass.add(own);
        }
    }
    for at in (0..masses.len()).rev() {
        let mass = masses[at];
        if let Some(parent) = masses.get_mut(page.elements[at].parent as usize) {
            parent.add(mass);
        }
    }
    (masses, whole)
}

/// The element that would give the best F1 if all its text and no other were kept; the innermost of equals.
pub(crate) fn best(masses: &[Mass], whole: Mass) -> u32 {
    let mut best = (NONE, whole.f1(whole));
    for (at, mass) in masses.iter().enumerate() {
        let score = mass.f1(whole);
        if score >= best.1 {
            best = (at as u32, score);
        }
    }
    best.0
}

impl Mass {
    /// The F1 to be expected if all of it and nothing else of the page were kept.
    pub(crate) fn f1(&self, whole: Mass) -> f32 {
        2.0 * self.expected / (self.width + whole.expected).max(f32::MIN_POSITIVE)
    }

    /// Probability of its text to be content; less than 0 if it has none.
    pub(crate) fn mean(&self) -> f32 {
        if self.width > 0.0 { self.expected / self.width } else { -0.1 }
    }

    pub(crate) fn add(&mut self, other: Mass) {
        self.width += other.width;
        self.expected += other.expected;
    }
}
