//! Removes a breadcrumb: the way from the site's home to the page.
//!
//! Why: it repeats the site's sections.
//!
//! Removed: `Home > News > Harbour`
//! Kept: `Settings > Network > Reset is where to look`

use super::super::cues::HOME;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "breadcrumb",
    summary: "Removes the way from the site's home to the page: it repeats the site's sections.",
    removes: "Home > News > Harbour",
    keeps: "Settings > Network > Reset is where to look",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Verdict, apply };

fn apply(page: &mut Page<'_>) {
    if page.cues_found & HOME == 0 {
        return;
    }
    for at in 0..page.lines.len() {
        let shape = &page.lines[at].shape;
        if shape.cues & HOME != 0 && !shape.prose && is_trail(&page.visible(at)) {
            page.remove(at, RULE.name, 0.95);
        }
    }
}

/// The first sign behind the first part separates sections.
fn is_trail(line: &str) -> bool {
    let mark = line
        .trim_start_matches(|c: char| !c.is_alphabetic())
        .find(|c: char| !c.is_alphanumeric() && c != ' ');
    let rest = mark.map(|at| &line.trim_start_matches(|c: char| !c.is_alphabetic())[at..]);
    rest.is_some_and(|rest| rest.starts_with(['>', '»', '›', '/', '→', '|', '\\', '·', '▸', '»']))
}
