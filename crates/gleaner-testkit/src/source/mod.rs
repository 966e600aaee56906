//! The invented sites: pages in a small mark-up of our own, and how each site writes them as HTML.

mod block;
mod date;
mod render;
mod site;
mod template;

pub(crate) use self::block::{Block, main_text, plain};
pub(crate) use self::date::Date;
pub(crate) use self::render::{Teaser, page_html, teaser_text};
pub(crate) use self::site::{Charset, Page, Site, load_sites};
pub(crate) use self::template::escape;

/// An error in the source material under `data/`, with the file and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceError(String);

impl SourceError {
    pub(crate) fn new(file: &str, what: impl std::fmt::Display) -> SourceError {
        SourceError(format!("{file}: {what}"))
    }
}

impl std::fmt::Display for SourceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SourceError {}
