//! From crawl dump to clean, deduplicated corpus: phases, parts, accounting and manifest.
//!
//! [`run`] takes [`Settings`] and writes an output folder; [`clean`] gives cleaned documents one by one to a [`Sink`];
//! [`plan`] says what a run would do, and [`verify`] whether a finished one is what it states to be. An [`Observer`] hears of progress and warnings. [`ResultOptions`] determine the
//! output, byte for byte; [`Resources`] and [`Limits`] never change it. [`Report`] and [`Manifest`] account for every
//! record: `records = kept + removed + rejected`, checked before a run is called complete.
//!
//! ```
//! use gleaner_corpus::{InputOptions, resolve_inputs};
//! use gleaner_pipeline::{Job, Limits, Resources, ResultOptions, Settings, Silent, VerifyOptions, run, verify};
//! # let folder = tempfile::tempdir()?;
//! let input = folder.path().join("rows.jsonl");
//! let text = "A storm moved two of the cranes in the harbour on Monday, and ships have to wait outside.";
//! std::fs::write(&input, format!("{{\"text\":\"{text}\"}}\n{{\"text\":\"{text}\"}}\nno json\n"))?;
//!
//! let settings = Settings {
//!     job: Job::Run,
//!     inputs: resolve_inputs(&[input.into()], &InputOptions::default())?,
//!     output: folder.path().join("corpus"),
//!     against: Vec::new(),
//!     result: ResultOptions::default(),
//!     resources: Resources { threads: 2, memory: 1 << 30, tmp: None, peak_memory: || None },
//!     limits: Limits::default(),
//!     overwrite: false,
//! };
//! let report = run(&settings, &Silent)?;
//! let counts = &report.manifest.counts;
//! assert_eq!((counts.records, counts.kept, counts.removed, counts.rejected), (3, 1, 1, 1));
//! assert_eq!(counts.removed_by_reason["dedup"]["exact-duplicate"], 1);
//! assert!(settings.output.join("_SUCCESS").exists());
//!
//! let verified = verify(&settings.output, &VerifyOptions::default(), &settings.resources, &Silent)?;
//! assert!(verified.is_sound());
//! std::fs::remove_file(settings.output.join("rejects.parquet"))?;
//! let verified = verify(&settings.output, &VerifyOptions::default(), &settings.resources, &Silent)?;
//! assert_eq!(verified.findings[0].to_string(), "manifest.json: count: counts.records: expected 2, as the rows of the files, found 3 in manifest.json");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Cost
//! The input is read once; its text is written to the work area twice, by `dedup` once. It is read back to be cleaned
//! (not by `dedup`), to write what is kept, and to write what was removed; single documents once more where they have
//! to be compared. Besides two bits a document memory does not grow with the corpus: [`ErrorKind::Memory`] says before
//! anything is read when the budget is too small.
//!
//! # When not to use it
//! For one stage alone take its crate: `gleaner-boilerplate`, `gleaner-dedup`, `gleaner-archive` or `gleaner-corpus`.
//! This crate installs no allocator, reads no environment and never prints.

mod account;
mod begin;
mod bits;
mod comparison;
mod date;
mod draft;
mod earlier;
mod entries;
mod error;
mod estimate;
mod execution;
mod frames;
mod index;
mod journal;
pub mod language;
mod lock;
mod lookup;
mod manifest;
mod memory;
mod outliers;
mod output;
mod outputs;
mod phases;
mod place;
mod plan;
mod progress;
mod recall;
mod rows;
mod run;
mod searched;
mod settings;
mod site;
mod site_file;
mod sites;
mod stages;
mod stream;
mod texts;
mod values;
mod verdicts;
mod verify;
mod work;

pub use account::Accounting;
pub use error::{Error, ErrorKind};
pub use estimate::Estimate;
pub use manifest::{Manifest, Status};
pub use outliers::{Cluster, Loss, Outliers};
pub use outputs::OutputFile;
pub use phases::clean::Counts;
pub use plan::{Plan, plan};
pub use progress::{Observer, Phase, Silent};
pub use recall::{Recall, SampledRecall};
pub use run::{Report, digest_mismatches, empty_files, run};
pub use settings::{
    Job, Keep, Limits, Method, Resources, ResultOptions, Settings, SimilarityName, SiteTemplateFile, Spans,
};
pub use site_file::print_templates;
pub use stream::{Sink, Span, clean};
pub use verify::{Check, Finding, Verification, VerifyOptions, verify};

/// The examples of the README, compiled and run with the documentation tests.
#[cfg_attr(doctest, doc = include_str!("../../../README.md"))]
#[cfg(doctest)]
struct Readme;
