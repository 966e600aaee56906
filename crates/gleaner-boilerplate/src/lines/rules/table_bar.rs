//! Takes stray table bars off a line that is a single cell, and removes lines of bars alone.
//!
//! Why: a layout table of one column leaves its bars around sentences. A row with two and more cells is a table and
//! stays as it is, as does the rule under its head.
//!
//! Removed: `| |`
//! Kept: `| Year | Trees |`

use super::super::draft::gone;
use super::super::line::Signs;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "table-bar",
    summary: "Takes stray table bars off a line that is a single cell; rows with two and more cells stay.",
    removes: "| |",
    keeps: "| Year | Trees |",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Repair, apply };

fn apply(page: &mut Page<'_>) {
    if !page.signs.has(Signs::BAR) {
        return;
    }
    let mut after_row = false;
    for at in 0..page.lines.len() {
        let line = &page.lines[at];
        if !line.open() || !line.signs.has(Signs::BAR) {
            after_row &= line.blank;
            continue;
        }
        let visible = page.visible(at);
        let cells = cells(&visible);
        // A row of a table with cells left empty.
        let row = || after_row && (visible.contains("--") || visible.matches('|').count() > 2);
        if cells >= 2 || row() {
            after_row = true;
            continue;
        }
        let Some((start, end)) = bounds(&visible) else { continue };
        let len = visible.len();
        let mut repairs = vec![gone(0..start), gone(end..len)];
        repairs.retain(|(range, _)| !range.is_empty());
        if visible.starts_with('|') || visible.trim_end().ends_with('|') {
            page.repair(at, repairs, RULE.name);
        }
    }
}

/// Cells with something in them, counted up to two.
fn cells(line: &str) -> usize {
    line.split('|')
        .filter(|cell| cell.contains(|c: char| !c.is_whitespace() && !"-:".contains(c)))
        .take(2)
        .count()
}

/// The one cell without its bars and spaces; empty when there is none.
fn bounds(line: &str) -> Option<(usize, usize)> {
    let bar = |c: char| c == '|' || c.is_whitespace();
    let only_bars = line.chars().all(|c| bar(c) || c == '-' || c == ':');
    if only_bars {
        return Some((0, 0));
    }
    let start = line.len() - line.trim_start_matches(bar).len();
    let end = line.trim_end_matches(bar).len();
    Some((start, end))
}
