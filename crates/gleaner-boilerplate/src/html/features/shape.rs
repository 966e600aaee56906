//! What kind of page it is: the same for all its blocks.

use crate::forest::Sink;
use crate::html::cues::Cue;
use crate::html::decide::First;
use crate::html::hints::Hint;
use crate::html::page::{Kind, Page};
use crate::html::stats::Stats;
use crate::html::tags::Tag;

/// Kinds whose share of the page's text says what it is made of.
const KINDS: usize = 8;
/// Cues whose elements are counted.
const COUNTED: [Cue; 6] = [Cue::Comment, Cue::Post, Cue::Product, Cue::Review, Cue::User, Cue::List];

/// Cues that the page as a whole may be named by.
const NAMED: [Cue; 6] = [Cue::Post, Cue::Product, Cue::Article, Cue::List, Cue::Tag, Cue::Document];

pub(super) struct Shape {
    values: Vec<f32>,
    hints: Vec<f32>,
    address: [f32; 4],
}

impl Shape {
    pub(super) fn new(page: &Page, stats: &[Stats], first: &First) -> Shape {
        let mut kinds = [0.0; KINDS];
        let (mut width, mut currencies, mut sentences) = (0.0f32, 0.0, 0.0);
        for ((block, stats), own) in page.blocks.iter().zip(stats).zip(&first.widths) {
            kinds[index(block.kind)] += own;
            width += own;
            currencies += stats.currencies as f32;
            sentences += stats.sentences as f32;
        }
        let total = width.max(1.0);
        let mut values: Vec<f32> = kinds.iter().map(|own| own / total).collect();
        let blocks = stats.len().max(1) as f32;
        values.extend([currencies / blocks, sentences / blocks, sentences * 100.0 / total]);
        let tagged = |tag: Tag| page.elements.iter().filter(|e| e.tag == tag).count() as f32;
        values.extend([Tag::Article, Tag::Form, Tag::Button, Tag::Table, Tag::P].map(tagged));
        let cued = |cue: Cue| page.elements.iter().filter(|e| e.cues.has(cue)).count() as f32;
        values.extend(COUNTED.map(cued));
        let named = |cue: Cue| f32::from(u8::from(page.hints.body.has(cue)));
        values.extend(NAMED.map(named));
        let hints = Hint::ALL.iter().map(|&hint| f32::from(u8::from(page.hints.has(hint)))).collect();
        let address = page.hints.address.map_or([-1.0; 4], |a| {
            [a.depth as f32, a.words as f32, a.digits as f32, f32::from(u8::from(a.query))]
        });
        Shape { values, hints, address }
    }

    pub(super) fn write(&self, sink: &mut impl Sink) {
        for (name, values) in [("shape", &self.values[..]), ("hint", &self.hints), ("address", &self.address)]
        {
            for (index, &value) in values.iter().enumerate() {
                sink.put(name, index, value);
            }
        }
    }
}

fn index(kind: Kind) -> usize {
    match kind {
        Kind::Paragraph => 0,
        Kind::Heading(_) => 1,
        Kind::ListItem => 2,
        Kind::TableCell => 3,
        Kind::TableRow => 4,
        Kind::Code | Kind::Quote => 5,
        Kind::Form => 6,
        Kind::Caption | Kind::Navigation => 7,
    }
}
