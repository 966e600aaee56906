//! What finding duplicates in memory takes.

use crate::banding::Banding;
use crate::lines::PageLines;
use crate::resolve::ResolveOptions;
use crate::sketcher::Fingerprint;
use crate::verify::Duplicate;

/// Bytes that the fingerprints of `documents` documents and [`find_duplicates`](crate::find_duplicates) on them take
/// at most, without what the caller holds and what `load` takes.
///
/// An upper bound for any input: it is reached when every document shares every band key with others, and several
/// times what an ordinary corpus takes. Who has less calls [`resolve`](crate::resolve), which holds no more than its
/// options say. A single document with more shingles than [`ResolveOptions::cache_bytes`] holds comes on top: while it
/// is compared, its shingles and those of one candidate are held, for each thread.
///
/// ```
/// use gleaner_dedup::{ResolveOptions, SketchOptions, memory_needed};
///
/// let bytes = memory_needed(1_000_000, SketchOptions::default().banding, &ResolveOptions::default());
/// assert!((1 << 30..5 << 30).contains(&bytes));
/// ```
pub fn memory_needed(documents: u64, banding: Banding, options: &ResolveOptions) -> u64 {
    let bands = banding.bands as u64;
    let fingerprint = size_of::<Fingerprint>() as u64 + 8 * bands + PageLines::MOST_BYTES + 3 * ALLOCATION;
    let verdict = size_of::<Option<Duplicate>>() as u64;
    let copies = (size_of::<Option<usize>>() + size_of::<(u128, usize)>()) as u64;
    let counters = bands;
    let held = documents.saturating_mul(fingerprint + verdict + copies + counters);
    let index = documents.saturating_mul(INDEX_ENTRY * bands).min(options.index_bytes);
    held.saturating_add(index).saturating_add(options.cache_bytes)
}

/// What an allocator adds to a small block.
const ALLOCATION: u64 = 16;

/// A key in the index: its posting and its place in the map, with what doubling leaves empty or holds twice.
const INDEX_ENTRY: u64 = 64;
