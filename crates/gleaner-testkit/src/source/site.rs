//! Sites and their pages, read from the files under `data/sites`.

use serde::Deserialize;

use super::template::Template;
use super::{Block, Date, SourceError};

/// A site: its settings, its template and its own pages.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) key: &'static str,
    pub(crate) config: Config,
    pub(crate) template: Template,
    pub(crate) pages: Vec<Page>,
}

/// `site.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) host: String,
    /// Of its pages, unless a page says otherwise: ISO 639-3 and script.
    pub(crate) language: String,
    /// The same as HTML writes it.
    pub(crate) lang: String,
    pub(crate) charset: Charset,
    pub(crate) declared: Declared,
    /// Pattern of `Date::format`.
    pub(crate) date: String,
    #[serde(default)]
    pub(crate) months: Vec<String>,
    /// The line that says when a page was edited, with `{date}`.
    pub(crate) updated: Option<String>,
    /// Titles of pages that the crawl did not fetch, for lists of links.
    pub(crate) headlines: Vec<String>,
    pub(crate) blocks: BlockHtml,
}

/// How a site writes blocks; `{}` is the text, `{n}` a number.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BlockHtml {
    pub(crate) paragraph: String,
    pub(crate) heading: String,
    pub(crate) list: String,
    pub(crate) item: String,
    pub(crate) table: String,
    pub(crate) row: String,
    pub(crate) cell: String,
    pub(crate) code: String,
    pub(crate) caption: String,
    #[serde(default)]
    pub(crate) post_open: String,
    #[serde(default)]
    pub(crate) post_close: String,
}

/// How a site encodes its pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Charset {
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "windows-1251")]
    Windows1251,
    #[serde(rename = "windows-1252")]
    Windows1252,
    #[serde(rename = "gbk")]
    Gbk,
}

impl Charset {
    /// The label used in HTTP headers.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Charset::Utf8 => "utf-8",
            Charset::Windows1251 => "windows-1251",
            Charset::Windows1252 => "windows-1252",
            Charset::Gbk => "gbk",
        }
    }

    /// The bytes of a page; characters the charset lacks become numeric references.
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        let encoding = match self {
            Charset::Utf8 => encoding_rs::UTF_8,
            Charset::Windows1251 => encoding_rs::WINDOWS_1251,
            Charset::Windows1252 => encoding_rs::WINDOWS_1252,
            Charset::Gbk => encoding_rs::GBK,
        };
        encoding.encode(text).0.into_owned()
    }
}

/// Where a site states its charset; every site states it at one place only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Declared {
    /// In the HTTP header.
    Header,
    /// In a meta element, which its template holds.
    Meta,
    /// By a byte order mark.
    Bom,
}

/// A page as written under `data/`.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) path: String,
    pub(crate) title: String,
    pub(crate) date: Date,
    pub(crate) author: String,
    pub(crate) section: String,
    pub(crate) language: String,
    pub(crate) lang: String,
    /// Pages of one topic are alike and no duplicates.
    pub(crate) topic: Option<String>,
    pub(crate) blocks: Vec<Block>,
}

impl Site {
    fn parse(key: &'static str, config: &str, template: &str, pages: &str) -> Result<Site, SourceError> {
        let file = |name: &str| format!("data/sites/{key}/{name}");
        let config: Config = toml::from_str(config).map_err(|e| SourceError::new(&file("site.toml"), e))?;
        let template = Template::parse(&file("template.html"), template)?;
        let sources = pages.split("=== ").skip(1);
        let pages =
            sources.map(|page| Page::parse(&file("pages.txt"), page, &config)).collect::<Result<_, _>>()?;
        Ok(Site { key, config, template, pages })
    }

    /// The address of a path on this site.
    pub(crate) fn url(&self, path: &str) -> String {
        let scheme = if self.config.charset == Charset::Windows1252 { "http" } else { "https" };
        format!("{scheme}://{}{path}", self.config.host)
    }

    /// Whether its pages begin with a byte order mark.
    pub(crate) fn has_bom(&self) -> bool {
        self.config.declared == Declared::Bom
    }

    /// The charset in its HTTP headers.
    pub(crate) fn header_charset(&self) -> Option<Charset> {
        (self.config.declared == Declared::Header).then_some(self.config.charset)
    }

    /// A date as this site writes it.
    pub(crate) fn date(&self, date: Date) -> String {
        date.format(&self.config.date, &self.config.months)
    }

    /// The page at a path.
    pub(crate) fn page(&self, path: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.path == path)
    }
}

impl Page {
    fn parse(file: &str, source: &str, config: &Config) -> Result<Page, SourceError> {
        let (head, body) =
            source.split_once("\n---\n").ok_or_else(|| SourceError::new(file, "no `---` line"))?;
        let (path, fields) = head.split_once('\n').unwrap_or((head, ""));
        let field = |name: &str| {
            fields.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(": ")).map(str::to_owned)
        };
        let need =
            |name: &str| field(name).ok_or_else(|| SourceError::new(file, format!("{path}: no `{name}`")));
        let date =
            Date::parse(&need("date")?).ok_or_else(|| SourceError::new(file, format!("{path}: bad date")))?;
        Ok(Page {
            path: path.to_owned(),
            title: need("title")?,
            date,
            author: need("author")?,
            section: need("section")?,
            language: field("language").unwrap_or_else(|| config.language.clone()),
            lang: field("lang").unwrap_or_else(|| config.lang.clone()),
            topic: field("topic"),
            blocks: Block::parse_all(body),
        })
    }
}

macro_rules! site {
    ($key:literal) => {
        Site::parse(
            $key,
            include_str!(concat!("../../data/sites/", $key, "/site.toml")),
            include_str!(concat!("../../data/sites/", $key, "/template.html")),
            include_str!(concat!("../../data/sites/", $key, "/pages.txt")),
        )?
    };
}

/// All sites, in a fixed order.
pub(crate) fn load_sites() -> Result<Vec<Site>, SourceError> {
    Ok(vec![
        site!("harbour-gazette"),
        site!("songlam"),
        site!("moorfelder-bote"),
        site!("qinghe-shop"),
        site!("mizuha-docs"),
        site!("ogorod-forum"),
        site!("khrua-baan"),
        site!("waha-mag"),
        site!("gramin"),
        site!("salt-museum"),
        site!("daily-digest"),
        site!("tonghop24"),
    ])
}
