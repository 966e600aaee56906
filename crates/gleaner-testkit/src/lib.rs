//! Fixtures, check helpers and generators for the tests and benchmarks of the workspace.
//!
//! - [`fixtures_dir`] is our own small crawl in every input format; [`page_labels`] and [`leftover_texts`] say what
//!   should come out of it. [`fixtures`] writes it from the source material in `data/`.
//! - [`shared_dir`] is where larger data sets are, for tests that can do without them.
//! - [`tokens`], [`shingles`] and [`jaccard`] are the plainest definitions, to check faster code against.
//! - [`corpus`] makes corpora of any size with planted copies, as texts and as pages.
//! - [`Rng`] gives random numbers that never change between releases and platforms.
//!
//! ```
//! let pages = gleaner_testkit::page_labels()?;
//! let family = &pages[0].family;
//! assert!(pages.iter().any(|page| &page.family == family));
//! assert!(gleaner_testkit::fixtures_dir().join("crawl").is_dir());
//! # Ok::<(), std::io::Error>(())
//! ```

pub mod corpus;
pub mod fixtures;

mod labels;
mod paths;
mod rng;
mod shingles;
mod source;

pub use crate::labels::{Label, LeftoverText, LineLabel, PageKind, PageLabel, leftover_texts, page_labels};
pub use crate::paths::{fixtures_dir, shared_dir, workspace_root};
pub use crate::rng::Rng;
pub use crate::shingles::{jaccard, shingles, tokens};
