//! Many lists of numbers that grow at their front, in few bytes and few places.

/// A list of [`Chains`]: nothing, a number, or the place of the piece that was begun last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chain(u32);

/// Marks a place; without it a list is the one number that it holds.
const PIECE: u32 = 1 << 31;
const NONE: u32 = u32::MAX;

/// Words of a block, which never moves.
const BLOCK: usize = 1 << 14;
/// Words before the numbers of a piece: the list that was there before it, and how many numbers it holds and has room for.
const HEAD: usize = 2;
const FIRST_ROOM: usize = 2;
const MOST_ROOM: usize = 16;

impl Default for Chain {
    fn default() -> Chain {
        Chain(NONE)
    }
}

impl Chain {
    pub(crate) fn is_empty(self) -> bool {
        self.0 == NONE
    }

    /// The place of its last piece.
    fn piece(self) -> Option<usize> {
        (!self.is_empty() && self.0 & PIECE != 0).then_some((self.0 & !PIECE) as usize)
    }
}

/// The numbers of all lists that have more than one, in pieces that are each twice as large as the one before, up to
/// a bound.
#[derive(Debug, Default)]
pub(crate) struct Chains {
    blocks: Vec<Box<[u32]>>,
    /// Words used in the last block.
    used: usize,
}

impl Chains {
    /// Adds a number below 2^31 at the front of `list`.
    pub(crate) fn push(&mut self, list: &mut Chain, number: u32) {
        debug_assert!(number < PIECE);
        if list.is_empty() {
            *list = Chain(number);
            return;
        }
        let Some(place) = list.piece() else {
            *list = self.begin(Chain::default(), FIRST_ROOM, &[list.0, number]);
            return;
        };
        let (held, room) = self.size(place);
        if held == room {
            *list = self.begin(*list, (2 * room).min(MOST_ROOM), &[number]);
            return;
        }
        let piece = &mut self.blocks[place / BLOCK][place % BLOCK..];
        piece[HEAD + held] = number;
        piece[1] += 1;
    }

    /// The numbers of a list, the one that was added last first.
    pub(crate) fn iter(&self, list: Chain) -> Iter<'_> {
        Iter { chains: self, now: &[], before: list }
    }

    /// Bytes of memory that the pieces take.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.blocks.len() * BLOCK * size_of::<u32>()
    }

    /// The same at most when the lists, which hold `numbers`, hold `more`.
    pub(crate) fn bytes_with(&self, numbers: usize, more: usize) -> usize {
        // Three numbers take two pieces of ten words; of no list each takes more.
        let all = (numbers + more).saturating_mul(10) / 3;
        let words = (self.words() + more.saturating_mul(HEAD + MOST_ROOM)).min(all);
        // At the end of a block a piece may have no room.
        let whole = BLOCK - HEAD - MOST_ROOM;
        words.div_ceil(whole).max(self.blocks.len()) * BLOCK * size_of::<u32>()
    }

    /// Whether there are places for so many numbers.
    pub(crate) fn has_numbers(numbers: usize) -> bool {
        numbers < PIECE as usize / 4
    }

    fn words(&self) -> usize {
        self.blocks.len().saturating_sub(1) * BLOCK + self.used
    }

    /// Numbers held by the piece at a place, and how many it has room for.
    fn size(&self, place: usize) -> (usize, usize) {
        let size = self.blocks[place / BLOCK][place % BLOCK + 1];
        ((size & 0xffff) as usize, (size >> 16) as usize)
    }

    /// Begins a piece behind `before`.
    fn begin(&mut self, before: Chain, room: usize, numbers: &[u32]) -> Chain {
        if self.blocks.is_empty() || self.used + HEAD + room > BLOCK {
            self.blocks.push(vec![0; BLOCK].into());
            self.used = 0;
        }
        let last = self.blocks.len() - 1;
        let piece = &mut self.blocks[last][self.used..][..HEAD + room];
        piece[0] = before.0;
        piece[1] = (room as u32) << 16 | numbers.len() as u32;
        piece[HEAD..][..numbers.len()].copy_from_slice(numbers);
        let place = last * BLOCK + self.used;
        self.used += HEAD + room;
        Chain(PIECE | place as u32)
    }
}

/// See [`Chains::iter`].
pub(crate) struct Iter<'a> {
    chains: &'a Chains,
    /// What is left of the piece.
    now: &'a [u32],
    before: Chain,
}

impl Iterator for Iter<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        if self.now.is_empty() {
            let Some(place) = self.before.piece() else {
                let one = std::mem::take(&mut self.before);
                return (!one.is_empty()).then_some(one.0);
            };
            let (held, _) = self.chains.size(place);
            let piece = &self.chains.blocks[place / BLOCK][place % BLOCK..];
            (self.before, self.now) = (Chain(piece[0]), &piece[HEAD..HEAD + held]);
        }
        let (last, rest) = self.now.split_last()?;
        self.now = rest;
        Some(*last)
    }
}

#[cfg(test)]
mod tests {
    use super::{Chain, Chains};
    use crate::shingles::mix;

    #[test]
    fn numbers_come_back_latest_first() {
        let (mut chains, mut lists) = (Chains::default(), vec![(Chain::default(), Vec::new()); 500]);
        for number in 0..60_000 {
            // Some lists are long, many short.
            let which = mix(number.into());
            let (list, model) = &mut lists[(which % (1 + (which >> 32) % 500)) as usize];
            let foreseen = chains.bytes_with(number as usize, 1);
            chains.push(list, number);
            assert!(chains.bytes() <= foreseen);
            model.insert(0, number);
        }
        for (list, model) in lists {
            assert_eq!(chains.iter(list).collect::<Vec<_>>(), model);
        }
        assert_eq!(chains.iter(Chain::default()).count(), 0);
    }

    #[test]
    fn lists_of_one_take_no_room() {
        let (mut chains, mut list) = (Chains::default(), Chain::default());
        assert!(list.is_empty());
        chains.push(&mut list, 7);
        assert!(!list.is_empty());
        assert_eq!((chains.iter(list).collect::<Vec<_>>(), chains.bytes()), (vec![7], 0));
    }

    #[test]
    fn memory_is_foreseen_for_lists_of_any_length() {
        for length in [1, 2, 3, 6, 7, 14, 15, 31, 200] {
            let (mut chains, count) = (Chains::default(), 10_000);
            let foreseen = chains.bytes_with(0, count * length);
            for _ in 0..count {
                let mut list = Chain::default();
                (0..length as u32).for_each(|number| chains.push(&mut list, number));
            }
            assert!(chains.bytes() <= foreseen, "{length}: {} of {foreseen}", chains.bytes());
        }
    }
}
