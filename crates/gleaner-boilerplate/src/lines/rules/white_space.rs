//! Takes white space off the ends of lines, and blank lines off the end of the text.
//!
//! Why: it is invisible, and two texts that differ in nothing else should be equal. White space at the start of a line
//! stays: it may be the indentation of verse or code.
//!
//! Removed: the spaces behind `The mill burnt down twice.  `
//! Kept: `    an indented line`

use super::super::chars::trim_end;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "white-space",
    summary: "Takes white space off the ends of lines and blank lines off the end of the text: it is invisible.",
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
        if line.edits.is_empty() && trim_end(&page.text[line.range.clone()]).len() == line.range.len() {
            continue;
        }
        let visible = page.visible(at);
        let end = trim_end(&visible).len();
        if end < visible.len() {
            let len = visible.len();
            page.repair(at, &[(end..len, "")], RULE.name);
        }
    }
}
