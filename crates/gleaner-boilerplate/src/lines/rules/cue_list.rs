//! Removes a cue heading ("Read more", "Tin liên quan") and the list behind it, up to the next prose.
//!
//! Why: what such a heading announces are the headlines of other pages, with their dates, labels and teasers. A
//! sentence of the article is never one of them: the list ends before it. Behind the last paragraphs of an article the
//! teasers of the list go with it (balanced only).
//!
//! Removed: `Read more`, and `Harbour wall to be raised` behind it
//! Kept: the paragraph that follows the list

use super::super::cues::{ACTION, LIST};
use super::super::line::{Ending, LONG};
use super::super::options::Cleaning;
use super::super::page::{Line, Page};
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "cue-list",
    summary: "Removes a cue heading such as Read more and the headlines behind it, up to the next prose.",
    removes: "Read more",
    keeps: "The paragraph that follows the list stays, whatever cue stood before it.",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Verdict, apply };

/// Most lines of a list with prose behind it.
const LONGEST_LIST: usize = 40;

fn apply(page: &mut Page<'_>) {
    if page.cues_found & LIST == 0 || !(0..page.lines.len()).any(|at| is_cue(page, at)) {
        return;
    }
    let body = Body::of(page);
    let (mut at, mut prose) = (0, 0);
    while at < page.lines.len() {
        if !is_cue(page, at) || body.is_button(page, at) {
            at += 1;
            continue;
        }
        prose = next_prose(page, prose.max(at));
        let end = if body.is_tail(page, at) { page.lines.len() } else { list_end(page, at, prose) };
        for i in at..end {
            let teaser = page.lines[i].shape.prose;
            page.remove(i, RULE.name, if teaser { 0.75 } else { 0.9 });
        }
        at = end.max(at + 1);
    }
}

fn is_cue(page: &Page<'_>, at: usize) -> bool {
    let line = &page.lines[at];
    line.short() && line.shape.cues & LIST != 0 && line.shape.ending != Ending::Stop
}

/// Index of the next line of prose from `from` on; the number of lines where none follows.
fn next_prose(page: &Page<'_>, from: usize) -> usize {
    let found = page.lines[from..].iter().position(Line::kept_prose);
    found.map_or(page.lines.len(), |at| from + at)
}

/// Index behind the list whose cue is at `at`, when the next prose is at `stop`.
fn list_end(page: &Page<'_>, at: usize, stop: usize) -> usize {
    if stop == page.lines.len() {
        return stop;
    }
    let items: Vec<usize> = (at + 1..stop).filter(|&i| page.lines[i].open()).take(LONGEST_LIST + 1).collect();
    if items.len() > LONGEST_LIST {
        return at + 1;
    }
    match items.last() {
        Some(&last) if items.len() >= 2 && heads_prose(page, &items, last) => last,
        Some(&last) => last + 1,
        None => at + 1,
    }
}

/// Whether the last short line before prose is the prose's heading and no item of the list.
fn heads_prose(page: &Page<'_>, items: &[usize], last: usize) -> bool {
    let shape = &page.lines[last].shape;
    let others = &items[..items.len() - 1];
    let bullets = others.iter().filter(|&&i| page.lines[i].shape.bullet).count();
    shape.ending == Ending::Colon || shape.heading || (bullets == others.len() && !shape.bullet)
}

/// What stands before a line.
#[derive(Clone, Copy, Default)]
struct Before {
    /// Weight of the prose.
    weight: u64,
    /// Lines of prose, and short lines.
    prose: u32,
    short: u32,
}

/// Where the article's prose stands, as far as a list needs to know.
struct Body {
    /// Of each line, and of the end.
    before: Vec<Before>,
    /// Hashes of the cues, sorted.
    cues: Vec<u64>,
    /// The last line of prose that is no teaser: long, or next to another.
    last_paragraph: Option<usize>,
}

impl Body {
    fn of(page: &Page<'_>) -> Body {
        let lines = &page.lines;
        let is_cue = |at: &usize| is_cue(page, *at);
        let mut cues: Vec<u64> = (0..lines.len()).filter(is_cue).map(|at| lines[at].shape.hash).collect();
        cues.sort_unstable();
        let mut body = Body { before: Vec::with_capacity(lines.len() + 1), cues, last_paragraph: None };
        let mut before = Before::default();
        let mut previous_prose = false;
        for (at, line) in lines.iter().enumerate() {
            body.before.push(before);
            if line.blank && !line.verbatim {
                continue;
            }
            let prose = line.kept_prose();
            before.weight += if prose { u64::from(line.shape.weight.max(1)) } else { 0 };
            before.prose += u32::from(prose);
            before.short += u32::from(line.short());
            if line.blank {
                continue;
            }
            if prose && (previous_prose || line.verbatim || line.shape.weight > 3 * LONG / 2) {
                body.last_paragraph = Some(at);
            }
            previous_prose = prose;
        }
        body.before.push(before);
        body
    }

    /// Whether the cue at `at` may be a button and is there more than once: then it heads no list.
    fn is_button(&self, page: &Page<'_>, at: usize) -> bool {
        let shape = &page.lines[at].shape;
        let first = self.cues.partition_point(|&hash| hash < shape.hash);
        let more = self.cues.get(first + 1) == Some(&shape.hash);
        more && shape.cues & ACTION != 0 && shape.ending != Ending::Colon
    }

    /// Whether nothing of the article follows the cue at `at`, so that prose behind it is a teaser.
    fn is_tail(&self, page: &Page<'_>, at: usize) -> bool {
        let (before, all) = (self.before[at], self.before.last().copied().unwrap_or_default());
        page.cleaning == Cleaning::Balanced
            && page.last
            && self.last_paragraph.is_none_or(|last| last < at)
            && (all.weight - before.weight) < before.weight
            && all.prose - before.prose <= all.short - before.short
    }
}
