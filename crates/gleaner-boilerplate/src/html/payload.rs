//! What a page says of its content where it shows none: scripts were to load it.

use std::ops::Range;

use super::builder::{self, Noscript};
use super::json;
use super::page::{NONE, Page};
use super::tags::Tag;
use super::tokenizer::{StartTag, Token, Tokenizer};

/// Adds the longest of the articles in the page's structured data (the first `articleBody` of each JSON-LD script) and its
/// descriptions, if that is longer than all the text the page has. Its blocks all have the range of the whole.
pub(crate) fn read(html: &str, page: &mut Page) {
    let Some(found) = longest(html) else { return };
    let text = if found.json {
        json::unescape(&html[found.range.clone()], "<p>")
    } else {
        html[found.range.clone()].to_owned()
    };
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
    page.blocks.sort_by_key(|block| block.source.start);
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
            Token::Raw(Tag::Script, range) if is_json => {
                json::values(&html[range.clone()], "\"articleBody\"")
                    .next()
                    .map(|own| Written { range: range.start + own.start..range.start + own.end, json: true })
            }
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
