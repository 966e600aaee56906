//! What stands before and behind a line.

use super::super::page::Page;
use super::bit;
use super::own::Own;
use crate::forest::Sink;

/// What is asked of each line around.
const FACTS: usize = 8;
/// Lines on either side that are looked at one by one.
const NEAR: usize = 2;
/// Lines on either side whose mean is taken.
const WINDOWS: [usize; 2] = [5, 15];

type Facts = [f32; FACTS];

#[derive(Debug)]
pub(super) struct Around {
    facts: Vec<Facts>,
    /// Sums of the facts of all rows before each.
    sums: Vec<[f64; FACTS]>,
}

impl Around {
    pub(super) fn new(page: &Page<'_>, rows: &[usize], own: &[Own]) -> Around {
        let facts: Vec<Facts> = rows.iter().zip(own).map(|(&at, own)| facts(page, at, own)).collect();
        let mut sum = [0.0f64; FACTS];
        let mut sums = Vec::with_capacity(rows.len() + 1);
        sums.push(sum);
        for facts in &facts {
            sum.iter_mut().zip(facts).for_each(|(sum, fact)| *sum += f64::from(*fact));
            sums.push(sum);
        }
        Around { facts, sums }
    }

    pub(super) fn write(&self, row: usize, sink: &mut impl Sink) {
        for step in 1..=NEAR {
            self.neighbour(2 * step - 2, row.checked_sub(step), sink);
            self.neighbour(2 * step - 1, Some(row + step), sink);
        }
        for (index, reach) in WINDOWS.into_iter().enumerate() {
            self.mean(2 * index, row.saturating_sub(reach), row, sink);
            self.mean(2 * index + 1, row + 1, (row + 1 + reach).min(self.facts.len()), sink);
        }
    }

    fn neighbour(&self, index: usize, row: Option<usize>, sink: &mut impl Sink) {
        let facts = row.and_then(|row| self.facts.get(row)).copied().unwrap_or([-1.0; FACTS]);
        sink.put_all("near", index * FACTS, facts);
    }

    fn mean(&self, index: usize, from: usize, to: usize, sink: &mut impl Sink) {
        let scale = if to > from { 1.0 / (to - from) as f64 } else { 0.0 };
        let (sums, before) = (&self.sums[to.max(from)], &self.sums[from]);
        let means = std::array::from_fn(|fact| ((sums[fact] - before[fact]) * scale) as f32);
        sink.put_all::<FACTS>("window", index * FACTS, means);
    }
}

fn facts(page: &Page<'_>, at: usize, own: &Own) -> Facts {
    [
        own.weight.min(600.0),
        bit(own.prose),
        bit(own.stop),
        own.digits,
        own.capitals,
        bit(own.cue),
        bit(own.removed),
        bit(at == 0 || page.lines[at - 1].blank),
    ]
}
