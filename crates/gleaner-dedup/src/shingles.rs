//! Shingles: what two texts are compared by.

use std::ops::Range;
use std::sync::OnceLock;

use gleaner_text::Digits;

/// How texts become shingles. The defaults are for [`Similarity::Coverage`](crate::Similarity::Coverage);
/// [`Similarity::shingle_options`](crate::Similarity::shingle_options) has those of each similarity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShingleOptions {
    /// Tokens in a shingle, at least 1.
    ///
    /// ### Default
    /// 5.
    pub ngram_size: usize,
    /// What happens to the numbers of a text.
    ///
    /// ### Default
    /// [`Digits::Mask`].
    pub digits: Digits,
    /// Whether [`Shingles`] know where in the text they stand.
    ///
    /// ### Default
    /// Yes.
    pub in_order: bool,
}

impl Default for ShingleOptions {
    fn default() -> ShingleOptions {
        ShingleOptions { ngram_size: 5, digits: Digits::Mask, in_order: true }
    }
}

/// Distinct shingle hashes of one document, and maybe where they stand.
///
/// Eight bytes a shingle, with their places as many a token; both where they stand in order and
/// [`Shingles::as_slice`] was asked for. A text has at most as many shingles as tokens.
#[derive(Clone, Debug, Default)]
pub struct Shingles {
    /// Ascending and distinct; of a text in order they are sorted when somebody asks.
    hashes: OnceLock<Vec<u64>>,
    distinct: usize,
    pub(crate) text: Option<Box<InOrder>>,
}

impl PartialEq for Shingles {
    fn eq(&self, other: &Shingles) -> bool {
        self.text == other.text && self.as_slice() == other.as_slice()
    }
}

impl Eq for Shingles {}

/// The shingles of a text in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InOrder {
    /// The hash of the shingle that begins at each token.
    pub(crate) ngrams: Vec<u64>,
    /// Tokens in a shingle.
    pub(crate) size: usize,
    /// Tokens of the text.
    pub(crate) tokens: usize,
    pub(crate) lines: Vec<Line>,
}

/// A line that is long enough to say something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) hash: u64,
    /// Its tokens.
    pub(crate) tokens: Range<usize>,
}

impl Shingles {
    /// Shingles from hashes in any order, repeated ones counted once.
    ///
    /// For those who cut or hash texts in their own way; the hashes should be spread over all 64 bits. Where they stand
    /// is not known: by [`Similarity::Coverage`](crate::Similarity::Coverage) all that is not shared counts as one gap.
    pub fn from_hashes(mut hashes: Vec<u64>) -> Shingles {
        hashes.sort_unstable();
        hashes.dedup();
        Shingles { distinct: hashes.len(), hashes: hashes.into(), text: None }
    }

    /// Shingles from distinct hashes in ascending order.
    pub(crate) fn from_ascending(hashes: &[u64]) -> Shingles {
        Shingles { distinct: hashes.len(), hashes: hashes.to_vec().into(), text: None }
    }

    /// The shingles of a text that has `distinct` different ones.
    pub(crate) fn in_order(text: InOrder, distinct: usize) -> Shingles {
        Shingles { hashes: OnceLock::new(), distinct, text: Some(Box::new(text)) }
    }

    /// The hashes, ascending and distinct.
    pub fn as_slice(&self) -> &[u64] {
        self.hashes.get_or_init(|| {
            let mut hashes = self.text.as_ref().map_or_else(Vec::new, |text| text.ngrams.clone());
            hashes.sort_unstable();
            hashes.dedup();
            hashes
        })
    }

    /// The hashes as they are at hand: of a text in order in its order and with repeats.
    pub(crate) fn listed(&self) -> &[u64] {
        self.text.as_ref().map_or_else(|| self.as_slice(), |text| &text.ngrams)
    }

    /// Bytes that the hashes and their places take.
    pub(crate) fn bytes(&self) -> usize {
        let lines = self.text.as_ref().map_or(0, |text| size_of::<Line>() * text.lines.len());
        let sorted = self.hashes.get().filter(|_| self.text.is_some()).map_or(0, Vec::len);
        8 * (self.listed().len() + sorted) + lines
    }

    /// Number of distinct shingles.
    pub fn len(&self) -> usize {
        self.distinct
    }

    /// Whether the text was empty.
    pub fn is_empty(&self) -> bool {
        self.distinct == 0
    }

    /// Number of shingles in both. Linear time.
    pub fn shared(&self, other: &Shingles) -> usize {
        shared_at_least(self.as_slice(), other.as_slice(), 0).unwrap_or(0)
    }

    /// Jaccard similarity: shared shingles over all shingles of both; 0 when both are empty.
    ///
    /// ```
    /// use gleaner_dedup::Shingles;
    ///
    /// let (a, b) = (Shingles::from_hashes(vec![1, 2, 3]), Shingles::from_hashes(vec![2, 3, 4]));
    /// assert_eq!(a.jaccard(&b), 0.5);
    /// ```
    pub fn jaccard(&self, other: &Shingles) -> f64 {
        jaccard(self.shared(other), self.len(), other.len())
    }

    /// Containment: shared shingles over those of the smaller set; 0 when one is empty.
    ///
    /// ```
    /// use gleaner_dedup::Shingles;
    ///
    /// let (a, b) = (Shingles::from_hashes(vec![1, 2, 3]), Shingles::from_hashes(vec![2, 3]));
    /// assert_eq!(a.containment(&b), 1.0);
    /// ```
    pub fn containment(&self, other: &Shingles) -> f64 {
        containment(self.shared(other), self.len(), other.len())
    }
}

pub(crate) fn jaccard(shared: usize, left: usize, right: usize) -> f64 {
    ratio(shared, left + right - shared)
}

pub(crate) fn containment(shared: usize, left: usize, right: usize) -> f64 {
    ratio(shared, left.min(right))
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Number of hashes in both ascending slices, or `None` as soon as it is sure to stay under `needed`.
pub(crate) fn shared_at_least(left: &[u64], right: &[u64], needed: usize) -> Option<usize> {
    /// Steps between two looks at whether `needed` can still be reached.
    const STRIDE: usize = 64;
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < left.len() && j < right.len() {
        if shared + (left.len() - i).min(right.len() - j) < needed {
            return None;
        }
        for _ in 0..STRIDE {
            let (Some(&a), Some(&b)) = (left.get(i), right.get(j)) else { break };
            shared += usize::from(a == b);
            i += usize::from(a <= b);
            j += usize::from(b <= a);
        }
    }
    (shared >= needed).then_some(shared)
}

/// The hash of each n-gram of `tokens`, in order; of all tokens when they are fewer than `size`.
///
/// With the tokens `t1 ... tn` the hash is `mix(n * PHI + t1 * K^(n-1) + ... + tn * K^0)` in 64-bit wrapping arithmetic:
/// a polynomial that rolls in constant time whatever the size, then mixed. Part of the stored format.
pub(crate) fn ngram_hashes(tokens: &[u64], size: usize) -> impl Iterator<Item = u64> {
    const K: u64 = 0xd6e8_feb8_6659_fd93;
    const PHI: u64 = 0x9e37_79b9_7f4a_7c15;
    let size = size.min(tokens.len());
    let (first, rest) = tokens.split_at(size);
    let length = PHI.wrapping_mul(size as u64);
    let leaving_factor = first.iter().fold(1u64, |power, _| power.wrapping_mul(K));
    let mut sum = first.iter().fold(0u64, |sum, token| sum.wrapping_mul(K).wrapping_add(*token));
    let first = (size > 0).then(|| mix(sum.wrapping_add(length)));
    let others = rest.iter().zip(tokens).map(move |(entering, leaving)| {
        // Only this waits for the sum before it.
        let change = entering.wrapping_sub(leaving.wrapping_mul(leaving_factor));
        sum = sum.wrapping_mul(K).wrapping_add(change);
        mix(sum.wrapping_add(length))
    });
    first.into_iter().chain(others)
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every input bit reaches every output bit. Stored values
/// rest on it.
#[inline]
pub(crate) fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::{mix, ngram_hashes, shared_at_least};

    #[test]
    fn the_rolling_sum_is_the_polynomial() {
        const K: u64 = 0xd6e8_feb8_6659_fd93;
        let tokens: Vec<u64> = (1..40).map(|token| mix(token * token)).collect();
        for size in [1, 2, 5, 39, 100] {
            let rolled: Vec<u64> = ngram_hashes(&tokens, size).collect();
            let plain = tokens.windows(size.min(tokens.len())).map(|window| {
                let start = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(window.len() as u64);
                let powers = (0..).map(|power| K.wrapping_pow(power));
                let terms = window.iter().rev().zip(powers).map(|(token, power)| token.wrapping_mul(power));
                mix(terms.fold(start, u64::wrapping_add))
            });
            assert_eq!(rolled, plain.collect::<Vec<_>>(), "{size}");
        }
        assert_eq!(ngram_hashes(&[], 5).count(), 0);
    }

    #[test]
    fn giving_up_early_is_only_for_those_that_fail() {
        let left: Vec<u64> = (0..1000).collect();
        let right: Vec<u64> = (500..1700).collect();
        assert_eq!(shared_at_least(&left, &right, 500), Some(500));
        assert_eq!(shared_at_least(&left, &right, 501), None);
    }
}
