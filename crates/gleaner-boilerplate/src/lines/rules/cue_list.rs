//! Removes a cue heading ("Read more", "Tin liên quan") and the list behind it, up to the next prose.
//!
//! Why: what such a heading announces are the headlines of other pages, with their dates, labels and teasers. A
//! sentence of the article is never one of them: the list ends before it. Behind the last paragraphs of an article the
//! teasers of the list go with it, where the preset is balanced or the model has the last word.
//!
//! Removed: `Read more`, and `Harbour wall to be raised` behind it
//! Kept: the paragraph that follows the list

use super::super::cues::{ACTION, LIST};
use super::super::dates::DateShape;
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
    if page.cues_found & LIST == 0 {
        return;
    }
    let body = Body::of(page);
    let mut at = 0;
    while at < page.lines.len() {
        if !is_cue(page, at) || body.is_button(page, at) || body.is_menu_entry(page, at) {
            at += 1;
            continue;
        }
        let end = if body.is_tail(page, at) { page.lines.len() } else { list_end(page, at, &body) };
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

/// Index behind the list whose cue is at `at`: at most the next prose.
fn list_end(page: &Page<'_>, at: usize, body: &Body) -> usize {
    let stop = body.next_prose[at];
    if stop == page.lines.len() {
        return stop;
    }
    let mut items: Vec<usize> =
        (at + 1..stop).filter(|&i| page.lines[i].open()).take(LONGEST_LIST + 1).collect();
    if items.len() > LONGEST_LIST {
        return at + 1;
    }
    // What is no headline is the article's own list, and the line before it that list's heading.
    let within = body.before[at] > 0 && body.last_paragraph.is_some_and(|last| stop <= last);
    let own = |rest: &[usize]| rest.iter().filter(|&&i| !may_be_item(page, i)).count() * 2 > rest.len();
    let other = items.iter().position(|&i| !may_be_item(page, i)).filter(|&i| within && own(&items[i..]));
    if let Some(other) = other {
        items.truncate(other);
    }
    match items.last() {
        Some(&last) if items.len() >= 2 && (other.is_some() || heads_prose(page, &items, last)) => last,
        Some(&last) => last + 1,
        None => at + 1,
    }
}

/// Whether a short line may be an item of a list within an article: a headline or its date, or furniture. A short line
/// with a colon is a field.
fn may_be_item(page: &Page<'_>, at: usize) -> bool {
    let shape = &page.lines[at].shape;
    let field = shape.weight < FIELD && page.visible(at).contains([':', '：']);
    let ends = matches!(shape.ending, Ending::Stop | Ending::Colon | Ending::Comma);
    let headline = shape.headline && !ends && !field;
    headline || shape.date != DateShape::None || shape.dated || shape.cues != 0
}

/// Whether the last short line before prose is the prose's heading and no item of the list.
fn heads_prose(page: &Page<'_>, items: &[usize], last: usize) -> bool {
    let shape = &page.lines[last].shape;
    let others = &items[..items.len() - 1];
    let bullets = others.iter().filter(|&&i| page.lines[i].shape.bullet).count();
    shape.ending == Ending::Colon || shape.heading || (bullets == others.len() && !shape.bullet)
}

/// Index of the last line of prose that is no teaser: it stands before every list, is long, or is next to another, or
/// closes the article behind a list that was put into it, before the page's next furniture.
fn last_paragraph(page: &Page<'_>) -> Option<usize> {
    let mut last = None;
    // Furniture since the last line of prose, if that was the article's.
    let mut furniture = Some(0);
    let (mut begun, mut adjoins, mut closing) = (false, false, None);
    for (at, line) in page.lines.iter().enumerate().filter(|(_, line)| !line.blank) {
        let prose = line.kept_prose();
        if is_furniture(line) {
            if closing.is_some() {
                (last, furniture) = (closing, Some(0));
            }
            furniture = furniture.map(|count| count + usize::from(begun));
        }
        if prose {
            let near = furniture.filter(|&count| count <= 1 && !line.shape.bullet);
            if near == Some(0) || adjoins || line.verbatim || line.shape.weight > 3 * LONG / 2 {
                last = Some(at);
            }
            furniture = if last == Some(at) { Some(0) } else { near };
            closing = near.map(|_| at);
        } else {
            closing = None;
        }
        (begun, adjoins) = (begun || prose, prose);
    }
    last
}

/// Whether a line is known as a page's furniture.
fn is_furniture(line: &Line) -> bool {
    line.verdict.is_some() || (line.short() && line.shape.cues & (LIST | ACTION) != 0)
}

/// Longest field of a list.
const FIELD: u32 = 40;

/// Where the article's prose stands, as far as a list needs to know.
struct Body {
    /// Weight of prose up to each line.
    before: Vec<u64>,
    /// Lines of prose and short lines from each line on.
    prose_after: Vec<u32>,
    short_after: Vec<u32>,
    /// Index of the next line of prose from each line on; the number of lines where none follows.
    next_prose: Vec<usize>,
    /// Hashes of the cues, sorted.
    cues: Vec<u64>,
    /// The last line of prose that is no teaser: long, or next to another.
    last_paragraph: Option<usize>,
}

/// A list that begins with `first`, with room for so many more.
fn first_of<T>(first: T, more: usize) -> Vec<T> {
    let mut list = Vec::with_capacity(more + 1);
    list.push(first);
    list
}

impl Body {
    fn of(page: &Page<'_>) -> Body {
        let lines = &page.lines;
        let mut body = Body {
            before: first_of(0, lines.len()),
            prose_after: first_of(0, lines.len()),
            short_after: first_of(0, lines.len()),
            next_prose: first_of(lines.len(), lines.len()),
            cues: Vec::new(),
            last_paragraph: None,
        };
        body.cues = (0..lines.len()).filter(|&at| is_cue(page, at)).map(|at| lines[at].shape.hash).collect();
        body.cues.sort_unstable();
        for line in lines {
            let weight = if line.kept_prose() { u64::from(line.shape.weight.max(1)) } else { 0 };
            body.before.push(body.before.last().copied().unwrap_or(0) + weight);
        }
        for (at, line) in lines.iter().enumerate().rev() {
            let next = body.next_prose.last().copied().unwrap_or(lines.len());
            body.next_prose.push(if line.kept_prose() { at } else { next });
            let count = |counts: &[u32], more: bool| counts.last().copied().unwrap_or(0) + u32::from(more);
            body.prose_after.push(count(&body.prose_after, line.kept_prose()));
            body.short_after.push(count(&body.short_after, line.short()));
        }
        body.next_prose.reverse();
        body.prose_after.reverse();
        body.short_after.reverse();
        body.last_paragraph = last_paragraph(page);
        body
    }

    /// Whether the cue at `at` may be a button and is there more than once: then it heads no list.
    fn is_button(&self, page: &Page<'_>, at: usize) -> bool {
        let shape = &page.lines[at].shape;
        let first = self.cues.partition_point(|&hash| hash < shape.hash);
        let more = self.cues.get(first + 1) == Some(&shape.hash);
        more && shape.cues & ACTION != 0 && shape.ending != Ending::Colon
    }

    /// Whether the cue at `at` stands among buttons before the article, whose title may be the next line.
    fn is_menu_entry(&self, page: &Page<'_>, at: usize) -> bool {
        let next = page.lines[at + 1..].iter().find(|line| !line.blank);
        let button = |line: &Line| line.short() && line.shape.cues & (ACTION | LIST) == ACTION;
        let shape = &page.lines[at].shape;
        self.before[at] == 0 && shape.cues & ACTION != 0 && next.is_some_and(button)
    }

    /// Whether nothing of the article follows the cue at `at`, so that prose behind it is a teaser.
    fn is_tail(&self, page: &Page<'_>, at: usize) -> bool {
        let (before, all) = (self.before[at], self.before.last().copied().unwrap_or(0));
        page.cleaning == Cleaning::Balanced
            && page.last
            && self.last_paragraph.is_none_or(|last| last < at)
            && (all - before) < before
            && self.prose_after[at] <= self.short_after[at]
            // A single paragraph behind a list closes the article.
            && self.prose_after[at] != 1
    }
}
