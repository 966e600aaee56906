//! Removes the short lines left between removed ones behind the article.
//!
//! Why: where most of a page's tail was recognised, what is left of it is labels and headlines too. Balanced only.
//!
//! Removed: `Weather`, between lists that went
//! Kept: a sentence, and what stands before the first removed line

use super::super::options::Cleaning;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "page-tail",
    summary: "Removes short lines left between removed ones behind the article: labels of the lists that went.",
    removes: "Weather and tides",
    keeps: "A sentence that stands behind the article is no label of a list and stays.",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Verdict, apply };

fn apply(page: &mut Page<'_>) {
    if page.cleaning == Cleaning::Conservative || !page.last {
        return;
    }
    let end = page.article_end();
    let gone = |at: &usize| page.lines[*at].verdict.is_some();
    let Some(first) = (end..page.lines.len()).find(gone) else { return };
    let removed = (first..page.lines.len()).filter(gone).count();
    let left: Vec<usize> = (first..page.lines.len()).filter(|&at| page.lines[at].short()).collect();
    if end == 0 || left.len() > removed {
        return;
    }
    for at in left {
        page.remove(at, RULE.name, 0.6);
    }
}
