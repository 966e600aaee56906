//! From texts to fingerprints.

use crate::banding::Banding;
use crate::error::{OptionsError, OptionsErrorKind};
use crate::lines::PageLines;
use crate::minhash::{MAX_NUM_PERM, MinHasher};
use crate::shingler::Shingler;
use crate::shingles::{ShingleOptions, Shingles};
use crate::similarity::Similarity;

/// How shingles become band keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SketchOptions {
    /// Positions of the signature, from 1 to 1024.
    ///
    /// ### Default
    /// 128.
    pub num_perm: usize,
    /// Bands and rows of the signature.
    ///
    /// ### Default
    /// Those of [`Similarity::banding`]: 42 bands of 3 rows.
    pub banding: Banding,
    /// Seed of the hash family. Fingerprints can be compared only when their seeds are equal.
    ///
    /// ### Default
    /// 42.
    pub seed: u64,
}

impl SketchOptions {
    /// The default signature, cut for a similarity.
    pub fn for_similarity(similarity: &Similarity) -> SketchOptions {
        let num_perm = 128;
        SketchOptions { num_perm, banding: similarity.banding(num_perm), seed: 42 }
    }

    fn check(&self) -> Result<(), OptionsErrorKind> {
        let SketchOptions { num_perm, banding: Banding { bands, rows }, .. } = *self;
        for (option, value) in [("num_perm", num_perm), ("bands", bands), ("rows", rows)] {
            if value == 0 {
                return Err(OptionsErrorKind::TooSmall { option, least: 1 });
            }
        }
        if num_perm > MAX_NUM_PERM {
            return Err(OptionsErrorKind::SignatureTooLong { num_perm, limit: MAX_NUM_PERM });
        }
        if bands.saturating_mul(rows) > num_perm {
            return Err(OptionsErrorKind::BandsExceedSignature { bands, rows, num_perm });
        }
        Ok(())
    }
}

impl Default for SketchOptions {
    fn default() -> SketchOptions {
        SketchOptions::for_similarity(&Similarity::default())
    }
}

/// What near copies of a document are looked for by.
///
/// Values are stable: they may be stored and compared with those of another run with the same options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint {
    /// 128-bit hash of the normalised token sequence; equal for exact copies. `None` for an empty document.
    pub content: Option<u128>,
    /// One key a band; empty for an empty document.
    pub bands: Box<[u64]>,
    /// The site of the document, by any number that its pages share; `None` when it is not known. Nobody can tell from
    /// a text: whoever knows sets it. Only [`Similarity::Coverage`](crate::Similarity::Coverage) asks for it.
    pub site: Option<u64>,
    /// What the frame of the site is learnt from; empty without [`ShingleOptions::in_order`].
    pub lines: PageLines,
}

/// Turns texts into fingerprints.
///
/// Reuses its buffers, about 16 bytes a token of the longest text seen (more once it made shingles); have one a thread. A clone shares the tables
/// of the hash family.
#[derive(Clone, Debug)]
pub struct Sketcher {
    shingler: Shingler,
    hasher: MinHasher,
}

impl Sketcher {
    /// A sketcher.
    ///
    /// # Errors
    ///
    /// When a size is zero, `num_perm` is above 1024, or `bands` times `rows` is more than `num_perm`.
    pub fn new(shingles: ShingleOptions, sketch: SketchOptions) -> Result<Sketcher, OptionsError> {
        let shingler = Shingler::new(shingles)?;
        sketch.check().map_err(OptionsError::new)?;
        let SketchOptions { num_perm, banding, seed } = sketch;
        Ok(Sketcher { shingler, hasher: MinHasher::new(num_perm, banding, seed) })
    }

    /// The fingerprint of `text`. Linear time.
    pub fn fingerprint(&mut self, text: &str) -> Fingerprint {
        let lines = self.shingler.page_lines(text);
        let (content, ngrams) = self.shingler.content_and_ngrams(text);
        Fingerprint { content, bands: self.hasher.band_keys(ngrams), site: None, lines }
    }

    /// The hashes of the n-grams of the text seen last, in its order and with repeats; none after [`Sketcher::shrink`].
    pub fn ngrams(&self) -> &[u64] {
        self.shingler.ngrams()
    }

    /// Frees the buffers, as [`Shingler::shrink`].
    pub fn shrink(&mut self) {
        self.shingler.shrink();
    }

    /// The shingles of `text`, as [`Shingler::shingles`].
    pub fn shingles(&mut self, text: &str) -> Shingles {
        self.shingler.shingles(text)
    }
}
