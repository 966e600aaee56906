//! Blocks that stand in the same kind of place, as the teasers of a list do.

use ahash::AHashMap;

use crate::forest::Sink;
use crate::html::decide::First;
use crate::html::page::{NONE, Page};

/// What the blocks of a group have in common.
#[derive(Clone, Copy, Default)]
struct Group {
    blocks: f32,
    width: f32,
    link_width: f32,
    expected: f32,
}

pub(crate) struct Groups {
    pub(super) of_block: Vec<usize>,
    groups: Vec<Group>,
    total: f32,
}

impl Groups {
    pub(crate) fn new(page: &Page, first: &First, total: f32, keys: &[u64]) -> Groups {
        let mut known: AHashMap<u64, usize> = AHashMap::new();
        let mut groups: Vec<Group> = Vec::new();
        let mut of_block = Vec::with_capacity(page.blocks.len());
        for (at, &key) in keys.iter().enumerate() {
            let next = groups.len();
            let group = *known.entry(key).or_insert(next);
            if group == next {
                groups.push(Group::default());
            }
            let width = first.widths[at];
            let sums = &mut groups[group];
            sums.blocks += 1.0;
            sums.width += width;
            sums.link_width += width * first.link_density[at];
            sums.expected += width * first.evidence[at].probability();
            of_block.push(group);
        }
        Groups { of_block, groups, total }
    }

    /// Mean width of the blocks in the group of block `at`.
    pub(crate) fn mean_width(&self, at: usize) -> f32 {
        let group = &self.groups[self.of_block[at]];
        group.width / group.blocks
    }

    pub(crate) fn write(&self, name: &'static str, at: usize, sink: &mut impl Sink) {
        let group = &self.groups[self.of_block[at]];
        let width = group.width.max(1.0);
        for (index, value) in [
            group.blocks,
            group.width / self.total,
            group.link_width / width,
            group.width / group.blocks,
            group.expected / width,
        ]
        .into_iter()
        .enumerate()
        {
            sink.put(name, index, value);
        }
    }
}

/// The same for blocks whose innermost three elements look alike.
pub(crate) fn near_keys(page: &Page) -> Vec<u64> {
    let key = |element: u32| {
        page.chain(element).take(3).fold(0u64, |hash, e| mix(hash, u64::from(page.elements[e as usize].key)))
    };
    page.blocks.iter().map(|block| key(block.element)).collect()
}

/// The same for blocks with the same tags up to the root.
pub(crate) fn path_keys(page: &Page) -> Vec<u64> {
    let mut paths: Vec<u64> = Vec::with_capacity(page.elements.len());
    for element in &page.elements {
        let parent = paths.get(element.parent as usize).copied().unwrap_or(0);
        paths.push(mix(parent, element.tag as u64));
    }
    let path = |element: u32| if element == NONE { 0 } else { paths[element as usize] };
    page.blocks.iter().map(|block| path(block.element)).collect()
}

/// How often the page has each block's text, and how often it had it before.
pub(crate) fn repeats(page: &Page) -> Vec<[f32; 2]> {
    let mut counts: AHashMap<&str, f32> = AHashMap::new();
    let before = |block| {
        let count = counts.entry(page.text_of(block)).or_default();
        *count += 1.0;
        *count - 1.0
    };
    let before: Vec<f32> = page.blocks.iter().map(before).collect();
    page.blocks.iter().zip(before).map(|(block, before)| [counts[page.text_of(block)], before]).collect()
}

fn mix(hash: u64, value: u64) -> u64 {
    (hash.rotate_left(5) ^ (value + 1)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
