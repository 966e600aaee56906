//! The tokenizer tests of html5lib, where the data is at hand.
//!
//! Compared: start tags with all their attributes in order and whether they close themselves, end tags, and text with
//! its references decoded, in sequence. The states for raw text are entered by an element that has such content, whose
//! name stands in for that of the test.
//!
//! Not compared, because no such token is made: comments, doctypes, text of CDATA sections. Also not parse errors.
//!
//! Made equal before: line ends of the input (the writer of text does that later), and NUL in names, values and raw
//! text, which the standard replaces and extraction never looks at.

use std::path::Path;

use serde_json::Value;

use super::{Content, Keep, Name, TokenWith, Tokenizer, is_space};
use crate::html::entities;
use crate::html::tags::Tag;

#[derive(Clone, Debug, PartialEq)]
enum Out {
    Start(Name, Vec<(String, String)>, bool),
    End(Name),
    Text(String),
}

#[derive(Debug)]
struct Case {
    description: String,
    state: String,
    last: Option<String>,
    input: String,
    output: Vec<Value>,
    errors: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Same,
    /// Half a surrogate pair as a character: no `str` holds it.
    NoText,
    /// The state or the format of the test has no counterpart.
    NoCounterpart,
    Different,
}

/// All attributes, of those with the same name the first.
#[derive(Debug, Default)]
struct All(Vec<(String, String)>);

impl<'a> Keep<'a> for All {
    fn set(&mut self, name: &'a [u8], value: &'a str) {
        let name = String::from_utf8_lossy(name).to_ascii_lowercase().replace('\0', "\u{fffd}");
        if self.0.iter().all(|(known, _)| *known != name) {
            self.0.push((name, entities::decode_attribute(value).replace('\0', "\u{fffd}")));
        }
    }
}

fn push_text(out: &mut Vec<Out>, text: &str) {
    match out.last_mut() {
        Some(Out::Text(last)) => last.push_str(text),
        _ => out.push(Out::Text(text.to_owned())),
    }
}

fn read(html: &str, raw: Option<Tag>) -> Vec<Out> {
    let mut tokenizer = Tokenizer::new(html);
    tokenizer.raw = raw;
    let mut out = Vec::new();
    while let Some(token) = tokenizer.next_with::<All>() {
        match token {
            TokenWith::Text(range) => push_text(&mut out, &entities::decode_all(&html[range])),
            TokenWith::Raw(tag, range) => {
                let text = html[range].replace('\0', "\u{fffd}");
                let decoded = tag.content() == Content::Rcdata;
                push_text(&mut out, &if decoded { entities::decode_all(&text) } else { text });
            }
            TokenWith::Start(tag) => out.push(Out::Start(tag.name, tag.attributes.0, tag.self_closing)),
            TokenWith::End(name) => out.push(Out::End(name)),
        }
        // The tests know no elements: what raw content a start tag has is not their matter.
        tokenizer.raw = None;
    }
    out
}

fn name(name: &str, input: &str) -> Name {
    let name = if input.contains('\0') { name.replace('\u{fffd}', "\0") } else { name.to_owned() };
    Tokenizer::new(&name).name(0).0
}

fn wanted(output: &[Value], input: &str) -> Vec<Out> {
    let mut out = Vec::new();
    for token in output {
        let text = |at: usize| token[at].as_str().expect("a string");
        match text(0) {
            "Character" => push_text(&mut out, text(1)),
            "EndTag" => out.push(Out::End(name(text(1), input))),
            "StartTag" => {
                let attributes = token[2].as_object().expect("attributes").iter();
                let attributes =
                    attributes.map(|(k, v)| (k.clone(), v.as_str().expect("a value").to_owned()));
                out.push(Out::Start(
                    name(text(1), input),
                    attributes.collect(),
                    token[3].as_bool().unwrap_or(false),
                ));
            }
            _ => {}
        }
    }
    out
}

/// The element whose content is read in a state, `None` for the state between tags.
fn element(state: &str) -> Option<Option<(&'static str, Tag)>> {
    Some(match state {
        "Data state" => None,
        "RCDATA state" => Some(("title", Tag::Title)),
        "RAWTEXT state" => Some(("xmp", Tag::Xmp)),
        "Script data state" => Some(("script", Tag::Script)),
        "PLAINTEXT state" => Some(("plaintext", Tag::Plaintext)),
        _ => return None,
    })
}

fn run(case: &Case) -> Outcome {
    let Some(element) = element(&case.state) else { return Outcome::NoCounterpart };
    let mut input = case.input.replace("\r\n", "\n").replace('\r', "\n");
    let mut output = serde_json::to_string(&case.output).expect("it was JSON");
    if let (Some((own, _)), Some(last)) = (element, case.last.as_deref())
        && own != last
    {
        for last in [last.to_owned(), last.to_ascii_uppercase(), "xMp".to_owned()] {
            input = input.replace(&last, own);
            output = output.replace(&last, own);
        }
    }
    let mut output: Vec<Value> = serde_json::from_str(&output).expect("it was JSON");
    if let Some((own, tag)) = element
        && tag != Tag::Plaintext
        && !case.errors.iter().any(|code| code.starts_with("eof-in-"))
        && !output.iter().any(|token| token[0] == "EndTag" && token[1] == own)
    {
        // What is never closed is read otherwise than the standard says: see the module's documentation.
        input.push_str(&format!("</{own}>"));
        output.push(serde_json::json!(["EndTag", own]));
    }
    let raw = element.map(|(_, tag)| tag);
    let sorted = |mut all: Vec<Out>| {
        for out in &mut all {
            if let Out::Start(_, attributes, _) = out {
                attributes.sort();
            }
        }
        all
    };
    let (is, wanted) = (sorted(read(&input, raw)), sorted(wanted(&output, &input)));
    if is == wanted {
        return Outcome::Same;
    }
    eprintln!("{} in {}: {input:?}\n    is     {is:?}\n    wanted {wanted:?}", case.description, case.state);
    Outcome::Different
}

/// `\uXXXX` as the tests write it a second time; `None` if half a pair is left over.
fn unescape(text: &str) -> Option<String> {
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let code =
            rest.strip_prefix("\\u").and_then(|r| r.get(..4)).and_then(|r| u16::from_str_radix(r, 16).ok());
        match code {
            Some(code) => units.push(code),
            None => units.extend(c.encode_utf16(&mut [0; 2]).iter()),
        }
        rest = &rest[if code.is_some() { 6 } else { c.len_utf8() }..];
    }
    String::from_utf16(&units).ok()
}

fn unescape_all(value: &Value) -> Option<Value> {
    Some(match value {
        Value::String(text) => Value::String(unescape(text)?),
        Value::Array(values) => Value::Array(values.iter().map(unescape_all).collect::<Option<_>>()?),
        Value::Object(map) => {
            let entry = |(k, v): (&String, &Value)| Some((unescape(k)?, unescape_all(v)?));
            Value::Object(map.iter().map(entry).collect::<Option<_>>()?)
        }
        other => other.clone(),
    })
}

/// The cases of a file, one for each state; without a text where there is none.
fn cases(json: &str) -> Vec<Option<Case>> {
    // The one file with other expectations has another name for its list.
    let file: Value = serde_json::from_str(json).expect("JSON");
    let Some(tests) = file["tests"].as_array() else { return Vec::new() };
    let mut cases = Vec::new();
    for test in tests {
        let escaped = test["doubleEscaped"].as_bool().unwrap_or(false);
        let text = if escaped { unescape_all(&test["input"]) } else { Some(test["input"].clone()) };
        let output = if escaped { unescape_all(&test["output"]) } else { Some(test["output"].clone()) };
        let strings = |value: &Value, or: &[&str]| -> Vec<String> {
            let found =
                value.as_array().map(|v| v.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect());
            found.unwrap_or_else(|| or.iter().map(|&s| s.to_owned()).collect())
        };
        for state in strings(&test["initialStates"], &["Data state"]) {
            let case = text.as_ref().zip(output.as_ref()).map(|(text, output)| Case {
                description: test["description"].to_string(),
                state,
                last: test["lastStartTag"].as_str().map(str::to_owned),
                input: text.as_str().expect("a string").to_owned(),
                output: output.as_array().expect("tokens").clone(),
                errors: test["errors"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|e| e["code"].as_str().unwrap_or_default().to_owned())
                    .collect(),
            });
            cases.push(case);
        }
    }
    cases
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a test may ask whether it runs where nothing may be skipped")]
fn passes_the_tests_of_html5lib() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/hostile/html5lib+html5lib-tests/tokenizer");
    if !folder.is_dir() {
        assert!(std::env::var_os("CI").is_none(), "{} is missing", folder.display());
        eprintln!("SKIPPED: {} is missing", folder.display());
        return;
    }
    let mut counts = std::collections::BTreeMap::new();
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "test"));
    files.sort();
    for path in files {
        for case in cases(&std::fs::read_to_string(&path).unwrap()) {
            *counts.entry(case.as_ref().map_or(Outcome::NoText, run)).or_insert(0) += 1;
        }
    }
    // The files with other expectations (coercion to XML) have no such list and are not read.
    let wanted = [(Outcome::Same, 6972), (Outcome::NoText, 4), (Outcome::NoCounterpart, 56)];
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), wanted);
}

#[track_caller]
fn check(html: &str, wanted: &[Out]) {
    assert_eq!(read(html, None), wanted, "{html:?}");
}

fn text(text: &str) -> Out {
    Out::Text(text.to_owned())
}

fn start(tag: Tag, attributes: &[(&str, &str)]) -> Out {
    let attributes = attributes.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    Out::Start(Name { tag, hash: 0 }, attributes, false)
}

fn end(tag: Tag) -> Out {
    Out::End(Name { tag, hash: 0 })
}

#[test]
fn reads_tags_attributes_and_text() {
    check("a<p>b</p>", &[text("a"), start(Tag::P, &[]), text("b"), end(Tag::P)]);
    check("<P ID=x id=y class = 'a > b'>", &[start(Tag::P, &[("id", "x"), ("class", "a > b")])]);
    check("<p =a b/c d=e/>", &[start(Tag::P, &[("=a", ""), ("b", ""), ("c", ""), ("d", "e/")])]);
    check("<p a=\"&lt;&copy=&copy;&#65\">", &[start(Tag::P, &[("a", "<&copy=\u{a9}A")])]);
    check("a < b &copy=</ x><!doctype html><?php ?></>", &[text("a < b \u{a9}=")]);
    check("a</", &[text("a</")]);
    check("a</p", &[text("a")]);
    check("a<p b='", &[text("a")]);
    check(
        "<!--><p><!---><p><!-- <p> --!><p><!----><p>",
        &[start(Tag::P, &[]), start(Tag::P, &[]), start(Tag::P, &[]), start(Tag::P, &[])],
    );
}

/// Text is wanted more than what a browser shows of a page that is broken.
#[test]
fn what_is_never_closed_ends_early() {
    check("<!-- a > b <p>", &[text(" b "), start(Tag::P, &[])]);
    let read = |html: &str, tag| super::html5lib::read(html, Some(tag));
    assert_eq!(
        read("<!--<script></script>a", Tag::Script),
        [text("<!--<script>"), end(Tag::Script), text("a")]
    );
    assert_eq!(read("a<p>", Tag::Title), [text("a"), start(Tag::P, &[])]);
    assert_eq!(read("a<p>", Tag::Style), [text("a<p>")]);
    assert_eq!(read("a<p>", Tag::Script), [text("a<p>")]);
}

#[test]
fn space_is_that_of_the_standard() {
    let all: Vec<u8> = (0..=255).filter(|&b| is_space(b)).collect();
    assert_eq!(all, b"\t\n\x0c\r ");
}
