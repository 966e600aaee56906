//! Makes one space of several within a line of prose.
//!
//! Why: they are left by justified print, by two spaces behind a full stop, by markup that went. Where spaces may hold
//! columns, an indentation or a list's text in place, they stay: at the start of a line and behind a list's sign,
//! beside tabs and table bars, in lines whose parts are short, in lines that share a column with the line before or
//! behind, and in what looks like code.
//!
//! Removed: a space of `The mill burnt down.  It was built again.`
//! Kept: `Year    Trees    Paths`

use memchr::memmem;

use super::super::draft::{Repair, gone};
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "space-run",
    summary: "Makes one space of several within prose; columns, indentation and code stay as they are.",
    removes: "The mill on the river burnt down in 1740.  It was built again within the year.",
    keeps: "Year    Trees    Paths",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Repair, apply };

/// Fewest letters, in the mean, between runs of spaces in prose.
const APART: usize = 30;
/// Bytes of a line in which columns are looked for.
const LOOKED_AT: usize = 4096;

fn apply(page: &mut Page<'_>) {
    let finder = memmem::Finder::new("  ");
    let section = &page.text[..page.lines.last().map_or(0, |line| line.range.end)];
    // The first run that is not behind: one search for all lines without one.
    let mut next = 0;
    for at in 0..page.lines.len() {
        let line = &page.lines[at];
        if next < line.range.start {
            let found = finder.find(&section.as_bytes()[line.range.start..]);
            next = found.map_or(usize::MAX, |n| line.range.start + n);
        }
        let has_run = || next < line.range.end && has_run(&finder, &section[line.range.clone()]);
        if !line.open() || (line.edits.is_empty() && !has_run()) {
            continue;
        }
        let visible = page.visible(at);
        let repairs = repairs(&visible);
        if repairs.is_empty() || shares_column(page, at, &visible) {
            continue;
        }
        page.repair(at, repairs, RULE.name);
    }
}

/// Two spaces, not at the start.
fn has_run(finder: &memmem::Finder<'_>, line: &str) -> bool {
    finder.find(line.trim_start_matches(' ').as_bytes()).is_some()
}

fn repairs(line: &str) -> Vec<Repair> {
    let start = text_start(line);
    let mut repairs: Vec<Repair> = Vec::new();
    for range in runs(line, start) {
        let beside = |c: Option<&u8>| matches!(c, Some(b'\t' | b'|'));
        let bytes = line.as_bytes();
        if range.start == start || beside(bytes.get(range.end)) || beside(bytes.get(range.start - 1)) {
            return Vec::new();
        }
        repairs.push(gone(range.start + 1..range.end));
    }
    if repairs.is_empty() {
        return repairs;
    }
    let spaces: usize = repairs.iter().map(|(range, _)| range.len()).sum();
    let prose = (line.len() - start - spaces) / (repairs.len() + 1) >= APART;
    if !prose || indented(line) || looks_like_code(line) {
        repairs.clear();
    }
    repairs
}

/// The runs of two and more spaces behind `start` with something behind them.
fn runs(line: &str, start: usize) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
    let mut from = start;
    std::iter::from_fn(move || {
        let at = from + memmem::find(&line.as_bytes()[from..], b"  ")?;
        let end = line.len() - line[at..].trim_start_matches(' ').len();
        from = end;
        (end < line.len()).then_some(at..end)
    })
}

/// Where the text of a line begins: behind its indentation, the sign of a list item and the spaces behind that.
fn text_start(line: &str) -> usize {
    let text = line.trim_start();
    let sign = text.find(' ').filter(|&n| n <= 4 && !text[..n].contains(char::is_alphabetic)).unwrap_or(0);
    line.len() - text[sign..].trim_start_matches(' ').len()
}

fn indented(line: &str) -> bool {
    line.starts_with("    ") || line.starts_with('\t')
}

fn looks_like_code(line: &str) -> bool {
    let end = line.trim_end();
    end.ends_with([';', '{', '}'])
        || ["//", "/*", "->", "::", "==", " = ", "--", "$ "].iter().any(|sign| line.contains(sign))
}

/// Whether a run of spaces ends where one of the line before or behind ends.
fn shares_column(page: &Page<'_>, at: usize, visible: &str) -> bool {
    let columns = columns(visible);
    let neighbours = [at.checked_sub(1), at.checked_add(1).filter(|&next| next < page.lines.len())];
    neighbours.into_iter().flatten().any(|other| {
        let line = &page.text[page.lines[other].range.clone()];
        self::columns(line).iter().any(|column| columns.contains(column))
    })
}

/// Where, in characters, runs of spaces end in the first part of a line.
fn columns(line: &str) -> Vec<usize> {
    let line = &line[..line.floor_char_boundary(LOOKED_AT)];
    let start = line.len() - line.trim_start().len();
    let mut column = line[..start].chars().count();
    let mut from = start;
    runs(line, start)
        .take(64)
        .map(|range| {
            column += line[from..range.end].chars().count();
            from = range.end;
            column
        })
        .collect()
}
