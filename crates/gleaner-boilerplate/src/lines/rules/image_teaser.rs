//! Removes a line that was a table cell with an image and words: `![]() words |`.
//!
//! Why: it is the box of another article, or the caption of a picture that is gone; an article's own paragraphs do not
//! stand in a cell with an image.
//!
//! Removed: `![]() The mayor opened the new library on Sunday. |`
//! Kept: `![](portrait.jpg) The mayor opened the new library on Sunday.`

use super::super::line::Signs;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "image-teaser",
    summary: "Removes a table cell with an image and words: the box of another article, or a caption without its picture.",
    removes: "![]() The mayor opened the new library on Sunday. |",
    keeps: "![](portrait.jpg) The mayor opened the new library on Sunday.",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Verdict, apply };

/// More words than this are an article in a layout table.
const LONGEST: u32 = 500;

fn apply(page: &mut Page<'_>) {
    if !page.signs.has(Signs::BRACKET) {
        return;
    }
    for at in 0..page.lines.len() {
        if page.lines[at].image_cell && page.lines[at].shape.weight <= LONGEST {
            page.remove(at, RULE.name, 0.9);
        }
    }
}
