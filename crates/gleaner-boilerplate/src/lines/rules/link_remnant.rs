//! Replaces a link by its words: `[words](address)`; without words it goes.
//!
//! Why: the address is no text, the words are part of the sentence.
//!
//! Removed: `[](https://example.org/next)`
//! Kept: `He wrote [sic] (in haste) that all was well.`

use super::super::draft::{Repair, gone};
use super::super::line::Signs;
use super::super::page::Page;
use super::markdown_link::links;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "link-remnant",
    summary: "Replaces a link's markup by its words: the address is no text, the words belong to the sentence.",
    removes: "[](https://example.org/next)",
    keeps: "He wrote [sic] (in haste) that all was well.",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Repair, apply };

fn apply(page: &mut Page<'_>) {
    page.repair_lines(Signs::BRACKET, RULE.name, repairs);
}

fn repairs(line: &str) -> Vec<Repair> {
    let mut repairs: Vec<Repair> = Vec::new();
    for link in links(line).into_iter().filter(|link| !link.image) {
        repairs.push(gone(link.range.start..link.text.start));
        repairs.push(gone(link.text.end..link.range.end));
    }
    repairs.sort_by_key(|(range, _)| range.start);
    repairs
}
