//! Which holders bear which hash, in some fifteen to thirty bytes a pair.

use std::fmt::Debug;

use ahash::RandomState;

use crate::chains::{Chain, Chains};

/// Lists of holders by hash.
///
/// Heads of lists stand in tables with open addressing, one for each of the first bits of a scrambled hash, so that only
/// a small part of all is there twice while it grows. The scrambling has a secret key: no input is made to meet in a
/// table.
#[derive(Debug)]
pub(crate) struct PostingTable<L> {
    scramble: RandomState,
    shards: Vec<Shard<L>>,
    chains: Chains,
    filter: Filter,
    /// Hashes that have a list.
    used: usize,
    /// Holders in all lists.
    postings: usize,
}

/// Where a hash has its list, if it has one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    hash: u64,
    /// The first 32 bits of the scrambled hash without its last [`NEAR`] bits: shard, then place in it.
    spread: u32,
}

/// By what a head of a list is known.
pub(crate) trait Label: Copy + Debug + Default + PartialEq {
    fn of(spot: Spot) -> Self;

    /// [`Spot::place`] and the last byte of the hash.
    fn place(self, scramble: &RandomState) -> (u32, u8);
}

/// The hash itself, in halves: as one number it would make the slot a third larger.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Whole([u32; 2]);

/// The last byte of the hash and 24 scrambled bits of the others, in a shard of 256: among ten million lists, ten of a
/// million hashes that have none are given that of another one, others in each process.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Short(u32);

/// Heads of lists, from the slots that their places say on.
#[derive(Clone, Debug, Default)]
struct Shard<L> {
    slots: Vec<Slot<L>>,
    used: usize,
}

/// A label and its holders, none where a slot is free.
#[derive(Clone, Copy, Debug, Default)]
struct Slot<L> {
    label: L,
    list: Chain,
}

/// Which hashes may have a list, in little memory: most of those that are asked for have none. The spread says the word,
/// and with the last byte the bit. A power of two of words.
#[derive(Debug)]
struct Filter(Vec<u64>);

/// Hashes that differ in so many of their last bits alone are near: their lists are next to each other, and one word of
/// the filter tells of all of them.
const NEAR: u32 = 8;
const SHARD_BITS: u32 = 8;
const PLACE_BITS: u32 = u32::BITS - SHARD_BITS;
/// Hashes at most for a word of the filter.
const PER_WORD: usize = 8;

impl Spot {
    /// That of a hash that differs from the one of this spot in its last byte at most.
    #[inline]
    pub(crate) fn near(self, hash: u64) -> Spot {
        debug_assert_eq!(self.hash >> NEAR, hash >> NEAR);
        Spot { hash, ..self }
    }

    fn shard(self) -> usize {
        (self.spread >> PLACE_BITS) as usize
    }

    /// In its shard, less than `2^PLACE_BITS`.
    fn place(self) -> u32 {
        self.spread & ((1 << PLACE_BITS) - 1)
    }

    fn last_byte(self) -> u8 {
        self.hash as u8
    }
}

impl Label for Whole {
    fn of(spot: Spot) -> Whole {
        Whole([spot.hash as u32, (spot.hash >> 32) as u32])
    }

    fn place(self, scramble: &RandomState) -> (u32, u8) {
        let [low, high] = self.0.map(u64::from);
        let spot = spot(low | high << 32, scramble);
        (spot.place(), spot.last_byte())
    }
}

impl Label for Short {
    fn of(spot: Spot) -> Short {
        Short(spot.place() << NEAR | u32::from(spot.last_byte()))
    }

    fn place(self, _: &RandomState) -> (u32, u8) {
        (self.0 >> NEAR, self.0 as u8)
    }
}

#[inline]
fn spot(hash: u64, scramble: &RandomState) -> Spot {
    Spot { hash, spread: (scramble.hash_one(hash >> NEAR) >> 32) as u32 }
}

impl<L: Label> PostingTable<L> {
    pub(crate) fn new() -> PostingTable<L> {
        PostingTable {
            scramble: RandomState::new(),
            shards: vec![Shard::default(); 1 << SHARD_BITS],
            chains: Chains::default(),
            filter: Filter(vec![0; 1 << SHARD_BITS]),
            used: 0,
            postings: 0,
        }
    }

    #[inline]
    pub(crate) fn spot(&self, hash: u64) -> Spot {
        spot(hash, &self.scramble)
    }

    /// Adds a holder at the front of a list. Holders are numbers below 2^31.
    pub(crate) fn insert(&mut self, spot: Spot, holder: u32) {
        let list = self.shards[spot.shard()].list_mut(spot, &self.scramble);
        let is_new = list.is_empty();
        self.chains.push(list, holder);
        self.postings += 1;
        if is_new {
            self.note(spot);
        }
    }

    /// The holders of a list, the latest first.
    pub(crate) fn holders(&self, spot: Spot) -> impl Iterator<Item = u32> {
        let may_have = self.may_have(spot);
        self.chains.iter(if may_have { self.shards[spot.shard()].list(spot) } else { Chain::default() })
    }

    /// Looks at where these lists are, so that the processor waits for many at a time and not for each when it is asked
    /// for.
    pub(crate) fn touch(&self, spots: impl Iterator<Item = Spot>) {
        let free = |spot: Spot| self.shards[spot.shard()].free_ahead(spot.place());
        std::hint::black_box(spots.fold(0, |touched, spot| touched + free(spot)));
    }

    /// The same for where it is noted whether they may be there; once for all that are near.
    pub(crate) fn touch_filter(&self, spots: impl Iterator<Item = Spot>) {
        std::hint::black_box(spots.fold(0, |touched, spot| touched ^ self.filter.word(spot.spread)));
    }

    /// Whether there may be a list; of most that are not there it is known here.
    #[inline]
    pub(crate) fn may_have(&self, spot: Spot) -> bool {
        self.filter.word(spot.spread) & bit(spot.spread, spot.last_byte()) != 0
    }

    /// Bytes of memory with `more` postings, at most.
    pub(crate) fn bytes_with(&self, more: usize) -> u64 {
        let chains = self.chains.bytes_with(self.postings, more);
        let used = self.used + more;
        // Spread evenly over shards, but for some.
        let share = used / self.shards.len() + used.isqrt() / 4 + 1;
        let largest = self.shards.iter().map(|shard| shard.slots.len()).max().unwrap_or(0);
        let slots = slots_for(share, largest);
        // One grows at a time.
        let slots = slots * (self.shards.len() + 1);
        // The filter grows at once.
        let filter = used.div_ceil(PER_WORD).next_power_of_two().max(self.filter.0.len());
        (chains + slots * size_of::<Slot<L>>() + 12 * filter) as u64
    }

    /// Whether `more` postings have numbers.
    pub(crate) fn has_numbers(&self, more: usize) -> bool {
        Chains::has_numbers(self.postings.saturating_add(more))
    }

    /// Adds a list to the filter.
    fn note(&mut self, spot: Spot) {
        self.used += 1;
        if self.used <= PER_WORD * self.filter.0.len() {
            return self.filter.add(spot.spread, spot.last_byte());
        }
        self.filter = Filter(vec![0; 2 * self.filter.0.len()]);
        for (number, shard) in (0u32..).zip(&self.shards) {
            for slot in shard.used() {
                let (place, last) = slot.label.place(&self.scramble);
                self.filter.add(number << PLACE_BITS | place, last);
            }
        }
    }
}

impl Filter {
    #[inline]
    fn word(&self, spread: u32) -> u64 {
        self.0[self.place(spread)]
    }

    fn add(&mut self, spread: u32, last: u8) {
        let place = self.place(spread);
        self.0[place] |= bit(spread, last);
    }

    #[inline]
    fn place(&self, spread: u32) -> usize {
        ((u64::from(spread) * self.0.len() as u64) >> u32::BITS) as usize
    }
}

/// The bit of a word of the filter.
#[inline]
fn bit(spread: u32, last: u8) -> u64 {
    1 << (spread.wrapping_add(last.into()) & 63)
}

/// Whether so many lists take more of the slots than they may.
fn is_full(used: usize, slots: usize) -> bool {
    used * 4 > slots * 3
}

/// How many slots a shard has that had `slots` and now holds so many lists.
fn slots_for(used: usize, mut slots: usize) -> usize {
    while is_full(used, slots) {
        // By little: what grows twofold may be given up when it fills half of its memory.
        slots += (slots / 4).max(16);
    }
    slots
}

impl<L: Label> Shard<L> {
    fn used(&self) -> impl Iterator<Item = &Slot<L>> {
        self.slots.iter().filter(|slot| !slot.list.is_empty())
    }

    /// The list of a hash, maybe none.
    fn list(&self, spot: Spot) -> Chain {
        if self.slots.is_empty() { Chain::default() } else { self.slots[self.find(spot)].list }
    }

    /// How many are free of the slot at which the search for a place starts and one that it may pass: the two tell of most
    /// that it passes, as memory comes in lines of 64 bytes.
    fn free_ahead(&self, place: u32) -> usize {
        const AHEAD: usize = 6;
        let start = self.start(place);
        let slots = [start, start + AHEAD].map(|at| self.slots.get(at));
        slots.into_iter().flatten().filter(|slot| slot.list.is_empty()).count()
    }

    /// The list of a hash, which is about to get a holder.
    fn list_mut(&mut self, spot: Spot, scramble: &RandomState) -> &mut Chain {
        let slots = slots_for(self.used + 1, self.slots.len());
        if slots > self.slots.len() {
            self.grow(slots, scramble);
        }
        let at = self.find(spot);
        let slot = &mut self.slots[at];
        self.used += usize::from(slot.list.is_empty());
        slot.label = L::of(spot);
        &mut slot.list
    }

    /// Where the search for a place starts: in the order of places.
    fn start(&self, place: u32) -> usize {
        ((u64::from(place) * self.slots.len() as u64) >> PLACE_BITS) as usize
    }

    /// The slot of a hash, or the free one where it belongs. There is a free one.
    fn find(&self, spot: Spot) -> usize {
        let label = L::of(spot);
        let mut at = self.start(spot.place());
        while !self.slots[at].list.is_empty() && self.slots[at].label != label {
            at = self.behind(at);
        }
        at
    }

    fn behind(&self, at: usize) -> usize {
        if at + 1 == self.slots.len() { 0 } else { at + 1 }
    }

    fn grow(&mut self, slots: usize, scramble: &RandomState) {
        let before = std::mem::replace(&mut self.slots, vec![Slot::default(); slots]);
        for slot in before.into_iter().filter(|slot| !slot.list.is_empty()) {
            let (place, _) = slot.label.place(scramble);
            let mut at = self.start(place);
            while !self.slots[at].list.is_empty() {
                at = self.behind(at);
            }
            self.slots[at] = slot;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Label, PostingTable, Short, Slot, Whole};
    use crate::shingles::mix;

    #[test]
    fn holders_are_listed_latest_first() {
        holders_are_listed::<Whole>(20_011);
        // Of so few hashes two have one label in one of some hundred thousand processes.
        holders_are_listed::<Short>(1_009);
    }

    fn holders_are_listed<L: Label>(hashes: u64) {
        let mut table = PostingTable::<L>::new();
        let mut lists: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
        for holder in 0..60_000 {
            let hash = mix(u64::from(holder) % hashes) >> (holder % 3);
            table.insert(table.spot(hash), holder);
            lists.entry(hash).or_default().insert(0, holder);
        }
        for (hash, list) in lists {
            assert_eq!(table.holders(table.spot(hash)).collect::<Vec<_>>(), list);
        }
        assert_eq!(table.holders(table.spot(7)).count(), 0);
    }

    #[test]
    fn lists_of_near_hashes_are_kept_apart() {
        let mut table = PostingTable::<Short>::new();
        let groups = (0..300).map(|group| mix(group) & !0xff);
        for (group, holder) in groups.clone().zip(0..) {
            let spot = table.spot(group);
            (0..40).for_each(|last| table.insert(spot.near(group | last), holder));
        }
        for (group, holder) in groups.zip(0..) {
            let spot = table.spot(group);
            let found = |last| table.holders(spot.near(group | last)).collect::<Vec<_>>();
            assert!((0..40).all(|last| found(last) == [holder]), "{group:x}");
            assert!((40..256).all(|last| found(last).is_empty()), "{group:x}");
        }
    }

    /// What is foreseen before hashes come is not passed when they are there.
    #[test]
    fn memory_is_foreseen() {
        let mut table = PostingTable::<Short>::new();
        let mut holder = 0;
        for more in [1, 10, 1_000, 30_000, 100_000, 400_000, 700_000] {
            let foreseen = table.bytes_with(more);
            for _ in 0..more {
                table.insert(table.spot(mix(u64::from(holder))), holder);
                holder += 1;
            }
            let slots: usize = table.shards.iter().map(|shard| shard.slots.capacity()).sum();
            let slots = slots * size_of::<Slot<Short>>();
            let bytes = (slots + table.chains.bytes() + table.filter.0.len() * 8) as u64;
            assert!(bytes <= foreseen + 60_000, "{more} more: {bytes}, foreseen {foreseen}");
        }
        assert!(table.bytes_with(0) < 20 * u64::from(holder), "{}", table.bytes_with(0));
    }
}
