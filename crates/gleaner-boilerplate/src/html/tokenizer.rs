//! Tags and text of a page, following the states of the WHATWG tokenizer.
//!
//! What extraction has no use for is not made: comments, doctypes and processing instructions are passed over, and of
//! a tag's attributes only those in [`Attributes`] are kept. Every byte is read a constant number of times.
//!
//! One thing is done otherwise: by the standard a comment, script or title that is never closed swallows the rest of
//! the page. Old pages have such, and their text is wanted: an unclosed comment ends at the next `>`, a script at the
//! next `</script` whatever it holds, and other raw text but that of scripts and styles is read as markup.

use std::ops::Range;

use memchr::{memchr, memchr2, memmem};

use super::tags::{Content, Tag};

// Reads the environment, as only a test may.
#[cfg(test)]
#[path = "../../tests/unit/html5lib_tokenizer.rs"]
mod html5lib;

/// A piece of the page, in order.
pub(crate) type Token<'a> = TokenWith<Attributes<'a>>;

/// A start tag with the attributes extraction looks at.
pub(crate) type StartTag<'a> = StartTagWith<Attributes<'a>>;

/// A [`Token`] with whatever is kept of attributes.
#[derive(Debug)]
pub(crate) enum TokenWith<A> {
    /// Text between tags, references not yet decoded.
    Text(Range<usize>),
    /// What stands between the tags of a script, style, title or the like.
    Raw(Tag, Range<usize>),
    Start(StartTagWith<A>),
    End(Name),
}

/// An element's name; `hash` tells the names apart that are all [`Tag::Other`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) tag: Tag,
    pub(crate) hash: u32,
}

#[derive(Debug)]
pub(crate) struct StartTagWith<A> {
    pub(crate) name: Name,
    pub(crate) attributes: A,
    pub(crate) self_closing: bool,
}

/// What is kept of a tag's attributes.
pub(crate) trait Keep<'a>: Default {
    /// Takes the next attribute, as written.
    fn set(&mut self, name: &'a [u8], value: &'a str);
}

/// The attributes extraction looks at, as written (references not decoded); of a repeated one the first counts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Attributes<'a> {
    pub(crate) class: Option<&'a str>,
    pub(crate) id: Option<&'a str>,
    pub(crate) role: Option<&'a str>,
    pub(crate) itemprop: Option<&'a str>,
    pub(crate) itemtype: Option<&'a str>,
    pub(crate) aria_label: Option<&'a str>,
    pub(crate) test_id: Option<&'a str>,
    pub(crate) style: Option<&'a str>,
    pub(crate) hidden: Option<&'a str>,
    pub(crate) aria_hidden: Option<&'a str>,
    pub(crate) lang: Option<&'a str>,
    pub(crate) content: Option<&'a str>,
    pub(crate) property: Option<&'a str>,
    pub(crate) name: Option<&'a str>,
    pub(crate) datetime: Option<&'a str>,
    pub(crate) kind: Option<&'a str>,
    pub(crate) href: Option<&'a str>,
    pub(crate) rel: Option<&'a str>,
    pub(crate) http_equiv: Option<&'a str>,
    pub(crate) pubdate: Option<&'a str>,
}

/// Of the name of a type of schema.org, what is read: this many bytes of its end.
pub(crate) const LONGEST_TYPE: usize = 64;

impl<'a> Attributes<'a> {
    /// What may name the element's purpose. Of a type of schema.org only the last part of its address does.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        let end = |t: &'a str| &t[t.ceil_char_boundary(t.len().saturating_sub(LONGEST_TYPE))..];
        let kind = self.itemtype.map(|t| end(t).rsplit('/').next().unwrap_or_default());
        [self.class, self.id, self.itemprop, kind, self.aria_label, self.test_id].into_iter().flatten()
    }
}

impl<'a> Keep<'a> for Attributes<'a> {
    fn set(&mut self, name: &'a [u8], value: &'a str) {
        let slot = match name.len() {
            2 if name.eq_ignore_ascii_case(b"id") => &mut self.id,
            3 if name.eq_ignore_ascii_case(b"rel") => &mut self.rel,
            4 => match name[0] | 0x20 {
                b'h' if name.eq_ignore_ascii_case(b"href") => &mut self.href,
                b'n' if name.eq_ignore_ascii_case(b"name") => &mut self.name,
                b'r' if name.eq_ignore_ascii_case(b"role") => &mut self.role,
                b'l' if name.eq_ignore_ascii_case(b"lang") => &mut self.lang,
                b't' if name.eq_ignore_ascii_case(b"type") => &mut self.kind,
                _ => return,
            },
            5 if name.eq_ignore_ascii_case(b"class") => &mut self.class,
            5 if name.eq_ignore_ascii_case(b"style") => &mut self.style,
            6 if name.eq_ignore_ascii_case(b"hidden") => &mut self.hidden,
            7 if name.eq_ignore_ascii_case(b"content") => &mut self.content,
            7 if name.eq_ignore_ascii_case(b"pubdate") => &mut self.pubdate,
            8 => match name[0] | 0x20 {
                b'i' if name.eq_ignore_ascii_case(b"itemprop") => &mut self.itemprop,
                b'i' if name.eq_ignore_ascii_case(b"itemtype") => &mut self.itemtype,
                b'p' if name.eq_ignore_ascii_case(b"property") => &mut self.property,
                b'd' if name.eq_ignore_ascii_case(b"datetime") => &mut self.datetime,
                b'x' if name.eq_ignore_ascii_case(b"xml:lang") => &mut self.lang,
                _ => return,
            },
            10 if name.eq_ignore_ascii_case(b"aria-label") => &mut self.aria_label,
            10 if name.eq_ignore_ascii_case(b"http-equiv") => &mut self.http_equiv,
            11 if name.eq_ignore_ascii_case(b"aria-hidden") => &mut self.aria_hidden,
            11 if name.eq_ignore_ascii_case(b"data-testid") => &mut self.test_id,
            14 if name.eq_ignore_ascii_case(b"data-component") => &mut self.test_id,
            _ => return,
        };
        slot.get_or_insert(value);
    }
}

/// Nothing is kept of the attributes of an end tag.
impl<'a> Keep<'a> for () {
    fn set(&mut self, _: &'a [u8], _: &'a str) {}
}

pub(crate) struct Tokenizer<'a> {
    html: &'a str,
    at: usize,
    /// The element whose raw content comes next.
    raw: Option<Tag>,
    /// Inside SVG or MathML, where `<![CDATA[` is text and no element has raw content.
    pub(crate) foreign: bool,
    /// No comment that begins from here on is closed.
    open_comment: bool,
    /// No script from here on is closed if its escapes are minded.
    open_script: bool,
    /// Elements of raw text that have no end tag from here on.
    unclosed: Vec<Tag>,
}

enum Ended {
    Name(Name),
    /// `</` before anything but a letter.
    Comment,
    Page,
}

impl<'a> Tokenizer<'a> {
    pub(crate) fn new(html: &'a str) -> Tokenizer<'a> {
        Tokenizer {
            html,
            at: 0,
            raw: None,
            foreign: false,
            open_comment: false,
            open_script: false,
            unclosed: Vec::new(),
        }
    }

    /// The next token; `None` at the end of the page. A tag that the page's end cuts off is dropped.
    pub(crate) fn next(&mut self) -> Option<Token<'a>> {
        self.next_with()
    }

    fn next_with<A: Keep<'a>>(&mut self) -> Option<TokenWith<A>> {
        if let Some(tag) = self.raw.take() {
            let start = self.at;
            self.at = self.raw_end(tag);
            if self.at > start {
                return Some(TokenWith::Raw(tag, start..self.at));
            }
        }
        loop {
            let start = self.at;
            let angle = self.next_markup();
            if angle > start {
                self.at = angle;
                return Some(TokenWith::Text(start..angle));
            }
            match self.html.as_bytes().get(angle + 1)? {
                b'/' => match self.end_tag(angle + 2) {
                    Ended::Name(name) => return Some(TokenWith::End(name)),
                    Ended::Comment => {}
                    Ended::Page => return None,
                },
                b'!' | b'?' => self.at = self.declaration_end(angle + 1),
                _ => return self.start_tag(angle + 1).map(TokenWith::Start),
            }
        }
    }

    /// The next `<` that opens a tag or a declaration, or the end of the page.
    fn next_markup(&self) -> usize {
        let bytes = self.html.as_bytes();
        let mut at = self.at;
        while let Some(angle) = memchr(b'<', &bytes[at..]).map(|i| at + i) {
            let opens = bytes.get(angle + 1).copied().unwrap_or(0);
            let cut = opens == b'/' && angle + 2 == bytes.len();
            if opens.is_ascii_alphabetic() || matches!(opens, b'/' | b'!' | b'?') && !cut {
                return angle;
            }
            at = angle + 1;
        }
        bytes.len()
    }

    /// The end of a comment, doctype, CDATA section or processing instruction whose `!` or `?` stands at `at`.
    fn declaration_end(&mut self, at: usize) -> usize {
        let bytes = self.html.as_bytes();
        let rest = &bytes[at + 1..];
        if bytes[at] == b'!' && rest.starts_with(b"--") {
            return self.comment_end(at + 3);
        }
        if self.foreign && bytes[at] == b'!' && rest.starts_with(b"[CDATA[") {
            return memmem::find(rest, b"]]>").map_or(bytes.len(), |i| at + 1 + i + 3);
        }
        memchr(b'>', rest).map_or(bytes.len(), |i| at + 1 + i + 1)
    }

    /// A comment ends at `-->` or `--!>`; `<!-->` and `<!--->` are whole comments.
    fn comment_end(&mut self, start: usize) -> usize {
        let bytes = self.html.as_bytes();
        if bytes[start..].starts_with(b">") {
            return start + 1;
        }
        if bytes[start..].starts_with(b"->") {
            return start + 2;
        }
        let mut at = start;
        while !self.open_comment {
            let Some(dashes) = memmem::find(&bytes[at..], b"--").map(|i| at + i) else {
                self.open_comment = true;
                break;
            };
            match bytes[dashes + 2..] {
                [b'>', ..] => return dashes + 3,
                [b'!', b'>', ..] => return dashes + 4,
                _ => at = dashes + 1,
            }
        }
        memchr(b'>', &bytes[start..]).map_or(bytes.len(), |i| start + i + 1)
    }

    fn end_tag(&mut self, at: usize) -> Ended {
        let bytes = self.html.as_bytes();
        if !bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            self.at = memchr(b'>', &bytes[at..]).map_or(bytes.len(), |i| at + i + 1);
            return Ended::Comment;
        }
        let (name, after) = self.name(at);
        if bytes.get(after) == Some(&b'>') {
            self.at = after + 1;
            return Ended::Name(name);
        }
        let Some((_, end, _)) = self.attributes::<()>(after) else { return Ended::Page };
        self.at = end;
        Ended::Name(name)
    }

    fn start_tag<A: Keep<'a>>(&mut self, at: usize) -> Option<StartTagWith<A>> {
        let (name, after) = self.name(at);
        let (attributes, end, self_closing) = if self.html.as_bytes().get(after) == Some(&b'>') {
            (A::default(), after + 1, false)
        } else {
            self.attributes(after)?
        };
        self.at = end;
        if !self.foreign && name.tag.content() != Content::Markup {
            self.raw = Some(name.tag);
        }
        Some(StartTagWith { name, attributes, self_closing })
    }

    fn name(&self, at: usize) -> (Name, usize) {
        let bytes = &self.html.as_bytes()[at..];
        let length = bytes.iter().position(|&b| is_space(b) || b == b'/' || b == b'>').unwrap_or(bytes.len());
        let tag = Tag::new(&bytes[..length]);
        // FNV-1a: names need telling apart within one page only.
        let hash = |hash: u32, b: &u8| (hash ^ u32::from(b.to_ascii_lowercase())).wrapping_mul(0x0100_0193);
        let hash = if tag == Tag::Other { bytes[..length].iter().fold(0x811c_9dc5, hash) } else { 0 };
        (Name { tag, hash }, at + length)
    }

    /// Attributes, the position after `>`, and whether the tag ends in `/>`. At the page's end: `None`, all consumed.
    fn attributes<A: Keep<'a>>(&mut self, mut at: usize) -> Option<(A, usize, bool)> {
        let bytes = self.html.as_bytes();
        let mut attributes = A::default();
        let mut slash = false;
        while let Some(&b) = bytes.get(at) {
            match b {
                b'>' => return Some((attributes, at + 1, slash)),
                b'/' => (slash, at) = (true, at + 1),
                _ if is_space(b) => (slash, at) = (false, at + 1),
                _ => {
                    slash = false;
                    let name = at;
                    // An equals sign in front belongs to the name.
                    at += 1 + until(&bytes[at + 1..], |b| is_space(b) || matches!(b, b'/' | b'>' | b'='));
                    let (value, after) = self.value(at);
                    attributes.set(&bytes[name..at], value);
                    at = after;
                }
            }
        }
        self.at = bytes.len();
        None
    }

    /// The value of an attribute whose name ends at `at`, and the position after it.
    fn value(&self, at: usize) -> (&'a str, usize) {
        let bytes = self.html.as_bytes();
        let equals = at + until(&bytes[at..], |b| !is_space(b));
        if bytes.get(equals) != Some(&b'=') {
            return ("", at);
        }
        let start = equals + 1 + until(&bytes[equals + 1..], |b| !is_space(b));
        match bytes.get(start) {
            Some(&quote @ (b'"' | b'\'')) => {
                let length = memchr(quote, &bytes[start + 1..]);
                let end = length.map_or(bytes.len(), |i| start + 1 + i);
                (&self.html[start + 1..end], (end + 1).min(bytes.len()))
            }
            _ => {
                let end = start + until(&bytes[start..], |b| is_space(b) || b == b'>');
                (&self.html[start..end], end)
            }
        }
    }

    /// Where the raw content of `tag` that starts here ends.
    fn raw_end(&mut self, tag: Tag) -> usize {
        let bytes = self.html.as_bytes();
        match tag.content() {
            Content::Plaintext => bytes.len(),
            Content::Script => {
                let escaped = if self.open_script { None } else { script_end(bytes, self.at) };
                self.open_script |= escaped.is_none();
                escaped.or_else(|| self.end_tag_of(tag)).unwrap_or(bytes.len())
            }
            _ => self.end_tag_of(tag).unwrap_or(if tag == Tag::Style { bytes.len() } else { self.at }),
        }
    }

    /// The next end tag of `tag`. That there is none is found out once.
    fn end_tag_of(&mut self, tag: Tag) -> Option<usize> {
        if self.unclosed.contains(&tag) {
            return None;
        }
        let bytes = self.html.as_bytes();
        let mut at = self.at;
        while let Some(angle) = memchr(b'<', &bytes[at..]).map(|i| at + i) {
            if self.is_end_tag(angle, tag) {
                return Some(angle);
            }
            at = angle + 1;
        }
        self.unclosed.push(tag);
        None
    }

    fn is_end_tag(&self, angle: usize, tag: Tag) -> bool {
        self.html.as_bytes().get(angle + 1) == Some(&b'/') && {
            let (name, end) = self.name_at_most(angle + 2);
            name == tag && end < self.html.len()
        }
    }

    /// The tag named at `at`; reads no further than the longest name, so that looking often stays cheap.
    fn name_at_most(&self, at: usize) -> (Tag, usize) {
        let bytes = &self.html.as_bytes()[at..];
        let bytes = &bytes[..bytes.len().min(17)];
        let length = until(bytes, |b| is_space(b) || b == b'/' || b == b'>');
        (Tag::new(&bytes[..length]), at + length)
    }
}

/// The end of a script: `</script`, unless inside `<!--` a `<script` was opened before it.
fn script_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let (mut escaped, mut nested) = (false, false);
    loop {
        let found = if escaped { memchr2(b'<', b'-', &bytes[at..]) } else { memchr(b'<', &bytes[at..]) };
        let angle = at + found?;
        let rest = &bytes[angle..];
        at = angle + 1;
        if rest.starts_with(b"-->") {
            (escaped, nested) = (false, false);
        } else if rest.starts_with(b"<!--") {
            // The dashes may be those of `-->` too.
            (escaped, at) = (true, angle + 2);
        } else if nested && is_script(rest, b"</script") {
            nested = false;
        } else if is_script(rest, b"</script") {
            return Some(angle);
        } else if escaped && is_script(rest, b"<script") {
            nested = true;
        }
    }
}

fn is_script(bytes: &[u8], tag: &[u8]) -> bool {
    bytes.len() > tag.len()
        && bytes[..tag.len()].eq_ignore_ascii_case(tag)
        && (is_space(bytes[tag.len()]) || matches!(bytes[tag.len()], b'/' | b'>'))
}

fn until(bytes: &[u8], stop: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|&b| stop(b)).unwrap_or(bytes.len())
}

/// White space of markup.
pub(crate) fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}
