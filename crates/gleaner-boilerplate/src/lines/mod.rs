//! Leftover boilerplate in text that someone already extracted.
//!
//! [`LineCleaner`] judges a text line by line: the tail of a page (headline lists behind a cue such as "Read more",
//! date lines, calls to share), notices, repeats, and what is left of markup. Every change is a [`Span`] of the text
//! before cleaning with the name of its [`Rule`] and a score; [`CleanText::rebuild`] makes the output from the input
//! and its spans.
//!
//! Phrases are data: one file per language under `cues/`, whose `README.md` documents the format. Rules are code: one
//! file per rule under `rules/`, listed by [`rules`]. The last of them, `line-model`, is learnt: a small forest that knows
//! where lines stand and how they look, in any language, has the last word on what the others remove, and removes what it
//! alone is sure of. Between the paragraphs of an article it removes next to nothing by itself, and nothing at all in a
//! text without paragraphs: lists, verses, tables and code stay.
//!
//! The cleaner knows no host, reads no markup tree, and keeps nothing between two texts. When the page's HTML is at
//! hand, the sibling module `html` sees more; what it extracts can pass through here afterwards.
//!
//! # Untrusted input
//! Time is linear in the text, whatever its lines. Memory beyond the text, the output and the spans is bounded by the
//! lines judged together, at most [`LineCleaner::MAX_LINES`]; a text with more lines is judged in sections.
//!
//! # Example
//! ```
//! use gleaner_boilerplate::lines::{LineCleaner, LineOptions};
//!
//! let cleaner = LineCleaner::new(&LineOptions::default()).expect("no rule is named");
//! let text = "The ferry to the island sails again from Monday, after two weeks of storms.\n\
//!             Read more:\n\
//!             Harbour wall to be raised\n\
//!             New captain for the night ferry\n";
//! let clean = cleaner.clean(text, &[]);
//! assert_eq!(clean.text, "The ferry to the island sails again from Monday, after two weeks of storms.\n");
//! assert_eq!(clean.spans[0].reason, "cue-list");
//! ```

mod bytes;
mod chars;
mod cleaner;
pub(crate) mod cues;
mod dates;
mod draft;
mod features;
mod line;
mod line_ends;
mod misread;
mod model;
mod model_table;
mod options;
mod output;
mod page;
mod render;
mod rules;
mod site;
mod site_table;

pub(crate) use bytes::find;
pub use cleaner::LineCleaner;
#[doc(hidden)]
pub use cleaner::LineFeatures;
pub(crate) use line::{Glance, glances};
pub use options::{Cleaning, LineOptions, PageText, UnknownRule};
pub use output::{Action, CleanText, Span};
pub use rules::{Rule, rules};
