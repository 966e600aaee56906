//! What a page says of its content where it shows none: scripts were to load it.

use std::ops::Range;

use memchr::memmem;

use super::builder::{self, Noscript};
use super::page::{NONE, Page};
use super::tags::Tag;
use super::tokenizer::{StartTag, Token, Tokenizer};

/// Adds the longest of the article in the page's structured data (`articleBody` of JSON-LD) and its descriptions, if
/// that is longer than all the text the page has.
pub(crate) fn read(html: &str, page: &mut Page) {
    let Some(found) = longest(html) else { return };
    let text =
        if found.json { unescape(&html[found.range.clone()]) } else { html[found.range.clone()].to_owned() };
    let mut added = builder::build(&text, Noscript::Skip);
    if added.text.len() <= page.text.len() {
        return;
    }
    let shift = page.text.len();
    page.text.push_str(&added.text);
    for block in &mut added.blocks {
        block.source = found.range.clone();
        block.text = block.text.start + shift..block.text.end + shift;
        // Its elements are not of this page.
        block.element = NONE;
    }
    page.blocks.append(&mut added.blocks);
}

/// A text as the page writes it.
struct Written {
    range: Range<usize>,
    json: bool,
}

fn longest(html: &str) -> Option<Written> {
    let mut tokenizer = Tokenizer::new(html);
    let mut is_json = false;
    let mut best: Option<Written> = None;
    while let Some(token) = tokenizer.next() {
        let found = match token {
            Token::Start(tag) => {
                is_json = tag.attributes.kind.is_some_and(|k| k.eq_ignore_ascii_case("application/ld+json"));
                description(html, &tag)
            }
            Token::Raw(Tag::Script, range) if is_json => article_body(&html[range.clone()])
                .map(|own| Written { range: range.start + own.start..range.start + own.end, json: true }),
            _ => None,
        };
        if found.as_ref().map_or(0, |f| f.range.len()) > best.as_ref().map_or(0, |b| b.range.len()) {
            best = found;
        }
    }
    best
}

fn description(html: &str, start: &StartTag<'_>) -> Option<Written> {
    let own = &start.attributes;
    let is_description = |name: &str| {
        ["description", "og:description"].iter().any(|known| name.trim().eq_ignore_ascii_case(known))
    };
    if start.name.tag != Tag::Meta || ![own.name, own.property].into_iter().flatten().any(is_description) {
        return None;
    }
    let content = own.content?;
    let from = (content.as_ptr() as usize).checked_sub(html.as_ptr() as usize)?;
    let range = from..from + content.len();
    (html.get(range.clone()) == Some(content)).then_some(Written { range, json: false })
}

/// What stands between the quotes of the first `articleBody`. Structured data is only searched, not parsed: it may be
/// large or broken.
fn article_body(json: &str) -> Option<Range<usize>> {
    let key = "\"articleBody\"";
    let after = memmem::find(json.as_bytes(), key.as_bytes())? + key.len();
    let value = json[after..].trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    let start = json.len() - value.len();
    let mut escaped = false;
    let end = value.bytes().position(|b| {
        let ends = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        ends
    })?;
    Some(start..start + end)
}

/// The text of a JSON string as markup: its lines are paragraphs. A lone surrogate is a replacement character.
fn unescape(string: &str) -> String {
    let mut out = String::with_capacity(string.len());
    let mut units: Vec<u16> = Vec::new();
    let mut rest = string;
    while let Some(at) = rest.find(['\\', '\n']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        units.clear();
        while let Some(unit) = rest.strip_prefix("\\u").and_then(|hex| hex.get(..4)) {
            let Ok(unit) = u16::from_str_radix(unit, 16) else { break };
            units.push(unit);
            rest = &rest[6..];
        }
        if !units.is_empty() {
            out.push_str(&String::from_utf16_lossy(&units));
            continue;
        }
        let Some(c) = rest.strip_prefix('\\').unwrap_or(rest).chars().next() else { break };
        rest = &rest[usize::from(rest.starts_with('\\')) + c.len_utf8()..];
        match c {
            'n' | 'r' | '\n' => out.push_str("<p>"),
            't' | 'b' | 'f' => out.push(' '),
            c => out.push(c),
        }
    }
    out.push_str(rest);
    out
}
