//! From texts to shingles and fingerprints.

use gleaner_text::{TokenOptions, Tokenizer, hash64, hash128, normalise};

use crate::banding::Banding;
use crate::error::{OptionsError, OptionsErrorKind};
use crate::minhash::{MAX_NUM_PERM, MinHasher};
use crate::shingles::{ShingleOptions, Shingles, mix, ngram_hashes};

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
    /// Those of [`Banding::for_threshold`] for .8: 16 bands of 8 rows.
    pub banding: Banding,
    /// Seed of the hash family. Fingerprints can be compared only when their seeds are equal.
    ///
    /// ### Default
    /// 42.
    pub seed: u64,
}

impl SketchOptions {
    /// The default signature, cut for a Jaccard threshold.
    pub fn for_threshold(threshold: f64) -> SketchOptions {
        let num_perm = 128;
        SketchOptions { num_perm, banding: Banding::for_threshold(threshold, num_perm), seed: 42 }
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
        SketchOptions::for_threshold(0.8)
    }
}

/// What is kept in memory of a document until its duplicates are known: about `8 * bands + 64` bytes.
///
/// Values are stable: they may be stored and compared with those of another run with the same options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// 128-bit hash of the normalised token sequence; equal for exact copies. `None` for an empty document.
    pub content: Option<u128>,
    /// One key a band; empty for an empty document.
    pub bands: Box<[u64]>,
}

/// Turns texts into shingles and fingerprints.
///
/// Reuses its buffers, about 16 bytes a token of the longest text seen; have one a thread. A clone shares the tables
/// of the hash family.
#[derive(Clone, Debug)]
pub struct Sketcher {
    ngram_size: usize,
    hasher: MinHasher,
    tokenizer: Tokenizer,
    tokens: Vec<u64>,
    /// Hashes of the n-grams in the order of the text, with repeats.
    ngrams: Vec<u64>,
    bytes: Vec<u8>,
}

/// What a text holds.
enum Content {
    Empty,
    Tokens,
    /// Fewer tokens than a shingle has, but something: this, normalised, with its white space evened out.
    Short(String),
}

impl Sketcher {
    /// A sketcher.
    ///
    /// # Errors
    ///
    /// When a size is zero, `num_perm` is above 1024, or `bands` times `rows` is more than `num_perm`.
    pub fn new(shingles: ShingleOptions, sketch: SketchOptions) -> Result<Sketcher, OptionsError> {
        let ShingleOptions { ngram_size, digits } = shingles;
        if ngram_size == 0 {
            return Err(OptionsError::new(OptionsErrorKind::TooSmall { option: "ngram_size", least: 1 }));
        }
        sketch.check().map_err(OptionsError::new)?;
        let SketchOptions { num_perm, banding, seed } = sketch;
        Ok(Sketcher {
            ngram_size,
            hasher: MinHasher::new(num_perm, banding, seed),
            tokenizer: Tokenizer::new(TokenOptions::default().digits(digits)),
            tokens: Vec::new(),
            ngrams: Vec::new(),
            bytes: Vec::new(),
        })
    }

    /// The shingles of `text`: hashes of every run of `ngram_size` tokens.
    ///
    /// A text with fewer tokens has one shingle, of its normalised text with white space evened out: where there are
    /// so few words, `C` and `C++` are not the same. An empty text (or one of white space) has none.
    ///
    /// Near linear: the hashes are sorted.
    pub fn shingles(&mut self, text: &str) -> Shingles {
        self.read(text);
        Shingles::from_hashes(self.ngrams.clone())
    }

    /// The fingerprint of `text`. Linear time.
    pub fn fingerprint(&mut self, text: &str) -> Fingerprint {
        let content = match self.read(text) {
            Content::Empty => None,
            Content::Tokens => {
                self.bytes.clear();
                self.bytes.extend(self.tokens.iter().flat_map(|token| token.to_le_bytes()));
                Some(hash128(&self.bytes))
            }
            // Turned over, so that a short text never has the hash of some token sequence by design.
            Content::Short(text) => Some(!hash128(text.as_bytes())),
        };
        Fingerprint { content, bands: self.hasher.band_keys(&self.ngrams) }
    }

    /// Fills `tokens` and `ngrams`.
    fn read(&mut self, text: &str) -> Content {
        let Sketcher { tokenizer, tokens, ngrams, .. } = self;
        tokens.clear();
        ngrams.clear();
        tokenizer.hash_tokens(text, |token| tokens.push(token));
        if tokens.len() >= self.ngram_size {
            ngrams.reserve(tokens.len());
            ngram_hashes(tokens, self.ngram_size, |ngram| ngrams.push(ngram));
            return Content::Tokens;
        }
        let normalised = normalise(text);
        let short = normalised.split_whitespace().collect::<Vec<_>>().join(" ");
        if short.is_empty() {
            return Content::Empty;
        }
        ngrams.push(mix(!hash64(short.as_bytes())));
        Content::Short(short)
    }
}
