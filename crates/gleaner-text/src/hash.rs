//! Hashes that may be stored and compared between machines, builds and years.

use xxhash_rust::xxh3::{Xxh3Default, xxh3_64, xxh3_128};

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

/// [`hash128`] of bytes that come in pieces.
///
/// ```
/// let mut hasher = gleaner_text::Hasher128::default();
/// hasher.update(b"two ");
/// hasher.update(b"words");
/// assert_eq!(hasher.finish(), gleaner_text::hash128(b"two words"));
/// ```
#[derive(Clone, Default)]
pub struct Hasher128(Xxh3Default);

impl Hasher128 {
    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of all bytes.
    pub fn finish(&self) -> u128 {
        self.0.digest128()
    }
}

impl std::fmt::Debug for Hasher128 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hasher128")
    }
}

/// Stable hash of one token, the value that [`Tokenizer::hash_tokens`](crate::Tokenizer::hash_tokens) reports.
///
/// Not [`hash64`]: this one can be had from pieces of a word while it is folded. The definition is part of the format
/// and will not change. Let `mix(a, b)` be the high half of the 128-bit product of `a` and `b`, xor its low half, and
/// `A`, `B`, `C`, `D` the first 64 bits behind the point of the square roots of 2, 3, 5 and 7. Cut the UTF-8 bytes of
/// the token into little-endian 64-bit numbers, the last of 1 to 8 bytes (of none, for an empty token) filled up with
/// zeros. Start with `h = A`; for each number `n` but the last `h = mix(h ^ n, B)`; for the last and the number of all
/// bytes `h = mix(h ^ n, C ^ bytes)`; the hash is `mix(h ^ A, D)`.
///
/// ```
/// assert_eq!(gleaner_text::token_hash("word"), 0x1f90_601a_d343_2d90);
/// ```
#[inline]
pub fn token_hash(token: &str) -> u64 {
    hash_as_it_is(token.as_bytes(), 0, token.len())
}

const A: u64 = 0x6a09_e667_f3bc_c908;
const B: u64 = 0xbb67_ae85_84ca_a73b;
const C: u64 = 0x3c6e_f372_fe94_f82b;
const D: u64 = 0xa54f_f53a_5f1d_36f1;

#[inline(always)]
fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product >> 64) as u64 ^ product as u64
}

#[inline(always)]
fn finish(h: u64, last: u64, bytes: usize) -> u64 {
    mix(mix(h ^ last, C ^ bytes as u64) ^ A, D)
}

/// [`token_hash`] of `text[start..end]`.
#[inline(always)]
pub(crate) fn hash_as_it_is(text: &[u8], start: usize, end: usize) -> u64 {
    hash_with(text, start, end, |chunk| chunk)
}

/// [`token_hash`] of `text[start..end]` with its ASCII letters in lower case.
#[inline(always)]
pub(crate) fn hash_in_lower_case(text: &[u8], start: usize, end: usize) -> u64 {
    hash_with(text, start, end, lower_ascii)
}

#[inline(always)]
fn hash_with(text: &[u8], start: usize, end: usize, change: impl Fn(u64) -> u64) -> u64 {
    let (mut h, mut at) = (A, start);
    while end - at > 8 {
        h = mix(h ^ change(read(text, at, 8)), B);
        at += 8;
    }
    finish(h, change(read(text, at, end - at)), end - start)
}

/// Up to eight bytes, `count` of them, from `at` on.
#[inline(always)]
fn read(text: &[u8], at: usize, count: usize) -> u64 {
    match text.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(eight) if count > 0 => u64::from_le_bytes(*eight) & (!0 >> (64 - 8 * count)),
        _ => read_at_end(&text[at..at + count]),
    }
}

#[cold]
fn read_at_end(rest: &[u8]) -> u64 {
    let mut eight = [0; 8];
    eight[..rest.len()].copy_from_slice(rest);
    u64::from_le_bytes(eight)
}

/// Eight bytes at once: `A` to `Z` as `a` to `z`, all others as they are.
#[inline(always)]
fn lower_ascii(bytes: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    let low = bytes & !HIGH;
    let from_a = low + (0x80 - u64::from(b'A')) * ONES;
    let above_z = low + (0x7f - u64::from(b'Z')) * ONES;
    let upper = (from_a ^ above_z) & !bytes & HIGH;
    bytes | upper >> 2
}

/// [`token_hash`] of a token that comes in pieces.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TokenHasher {
    h: u64,
    /// The bytes not yet in `h`.
    chunk: u64,
    /// Their number, at most 8.
    held: u32,
    bytes: usize,
}

impl TokenHasher {
    pub(crate) fn new() -> TokenHasher {
        TokenHasher { h: A, chunk: 0, held: 0, bytes: 0 }
    }

    /// Takes the first `count` of eight bytes, at most seven; the others must be zero.
    #[inline(always)]
    pub(crate) fn push(&mut self, piece: u64, count: u32) {
        self.bytes += count as usize;
        self.chunk |= piece.checked_shl(8 * self.held).unwrap_or(0);
        if self.held + count > 8 {
            self.h = mix(self.h ^ self.chunk, B);
            self.chunk = piece >> (8 * (8 - self.held));
            self.held = self.held + count - 8;
        } else {
            self.held += count;
        }
    }

    pub(crate) fn finish(self) -> u64 {
        finish(self.h, self.chunk, self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_in_lower_case() {
        for byte in 0..=u8::MAX {
            for place in 0..8 {
                let mut bytes = [b'Q'; 8];
                bytes[place] = byte;
                let lower = lower_ascii(u64::from_le_bytes(bytes));
                assert_eq!(
                    lower,
                    u64::from_le_bytes(bytes.map(|byte| byte.to_ascii_lowercase())),
                    "{bytes:x?}"
                );
            }
        }
    }

    #[test]
    fn pieces_hash_as_the_whole() {
        let text = "Zażółć gęślą jaźń: 漢字かな交じり文 0123456789";
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        for &end in &ends {
            let mut hasher = TokenHasher::new();
            for c in text[..end].chars() {
                let mut bytes = [0; 8];
                c.encode_utf8(&mut bytes);
                hasher.push(u64::from_le_bytes(bytes), c.len_utf8() as u32);
            }
            assert_eq!(hasher.finish(), token_hash(&text[..end]), "{end}");
            assert_eq!(hash_as_it_is(text.as_bytes(), 0, end), token_hash(&text[..end]), "{end}");
            let lower = token_hash(&text[..end].to_ascii_lowercase());
            assert_eq!(hash_in_lower_case(text.as_bytes(), 0, end), lower, "{end}");
        }
    }
}
