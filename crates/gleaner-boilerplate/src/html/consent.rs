//! Dialogues that ask for consent to cookies. Their long, well-written sentences look like prose to any model, and they
//! are never what a page is about: what stands in one is removed by rule.

use super::container;
use super::cues::Cue;
use super::page::Page;

/// The reason a block is removed for.
pub(crate) const REASON: &str = "consent";
/// An element that holds more of the page's text than this is the page, whatever its name says: pages are marked with
/// the state of their dialogue.
const MOST: f32 = 0.8;

/// Whether each block stands in such a dialogue. `widths` are those of all blocks.
pub(crate) fn blocks(page: &Page, widths: &[f32]) -> Vec<bool> {
    if !page.elements.iter().any(|element| element.cues.has(Cue::Consent)) {
        return vec![false; page.blocks.len()];
    }
    let (masses, whole) = container::masses(page, widths, widths);
    let asks = |at: usize| page.elements[at].cues.has(Cue::Consent);
    let inside = page.within(|at| asks(at) && masses[at].width <= MOST * whole.width);
    page.blocks.iter().map(|block| inside.get(block.element as usize).copied().unwrap_or(false)).collect()
}
