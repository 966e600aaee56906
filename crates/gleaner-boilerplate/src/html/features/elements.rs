//! The elements around a block: their tags and names, how much text they hold, and which of them may be the main
//! container.

use ahash::AHashMap;

use crate::forest::Sink;
use crate::html::cues::Cue;
use crate::html::decide::First;
use crate::html::page::{NONE, Page, TextBlock, context};
use crate::html::stats::Stats;
use crate::html::tags::Tag;

const TAGS: usize = context::TAGS.len();
const CUES: usize = Cue::ALL.len();
/// Distance of what is not there.
const FAR: u8 = 20;
/// A block wider than this, with few links, is likely prose.
const LONG: f32 = 80.0;
/// How many ancestors are described by their own features.
const LEVELS: usize = 4;
/// As many elements that look alike make a list of them.
const REPEATED: f32 = 3.0;
/// Share of the long blocks an element must hold to be followed as the container of them all.
const LONG_SHARE: f32 = 0.7;

/// Sums over an element and all in it.
#[derive(Clone, Copy, Default)]
struct Sums {
    width: f32,
    link_width: f32,
    blocks: f32,
    sentences: f32,
    long: f32,
    elements: f32,
    expected: f32,
    /// What its paragraphs give to it as Readability counts.
    score: f32,
}

/// Places relative to a candidate for the main container.
struct Container {
    element: u32,
    /// Steps from the container up to each of its ancestors; `None` off the path.
    path: Vec<Option<u8>>,
}

pub(super) struct Elements {
    sums: Vec<Sums>,
    whole: Sums,
    /// Steps up to the nearest element with each tag and cue.
    distances: Vec<[u8; TAGS + CUES]>,
    /// Children of the same parent that look alike, and that have the same tag.
    siblings: Vec<[f32; 2]>,
    best_score: f32,
    containers: [Container; 3],
}

impl Elements {
    pub(super) fn new(page: &Page, stats: &[Stats], first: &First) -> Elements {
        let (sums, whole) = sums(page, stats, first);
        let score = |at: usize| sums[at].score * (1.0 - sums[at].link_width / sums[at].width.max(1.0));
        let by_score = (0..sums.len()).max_by(|&a, &b| score(a).total_cmp(&score(b)).then(b.cmp(&a)));
        let best_score = by_score.map_or(1e-6, |at| score(at).max(1e-6));
        let by_score = by_score.map_or(NONE, |at| at as u32);
        let containers = [first.container, by_score, of_long_blocks(page, &sums, whole.long)];
        Elements {
            distances: distances(page),
            siblings: siblings(page),
            containers: containers.map(|element| Container::new(page, element)),
            sums,
            whole,
            best_score,
        }
    }

    pub(super) fn write(&self, page: &Page, block: &TextBlock, total: f32, sink: &mut impl Sink) {
        let chain: Vec<u32> = page.chain(block.element).collect();
        self.write_distances(page, block, &chain, sink);
        self.write_siblings(&chain, total, sink);
        self.write_levels(&chain, total, sink);
        for (index, container) in self.containers.iter().enumerate() {
            self.write_container(index, container, &chain, total, sink);
        }
        sink.put("page-link-density", 0, self.whole.link_width / total);
        sink.put("page-long", 0, self.whole.long);
        sink.put("page-expected", 0, self.whole.expected);
        sink.put("page-expected", 1, self.whole.expected / total);
    }

    fn write_distances(&self, page: &Page, block: &TextBlock, chain: &[u32], sink: &mut impl Sink) {
        let element = chain.first().map(|&e| &page.elements[e as usize]);
        sink.put("depth", 0, element.map_or(0.0, |e| f32::from(e.depth)));
        for level in 0..LEVELS {
            let tag = chain.get(level).map(|&e| page.elements[e as usize].tag);
            sink.put("tag", level, tag.map_or(-1.0, |t| f32::from(t as u8)));
        }
        let none = [FAR; TAGS + CUES];
        let distances = chain.first().map_or(&none, |&e| &self.distances[e as usize]);
        for (index, &distance) in distances.iter().enumerate() {
            let inline = index >= TAGS && block.inline_cues.has(Cue::ALL[index - TAGS]);
            sink.put("distance", index, if inline { -1.0 } else { f32::from(distance) });
        }
    }

    fn write_siblings(&self, chain: &[u32], total: f32, sink: &mut impl Sink) {
        for level in 0..3 {
            let siblings = chain.get(level).map_or([0.0; 2], |&e| self.siblings[e as usize]);
            sink.put("siblings", 2 * level, siblings[0]);
            sink.put("siblings", 2 * level + 1, siblings[1]);
        }
        let most = chain
            .iter()
            .copied()
            .reduce(|a, b| if self.siblings[b as usize][0] > self.siblings[a as usize][0] { b } else { a });
        let (most, count) =
            most.map_or((Sums::default(), 0.0), |e| (self.sums[e as usize], self.siblings[e as usize][0]));
        sink.put("most-siblings", 0, count);
        sink.put("most-siblings", 1, most.width / total);
        sink.put("most-siblings", 2, most.link_width / most.width.max(1.0));
        sink.put("most-siblings", 3, most.blocks);
        sink.put("most-siblings", 4, most.expected / most.width.max(1.0));
        sink.put("most-siblings", 5, most.width);
        self.write_unit(chain, sink);
    }

    /// The innermost element that is repeated beside itself: one teaser, post or row.
    fn write_unit(&self, chain: &[u32], sink: &mut impl Sink) {
        let unit = chain.iter().position(|&e| self.siblings[e as usize][0] >= REPEATED);
        let sums = unit.map_or(Sums::default(), |at| self.sums[chain[at] as usize]);
        let width = sums.width.max(1.0);
        sink.put("unit", 0, unit.map_or(-1.0, |steps| steps as f32));
        sink.put("unit", 1, unit.map_or(0.0, |at| self.siblings[chain[at] as usize][0]));
        sink.put("unit", 2, sums.width);
        sink.put("unit", 3, sums.link_width / width);
        sink.put("unit", 4, sums.blocks);
        sink.put("unit", 5, sums.expected / width);
    }

    /// The ancestors that each hold clearly more blocks than the one before.
    fn write_levels(&self, chain: &[u32], total: f32, sink: &mut impl Sink) {
        let mut blocks = 1.0;
        let mut levels = chain.iter().map(|&e| self.sums[e as usize]).filter(|sums| {
            let larger = sums.blocks > blocks * 1.3;
            blocks = if larger { sums.blocks } else { blocks };
            larger
        });
        for level in 0..LEVELS {
            let sums = levels.next().unwrap_or(self.whole);
            let width = sums.width.max(1.0);
            let score = sums.score * (1.0 - sums.link_width / width) / self.best_score;
            for (index, value) in [
                sums.width,
                sums.link_width / width,
                sums.width / total,
                sums.blocks,
                score,
                sums.sentences / sums.blocks.max(1.0),
                sums.long / self.whole.long.max(1.0),
                sums.long / sums.blocks.max(1.0),
                sums.expected / width,
                sums.expected / self.whole.expected.max(1.0),
                sums.width / sums.elements.max(1.0),
            ]
            .into_iter()
            .enumerate()
            {
                sink.put("level", 16 * level + index, value);
            }
        }
    }

    fn write_container(
        &self,
        index: usize,
        container: &Container,
        chain: &[u32],
        total: f32,
        sink: &mut impl Sink,
    ) {
        let met = chain.iter().position(|&e| container.path[e as usize].is_some());
        let above = met.and_then(|met| container.path[chain[met] as usize]);
        let below = met.and_then(|met| met.checked_sub(1)).map(|i| self.sums[chain[i] as usize]);
        let below = below.unwrap_or_default();
        let own = self.sums.get(container.element as usize).copied().unwrap_or(self.whole);
        for (position, value) in [
            met.map_or(-1.0, |steps| steps as f32),
            above.map_or(99.0, f32::from),
            below.width / total,
            below.link_width / below.width.max(1.0),
            own.width / total,
            own.link_width / own.width.max(1.0),
            own.expected / own.width.max(1.0),
        ]
        .into_iter()
        .enumerate()
        {
            sink.put("container", 8 * index + position, value);
        }
    }
}

impl Container {
    fn new(page: &Page, element: u32) -> Container {
        let mut path = vec![None; page.elements.len()];
        for (steps, e) in page.chain(element).enumerate() {
            path[e as usize] = Some(steps.min(99) as u8);
        }
        Container { element, path }
    }
}

fn sums(page: &Page, stats: &[Stats], first: &First) -> (Vec<Sums>, Sums) {
    let mut sums = vec![Sums { elements: 1.0, ..Sums::default() }; page.elements.len()];
    let mut whole = Sums::default();
    for (at, block) in page.blocks.iter().enumerate() {
        let width = first.widths[at];
        let density = first.link_density[at];
        let own = Sums {
            width,
            link_width: width * density,
            blocks: 1.0,
            sentences: stats[at].sentences as f32,
            long: f32::from(u8::from(width > LONG && density < 0.3)),
            elements: 0.0,
            expected: width * first.evidence[at].probability(),
            score: 0.0,
        };
        whole.add(&own);
        if let Some(sums) = sums.get_mut(block.element as usize) {
            sums.add(&own);
        }
    }
    for at in (0..sums.len()).rev() {
        let own = sums[at];
        if let Some(parent) = sums.get_mut(page.elements[at].parent as usize) {
            parent.add(&own);
        }
    }
    for (at, block) in page.blocks.iter().enumerate() {
        let given = paragraph_score(&stats[at], first.widths[at], first.link_density[at]);
        let holders = page.chain(block.element).skip_while(|&e| is_text_level(page.elements[e as usize].tag));
        for (element, share) in holders.zip([1.0, 0.5, 1.0 / 6.0, 1.0 / 9.0]) {
            sums[element as usize].score += given * share;
        }
    }
    (sums, whole)
}

/// Readability's score of a paragraph: one for being one, one for each comma up to ten, one for each hundred
/// characters up to three.
fn paragraph_score(stats: &Stats, width: f32, link_density: f32) -> f32 {
    if width < 25.0 {
        return 0.0;
    }
    (1.0 + (stats.commas as f32).min(10.0) + (width / 100.0).min(3.0)) * (1.0 - link_density)
}

/// Elements that are text rather than hold it.
fn is_text_level(tag: Tag) -> bool {
    use Tag::*;
    matches!(tag, Other | P | Pre | Li | H1 | H2 | H3 | H4 | H5 | H6 | Blockquote)
}

/// The innermost element that still holds most long blocks of the page.
fn of_long_blocks(page: &Page, sums: &[Sums], long: f32) -> u32 {
    let mut found = NONE;
    for (at, sums) in sums.iter().enumerate() {
        // Parents come first, so what is found last on the way down is innermost.
        if long > 0.0 && sums.long >= LONG_SHARE * long && page.elements[at].parent == found {
            found = at as u32;
        }
    }
    found
}

fn distances(page: &Page) -> Vec<[u8; TAGS + CUES]> {
    let mut all: Vec<[u8; TAGS + CUES]> = Vec::with_capacity(page.elements.len());
    for element in &page.elements {
        let mut own = [FAR; TAGS + CUES];
        if let Some(parent) = all.get(element.parent as usize) {
            for (own, above) in own.iter_mut().zip(parent) {
                *own = (above + 1).min(FAR);
            }
        }
        if let Some(tag) = context::index(element.tag) {
            own[tag] = 0;
        }
        for (index, &cue) in Cue::ALL.iter().enumerate() {
            if element.cues.has(cue) {
                own[TAGS + index] = 0;
            }
        }
        all.push(own);
    }
    all
}

fn siblings(page: &Page) -> Vec<[f32; 2]> {
    let mut alike: AHashMap<(u32, u32), f32> = AHashMap::new();
    let mut same_tag: AHashMap<(u32, u8), f32> = AHashMap::new();
    for element in &page.elements {
        *alike.entry((element.parent, element.key)).or_default() += 1.0;
        *same_tag.entry((element.parent, element.tag as u8)).or_default() += 1.0;
    }
    let counts =
        |e: &crate::html::page::Element| [alike[&(e.parent, e.key)], same_tag[&(e.parent, e.tag as u8)]];
    page.elements.iter().map(counts).collect()
}

impl Sums {
    fn add(&mut self, other: &Sums) {
        self.width += other.width;
        self.link_width += other.link_width;
        self.blocks += other.blocks;
        self.sentences += other.sentences;
        self.long += other.long;
        self.elements += other.elements;
        self.expected += other.expected;
    }
}
