//! Decodes character references and drops line-break and paragraph tags left in prose: `&nbsp;`, `&amp;`, `<br>`.
//!
//! Why: text that was escaped twice keeps them. A line that speaks of HTML, or shows code, keeps all of it.
//!
//! Removed: `<br />`
//! Kept: `Write &amp; in HTML where a plain ampersand is meant.`

use std::borrow::Cow;

use memchr::memchr2;

use super::super::draft::{Repair, push_near};
use super::super::line::Signs;
use super::super::page::Page;
use super::{Entry, Rule, Stage};
use crate::html::entities;

const RULE: Rule = Rule {
    name: "html-remnant",
    summary: "Decodes character references and drops break and paragraph tags left in prose, unless the line speaks of markup.",
    removes: "<br />",
    keeps: "Write &amp; in HTML where a plain ampersand is meant.",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Repair, apply };

/// Tags that break lines.
const TAGS: [&str; 5] = ["<br>", "<br/>", "<br />", "<BR>", "</p>"];

/// Longest name of a reference, and longest row of ampersands' references that is read as one.
const LONGEST: usize = 40;

/// A line with one of these speaks of markup, or shows it.
const MARKUP_TALK: [&str; 9] = ["html", "HTML", "xml", "XML", "`", "</", "=\"", "&lt;", "escap"];

fn apply(page: &mut Page<'_>) {
    page.repair_lines(Signs::HTML, RULE.name, repairs);
}

fn repairs(line: &str) -> Vec<Repair> {
    let mut repairs: Vec<Repair> = Vec::new();
    let mut from = 0;
    while let Some(start) = memchr2(b'&', b'<', &line.as_bytes()[from..]).map(|n| from + n) {
        from = start + 1;
        let Some((length, plain)) = remnant(&line[start..]) else { continue };
        from = start + length;
        let whole = start == 0 && length == line.trim_end().len();
        push_near(&mut repairs, line, start..from, if whole { "" } else { &plain });
    }
    if !repairs.is_empty() && speaks_of_markup(line) {
        repairs.clear();
    }
    repairs
}

fn speaks_of_markup(line: &str) -> bool {
    let rest = TAGS.iter().fold(line.to_owned(), |rest, tag| rest.replace(tag, ""));
    let tag = rest.as_bytes().windows(2).any(|pair| pair[0] == b'<' && pair[1].is_ascii_alphabetic());
    tag || MARKUP_TALK.iter().any(|talk| rest.contains(talk))
}

/// How long the remnant is that a text starts with, and what it stands for.
fn remnant(text: &str) -> Option<(usize, Cow<'static, str>)> {
    if text.starts_with('<') {
        return TAGS.iter().find(|tag| text.starts_with(**tag)).map(|tag| (tag.len(), Cow::Borrowed(" ")));
    }
    // What was escaped several times: an ampersand's reference, and its reference.
    let mut name = 1;
    while text[name..].starts_with("amp;") && name < LONGEST {
        name += "amp;".len();
    }
    if let Some((length, plain)) = reference(&text[name..]) {
        return Some((name + length, plain));
    }
    (name > 1).then_some((name, Cow::Borrowed("&")))
}

/// A reference without its ampersand. `&lt;` and `&gt;` are none: they may guard code.
fn reference(text: &str) -> Option<(usize, Cow<'static, str>)> {
    let bytes = text.as_bytes();
    let name = bytes.iter().take(LONGEST).take_while(|b| b.is_ascii_alphanumeric() || **b == b'#').count();
    if bytes.get(name) != Some(&b';') {
        return (text.starts_with("nbsp") && name == 4).then_some((name, Cow::Borrowed(" ")));
    }
    let mut decoded = String::new();
    let length = entities::decode(&format!("&{}", &text[..=name]), &mut decoded);
    if length != name + 2 || decoded.contains(['<', '>', '&', '\0', char::REPLACEMENT_CHARACTER]) {
        return None;
    }
    let plain = if decoded == "\u{a0}" { " ".to_owned() } else { decoded };
    let line_end = |c: char| matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}');
    Some((name + 1, Cow::Owned(plain.replace(line_end, " "))))
}
