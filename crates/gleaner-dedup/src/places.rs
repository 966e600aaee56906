//! Where documents are listed by their keys, and where they are looked up.

use crate::content::Content;
use crate::keys::{Key, Keys, Kind};
use crate::similarity::Similarity;

/// The hashes under which a document is listed.
pub(crate) fn places(keys: &Keys) -> impl Iterator<Item = u64> {
    let Content { size, lasting, marks, all, is_crowded, .. } = &keys.content;
    let (first, last) = match keys.kind {
        Kind::Bands => (None, 0),
        Kind::Prefix { size } => (Some(size_class(size)), size_class(size)),
        // Whatever size it has when it is asked for.
        Kind::Content { .. } => (Some(size_class(*lasting)), size_class(*size)),
    };
    let classed = move |key: &Key| {
        let hash = key.hash;
        let classes = first.map(|first| (first..=last).map(move |class| in_class(hash, class)));
        classes.into_iter().flatten().chain(first.is_none().then_some(hash))
    };
    let in_full = is_crowded.then(|| all.iter().map(|&key| in_full(key)));
    keys.listed().iter().flat_map(classed).chain(marks.iter().copied()).chain(in_full.into_iter().flatten())
}

/// Tells `list` of the lists in which a document is looked up, with the position of a key of a prefix.
pub(crate) fn looked_up(keys: &Keys, similarity: &Similarity, mut list: impl FnMut(u64, u32)) {
    match (keys.kind, similarity) {
        (Kind::Bands, _) => keys.keys.iter().for_each(|key| list(key.hash, 0)),
        (Kind::Prefix { size }, _) => {
            keys.keys.iter().for_each(|key| lists(similarity.threshold(), size, key, &mut list));
        }
        (Kind::Content { .. }, Similarity::Coverage(coverage)) => {
            let jaccard = coverage.alike().threshold();
            keys.probes().iter().for_each(|key| lists(jaccard, keys.content.size, key, &mut list));
            marked(&keys.content).for_each(|place| list(place, 0));
        }
        (Kind::Content { .. }, Similarity::Jaccard { .. }) => {}
    }
}

/// The lists in which a document is looked up besides those of a prefix.
pub(crate) fn marked(content: &Content) -> impl Iterator<Item = u64> {
    content.all.iter().copied().chain(content.window.iter().map(|&key| in_full(key)))
}

/// The lists in which holders of a key of a prefix of a document with `size` shingles stand that may be similar enough.
///
/// They stand by their size: of a holder that shares this key and none that is rarer, no more can be shared than what
/// follows. Pages of one template, which have all but their rarest shingles in common, are ruled out here, not one by
/// one.
pub(crate) fn lists(jaccard: f64, size: u32, key: &Key, mut list: impl FnMut(u64, u32)) {
    let similarity = Similarity::Jaccard { threshold: jaccard };
    let rest = (size - key.position) as usize;
    let smallest = similarity.least_shared_with_any(size as usize);
    let largest = (f64::from(size) / jaccard * (1.0 + 1e-12)).min(f64::from(u32::MAX)) as u32;
    for class in size_class(smallest as u32)..=size_class(largest) {
        let least_size = smallest.max(first_of_class(class));
        // Rounding may put the first of a class beyond what is large enough.
        if similarity.least_shared(size as usize, least_size).is_some_and(|least| least > rest) {
            break;
        }
        list(in_class(key.hash, class), key.position);
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

/// The hash by which holders of a class of sizes that bear `hash` are listed.
fn in_class(hash: u64, class: u32) -> u64 {
    hash ^ u64::from(class + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The hash by which holders are listed that are listed by all their shingles.
pub(crate) fn in_full(hash: u64) -> u64 {
    in_class(hash, u32::MAX - 1)
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
        }
    }
}
