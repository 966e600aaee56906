//! Which holders bear which hash, in some twenty to thirty bytes a pair.

use ahash::RandomState;

use crate::chains::{Chain, Chains};

/// Lists of holders by hash.
///
/// Heads of lists stand in tables with open addressing, one for each of the first bits of a scrambled hash, so that only
/// a small part of all is there twice while it grows. The scrambling has a secret key: no input is made to meet in a
/// table.
#[derive(Debug)]
pub(crate) struct PostingTable {
    scramble: RandomState,
    shards: Vec<Shard>,
    chains: Chains,
    filter: Filter,
    /// Hashes that have a list.
    used: usize,
    /// Holders in all lists.
    postings: usize,
}

/// Heads of lists. A power of two of slots, or none.
#[derive(Clone, Debug, Default)]
struct Shard {
    slots: Vec<Slot>,
    used: usize,
}

/// A hash and its holders, none where a slot is free.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// The halves of the hash: as one number it would make the slot a third larger.
    hash: [u32; 2],
    list: Chain,
}

/// Which hashes may have a list, in little memory: most of those that are asked for have none. The word is said by the
/// first bits of a secret factor times the hash without its last [`NEAR`] bits; these say the bit. A power of two of words.
#[derive(Debug)]
struct Filter {
    factor: u64,
    words: Vec<u64>,
}

/// Hashes that differ in so many of their last bits alone are near: whether they have lists is seen in one place.
pub(crate) const NEAR: u32 = 8;

const SHARD_BITS: u32 = 8;
/// Hashes at most for a word of the filter.
const PER_WORD: usize = 8;

impl PostingTable {
    pub(crate) fn new() -> PostingTable {
        let shards = vec![Shard::default(); 1 << SHARD_BITS];
        let scramble = RandomState::new();
        let filter = Filter { factor: scramble.hash_one(0) | 1, words: vec![0; 1 << SHARD_BITS] };
        PostingTable { scramble, shards, chains: Chains::default(), filter, used: 0, postings: 0 }
    }

    /// Adds a holder at the front of the list of `hash`. Holders are numbers below 2^31.
    pub(crate) fn insert(&mut self, hash: u64, holder: u32) {
        let (shard, start) = self.place(hash);
        let list = self.shards[shard].list_mut(hash, start, &self.scramble);
        let is_new = list.is_empty();
        self.chains.push(list, holder);
        self.postings += 1;
        if is_new {
            self.note(hash);
        }
    }

    /// The holders of `hash`, the latest first.
    pub(crate) fn holders(&self, hash: u64) -> impl Iterator<Item = u32> {
        let list = if self.filter.may_have(hash) {
            let (shard, start) = self.place(hash);
            self.shards[shard].list(hash, start)
        } else {
            Chain::default()
        };
        self.chains.iter(list)
    }

    /// Looks at where these hashes have their lists, so that the processor waits for many at a time and not for each when
    /// it is asked for.
    pub(crate) fn touch(&self, hashes: impl Iterator<Item = u64>) {
        let touched = hashes.fold(0usize, |touched, hash| {
            let (shard, start) = self.place(hash);
            touched + usize::from(self.shards[shard].is_free(start))
        });
        std::hint::black_box(touched);
    }

    /// The same for where it is noted whether they may have lists.
    pub(crate) fn touch_filter(&self, hashes: impl Iterator<Item = u64>) {
        let touched = hashes.fold(0u64, |touched, hash| touched ^ self.filter.words[self.filter.bit(hash).0]);
        std::hint::black_box(touched);
    }

    /// Bytes of memory with `more` postings, at most.
    pub(crate) fn bytes_with(&self, more: usize) -> u64 {
        let chains = self.chains.bytes_with(self.postings, more);
        let used = self.used;
        let slots: usize = self.shards.iter().map(|shard| shard.slots.len()).sum();
        // Spread evenly over shards, which double when they are three quarters full; one grows at a time.
        let needed = ((used + more) * 4 / 3 / self.shards.len() + 1).next_power_of_two() * self.shards.len();
        let largest = 2 * needed / self.shards.len();
        // The filter grows at once.
        let filter = (used + more).div_ceil(PER_WORD).next_power_of_two().max(self.filter.words.len());
        (chains + (needed.max(slots) + largest) * size_of::<Slot>() + 12 * filter) as u64
    }

    /// Whether a hash may have a list; most that have none are known here.
    #[inline]
    pub(crate) fn may_have(&self, hash: u64) -> bool {
        self.filter.may_have(hash)
    }

    /// Adds a hash to the filter.
    fn note(&mut self, hash: u64) {
        self.used += 1;
        if self.used <= PER_WORD * self.filter.words.len() {
            return self.filter.add(hash);
        }
        self.filter.words = vec![0; 2 * self.filter.words.len()];
        for shard in &self.shards {
            let used = shard.slots.iter().filter(|slot| !slot.list.is_empty());
            used.for_each(|slot| self.filter.add(slot.hash()));
        }
    }

    /// Whether `more` postings have numbers.
    pub(crate) fn has_numbers(&self, more: usize) -> bool {
        Chains::has_numbers(self.postings.saturating_add(more))
    }

    /// The shard of a hash, and where in it to look first.
    fn place(&self, hash: u64) -> (usize, usize) {
        let scrambled = self.scramble.hash_one(hash);
        ((scrambled >> (64 - SHARD_BITS)) as usize, scrambled as usize)
    }
}

impl Filter {
    #[inline]
    fn may_have(&self, hash: u64) -> bool {
        let (word, bit) = self.bit(hash);
        self.words[word] & bit != 0
    }

    fn add(&mut self, hash: u64) {
        let (word, bit) = self.bit(hash);
        self.words[word] |= bit;
    }

    #[inline]
    fn bit(&self, hash: u64) -> (usize, u64) {
        let spread = (hash >> NEAR).wrapping_mul(self.factor);
        let word = spread >> (u64::BITS - self.words.len().trailing_zeros());
        (word as usize, 1 << ((spread >> 20).wrapping_add(hash) & 63))
    }
}

impl Slot {
    fn hash(&self) -> u64 {
        let [low, high] = self.hash.map(u64::from);
        low | high << 32
    }

    fn set_hash(&mut self, hash: u64) {
        self.hash = [hash as u32, (hash >> 32) as u32];
    }
}

impl Shard {
    /// The list of `hash`, maybe none.
    fn list(&self, hash: u64, start: usize) -> Chain {
        if self.slots.is_empty() { Chain::default() } else { self.slots[self.find(hash, start)].list }
    }

    /// Whether the slot is free at which the search for a hash starts.
    fn is_free(&self, start: usize) -> bool {
        let mask = self.slots.len().wrapping_sub(1);
        self.slots.get(start & mask).is_none_or(|slot| slot.list.is_empty())
    }

    /// The list of `hash`, which is about to get a holder.
    fn list_mut(&mut self, hash: u64, start: usize, scramble: &RandomState) -> &mut Chain {
        if (self.used + 1) * 4 > self.slots.len() * 3 {
            self.grow(scramble);
        }
        let at = self.find(hash, start);
        let slot = &mut self.slots[at];
        self.used += usize::from(slot.list.is_empty());
        slot.set_hash(hash);
        &mut slot.list
    }

    /// The slot of `hash`, or the free one where it belongs. There is a free one.
    fn find(&self, hash: u64, start: usize) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = start & mask;
        while !self.slots[at].list.is_empty() && self.slots[at].hash() != hash {
            at = (at + 1) & mask;
        }
        at
    }

    fn grow(&mut self, scramble: &RandomState) {
        let slots = vec![Slot::default(); (2 * self.slots.len()).max(16)];
        let before = std::mem::replace(&mut self.slots, slots);
        for slot in before.into_iter().filter(|slot| !slot.list.is_empty()) {
            let at = self.find(slot.hash(), scramble.hash_one(slot.hash()) as usize);
            self.slots[at] = slot;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::PostingTable;
    use crate::shingles::mix;

    #[test]
    fn holders_are_listed_latest_first() {
        let mut table = PostingTable::new();
        let mut lists: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
        for holder in 0..60_000 {
            let hash = mix(u64::from(holder) % 20_011) >> (holder % 3);
            table.insert(hash, holder);
            lists.entry(hash).or_default().insert(0, holder);
        }
        for (hash, list) in lists {
            assert_eq!(table.holders(hash).collect::<Vec<_>>(), list);
        }
        assert_eq!(table.holders(7).count(), 0);
    }

    /// What is foreseen before hashes come is not passed when they are there.
    #[test]
    fn memory_is_foreseen() {
        let mut table = PostingTable::new();
        let mut holder = 0;
        for more in [1, 10, 1_000, 30_000, 100_000, 400_000, 700_000] {
            let foreseen = table.bytes_with(more);
            for _ in 0..more {
                table.insert(mix(u64::from(holder)), holder);
                holder += 1;
            }
            let slots: usize = table.shards.iter().map(|shard| shard.slots.capacity()).sum();
            // Shards are not filled quite evenly: some double a little earlier.
            let bytes = (slots * 12 + table.chains.bytes() + table.filter.words.len() * 8) as u64;
            assert!(bytes <= foreseen + foreseen / 3 + 60_000, "{more} more: {bytes}, foreseen {foreseen}");
        }
        assert!(table.bytes_with(0) < 35 * u64::from(holder), "{}", table.bytes_with(0));
    }
}
