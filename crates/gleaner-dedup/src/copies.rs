//! Exact copies.

use crate::parallel;

/// For each document the first one with the same content, often itself; `None` for an empty one.
///
/// `O(n log n)`; takes 32 bytes a document while it runs.
pub(crate) fn first_copies(contents: impl ExactSizeIterator<Item = Option<u128>>) -> Vec<Option<usize>> {
    let mut first = vec![None; contents.len()];
    let mut contents: Vec<(u128, usize)> =
        contents.enumerate().filter_map(|(index, content)| Some((content?, index))).collect();
    parallel::sort(&mut contents);
    for copies in contents.chunk_by(|left, right| left.0 == right.0) {
        for &(_, index) in copies {
            first[index] = Some(copies[0].1);
        }
    }
    first
}
