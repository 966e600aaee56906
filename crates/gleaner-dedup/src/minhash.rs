//! One-permutation MinHash with optimal densification.
//!
//! Sources: Li, Owen, Zhang, *One Permutation Hashing* (2012); Shrivastava, *Optimal Densification for Fast and
//! Accurate Minwise Hashing* (2017). One hash of a shingle gives both its bin and its value; a bin keeps its smallest
//! value; an empty bin borrows from the first non-empty one in an order of its own, the same for all documents.

use std::sync::Arc;

use gleaner_text::hash64;

use crate::banding::Banding;
use crate::shingles::mix;

/// Longest signature: the borrowing orders take `4 * num_perm^2` bytes.
pub(crate) const MAX_NUM_PERM: usize = 1024;

/// Larger than any value of a bin.
const EMPTY: u32 = u32::MAX;

#[derive(Clone, Debug)]
pub(crate) struct MinHasher {
    num_perm: usize,
    banding: Banding,
    seed: u64,
    orders: Arc<Orders>,
    minima: Vec<u32>,
    filled: Vec<u16>,
    signature: Vec<u8>,
}

/// For each bin a permutation of all bins: the order in which it asks them for a value when it is empty.
#[derive(Debug)]
struct Orders {
    /// `bins[i * n + k]`: the bin that `i` asks as number `k`.
    bins: Vec<u16>,
    /// `ranks[i * n + j]`: when `i` asks `j`; the inverse of `bins`.
    ranks: Vec<u16>,
}

impl MinHasher {
    /// `num_perm` must be from 1 to [`MAX_NUM_PERM`] and hold all bands.
    pub(crate) fn new(num_perm: usize, banding: Banding, seed: u64) -> MinHasher {
        MinHasher {
            num_perm,
            banding,
            seed: mix(seed),
            orders: Arc::new(Orders::new(num_perm, seed)),
            minima: Vec::new(),
            filled: Vec::new(),
            signature: Vec::new(),
        }
    }

    /// The key of each band for a set of shingles, in any order and with repeats; none for an empty set.
    pub(crate) fn band_keys(&mut self, shingles: &[u64]) -> Box<[u64]> {
        if shingles.is_empty() {
            return Box::default();
        }
        self.collect_minima(shingles);
        self.densify();
        let Banding { bands, rows } = self.banding;
        self.signature.chunks_exact(rows * size_of::<u32>()).take(bands).map(hash64).collect()
    }

    fn collect_minima(&mut self, shingles: &[u64]) {
        self.minima.clear();
        self.minima.resize(self.num_perm, EMPTY);
        for &shingle in shingles {
            let hash = mix(shingle ^ self.seed);
            let bin = ((hash >> 32) * self.num_perm as u64) >> 32;
            let value = (hash & 0xffff_ffff) as u32;
            let minimum = &mut self.minima[bin as usize];
            *minimum = (*minimum).min(value.min(EMPTY - 1));
        }
    }

    /// Writes the signature: the minima, with the empty bins filled from others.
    fn densify(&mut self) {
        let MinHasher { num_perm, minima, filled, signature, orders, .. } = self;
        filled.clear();
        filled.extend((0..*num_perm as u16).filter(|&bin| minima[usize::from(bin)] != EMPTY));
        signature.clear();
        for bin in 0..*num_perm {
            let value = match minima[bin] {
                EMPTY => minima[orders.donor(bin, minima, filled)],
                value => value,
            };
            signature.extend_from_slice(&value.to_le_bytes());
        }
    }
}

impl Orders {
    fn new(num_perm: usize, seed: u64) -> Orders {
        let mut orders = Orders { bins: Vec::new(), ranks: vec![0; num_perm * num_perm] };
        for bin in 0..num_perm {
            let start = orders.bins.len();
            orders.bins.extend(0..num_perm as u16);
            shuffle(&mut orders.bins[start..], mix(seed ^ mix(bin as u64 + 1)));
            for (rank, &asked) in orders.bins[start..].iter().enumerate() {
                orders.ranks[start + usize::from(asked)] = rank as u16;
            }
        }
        orders
    }

    /// The first non-empty bin in the order of `bin`. `filled` lists the non-empty ones, at least one.
    fn donor(&self, bin: usize, minima: &[u32], filled: &[u16]) -> usize {
        let num_perm = minima.len();
        let row = bin * num_perm..(bin + 1) * num_perm;
        // About `num_perm / filled` bins have to be asked; looking up the rank of each filled one may be less.
        let donor = if filled.len() * filled.len() <= num_perm {
            let ranks = &self.ranks[row];
            filled.iter().copied().min_by_key(|&asked| ranks[usize::from(asked)])
        } else {
            self.bins[row].iter().copied().find(|&asked| minima[usize::from(asked)] != EMPTY)
        };
        usize::from(donor.expect("a document with a shingle has a non-empty bin"))
    }
}

/// Fisher-Yates with a SplitMix64 stream.
fn shuffle(items: &mut [u16], seed: u64) {
    let mut state = seed;
    for last in (1..items.len()).rev() {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let other = ((mix(state) >> 32) * (last as u64 + 1)) >> 32;
        items.swap(last, other as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::{EMPTY, MinHasher, Orders, mix};
    use crate::banding::Banding;

    #[test]
    fn both_ways_to_a_donor_agree() {
        let orders = Orders::new(64, 42);
        for count in [1u64, 2, 5, 8, 9, 20, 63] {
            let mut minima = vec![EMPTY; 64];
            for at in 0..count {
                minima[(mix(at + 9) % 64) as usize] = at as u32;
            }
            let filled: Vec<u16> = (0..64).filter(|&bin| minima[usize::from(bin)] != EMPTY).collect();
            for bin in 0..64 {
                let first = orders.bins[bin * 64..][..64].iter().find(|asked| filled.contains(asked));
                assert_eq!(
                    orders.donor(bin, &minima, &filled),
                    usize::from(*first.unwrap()),
                    "{count} {bin}"
                );
            }
        }
    }

    /// Rows of one agree as often as the sets overlap, for sparse and for full signatures.
    #[test]
    fn agreement_estimates_jaccard() {
        for size in [3, 10, 60, 400, 3000] {
            let (mut agree, mut all, mut jaccard) = (0, 0usize, 0.0);
            for trial in 0..60u64 {
                let mut hasher = MinHasher::new(128, Banding { bands: 128, rows: 1 }, trial);
                let set = |from: u64, to: u64| (from..to).map(|x| mix(x + (trial << 40))).collect::<Vec<_>>();
                let left = hasher.band_keys(&set(0, size));
                let right = hasher.band_keys(&set(size / 3, size + size / 3));
                agree += left.iter().zip(&right).filter(|(a, b)| a == b).count();
                all += 128;
                jaccard = (size - size / 3) as f64 / (size + size / 3) as f64;
            }
            let estimate = agree as f64 / all as f64;
            assert!((estimate - jaccard).abs() < 0.06, "{size} shingles: {estimate} for {jaccard}");
        }
    }
}
