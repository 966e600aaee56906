//! What the benchmarks run on, and how they measure.
//!
//! - [`pages`] and [`texts`] are the inputs: a seeded synthetic corpus, the same on every machine, or the folder that
//!   `GLEANER_BENCH_CORPUS` names. [`sizes`] says of how many documents.
//! - [`Suite::each`] and [`Suite::all`] measure one stage at every size, in documents and bytes per second.
//! - [`job_settings`] and [`write_input`] are for whole jobs; their inputs are written without being held in memory.
//! - [`Figures`] describe a corpus, to hold the synthetic one beside real ones; [`Fit`] is how cost grows with size.
//!
//! ```
//! use gleaner_benches::Fit;
//! let squares = [(1.0, 3.0), (10.0, 300.0), (100.0, 30_000.0)];
//! assert!((Fit::of(&squares).expect("three sizes").exponent - 2.0).abs() < 1e-9);
//! ```
//!
//! See `README.md` in this folder for how to run them. The stages are measured through the public functions of their
//! crates, one thread; what these do not part is measured together, and the suite says so.

mod figures;
mod fit;
mod folder;
mod inputs;
mod jobs;
mod suite;

pub use figures::Figures;
pub use fit::Fit;
pub use folder::{Taken, take};
pub use inputs::{Input, Page, Text, hold, job_sizes, only_testing, pages, sizes, synthetic, texts};
pub use jobs::{Written, input_name, job_settings, write_input};
pub use suite::{Suite, configured};

/// As in the `gleaner` binary: what is measured here is what users get.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
