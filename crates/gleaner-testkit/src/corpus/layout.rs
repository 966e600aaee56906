//! Which document stands where: families scattered over the corpus, found without remembering any.

use crate::rng::Rng;

/// Slots in a block; a family lies within one block, so it is never larger.
const BLOCK: usize = 512;

/// What a group of documents is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GroupKind {
    /// One document.
    Single,
    /// A root and its edited copies.
    Family,
    /// Pages of one template, which are no duplicates.
    Template,
}

/// The place of a document in its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) kind: GroupKind,
    /// Slot of the group's first member: its number.
    pub(crate) group: usize,
    /// 0 is the root.
    pub(crate) member: usize,
}

/// Shares of the groups.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shares {
    pub(crate) family: f64,
    pub(crate) template: f64,
}

/// The place of a slot: its block's groups are drawn again, at most `BLOCK` draws.
pub(crate) fn place(seed: u64, slot: usize, shares: Shares) -> Place {
    let start = slot / BLOCK * BLOCK;
    let mut rng = Rng::stream(seed ^ 0x6C61_796F_7574, (slot / BLOCK) as u64);
    let mut at = start;
    loop {
        let u = rng.unit();
        let kind = if u < shares.family {
            GroupKind::Family
        } else if u < shares.family + shares.template {
            GroupKind::Template
        } else {
            GroupKind::Single
        };
        let size = if kind == GroupKind::Single { 1 } else { group_size(&mut rng) };
        if slot < at + size || at + size >= start + BLOCK {
            return Place { kind, group: at, member: slot - at };
        }
        at += size;
    }
}

/// Two or more, falling with the 2.3rd power, at most 120.
fn group_size(rng: &mut Rng) -> usize {
    // The inverse of a Pareto tail of exponent 1.3, by steps: no power function, which platforms round differently.
    let u = 1.0 - rng.unit();
    const TAIL: [(f64, usize); 8] =
        [(0.002, 120), (0.006, 60), (0.015, 30), (0.04, 16), (0.1, 9), (0.2, 6), (0.36, 4), (0.59, 3)];
    TAIL.iter().find(|(share, _)| u < *share).map_or(2, |(_, size)| *size)
}

/// A fixed shuffle of `0 .. n`: where document `i` stands among the slots.
pub(crate) fn shuffled(seed: u64, i: usize, n: usize) -> usize {
    let half_bits = (usize::BITS - n.max(2).saturating_sub(1).leading_zeros()).div_ceil(2);
    let mut x = i;
    // Cycle walking: the domain is at most four times `n`, so four steps are expected.
    loop {
        x = feistel(seed, x, half_bits);
        if x < n {
            return x;
        }
    }
}

/// Four Feistel rounds over `2 * half_bits` bits: a permutation.
fn feistel(seed: u64, x: usize, half_bits: u32) -> usize {
    let mask = (1usize << half_bits) - 1;
    let (mut left, mut right) = (x >> half_bits, x & mask);
    for round in 0..4u64 {
        let mixed = Rng::stream(seed ^ (round << 56), right as u64).next_u64() as usize;
        (left, right) = (right, (left ^ mixed) & mask);
    }
    left << half_bits | right
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARES: Shares = Shares { family: 0.14, template: 0.03 };

    #[test]
    fn the_shuffle_is_a_permutation() {
        for n in [1, 2, 3, 100, 1025] {
            let mut all: Vec<usize> = (0..n).map(|i| shuffled(5, i, n)).collect();
            all.sort_unstable();
            assert!(all.into_iter().eq(0..n), "{n}");
        }
    }

    #[test]
    fn groups_are_contiguous_slots() {
        let places: Vec<Place> = (0..3 * BLOCK).map(|slot| place(9, slot, SHARES)).collect();
        for (slot, place) in places.iter().enumerate() {
            assert_eq!(place.group + place.member, slot);
            assert_eq!(places[place.group].member, 0);
        }
        assert!(places.iter().any(|p| p.kind == GroupKind::Family && p.member > 0));
    }
}
