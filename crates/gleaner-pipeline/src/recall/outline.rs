//! Outlines: some hundred shingles of a document, chosen by their hash, that estimate its overlap with any other.
//!
//! A document of level `l` keeps the shingles whose hash is below `2^(32 - l)`: a share of `2^-l` of them, the same ones
//! that any other document keeps of those it shares. Levels are chosen so that about a hundred are kept; a document with
//! fewer shingles keeps all. Of two outlines the part below the smaller bound is a sample of the union of their shingles.
//!
//! Source: sampling by hash, Broder, *On the resemblance and containment of documents* (1997), section 4, "mod m".

use std::path::Path;

use gleaner_spill::{PartKind, PartReader, PartWriter};

use crate::error::Error;

/// An outline a document; none of one that a stage has removed.
pub(super) const OUTLINES: PartKind = PartKind { name: *b"OUTL", version: 1 };

/// Hashes that a text without repeats keeps: from so many on, up to twice as many.
const AIM: usize = 64;
/// Beyond, the level is raised; at most so many are kept.
pub(super) const MOST: usize = 4 * AIM;
/// With fewer, the level is lowered: most shingles of the text were repeats.
const FEWEST: usize = AIM / 2;
const HIGHEST: u8 = 31;

/// The outline of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outline {
    pub(super) level: u8,
    /// Distinct, in no order.
    pub(super) hashes: Vec<u32>,
}

impl Outline {
    /// Hashes that an outline of this level would keep, too.
    pub(super) fn below(&self, level: u8) -> usize {
        if level <= self.level {
            return self.hashes.len();
        }
        below(&self.hashes, level)
    }

    /// Reads what [`Outliner::outline`] wrote; `None` where there is nothing.
    pub(super) fn read(record: &[u8]) -> Option<Outline> {
        let (&level, _) = record.split_first()?;
        Some(Outline { level: level.min(HIGHEST), hashes: hashes(record).collect() })
    }
}

/// The hashes of a record.
pub(super) fn hashes(record: &[u8]) -> impl Iterator<Item = u32> {
    record.get(1..).unwrap_or(&[]).as_chunks().0.iter().map(|hash| u32::from_le_bytes(*hash))
}

/// How many of the hashes an outline of this level would keep.
pub(super) fn below(hashes: &[u32], level: u8) -> usize {
    let bound = bound(level);
    hashes.iter().filter(|&&hash| u64::from(hash) < bound).count()
}

/// The hashes of a level are below it.
fn bound(level: u8) -> u64 {
    1 << (32 - u32::from(level))
}

/// Makes outlines. Owns buffers; have one a thread.
#[derive(Clone, Debug)]
pub(crate) struct Outliner {
    seed: u64,
    hashes: Vec<u32>,
    seen: Seen,
    record: Vec<u8>,
}

impl Outliner {
    pub(crate) fn new(seed: u64) -> Outliner {
        let seed = gleaner_text::hash64(&seed.to_le_bytes());
        Outliner { seed, hashes: Vec::new(), seen: Seen::default(), record: Vec::new() }
    }

    /// Makes the outline of a text with these n-grams, repeats included. Linear time.
    pub(crate) fn outline(&mut self, ngrams: &[u64]) {
        let mut level = (ngrams.len() / AIM).max(1).ilog2().min(HIGHEST.into()) as u8;
        loop {
            self.collect(ngrams, level);
            let raised = self.distinct(level);
            if raised > level || self.hashes.len() >= FEWEST || level == 0 {
                self.record.clear();
                self.record.push(raised);
                self.record.extend(self.hashes.iter().flat_map(|hash| hash.to_le_bytes()));
                return;
            }
            level = level.saturating_sub(2);
        }
    }

    /// The outline made last, as it is spilled.
    pub(crate) fn record(&self) -> &[u8] {
        &self.record
    }

    /// The hashes below the bound of the level, with repeats.
    fn collect(&mut self, ngrams: &[u64], level: u8) {
        // N-grams are mixed already; this only makes it another choice than that of MinHash.
        const STEP: u64 = 0x9e6c_63d0_876a_68d5;
        let (seed, bound) = (self.seed, bound(level));
        let hashes = &mut self.hashes;
        hashes.clear();
        hashes.resize(ngrams.len().min(2 * MOST), 0);
        let mut filled = 0;
        for &ngram in ngrams {
            let hash = (ngram ^ seed).wrapping_mul(STEP) >> 32;
            if filled == hashes.len() {
                hashes.resize(2 * filled + MOST, 0);
            }
            // Written in any case: whether it stays cannot be foreseen.
            hashes[filled] = hash as u32;
            filled += usize::from(hash < bound);
        }
        hashes.truncate(filled);
    }

    /// Leaves each hash once, and raises the level while there are more than an outline holds. Returns the level.
    fn distinct(&mut self, mut level: u8) -> u8 {
        let Outliner { hashes, seen, .. } = self;
        seen.clear();
        let mut kept = 0;
        for at in 0..hashes.len() {
            let hash = hashes[at];
            if u64::from(hash) >= bound(level) || !seen.insert(hash) {
                continue;
            }
            hashes[kept] = hash;
            kept += 1;
            while kept > MOST && level < HIGHEST {
                level += 1;
                kept = retain_first(hashes, kept, |hash| u64::from(hash) < bound(level));
                seen.clear();
                for &hash in &hashes[..kept] {
                    seen.insert(hash);
                }
            }
            if kept > MOST {
                kept = MOST;
                break;
            }
        }
        hashes.truncate(kept);
        level
    }
}

/// Moves those of the first `count` that stay to the front; returns their number.
fn retain_first(hashes: &mut [u32], count: usize, stays: impl Fn(u32) -> bool) -> usize {
    let mut kept = 0;
    for at in 0..count {
        if stays(hashes[at]) {
            hashes[kept] = hashes[at];
            kept += 1;
        }
    }
    kept
}

/// A small set of hashes, at most [`MOST`] and one.
#[derive(Clone, Debug)]
struct Seen(Box<[u32; SLOTS]>);

const SLOTS: usize = 4 * MOST;
/// No hash; the one that equals it is taken for its neighbour.
const FREE: u32 = u32::MAX;

impl Default for Seen {
    fn default() -> Seen {
        Seen(Box::new([FREE; SLOTS]))
    }
}

impl Seen {
    fn clear(&mut self) {
        self.0.fill(FREE);
    }

    /// `false` when it is there already.
    fn insert(&mut self, hash: u32) -> bool {
        let hash = hash.min(FREE - 1);
        // Hashes of a high level are small, but their low bits are spread.
        let mut slot = hash as usize % SLOTS;
        while self.0[slot] != FREE {
            if self.0[slot] == hash {
                return false;
            }
            slot = (slot + 1) % SLOTS;
        }
        self.0[slot] = hash;
        true
    }
}

/// Writes the outlines of a part of documents.
pub(crate) struct OutlineWriter(PartWriter);

impl OutlineWriter {
    pub(crate) fn create(path: &Path) -> Result<OutlineWriter, Error> {
        Ok(OutlineWriter(PartWriter::create(path, OUTLINES)?))
    }

    /// `record` is empty for a document that is compared with nothing.
    pub(crate) fn append(&mut self, record: &[u8]) -> Result<(), Error> {
        self.0.append(record)?;
        Ok(())
    }

    /// Returns the bytes written.
    pub(crate) fn finish(self) -> Result<u64, Error> {
        Ok(self.0.finish()?.bytes)
    }
}

/// Reads the outlines of parts of documents in order.
pub(super) struct OutlineReader<P> {
    paths: P,
    part: Option<PartReader>,
}

impl<P: Iterator<Item = std::path::PathBuf>> OutlineReader<P> {
    pub(super) fn new(paths: P) -> OutlineReader<P> {
        OutlineReader { paths, part: None }
    }

    /// Writes the record of the next document over `record`; `false` after the last.
    pub(super) fn next_record(&mut self, record: &mut Vec<u8>) -> Result<bool, Error> {
        loop {
            if let Some(part) = &mut self.part
                && let Some(next) = part.next_record()?
            {
                record.clear();
                record.extend_from_slice(next);
                return Ok(true);
            }
            match self.paths.next() {
                Some(path) => self.part = Some(PartReader::open(&path, OUTLINES)?),
                None => return Ok(false),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AIM, MOST, Outline, Outliner};

    fn outline(ngrams: impl Iterator<Item = u64>) -> Outline {
        let mut outliner = Outliner::new(7);
        let ngrams: Vec<u64> = ngrams.map(|n| gleaner_text::hash64(&n.to_le_bytes())).collect();
        outliner.outline(&ngrams);
        Outline::read(outliner.record()).expect("an outline")
    }

    #[test]
    fn sizes_stay_within_bounds() {
        assert_eq!(outline(0..0).hashes.len(), 0);
        assert_eq!(outline(0..100).hashes.len(), 100);
        for size in [200, 1_000, 30_000, 2_000_000] {
            let len = outline(0..size).hashes.len();
            assert!((AIM * 2 / 3..AIM * 3).contains(&len), "{len} of {size}");
        }
        // Few shingles, often repeated.
        assert_eq!(outline((0..100_000).map(|n| n % 50)).hashes.len(), 50);
        assert!(outline((0..100_000).map(|n| n % 5_000)).hashes.len() <= MOST);
    }

    #[test]
    fn overlap_is_estimated_whatever_the_sizes() {
        for (left, right, both) in [(1_000, 1_000, 800), (3_000, 900, 850), (40_000, 45_000, 9_000)] {
            let (mut shared, mut union) = (0, 0);
            for trial in 0..40u64 {
                let at = trial << 32;
                let (one, other) =
                    (outline(at..at + left), outline(at + left - both..at + left - both + right));
                let level = one.level.max(other.level);
                let common = one.hashes.iter().filter(|hash| other.hashes.contains(hash)).count();
                shared += common;
                union += one.below(level) + other.below(level) - common;
            }
            let (found, truth) = (shared as f64 / union as f64, both as f64 / (left + right - both) as f64);
            assert!((found - truth).abs() < 0.03, "{found} for {truth}");
        }
    }
}
