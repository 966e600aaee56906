//! What finding duplicates takes.

use crate::banding::Banding;
use crate::find::{BLOCK, ResolveOptions};
use crate::sketcher::Fingerprint;
use crate::verify::Duplicate;

/// Bytes that the fingerprints of `documents` documents and [`find_duplicates`](crate::find_duplicates) on them take
/// at most, without what the caller holds and what `load` takes.
///
/// An upper bound for any input: it is reached when every document shares every band key with others, and about
/// twice what an ordinary corpus takes. A single document with more shingles than [`ResolveOptions::cache_bytes`] holds
/// comes on top: while it is compared, its shingles and those of one candidate are held, for each thread.
///
/// ```
/// use gleaner_dedup::{ResolveOptions, SketchOptions, memory_needed};
///
/// let bytes = memory_needed(1_000_000, SketchOptions::default().banding, &ResolveOptions::default());
/// assert!((300 << 20..640 << 20).contains(&bytes));
/// ```
pub fn memory_needed(documents: u64, banding: Banding, options: &ResolveOptions) -> u64 {
    let bands = banding.bands as u64;
    let fingerprint = size_of::<Fingerprint>() as u64 + 8 * bands + ALLOCATION;
    let verdict = size_of::<Option<Duplicate>>() as u64;
    let first_copy = size_of::<Option<u32>>() as u64;
    // One after the other: sorting contents; sorting the keys of a band beside the buckets of all bands.
    let sorting =
        (size_of::<(u128, u32)>() as u64).max(size_of::<(u64, u32)>() as u64 + BUCKET_ENTRY * bands);
    let listed = 4 * (bands + 2).min(4);
    let per_document = fingerprint + verdict + first_copy + sorting + listed;
    let block = BLOCK as u64 * (ALLOCATION + 16 * bands + 32 * bands);
    documents.saturating_mul(per_document).saturating_add(block).saturating_add(options.cache_bytes)
}

/// What an allocator adds to a small block.
const ALLOCATION: u64 = 16;

/// A document in a bucket: its entry, its place among the kept, its part of the bucket's counter.
const BUCKET_ENTRY: u64 = 8 + 4 + 2;
