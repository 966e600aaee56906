//! Removes a menu on one line: buttons and links of the site with bars or dots between them.
//!
//! Why: extractors join the entries of a menu. It is one when at least two and half of its parts are known as buttons
//! or links.
//!
//! Removed: `Print | Share | Harbour map | Contact us`
//! Kept: `Red | Green | Blue`

use super::super::chars::is_alphabetic;
use super::super::cues::{ACTION, LIST};
use super::super::line::Signs;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "menu-line",
    summary: "Removes a menu on one line: known buttons and links of a site with bars or dots between them.",
    removes: "Print | Share | Harbour map | Contact us",
    keeps: "Red | Green | Blue",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Verdict, apply };

/// Longest line that is split.
const LONGEST: usize = 1000;

fn apply(page: &mut Page<'_>) {
    let mut folded = String::new();
    for at in 0..page.lines.len() {
        let line = &page.lines[at];
        if line.open()
            && line.range.len() <= LONGEST
            && has_bars(line.signs)
            && is_menu(page, at, &mut folded)
        {
            page.remove(at, RULE.name, 0.9);
        }
    }
}

/// What stands between entries.
fn is_bar(c: char) -> bool {
    matches!(c, '|' | '·' | '•' | '»' | '›' | '/' | '¦' | '・')
}

/// Whether there may be a bar in a line.
fn has_bars(signs: Signs) -> bool {
    signs.has(Signs::BAR | Signs::SLASH) || (signs.has(Signs::DOT) && signs.has(Signs::DOT_END))
}

/// What stands between the bars of a line. Only a few bytes begin a bar, so that most need not be decoded.
fn entries(line: &str) -> impl Iterator<Item = &str> {
    let bars = line.bytes().enumerate().filter(|(_, b)| matches!(b, b'|' | b'/' | 0xc2 | 0xe2 | 0xe3));
    let ends = bars.filter(|(at, _)| line[*at..].starts_with(is_bar)).map(|(at, _)| at).chain([line.len()]);
    let mut start = 0;
    ends.map(move |end| {
        let part = &line[start..end];
        start = end + line[end..].chars().next().map_or(0, char::len_utf8);
        part
    })
}

fn is_menu(page: &Page<'_>, at: usize, folded: &mut String) -> bool {
    let line = page.visible(at);
    let mut entries = entries(&line).peekable();
    // Without a bar there is one entry.
    if entries.peek().is_some_and(|first| first.len() == line.len()) {
        return false;
    }
    let (mut parts, mut known) = (0, 0);
    for part in entries.filter(|part| part.contains(is_alphabetic)) {
        parts += 1;
        known += usize::from(page.cues.of_line(part, folded) & (ACTION | LIST) != 0);
    }
    known >= 2 && known * 2 >= parts
}
