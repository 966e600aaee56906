//! What a page says of itself: title, date of publication and language, each with where it says so.

mod date;
mod json_ld;
mod title;

pub(crate) use title::title;

use std::fmt;

use super::entities;
use super::text_run;
use super::tokenizer::Attributes;

/// Where a page declares something.
///
/// In the order in which a declaration of the date of publication is trusted: what was written for machines that show
/// the article before what describes the page, and that before what a reader sees, which may be the date of another
/// article or of a comment. Titles and languages have orders of their own, see [`Extraction`](super::Extraction).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// `<meta property="og:...">` and `<meta property="article:...">`: one article a page, shown wherever it is shared,
    /// so that a mistake is seen.
    OpenGraph,
    /// Structured data in `<script type="application/ld+json">`. Precise, but a page may describe several things there;
    /// only what describes the page or its main thing is taken.
    JsonLd,
    /// Structured data in the markup: `itemprop="datePublished"`.
    Microdata,
    /// Any other `<meta>`: `date`, `dc.date.issued`, `sailthru.date` and the like, or `http-equiv`.
    Meta,
    /// An attribute of the root element: `<html lang>`.
    Root,
    /// The `<title>`, which most pages end with the name of the site.
    TitleElement,
    /// A heading in the text.
    Heading,
    /// A `<time>` in the text.
    Time,
}

impl Origin {
    /// A stable name, as `json-ld`.
    pub fn name(self) -> &'static str {
        match self {
            Origin::OpenGraph => "open-graph",
            Origin::JsonLd => "json-ld",
            Origin::Microdata => "microdata",
            Origin::Meta => "meta",
            Origin::Root => "root",
            Origin::TitleElement => "title-element",
            Origin::Heading => "heading",
            Origin::Time => "time",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Something that a page says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Declared {
    /// What it says; never empty.
    pub value: String,
    /// Where.
    pub origin: Origin,
}

impl AsRef<str> for Declared {
    fn as_ref(&self) -> &str {
        &self.value
    }
}

impl fmt::Display for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)
    }
}

/// The best of what was met so far.
#[derive(Debug, Default)]
struct Best(Option<(u8, Declared)>);

impl Best {
    /// Takes what is ranked before all that was met, 0 first.
    fn offer(&mut self, rank: u8, origin: Origin, value: impl FnOnce() -> Option<String>) {
        if self.0.as_ref().is_none_or(|(best, _)| rank < *best)
            && let Some(value) = value()
        {
            self.0 = Some((rank, Declared { value, origin }));
        }
    }

    fn take(&mut self) -> Option<Declared> {
        self.0.take().map(|(_, declared)| declared)
    }
}

/// What was met of a page's metadata.
#[derive(Debug, Default)]
pub(crate) struct Metadata {
    /// Of the `<title>`.
    pub(crate) title: Option<String>,
    /// Of `og:title`.
    pub(crate) social_title: Option<String>,
    /// Of structured data.
    headline: Option<String>,
    /// `twitter:title`, `dc.title` and the like.
    other_title: Option<String>,
    site_name: Option<String>,
    dates: Best,
    languages: Best,
}

/// Longer titles are no titles.
const LONGEST_TITLE: usize = 1000;

impl Metadata {
    pub(crate) fn take_date(&mut self) -> Option<Declared> {
        self.dates.take()
    }

    pub(crate) fn take_language(&mut self) -> Option<Declared> {
        self.languages.take()
    }

    /// Takes the content of a `<title>`.
    pub(crate) fn set_title(&mut self, raw: &str) {
        set_line(&mut self.title, raw, entities::decode_all);
    }

    /// Reads the tag of the root or of the head.
    pub(crate) fn read_root(&mut self, attributes: &Attributes<'_>) {
        if let Some(tag) = attributes.lang {
            self.languages.offer(0, Origin::Root, || language(tag));
        }
    }

    /// Reads a `<meta>`.
    pub(crate) fn read_meta(&mut self, attributes: &Attributes<'_>) {
        let Some(content) = attributes.content else { return };
        if let Some(name) = attributes.itemprop {
            self.read_property(name, content);
        }
        for name in [attributes.property, attributes.name, attributes.http_equiv].into_iter().flatten() {
            let mut lower = [0; LONGEST_NAME];
            if let Some(name) = lowercase(name.trim(), &mut lower) {
                self.read_named(name, content);
            }
        }
    }

    fn read_named(&mut self, name: &[u8], content: &str) {
        match name {
            b"og:title" => set_line(&mut self.social_title, content, entities::decode_attribute),
            b"og:site_name" => set_line(&mut self.site_name, content, entities::decode_attribute),
            b"title" | b"twitter:title" | b"dc.title" | b"dcterms.title" | b"citation_title"
            | b"sailthru.title" | b"parsely-title" => {
                set_line(&mut self.other_title, content, entities::decode_attribute)
            }
            b"og:locale" => self.languages.offer(3, Origin::OpenGraph, || language(content)),
            b"content-language" => self.languages.offer(1, Origin::Meta, || language(content)),
            b"language" | b"dc.language" | b"dcterms.language" | b"lang" => {
                self.languages.offer(4, Origin::Meta, || language(content));
            }
            _ => {
                if let Some((trust, origin)) = date_trust(name) {
                    self.offer_date(trust, origin, content);
                }
            }
        }
    }

    /// Reads a property of structured data in the markup.
    pub(crate) fn read_property(&mut self, name: &str, content: &str) {
        for name in name.split_ascii_whitespace() {
            if name.eq_ignore_ascii_case("datePublished") {
                self.offer_date(2, Origin::Microdata, content);
            } else if name.eq_ignore_ascii_case("dateCreated") {
                self.offer_date(6, Origin::Microdata, content);
            } else if name.eq_ignore_ascii_case("inLanguage") {
                self.languages.offer(2, Origin::Microdata, || language(content));
            }
        }
    }

    /// Reads the tag of an element in the text. Says whether its text is a date that its attributes lack.
    pub(crate) fn read_element(&mut self, attributes: &Attributes<'_>, is_time: bool) -> bool {
        let stated = attributes.datetime.or(attributes.content.filter(|_| attributes.itemprop.is_some()));
        if let Some(name) = attributes.itemprop {
            match stated {
                Some(stated) => self.read_property(name, stated),
                None => {
                    return name.split_ascii_whitespace().any(|n| n.eq_ignore_ascii_case("datePublished"));
                }
            }
        }
        if is_time && let (Some(stated), Some(trust)) = (attributes.datetime, time_trust(attributes)) {
            self.offer_date(trust, Origin::Time, stated);
        }
        false
    }

    /// Takes the text of an element that [`read_element`](Metadata::read_element) said is a date.
    pub(crate) fn read_date_text(&mut self, text: &str) {
        self.offer_date(3, Origin::Microdata, text);
    }

    /// Reads structured data.
    pub(crate) fn read_json(&mut self, json: &str) {
        let found = json_ld::read(json);
        if let Some(date) = found.published {
            self.offer_date(1, Origin::JsonLd, &date);
        }
        if let Some(date) = found.created {
            self.offer_date(6, Origin::JsonLd, &date);
        }
        if let Some(headline) = found.headline {
            set_line(&mut self.headline, &headline, entities::decode_all);
        }
        if let Some(tag) = found.language {
            self.languages.offer(2, Origin::JsonLd, || language(&tag));
        }
    }

    /// A date that can be read goes before any that is left as the page has it.
    fn offer_date(&mut self, trust: u8, origin: Origin, raw: &str) {
        const UNREAD: u8 = 100;
        if raw.len() > date::LONGEST {
            return;
        }
        let raw = entities::decode_all(raw);
        match date::read(raw.trim()) {
            Some(date) => self.dates.offer(trust, origin, || Some(date)),
            None => self.dates.offer(UNREAD + trust, origin, || date::leave(&raw)),
        }
    }
}

const LONGEST_NAME: usize = 40;

/// `name` in small letters, if it is short enough to be known.
fn lowercase<'b>(name: &str, into: &'b mut [u8; LONGEST_NAME]) -> Option<&'b [u8]> {
    let into = into.get_mut(..name.len())?;
    into.copy_from_slice(name.as_bytes());
    into.make_ascii_lowercase();
    Some(into)
}

/// How far a `<meta>` of this name is trusted to have the date of publication; 0 is most.
fn date_trust(name: &[u8]) -> Option<(u8, Origin)> {
    Some(match name {
        b"article:published_time"
        | b"article:published"
        | b"og:article:published_time"
        | b"og:published_time"
        | b"og:pubdate"
        | b"og:publish_date" => (0, Origin::OpenGraph),
        b"datepublished" | b"rnews:datepublished" => (3, Origin::Meta),
        b"pubdate"
        | b"pub_date"
        | b"pdate"
        | b"ptime"
        | b"pubtime"
        | b"publishdate"
        | b"publish-date"
        | b"publish_date"
        | b"publish_time"
        | b"published"
        | b"published_at"
        | b"published-date"
        | b"published_date"
        | b"publication-date"
        | b"publication_date"
        | b"publicationdate"
        | b"date_published"
        | b"dateofpublication"
        | b"originalpublicationdate"
        | b"article_date_original"
        | b"article.published"
        | b"article-published"
        | b"displaydate"
        | b"firstpublished"
        | b"dcsext.articlefirstpublished"
        | b"cxenseparse:publishtime"
        | b"cxenseparse:recs:publishtime"
        | b"shareaholic:article_published_time"
        | b"parsely-pub-date"
        | b"sailthru.date"
        | b"citation_publication_date"
        | b"citation_date"
        | b"citation_online_date"
        | b"prism.publicationdate"
        | b"dc.date.issued"
        | b"dcterms.issued"
        | b"dc:date:issued" => (3, Origin::Meta),
        b"date" | b"dc.date" | b"dc:date" | b"dcterms.date" | b"bt:pubdate" => (5, Origin::Meta),
        b"dc.date.created" | b"dc.created" | b"dcterms.created" | b"created" | b"article.created"
        | b"datecreated" | b"createdate" | b"creation_date" => (6, Origin::Meta),
        _ => return None,
    })
}

/// A `<time>` that says it is the date of publication goes before the others; one that says otherwise is none.
fn time_trust(attributes: &Attributes<'_>) -> Option<u8> {
    let class = attributes.class.unwrap_or_default().to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| class.contains(word));
    if says(&["updat", "modif", "comment"])
        || attributes.itemprop.is_some_and(|name| name.contains("odified"))
    {
        None
    } else if attributes.pubdate.is_some() || says(&["publish", "entry-date", "post-date"]) {
        Some(4)
    } else {
        Some(8)
    }
}

/// Sets what is not set to `raw` with its references decoded, on one line.
fn set_line(slot: &mut Option<String>, raw: &str, decode: fn(&str) -> String) {
    if slot.is_none() && raw.len() <= LONGEST_TITLE {
        *slot = text_run::one_line(&decode(raw));
    }
}

/// The language tag (BCP 47) that `raw` is, or begins with.
fn language(raw: &str) -> Option<String> {
    let tag = raw.split([',', ';', '.']).next().unwrap_or_default().trim();
    let mut parts = tag.split(['-', '_']);
    let primary = parts.next().unwrap_or_default();
    let is_primary = (2..=3).contains(&primary.len())
        && primary.bytes().all(|b| b.is_ascii_alphabetic())
        && !primary.eq_ignore_ascii_case("utf");
    let fits = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    (is_primary && tag.len() <= 35 && parts.all(fits)).then(|| tag.replace('_', "-"))
}
