//! Removes a run of dated headlines and teasers at the end of a page.
//!
//! Why: lists of other pages give each its date, on a line of its own or at one end of the headline. Several dates, a
//! few lines apart, from some point to the end of the page are such a list; it goes when the article before it is
//! longer than it. Balanced only, or where the model has the last word.
//!
//! Removed: `Harbour wall to be raised`, `3 May 2024, 10:15`, and so on to the end
//! Kept: `3 May 2024`, as a heading above the paragraphs of a diary

use super::super::dates::DateShape;
use super::super::line::Ending;
use super::super::options::Cleaning;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "dated-run",
    summary: "Removes a run of dated headlines and teasers at the end of a page: a list of other pages.",
    removes: "Harbour wall to be raised 2024-05-03",
    keeps: "The harbour wall was raised on 2024-05-03.",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Verdict, apply };

/// Fewest dates of a run.
const DATES: usize = 3;
/// Most lines with words from one date to the next: headline, teaser, label.
const GAP: usize = 4;
/// Longest teaser.
const TEASER: u32 = 300;

fn apply(page: &mut Page<'_>) {
    if page.cleaning == Cleaning::Conservative || !page.last {
        return;
    }
    let Some(run) = run(page) else { return };
    let weight =
        |lines: &[usize]| lines.iter().map(|&at| u64::from(page.lines[at].shape.weight)).sum::<u64>();
    let article: Vec<usize> = (0..run[0]).filter(|&at| page.lines[at].kept_prose()).collect();
    if weight(&run) > weight(&article) || page.announced(run[0]) {
        return;
    }
    for at in run {
        page.remove(at, RULE.name, 0.7);
    }
}

/// The lines of the run, from the headline before its first date to the end of the page.
fn run(page: &Page<'_>) -> Option<Vec<usize>> {
    let (mut run, mut dates, mut since, mut paragraphs, mut previous) = (Vec::new(), 0, 0, 0, false);
    let mut start = None;
    for at in (0..page.lines.len()).rev().filter(|&at| !page.lines[at].blank) {
        let line = &page.lines[at];
        let dated = line.shape.date != DateShape::None || line.shape.dated;
        let paragraph = line.shape.prose && !dated && line.verdict.is_none();
        paragraphs += usize::from(paragraph && previous);
        since = if dated { 0 } else { since + 1 };
        let spoken = !dated && line.short() && is_spoken(&page.visible(at), line.shape.ending);
        if line.verbatim || since > GAP || line.shape.weight > TEASER || paragraphs > 0 || spoken {
            break;
        }
        previous = paragraph;
        run.push(at);
        dates += usize::from(dated);
        if dated {
            start = Some(run.len());
        }
    }
    run.truncate(start?);
    // Where dates come behind their headlines, the first headline stands before the first date.
    let dates_behind = page.lines[run[0]].shape.date != DateShape::None;
    let before = (0..run[run.len() - 1]).rev().find(|&at| !page.lines[at].blank);
    run.extend(before.filter(|&at| dates_behind && page.lines[at].short()));
    run.reverse();
    (dates >= DATES).then_some(run)
}

/// Whether a line is something said: a headline quotes within, and ends without a sign.
fn is_spoken(line: &str, ending: Ending) -> bool {
    let quoted = line.trim_start().starts_with(['"', '“', '„', '«', '「', '『']);
    quoted && matches!(ending, Ending::Ask | Ending::Stop)
}
