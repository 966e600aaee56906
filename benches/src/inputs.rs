//! Pages and texts, of the synthetic corpus or of the folder that the user named.

use std::env;
use std::path::PathBuf;
use std::process::exit;
use std::sync::{LazyLock, OnceLock};

use gleaner_boilerplate::html::{ExtractOptions, extract};
use gleaner_testkit::corpus::{Corpus, CorpusOptions, PageWriter, Paragraphs, ServedPage};
use gleaner_testkit::workspace_root;

use crate::folder::{Taken, take};

/// What a stage takes, counted in bytes.
pub trait Input {
    /// Its bytes.
    fn bytes(&self) -> u64;
}

/// A page as it was fetched.
#[derive(Clone, Debug)]
pub struct Page {
    /// Address, header and bytes; the address is empty where it is not known.
    pub served: ServedPage,
    /// Its markup, decoded.
    pub html: String,
}

/// A document's text.
#[derive(Clone, Debug)]
pub struct Text {
    /// Its address; empty where it is not known.
    pub url: String,
    /// What it says.
    pub text: String,
}

impl Input for Page {
    fn bytes(&self) -> u64 {
        self.html.len() as u64
    }
}

impl Input for Text {
    fn bytes(&self) -> u64 {
        self.text.len() as u64
    }
}

/// Whether everything is only run once (`-- --test`).
pub fn only_testing() -> bool {
    env::args().any(|argument| argument == "--test")
}

/// The sizes at which stages are measured, in documents, ascending: those that `GLEANER_BENCH_DOCUMENTS` lists, as
/// `1000,100000`, else 100, 1,000 and 10,000; 40 when only testing.
///
/// # Panics
/// When the variable is no list of numbers.
pub fn sizes() -> Vec<usize> {
    sizes_or(&[100, 1_000, 10_000])
}

/// The sizes at which whole jobs are measured: the same list, else 10,000.
///
/// # Panics
/// When the variable is no list of numbers.
pub fn job_sizes() -> Vec<usize> {
    sizes_or(&[10_000])
}

fn sizes_or(default: &[usize]) -> Vec<usize> {
    if only_testing() {
        return vec![40];
    }
    let Some(listed) = variable("GLEANER_BENCH_DOCUMENTS") else { return default.to_vec() };
    let number =
        |number: &str| number.trim().parse().expect("GLEANER_BENCH_DOCUMENTS lists numbers of documents");
    let mut sizes: Vec<usize> = listed.split(',').map(number).collect();
    sizes.sort_unstable();
    sizes
}

// The rule against reading the environment is for libraries that others build on; this one is run by its user.
#[allow(clippy::disallowed_methods)]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// The synthetic corpus of so many documents, its lines as long as in crawled texts.
///
/// # Panics
/// When the vocabularies in the checkout are broken.
pub fn synthetic(documents: usize) -> Corpus {
    let options = CorpusOptions { documents, paragraphs: Paragraphs::Crawled, ..CorpusOptions::default() };
    Corpus::new(options).expect("the testkit's vocabularies")
}

static MOST: OnceLock<usize> = OnceLock::new();

/// So many documents of the user's folder are held at most, where that is to be another number than the last of
/// [`sizes`]. To be called before anything else.
pub fn hold(documents: usize) {
    let _ = MOST.set(documents);
}

fn most() -> usize {
    MOST.get().copied().unwrap_or_else(|| sizes().last().copied().unwrap_or(0))
}

/// What the user's folder holds; `None` when none is named. Ends the process when nothing in it can be used.
pub(crate) fn own() -> Option<&'static Taken> {
    static OWN: LazyLock<Option<Taken>> = LazyLock::new(|| {
        let named = PathBuf::from(variable("GLEANER_BENCH_CORPUS")?);
        // Cargo runs benchmarks in the folder of their package.
        let folder = if named.exists() { named } else { workspace_root().join(named) };
        let taken = take(&folder, most()).unwrap_or_else(|error| {
            say(&format!("GLEANER_BENCH_CORPUS: {error}"));
            exit(2)
        });
        let (pages, texts) = (taken.pages.len(), taken.texts.len());
        say(&format!("GLEANER_BENCH_CORPUS: {pages} pages and {texts} texts are taken"));
        Some(taken)
    });
    OWN.as_ref()
}

/// Pages for the stages that take pages; of the user's folder none where it holds texts only, which is said.
///
/// Ends the process when the folder cannot be read, or holds neither.
pub fn pages() -> &'static [Page] {
    static SYNTHETIC: LazyLock<Vec<Page>> = LazyLock::new(|| {
        let writer = PageWriter::new().expect("the testkit's templates");
        let page = |document| Page { served: writer.served(&document), html: writer.html(&document) };
        synthetic(most()).documents().map(page).collect()
    });
    let Some(own) = own() else { return &SYNTHETIC };
    if own.pages.is_empty() {
        say("GLEANER_BENCH_CORPUS holds texts and no pages: the stages that take pages are left out.");
    }
    &own.pages
}

/// Texts for the stages that take texts; where the user's folder holds pages only, their main content.
///
/// Ends the process when the folder cannot be read, or holds neither.
pub fn texts() -> &'static [Text] {
    static SYNTHETIC: LazyLock<Vec<Text>> =
        LazyLock::new(|| synthetic(most()).documents().map(|d| Text { url: d.url, text: d.text }).collect());
    static EXTRACTED: LazyLock<Vec<Text>> = LazyLock::new(|| {
        let text = |page: &Page| Text {
            url: page.served.url.clone(),
            text: extract(&page.html, &ExtractOptions::default()).text,
        };
        own().iter().flat_map(|own| &own.pages).map(text).collect()
    });
    match own() {
        None => &SYNTHETIC,
        Some(own) if own.texts.is_empty() => &EXTRACTED,
        Some(own) => &own.texts,
    }
}

/// To the person at the terminal, beside what Criterion prints.
#[allow(clippy::print_stderr)]
fn say(message: &str) {
    eprintln!("{message}");
}
