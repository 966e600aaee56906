//! Documents as HTML pages, for benchmarks.

use crate::fixtures::{body_bytes, content_type, link_pool};
use crate::rng::{Rng, name_seed};
use crate::source::{Block, Date, Page, Site, SourceError, Teaser, load_sites, page_html};

use super::markup::Theme;
use super::vocabulary::{self, Vocabulary};
use super::{ServedPage, SyntheticDocument};

/// How much markup pages have around their article.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Markup {
    /// As much as on crawled pages: a median of some 63 KB, of which a sixth is text.
    #[default]
    Crawl,
    /// That of the fixture sites alone: about 2 KB.
    Bare,
}

/// Puts documents into pages: frames of the fixture sites in the document's language, the theme of the document's host
/// around them.
///
/// ```
/// use gleaner_testkit::corpus::{Corpus, CorpusOptions, PageWriter};
/// let corpus = Corpus::new(CorpusOptions { documents: 1, ..CorpusOptions::default() })?;
/// let writer = PageWriter::new()?;
/// let document = corpus.document(0).expect("there is one");
/// let html = writer.html(&document);
/// assert!(html.contains("<body") && html.len() > 2 * document.text.len());
/// # Ok::<(), gleaner_testkit::fixtures::SourceError>(())
/// ```
#[derive(Debug)]
pub struct PageWriter {
    frames: Vec<Frame>,
    markup: Markup,
}

/// The pages of a language.
#[derive(Debug)]
struct Frame {
    vocabulary: Vocabulary,
    site: Site,
    /// The links its pages show.
    links: Vec<Teaser>,
}

impl PageWriter {
    /// Pages with the markup of crawled ones.
    ///
    /// # Errors
    /// When a file under `data/` is wrong.
    pub fn new() -> Result<PageWriter, SourceError> {
        PageWriter::with(Markup::Crawl)
    }

    /// Pages with so much markup; reads the sites and builds the vocabularies (30 MB).
    ///
    /// # Errors
    /// When a file under `data/` is wrong.
    pub fn with(markup: Markup) -> Result<PageWriter, SourceError> {
        let mut frames = Vec::new();
        let mut sites = load_sites()?;
        for ((code, key), vocabulary) in vocabulary::sites()?.into_iter().zip(vocabulary::load()?) {
            let at = sites.iter().position(|s| s.key == key);
            let site =
                sites.swap_remove(at.ok_or_else(|| SourceError::new(&code, format!("no site {key}")))?);
            let first = site.pages.first().ok_or_else(|| SourceError::new(&key, "no pages"))?;
            let links = link_pool(&site, first);
            frames.push(Frame { vocabulary, site, links });
        }
        // A template that cannot be filled is found here, not at a page.
        let writer = PageWriter { frames, markup };
        for frame in &writer.frames {
            frame.fill("Title", vec![Block::Paragraph("Text".to_owned())], 0)?;
        }
        Ok(writer)
    }

    /// The document's body as a page of its language's site, its first words as title; empty for an unknown language.
    pub fn html(&self, document: &SyntheticDocument) -> String {
        let Some(frame) = self.frame(document) else { return String::new() };
        let body = document.body();
        let title: String =
            body.chars().take_while(|c| !matches!(c, '.' | '。' | '।' | '\n')).take(60).collect();
        let blocks = body.lines().map(|line| Block::Paragraph(line.to_owned())).collect();
        let seed = name_seed(&document.id);
        let filled = frame.fill(title.trim(), blocks, seed);
        let html = filled.expect("every template was filled once when the writer was made");
        match self.markup {
            Markup::Bare => html,
            Markup::Crawl => dressed(&html, &Theme::new(&frame.vocabulary, document.host()), seed),
        }
    }

    /// The same page as its site serves it: in its charset, declared in its way.
    pub fn served(&self, document: &SyntheticDocument) -> ServedPage {
        let html = self.html(document);
        let Some(Frame { site, .. }) = self.frame(document) else {
            return ServedPage::new(&document.url, "text/html", html);
        };
        ServedPage::new(&document.url, content_type(site, &html), body_bytes(site, &html))
    }

    fn frame(&self, document: &SyntheticDocument) -> Option<&Frame> {
        self.frames.iter().find(|frame| frame.vocabulary.code == document.lang)
    }
}

impl Frame {
    fn fill(&self, title: &str, blocks: Vec<Block>, seed: u64) -> Result<String, SourceError> {
        let site = &self.site;
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
        page_html(site, &page, &self.links, &mut rng)
    }
}

/// A page with its theme around it.
fn dressed(html: &str, theme: &Theme<'_>, seed: u64) -> String {
    let parts = theme.parts(&mut Rng::stream(seed, 0x7061_6765));
    let head = html.find("</head>").unwrap_or(0);
    let body = html.find("<body").and_then(|at| Some(at + html[at..].find('>')? + 1)).unwrap_or(head);
    let end = html.rfind("</body>").unwrap_or(html.len());
    [
        &html[..head],
        &parts.head,
        &html[head..body],
        &parts.before,
        &html[body..end],
        &parts.after,
        &html[end..],
    ]
    .concat()
}
