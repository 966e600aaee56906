//! Removes a line of tags behind their label.
//!
//! Why: tags file the page within its site.
//!
//! Removed: `Tags: harbour, ferry, winter`
//! Kept: `Tags: they were sewn into every coat, and nobody could say why.`

use super::super::cues::TAGS;
use super::super::line::Ending;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "tag-list",
    summary: "Removes a line of tags behind their label: they file the page within its site.",
    removes: "Tags: harbour, ferry, winter",
    keeps: "Tags: they were sewn into every coat, and nobody could say why.",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Verdict, apply };

/// Tags are short; more letters than this between two commas are a sentence.
const TAG: usize = 40;

fn apply(page: &mut Page<'_>) {
    if page.cues_found & TAGS == 0 {
        return;
    }
    for at in 0..page.lines.len() {
        let line = &page.lines[at];
        if line.shape.cues & TAGS != 0 && line.shape.ending != Ending::Stop && are_tags(&page.visible(at)) {
            page.remove(at, RULE.name, 0.95);
        }
    }
}

fn are_tags(line: &str) -> bool {
    let tags = line.split_once([':', '：']).map_or("", |(_, tags)| tags);
    tags.split([',', ';', '|', '#', '/', '،', '、', '，', '·', '•', '\t'])
        .all(|tag| tag.trim().chars().count() <= TAG)
}
