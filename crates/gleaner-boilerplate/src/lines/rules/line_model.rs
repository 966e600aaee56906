//! Removes what a learned model takes for boilerplate, and takes back what rules would remove of an article.
//!
//! Why: most of what is left around an article has neither a phrase nor a date that gives it away, but it stands where
//! boilerplate stands, in runs of short lines, with words that the article does not have. The model is a forest over
//! `features/`, trained on texts in many languages; it asks for no word of any of them. What bears a cue goes. What
//! another rule supports goes unless the model takes it for content. What no rule supports goes only when the model is
//! sure; where removing the unsure lines, too, makes the text much better by the model's own expectation, most of that
//! text is no article, and they go as well. Between the paragraphs of the article lists, verses and tables look like
//! boilerplate, too: there the model alone removes next to nothing. The conservative preset asks for more certainty.
//!
//! Removed: `New captain for the night ferry`, among others like it
//! Kept: what a rule would remove of an article's own list

use std::ops::Range;

use super::super::features::Features;
use super::super::model::LINES;
use super::super::options::Cleaning;
use super::super::page::{Line, Page};
use super::{Entry, Rule, Stage, bears_cue};
use crate::forest;

const RULE: Rule = Rule {
    name: "line-model",
    summary: "Removes lines whose shape, place, neighbours and words are those of boilerplate, as a model has learnt them, and keeps what it takes for content though another rule would remove it.",
    removes: "New captain for the night ferry",
    keeps: "The night ferry has a new captain, who has sailed to the islands for thirty years.",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Model, apply };

/// Probabilities of being content below which a line goes.
struct Thresholds {
    /// A line with a cue of its own, that a rule for cues removes.
    cue: f32,
    /// What another rule removes; and what none does, in a text of which much goes.
    supported: f32,
    /// What no rule removes.
    alone: f32,
    /// What no rule removes between the first and the last paragraph of the article.
    within: f32,
    /// Rise of the F1 to be expected that makes it a text of which much goes.
    gain: f32,
}

const BALANCED: Thresholds =
    Thresholds { cue: f32::INFINITY, supported: 0.4, alone: 0.2, within: 0.05, gain: 0.1 };
const CONSERVATIVE: Thresholds =
    Thresholds { cue: 0.2, supported: 0.1, alone: 0.05, within: 0.02, gain: f32::INFINITY };
/// A paragraph from this probability on is one of the article.
const PARAGRAPH: f32 = 0.5;
/// Lines before the first paragraph that may be its title.
const TITLE: usize = 2;

fn apply(page: &mut Page<'_>) {
    let judged = Judged::of(page);
    let mut thresholds = match page.cleaning {
        Cleaning::Balanced => BALANCED,
        Cleaning::Conservative => CONSERVATIVE,
    };
    if judged.gain(page, &thresholds) >= thresholds.gain {
        thresholds.alone = thresholds.supported;
    }
    for (row, (&at, &p)) in judged.rows.iter().zip(&judged.p).enumerate() {
        let goes = p < thresholds.of(&page.lines[at], judged.article.contains(&row));
        match page.lines[at].verdict {
            Some(_) if !goes => page.lines[at].verdict = None,
            None if goes => page.remove(at, RULE.name, score(p)),
            _ => {}
        }
    }
}

impl Thresholds {
    fn of(&self, line: &Line, within: bool) -> f32 {
        match line.verdict {
            Some(_) if bears_cue(line) => self.cue,
            Some(_) => self.supported,
            None if within => self.within,
            None => self.alone,
        }
    }
}

/// The lines with words of a section, and what the model says of them.
struct Judged {
    /// Index of each line.
    rows: Vec<usize>,
    /// How likely it is content.
    p: Vec<f32>,
    /// Rows from the first to the last paragraph of the article.
    article: Range<usize>,
}

impl Judged {
    fn of(page: &Page<'_>) -> Judged {
        let features = Features::new(page);
        let log_odds = LINES.judge(features.rows.len(), |row, column| features.write(row, column));
        let p: Vec<f32> = log_odds.into_iter().map(forest::probability).collect();
        let rows = features.rows;
        let article = article(page, &rows, &p);
        Judged { rows, p, article }
    }

    /// By how much the F1 of the text rises, as the model expects, when the unsure lines go, too.
    fn gain(&self, page: &Page<'_>, thresholds: &Thresholds) -> f32 {
        let unsure = Thresholds { alone: thresholds.supported, ..*thresholds };
        let (mut expected, mut all, mut hits, mut kept) = (0.0, 0.0, 0.0, 0.0);
        for (row, (&at, &p)) in self.rows.iter().zip(&self.p).enumerate() {
            let line = &page.lines[at];
            let weight = line.shape.weight as f32;
            expected += p * weight;
            all += weight;
            if p >= unsure.of(line, self.article.contains(&row)) {
                hits += p * weight;
                kept += weight;
            }
        }
        let f1 = |hits: f32, kept: f32| 2.0 * hits / (kept + expected).max(f32::MIN_POSITIVE);
        f1(hits, kept) - f1(expected, all)
    }
}

/// The rows from the title of the article to its last paragraph: what lies between paragraphs that the model is sure of,
/// and beyond them what may belong to them, as far as no rule removes anything.
fn article(page: &Page<'_>, rows: &[usize], p: &[f32]) -> Range<usize> {
    let line = |row: usize| &page.lines[rows[row]];
    let paragraph = |row: usize| line(row).shape.prose && line(row).verdict.is_none();
    let sure = |row: &usize| paragraph(*row) && p[*row] >= PARAGRAPH;
    let (Some(first), Some(last)) = ((0..rows.len()).find(sure), (0..rows.len()).rfind(sure)) else {
        return 0..0;
    };
    let may_belong = |row: &usize| p[*row] >= BALANCED.within;
    let unruled = |row: &usize| line(*row).verdict.is_none();
    let title = (0..first).rev().take(TITLE).take_while(unruled).filter(may_belong).last();
    let end =
        (last + 1..rows.len()).take_while(unruled).filter(|row| paragraph(*row) && may_belong(row)).last();
    title.unwrap_or(first)..end.unwrap_or(last) + 1
}

/// In tenths, so that lines that go together are one span.
fn score(p: f32) -> f32 {
    ((1.0 - p) * 10.0).round() / 10.0
}
