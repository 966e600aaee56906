//! Near-duplicate documents: which texts are copies of which, and how sure that is.
//!
//! The way of a text:
//! 1. [`Shingler`] turns it into [`Shingles`], the hashes of its word n-grams, and a content hash that exact copies share.
//! 2. [`Keys`] are that by which it meets others: the band keys of a [`Fingerprint`], which [`Sketcher`] makes and
//!    similar texts are likely to share, or the rarest of its shingles, of which every duplicate shares one.
//! 3. [`find_duplicates`] (by bands) or [`find_all_duplicates`] (by rarest shingles) collapses the exact copies, compares
//!    documents that share a key exactly by their shingles, and says for each document that goes which kept one it
//!    repeats: a [`Duplicate`].
//!
//! What makes a duplicate is a [`Similarity`]: [`Coverage`] asks where two texts differ, without the [`Frames`] of their
//! sites; the Jaccard similarity of the shingles is there, too.
//!
//! [`resolve`] is the last step alone, for corpora that do not fit into memory: it takes documents as they come and
//! holds an index of a given size.
//!
//! ```
//! use gleaner_dedup::{Measure, ResolveOptions, SketchOptions, ShingleOptions, Sketcher, find_duplicates};
//! use std::convert::Infallible;
//!
//! let article = "The harbour was closed on Monday after a storm moved two of the cranes. Nobody was hurt, the port \
//!     authority said, but ships will have to wait outside until the rails have been checked and repaired.";
//! let shouted = article.to_uppercase();
//! let longer = format!("{article} Read on");
//! let texts = [article, "Quite another text about something else altogether.", &shouted, &longer, ""];
//!
//! let mut sketcher = Sketcher::new(ShingleOptions::default(), SketchOptions::default())?;
//! let fingerprints: Vec<_> = texts.iter().map(|text| sketcher.fingerprint(text)).collect();
//! let load = |index: usize| Ok::<_, Infallible>(sketcher.clone().shingles(texts[index]));
//! let verdicts = find_duplicates(&fingerprints, &ResolveOptions::default(), load)?;
//!
//! let kept: Vec<_> = (0..texts.len()).filter(|&index| verdicts[index].is_none()).collect();
//! assert_eq!(kept, [0, 1, 4]);
//! let copy = verdicts[2].as_ref().expect("it differs in case only");
//! assert_eq!((copy.of, copy.measure, copy.similarity), (0, Measure::Exact, 1.0));
//! let near = verdicts[3].as_ref().expect("it has two words more");
//! assert_eq!((near.of, near.measure), (0, Measure::Coverage));
//! assert!(near.jaccard > 0.9 && near.containment == 1.0 && near.gap == Some(0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is promised
//!
//! - Every removal names a kept document, and the values it rests on are exact, not estimated: no removal is wrong
//!   by the measure. There are no chains: if A is like B and B like C but A not like C, then C stays with A.
//! - The first document in the given order stays, whatever comes later.
//! - By rarest shingles no kept document is a duplicate of an earlier one. By bands some pairs are missed, with the probability
//!   that [`Banding::candidate_probability`] gives.
//! - The result depends on the texts, their order and the options; not on threads, memory or machine.
//! - A text with fewer words than a shingle (also none: only punctuation, only emoji) is one shingle of its whole
//!   normalised text. An empty text is never a duplicate.
//!
//! # Untrusted input
//!
//! By bands, time is near linear in the number of documents, also for a million equal or a million templated ones: what
//! is compared per document is bounded by [`ResolveOptions::max_candidates`]. By rarest shingles nothing is bounded, since
//! nothing may be missed: many documents made to share their rarest shingles and little else cost quadratic time. The
//! hashes have no secret key: somebody who writes texts for it can make two different ones look like exact copies, or
//! crowd a bucket.
//!
//! # Features
//!
//! `rayon`: work on all threads of the caller's pool, with the same results. `spill`: [`Waiting`] for a queue on disk.
//!
//! The crate knows no files and no formats; it asks the caller for the shingles of the few documents it has to look at
//! again.

mod banding;
mod blocks;
mod cache;
mod chains;
mod content;
mod copies;
mod counts;
mod coverage;
mod distinct;
mod error;
mod find;
mod frames;
mod index;
mod keys;
mod lines;
mod member;
mod memory;
mod met;
mod minhash;
mod neighbours;
mod parallel;
mod parity;
mod places;
mod postings;
mod resolve;
mod search;
mod shingler;
mod shingles;
mod similarity;
mod sketcher;
mod verify;
mod waiting;

pub use banding::Banding;
pub use counts::HashCounts;
pub use error::{OptionsError, OptionsErrorKind};
pub use find::{find_all_duplicates, find_duplicates};
pub use frames::{FrameLearner, Frames};
/// What happens to the numbers of a text; from `gleaner-text`.
pub use gleaner_text::Digits;
pub use keys::{Keys, band_hashes};
pub use lines::PageLines;
pub use memory::memory_needed;
pub use resolve::{Documents, Listed, ResolveOptions, Standing, resolve};
pub use shingler::Shingler;
pub use shingles::{ShingleOptions, Shingles};
pub use similarity::{Coverage, Similarity};
pub use sketcher::{Fingerprint, SketchOptions, Sketcher};
pub use verify::{Duplicate, Measure};
pub use waiting::{MemoryQueue, Waiting};

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
