//! Structured data (JSON-LD, schema.org): what it says of the page or of its main thing.
//!
//! Read as a sequence of signs and strings, because what pages write is often no JSON: cut off, in a comment, with
//! line feeds in its strings. Nothing recurses; objects nested deeper than [`DEEPEST`] and text beyond [`LARGEST`] are
//! passed over.

use crate::html::json;

/// Objects and arrays in each other that are told apart.
const DEEPEST: usize = 32;
/// Bytes that are read; pages write some kilobytes.
const LARGEST: usize = 1 << 20;
/// A longer value is none of those looked for.
const LONGEST_VALUE: usize = 1000;

#[derive(Debug, Default, PartialEq)]
pub(super) struct Found {
    pub(super) headline: Option<String>,
    pub(super) published: Option<String>,
    /// `dateCreated`.
    pub(super) created: Option<String>,
    pub(super) language: Option<String>,
}

/// The properties that are looked at.
#[derive(Clone, Copy, PartialEq)]
enum Key {
    Type,
    /// Objects below it are as much of the page as the one above: `@graph`, `mainEntity`.
    Main,
    Headline,
    Name,
    Published,
    Created,
    Language,
    Other,
}

/// How likely an object of some type is what the page shows; less is more.
const ARTICLE: u8 = 0;
const PAGE: u8 = 1;
const UNTYPED: u8 = 2;
/// Of something the page only mentions.
const OTHER: u8 = 3;

/// An open object or array.
struct Open {
    is_array: bool,
    /// Of an object: the property being read. Of an array: the property it is the value of.
    key: Key,
    /// Whether objects here are the page or its main thing.
    main: bool,
    rank: u8,
    found: Found,
    /// `name`, a headline for some types.
    name: Option<String>,
    has_name: bool,
}

/// What the first object of the likeliest type says, and of what it leaves open the next.
pub(super) fn read(json: &str) -> Found {
    let mut reader = Reader { open: Vec::new(), too_deep: 0, best: [OTHER; 4], found: Found::default() };
    let bytes = json.as_bytes();
    let bytes = &bytes[..bytes.len().min(LARGEST)];
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        at += 1;
        match b {
            b'{' | b'[' => reader.open(b == b'['),
            b'}' | b']' => reader.close(),
            b'"' => {
                let end = at + json::string_end(&bytes[at..]);
                let Some(text) = json.get(at..end) else { break };
                at = end + 1;
                let next = bytes.get(at..).unwrap_or_default().iter().find(|b| !b.is_ascii_whitespace());
                reader.string(text, next == Some(&b':'));
            }
            _ => {}
        }
    }
    while !reader.open.is_empty() {
        reader.close();
    }
    reader.found
}

struct Reader {
    open: Vec<Open>,
    /// Objects and arrays open beyond [`DEEPEST`].
    too_deep: usize,
    /// Rank of what each field was taken from.
    best: [u8; 4],
    found: Found,
}

impl Reader {
    fn open(&mut self, is_array: bool) {
        if self.too_deep > 0 || self.open.len() >= DEEPEST {
            self.too_deep += 1;
            return;
        }
        let (above, key) = self.open.last().map_or((true, Key::Main), |open| (open.main, open.key));
        self.open.push(Open {
            is_array,
            key: if is_array { key } else { Key::Other },
            main: above && key == Key::Main,
            rank: UNTYPED,
            found: Found::default(),
            name: None,
            has_name: false,
        });
    }

    fn close(&mut self) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let Some(open) = self.open.pop() else { return };
        if open.is_array || !open.main {
            return;
        }
        let rank = open.rank;
        let headline = open.found.headline.or(open.name.filter(|_| open.has_name));
        let given = [headline, open.found.published, open.found.created, open.found.language];
        let found = &mut self.found;
        let slots = [&mut found.headline, &mut found.published, &mut found.created, &mut found.language];
        for ((slot, best), given) in slots.into_iter().zip(&mut self.best).zip(given) {
            if given.is_some() && rank < *best {
                (*slot, *best) = (given, rank);
            }
        }
    }

    fn string(&mut self, text: &str, is_key: bool) {
        if self.too_deep > 0 {
            return;
        }
        let Some(top) = self.open.last_mut() else { return };
        if is_key && !top.is_array {
            top.key = key(text);
            return;
        }
        let key = top.key;
        let Some(owner) = self.open.iter_mut().rev().find(|open| !open.is_array) else { return };
        let slot = match key {
            Key::Type => return owner.set_type(text),
            Key::Headline => &mut owner.found.headline,
            Key::Name => &mut owner.name,
            Key::Published => &mut owner.found.published,
            Key::Created => &mut owner.found.created,
            Key::Language => &mut owner.found.language,
            Key::Main | Key::Other => return,
        };
        if owner.main && slot.is_none() && text.len() <= LONGEST_VALUE {
            *slot = Some(json::unescape(text, " ")).filter(|text| !text.trim().is_empty());
        }
    }
}

impl Open {
    fn set_type(&mut self, name: &str) {
        let name = name.rsplit(['/', ':', '#']).next().unwrap_or_default();
        let (rank, has_name) = match name {
            "Recipe" | "Report" | "HowTo" => (ARTICLE, true),
            _ if name.ends_with("Article") || name.ends_with("Posting") => (ARTICLE, true),
            "Product" | "VideoObject" | "PodcastEpisode" | "Event" | "Course" | "Question" => (PAGE, true),
            // The name of a page is mostly its title with the site's name.
            "CreativeWork" | "Review" | "WebContent" => (PAGE, false),
            _ if name.ends_with("Page") => (PAGE, false),
            _ => (OTHER, false),
        };
        // Of several types the likeliest counts.
        self.rank = if self.rank == UNTYPED { rank } else { self.rank.min(rank) };
        self.has_name |= has_name;
    }
}

fn key(name: &str) -> Key {
    match name {
        "@type" => Key::Type,
        "@graph" | "mainEntity" | "mainEntityOfPage" => Key::Main,
        "headline" => Key::Headline,
        "name" => Key::Name,
        "datePublished" => Key::Published,
        "dateCreated" => Key::Created,
        "inLanguage" => Key::Language,
        _ => Key::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::{Found, read};

    fn check(json: &str, headline: &str, published: &str) {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let found = read(json);
        let expected = Found { headline: some(headline), published: some(published), ..Found::default() };
        assert_eq!(Found { created: None, language: None, ..found }, expected, "of {json}");
    }

    #[test]
    fn the_main_thing_of_the_page() {
        check(
            r#"{"@type":"NewsArticle","headline":"A \"b\" \u00e9\ud83d\ude00","datePublished":"2021-05-06"}"#,
            "A \"b\" é😀",
            "2021-05-06",
        );
        check(r#"{"datePublished":"2021","@type":["Thing","BlogPosting"],"name":"n"}"#, "n", "2021");
        check(
            r#"[{"@type":"WebPage","name":"n","datePublished":"1"},{"@type":"Article","datePublished":"2"}]"#,
            "",
            "2",
        );
        check(
            r#"{"@graph":[{"@type":"WebSite","name":"s"},{"@type":"https://schema.org/Article","headline":"h","datePublished":["1"]}]}"#,
            "h",
            "1",
        );
        check(
            r#"{"@type":"WebPage","mainEntity":{"@type":"Article","datePublished":"1","headline":"h"}}"#,
            "h",
            "1",
        );
        check(
            r#"{"@type":"Product","name":"Kettle","review":[{"@type":"Review","datePublished":"1"}]}"#,
            "Kettle",
            "",
        );
    }

    #[test]
    fn not_what_it_mentions() {
        check(
            r#"{"@type":"ItemList","itemListElement":[{"item":{"@type":"Article","datePublished":"1"}}]}"#,
            "",
            "",
        );
        check(
            r#"{"@type":"Article","comment":[{"@type":"Comment","datePublished":"1"}],"headline":"h"}"#,
            "h",
            "",
        );
        check(r#"{"@type":"Movie","name":"m","datePublished":"1"}"#, "", "");
        check(r#"{"@type":"Article","dateModified":"1","author":{"@type":"Person","name":"p"}}"#, "", "");
    }

    #[test]
    fn what_is_hardly_json() {
        check("<!-- {\"@type\":\"Article\",\n\"headline\" : \"a\nb\", \"datePublished\":\"1\"", "a b", "1");
        check("{'@type':'Article'} } ] [ \"x\" : { \"datePublished\": \"1\",, }", "", "1");
        check("{\"@type\":\"Article\",\"datePublished\":\"20", "", "20");
        check("{\"@type\":\"Article\",\"headline\":\"a\\", "a", "");
        check("{\"headline\":\"\\u12\\ud83d\\uzzzz\"}", "u12\u{fffd}uzzzz", "");
        check("", "", "");
        check(&"[{\"a\":".repeat(100_000), "", "");
        let deep = format!("{}{}{}", "[".repeat(50_000), "]".repeat(50_000), r#"{"headline":"h"}"#);
        check(&deep, "h", "");
    }
}
