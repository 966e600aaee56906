//! What the first verdicts on the other blocks say about a block: those beside it, in its element, in its section, and
//! in the same kind of place.

use ahash::AHashMap;

use super::Features;
use crate::forest::Sink;
use crate::html::container::{self, Mass};
use crate::html::decide::Cut;
use crate::html::page::{Kind, NONE, Page};

/// Blocks looked at one by one on either side.
pub(crate) const REACH: usize = 4;
const WINDOWS: [usize; 3] = [3, 8, 20];
/// Blocks before, and blocks after, that are looked at together.
const SIDE: usize = 6;
/// Ancestors described by their own features.
const LEVELS: usize = 5;
/// As many elements that look alike make a list of them.
const REPEATED: u32 = 3;
/// A stretch of the page is content as far as its blocks are likelier than this.
const LIKELY: f32 = 0.35;
/// Beyond the page, or where there is nothing to look at.
const NOTHING: f32 = -0.1;

/// First verdicts, and sums over them.
pub(crate) struct Context<'f> {
    features: &'f Features<'f>,
    p: &'f [f32],
    words: &'f [f32],
    /// Sums over all blocks before each.
    before: Vec<Mass>,
    whole: Mass,
    shape: [f32; 8],
    cut: Cut,
    elements: Vec<Mass>,
    units: Units,
    near: Vec<Mass>,
    path: Vec<Mass>,
    kept: Kept,
    stretch: (usize, usize),
    inside_best: Vec<bool>,
    best_f1: f32,
    same_text: Vec<[f32; 2]>,
    sections: Sections,
}

impl<'f> Context<'f> {
    pub(crate) fn new(features: &'f Features<'f>, p: &'f [f32], words: &'f [f32]) -> Context<'f> {
        let page = features.page;
        let (elements, whole) = container::masses(page, words, p);
        let best = container::best(&elements, whole);
        let best_f1 = elements.get(best as usize).unwrap_or(&whole).f1(whole);
        let cut = Cut::new(p, words, 1.0);
        Context {
            before: running(p, words),
            shape: shape(p, words, whole),
            units: Units::new(features, &elements),
            near: group_masses(&features.near.of_block, p, words),
            path: group_masses(&features.path.of_block, p, words),
            kept: Kept::new(p, cut.threshold),
            stretch: best_stretch(p, words),
            inside_best: page.within(|at| best == NONE || at as u32 == best),
            same_text: same_text(page, p),
            sections: Sections::new(page, p, words),
            best_f1,
            elements,
            whole,
            cut,
            features,
            p,
            words,
        }
    }

    /// Writes what is known of block `at` from the verdicts on others.
    pub(crate) fn write(&self, at: usize, sink: &mut impl Sink) {
        self.write_around(at, sink);
        for (index, value) in self.shape.into_iter().enumerate() {
            sink.put("verdicts", index, value);
        }
        sink.put("verdicts", 10, self.cut.measure);
        sink.put("verdicts", 11, self.cut.threshold);
        sink.put("verdicts", 12, self.cut.rank[at] as f32 / self.p.len() as f32);
        self.write_elements(at, sink);
        self.write_groups(at, sink);
        self.kept.write(at, sink);
        let (from, to) = self.stretch;
        sink.put("stretch", 0, f32::from(u8::from((from..to).contains(&at))));
        sink.put("stretch", 1, (at as f32 - from as f32) / (to - from).max(1) as f32);
        sink.put("stretch", 2, self.between(from, to).expected / self.whole.expected.max(1e-6));
        for (index, value) in self.same_text[at].into_iter().enumerate() {
            sink.put("same-text", index, value);
        }
        self.sections.write(at, self.p, sink);
    }

    fn write_around(&self, at: usize, sink: &mut impl Sink) {
        for index in 0..=2 * REACH {
            let other = (at + index).checked_sub(REACH);
            sink.put("near-p", index, other.and_then(|at| self.p.get(at)).copied().unwrap_or(NOTHING));
        }
        let end = self.p.len();
        for (index, reach) in WINDOWS.into_iter().enumerate() {
            let window = self.between(at.saturating_sub(reach), (at + reach + 1).min(end));
            sink.put("window-p", index, window.mean());
        }
        sink.put("side-p", 0, self.between(at.saturating_sub(SIDE), at).mean());
        sink.put("side-p", 1, self.between(at + 1, (at + 1 + SIDE).min(end)).mean());
        let expected = self.whole.expected.max(1e-6);
        sink.put("mass", 0, self.before[at].expected / expected);
        sink.put("mass", 1, 1.0 - self.before[at + 1].expected / expected);
    }

    fn write_elements(&self, at: usize, sink: &mut impl Sink) {
        let block = &self.features.page.blocks[at];
        let mut width = self.words[at];
        let mut levels = self.features.page.chain(block.element).filter_map(|e| {
            let mass = self.elements[e as usize];
            let larger = mass.width > width * 1.2;
            width = if larger { mass.width } else { width };
            larger.then_some(mass)
        });
        for level in 0..LEVELS {
            let mass = levels.next().unwrap_or(self.whole);
            sink.put("level-p", 3 * level, mass.mean());
            sink.put("level-p", 3 * level + 1, mass.expected / self.whole.expected.max(1e-6));
            sink.put("level-p", 3 * level + 2, mass.f1(self.whole));
        }
        let inside = self.inside_best.get(block.element as usize).copied().unwrap_or(false);
        sink.put("best", 0, f32::from(u8::from(inside)));
        sink.put("best", 1, self.best_f1);
        self.units.write(block.element, &self.elements, sink);
    }

    fn write_groups(&self, at: usize, sink: &mut impl Sink) {
        let own = Mass { width: self.words[at], expected: self.words[at] * self.p[at] };
        let groups = [(&self.near, &self.features.near), (&self.path, &self.features.path)];
        for (index, (masses, groups)) in groups.into_iter().enumerate() {
            let mass = masses[groups.of_block[at]];
            let others = Mass { width: mass.width - own.width, expected: mass.expected - own.expected };
            sink.put("group-p", 2 * index, others.mean());
            sink.put("group-p", 2 * index + 1, mass.expected / self.whole.expected.max(1e-6));
        }
    }

    fn between(&self, from: usize, to: usize) -> Mass {
        let (from, to) = (self.before[from], self.before[to]);
        Mass { width: to.width - from.width, expected: to.expected - from.expected }
    }
}

fn running(p: &[f32], words: &[f32]) -> Vec<Mass> {
    let mut sum = Mass::default();
    let mut sums = vec![sum];
    for (&p, &words) in p.iter().zip(words) {
        sum.add(Mass { width: words, expected: words * p });
        sums.push(sum);
    }
    sums
}

fn shape(p: &[f32], words: &[f32], whole: Mass) -> [f32; 8] {
    let share = |least: f32| {
        let words: f32 = p.iter().zip(words).filter(|&(&p, _)| p > least).map(|(_, words)| words).sum();
        words / whole.width.max(1.0)
    };
    let most = p.iter().copied().fold(0.0, f32::max);
    let (low, middle, high) = (share(0.2), share(0.5), share(0.8));
    let unsure: f32 = p.iter().zip(words).map(|(p, words)| p * (1.0 - p) * words).sum();
    [
        whole.expected,
        whole.mean(),
        most,
        low,
        middle,
        high,
        unsure / whole.expected.max(1e-6),
        p.iter().filter(|&&p| p > 0.5).count() as f32,
    ]
}

fn group_masses(of_block: &[usize], p: &[f32], words: &[f32]) -> Vec<Mass> {
    let groups = of_block.iter().max().map_or(0, |most| most + 1);
    let mut masses = vec![Mass::default(); groups];
    for (&group, (&p, &words)) in of_block.iter().zip(p.iter().zip(words)) {
        masses[group].add(Mass { width: words, expected: words * p });
    }
    masses
}

/// The run of blocks with the greatest sum of words times how much likelier they are than [`LIKELY`].
fn best_stretch(p: &[f32], words: &[f32]) -> (usize, usize) {
    let (mut sum, mut from, mut best, mut found) = (0.0, 0, 0.0, (0, 0));
    for (at, (p, words)) in p.iter().zip(words).enumerate() {
        if sum <= 0.0 {
            (sum, from) = (0.0, at);
        }
        sum += words * (p - LIKELY);
        if sum > best {
            (best, found) = (sum, (from, at + 1));
        }
    }
    found
}

/// The likeliest of the other blocks with the same text, and of those before.
fn same_text(page: &Page, p: &[f32]) -> Vec<[f32; 2]> {
    let mut best: AHashMap<&str, [f32; 2]> = AHashMap::new();
    let mut all = Vec::with_capacity(p.len());
    for (block, &p) in page.blocks.iter().zip(p) {
        let [most, second] = best.entry(page.text_of(block)).or_insert([NOTHING; 2]);
        all.push([NOTHING, *most]);
        if p > *most {
            (*most, *second) = (p, *most);
        } else {
            *second = second.max(p);
        }
    }
    for ((block, &p), own) in page.blocks.iter().zip(p).zip(&mut all) {
        let [most, second] = best[page.text_of(block)];
        own[0] = if p >= most { second } else { most };
    }
    all
}

/// Which blocks the first verdicts would keep.
struct Kept {
    own: Vec<bool>,
    /// Blocks since the last kept one, and up to the next.
    since: Vec<f32>,
    until: Vec<f32>,
}

const FAR: f32 = 99.0;

impl Kept {
    fn new(p: &[f32], threshold: f32) -> Kept {
        let own: Vec<bool> = p.iter().map(|&p| p >= threshold).collect();
        let distances = |blocks: &mut dyn Iterator<Item = &bool>| {
            let mut distance = FAR;
            let next = |&kept: &bool| {
                let own = distance;
                distance = if kept { 1.0 } else { (distance + 1.0).min(FAR) };
                own
            };
            blocks.map(next).collect::<Vec<f32>>()
        };
        let since = distances(&mut own.iter());
        let mut until = distances(&mut own.iter().rev());
        until.reverse();
        Kept { own, since, until }
    }

    fn write(&self, at: usize, sink: &mut impl Sink) {
        sink.put("kept", 0, f32::from(u8::from(self.own[at])));
        sink.put("kept", 1, self.since[at]);
        sink.put("kept", 2, self.until[at]);
    }
}

/// Elements repeated beside each other: posts, teasers, rows.
struct Units {
    /// For each element: the innermost repeated one it is or stands in.
    of_element: Vec<u32>,
    /// For each element: which number it is among those that look alike beside it, and how many these are.
    places: Vec<(u32, u32)>,
    /// For each element: the sum over those that look alike beside it, and the first of them.
    alike: Vec<(Mass, u32)>,
}

impl Units {
    fn new(features: &Features<'_>, masses: &[Mass]) -> Units {
        let elements = &features.page.elements;
        let mut groups: AHashMap<(u32, u32), usize> = AHashMap::new();
        let mut sums: Vec<(Mass, u32, u32)> = Vec::new();
        let mut of_group = Vec::with_capacity(elements.len());
        let mut numbers = Vec::with_capacity(elements.len());
        for (at, element) in elements.iter().enumerate() {
            let next = sums.len();
            let group = *groups.entry((element.parent, element.key)).or_insert(next);
            if group == next {
                sums.push((Mass::default(), at as u32, 0));
            }
            numbers.push(sums[group].2);
            sums[group].0.add(masses[at]);
            sums[group].2 += 1;
            of_group.push(group);
        }
        let mut of_element: Vec<u32> = Vec::with_capacity(elements.len());
        for (at, element) in elements.iter().enumerate() {
            let above = of_element.get(element.parent as usize).copied().unwrap_or(NONE);
            of_element.push(if sums[of_group[at]].2 >= REPEATED { at as u32 } else { above });
        }
        let places =
            numbers.into_iter().zip(&of_group).map(|(number, &group)| (number, sums[group].2)).collect();
        let alike = of_group.iter().map(|&group| (sums[group].0, sums[group].1)).collect();
        Units { of_element, places, alike }
    }

    fn write(&self, element: u32, masses: &[Mass], sink: &mut impl Sink) {
        let unit = self.of_element.get(element as usize).copied().filter(|&unit| unit != NONE);
        let values = unit.map_or([NOTHING; 6], |unit| {
            let (number, count) = self.places[unit as usize];
            let (alike, first) = self.alike[unit as usize];
            let (own, first) = (masses[unit as usize], masses[first as usize]);
            let others = Mass { width: alike.width - own.width, expected: alike.expected - own.expected };
            [
                own.mean(),
                others.mean(),
                first.mean(),
                number as f32,
                number as f32 / count as f32,
                alike.expected,
            ]
        });
        for (index, value) in values.into_iter().enumerate() {
            sink.put("unit-p", index, value);
        }
    }
}

/// A heading and what follows it, up to the next heading of its level or above.
struct Sections {
    /// The heading each block stands under, or is.
    heading: Vec<Option<usize>>,
    /// What follows a heading, by the block that is the heading.
    masses: Vec<Mass>,
}

impl Sections {
    fn new(page: &Page, p: &[f32], words: &[f32]) -> Sections {
        let mut open: Vec<(u8, usize)> = Vec::new();
        let mut heading = Vec::with_capacity(p.len());
        let mut masses = vec![Mass::default(); p.len()];
        for (at, block) in page.blocks.iter().enumerate() {
            if let Kind::Heading(level) = block.kind {
                open.retain(|&(other, _)| other < level);
                open.push((level, at));
            } else {
                for &(_, heading) in &open {
                    masses[heading].add(Mass { width: words[at], expected: words[at] * p[at] });
                }
            }
            heading.push(open.last().map(|&(_, at)| at));
        }
        Sections { heading, masses }
    }

    fn write(&self, at: usize, p: &[f32], sink: &mut impl Sink) {
        let values = self.heading[at].map_or([NOTHING; 3], |heading| {
            let mass = self.masses[heading];
            [p[heading], mass.mean(), mass.expected]
        });
        for (index, value) in values.into_iter().enumerate() {
            sink.put("section-p", index, value);
        }
    }
}
