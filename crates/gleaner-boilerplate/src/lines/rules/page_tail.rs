//! Removes the short lines left between removed ones behind the article.
//!
//! Why: where most of a page's tail was recognised, what is left of it is labels and headlines too. Balanced only, or
//! where the model has the last word.
//!
//! Removed: `Weather`, between lists that went
//! Kept: a sentence, and what stands before the first removed line

use super::super::dates::DateShape;
use super::super::line::{Ending, Shape};
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

/// Fewest words and least weight of such a sentence.
const WORDS: u32 = 8;
const CLOSING_SENTENCE: u32 = 40;

fn apply(page: &mut Page<'_>) {
    if page.cleaning == Cleaning::Conservative || !page.last {
        return;
    }
    // A short sentence without a cue may be the article's last.
    let sentence = |at: &usize| page.lines[*at].short() && may_end_article(&page.lines[*at].shape);
    let end = page.article_end();
    let end = (end..page.lines.len()).rev().find(sentence).map_or(end, |at| at + 1);
    let gone = |at: &usize| page.lines[*at].verdict.is_some();
    let Some(first) = (end..page.lines.len()).find(gone) else { return };
    let removed = (first..page.lines.len()).filter(gone).count();
    let label = |at: &usize| page.lines[*at].short() && !page.lines[*at].shape.is_sentence();
    let left: Vec<usize> = (first..page.lines.len()).filter(label).collect();
    if end == 0 || left.len() > removed {
        return;
    }
    for at in left {
        page.remove(at, RULE.name, 0.6);
    }
}

fn may_end_article(shape: &Shape) -> bool {
    let stop = shape.ending == Ending::Stop && shape.cues == 0 && shape.date == DateShape::None;
    stop && shape.headline && !shape.dated && shape.words >= WORDS && shape.weight >= CLOSING_SENTENCE
}
