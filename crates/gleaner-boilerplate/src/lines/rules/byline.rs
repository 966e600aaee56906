//! Removes a byline before the article: "By" and a name, nothing else.
//!
//! Why: it belongs to the page's head. Only a short line whose words all begin with a capital is certain enough, and
//! only before the first paragraph. Balanced only, or where the model has the last word.
//!
//! Removed: `By Anna Example`
//! Kept: `By the river`

use super::super::cues::BYLINE;
use super::super::line::Ending;
use super::super::options::Cleaning;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "byline",
    summary: "Removes a line of By and a name before the first paragraph.",
    removes: "By Anna Example",
    keeps: "By the river",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Verdict, apply };

/// Most words of a byline.
const WORDS: u32 = 6;

fn apply(page: &mut Page<'_>) {
    if page.cleaning == Cleaning::Conservative || !page.first || page.cues_found & BYLINE == 0 {
        return;
    }
    let start = page.lines.iter().position(|line| line.kept_prose()).unwrap_or(0);
    for at in 0..start {
        let shape = &page.lines[at].shape;
        let shaped =
            shape.cues & BYLINE != 0 && (3..=WORDS).contains(&shape.words) && shape.ending == Ending::Open;
        if shaped && is_name(&page.visible(at)) {
            page.remove(at, RULE.name, 0.75);
        }
    }
}

fn is_name(line: &str) -> bool {
    line.split_whitespace().skip(1).all(|word| word.chars().next().is_some_and(|c| c.is_uppercase()))
}
