//! Tag names and what they mean for blocks.

macro_rules! tags {
    ($($name:literal => $tag:ident),* $(,)?) => {
        /// An element name that matters to extraction; every other one is `Other`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Tag { Other, $($tag),* }

        const COUNT: usize = [$(Tag::$tag),*].len();
        static NAMES: [(u128, Tag); COUNT] = sorted([$((pack($name.as_bytes()), Tag::$tag)),*]);
    };
}

tags! {
    "a" => A, "abbr" => Abbr, "acronym" => Acronym, "address" => Address, "applet" => Applet, "area" => Area,
    "article" => Article, "aside" => Aside, "audio" => Audio, "b" => B, "base" => Base, "bdi" => Bdi,
    "big" => Big, "blockquote" => Blockquote, "body" => Body, "br" => Br, "button" => Button,
    "canvas" => Canvas, "caption" => Caption, "center" => Center, "cite" => Cite, "code" => Code, "col" => Col,
    "colgroup" => Colgroup, "datalist" => Datalist, "dd" => Dd, "del" => Del, "desc" => Desc, "details" => Details,
    "dialog" => Dialog, "dir" => Dir, "div" => Div, "dl" => Dl, "dt" => Dt, "em" => Em, "embed" => Embed,
    "fieldset" => Fieldset, "figcaption" => Figcaption, "figure" => Figure, "font" => Font, "footer" => Footer,
    "foreignobject" => ForeignObject, "form" => Form, "h1" => H1, "h2" => H2, "h3" => H3, "h4" => H4, "h5" => H5, "h6" => H6, "head" => Head,
    "header" => Header, "hgroup" => Hgroup, "hr" => Hr, "html" => Html, "i" => I, "iframe" => Iframe,
    "img" => Img, "input" => Input, "ins" => Ins, "kbd" => Kbd, "label" => Label, "legend" => Legend,
    "li" => Li, "link" => Link, "listing" => Listing, "main" => Main, "map" => Map, "mark" => Mark,
    "math" => Math, "menu" => Menu, "meta" => Meta, "meter" => Meter, "mi" => Mi, "mn" => Mn, "mo" => Mo, "ms" => Ms, "mtext" => Mtext, "nav" => Nav, "nobr" => Nobr,
    "noembed" => Noembed, "noframes" => Noframes, "noscript" => Noscript, "object" => Object, "ol" => Ol,
    "optgroup" => Optgroup, "option" => Option, "p" => P, "param" => Param, "picture" => Picture,
    "plaintext" => Plaintext, "pre" => Pre, "progress" => Progress, "q" => Q, "rp" => Rp, "rt" => Rt,
    "ruby" => Ruby, "s" => S, "samp" => Samp, "script" => Script, "search" => Search, "section" => Section,
    "select" => Select, "small" => Small, "source" => Source, "span" => Span, "strike" => Strike,
    "strong" => Strong, "style" => Style, "sub" => Sub, "summary" => Summary, "sup" => Sup, "svg" => Svg,
    "table" => Table, "tbody" => Tbody, "td" => Td, "template" => Template, "textarea" => Textarea,
    "tfoot" => Tfoot, "th" => Th, "thead" => Thead, "time" => Time, "title" => Title, "tr" => Tr,
    "track" => Track, "tt" => Tt, "u" => U, "ul" => Ul, "var" => Var, "video" => Video, "wbr" => Wbr,
    "xmp" => Xmp,
}

/// A lower-case name of at most 16 bytes as one number; 0 for longer ones.
const fn pack(name: &[u8]) -> u128 {
    if name.len() > 16 {
        return 0;
    }
    let (mut key, mut i) = (0u128, 0);
    while i < name.len() {
        key = key << 8 | name[i].to_ascii_lowercase() as u128;
        i += 1;
    }
    key
}

const fn sorted(mut names: [(u128, Tag); COUNT]) -> [(u128, Tag); COUNT] {
    let mut i = 1;
    while i < COUNT {
        let mut j = i;
        while j > 0 && names[j - 1].0 > names[j].0 {
            let other = names[j - 1];
            names[j - 1] = names[j];
            names[j] = other;
            j -= 1;
        }
        i += 1;
    }
    names
}

/// How the tokenizer reads what follows a start tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Tags and text.
    Markup,
    /// Text up to the end tag, character references decoded.
    Rcdata,
    /// Text up to the end tag, nothing decoded.
    Rawtext,
    /// As raw text, with the escapes of scripts.
    Script,
    /// Text to the end of the page.
    Plaintext,
}

impl Tag {
    pub(crate) const COUNT: usize = COUNT + 1;

    /// The tag of a name in any case.
    pub(crate) fn new(name: &[u8]) -> Tag {
        let key = pack(name);
        NAMES.binary_search_by_key(&key, |&(name, _)| name).map_or(Tag::Other, |at| NAMES[at].1)
    }

    pub(crate) fn content(self) -> Content {
        match self {
            Tag::Title | Tag::Textarea => Content::Rcdata,
            Tag::Style | Tag::Xmp | Tag::Iframe | Tag::Noembed | Tag::Noframes => Content::Rawtext,
            Tag::Script => Content::Script,
            Tag::Plaintext => Content::Plaintext,
            _ => Content::Markup,
        }
    }

    /// Never has content or an end tag.
    pub(crate) fn is_void(self) -> bool {
        use Tag::*;
        matches!(
            self,
            Area | Base | Br | Col | Embed | Hr | Img | Input | Link | Meta | Param | Source | Track | Wbr
        )
    }

    /// Its whole content is no text of the page.
    pub(crate) fn is_skipped(self) -> bool {
        use Tag::*;
        matches!(self, Template | Svg | Math | Canvas | Audio | Video | Select | Datalist | Rp | Rt)
    }

    /// Elements of SVG and MathML in which HTML may stand.
    pub(crate) fn may_hold_html(self) -> bool {
        use Tag::*;
        matches!(self, ForeignObject | Desc | Title | Mi | Mn | Mo | Ms | Mtext)
    }

    /// May be an element of SVG or MathML.
    pub(crate) fn is_foreign(self) -> bool {
        use Tag::*;
        self.may_hold_html()
            || matches!(self, Other | Svg | Math | Script | Style | Audio | Video | Canvas | Iframe | Font)
    }

    /// Ends SVG and MathML around it, as the tree construction rules say.
    pub(crate) fn breaks_out(self) -> bool {
        use Tag::*;
        matches!(
            self,
            B | Big
                | Blockquote
                | Body
                | Br
                | Center
                | Code
                | Dd
                | Div
                | Dl
                | Dt
                | Em
                | Embed
                | H1
                | H2
                | H3
                | H4
                | H5
                | H6
                | Head
                | Hr
                | I
                | Img
                | Li
                | Listing
                | Menu
                | Meta
                | Nobr
                | Ol
                | P
                | Pre
                | Ruby
                | S
                | Small
                | Span
                | Strong
                | Strike
                | Sub
                | Sup
                | Table
                | Tt
                | U
                | Ul
                | Var
        )
    }

    /// An inline element that pages often set apart by their style.
    pub(crate) fn parts_words(self) -> bool {
        use Tag::*;
        matches!(self, A | B | Cite | Em | I | Label | Other | Small | Span | Strong | Time)
    }

    /// Starts a line of its own.
    pub(crate) fn is_block(self) -> bool {
        use Tag::*;
        matches!(
            self,
            Address
                | Article
                | Aside
                | Blockquote
                | Body
                | Button
                | Caption
                | Center
                | Dd
                | Details
                | Dialog
                | Dir
                | Div
                | Dl
                | Dt
                | Fieldset
                | Figcaption
                | Figure
                | Footer
                | Form
                | H1
                | H2
                | H3
                | H4
                | H5
                | H6
                | Header
                | Hgroup
                | Html
                | Legend
                | Li
                | Listing
                | Main
                | Menu
                | Nav
                | Ol
                | Optgroup
                | Option
                | P
                | Plaintext
                | Pre
                | Search
                | Section
                | Summary
                | Table
                | Tbody
                | Td
                | Tfoot
                | Th
                | Thead
                | Tr
                | Ul
                | Xmp
        )
    }

    /// Ends an open paragraph, as the tree construction rules say.
    pub(crate) fn closes_p(self) -> bool {
        use Tag::*;
        self == Hr
            || self.is_block()
                && !matches!(self, Button | Caption | Legend | Option | Optgroup | Body | Html)
                && !self.is_table_part()
    }

    pub(crate) fn is_table_part(self) -> bool {
        use Tag::*;
        matches!(self, Caption | Tbody | Td | Tfoot | Th | Thead | Tr)
    }

    /// An implied end tag does not reach past it.
    pub(crate) fn is_scope(self) -> bool {
        use Tag::*;
        matches!(self, Table | Td | Th | Caption | Button | Html)
    }

    pub(crate) fn heading(self) -> u8 {
        match self {
            Tag::H1 => 1,
            Tag::H2 => 2,
            Tag::H3 => 3,
            Tag::H4 => 4,
            Tag::H5 => 5,
            Tag::H6 => 6,
            _ => 0,
        }
    }

    /// White space is part of its text.
    pub(crate) fn is_preformatted(self) -> bool {
        matches!(self, Tag::Pre | Tag::Listing | Tag::Xmp | Tag::Plaintext)
    }
}
