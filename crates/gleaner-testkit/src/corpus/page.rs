//! Documents as HTML pages, for benchmarks.

use crate::fixtures::link_pool;
use crate::rng::{Rng, name_seed};
use crate::source::{Block, Date, Page, Site, SourceError, Teaser, load_sites, page_html};

use super::SyntheticDocument;
use super::vocabulary;

/// Puts documents into the frames of the fixture sites: head, menus, lists of links, footer, in the document's language.
///
/// ```
/// use gleaner_testkit::corpus::{Corpus, CorpusOptions, PageWriter};
/// let corpus = Corpus::new(CorpusOptions { documents: 1, ..CorpusOptions::default() })?;
/// let writer = PageWriter::new()?;
/// let document = corpus.document(0).expect("there is one");
/// let html = writer.html(&document);
/// assert!(html.contains("<body") && html.len() > document.text.len());
/// # Ok::<(), gleaner_testkit::fixtures::SourceError>(())
/// ```
#[derive(Debug)]
pub struct PageWriter {
    /// Language code, its site and the links its pages show.
    frames: Vec<(String, Site, Vec<Teaser>)>,
}

impl PageWriter {
    /// Reads the sites.
    ///
    /// # Errors
    /// When a file under `data/` is wrong.
    pub fn new() -> Result<PageWriter, SourceError> {
        let mut frames = Vec::new();
        let mut sites = load_sites()?;
        for (code, key) in vocabulary::sites()? {
            let at = sites.iter().position(|s| s.key == key);
            let site =
                sites.swap_remove(at.ok_or_else(|| SourceError::new(&code, format!("no site {key}")))?);
            let first = site.pages.first().ok_or_else(|| SourceError::new(&key, "no pages"))?;
            let pool = link_pool(&site, first);
            frames.push((code, site, pool));
        }
        // A template that cannot be filled is found here, not at a page.
        let writer = PageWriter { frames };
        for (code, ..) in &writer.frames {
            writer.fill(code, "Title", vec![Block::Paragraph("Text".to_owned())], 0)?;
        }
        Ok(writer)
    }

    /// The document's body as a page of its language's site, its first words as title; empty for an unknown language.
    pub fn html(&self, document: &SyntheticDocument) -> String {
        let body = document.body();
        let title: String =
            body.chars().take_while(|c| !matches!(c, '.' | '。' | '।' | '\n')).take(60).collect();
        let blocks = body.lines().map(|line| Block::Paragraph(line.to_owned())).collect();
        let filled = self.fill(&document.lang, title.trim(), blocks, name_seed(&document.id));
        filled.expect("every template was filled once when the writer was made")
    }

    fn fill(&self, lang: &str, title: &str, blocks: Vec<Block>, seed: u64) -> Result<String, SourceError> {
        let Some((_, site, pool)) = self.frames.iter().find(|(code, ..)| code == lang) else {
            return Ok(String::new());
        };
        let mut rng = Rng::new(seed);
        let page = Page {
            path: format!("/{}", rng.below(1_000_000)),
            title: title.to_owned(),
            date: Date { year: 2024, month: 1 + rng.below(12) as u32, day: 1 + rng.below(28) as u32 },
            author: "A. Author".to_owned(),
            section: site.pages.first().map_or(String::new(), |p| p.section.clone()),
            language: site.config.language.clone(),
            lang: site.config.lang.clone(),
            topic: None,
            blocks,
        };
        page_html(site, &page, pool, &mut rng)
    }
}
