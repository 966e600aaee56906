//! Who has a better right to stay.

use std::cmp::Reverse;

use crate::date;
use crate::settings::Keep;

/// What `--keep` compares of a document: words, or seconds since 1970; the larger stays, of equals the first.
pub(crate) fn rank(keep: Keep, text: &str, date: Option<&str>) -> i64 {
    match keep {
        Keep::First => 0,
        Keep::Longest => gleaner_text::word_count(text) as i64,
        Keep::Newest => date.and_then(date::seconds).unwrap_or(i64::MIN),
    }
}

/// Where a document stands among all: those of earlier runs come before those of this one; then the larger rank, then the
/// smaller number comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    run: u32,
    rank: Reverse<i64>,
    doc: u64,
}

/// This run; earlier ones are numbered from 0.
const OWN: u32 = u32::MAX;

impl Place {
    /// Bytes of a place.
    pub(crate) const BYTES: usize = 20;

    /// That of document `doc` of this run.
    pub(crate) fn own(rank: i64, doc: u64) -> Place {
        Place { run: OWN, rank: Reverse(rank), doc }
    }

    /// That of document `doc` of earlier run `run`.
    pub(crate) fn earlier(run: usize, rank: i64, doc: u64) -> Place {
        Place { run: u32::try_from(run).unwrap_or(OWN - 1).min(OWN - 1), rank: Reverse(rank), doc }
    }

    /// The earlier run, if it is one.
    pub(crate) fn run(&self) -> Option<usize> {
        (self.run != OWN).then_some(self.run as usize)
    }

    pub(crate) fn rank(&self) -> i64 {
        self.rank.0
    }

    /// Its number in its run.
    pub(crate) fn doc(&self) -> u64 {
        self.doc
    }

    /// Bytes that sort as places do.
    pub(crate) fn to_bytes(self) -> [u8; Place::BYTES] {
        // The order of `u64` is that of `i64` with the sign turned over; all turned over, the largest comes first.
        let rank = !(self.rank.0 as u64 ^ (1 << 63));
        let mut bytes = [0; Place::BYTES];
        bytes[..4].copy_from_slice(&self.run.to_be_bytes());
        bytes[4..12].copy_from_slice(&rank.to_be_bytes());
        bytes[12..].copy_from_slice(&self.doc.to_be_bytes());
        bytes
    }

    /// Reads what [`Place::to_bytes`] gave at the start of `bytes`; what follows comes back. `None` when they are too few.
    pub(crate) fn read(bytes: &[u8]) -> Option<(Place, &[u8])> {
        let (run, rest) = bytes.split_first_chunk()?;
        let (rank, rest) = rest.split_first_chunk()?;
        let (doc, rest) = rest.split_first_chunk()?;
        let rank = Reverse((!u64::from_be_bytes(*rank) ^ (1 << 63)) as i64);
        Some((Place { run: u32::from_be_bytes(*run), rank, doc: u64::from_be_bytes(*doc) }, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn bytes_sort_as_places_do() {
        let ranks = [i64::MAX, 7, 0, -1, i64::MIN];
        let of_run = |run: Option<usize>| {
            ranks.iter().flat_map(move |&rank| {
                [0, 1, 300, u64::MAX].map(|doc| match run {
                    Some(run) => Place::earlier(run, rank, doc),
                    None => Place::own(rank, doc),
                })
            })
        };
        let places: Vec<Place> =
            [Some(0), Some(1), Some(usize::MAX), None].into_iter().flat_map(of_run).collect();
        assert!(places.is_sorted() && places.iter().map(|place| place.to_bytes()).is_sorted());
        for place in places {
            let bytes = [&place.to_bytes()[..], b"rest"].concat();
            assert_eq!(Place::read(&bytes), Some((place, &b"rest"[..])));
        }
        assert_eq!(Place::read(&[0; 19]), None);
    }
}
