//! Hashes that may be stored and compared between machines, builds and years.

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// Stable 64-bit hash of `bytes`: XXH3 with seed 0.
///
/// The [definition](https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md) is published and frozen, so the
/// value is the same on every machine and in every later version.
///
/// ```
/// assert_eq!(gleaner_text::hash64(b""), 0x2d06_8005_38d3_94c2);
/// ```
#[inline]
pub fn hash64(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}

/// Stable 128-bit hash of `bytes`: XXH3-128 with seed 0, the low half in the low 64 bits.
///
/// Wide enough that equal hashes can stand for equal texts: among 10¹² texts a chance collision has a
/// probability of 10⁻¹⁵.
///
/// ```
/// assert_eq!(gleaner_text::hash128(b""), 0x99aa_06d3_0147_98d8_6001_c324_468d_497f);
/// ```
#[inline]
pub fn hash128(bytes: &[u8]) -> u128 {
    xxh3_128(bytes)
}

/// Stable hash of one token, the value that [`Tokenizer::hash_tokens`](crate::Tokenizer::hash_tokens) reports:
/// [`hash64`] of its UTF-8 bytes.
///
/// ```
/// assert_eq!(gleaner_text::token_hash("word"), gleaner_text::hash64(b"word"));
/// ```
#[inline]
pub fn token_hash(token: &str) -> u64 {
    hash64(token.as_bytes())
}
