//! What stands before and after a block, and how far it is from the title.

use super::groups::Groups;
use super::kind;
use crate::forest::Sink;
use crate::html::decide::First;
use crate::html::page::{Kind, Page};
use crate::html::stats::{Class, Stats};

/// Two blocks before and two after, one by one.
pub(super) fn neighbours(
    page: &Page,
    stats: &[Stats],
    first: &First,
    near: &Groups,
    at: usize,
    sink: &mut impl Sink,
) {
    for (index, other) in [at.wrapping_sub(2), at.wrapping_sub(1), at + 1, at + 2].into_iter().enumerate() {
        let known = other < page.blocks.len();
        let value = |value: &dyn Fn() -> f32| if known { value() } else { -1.0 };
        sink.put("neighbour-width", index, value(&|| first.widths[other]));
        sink.put("neighbour-link-density", index, value(&|| first.link_density[other]));
        sink.put("neighbour-sentences", index, value(&|| stats[other].sentences as f32));
        sink.put("neighbour-ends", index, value(&|| f32::from(u8::from(stats[other].ends_sentence))));
        sink.put("neighbour-kind", index, value(&|| kind(page.blocks[other].kind)));
        sink.put("neighbour-group", index, value(&|| near.mean_width(other)));
        sink.put("neighbour-evidence", index, if known { first.evidence[other].total } else { -10.0 });
    }
}

/// Means over windows of blocks.
pub(super) struct Windows {
    /// Sums over all blocks before each.
    sums: Vec<[f32; 4]>,
}

const WINDOWS: [usize; 3] = [2, 5, 12];

impl Windows {
    pub(super) fn new(first: &First, stats: &[Stats]) -> Windows {
        let mut sums = Vec::with_capacity(stats.len() + 1);
        let mut sum = [0.0; 4];
        sums.push(sum);
        for (at, stats) in stats.iter().enumerate() {
            let width = first.widths[at];
            let p = first.evidence[at].probability();
            for (sum, value) in
                sum.iter_mut().zip([width, width * first.link_density[at], stats.sentences as f32, width * p])
            {
                *sum += value;
            }
            sums.push(sum);
        }
        Windows { sums }
    }

    pub(super) fn write(&self, at: usize, sink: &mut impl Sink) {
        let blocks = self.sums.len() - 1;
        for (index, reach) in WINDOWS.into_iter().enumerate() {
            let (from, to) = (at.saturating_sub(reach), (at + reach + 1).min(blocks));
            let [width, links, sentences, expected] =
                std::array::from_fn(|i| self.sums[to][i] - self.sums[from][i]);
            let count = (to - from) as f32;
            sink.put("window-width", index, width / count);
            sink.put("window-link-density", index, links / width.max(1.0));
            sink.put("window-sentences", index, sentences / count);
            sink.put("window-expected", index, expected / width.max(1.0));
        }
    }
}

/// Longer blocks are no repetition of the title.
const LONGEST_TITLE: u32 = 60;

/// Where the title and the main headings are.
pub(super) struct Titles {
    /// Share of the words of block and title that both have.
    overlap: Vec<f32>,
    /// The block most like the title.
    title: Option<usize>,
    /// Blocks since the last heading of level 1 or 2, and up to the next; -1 where there is none.
    since: Vec<[f32; 2]>,
    until: Vec<f32>,
    main_headings: f32,
}

impl Titles {
    pub(super) fn new(page: &Page, stats: &[Stats]) -> Titles {
        let overlap = overlaps(page, stats);
        let most = |best: Option<usize>, at: usize| match best {
            Some(best) if overlap[best] >= overlap[at] => Some(best),
            _ => (overlap[at] > 0.3).then_some(at),
        };
        let title = (0..overlap.len()).fold(None, most);
        let level = |at: usize, level: u8| matches!(page.blocks[at].kind, Kind::Heading(l) if l <= level);
        let (mut last, mut since) = ([-1.0f32; 2], Vec::with_capacity(stats.len()));
        for at in 0..stats.len() {
            for (index, last) in last.iter_mut().enumerate() {
                if level(at, 1 + index as u8) {
                    *last = 0.0;
                } else if *last >= 0.0 {
                    *last += 1.0;
                }
            }
            since.push(last);
        }
        let (mut next, mut until) = (-1.0f32, vec![-1.0; stats.len()]);
        for at in (0..stats.len()).rev() {
            if next >= 0.0 {
                next += 1.0;
            }
            until[at] = next;
            if level(at, 1) {
                next = 0.0;
            }
        }
        let main_headings = (0..stats.len()).filter(|&at| level(at, 1)).count() as f32;
        Titles { overlap, title, since, until, main_headings }
    }

    pub(super) fn write(&self, at: usize, sink: &mut impl Sink) {
        sink.put("title-overlap", 0, self.overlap[at]);
        sink.put("title-distance", 0, self.title.map_or(-999.0, |title| at as f32 - title as f32));
        sink.put("since-heading", 1, self.since[at][0]);
        sink.put("since-heading", 2, self.since[at][1]);
        sink.put("until-heading", 0, self.until[at]);
        sink.put("main-headings", 0, self.main_headings);
    }
}

fn overlaps(page: &Page, stats: &[Stats]) -> Vec<f32> {
    let declared =
        page.metadata.title.as_deref().or(page.metadata.social_title.as_deref()).unwrap_or_default();
    let mut title = Vec::new();
    words(declared, &mut title);
    let mut own = Vec::new();
    let overlap = |(block, stats): (_, &Stats)| {
        if title.is_empty() || stats.words > LONGEST_TITLE {
            return 0.0;
        }
        own.clear();
        words(page.text_of(block), &mut own);
        let shared = own.iter().filter(|word| title.binary_search(word).is_ok()).count();
        shared as f32 / (own.len() + title.len() - shared).max(1) as f32
    };
    page.blocks.iter().zip(stats).map(overlap).collect()
}

/// The distinct words of `text`, in small letters, as numbers in order. A character of a script without spaces is a
/// word.
fn words(text: &str, out: &mut Vec<u32>) {
    const START: u32 = 0x811c_9dc5;
    let add = |hash: u32, c: char| (hash ^ u32::from(c)).wrapping_mul(0x0100_0193);
    let mut word = START;
    for c in text.chars() {
        match Class::of(c) {
            Class::Lower | Class::Digit | Class::Other => word = add(word, c),
            Class::Upper if c.is_ascii() => word = add(word, c.to_ascii_lowercase()),
            Class::Upper => word = c.to_lowercase().fold(word, add),
            Class::Solo => out.push(add(START, c)),
            _ if word != START => {
                out.push(word);
                word = START;
            }
            _ => {}
        }
    }
    if word != START {
        out.push(word);
    }
    out.sort_unstable();
    out.dedup();
}
