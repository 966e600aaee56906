//! A line of JSON to a row.

use std::borrow::Cow;
use std::fmt;

use memchr::memchr;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::batch::Content;
use super::metadata::Metadata;
use super::row::{ATTRIBUTES, Attribute, Fields, INVALID_UTF8, NO_TEXT_FIELD, Role, Row, not_a_string};

/// Decodes a line, or gives the reason why it cannot be used. Of a field that stands there twice the last counts.
pub(super) fn decode(line: &[u8], fields: &Fields) -> Result<Row, String> {
    let line = simdutf8::basic::from_utf8(line).map_err(|_| INVALID_UTF8.to_string())?;
    let Object(members) = serde_json::from_str(line).map_err(|_| why_not(line).to_string())?;
    if members.iter().any(|(_, value)| is_too_deep(value.get())) {
        return Err("nested-too-deep".to_string());
    }
    let chosen = Chosen::among(&members, fields);
    let (at, html) = chosen.content.ok_or(NO_TEXT_FIELD)?;
    let (name, value) = &members[at];
    let text = string(value).ok_or_else(|| not_a_string(name))?.map_err(|_| "invalid-json".to_string())?;
    let mut row = Row::new(if html { Content::Html(text) } else { Content::Text(text) });
    for (attribute, at) in chosen.attributes.into_iter().flatten() {
        row.set(attribute, scalar(members[at].1));
    }
    let mut metadata = Metadata::default();
    for (at, (name, value)) in members.iter().enumerate() {
        let is_absent = value.get() == "null" && fields.role(name) != Role::Other;
        if !is_absent && !chosen.holds(at) {
            metadata.raw(name, Some(value.get()));
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
    fn among(members: &[(Cow<'_, str>, &RawValue)], fields: &Fields) -> Chosen {
        let mut chosen = Chosen { rank: usize::MAX, content: None, attributes: Default::default() };
        for (at, (name, value)) in members.iter().enumerate() {
            match fields.role(name) {
                Role::Content { rank, html } if value.get() != "null" && rank <= chosen.rank => {
                    (chosen.rank, chosen.content) = (rank, Some((at, html)));
                }
                Role::Attribute(attribute) if is_scalar(value) => {
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
fn is_scalar(value: &RawValue) -> bool {
    !matches!(value.get().as_bytes().first(), Some(b'{' | b'[' | b'n') | None)
}

/// A string's text, or the JSON text of anything else. A string that is none after all has its JSON text too.
fn scalar(value: &RawValue) -> Option<String> {
    Some(string(value).and_then(Result::ok).unwrap_or_else(|| value.get().to_string()))
}

/// The text of a string; `None` for anything else.
fn string(value: &RawValue) -> Option<serde_json::Result<String>> {
    let quoted = value.get();
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
        let (escaped, length) = match *rest.as_bytes().get(at + 1)? {
            byte @ (b'"' | b'\\' | b'/') => (char::from(byte), 2),
            b'n' => ('\n', 2),
            b'r' => ('\r', 2),
            b't' => ('\t', 2),
            b'b' => ('\u{8}', 2),
            b'f' => ('\u{c}', 2),
            b'u' => (char::from_u32(u32::from_str_radix(rest.get(at + 2..at + 6)?, 16).ok()?)?, 6),
            _ => return None,
        };
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

/// The members of an object in their order, their values unread.
struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object<'de>, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut members = Vec::with_capacity(8);
                while let Some(Name(name)) = map.next_key()? {
                    members.push((name, map.next_value()?));
                }
                Ok(Object(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

/// A member's name, borrowed where it is written without escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Name<'de>, D::Error> {
        struct Text;

        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(name.to_string())))
            }
        }

        deserializer.deserialize_str(Text)
    }
}
