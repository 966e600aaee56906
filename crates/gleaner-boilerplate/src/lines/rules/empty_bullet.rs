//! Removes a bullet without text.
//!
//! Why: list items that held only an icon leave their sign behind. Signs that separate sections (`* * *`, `---`) stay.
//!
//! Removed: `-`
//! Kept: `* * *`

use super::super::chars::trim;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "empty-bullet",
    summary: "Removes a bullet without text, left by a list item that held only an icon.",
    removes: "-",
    keeps: "* * *",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Repair, apply };

/// Bytes of the longest sign below.
const LONGEST: usize = 4;

fn apply(page: &mut Page<'_>) {
    for at in 0..page.lines.len() {
        let line = &page.lines[at];
        if line.open() && line.range.len() <= 64 && is_bullet(trim(&page.visible(at))) {
            page.remove(at, RULE.name, 1.0);
        }
    }
}

fn is_bullet(line: &str) -> bool {
    line.len() <= LONGEST
        && matches!(
            line,
            "-" | "*"
                | "•"
                | "·"
                | "–"
                | "—"
                | "►"
                | "▪"
                | "●"
                | "■"
                | "‣"
                | "»"
                | ">"
                | "○"
                | "- -"
                | "•-"
        )
}
