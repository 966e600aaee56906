//! Removes what the text has said before: a paragraph or headline that returns, verbatim or but for digits.
//!
//! Why: pages show the same teaser in several boxes. The first copy stays, unless all of them stand behind the
//! article's end: then it is a teaser of another article. In a text that is not mostly prose (verse, a dialogue, a
//! list) only copies that follow each other go.
//!
//! Removed: the second `Harbour wall to be raised before winter`
//! Kept: the first `Harbour wall to be raised before winter`

use super::super::cues::{ACTION, LIST};
use super::super::options::Cleaning;
use super::super::page::{Line, Page};
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "repeat",
    summary: "Removes a paragraph or headline that returns, verbatim or but for digits; the first stays, unless all are behind the article.",
    removes: "Harbour wall to be raised before winter",
    keeps: "And the wind blows over the sea",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Verdict, apply };

/// Fewest paragraphs of an article, for what is behind it to be judged by that.
const ARTICLE: usize = 3;

/// Of the weight of what does not return, the part that copies behind the article may have.
const TEASERS: u64 = 2;

/// Fewest texts that return behind the article to be teasers without anything else that shows it.
const BOXES: usize = 2;

/// Most lines between two copies of a paragraph, such as a caption that is shown twice.
const NEAR: usize = 2;

/// Of a text's weight, the part that copies may have to go wherever they stand.
const FEW: u64 = 10;

fn apply(page: &mut Page<'_>) {
    let mut copies: Vec<(u64, usize)> = page
        .open_lines()
        .filter(|&at| page.lines[at].shape.is_repeatable())
        .map(|at| (page.lines[at].shape.hash, at))
        .collect();
    keep_returning(&mut copies);
    copies.sort_unstable();
    let groups: Vec<&[(u64, usize)]> =
        copies.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1).collect();
    if groups.is_empty() {
        return;
    }
    let article = unrepeated_article(page, &groups);
    let far = page.cleaning == Cleaning::Balanced && copies_are_few(page, &groups);
    let end = Some(page.article_end()).filter(|&end| end > 0);
    let boxes = article.is_some_and(|end| groups.iter().filter(|group| group[0].1 >= end).count() >= BOXES);
    for group in groups {
        let first = group[0].1;
        let behind = article
            .is_some_and(|end| first >= end && (boxes || follows_furniture(page, end, first)))
            && !page.announced(first);
        if behind {
            page.remove(first, RULE.name, 0.8);
        }
        for pair in group.windows(2) {
            let place = match end {
                _ if behind => Place::Behind,
                Some(end) if pair[1].1 >= end => Place::Behind,
                _ if far => Place::Few,
                _ => Place::Many,
            };
            judge_copy(page, pair[0].1, pair[1].1, place);
        }
    }
}

/// Drops most hashes that are there once: those whose last bits no other has.
fn keep_returning(copies: &mut Vec<(u64, usize)>) {
    let words = (copies.len() / 4).next_power_of_two();
    let (mut once, mut again) = (vec![0u64; words], vec![0u64; words]);
    let place = |hash: u64| ((hash >> 6) as usize & (words - 1), 1u64 << (hash & 63));
    for &(hash, _) in copies.iter() {
        let (word, bit) = place(hash);
        again[word] |= once[word] & bit;
        once[word] |= bit;
    }
    copies.retain(|&(hash, _)| {
        let (word, bit) = place(hash);
        again[word] & bit != 0
    });
}

/// Index behind the last paragraph that does not return, when what returns behind it is little beside the article.
fn unrepeated_article(page: &Page<'_>, groups: &[&[(u64, usize)]]) -> Option<usize> {
    let mut returns = vec![false; page.lines.len()];
    groups.iter().flat_map(|group| group.iter()).for_each(|copy| returns[copy.1] = true);
    let prose: Vec<usize> =
        page.open_lines().filter(|&at| page.lines[at].shape.prose && !returns[at]).collect();
    let weight =
        |lines: &[usize]| lines.iter().map(|&at| u64::from(page.lines[at].shape.weight)).sum::<u64>();
    let end = prose.last().map_or(0, |at| at + 1);
    let behind: Vec<usize> = groups.iter().map(|group| group[0].1).filter(|&at| at >= end).collect();
    let judged = page.cleaning == Cleaning::Balanced && page.last && prose.len() >= ARTICLE;
    (judged && weight(&behind) * TEASERS <= weight(&prose)).then_some(end)
}

/// Whether anything known as furniture stands between the article's end and `first`: without it, what returns may be
/// the article's own, a refrain or a comment.
fn follows_furniture(page: &Page<'_>, article: usize, first: usize) -> bool {
    let cue = |line: &Line| line.short() && line.shape.cues & (LIST | ACTION) != 0;
    page.lines[article.min(first)..first].iter().any(|line| line.verdict.is_some() || cue(line))
}

/// Where a copy stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Behind the article's end.
    Behind,
    /// In a text with few copies.
    Few,
    /// In a text with many: a discussion that quotes, or a page that is there twice.
    Many,
}

/// Whether the copies are little beside the text: many are a discussion that quotes, or forms.
fn copies_are_few(page: &Page<'_>, groups: &[&[(u64, usize)]]) -> bool {
    let weight = |at: usize| u64::from(page.lines[at].shape.weight);
    let copies: u64 = groups.iter().flat_map(|group| &group[1..]).map(|copy| weight(copy.1)).sum();
    copies * FEW <= page.open_lines().map(weight).sum()
}

fn judge_copy(page: &mut Page<'_>, before: usize, at: usize, place: Place) {
    let behind = place == Place::Behind;
    let shape = page.lines[at].shape;
    // With digits masked, lines that follow each other are a count or a table, not copies.
    if shape.digits && !behind && page.visible(before) != page.visible(at) {
        return;
    }
    let near = if page.cleaning == Cleaning::Balanced { NEAR } else { 0 };
    let between = (before + 1..at).filter(|&i| !page.lines[i].blank).take(NEAR + 1).count();
    if between == 0 || behind || (shape.prose && (between <= near || place == Place::Few)) {
        page.remove(at, RULE.name, if shape.prose { 0.95 } else { 0.85 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_that_return_are_kept_and_most_others_go() {
        let hash = |n: usize| gleaner_text::hash64(&n.to_le_bytes());
        for distinct in [0, 1, 2, 3, 10, 1000] {
            let mut copies: Vec<(u64, usize)> = (0..distinct).map(|at| (hash(at), at)).collect();
            copies.extend((0..distinct).step_by(10).map(|at| (hash(at), distinct + at)));
            let all = copies.clone();
            keep_returning(&mut copies);
            let returns = |copy: &&(u64, usize)| all.iter().filter(|other| other.0 == copy.0).count() > 1;
            assert!(all.iter().filter(returns).all(|copy| copies.contains(copy)), "{distinct}");
            assert!(copies.len() <= distinct / 2 + 2, "{} of {distinct}", copies.len());
        }
    }
}
