//! The loops that may use several threads. Their results do not depend on it.

/// `each` of the items, in order.
#[cfg(feature = "rayon")]
pub(crate) fn map<T: Sync, R: Send>(items: &[T], each: impl Fn(&T) -> R + Sync) -> Vec<R> {
    use rayon::prelude::*;
    items.par_iter().map(&each).collect()
}

/// `each` of the items, in order.
#[cfg(not(feature = "rayon"))]
pub(crate) fn map<T: Sync, R: Send>(items: &[T], each: impl Fn(&T) -> R + Sync) -> Vec<R> {
    items.iter().map(each).collect()
}

/// What `here` gives, which this thread works on, and what `there` gives, which another one may work on meanwhile.
#[cfg(feature = "rayon")]
pub(crate) fn beside<A, B: Send>(here: impl FnOnce() -> A, there: impl FnOnce() -> B + Send) -> (A, B) {
    let mut other = None;
    let one = rayon::in_place_scope(|scope| {
        scope.spawn(|_| other = Some(there()));
        here()
    });
    (one, other.expect("the scope waits for what it spawned"))
}

/// What `here` and then `there` gives.
#[cfg(not(feature = "rayon"))]
pub(crate) fn beside<A, B: Send>(here: impl FnOnce() -> A, there: impl FnOnce() -> B + Send) -> (A, B) {
    (here(), there())
}

/// Sorts items of which equal ones cannot be told apart.
#[cfg(feature = "rayon")]
pub(crate) fn sort<T: Ord + Send>(items: &mut [T]) {
    use rayon::prelude::*;
    items.par_sort_unstable();
}

/// Sorts items of which equal ones cannot be told apart.
#[cfg(not(feature = "rayon"))]
pub(crate) fn sort<T: Ord + Send>(items: &mut [T]) {
    items.sort_unstable();
}
