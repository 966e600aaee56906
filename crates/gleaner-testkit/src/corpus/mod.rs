//! Synthetic corpora of any size, with planted copies.
//!
//! Every document is computed from its number alone: nothing is remembered, memory does not grow with the corpus, and
//! any range can be made on its own. The same options give the same bytes on every platform.
//!
//! **Words.** A language has 60,000 to 200,000 forms built from its syllables (`data/languages`); shorter ones mostly get
//! the lower ranks. A form of rank `r` (from 0) is drawn with a probability proportional to `1 / (r + 1 + shift)`
//! (Zipf-Mandelbrot). Where a form is one token, in languages with spaces, `shift` is 10, so that the most frequent form
//! takes about 1% of a text; where five tokens are only about two forms (Chinese, Japanese, Thai: a token is a character;
//! Vietnamese: a token is a syllable), `shift` is the number of forms, so that the first is just twice as frequent as the
//! last. Hence unrelated documents share no 5-gram of tokens by chance, and every similarity is a planted one.
//!
//! **Lengths.** Log-normal, by default with a median of 400 words and a deviation of 0.9 of the logarithm, within 20 to
//! 20,000 words. A paragraph is a line; how long it is says [`Paragraphs`]. A word in fifty is a number.
//!
//! **Languages.** By weight: English-like 40, Vietnamese-like 15, German-like, Russian-like and Chinese 8, Japanese-like
//! 6, Thai-like, Arabic-like and Hindi-like 5.
//!
//! **Groups.** 83% single documents, 14% families of copies, 3% sets of pages of one template. Families and sets have 2
//! members or more, up to 120, falling as a Pareto tail of exponent 1.3. A member of a family is its root with one edit:
//! see [`Kind`]. Pages of a template share 40 to 90% of their text and are **not** duplicates: each has its own `group`.
//! The members of a group are scattered over the corpus.
//!
//! **Pages.** [`PageWriter`] puts a document's body into a page of a fixture site in its language, in that site's charset,
//! and the theme of its host around it: metadata, style sheets, nested wrappers, menus, teasers with pictures, drawings,
//! a dialog, scripts. What a site has on all its pages is the same on all of them; its amount is log-normal over hosts
//! (median 1.15, deviation of the logarithm 0.75, within 0.15 to 6), that of teasers and scripts also over pages.
//!
//! **Beside real crawls.** Median and, in parentheses, 90% quantile, of 2,000 synthetic pages with
//! [`Paragraphs::Crawled`], a WARC of 375 crawled pages, and 1,000 pages of public benchmarks of extraction
//! (`cargo run --release -p gleaner-benches --bin describe -- PATH...` prints such a table of any corpus):
//!
//! | | synthetic | crawl | benchmarks |
//! |---|---|---|---|
//! | bytes a page | 62,700 (129,000) | 74,800 (200,300) | 58,100 (145,100) |
//! | share of scripts | .20 (.25) | .17 (.38) | .16 (.37) |
//! | share of style sheets | .04 (.22) | .00 (.13) | .00 (.10) |
//! | share of tags | .51 (.57) | .51 (.70) | .50 (.66) |
//! | tags | 1,249 (2,641) | 1,327 (2,955) | 1,051 (2,285) |
//! | links | 185 (411) | 160 (341) | 129 (319) |
//! | blocks | 231 (489) | 178 (394) | 136 (297) |
//! | share of text | .17 (.30) | .13 (.26) | .17 (.58) |
//! | of the text, in links | .37 (.53) | .38 (.67) | .32 (.68) |
//! | of the text, main content | .35 (.65) | .37 (.77) | .49 (.97) |
//! | bytes of main content | 3,550 (12,270) | 2,830 (9,980) | 3,970 (17,390) |
//! | words | 559 (1,942) | 437 (1,583) | 524 (2,727) |
//! | lines | 16 (74) | 11 (59) | 14 (80) |
//! | words a line | 35 (73) | 32 (77) | 34 (65) |
//!
//! Where they differ: real pages vary more between sites, the synthetic ones have somewhat more links and blocks; and
//! languages are not those of these sets, of which English has half, but more evenly nine, of five scripts without case
//! or without spaces.
//!
//! **Frame.** Every text begins with a line of its site's menu and ends with a line of its footer; a site has about 60
//! documents.
//!
//! ```
//! use gleaner_testkit::corpus::{Corpus, CorpusOptions};
//! let corpus = Corpus::new(CorpusOptions { documents: 100, ..CorpusOptions::default() })?;
//! let texts: usize = corpus.documents().map(|document| document.text.len()).sum();
//! assert!(texts > 100_000);
//! assert_eq!(corpus.document(7), corpus.documents().nth(7));
//! # Ok::<(), gleaner_testkit::fixtures::SourceError>(())
//! ```

mod body;
mod layout;
mod markup;
mod page;
mod served;
mod vocabulary;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use self::layout::{GroupKind, Place, Shares};
use self::vocabulary::{Vocabulary, capitalised};
pub use crate::corpus::page::{Markup, PageWriter};
pub use crate::corpus::served::{ArchiveWriter, ServedPage};
use crate::rng::Rng;
use crate::source::SourceError;

/// What a corpus is made of.
#[derive(Clone, Debug)]
pub struct CorpusOptions {
    /// Number of documents. Default 10,000.
    pub documents: usize,
    /// Seed of everything but the vocabularies, which are fixed. Default 42.
    pub seed: u64,
    /// Median length in words. Default 400.
    pub median_words: f64,
    /// Standard deviation of the logarithm of the length. Default 0.9.
    pub sigma: f64,
    /// Share of groups that are families of copies. Default 0.14.
    pub family_share: f64,
    /// Share of groups that are pages of one template. Default 0.03.
    pub template_share: f64,
    /// Length of lines. Default even.
    pub paragraphs: Paragraphs,
    /// Codes of the languages used, as `vi`; unknown ones are ignored, empty means all. Default empty.
    pub languages: Vec<String>,
}

impl Default for CorpusOptions {
    fn default() -> CorpusOptions {
        CorpusOptions {
            documents: 10_000,
            seed: 42,
            median_words: 400.0,
            sigma: 0.9,
            family_share: 0.14,
            template_share: 0.03,
            paragraphs: Paragraphs::Even,
            languages: Vec::new(),
        }
    }
}

/// How much stands on a line of a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paragraphs {
    /// 2 to 6 sentences of 6 to 24 words, evenly.
    #[default]
    Even,
    /// As in main content of crawled pages: 1 to 4 such sentences, but in a fifth of the documents, which are lists and
    /// threads, one of 3 to 14 words.
    Crawled,
}

/// How a document was made. An edit may leave a short text as it is (no number to change, one paragraph to reorder).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// Alone in its group.
    Single,
    /// The first of its family.
    Root,
    /// The same text.
    Exact,
    /// Other spaces, no commas, or paragraphs in upper case.
    CaseWsPunct,
    /// The frame of another site.
    Boiler,
    /// 50 to 98% of the text.
    Truncate,
    /// One to four sentences inserted, not more than it has paragraphs.
    Insert,
    /// Two neighbouring paragraphs exchanged.
    Reorder,
    /// Letters exchanged in 0.1 to 5% of the words.
    Typos,
    /// Every number changed.
    Numbers,
    /// A page of a template: alike, but no duplicate.
    Tmpl,
}

/// Edits of family members, as often as they are drawn.
const EDITS: [(Kind, usize); 8] = [
    (Kind::Exact, 18),
    (Kind::CaseWsPunct, 12),
    (Kind::Boiler, 22),
    (Kind::Truncate, 12),
    (Kind::Insert, 9),
    (Kind::Reorder, 6),
    (Kind::Typos, 12),
    (Kind::Numbers, 9),
];

/// A document of a synthetic corpus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyntheticDocument {
    /// Its number as text, from `0`.
    pub id: String,
    /// Frame and body, a paragraph a line.
    pub text: String,
    /// Its address; the host is its site, whose frame it has.
    pub url: String,
    /// Documents of equal group are copies of each other.
    pub group: String,
    /// How it was made.
    pub kind: Kind,
    /// Code of its language, as `vi`.
    pub lang: String,
    /// Where the body is in `text`, without the frame; not written out.
    #[serde(skip)]
    pub body: Range<usize>,
}

impl SyntheticDocument {
    /// The text without its frame.
    pub fn body(&self) -> &str {
        &self.text[self.body.clone()]
    }

    /// The host of its address.
    pub fn host(&self) -> &str {
        self.url.split('/').nth(2).unwrap_or_default()
    }
}

/// A synthetic corpus.
#[derive(Debug)]
pub struct Corpus {
    options: CorpusOptions,
    languages: Vec<Vocabulary>,
}

/// A document before it is written: what a group has in common, edited.
struct Draft<'a> {
    vocabulary: &'a Vocabulary,
    site: usize,
    paragraphs: Vec<String>,
    kind: Kind,
}

impl Corpus {
    /// A corpus; builds the vocabularies (30 MB), no documents.
    ///
    /// # Errors
    /// When a file under `data/languages` is wrong.
    pub fn new(options: CorpusOptions) -> Result<Corpus, SourceError> {
        let mut languages = vocabulary::load()?;
        if languages.iter().any(|v| options.languages.contains(&v.code)) {
            languages.retain(|v| options.languages.contains(&v.code));
        }
        Ok(Corpus { options, languages })
    }

    /// All documents in order, one at a time.
    pub fn documents(&self) -> impl ExactSizeIterator<Item = SyntheticDocument> + '_ {
        (0..self.options.documents).map(|i| self.build(i))
    }

    /// The document numbered `i`, `None` past the end. Costs the making of it and of its group's root.
    pub fn document(&self, i: usize) -> Option<SyntheticDocument> {
        (i < self.options.documents).then(|| self.build(i))
    }

    /// Codes of the languages and the number of distinct forms of each.
    pub fn vocabulary_sizes(&self) -> Vec<(&str, usize)> {
        self.languages.iter().map(|v| (v.code.as_str(), v.len())).collect()
    }

    fn build(&self, i: usize) -> SyntheticDocument {
        let seed = self.options.seed;
        let shares = Shares { family: self.options.family_share, template: self.options.template_share };
        let place = layout::place(seed, layout::shuffled(seed, i, self.options.documents), shares);
        let draft = self.draft(place);
        let group = match place.kind {
            GroupKind::Template => format!("g{}t{}", place.group, place.member),
            GroupKind::Single | GroupKind::Family => format!("g{}", place.group),
        };
        let code = &draft.vocabulary.code;
        let (head, foot) = self.frame(draft.vocabulary, draft.site);
        let body = draft.paragraphs.join("\n");
        let start = head.len() + 1;
        SyntheticDocument {
            id: i.to_string(),
            text: format!("{head}\n{body}\n{foot}"),
            url: format!("https://{code}{}.example/{i}", draft.site),
            group,
            kind: draft.kind,
            lang: code.clone(),
            body: start..start + body.len(),
        }
    }

    fn draft(&self, place: Place) -> Draft<'_> {
        let mut group = Rng::stream(self.options.seed, place.group as u64);
        let vocabulary = self.draw_language(&mut group);
        let site = group.below(self.sites(vocabulary));
        let mut paragraphs = body::body(vocabulary, &self.options, &mut group);
        let mut own = Rng::stream(self.options.seed ^ 0x6D65_6D62_6572, (place.group + place.member) as u64);
        let kind = match place.kind {
            GroupKind::Single => Kind::Single,
            GroupKind::Family if place.member == 0 => Kind::Root,
            GroupKind::Family => draw_edit(&mut own),
            GroupKind::Template => Kind::Tmpl,
        };
        if kind == Kind::Tmpl {
            paragraphs = self.template_page(vocabulary, &paragraphs, &mut group, &mut own);
        }
        body::edit(kind, &mut paragraphs, vocabulary, &mut own);
        let site = if kind == Kind::Boiler { own.below(self.sites(vocabulary)) } else { site };
        Draft { vocabulary, site, paragraphs, kind }
    }

    fn draw_language(&self, rng: &mut Rng) -> &Vocabulary {
        let total: usize = self.languages.iter().map(|v| v.weight).sum();
        let mut at = rng.below(total);
        for vocabulary in &self.languages {
            if at < vocabulary.weight {
                return vocabulary;
            }
            at -= vocabulary.weight;
        }
        &self.languages[0]
    }

    /// Number of sites of a language, so that each has about 60 documents, but at least ten.
    fn sites(&self, vocabulary: &Vocabulary) -> usize {
        let total: usize = self.languages.iter().map(|v| v.weight).sum();
        (self.options.documents * vocabulary.weight / total / 60).max(10)
    }

    /// The menu and the footer of a site.
    fn frame(&self, vocabulary: &Vocabulary, site: usize) -> (String, String) {
        let mut rng = Rng::named(self.options.seed, &format!("{}{site}", vocabulary.code));
        let items: Vec<String> =
            (0..rng.between(4, 8)).map(|_| capitalised(vocabulary.draw(&mut rng))).collect();
        let mut foot = format!("© {} ", rng.between(2001, 2025));
        body::sentence(vocabulary, 8, &mut rng, &mut foot);
        (items.join(" | "), foot.trim_end().to_owned())
    }

    /// A template's text with a page's own content in it: 10 to 60% of the whole.
    fn template_page(
        &self,
        vocabulary: &Vocabulary,
        common: &[String],
        group: &mut Rng,
        own: &mut Rng,
    ) -> Vec<String> {
        let share = 0.1 + 0.5 * group.unit();
        let scattered = group.chance(0.5);
        let letters = common.iter().map(|p| p.chars().count()).sum::<usize>() as f64;
        // Letters a word, to make as many words as the share asks for.
        let mut probe = String::new();
        body::sentence(vocabulary, 50, &mut own.clone(), &mut probe);
        let per_word = probe.chars().count() as f64 / 50.0;
        let words = (letters / per_word * share / (1.0 - share)).max(8.0) as usize;
        let key = body::of_length(vocabulary, words, self.options.paragraphs, own);
        body::template_page(common, &key, scattered, &vocabulary.space)
    }
}

fn draw_edit(rng: &mut Rng) -> Kind {
    let mut at = rng.below(EDITS.iter().map(|(_, weight)| weight).sum());
    for (kind, weight) in EDITS {
        if at < weight {
            return kind;
        }
        at -= weight;
    }
    Kind::Exact
}
