//! Main content of a page.
//!
//! [`extract`] goes from text to text in five steps, each a list and none a tree: a tokenizer, flat blocks with the
//! elements they stand in, features of each block, two verdicts on each, and the kept blocks as text.
//!
//! # Untrusted input
//!
//! Any string gives an [`Extraction`]. Time is linear in the page, with at most 64 ancestors looked at from a block and
//! 512 open elements from a tag. Memory beyond the page is at most six times its length and a kilobyte for each tag, of
//! which no more than 65,536 count: blocks and elements above that are not told apart, their text is kept. Nothing
//! recurses.

use std::ops::Range;

mod builder;
mod comments;
mod consent;
mod container;
mod cues;
mod decide;
mod described;
pub(crate) mod entities;
mod entities_table;
mod explain;
mod features;
mod hints;
mod json;
mod links;
mod metadata;
mod model;
mod model_table;
mod options;
mod page;
mod payload;
mod reading;
mod render;
mod rows;
mod rules;
mod stats;
mod tables;
mod tags;
mod text_run;
mod tokenizer;

pub use explain::Contribution;
pub use metadata::{Declared, Origin};
pub use options::{Comments, ExtractOptions, Favor, Links, Tables};
pub use page::Kind;

use reading::page_of;

/// The main content of a page.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Extraction {
    /// The kept blocks, with a blank line between them.
    ///
    /// Items of the same list and rows of the same table stand on lines that follow each other. An item that is one
    /// block has `- ` before it, the cells of a row are parted by tabs, code is as the page has it, and a line break
    /// inside a block (`<br>`) is a line feed. There is no other markup.
    pub text: String,
    /// Ranges of `text` that line cleaning must not touch (code, rows of tables), ascending, disjoint, in bytes.
    pub verbatim: Vec<Range<usize>>,
    /// Headline of the page. Believed are `og:title`, `<title>`, the headline of structured data (JSON-LD) and other
    /// metadata, in this order, but for one that is only the name of the site. Of the title as much is taken as stands
    /// between dividers and is also a heading (`<h1>` to `<h3>`), the headline of structured data, or a part of another of
    /// these titles; else all of it but the name of the site. Without any, the first `<h1>`.
    pub title: Option<Declared>,
    /// Language as a BCP 47 tag, as `en-GB`, in the page's own capitals: of `<html lang>`, else `content-language`, else
    /// structured data, else `og:locale`. What is no such tag is left out.
    pub language: Option<Declared>,
    /// Date of publication, in the order of trust of [`Origin`], but that a `<time>` marked as the date of publication
    /// goes before a `<meta name="date">` and a date of creation comes late. A date of modification is never taken, nor one
    /// of a comment, a review or another article where the page tells them apart.
    ///
    /// ISO 8601 where that takes no guess: `2024-03-05`, `2024-03-05T08:30:00Z`, `2024-03-05T08:30+01:00`; without an
    /// offset the page states none. Else as the page has it: `5/3/2024`, `5 mars 2024`.
    pub date: Option<Declared>,
    /// Every block in document order with its verdict.
    pub blocks: Vec<Block>,
}

/// A block of the page.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Block {
    /// Bytes of the page from the block's first text to its last; blocks are in the order of where these begin. What is
    /// taken from a description or structured data, for want of other text, has the range of the whole value.
    pub range: Range<usize>,
    /// What it is.
    pub kind: Kind,
    /// Kept or removed.
    pub kept: bool,
    /// Why: the evidence that weighed most for the verdict, by a stable name, as `link-density`.
    pub reason: &'static str,
    /// Between 0 (boilerplate) and 1 (content).
    pub score: f32,
    /// The features that decided, heaviest first: as many as [`ExtractOptions::features`] asks for, or all that weigh
    /// anything. What the options decided (reasons `comments` and `tables`) is not in them.
    pub features: Vec<Contribution>,
    /// Its text: references decoded, white space made one space each unless it is code.
    pub text: String,
}

/// The main content of `html`.
///
/// Never fails: a page that has no content, or no markup, gives what text it has or an empty [`Extraction`].
///
/// The method: blocks and their evidence after Kohlschuetter et al. (boilerpipe, 2010) and Readability, the main
/// container as the element with the best F1 to be expected, gradient-boosted trees over these and the blocks around,
/// more such trees over the first verdicts on all blocks (after the stacked sequence models of Web2Text, 2018), and as
/// many blocks kept as give the page the best expected F-measure.
///
/// # Cost
///
/// One pass over the markup, and about two microseconds for each block of text.
///
/// # Examples
///
/// ```
/// use gleaner_boilerplate::html::{ExtractOptions, extract};
///
/// let page = "<nav><a href=/>Home</a> <a href=/news>News</a></nav>
///     <h1>Bridge reopens</h1>
///     <p>The old bridge was opened again on Monday, after two years of repairs to its arches.
///     <p>Some four thousand people cross it each day, most of them on foot or by bicycle.";
/// let page = extract(page, &ExtractOptions::default());
/// assert!(page.text.contains("after two years of repairs"));
/// assert!(!page.text.contains("Home"));
/// assert_eq!(page.blocks[0].kept, false);
/// assert_eq!(page.title.unwrap().value, "Bridge reopens");
/// ```
pub fn extract(html: &str, options: &ExtractOptions) -> Extraction {
    let mut page = page_of(html);
    let mut verdicts = decide::decide(&page, options.favor);
    comments::apply(&page, options.comments, &mut verdicts);
    tables::apply(&page, options.tables, &mut verdicts);
    let (text, verbatim) = render::render(&page, &verdicts, options.links);
    let features = explain::contributions(&page, options.features);
    let block = |((block, verdict), features): ((&page::TextBlock, &decide::Verdict), _)| Block {
        range: block.source.clone(),
        kind: block.kind,
        kept: verdict.kept,
        reason: verdict.reason,
        score: verdict.score,
        features,
        text: page.text_of(block).to_owned(),
    };
    let blocks = page.blocks.iter().zip(&verdicts).zip(features).map(block).collect();
    let title = metadata::title(&page);
    let (language, date) = (page.metadata.take_language(), page.metadata.take_date());
    Extraction { text, verbatim, title, language, date, blocks }
}

/// The features of a page's blocks, for training.
#[doc(hidden)]
#[derive(Debug)]
pub struct BlockFeatures {
    /// Name of each feature.
    pub names: Vec<String>,
    /// One row of features after the other.
    pub rows: Vec<f32>,
    /// Text of each block.
    pub texts: Vec<String>,
}

/// The features that [`extract`] decides by: of the first verdict, or, given the first verdicts, of the second.
#[doc(hidden)]
pub fn block_features(html: &str, verdicts: Option<&[f32]>) -> BlockFeatures {
    let page = page_of(html);
    let stats: Vec<stats::Stats> = page.blocks.iter().map(|b| stats::Stats::of(page.text_of(b))).collect();
    let first = decide::weigh(&page, &stats);
    let words = first.words(&stats);
    let features = features::Features::new(&page, &stats, &first);
    let context = verdicts.map(|p| features::Context::new(&features, p, &words));
    let (mut names, mut rows) = (Vec::new(), Vec::new());
    for at in 0..page.blocks.len() {
        match &context {
            Some(context) if at == 0 => context.write(at, &mut names),
            None if at == 0 => features.write(at, &mut names),
            _ => {}
        }
        match &context {
            Some(context) => context.write(at, &mut rows),
            None => features.write(at, &mut rows),
        }
    }
    // What is removed by rule is nothing to learn from.
    let text =
        |(block, &ruled): (&page::TextBlock, &bool)| if ruled { "" } else { page.text_of(block) }.to_owned();
    BlockFeatures { names, rows, texts: page.blocks.iter().zip(&first.consent).map(text).collect() }
}
