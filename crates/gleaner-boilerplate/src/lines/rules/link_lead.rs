//! Removes a line that leads to another page: a cue, a colon or arrow, and a headline.
//!
//! Why: editors and templates put such links between the paragraphs of an article. A line that goes on for more than a
//! headline is prose and stays.
//!
//! Removed: `Read more: New captain for the night ferry`
//! Kept: `Read more slowly, he said.`

use super::super::cues::LINK;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "link-lead",
    summary: "Removes a line that leads to another page: a cue such as Read more, a colon or arrow, and a headline.",
    removes: "Read more: New captain for the night ferry",
    keeps: "Read more slowly, he said.",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Verdict, apply };

/// Longest cue and headline.
const LONGEST: u32 = 200;

fn apply(page: &mut Page<'_>) {
    if page.cues_found & LINK == 0 {
        return;
    }
    for at in 0..page.lines.len() {
        let shape = &page.lines[at].shape;
        if shape.cues & LINK != 0 && shape.weight <= LONGEST {
            page.remove(at, RULE.name, 0.9);
        }
    }
}
