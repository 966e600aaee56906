//! Removes a bullet without text, an icon without one, and emphasis of nothing.
//!
//! Why: list items that held only an icon leave their sign behind, or the character of the icon's own font. Signs that separate sections (`* * *`, `---`) stay.
//!
//! Removed: `-`
//! Kept: `* * *`

use super::super::chars::trim;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "empty-bullet",
    summary: "Removes a bullet or icon without text, left by a list item or button that held nothing else.",
    removes: "-",
    keeps: "* * *",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Repair, apply };

/// Bytes of the longest sign, and of two icons.
const LONGEST: usize = 6;

fn apply(page: &mut Page<'_>) {
    for at in 0..page.lines.len() {
        let line = &page.lines[at];
        if line.open() && line.range.len() <= 64 && is_bullet(trim(&page.visible(at))) {
            page.remove(at, RULE.name, 1.0);
        }
    }
}

fn is_bullet(line: &str) -> bool {
    if line.len() > LONGEST {
        return false;
    }
    let sign = matches!(
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
            | "**"
            | "__"
            | "****"
    );
    sign || is_icon(line)
}

/// One or two characters of private use, which only the font of their page shows.
fn is_icon(line: &str) -> bool {
    line.as_bytes().first().is_some_and(|b| matches!(b, 0xee | 0xef))
        && (1..=2).contains(&line.chars().count())
        && line.chars().all(|c| matches!(c, '\u{e000}'..='\u{f8ff}'))
}
