//! Takes a field of metadata off the start of a line: `date 2026-01-27 `.
//!
//! Why: some extractors write what they know of the page before its first paragraph, glued to it.
//!
//! Removed: `date 2024-05-02`
//! Kept: `Date palms bear from their eighth year.`

use super::super::chars::trim_start;
use super::super::draft::gone;
use super::super::line::Signs;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "metadata-prefix",
    summary: "Takes a field of metadata, such as a date with its key, off the start of a line.",
    removes: "date 2024-05-02",
    keeps: "Date palms bear from their eighth year.",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Repair, apply };

const KEYS: [&str; 8] =
    ["date", "published", "pubdate", "publish_date", "published_at", "updated", "modified", "lastmod"];

fn apply(page: &mut Page<'_>) {
    if !page.signs.has(Signs::DIGIT) {
        return;
    }
    for at in 0..page.lines.len() {
        let line = &page.lines[at];
        if !line.open() || !line.signs.has(Signs::DIGIT) || !may_start(&page.text[line.range.clone()]) {
            continue;
        }
        if let Some(end) = prefix(&page.visible(at)) {
            page.repair(at, vec![gone(0..end)], RULE.name);
        }
    }
}

/// Cheap: the first letter is that of a key.
fn may_start(line: &str) -> bool {
    matches!(
        trim_start(line).as_bytes().first(),
        Some(b'd' | b'p' | b'u' | b'm' | b'l' | b'D' | b'P' | b'U' | b'M' | b'L')
    )
}

/// Where the field and the white space behind it end.
fn prefix(line: &str) -> Option<usize> {
    let trimmed = line.trim_start();
    let key = KEYS
        .iter()
        .find(|key| trimmed.get(..key.len()).is_some_and(|start| start.eq_ignore_ascii_case(key)))?;
    let after_key = &trimmed[key.len()..];
    let value = after_key.trim_start_matches([' ', ':', '=', '\t']);
    if value.len() == after_key.len() {
        return None;
    }
    let rest = iso_date(value)?;
    let rest = rest.trim_start();
    if rest.starts_with(char::is_lowercase) {
        return None;
    }
    Some(line.len() - rest.len())
}

/// What follows an ISO 8601 date, with or without a time.
fn iso_date(text: &str) -> Option<&str> {
    let date = text.get(..10)?.bytes().enumerate();
    let shaped =
        date.into_iter().all(|(i, b)| if matches!(i, 4 | 7) { b == b'-' } else { b.is_ascii_digit() });
    let rest = shaped.then(|| &text[10..])?;
    let rest = match rest.strip_prefix('T') {
        Some(time) => time.trim_start_matches(|c: char| c.is_ascii_digit() || ":.+-Z".contains(c)),
        None => rest,
    };
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then_some(rest)
}
