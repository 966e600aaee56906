//! How documents are compared: the options of the duplicate search, checked and resolved.

use std::sync::Arc;

use gleaner_dedup::{
    Banding, Fingerprint, HashCounts, ResolveOptions, ShingleOptions, Shingler, Similarity, SketchOptions,
    Sketcher,
};

use crate::error::Error;
use crate::recall::Outliner;
use crate::settings::{Method, ResultOptions, SimilarityName};

/// Everything the clean and group phases need to compare documents.
#[derive(Clone, Debug)]
pub(crate) struct Comparison {
    method: Method,
    seed: u64,
    sketcher: Sketcher,
    pub(crate) shingler: Shingler,
    pub(crate) banding: Banding,
    pub(crate) resolve: ResolveOptions,
}

/// Bytes of text from which on buffers are freed at once, and texts are worked on one at a time.
pub(crate) const LARGE_TEXT: usize = 1 << 20;

/// Takes from each text what duplicates are looked for by. Owns buffers; have one a thread.
#[derive(Clone, Debug)]
pub(crate) enum Fingerprinter {
    /// Content and band keys, and the outline by which recall is measured.
    Minhash(Box<(Sketcher, Outliner)>),
    /// Content; the shingles are counted.
    Exact(Box<Shingler>, Arc<HashCounts>),
}

impl Fingerprinter {
    pub(crate) fn fingerprint(&mut self, text: &str) -> Fingerprint {
        let fingerprint = match self {
            Fingerprinter::Minhash(both) => {
                let (sketcher, outliner) = &mut **both;
                let fingerprint = sketcher.fingerprint(text);
                outliner.outline(sketcher.ngrams());
                fingerprint
            }
            Fingerprinter::Exact(shingler, counts) => {
                let (lines, (content, hashes)) =
                    (shingler.page_lines(text), shingler.content_and_hashes(text));
                counts.add(content, hashes);
                Fingerprint { content, lines, ..Fingerprint::default() }
            }
        };
        if text.len() > LARGE_TEXT {
            self.shrink();
        }
        fingerprint
    }

    /// The outline of the text whose fingerprint was taken last; empty where the method has no need of it.
    pub(crate) fn outline(&self) -> &[u8] {
        match self {
            Fingerprinter::Minhash(both) => both.1.record(),
            Fingerprinter::Exact(..) => &[],
        }
    }

    fn shrink(&mut self) {
        match self {
            Fingerprinter::Minhash(both) => both.0.shrink(),
            Fingerprinter::Exact(shingler, _) => shingler.shrink(),
        }
    }
}

impl Comparison {
    /// Whether the lines of frames do not count.
    pub(crate) fn knows_frames(&self) -> bool {
        matches!(self.resolve.similarity, Similarity::Coverage(_))
    }

    pub(crate) fn is_exact(&self) -> bool {
        self.method == Method::Exact
    }

    /// Keys that a fingerprint has room for.
    pub(crate) fn bands(&self) -> usize {
        if self.is_exact() { 0 } else { self.banding.bands }
    }

    /// `counts` is given where the method is exact.
    pub(crate) fn fingerprinter(&self, counts: Option<&Arc<HashCounts>>) -> Fingerprinter {
        match counts {
            Some(counts) => Fingerprinter::Exact(Box::new(self.shingler.clone()), Arc::clone(counts)),
            None => Fingerprinter::Minhash(Box::new((self.sketcher.clone(), Outliner::new(self.seed)))),
        }
    }

    /// The options with what they leave to others filled in.
    pub(crate) fn stated(&self, options: &ResultOptions) -> ResultOptions {
        let Banding { bands, rows } = self.banding;
        let [bands, rows] = [bands, rows].map(|size| (!self.is_exact()).then_some(size));
        let threshold = Some(self.resolve.similarity.threshold());
        ResultOptions { threshold, bands, rows, ..options.clone() }
    }

    /// Fails for options that cannot work together.
    pub(crate) fn new(options: &ResultOptions) -> Result<Comparison, Error> {
        let usage = |error: gleaner_dedup::OptionsError| Error::usage(error.to_string());
        let similarity = similarity(options);
        let threshold = similarity.threshold();
        let resolve = ResolveOptions::new(similarity)
            .map_err(|_| Error::usage(format!("--threshold {threshold} is not in (0, 1]")))?;
        for (name, size) in [("--num-perm", options.num_perm), ("--ngram-size", options.ngram_size)] {
            if size == 0 {
                return Err(Error::usage(format!("{name} must be at least 1")));
            }
        }
        for (name, size) in [("--bands", options.bands), ("--rows", options.rows)] {
            if options.method == Method::Exact && size.is_some() {
                return Err(Error::usage(format!("{name} is for --method minhash; exact has no signatures")));
            }
            if let Some(size) = size.filter(|&size| size == 0 || size > options.num_perm) {
                let message = format!("{name} {size} is not between 1 and --num-perm {}", options.num_perm);
                return Err(Error::usage(message));
            }
        }
        let banding = banding(options, &similarity);
        let shingles = ShingleOptions { ngram_size: options.ngram_size, ..similarity.shingle_options() };
        let sketch = SketchOptions { num_perm: options.num_perm, banding, seed: options.seed };
        let sketcher = Sketcher::new(shingles, sketch).map_err(usage)?;
        let shingler = Shingler::new(shingles).map_err(usage)?;
        Ok(Comparison { method: options.method, seed: options.seed, sketcher, shingler, banding, resolve })
    }
}

fn similarity(options: &ResultOptions) -> Similarity {
    let similarity = match options.similarity {
        SimilarityName::Coverage => Similarity::default(),
        SimilarityName::Jaccard => Similarity::Jaccard { threshold: 0.8 },
    };
    options.threshold.map_or(similarity, |threshold| similarity.with_threshold(threshold))
}

/// Bands and rows as given, or as the similarity asks for; one alone determines the other.
fn banding(options: &ResultOptions, similarity: &Similarity) -> Banding {
    match (options.bands, options.rows) {
        (Some(bands), Some(rows)) => Banding { bands, rows },
        (Some(bands), None) => Banding { bands, rows: options.num_perm / bands.max(1) },
        (None, Some(rows)) => Banding { bands: options.num_perm / rows.max(1), rows },
        (None, None) => similarity.banding(options.num_perm),
    }
}
