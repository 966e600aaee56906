//! What a page says of its own type: structured data, `og:type`, generator and canonical address.
//!
//! Forums, shops, documentation and articles keep different parts of their pages for content, and most say what they
//! are in a way that is the same in every language.

use memchr::memmem;

use super::cues::Cues;
use super::tokenizer::{Attributes, LONGEST_TYPE};

macro_rules! hints {
    ($($hint:ident: $($word:literal)*;)*) => {
        /// What a page may say that it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Hint { $($hint),* }

        impl Hint {
            pub(crate) const ALL: &'static [Hint] = &[$(Hint::$hint),*];
        }

        static WORDS: &[(&str, Hint)] = &[$($(($word, Hint::$hint),)*)*];
    };
}

// Types of schema.org, values of `og:type` (after `og:`), generators (after `by:`) and whole words of the address (after
// `at:`), in small letters. A value or generator may go on behind the word.
hints! {
    OgArticle: "og:article" "og:blog" "og:news";
    OgSite: "og:website" "og:site";
    OgProduct: "og:product" "og:og:product" "og:offer";
    OgOther: "og:";
    Article: "article" "newsarticle" "blogposting" "reportagenewsarticle" "scholarlyarticle" "report";
    Product: "product" "offer" "aggregateoffer" "productgroup" "individualproduct" "vehicle";
    Discussion: "discussionforumposting" "qapage" "socialmediaposting";
    Faq: "faqpage";
    List: "itemlist" "collectionpage" "searchresultspage" "offercatalog" "blog" "datafeed";
    Technical: "techarticle" "apireference" "howto" "course" "softwaresourcecode" "learningresource";
    Place: "localbusiness" "organization" "service" "store" "restaurant" "hotel" "corporation" "professionalservice";
    Work: "recipe" "event" "videoobject" "movie" "book" "musicrecording" "softwareapplication" "jobposting" "review";
    ForumSoftware: "by:phpbb" "by:vbulletin" "by:xenforo" "by:discourse" "by:mybb" "by:smf" "by:invision" "by:kunena"
        "by:flarum" "by:nodebb" "by:vanilla" "by:ipboard" "by:simple machines";
    BlogSoftware: "by:wordpress" "by:blogger" "by:ghost" "by:medium" "by:movable" "by:typepad" "by:drupal" "by:joomla";
    ShopSoftware: "by:shopify" "by:woocommerce" "by:magento" "by:prestashop" "by:opencart" "by:bigcommerce";
    DocSoftware: "by:sphinx" "by:mkdocs" "by:docusaurus" "by:hugo" "by:jekyll" "by:gitbook" "by:vuepress" "by:vitepress"
        "by:mediawiki" "by:doxygen" "by:javadoc" "by:asciidoctor" "by:antora" "by:dokuwiki" "by:rustdoc" "by:nextra"
        "by:starlight" "by:astro" "by:pandoc" "by:docutils";
    ForumAddress: "at:forum" "at:forums" "at:foro" "at:bbs" "at:board" "at:boards" "at:community" "at:communities"
        "at:thread" "at:threads" "at:topic" "at:topics" "at:discussion" "at:discussions" "at:discuss" "at:question"
        "at:questions" "at:answers" "at:viewtopic" "at:showthread" "at:comments";
    ShopAddress: "at:product" "at:products" "at:shop" "at:store" "at:item" "at:dp" "at:buy" "at:cart" "at:p";
    ListAddress: "at:category" "at:categories" "at:collection" "at:collections" "at:tag" "at:tags" "at:archive"
        "at:search" "at:browse" "at:list" "at:c";
    DocAddress: "at:doc" "at:docs" "at:documentation" "at:manual" "at:reference" "at:api" "at:guide" "at:tutorial"
        "at:wiki" "at:help" "at:support" "at:learn" "at:developer";
    NewsAddress: "at:news" "at:article" "at:articles" "at:blog" "at:story" "at:post" "at:posts" "at:archives";
}

/// Types of schema.org looked at in a page.
const MOST_TYPES: usize = 64;
/// Longer addresses are read up to here, in bytes.
const LONGEST_ADDRESS: usize = 512;

/// The hints of a page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hints {
    found: u32,
    /// Steps of the canonical address below its host, and words of the last; `None` if it declares none.
    pub(crate) address: Option<Address>,
    types: usize,
    /// What the names of `<body>` say.
    pub(crate) body: Cues,
}

/// The shape of a page's address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Address {
    /// Parts of the path.
    pub(crate) depth: usize,
    /// Runs of letters in the last part.
    pub(crate) words: usize,
    pub(crate) digits: usize,
    pub(crate) query: bool,
}

impl Hints {
    pub(crate) fn has(&self, hint: Hint) -> bool {
        self.found & 1 << hint as u32 != 0
    }

    pub(crate) fn read_meta(&mut self, attributes: &Attributes<'_>) {
        let Some(content) = attributes.content else { return };
        let name = attributes.property.or(attributes.name).unwrap_or_default().trim();
        if name.eq_ignore_ascii_case("og:type") {
            self.add("og:", content);
        } else if name.eq_ignore_ascii_case("generator") {
            self.add("by:", content);
        } else if name.eq_ignore_ascii_case("og:url") && self.address.is_none() {
            self.read_address(content);
        }
    }

    pub(crate) fn read_link(&mut self, attributes: &Attributes<'_>) {
        if attributes.rel.is_some_and(|rel| rel.trim().eq_ignore_ascii_case("canonical")) {
            self.read_address(attributes.href.unwrap_or_default());
        }
    }

    fn read_address(&mut self, url: &str) {
        let url = url.trim();
        let url = &url[..url.floor_char_boundary(LONGEST_ADDRESS)];
        self.address = Some(Address::of(url));
        for word in url.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
            let is_word =
                |known: &str| known.strip_prefix("at:").is_some_and(|k| k.eq_ignore_ascii_case(word));
            if let Some((_, hint)) = WORDS.iter().find(|(known, _)| is_word(known)) {
                self.found |= 1 << *hint as u32;
            }
        }
    }

    /// The types that JSON-LD names, as it is written: it is only searched, not parsed.
    pub(crate) fn read_json(&mut self, json: &str) {
        for at in memmem::find_iter(json.as_bytes(), "\"@type\"") {
            if self.types >= MOST_TYPES {
                return;
            }
            let value = json[at + "\"@type\"".len()..].trim_start().strip_prefix(':').unwrap_or_default();
            let value = value.trim_start_matches(|c: char| c.is_whitespace() || c == '[');
            if let Some((name, _)) = value.strip_prefix('"').and_then(|v| v.split_once('"')) {
                self.read_type(name);
            }
        }
    }

    /// A type of schema.org, as `https://schema.org/Product` or `Product`.
    pub(crate) fn read_type(&mut self, name: &str) {
        self.types += 1;
        let name = &name[name.ceil_char_boundary(name.len().saturating_sub(LONGEST_TYPE))..];
        let name = name.trim().trim_end_matches('/');
        self.add_type(name.rsplit(['/', '#', ':']).next().unwrap_or(name));
    }

    fn add_type(&mut self, name: &str) {
        if let Some((_, hint)) = WORDS.iter().find(|(word, _)| name.eq_ignore_ascii_case(word)) {
            self.found |= 1 << *hint as u32;
        }
    }

    fn add(&mut self, of: &str, value: &str) {
        let value = value.trim_start().as_bytes();
        let found = WORDS.iter().find(|(word, _)| {
            word.strip_prefix(of).is_some_and(|word| {
                value.get(..word.len()).is_some_and(|v| v.eq_ignore_ascii_case(word.as_bytes()))
            })
        });
        if let Some((_, hint)) = found {
            self.found |= 1 << *hint as u32;
        }
    }
}

impl Address {
    fn of(url: &str) -> Address {
        let url = url.trim();
        let rest =
            url.split_once("://").map_or(url, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
        let (path, query) = rest.split_once('?').map_or((rest, false), |(path, _)| (path, true));
        let parts = path.split('/').filter(|part| !part.is_empty());
        let last = parts.clone().next_back().unwrap_or_default();
        Address {
            depth: parts.count(),
            words: last.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() > 1).count(),
            digits: path.bytes().filter(u8::is_ascii_digit).count(),
            query,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, Hint, Hints};

    #[test]
    fn address_shapes() {
        for (url, depth, words, digits, query) in [
            ("https://example.com/", 0, 0, 0, false),
            ("https://example.com", 0, 0, 0, false),
            ("https://example.com/2014/05/the-old-bridge.html", 3, 4, 6, false),
            ("/forum/viewtopic.php?t=12", 2, 2, 0, true),
        ] {
            assert_eq!(Address::of(url), Address { depth, words, digits, query }, "{url}");
        }
    }

    #[test]
    fn types_of_structured_data() {
        let mut hints = Hints::default();
        hints.read_json(r#"{"@graph":[{"@type": ["NewsArticle"]},{ "@type" :"BreadcrumbList"}], "@type"#);
        assert!(hints.has(Hint::Article));
        hints.read_type("http://schema.org/Product/");
        assert!(hints.has(Hint::Product) && !hints.has(Hint::Discussion));
    }
}
