//! Removes a run of headlines behind the article.
//!
//! Why: the tail of a page is lists of other pages, often without a heading that says so. Their shape gives them away:
//! several short lines in a row, none a sentence, after the last paragraph. Balanced only, or where the model has the
//! last word.
//!
//! Removed: `New captain for the night ferry`, among others like it behind the article
//! Kept: `What you need:` and the items behind it

use super::super::dates::DateShape;
use super::super::line::Ending;
use super::super::options::Cleaning;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "headline-run",
    summary: "Removes a run of short lines without punctuation behind the article: headlines of other pages.",
    removes: "New captain for the night ferry",
    keeps: "two eggs and a cup of flour",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Verdict, apply };

/// Fewest headlines of a run.
const RUN: usize = 4;
/// Fewest paragraphs before it.
const ARTICLE: usize = 2;
/// Mean length from which items of a list are headlines.
const LONG_ITEMS: u32 = 40;
/// Mean length of headlines.
const MEAN: std::ops::RangeInclusive<u32> = 25..=110;

fn apply(page: &mut Page<'_>) {
    if page.cleaning == Cleaning::Conservative || !page.last {
        return;
    }
    let end = page.article_end();
    let paragraphs = page.lines[..end].iter().filter(|line| line.kept_prose()).take(ARTICLE).count();
    let run: Vec<usize> = (end..page.lines.len()).filter(|&at| page.lines[at].short()).collect();
    if paragraphs < ARTICLE || run.len() < RUN || page.announced(run[0]) || !are_headlines(page, &run) {
        return;
    }
    let weight =
        |lines: &[usize]| lines.iter().map(|&at| u64::from(page.lines[at].shape.weight)).sum::<u64>();
    let article: Vec<usize> = (0..end).filter(|&at| page.lines[at].kept_prose()).collect();
    let sources = run.iter().filter(|&&at| has_year_in_brackets(&page.visible(at))).count();
    if page.lines[run[0]].shape.ending == Ending::Colon
        || weight(&run) > weight(&article)
        || sources * SOURCES > run.len()
    {
        return;
    }
    for at in run {
        page.remove(at, RULE.name, 0.65);
    }
}

/// Of the lines of a list of references, at least one of so many has its year in brackets.
const SOURCES: usize = 3;

fn has_year_in_brackets(line: &str) -> bool {
    let digits = |part: &str| part.bytes().take_while(u8::is_ascii_digit).count() == 4;
    line.match_indices('(').any(|(at, _)| {
        let year = &line[at + 1..];
        (year.starts_with("19") || year.starts_with("20")) && digits(year)
    })
}

fn are_headlines(page: &Page<'_>, run: &[usize]) -> bool {
    let shapes = || run.iter().map(|&at| &page.lines[at].shape).filter(|shape| shape.date == DateShape::None);
    let count = shapes().count().max(1);
    let sum = |part: fn(&super::super::line::Shape) -> u32| shapes().map(part).sum::<u32>();
    let open = sum(|shape| u32::from(matches!(shape.ending, Ending::Open | Ending::Ask | Ending::Cut)));
    let bullets = sum(|shape| u32::from(shape.bullet));
    let headlines = sum(|shape| u32::from(shape.headline)) as usize;
    let mean = sum(|shape| shape.weight) / count as u32;
    open as usize * 10 >= count * 9
        && headlines * 10 >= count * 8
        && (bullets as usize * 2 < count || mean >= LONG_ITEMS)
        && MEAN.contains(&mean)
}
