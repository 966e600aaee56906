//! Takes away what is left of an image: `![]()`, `![words](address)`, `![words][1]`, `[image]` on a line of its own.
//!
//! Why: an extractor that writes Markdown leaves the image's markup in the text; its address is no text, and its words
//! describe a picture that is not there or repeat the caption beside it.
//!
//! Removed: `![](https://example.org/mill.jpg)`
//! Kept: `The index was a[i] (see below)!`

use super::super::draft::{Repair, gone};
use super::super::line::Signs;
use super::super::page::Page;
use super::markdown_link::links;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "image-remnant",
    summary: "Takes away what is left of an image's markup: its address is no text, and its words repeat a caption.",
    removes: "![](https://example.org/mill.jpg)",
    keeps: "The index was a[i] (see below)!",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Repair, apply };

/// What stands in an image's place on a line of its own.
const PLACEHOLDERS: [&str; 4] = ["[image]", "[img]", "[picture]", "[photo]"];

fn apply(page: &mut Page<'_>) {
    if !page.signs.has(Signs::BRACKET) {
        return;
    }
    for at in 0..page.lines.len() {
        let line = &page.lines[at];
        if !line.open() || !line.signs.has(Signs::BRACKET) {
            continue;
        }
        let visible = page.visible(at);
        if PLACEHOLDERS.iter().any(|held| visible.trim().eq_ignore_ascii_case(held)) {
            page.remove(at, RULE.name, 1.0);
            continue;
        }
        let repairs = repairs(&visible);
        let bare = visible.trim_start_matches(['|', ' ']);
        let cell = visible.trim_end().ends_with('|')
            && repairs.first().is_some_and(|r| r.0.start <= visible.len() - bare.len());
        page.lines[at].image_cell |= cell;
        page.repair(at, repairs, RULE.name);
    }
}

fn repairs(line: &str) -> Vec<Repair> {
    let mut repairs: Vec<Repair> = Vec::new();
    for link in links(line).into_iter().filter(|link| link.image) {
        while repairs.last().is_some_and(|(range, _)| range.start >= link.range.start) {
            repairs.pop();
        }
        let spaces = line[link.range.end..].len() - line[link.range.end..].trim_start_matches(' ').len();
        let lone = line[..link.range.start].ends_with(' ') || link.range.start == 0;
        repairs.push(gone(link.range.start..link.range.end + if lone { spaces } else { 0 }));
    }
    repairs
}
