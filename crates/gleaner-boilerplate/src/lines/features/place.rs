//! Where a line stands in the text, and in its run of short lines.

use super::super::cues;
use super::super::page::Page;
use super::own::Own;
use super::{bit, share};
use crate::forest::Sink;

/// Lines beyond this distance are all far.
const FAR: usize = 60;

#[derive(Clone, Debug, Default)]
struct Place {
    /// Weight, and weight of prose, before the line.
    before: f32,
    prose_before: f32,
    /// Weight of short lines since prose.
    short_since: f32,
    /// Rows since a line that heads a list, and of prose among them.
    since_cue: usize,
    prose_since_cue: usize,
    since_removed: usize,
    run: usize,
}

/// Consecutive short lines.
#[derive(Clone, Debug, Default)]
struct Run {
    first: usize,
    count: usize,
    weight: f32,
    squares: f32,
    dated: f32,
    bullets: f32,
    capitals: f32,
}

#[derive(Debug)]
pub(super) struct Places {
    places: Vec<Place>,
    runs: Vec<Run>,
    own: Vec<f32>,
    total: f32,
    prose: f32,
}

impl Places {
    pub(super) fn new(page: &Page<'_>, rows: &[usize], own: &[Own]) -> Places {
        let mut all = Places {
            places: Vec::with_capacity(rows.len()),
            runs: vec![Run::default()],
            own: Vec::new(),
            total: 0.0,
            prose: 0.0,
        };
        all.forward(page, rows, own);
        all.own = own.iter().map(|own| own.weight).collect();
        all
    }

    fn forward(&mut self, page: &Page<'_>, rows: &[usize], own: &[Own]) {
        let mut place = Place { since_cue: FAR, since_removed: FAR, ..Place::default() };
        for (row, (&at, own)) in rows.iter().zip(own).enumerate() {
            let line = &page.lines[at];
            place.before = self.total;
            place.prose_before = self.prose;
            self.total += own.weight;
            self.prose += if own.prose { own.weight } else { 0.0 };
            if own.prose {
                place.run = 0;
            } else {
                if place.run == 0 {
                    self.runs.push(Run { first: row, ..Run::default() });
                    place.run = self.runs.len() - 1;
                }
                self.runs[place.run].add(own, line.shape.bullet);
            }
            self.places.push(place.clone());
            let heads = line.shape.cues & cues::LIST != 0;
            (place.since_cue, place.prose_since_cue) = match heads {
                true => (1, 0),
                false => ((place.since_cue + 1).min(FAR), place.prose_since_cue + usize::from(own.prose)),
            };
            place.since_removed = if own.removed { 1 } else { (place.since_removed + 1).min(FAR) };
            place.short_since = if own.prose { 0.0 } else { place.short_since + own.weight };
        }
    }

    pub(super) fn write(&self, row: usize, sink: &mut impl Sink) {
        let (place, rows) = (&self.places[row], self.places.len());
        let after = self.total - place.before - self.own[row];
        let near = |count: usize| count.min(FAR) as f32;
        let values = [
            near(row),
            near(rows - 1 - row),
            row as f32 / rows as f32,
            share(place.before, self.total),
            share(after, self.total),
            share(place.prose_before, self.prose),
            place.prose_before.min(5000.0),
            place.short_since.min(5000.0),
            near(place.since_cue),
            near(place.prose_since_cue),
            near(place.since_removed),
            bit(place.prose_before >= self.prose),
        ];
        sink.put_all("place", 0, values);
        self.runs[place.run].write(row, sink);
    }
}

impl Run {
    fn add(&mut self, own: &Own, bullet: bool) {
        self.count += 1;
        self.weight += own.weight;
        self.squares += own.weight * own.weight;
        self.dated += bit(own.dated);
        self.bullets += bit(bullet);
        self.capitals += own.capitals;
    }

    fn write(&self, row: usize, sink: &mut impl Sink) {
        let count = self.count as f32;
        let mean = share(self.weight, count);
        let spread = share((share(self.squares, count) - mean * mean).max(0.0).sqrt(), mean);
        let values = [
            count.min(FAR as f32),
            row.saturating_sub(self.first).min(FAR) as f32,
            mean,
            spread,
            share(self.dated, count),
            share(self.bullets, count),
            share(self.capitals, count),
        ];
        sink.put_all("run", 0, if self.count == 0 { [-1.0; _] } else { values });
    }
}
