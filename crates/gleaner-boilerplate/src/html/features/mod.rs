//! What is known of each block, as numbers.

mod around;
mod context;
mod elements;
mod groups;
mod sections;
mod shape;

pub(crate) use context::{Context, REACH};

use super::decide::First;
use super::described;
use super::page::{Kind, Page, TextBlock};
use super::stats::Stats;
use crate::forest::Sink;

/// The features of all blocks of a page.
pub(crate) struct Features<'p> {
    page: &'p Page,
    stats: &'p [Stats],
    first: &'p First,
    elements: elements::Elements,
    near: groups::Groups,
    path: groups::Groups,
    repeats: Vec<[f32; 2]>,
    sections: sections::Sections,
    shape: shape::Shape,
    /// Runs of words of what describes the page.
    described: [ahash::AHashSet<u64>; 2],
    titles: around::Titles,
    windows: around::Windows,
    /// Width of all text, at least 1.
    total: f32,
    /// Width before each block, and of the whole page.
    before: Vec<f32>,
}

impl<'p> Features<'p> {
    pub(crate) fn new(page: &'p Page, stats: &'p [Stats], first: &'p First) -> Features<'p> {
        let mut before = Vec::with_capacity(stats.len() + 1);
        let mut total = 0.0;
        for width in &first.widths {
            before.push(total);
            total += width;
        }
        before.push(total);
        let elements = elements::Elements::new(page, stats, first);
        let total = total.max(1.0);
        Features {
            near: groups::Groups::new(page, first, total, &groups::near_keys(page)),
            path: groups::Groups::new(page, first, total, &groups::path_keys(page)),
            repeats: groups::repeats(page),
            sections: sections::Sections::new(page, stats, first),
            shape: shape::Shape::new(page, stats, first),
            described: page.described.runs(),
            titles: around::Titles::new(page, stats),
            windows: around::Windows::new(first, stats),
            page,
            stats,
            first,
            elements,
            total,
            before,
        }
    }

    /// Writes the features of block `at`.
    pub(crate) fn write(&self, at: usize, sink: &mut impl Sink) {
        let (block, stats) = (&self.page.blocks[at], &self.stats[at]);
        text(block, stats, sink);
        self.position(at, sink);
        self.titles.write(at, sink);
        self.elements.write(self.page, block, self.total, sink);
        self.near.write("near", at, sink);
        self.path.write("path", at, sink);
        self.rules(at, sink);
        around::neighbours(self.page, self.stats, self.first, &self.near, at, sink);
        self.windows.write(at, sink);
        self.sections.write(at, self.first, self.page, sink);
        self.shape.write(sink);
        self.described(at, sink);
    }

    fn position(&self, at: usize, sink: &mut impl Sink) {
        let blocks = self.page.blocks.len() as f32;
        sink.put("index", 0, at as f32);
        sink.put("position", 0, at as f32 / blocks);
        sink.put("text-before", 0, self.before[at] / self.total);
        sink.put("text-after", 0, 1.0 - self.before[at + 1] / self.total);
        sink.put("blocks", 0, blocks);
        sink.put("text", 0, self.total);
        sink.put("repeats", 0, self.repeats[at][0]);
        sink.put("repeats", 1, self.repeats[at][1]);
    }

    fn described(&self, at: usize, sink: &mut impl Sink) {
        let text = self.page.text_of(&self.page.blocks[at]);
        let shares = described::shares(text, &self.described);
        for (index, (share, runs)) in shares.into_iter().zip(&self.described).enumerate() {
            sink.put("described", 2 * index, if runs.is_empty() { -1.0 } else { share });
            sink.put("described", 2 * index + 1, runs.len() as f32);
        }
    }

    fn rules(&self, at: usize, sink: &mut impl Sink) {
        let evidence = &self.first.evidence[at];
        sink.put("evidence", 0, evidence.total);
        sink.put("comments-weighed", 0, self.first.comments);
    }
}

fn text(block: &TextBlock, stats: &Stats, sink: &mut impl Sink) {
    let words = stats.words.max(1) as f32;
    let chars = stats.chars.max(1) as f32;
    sink.put("width", 0, stats.width());
    sink.put("words", 0, words);
    sink.put("word-length", 0, chars / words);
    sink.put("sentences", 0, stats.sentences as f32);
    sink.put("ends-sentence", 0, f32::from(u8::from(stats.ends_sentence)));
    sink.put("commas", 0, stats.commas as f32 / words);
    sink.put("punctuation", 0, stats.punctuation as f32 / chars);
    sink.put("digits", 0, stats.digits as f32 / chars);
    sink.put("capitals", 0, stats.capitals as f32 / stats.letters.max(1) as f32);
    sink.put("capitalised", 0, stats.capitalised as f32 / words);
    sink.put("letters", 0, stats.letters as f32 / chars);
    sink.put("solo", 0, stats.solo as f32 / chars);
    sink.put("dividers", 0, stats.dividers as f32);
    sink.put("currencies", 0, stats.currencies as f32);
    sink.put("years", 0, stats.years as f32);
    sink.put("times", 0, stats.times as f32);
    sink.put("link-density", 0, crate::html::rules::link_density(block, stats));
    sink.put("links", 0, block.links as f32);
    sink.put("links-per-word", 0, block.links as f32 / words);
    sink.put("inline-tags", 0, block.inline_tags as f32);
    sink.put("images", 0, block.images as f32);
    sink.put("breaks", 0, block.breaks as f32);
    sink.put("hidden", 0, f32::from(u8::from(block.hidden)));
    sink.put("kind", 0, kind(block.kind));
}

/// A kind as a number; kinds that are alike are close to each other.
pub(crate) fn kind(kind: Kind) -> f32 {
    match kind {
        Kind::Heading(level) => f32::from(level),
        Kind::Paragraph => 10.0,
        Kind::Quote => 11.0,
        Kind::Code => 12.0,
        Kind::TableRow => 13.0,
        Kind::TableCell => 14.0,
        Kind::ListItem => 15.0,
        Kind::Caption => 16.0,
        Kind::Form => 17.0,
        Kind::Navigation => 18.0,
    }
}
