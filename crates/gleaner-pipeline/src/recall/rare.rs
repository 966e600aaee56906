//! Which hashes of a sampled document say something: those that few kept documents have.
//!
//! All pages of a site have the lines of its frame, all pages of a template its sentences; what a missed duplicate
//! shares with the document is in few. Outlines do not know of frames, but how many have a hash can be counted: in
//! one more pass over them, for the hashes of the sample alone.

use crate::recall::outline::Outline;
use crate::recall::postings::Postings;

/// Kept documents that have a rare hash, at most.
const RARE: u16 = 32;
/// Hashes of a document that are looked up at least: when fewer are rare, the rarest.
const FEWEST: usize = 32;

/// How many kept documents have each hash of the sample.
pub(super) struct Frequencies {
    /// The place of each hash in `counts`.
    places: Postings,
    counts: Vec<u16>,
}

impl Frequencies {
    pub(super) fn new<'a>(sample: impl Iterator<Item = &'a Outline>) -> Frequencies {
        let mut hashes: Vec<u32> = sample.flat_map(|outline| outline.hashes.iter().copied()).collect();
        hashes.sort_unstable();
        hashes.dedup();
        let counts = vec![0; hashes.len()];
        Frequencies { places: Postings::new(hashes.into_iter().zip(0..).collect()), counts }
    }

    /// Counts the hashes of a kept document.
    pub(super) fn count(&mut self, hashes: impl Iterator<Item = u32>) {
        for hash in hashes {
            for place in self.places.of(hash) {
                let count = &mut self.counts[place as usize];
                *count = count.saturating_add(1);
            }
        }
    }

    /// The rare hashes of a sampled outline.
    pub(super) fn rare(&self, outline: &Outline) -> Vec<u32> {
        let count = |hash: u32| self.places.of(hash).next().map_or(0, |place| self.counts[place as usize]);
        let counted: Vec<(u32, u16)> = outline.hashes.iter().map(|&hash| (hash, count(hash))).collect();
        let mut counts: Vec<u16> = counted.iter().map(|&(_, count)| count).collect();
        counts.sort_unstable();
        let most = counts.get(FEWEST - 1).map_or(u16::MAX, |&rarest| rarest.max(RARE));
        counted.into_iter().filter(|&(_, count)| count <= most).map(|(hash, _)| hash).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{FEWEST, Frequencies, RARE};
    use crate::recall::outline::Outline;

    /// How many of the hashes are rare that come in these numbers of kept documents.
    fn rare(bearers: &[u16]) -> usize {
        let hashes: Vec<u32> = (0..bearers.len() as u32).map(|number| number << 20 | 77).collect();
        let sampled = Outline { level: 0, hashes: hashes.clone() };
        let mut frequencies = Frequencies::new([&sampled].into_iter());
        for kept in 0..bearers.iter().copied().max().unwrap_or(0) {
            let bears = hashes.iter().zip(bearers).filter(|&(_, &bearers)| kept < bearers);
            frequencies.count(bears.map(|(hash, _)| *hash).chain([3, u32::MAX]));
        }
        frequencies.rare(&sampled).len()
    }

    #[test]
    fn common_hashes_do_not_count_while_there_are_others() {
        assert_eq!(rare(&[]), 0);
        let (few, many) = ([RARE; FEWEST], [RARE + 1; 50]);
        assert_eq!(rare(&[&few[..], &many].concat()), FEWEST);
        // One too few: all that are as rare as the last.
        assert_eq!(rare(&[&few[1..], &many, &[200; 9]].concat()), FEWEST - 1 + 50);
        assert_eq!(rare(&[900; FEWEST - 1]), FEWEST - 1);
    }
}
