//! Removes what a learned model takes for boilerplate, and takes back what rules would remove of an article.
//!
//! Why: most of what is left around an article has neither a phrase nor a date that gives it away, but it stands where
//! boilerplate stands, in runs of short lines, with words that the article does not have. The model is a forest over
//! `features/`, trained on texts in many languages; beside cues and the verdicts of rules it asks for no word of any of
//! them. What bears a cue goes, unless it is a paragraph. What another rule supports goes unless the model takes it for
//! content. What no rule supports goes when the model is sure. Between the paragraphs of the article lists, verses and
//! tables look like boilerplate, too: there the model alone removes next to nothing, and nothing in a text without
//! paragraphs. The conservative preset asks for more certainty.
//!
//! Removed: `New captain for the night ferry`, among others like it
//! Kept: what a rule would remove of an article's own list

use std::ops::Range;

use super::super::features::Features;
use super::super::model::LINES;
use super::super::options::Cleaning;
use super::super::page::{Line, Page};
use super::{CUE_LIST, Entry, Rule, Stage, bears_cue};
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
    /// A short line with a cue of its own, that a rule for cues removes.
    cue: f32,
    /// What another rule removes.
    supported: f32,
    /// What no rule removes.
    alone: f32,
    /// Between the title and the last paragraph of the article: what no rule removes, and paragraphs that one does.
    within: f32,
}

const BALANCED: Thresholds = Thresholds { cue: f32::INFINITY, supported: 0.6, alone: 0.3, within: 0.03 };
const CONSERVATIVE: Thresholds = Thresholds { cue: 0.1, supported: 0.1, alone: 0.03, within: 0.02 };
/// A paragraph from this probability on is one of the article.
const PARAGRAPH: f32 = 0.5;
/// A model that is not even sure of the best paragraph is unsure of all: up to twice as sure is it taken to be.
const LEAST_SURE: f32 = 0.5;
/// A model that is so sure of the best paragraph is trusted in full.
const SURE: f32 = 0.9;
/// A title stands among so many lines before the first paragraph, and is at least so likely.
const TITLE: (usize, f32) = (6, 0.1);
/// So many lines together that rules remove end the article.
const REMOVED: usize = 2;

fn apply(page: &mut Page<'_>) {
    let judged = Judged::of(page, probabilities(page));
    decide(page, &judged);
    if page.site.is_some() {
        page.judged = Some(judged);
    }
}

/// Takes verdicts back and adds some.
pub(in super::super) fn decide(page: &mut Page<'_>, judged: &Judged) {
    let mut thresholds = match page.cleaning {
        Cleaning::Balanced => BALANCED,
        Cleaning::Conservative => CONSERVATIVE,
    };
    thresholds.alone *= judged.trust;
    let mut spared = false;
    for (row, (&at, &p)) in judged.rows.iter().zip(&judged.p).enumerate() {
        let line = &page.lines[at];
        let mut goes = p < thresholds.of(line, judged.article.contains(&row));
        // A heading that stays keeps its list.
        let listed = line.verdict.is_some_and(|verdict| verdict.reason == CUE_LIST);
        goes &= !(spared && listed && !bears_cue(line));
        spared = listed && !goes;
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
            // A sentence may begin like a notice.
            Some(_) if within && line.shape.prose => self.within,
            Some(_) if bears_cue(line) && !line.shape.prose => self.cue,
            Some(_) => self.supported,
            None if within => self.within,
            None => self.alone,
        }
    }
}

/// The lines with words of a section, and what the model says of them.
#[derive(Clone, Debug)]
pub(in super::super) struct Judged {
    /// Index of each line.
    pub(in super::super) rows: Vec<usize>,
    /// How likely it is content.
    pub(in super::super) raw: Vec<f32>,
    /// The same beside the likeliest paragraph.
    pub(in super::super) p: Vec<f32>,
    /// Rows from the title of the article to its last paragraph.
    article: Range<usize>,
    /// How far the model is to be believed where no rule supports it: not at all in a text without paragraphs, and less
    /// in one of whose paragraphs it is unsure.
    trust: f32,
}

impl Judged {
    /// `rows` are the lines with words, `raw` how likely each is content.
    pub(in super::super) fn of(page: &Page<'_>, (rows, raw): (Vec<usize>, Vec<f32>)) -> Judged {
        let mut p = raw.clone();
        let paragraphs = rows.iter().zip(&p).filter(|(at, _)| page.lines[**at].shape.prose);
        let surest = paragraphs.map(|(_, &p)| p).reduce(f32::max).unwrap_or(1.0);
        p.iter_mut().for_each(|p| *p = (*p / surest.max(LEAST_SURE)).min(1.0));
        let article = article(page, &rows, &p);
        let trust = if article.is_empty() { 0.0 } else { (surest / SURE).min(1.0).powi(4) };
        Judged { rows, raw, p, article, trust }
    }

    /// Whether there are paragraphs that the model is sure of.
    pub(in super::super) fn has_article(&self) -> bool {
        !self.article.is_empty()
    }
}

/// The lines with words, and how likely each is content.
fn probabilities(page: &Page<'_>) -> (Vec<usize>, Vec<f32>) {
    let features = Features::new(page);
    let log_odds = LINES.judge(features.rows.len(), |row, column| features.write(row, column));
    (features.rows, log_odds.into_iter().map(forest::probability).collect())
}

/// The rows from the title of the article to its last paragraph: what lies between paragraphs that the model is sure of,
/// and before and behind them what may belong to them.
fn article(page: &Page<'_>, rows: &[usize], p: &[f32]) -> Range<usize> {
    let line = |row: usize| &page.lines[rows[row]];
    let is_prose = |row: usize| line(row).shape.prose;
    let sure = |row: &usize| {
        let line = line(*row);
        line.shape.prose && line.verdict.is_none() && p[*row] >= PARAGRAPH
    };
    let (Some(first), Some(last)) = ((0..rows.len()).find(sure), (0..rows.len()).rfind(sure)) else {
        return 0..0;
    };
    let before = first.saturating_sub(TITLE.0)..first;
    let unruled = before.filter(|&row| line(row).verdict.is_none());
    let title = unruled.max_by(|&a, &b| p[a].total_cmp(&p[b])).filter(|&row| p[row] >= TITLE.1);
    let mut end = last + 1;
    let mut removed = 0;
    for (row, &p) in p.iter().enumerate().skip(last + 1) {
        let line = line(row);
        let may_belong = line.verdict.is_none() && p >= BALANCED.within;
        if removed >= REMOVED {
            // A single paragraph behind a list closes the article.
            if may_belong && line.shape.prose && (row + 1..rows.len()).all(|row| !is_prose(row)) {
                end = row + 1;
            }
            if line.verdict.is_none() {
                break;
            }
        }
        removed = if line.verdict.is_some() { removed + 1 } else { 0 };
        if may_belong && line.shape.is_sentence() {
            end = row + 1;
        }
    }
    title.unwrap_or(first)..end
}

/// In tenths, so that lines that go together are one span.
fn score(p: f32) -> f32 {
    ((1.0 - p) * 10.0).round() / 10.0
}
