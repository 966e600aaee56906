//! Removes what the pages of the site have in common, and the lists that stand in it.
//!
//! Why: a site's frame is the same on all its pages, whatever it looks like: counting proves what no page alone can show.
//! What recurs goes unless it reads like the article; what stands in a list between recurring lines goes though its
//! entries change from page to page; what stands where the articles of the site stand stays. A small forest weighs these
//! against what the line model says. It has a say only where a template is given that has lines of the page. Where the line
//! model sees no article (a poem, a list, a table of facts), only lines go that themselves recur, and on more pages than a
//! text has versions. With the conservative preset, too, only lines go that themselves recur, and nearly surely.
//!
//! Removed: `Harbour Post: news, weather, tides`, on 41 of 44 pages of its site
//! Kept: a paragraph that two pages share, a poem below a menu, and all of a page without anything of its site's frame

use super::super::model::SITES;
use super::super::options::{Cleaning, PageText};
use super::super::page::{Page, Verdict};
use super::super::site::{Features, VERSIONS};
use super::{Entry, Rule, Stage};
use crate::forest;
use crate::sites::Recurrence;

const RULE: Rule = Rule {
    name: "site-template",
    summary: "Removes lines that recur on the pages of the site, and the lists that stand among them, where a template of the site is at hand, and keeps what stands where its articles stand.",
    removes: "Harbour Post: news, weather, tides",
    keeps: "The night ferry has a new captain, who has sailed to the islands for thirty years.",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Site, apply };

/// When a line goes, and when one stays that others would remove.
struct Thresholds {
    /// Probability of being content below which a line goes.
    goes: f32,
    /// The same from which on it stays.
    stays: f32,
    /// How much recurrence proves of a line that goes.
    strength: f32,
}

const BALANCED: Thresholds = Thresholds { goes: 0.45, stays: 0.45, strength: 0.0 };
/// Of a line that recurs itself; others stay.
const CONSERVATIVE: Thresholds = Thresholds { goes: 0.03, ..BALANCED };
/// Extraction has seen more of the page than its lines: it is not judged again.
const EXTRACTED: Thresholds = Thresholds { goes: 0.3, stays: f32::INFINITY, strength: 0.3 };

fn apply(page: &mut Page<'_>) {
    let Some(evidence) = page.site.take() else { return };
    let Some(judged) = page.judged.take() else { return };
    let features = Features::new(page, &judged, &evidence);
    let thresholds = match (page.cleaning, evidence.kind) {
        (Cleaning::Conservative, PageText::Plain) => CONSERVATIVE,
        (Cleaning::Conservative, PageText::Extracted) => Thresholds { goes: CONSERVATIVE.goes, ..EXTRACTED },
        (Cleaning::Balanced, PageText::Extracted) => EXTRACTED,
        (Cleaning::Balanced, PageText::Plain) => BALANCED,
    };
    // What stands by a menu is a list of the site's where there is an article beside it, else it may be the text itself.
    let lists = page.cleaning == Cleaning::Balanced && judged.has_article();
    let of_site = |line: Recurrence| line.own && (judged.has_article() || is_frame(line));
    let log_odds = SITES.judge(judged.rows.len(), |row, column| features.write(row, column));
    for (row, (&at, log_odds)) in judged.rows.iter().zip(log_odds).enumerate() {
        let p = forest::probability(log_odds);
        let recurrence = features.recurrence(row);
        let line = &mut page.lines[at];
        let goes = p < thresholds.goes && features.strength(row) >= thresholds.strength;
        if goes && (of_site(recurrence) || (lists && line.verdict.is_none())) {
            line.verdict = Some(verdict(p, recurrence));
        } else if p >= thresholds.stays {
            line.verdict = None;
        }
    }
}

/// Whether a line is on more pages than versions of one are, or on most.
fn is_frame(line: Recurrence) -> bool {
    line.pages > VERSIONS || 2 * line.pages > line.of
}

/// The score in tenths, so that lines that go together are one span.
fn verdict(p: f32, recurrence: Recurrence) -> Verdict {
    let score = ((1.0 - p) * 10.0).round() / 10.0;
    Verdict { reason: RULE.name, score, recurrence: Some(recurrence) }
}
