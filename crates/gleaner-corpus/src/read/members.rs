//! The members of an object of JSON: in one pass where it is written as most are, by the parser otherwise.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::row::{Fields, Role};
use crate::write::json::plain_bytes;

/// A member's value.
#[derive(Debug)]
pub(super) struct Value<'a> {
    /// As it is written.
    pub(super) json: &'a str,
    /// Its text, where it is a string that may hold the content and was decoded on the way.
    pub(super) text: Option<String>,
}

/// The members of the object that `line` is, in their order; `None` for anything but a valid object.
pub(super) fn members<'a>(line: &'a str, fields: &Fields) -> Option<Vec<(Cow<'a, str>, Value<'a>)>> {
    let plain = Cursor { line, at: 0 }.members(fields);
    plain.or_else(|| serde_json::from_str(line).ok().map(|Object(members)| members))
}

/// Reads an object of JSON without names that need decoding. Gives up where it is not sure.
#[derive(Clone, Copy)]
struct Cursor<'a> {
    line: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn members(mut self, fields: &Fields) -> Option<Vec<(Cow<'a, str>, Value<'a>)>> {
        let (mut members, mut decoded) = (Vec::with_capacity(8), false);
        self.token(b'{')?;
        loop {
            self.token(b'"')?;
            let name = self.plain();
            self.sign(b'"')?;
            self.token(b':')?;
            self.space();
            let start = self.at;
            let text = match self.byte()? {
                // One only: more would take memory for what is not used.
                b'"' if !decoded && matches!(fields.role(name), Role::Content { .. }) => {
                    decoded = true;
                    Some(self.text()?)
                }
                b'"' => self.string().map(|()| None)?,
                _ => self.other().map(|()| None)?,
            };
            members.push((Cow::Borrowed(name), Value { json: &self.line[start..self.at], text }));
            self.space();
            match self.byte()? {
                b',' => self.at += 1,
                _ => break,
            }
        }
        self.token(b'}')?;
        self.space();
        (self.at == self.line.len()).then_some(members)
    }

    fn byte(&self) -> Option<u8> {
        self.line.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.byte() {
            self.at += 1;
        }
    }

    /// Passes a sign and the space before it.
    fn token(&mut self, sign: u8) -> Option<()> {
        self.space();
        self.sign(sign)
    }

    fn sign(&mut self, sign: u8) -> Option<()> {
        let found = self.byte()? == sign;
        self.at += usize::from(found);
        found.then_some(())
    }

    /// Passes what stands for itself inside a string.
    fn plain(&mut self) -> &'a str {
        let rest = &self.line[self.at..];
        let plain = &rest[..plain_bytes(rest.as_bytes())];
        self.at += plain.len();
        plain
    }

    /// Passes a string whose text is not wanted.
    fn string(&mut self) -> Option<()> {
        self.sign(b'"')?;
        loop {
            self.plain();
            if self.sign(b'"').is_some() {
                return Some(());
            }
            let (_, length) = escape(&self.line.as_bytes()[self.at..])?;
            self.at += length;
        }
    }

    /// Passes a string and gives its text.
    fn text(&mut self) -> Option<String> {
        self.sign(b'"')?;
        let mut text = String::with_capacity(self.line.len() - self.at);
        loop {
            text.push_str(self.plain());
            if self.sign(b'"').is_some() {
                return Some(text);
            }
            let (escaped, length) = escape(&self.line.as_bytes()[self.at..])?;
            text.push(escaped);
            self.at += length;
        }
    }

    /// Passes a value that is no string.
    fn other(&mut self) -> Option<()> {
        let mut values = serde_json::Deserializer::from_str(&self.line[self.at..]).into_iter::<&RawValue>();
        values.next()?.ok()?;
        self.at += values.byte_offset();
        Some(())
    }
}

/// The character that an escape at the start of `bytes` stands for, and how long it is; `None` for what is left to the
/// parser: what is no escape, and halves of surrogate pairs.
pub(super) fn escape(bytes: &[u8]) -> Option<(char, usize)> {
    let (&[b'\\', sign], rest) = bytes.split_first_chunk()? else { return None };
    Some(match sign {
        b'"' | b'\\' | b'/' => (char::from(sign), 2),
        b'n' => ('\n', 2),
        b'r' => ('\r', 2),
        b't' => ('\t', 2),
        b'b' => ('\u{8}', 2),
        b'f' => ('\u{c}', 2),
        b'u' => {
            let mut digits = rest.first_chunk::<4>()?.iter().map(|&digit| char::from(digit).to_digit(16));
            let code = digits.try_fold(0, |code, digit| Some(code * 16 + digit?))?;
            (char::from_u32(code)?, 6)
        }
        _ => return None,
    })
}

/// What the parser makes of an object.
struct Object<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

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
                    let json = map.next_value::<&RawValue>()?.get();
                    members.push((name, Value { json, text: None }));
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

#[cfg(test)]
mod tests {
    use super::{Cursor, Object};
    use crate::read::ReadOptions;
    use crate::read::row::Fields;

    /// What the cursor gives is what the parser gives; it gives up only where `is_plain` is false.
    #[track_caller]
    fn check(line: &str, is_plain: bool) {
        let plain = Cursor { line, at: 0 }.members(&Fields::new(&ReadOptions::default()));
        assert_eq!(plain.is_some(), is_plain, "{line}");
        let Some(plain) = plain else { return };
        let Object(parsed) = serde_json::from_str(line).expect("the parser takes what the cursor takes");
        assert_eq!(plain.len(), parsed.len(), "{line}");
        for ((name, value), (parsed_name, parsed)) in plain.iter().zip(&parsed) {
            assert_eq!((name, value.json), (parsed_name, parsed.json), "{line}");
            if let Some(text) = &value.text {
                assert_eq!(text, &serde_json::from_str::<String>(value.json).expect("a string"), "{line}");
            }
        }
    }

    #[test]
    fn plain_objects_need_no_parser() {
        check(
            r#"{"id":"a","text":"One\nTwo \"three\" \u1ea3\/\\\b\f\r\t","n":-1.5e3,"b":true,"z":null}"#,
            true,
        );
        check("\t{ \"text\" : \"\" , \"tags\" : [ \"a}\" , { \"text\" : 1 } ] } \r", true);
        check(r#"{"text":"a","content":"b","text":"c","t":[[[]]],"o":{}}"#, true);
        check(r#"{"":0,"a":"\u0000","text":"Ảnh 😀 dài hơn tám byte"}"#, true);
    }

    #[test]
    fn what_is_not_plain_is_left_to_the_parser() {
        for line in [
            "",
            "{}",
            "[]",
            r#"{"text":"a"}x"#,
            r#"{"text":"a",}"#,
            r#"{"text":"a" "b":1}"#,
            r#"{"text" "a"}"#,
            r#"{"text":"a"#,
            r#"{"text":"a\"}"#,
            r#"{"text":"\ud83d\ude00"}"#,
            r#"{"text":"\u+123"}"#,
            r#"{"a":"\x"}"#,
            "{\"text\":\"a\tb\"}",
            r#"{"te\u0078t":"a"}"#,
            r#"{"a":01}"#,
            r#"{"a":truefalse}"#,
            r#"{"a":tru}"#,
            r#"{"a":[1}"#,
            r#"{"a":}"#,
        ] {
            check(line, false);
        }
    }
}
