//! The choice of what becomes of the comments of readers, made on verdicts that know nothing of it.

use super::consent;
use super::cues::{Cue, Cues};
use super::decide::Verdict;
use super::options::Comments;
use super::page::Page;
use super::rules;
use super::stats::Stats;

/// Reason of a verdict made here.
const REASON: &str = "comments";
/// As much of the kept text must stand outside comments, as a share and in bytes, for these to be comments on it.
const LEAST_SHARE: f32 = 0.5;
const LEAST_BYTES: usize = 250;
/// A comment with more evidence against it than for it is what stands around comments.
const LIKELY: f32 = 0.5;

/// Keeps or removes the comments as chosen.
pub(crate) fn apply(page: &Page, choice: Comments, verdicts: &mut [Verdict]) {
    match choice {
        Comments::Auto => {}
        Comments::Drop => drop(page, verdicts),
        Comments::Keep => keep(page, verdicts),
    }
}

/// Whether each element is or stands in one whose name speaks of comments.
fn elements(page: &Page) -> Vec<bool> {
    page.within(|at| page.elements[at].cues.has(Cue::Comment))
}

fn drop(page: &Page, verdicts: &mut [Verdict]) {
    let inside = elements(page);
    let is_comment = |at: usize| {
        let block = &page.blocks[at];
        inside.get(block.element as usize).copied().unwrap_or(false) || block.inline_cues.has(Cue::Comment)
    };
    let kept = || verdicts.iter().enumerate().filter(|(_, verdict)| verdict.kept).map(|(at, _)| at);
    let bytes = |at: usize| page.blocks[at].text.len();
    let all: usize = kept().map(bytes).sum();
    let rest: usize = kept().filter(|&at| !is_comment(at)).map(bytes).sum();
    if rest < LEAST_BYTES || (rest as f32) < LEAST_SHARE * all as f32 {
        return;
    }
    let comments = verdicts.iter_mut().enumerate().filter(|(at, verdict)| verdict.kept && is_comment(*at));
    for (_, verdict) in comments {
        (verdict.kept, verdict.reason) = (false, REASON);
    }
}

fn keep(page: &Page, verdicts: &mut [Verdict]) {
    let inside = elements(page);
    // Only what stands within the comments speaks of them.
    let mut around = rules::surroundings(page, |at| !inside[at]);
    for around in &mut around {
        around.cues = Cues(around.cues.0 & !(1 << Cue::Comment as u32));
    }
    for (block, verdict) in page.blocks.iter().zip(verdicts).filter(|(_, verdict)| !verdict.kept) {
        if verdict.reason == consent::REASON {
            continue;
        }
        let element = block.element as usize;
        if !inside.get(element).copied().unwrap_or(false) {
            continue;
        }
        let evidence = rules::own_evidence(block, &Stats::of(page.text_of(block)), &around[element], 0.0);
        if evidence.probability() >= LIKELY {
            *verdict = Verdict { kept: true, reason: REASON, score: evidence.probability() };
        }
    }
}
