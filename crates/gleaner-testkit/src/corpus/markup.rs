//! What a theme, its menus, advertisers and trackers put around an article.
//!
//! Everything that a site has on all its pages is drawn from the site's stream, so that it is the same on all of them;
//! teasers are drawn from the page's. Sizes follow the table in the documentation of [`corpus`](crate::corpus).

use std::fmt::Write;

use crate::rng::Rng;
use crate::source::escape;

use super::vocabulary::{Vocabulary, capitalised};

/// Pieces of class names, as themes have them.
const PIECES: [&str; 36] = [
    "nav",
    "menu",
    "item",
    "wrap",
    "inner",
    "container",
    "row",
    "col",
    "card",
    "media",
    "thumb",
    "title",
    "meta",
    "list",
    "widget",
    "block",
    "section",
    "top",
    "bottom",
    "btn",
    "icon",
    "link",
    "text",
    "grid",
    "entry",
    "teaser",
    "box",
    "slot",
    "lazy",
    "hidden-xs",
    "js-toggle",
    "flex",
    "is-active",
    "col-md-4",
    "mb-3",
    "clearfix",
];

/// Tokens of minified scripts.
const SCRIPT: [&str; 24] = [
    "function(",
    "return ",
    "var ",
    "=>{",
    "});",
    "window.",
    "document.",
    "push({",
    "\"event\":",
    "null,",
    "!0,",
    "if(",
    "&&",
    "||",
    "?.",
    "===",
    "void 0",
    ".call(this,",
    "length;",
    "for(",
    "new Date,",
    "JSON.parse(",
    "\"use strict\";",
    ".prototype.",
];

/// Declarations of style sheets.
const STYLE: [&str; 10] = [
    "{display:flex;",
    "margin:0 auto;",
    "padding:12px 16px}",
    "{font-size:1.125rem;",
    "line-height:1.5;",
    "color:#1d1d1b}",
    "{position:absolute;",
    "top:0;left:0;",
    "width:100%;max-width:1200px}",
    "@media(min-width:768px){",
];

/// The theme of a site.
#[derive(Debug)]
pub(crate) struct Theme<'v> {
    vocabulary: &'v Vocabulary,
    /// The site's stream.
    site: Rng,
    classes: Vec<String>,
    /// Markup relative to the median site.
    weight: f64,
    /// Relative amount of inline style sheets.
    styles: f64,
    /// Spaces before a tag.
    indent: usize,
}

/// Markup to be put into a page.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// Before `</head>`.
    pub(crate) head: String,
    /// After `<body>`.
    pub(crate) before: String,
    /// Before `</body>`.
    pub(crate) after: String,
}

impl<'v> Theme<'v> {
    /// The theme of a host.
    pub(crate) fn new(vocabulary: &'v Vocabulary, host: &str) -> Theme<'v> {
        let mut site = Rng::named(0x0074_6865_6D65, host);
        let prefix: String = (0..site.between(2, 4)).map(|_| letter(&mut site)).collect();
        let class = |_| {
            let joint = *site.pick(&["-", "__", "--", "_"]).unwrap_or(&"-");
            let (first, second) = (pick(&mut site, &PIECES), pick(&mut site, &PIECES));
            match site.below(4) {
                0 => first.to_owned(),
                1 => format!("{prefix}-{first}{joint}{second}"),
                2 => format!("{first}{joint}{second}"),
                _ => format!("{prefix}-{first} {second}-{}", site.between(1, 90)),
            }
        };
        let classes = (0..60).map(class).collect();
        let weight = site.log_normal(1.15, 0.75).clamp(0.15, 6.0);
        let styles = if site.chance(0.4) { site.log_normal(0.9, 1.0).min(8.0) } else { 0.0 };
        let indent = site.below(14);
        Theme { vocabulary, site, classes, weight, styles, indent }
    }

    /// The markup around one page; `page` is the page's own stream.
    pub(crate) fn parts(&self, page: &mut Rng) -> Parts {
        let mut site = self.site.clone();
        let own = page.log_normal(1.0, 0.5).clamp(0.3, 3.0);
        let count = |median: f64| (median * self.weight) as usize;
        let mut parts = Parts::default();
        self.metadata(page, &mut parts.head);
        self.style(&mut site, (7_000.0 * self.styles) as usize, &mut parts.head);
        self.script(&mut site, count(5_000.0), &mut parts.head);
        let depth = site.between(2, 7);
        for _ in 0..depth {
            self.open("div", &mut site, &mut parts.before);
        }
        self.menu(&mut site, count(70.0), &mut parts.before);
        self.cards(page, (count(19.0) as f64 * own) as usize, &mut parts.after);
        self.menu(&mut site, count(42.0), &mut parts.after);
        self.icons(&mut site, 6, &mut parts.after);
        self.notice(&mut site, &mut parts.after);
        parts.after.push_str(&"</div>".repeat(depth));
        self.script(&mut site, (count(6_500.0) as f64 * own) as usize, &mut parts.after);
        parts
    }

    fn class(&self, rng: &mut Rng) -> &str {
        self.classes.get(rng.below(self.classes.len())).map_or("", String::as_str)
    }

    fn line(&self, out: &mut String) {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', self.indent));
    }

    fn open(&self, tag: &str, rng: &mut Rng, out: &mut String) {
        self.line(out);
        out.extend(["<", tag, " class=\"", self.class(rng)]);
        if rng.chance(0.4) {
            out.extend([" ", self.class(rng)]);
        }
        out.push('"');
        match rng.below(8) {
            0 => {
                out.push_str(" id=\"");
                identifier(rng, 8, out);
                out.push('"');
            }
            1 => {
                out.push_str(" data-track=\"");
                identifier(rng, 14, out);
                out.push('"');
            }
            _ => {}
        }
        out.push('>');
    }

    /// Words as a title has them.
    fn phrase(&self, rng: &mut Rng, words: usize, out: &mut String) {
        for at in 0..words.max(1) {
            let word = self.vocabulary.draw(rng);
            match at {
                0 => out.push_str(&escape(&capitalised(word))),
                _ => out.extend([self.vocabulary.space.as_str(), word]),
            }
        }
    }

    fn link(&self, rng: &mut Rng, words: usize, out: &mut String) {
        out.extend(["<a class=\"", self.class(rng), "\" href=\"/"]);
        identifier(rng, 7, out);
        out.push('/');
        identifier(rng, 16, out);
        out.push_str("/\">");
        if rng.chance(0.5) {
            out.extend(["<span class=\"", self.class(rng), "\">"]);
            self.phrase(rng, words, out);
            out.push_str("</span></a>");
        } else {
            self.phrase(rng, words, out);
            out.push_str("</a>");
        }
    }

    /// Lists of links in groups, as headers and footers have them.
    fn menu(&self, rng: &mut Rng, links: usize, out: &mut String) {
        self.open("div", rng, out);
        let mut left = links;
        while left > 0 {
            let group = rng.between(4, 12).min(left);
            left -= group;
            self.open("div", rng, out);
            self.open("ul", rng, out);
            for _ in 0..group {
                self.open("li", rng, out);
                let words = rng.between(1, 3);
                self.link(rng, words, out);
                out.push_str("</li>");
            }
            self.line(out);
            out.push_str("</ul></div>");
        }
        out.push_str("</div>");
    }

    /// Teasers of other pages: picture, title, first words, date.
    fn cards(&self, rng: &mut Rng, cards: usize, out: &mut String) {
        self.open("section", rng, out);
        self.open("h3", rng, out);
        self.phrase(rng, 2, out);
        out.push_str("</h3>");
        for _ in 0..cards {
            self.open("div", rng, out);
            self.picture(rng, out);
            self.open("div", rng, out);
            self.open("h4", rng, out);
            let words = rng.between(4, 10);
            self.link(rng, words, out);
            out.push_str("</h4>");
            if rng.chance(0.6) {
                self.open("p", rng, out);
                let words = rng.between(8, 20);
                self.phrase(rng, words, out);
                out.push_str("…</p>");
            }
            self.open("time", rng, out);
            let _ = write!(
                out,
                "{:02}.{:02}.{}</time></div></div>",
                rng.between(1, 28),
                rng.between(1, 12),
                rng.between(2015, 2025)
            );
        }
        out.push_str("</section>");
    }

    fn picture(&self, rng: &mut Rng, out: &mut String) {
        out.push_str("<a href=\"/");
        identifier(rng, 18, out);
        out.push_str(
            "\"><img loading=\"lazy\" decoding=\"async\" width=\"300\" height=\"200\" src=\"/media/",
        );
        identifier(rng, 10, out);
        out.push_str(".jpg\"");
        if rng.chance(0.5) {
            for width in ["300w", "600w", "1200w"] {
                out.push_str(if width == "300w" { " srcset=\"/media/" } else { ", /media/" });
                identifier(rng, 12, out);
                out.extend(["-", width, ".jpg ", width]);
            }
            out.push_str("\" sizes=\"(max-width: 600px) 100vw, 300px\"");
        }
        out.push_str(" alt=\"\"></a>");
    }

    /// Links that are only a drawing.
    fn icons(&self, rng: &mut Rng, icons: usize, out: &mut String) {
        for _ in 0..icons {
            self.open("a", rng, out);
            out.push_str("<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"M");
            for _ in 0..rng.between(10, 40) {
                let _ = write!(out, "{}.{} ", rng.below(24), rng.below(100));
            }
            out.push_str("z\"/></svg></a>");
        }
    }

    /// A dialog that asks for something, and a form.
    fn notice(&self, rng: &mut Rng, out: &mut String) {
        out.push_str("<!-- ");
        self.phrase(rng, 12, out);
        out.push_str(" -->");
        self.open("div", rng, out);
        for _ in 0..rng.between(1, 3) {
            self.open("p", rng, out);
            let words = rng.between(10, 40);
            self.phrase(rng, words, out);
            out.push_str(".</p>");
        }
        out.push_str(
            "<form action=\"/subscribe\" method=\"post\"><input type=\"email\" name=\"mail\"><button>",
        );
        self.phrase(rng, 1, out);
        out.push_str("</button></form></div>");
    }

    /// What pages say of themselves to machines.
    fn metadata(&self, rng: &mut Rng, out: &mut String) {
        for name in ["description", "keywords", "twitter:description"] {
            let _ = write!(out, "\n<meta name=\"{name}\" content=\"");
            self.phrase(rng, 14, out);
            out.push_str("\">");
        }
        for rel in ["preload", "stylesheet", "icon", "alternate", "dns-prefetch", "preconnect"] {
            let _ = write!(out, "\n<link rel=\"{rel}\" href=\"//static.example/");
            identifier(rng, 24, out);
            out.push_str("\">");
        }
        out.push_str("\n<script type=\"application/ld+json\">{\"@context\":\"https://schema.org\",\"@type\":\"WebPage\",\"breadcrumb\":\"");
        self.phrase(rng, 6, out);
        out.push_str("\"}</script>");
    }

    fn script(&self, rng: &mut Rng, bytes: usize, out: &mut String) {
        let end = out.len() + bytes;
        while out.len() < end {
            out.push_str("\n<script>");
            let length = rng.between(200, 3_000).min(end.saturating_sub(out.len()));
            let stop = out.len() + length;
            while out.len() < stop {
                out.push_str(pick(rng, &SCRIPT));
                identifier(rng, 2, out);
                out.push(if rng.chance(0.5) { ',' } else { ';' });
            }
            out.push_str("</script>");
            if rng.chance(0.5) {
                out.push_str("<!--");
                identifier(rng, 150, out);
                out.push_str("-->");
            }
        }
    }

    fn style(&self, rng: &mut Rng, bytes: usize, out: &mut String) {
        if bytes == 0 {
            return;
        }
        out.push_str("\n<style>");
        let end = out.len() + bytes;
        while out.len() < end {
            out.push('.');
            out.extend([
                self.class(rng).split(' ').next().unwrap_or_default(),
                pick(rng, &STYLE),
                pick(rng, &STYLE),
            ]);
        }
        out.push_str("</style>");
    }
}

fn pick<'s>(rng: &mut Rng, list: &[&'s str]) -> &'s str {
    rng.pick(list).copied().unwrap_or_default()
}

fn letter(rng: &mut Rng) -> char {
    char::from(b'a' + rng.below(26) as u8)
}

/// Small letters and digits from one draw.
fn identifier(rng: &mut Rng, length: usize, out: &mut String) {
    let mut bits = 0;
    for at in 0..length {
        if at % 12 == 0 {
            bits = rng.next_u64();
        }
        out.push(char::from(b"abcdefghijklmnopqrstuvwxyz-12345"[(bits & 31) as usize]));
        bits >>= 5;
    }
}
