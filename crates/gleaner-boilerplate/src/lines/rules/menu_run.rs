//! Removes a menu: a run of labels of one to three words before or behind the article.
//!
//! Why: the sections of a site stand one to a line around its articles. The last label before the article may be its
//! title, and the first behind it a heading of its own: shorter runs stay. Balanced only, or where the model has the
//! last word.
//!
//! Removed: `Weather`, among other sections of a site
//! Kept: `Weather`, as the only short line before a paragraph

use super::super::options::Cleaning;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "menu-run",
    summary: "Removes a run of labels of one to three words before or behind the article: the sections of a site.",
    removes: "Weather",
    keeps: "Weather report",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Verdict, apply };

/// Fewest labels of a menu; labels that are known buttons and already gone count.
const RUN: usize = 4;
/// Fewest paragraphs of an article.
const ARTICLE: usize = 2;

fn apply(page: &mut Page<'_>) {
    if page.cleaning == Cleaning::Conservative {
        return;
    }
    let Some(start) = page.lines.iter().position(|line| line.kept_prose()) else { return };
    let end = page.article_end();
    if page.lines.iter().filter(|line| line.kept_prose()).take(ARTICLE).count() < ARTICLE {
        return;
    }
    if page.first {
        remove_runs(page, 0, start);
    }
    if page.last {
        remove_runs(page, end, page.lines.len());
    }
}

fn remove_runs(page: &mut Page<'_>, from: usize, to: usize) {
    let mut run = Vec::new();
    for at in from..=to {
        let line = page.lines.get(at).filter(|_| at < to);
        match line {
            Some(line) if line.blank => {}
            Some(line) if line.shape.label && !line.verbatim => run.push(at),
            _ => {
                if run.len() >= RUN && !page.announced(run[0]) {
                    run.iter().for_each(|&at| page.remove(at, RULE.name, 0.7));
                }
                run.clear();
            }
        }
    }
}
