//! Removes the stamp of a post behind the article: a line of nothing but a date, with or without a time or a label.
//!
//! Why: it belongs to the page's furniture. Within the article a date may be the heading of a diary or the head of a
//! post in a discussion, and before it many corpora keep it: there it stays. Balanced only, or where the model has the
//! last word.
//!
//! Removed: `Last updated on 12 March 2024, 10:30`, behind the last paragraph
//! Kept: `12 March 2024`, above a paragraph

use super::super::dates::DateShape;
use super::super::options::Cleaning;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "date-line",
    summary: "Removes a line of nothing but a date, with or without time and label, behind the article.",
    removes: "Last updated on 12 March 2024, 10:30",
    keeps: "On 12 March 2024 the bridge was closed.",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Verdict, apply };

fn apply(page: &mut Page<'_>) {
    let end = page.article_end();
    if page.cleaning == Cleaning::Conservative || !page.last || end == 0 {
        return;
    }
    for at in end..page.lines.len() {
        match page.lines[at].shape.date {
            DateShape::Stamp => page.remove(at, RULE.name, 0.8),
            DateShape::Plain => page.remove(at, RULE.name, 0.7),
            DateShape::None => {}
        }
    }
}
