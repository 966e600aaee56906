//! Makes white space plain: one kind of space, one kind of line end, none at the ends of lines, no blank lines at the
//! end of the text.
//!
//! Why: it is invisible, and two texts that differ in nothing else should be equal. A no-break space is a space, also
//! within a figure and before a French mark: where a line may break is the business of whoever sets the text. The wide
//! space of Chinese and Japanese is their plain one and stays, as do the narrow one that joins Mongolian suffixes and
//! the white space at the start of a line, which may be the indentation of verse or code. A lone carriage return and
//! Unicode's separators of lines and paragraphs end lines, so they become line feeds.
//!
//! Removed: the spaces behind `The mill burnt down twice.  `
//! Kept: `    an indented line`

use super::super::bytes::find;
use super::super::chars::trim_end;
use super::super::draft::{Repair, gone, push_near};
use super::super::line::Signs;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "white-space",
    summary: "Makes white space plain: no-break and other spaces, line ends, none behind lines and the text: it is invisible.",
    removes: "The mill burnt down twice.  ",
    keeps: "    an indented line",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Repair, apply };

fn apply(page: &mut Page<'_>) {
    for at in 0..page.lines.len() {
        let line = &page.lines[at];
        if !line.open() {
            continue;
        }
        let odd = line.signs.has(Signs::CONTROL | Signs::WIDE);
        let trailing = || trim_end(&page.text[line.range.clone()]).len() < line.range.len();
        if line.edits.is_empty() && !odd && !trailing() {
            continue;
        }
        let visible = page.visible(at);
        let end = trim_end(&visible).len();
        let mut repairs = if odd { plain(&visible[..end]) } else { Vec::new() };
        if end < visible.len() {
            repairs.push(gone(end..visible.len()));
        }
        page.repair(at, repairs, RULE.name);
    }
}

/// Plain spaces for the others.
fn plain(line: &str) -> Vec<Repair> {
    let bytes = line.as_bytes();
    let may_begin = |b: u8| (b == 0x0b) | (b == 0x0c) | (b == 0xc2) | (b == 0xe2);
    let mut repairs = Vec::new();
    let mut from = 0;
    while let Some(at) = find(bytes, from, may_begin) {
        from = at + 1;
        // Quotation marks and other signs of print.
        if bytes[at] == 0xe2 && !matches!(bytes[at + 1..], [0x80, 0x80..=0x8a | 0xaf, ..] | [0x81, 0x9f, ..])
        {
            continue;
        }
        let Some(c) = line[at..].chars().next() else { break };
        let end = at + c.len_utf8();
        let odd = match c {
            '\u{b}' | '\u{c}' | '\u{85}' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{205f}' => true,
            '\u{202f}' => {
                let mut beside = line[..at].chars().next_back().into_iter().chain(line[end..].chars().next());
                !beside.any(|c| matches!(c, '\u{1800}'..='\u{18af}'))
            }
            _ => false,
        };
        if odd {
            push_near(&mut repairs, line, at..end, " ");
        }
    }
    repairs
}
