//! What the text is as a whole: the same for all its lines.

use super::super::page::Page;
use super::own::Own;
use super::{bit, share};
use crate::forest::Sink;

const VALUES: usize = 8;

#[derive(Debug)]
pub(super) struct Text([f32; VALUES]);

impl Text {
    pub(super) fn new(page: &Page<'_>, own: &[Own]) -> Text {
        let count = own.len() as f32;
        let sum = |value: fn(&Own) -> f32| own.iter().map(value).sum::<f32>();
        let weight = sum(|own| own.weight);
        let prose = sum(|own| bit(own.prose));
        let prose_weight = sum(|own| if own.prose { own.weight } else { 0.0 });
        let blank = page.lines.iter().filter(|line| line.blank).count() as f32;
        Text([
            count,
            weight,
            share(prose_weight, weight),
            share(prose_weight, prose),
            share(weight - prose_weight, count - prose),
            share(blank, page.lines.len() as f32),
            sum(|own| bit(own.cue)),
            share(sum(|own| own.capitals), count),
        ])
    }

    pub(super) fn write(&self, sink: &mut impl Sink) {
        sink.put_all("text", 0, self.0);
    }
}
