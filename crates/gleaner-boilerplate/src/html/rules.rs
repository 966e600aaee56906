//! Weighs what speaks for and against a block.
//!
//! All weights are in units of log odds: 2 means "seven times as likely". They were set by hand from the meaning of
//! the feature and checked on every labelled set at hand; none is keyed to a site or a language.

use super::cues::{Cue, Cues};
use super::page::{Kind, Page, TextBlock, context};
use super::stats::Stats;
use super::tags::Tag;

/// Evidence of this weight is a reason by itself.
const CLEAR: f32 = 1.0;

/// The sum of the evidence, and what weighed most on either side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Evidence {
    pub(crate) total: f32,
    pub(crate) against: (&'static str, f32),
    pub(crate) in_favour: (&'static str, f32),
}

impl Evidence {
    fn new() -> Evidence {
        Evidence { total: 0.0, against: ("low-score", 0.0), in_favour: ("text", 0.0) }
    }

    pub(crate) fn add(&mut self, reason: &'static str, weight: f32) {
        self.total += weight;
        if weight < self.against.1 {
            self.against = (reason, weight);
        }
        if weight > self.in_favour.1 {
            self.in_favour = (reason, weight);
        }
    }

    /// Evidence from the blocks around. It names the reason only where the block's own evidence is weak, because what
    /// a reader wants to know is why the blocks around were removed.
    pub(crate) fn add_from_around(&mut self, reason: &'static str, weight: f32) {
        let (against, in_favour) = (self.against, self.in_favour);
        self.add(reason, weight);
        if against.1 <= -CLEAR {
            self.against = against;
        }
        if in_favour.1 >= CLEAR {
            self.in_favour = in_favour;
        }
    }

    pub(crate) fn probability(&self) -> f32 {
        1.0 / (1.0 + (-self.total).exp())
    }
}

/// What surrounds a block, up to the element that decides.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Surroundings {
    pub(crate) cues: Cues,
    /// Bits of [`context`].
    pub(crate) context: u32,
}

impl Surroundings {
    fn inside(&self, tag: Tag) -> bool {
        self.context & context::bit(tag) != 0
    }
}

/// The surroundings of every element, leaving out elements that `is_wrapper` says hold too much of the page to hint
/// at anything.
pub(crate) fn surroundings(page: &Page, is_wrapper: impl Fn(usize) -> bool) -> Vec<Surroundings> {
    let mut all: Vec<Surroundings> = Vec::with_capacity(page.elements.len());
    for (at, element) in page.elements.iter().enumerate() {
        let mut own = all.get(element.parent as usize).copied().unwrap_or_default();
        if !is_wrapper(at) {
            own.cues = own.cues.and(element.cues);
            own.context |= context::bit(element.tag);
        }
        all.push(own);
    }
    all
}

/// The evidence of a block's own text and of what surrounds it.
pub(crate) fn own_evidence(
    block: &TextBlock,
    stats: &Stats,
    around: &Surroundings,
    comments: f32,
) -> Evidence {
    let mut evidence = Evidence::new();
    // Most blocks of most pages are boilerplate.
    evidence.add("low-score", -0.7);
    text_evidence(block, stats, &mut evidence);
    kind_evidence(block, &mut evidence);
    element_evidence(block, around, &mut evidence);
    cue_evidence(block, around, comments, &mut evidence);
    evidence
}

/// Share of a block's text that is links.
pub(crate) fn link_density(block: &TextBlock, stats: &Stats) -> f32 {
    block.link_bytes as f32 / stats.bytes.max(1) as f32
}

fn text_evidence(block: &TextBlock, stats: &Stats, evidence: &mut Evidence) {
    if stats.words == 0 {
        evidence.add("no-words", -6.0);
    }
    // About as many blocks below 60 characters are boilerplate as are content above.
    let length = 0.8 * (stats.width().clamp(4.0, 1000.0) / 60.0).ln();
    evidence.add(if length < 0.0 { "short" } else { "long-text" }, length);
    evidence.add("link-density", -3.5 * link_density(block, stats));
    if stats.ends_sentence {
        evidence.add("sentence", 0.9);
    }
    evidence.add("sentence", 0.3 * (stats.sentences.min(4) as f32));
    evidence.add("sentence", 0.15 * (stats.commas.min(4) as f32));
    evidence.add("dividers", -0.5 * (stats.dividers.min(4) as f32));
    if stats.letters > 0 && stats.words > 2 && stats.capitals * 2 > stats.letters {
        evidence.add("capitals", -0.8);
    }
    if stats.digits * 4 > stats.chars && stats.width() < 80.0 {
        evidence.add("numbers", -0.7);
    }
    if stats.letters * 2 < stats.chars {
        evidence.add("few-letters", -0.5);
    }
}

fn kind_evidence(block: &TextBlock, evidence: &mut Evidence) {
    match block.kind {
        Kind::Heading(_) => evidence.add("heading", 0.6),
        Kind::Code => evidence.add("code", 1.5),
        Kind::Quote => evidence.add("quote", 0.5),
        Kind::ListItem => evidence.add("list", -0.3),
        Kind::TableCell => evidence.add("table", -0.3),
        Kind::TableRow => evidence.add("table", 0.3),
        Kind::Caption => evidence.add("caption", -0.5),
        Kind::Form => evidence.add("form", -2.0),
        Kind::Navigation => evidence.add("navigation", -1.0),
        Kind::Paragraph => {}
    }
}

fn element_evidence(block: &TextBlock, around: &Surroundings, evidence: &mut Evidence) {
    if block.hidden {
        evidence.add("hidden", -2.5);
    }
    for (tag, reason, weight) in [
        (Tag::Nav, "navigation", -2.5),
        (Tag::Footer, "footer", -2.0),
        (Tag::Aside, "aside", -1.5),
        (Tag::Header, "header", -0.8),
        (Tag::Form, "form", -1.2),
        (Tag::Button, "button", -2.0),
        (Tag::Dialog, "overlay", -2.0),
        (Tag::Address, "by-line", -0.8),
        (Tag::Article, "article", 0.5),
        (Tag::Main, "article", 0.3),
        (Tag::P, "paragraph", 0.7),
    ] {
        if around.inside(tag) {
            evidence.add(reason, weight);
        }
    }
}

fn cue_evidence(block: &TextBlock, around: &Surroundings, comments: f32, evidence: &mut Evidence) {
    let cues = around.cues.and(block.inline_cues);
    for (cue, reason, weight) in [
        (Cue::Navigation, "navigation", -1.6),
        (Cue::Footer, "footer", -1.6),
        (Cue::Header, "header", -0.5),
        (Cue::Side, "sidebar", -1.2),
        (Cue::Related, "related", -1.6),
        (Cue::Share, "share", -1.6),
        (Cue::Ad, "advertisement", -1.3),
        (Cue::Meta, "by-line", -0.6),
        (Cue::Tag, "tags", -0.8),
        (Cue::Form, "form", -1.3),
        (Cue::Overlay, "overlay", -1.6),
        (Cue::Caption, "caption", -0.4),
        (Cue::Hidden, "hidden", -0.8),
        (Cue::Pager, "pager", -1.3),
        (Cue::User, "by-line", -0.5),
        (Cue::Action, "button", -0.5),
        (Cue::List, "list", -0.3),
        (Cue::Article, "article", 0.4),
        (Cue::Content, "article", 0.2),
        (Cue::Body, "article", 0.6),
        (Cue::Document, "article", 0.3),
        (Cue::Summary, "article", 0.2),
    ] {
        if cues.has(cue) {
            evidence.add(reason, weight);
        }
    }
    if cues.has(Cue::Comment) {
        evidence.add("comments", comments);
    }
}
