//! A line of JSON to a row.

use std::borrow::Cow;

use memchr::memchr;
use serde::de::IgnoredAny;

use super::batch::Content;
use super::members::{Value, escape, members};
use super::metadata::Metadata;
use super::row::{ATTRIBUTES, Attribute, Fields, INVALID_UTF8, NO_TEXT_FIELD, Role, Row, not_a_string};

/// Decodes a line, or gives the reason why it cannot be used. Of a field that stands there twice the last counts.
pub(super) fn decode(line: &[u8], fields: &Fields) -> Result<Row, String> {
    let line = simdutf8::basic::from_utf8(line).map_err(|_| INVALID_UTF8.to_string())?;
    let mut members = members(line, fields).ok_or_else(|| why_not(line).to_string())?;
    if members.iter().any(|(_, value)| is_too_deep(value.json)) {
        return Err("nested-too-deep".to_string());
    }
    let chosen = Chosen::among(&members, fields);
    let (at, html) = chosen.content.ok_or(NO_TEXT_FIELD)?;
    let (name, value) = &mut members[at];
    let text = match value.text.take() {
        Some(text) => text,
        None => {
            string(value.json).ok_or_else(|| not_a_string(name))?.map_err(|_| "invalid-json".to_string())?
        }
    };
    let mut row = Row::new(if html { Content::Html(text) } else { Content::Text(text) });
    for (attribute, at) in chosen.attributes.into_iter().flatten() {
        row.set(attribute, scalar(members[at].1.json));
    }
    let mut metadata = Metadata::default();
    for (at, (name, value)) in members.iter().enumerate() {
        let is_absent = value.json == "null" && fields.role(name) != Role::Other;
        if !is_absent && !chosen.holds(at) {
            metadata.raw(name, Some(value.json));
        }
    }
    row.metadata = metadata.finish();
    Ok(row)
}

/// Which members are read as what.
struct Chosen {
    rank: usize,
    content: Option<(usize, bool)>,
    attributes: [Option<(Attribute, usize)>; ATTRIBUTES],
}

impl Chosen {
    fn among(members: &[(Cow<'_, str>, Value<'_>)], fields: &Fields) -> Chosen {
        let mut chosen = Chosen { rank: usize::MAX, content: None, attributes: Default::default() };
        for (at, (name, value)) in members.iter().enumerate() {
            match fields.role(name) {
                Role::Content { rank, html } if value.json != "null" && rank <= chosen.rank => {
                    (chosen.rank, chosen.content) = (rank, Some((at, html)));
                }
                Role::Attribute(attribute) if is_scalar(value.json) => {
                    chosen.attributes[attribute as usize] = Some((attribute, at));
                }
                _ => {}
            }
        }
        chosen
    }

    fn holds(&self, member: usize) -> bool {
        self.content.is_some_and(|(at, _)| at == member)
            || self.attributes.iter().flatten().any(|&(_, at)| at == member)
    }
}

/// Not an object, an array or `null`.
fn is_scalar(json: &str) -> bool {
    !matches!(json.as_bytes().first(), Some(b'{' | b'[' | b'n') | None)
}

/// A string's text, or the JSON text of anything else. A string that is none after all has its JSON text too.
fn scalar(json: &str) -> Option<String> {
    Some(string(json).and_then(Result::ok).unwrap_or_else(|| json.to_string()))
}

/// The text of a string; `None` for anything else.
fn string(quoted: &str) -> Option<serde_json::Result<String>> {
    quoted.starts_with('"').then(|| match unescape(quoted) {
        Some(text) => Ok(text),
        None => serde_json::from_str(quoted),
    })
}

/// The text of a valid string of JSON; `None` for what is left to the parser: halves of surrogate pairs.
fn unescape(quoted: &str) -> Option<String> {
    let mut rest = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::with_capacity(rest.len());
    while let Some(at) = memchr(b'\\', rest.as_bytes()) {
        text.push_str(&rest[..at]);
        let (escaped, length) = escape(&rest.as_bytes()[at..])?;
        text.push(escaped);
        rest = &rest[at + length..];
    }
    text.push_str(rest);
    Some(text)
}

/// Depth beyond which a value is refused: that of the common parsers, which could not read the output otherwise.
const MAX_DEPTH: usize = 128;

/// Counts the brackets of valid JSON outside its strings.
fn is_too_deep(json: &str) -> bool {
    if !json.starts_with(['{', '[']) {
        return false;
    }
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth >= MAX_DEPTH {
            return true;
        }
    }
    false
}

fn why_not(line: &str) -> &'static str {
    let is_object = line.trim_start().starts_with('{');
    if !is_object && serde_json::from_str::<IgnoredAny>(line).is_ok() {
        "not-an-object"
    } else {
        "invalid-json"
    }
}
