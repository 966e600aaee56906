//! Main content from HTML, and leftover boilerplate from text.
//!
//! - [`html`]: a page to its main content. [`html::extract`] gives the text, and a verdict with its reason on every
//!   block of the page.
//! - [`lines`]: a text that came from a page to the same text without the lines that are no part of it.
//!
//! ```
//! use gleaner_boilerplate::html::{ExtractOptions, extract};
//!
//! let page = "<ul class=menu><li><a href=/>Home</a><li><a href=/about>About us</a></ul>
//!     <article><h1>Rain ends a dry spring</h1>
//!     <p>It rained on Sunday for the first time in eleven weeks, and farmers, who had lost hope, were out at dawn.
//!     <p>More is expected on Tuesday.</article>";
//! let page = extract(page, &ExtractOptions::default());
//! assert!(page.text.starts_with("Rain ends a dry spring\n\nIt rained on Sunday"));
//! for block in page.blocks.iter().filter(|block| !block.kept) {
//!     println!("{:?} {} {}", block.range, block.reason, block.text);
//! }
//! ```
//!
//! It knows nothing of files, archives, character encodings or duplicates, prints nothing, and runs on one thread.
//! For markup in other encodings decode to UTF-8 first. Do not use it to render a page as text in full: what is not
//! main content is left out.

mod forest;
pub mod html;
pub mod lines;
mod properties;
pub mod sites;

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
