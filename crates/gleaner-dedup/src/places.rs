//! Where documents are listed by their keys, and where they are looked up.

use std::ops::RangeInclusive;

use crate::content::Content;
use crate::keys::{Key, Keys, Kind};
use crate::similarity::Similarity;

/// The hashes under which a document is listed.
pub(crate) fn places(keys: &Keys) -> impl Iterator<Item = u64> {
    prefix_places(keys).chain(keys.content.marks.iter().copied()).chain(full_places(keys))
}

/// Those of the keys of its prefix.
pub(crate) fn prefix_places(keys: &Keys) -> impl Iterator<Item = u64> {
    let classes = classes(keys);
    keys.listed().iter().flat_map(move |&Key { hash, .. }| {
        let listed = classes.clone().map(|classes| classes.map(move |class| in_class(hash, class)));
        let is_of_bands = listed.is_none();
        listed.into_iter().flatten().chain(is_of_bands.then_some(hash))
    })
}

/// Number of [`prefix_places`].
pub(crate) fn prefix_count(keys: &Keys) -> usize {
    keys.listed().len() * classes(keys).map_or(1, |classes| classes.count())
}

/// The classes in which a document is listed by its prefix; `None` for bands, which have none.
fn classes(keys: &Keys) -> Option<RangeInclusive<u32>> {
    let (smallest, largest) = match keys.kind {
        Kind::Bands => return None,
        Kind::Prefix { size } => (size, size),
        // Whatever size it has when it is asked for.
        Kind::Content { .. } => (keys.content.lasting, keys.content.size),
    };
    Some(size_class(smallest)..=size_class(largest))
}

/// Those of all its shingles, where it is listed by these.
pub(crate) fn full_places(keys: &Keys) -> impl Iterator<Item = u64> {
    let Content { all, is_crowded, .. } = &keys.content;
    let all: &[u64] = if *is_crowded { all } else { &[] };
    all.iter().map(|&key| in_full(key))
}

/// Tells `list` of the lists in which a document is looked up, with the position of a key of a prefix.
pub(crate) fn looked_up(keys: &Keys, similarity: &Similarity, mut list: impl FnMut(u64, u32)) {
    match (keys.kind, similarity) {
        (Kind::Bands, _) => keys.keys.iter().for_each(|key| list(key.hash, 0)),
        (Kind::Prefix { size }, _) => {
            prefixed(&keys.keys, similarity.threshold(), size, &mut list);
        }
        (Kind::Content { .. }, Similarity::Coverage(coverage)) => {
            let jaccard = coverage.alike().threshold();
            prefixed(keys.probes(), jaccard, keys.content.size, &mut list);
            let Content { all, window, .. } = &keys.content;
            let window = window.iter().map(|&key| in_full(key));
            all.iter().copied().chain(window).for_each(|place| list(place, 0));
        }
        (Kind::Content { .. }, Similarity::Jaccard { .. }) => {}
    }
}

fn prefixed(keys: &[Key], jaccard: f64, size: u32, list: &mut impl FnMut(u64, u32)) {
    let classes = if keys.is_empty() { return } else { Classes::new(jaccard, size) };
    keys.iter().for_each(|key| classes.lists(key).for_each(|place| list(place, key.position)));
}

/// The lists in which a document is looked up by a prefix: those of the sizes that holders may have.
///
/// Of a holder that shares a key of a prefix and none that is rarer, no more can be shared than what follows. Pages of
/// one template, which have all but their rarest shingles in common, are ruled out here, not one by one.
pub(crate) struct Classes {
    first: u32,
    /// The last position of a key at which there are enough shingles behind it, for each class.
    last_position: Vec<u32>,
}

impl Classes {
    /// Of a document with `size` shingles.
    pub(crate) fn new(jaccard: f64, size: u32) -> Classes {
        let similarity = Similarity::Jaccard { threshold: jaccard };
        let smallest = similarity.least_shared_with_any(size as usize);
        let largest = (f64::from(size) / jaccard * (1.0 + 1e-12)).min(f64::from(u32::MAX)) as u32;
        let first = size_class(u32::try_from(smallest).unwrap_or(u32::MAX));
        let last_position = (first..=size_class(largest)).map(|class| {
            let least_size = smallest.max(first_of_class(class));
            // Rounding may put the first of a class beyond what is large enough.
            let needed = similarity.least_shared(size as usize, least_size).unwrap_or(0);
            size.saturating_sub(u32::try_from(needed).unwrap_or(u32::MAX))
        });
        Classes { first, last_position: last_position.collect() }
    }

    /// The lists for a key.
    pub(crate) fn lists(&self, key: &Key) -> impl Iterator<Item = u64> {
        let Key { hash, position, .. } = *key;
        let reached = self.last_position.iter().take_while(move |last| position <= **last);
        (self.first..).zip(reached).map(move |(class, _)| in_class(hash, class))
    }
}

/// The class of a number of shingles: itself below 8, above that with all larger ones that agree in four leading bits.
fn size_class(size: u32) -> u32 {
    match size.checked_ilog2() {
        Some(bits) if bits >= 3 => (bits - 2) * 8 + ((size >> (bits - 3)) & 7),
        _ => size,
    }
}

/// The least number of a class.
fn first_of_class(class: u32) -> usize {
    if class < 8 { class as usize } else { (8 + class as usize % 8) << (class / 8 - 1) }
}

/// The hash by which holders of a class of sizes that bear `hash` are listed. The lists of one hash are
/// [near](crate::postings::Spot::near); those of another one that differs in its last byte alone make needless candidates.
fn in_class(hash: u64, class: u32) -> u64 {
    hash ^ u64::from(class + 1)
}

/// The hash by which holders are listed that are listed by all their shingles: as one of a class that no size has.
pub(crate) fn in_full(hash: u64) -> u64 {
    hash ^ 0xff
}

#[cfg(test)]
mod tests {
    use super::{first_of_class, size_class};

    #[test]
    fn classes_are_ranges_of_sizes() {
        for size in (0..5_000).chain([1 << 20, (1 << 20) + 1, u32::MAX]) {
            let class = size_class(size);
            assert!(first_of_class(class) <= size as usize, "{size}");
            assert!((size as usize) < first_of_class(class + 1), "{size}");
            // So that the lists of a hash are near, and none is that of all shingles.
            assert!(class + 1 < 0xff, "{size}");
        }
    }
}
