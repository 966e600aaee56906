//! Verdicts: evidence of each block, the container that holds the content, the neighbours, and the cut.

use super::container;
use super::cues::Cue;
use super::features::{Features, Row};
use super::model;
use super::options::Favor;
use super::page::{Kind, NONE, Page, TextBlock};
use super::rules::{self, Evidence, Surroundings};
use super::stats::Stats;

/// What became of a block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verdict {
    pub(crate) kept: bool,
    pub(crate) reason: &'static str,
    pub(crate) score: f32,
}

/// An element with more than this share of the page's text hints at nothing by its name.
const WRAPPER_SHARE: f32 = 0.6;
/// Width of content a page needs beside its comments for these to count as comments.
const ENOUGH_WITHOUT_COMMENTS: f32 = 800.0;
const COMMENTS: f32 = -2.5;
/// To be in the main container says less than not to be: it holds other things too.
const INSIDE: f32 = 1.2;
const OUTSIDE: f32 = -2.0;
/// Neighbours looked at on either side.
const REACH: usize = 3;
/// Blocks less likely than this are not kept, even on a page that has nothing better.
const LEAST: f32 = 0.02;

/// What the rules say of a page.
pub(crate) struct First {
    pub(crate) widths: Vec<f32>,
    pub(crate) link_density: Vec<f32>,
    pub(crate) evidence: Vec<Evidence>,
    /// The element that likely holds the content, or [`NONE`].
    pub(crate) container: u32,
    /// What a name that speaks of comments weighs on this page.
    pub(crate) comments: f32,
}

/// The verdict on each block of a page.
pub(crate) fn decide(page: &Page, favor: Favor) -> Vec<Verdict> {
    let stats: Vec<Stats> = page.blocks.iter().map(|b| Stats::of(page.text_of(b))).collect();
    let first = weigh(page, &stats);
    let p = probabilities(page, &stats, &first);
    let words: Vec<f32> = stats.iter().map(|s| s.words as f32).collect();
    let threshold = cut(&p, &words, favor.beta_squared());
    let verdict = |(&score, evidence): (&f32, &Evidence)| {
        let kept = score >= threshold;
        Verdict { kept, score, reason: if kept { evidence.in_favour.0 } else { evidence.against.0 } }
    };
    p.iter().zip(&first.evidence).map(verdict).collect()
}

fn probabilities(page: &Page, stats: &[Stats], first: &First) -> Vec<f32> {
    let features = Features::new(page, stats, first);
    let mut p = Vec::with_capacity(stats.len());
    let mut rows = Box::new([[0.0; model::FEATURES]; model::TOGETHER]);
    for stats in stats.chunks(model::TOGETHER) {
        for (row, at) in rows.iter_mut().zip(p.len()..p.len() + stats.len()) {
            features.write(at, &mut Row { values: row, at: 0 });
        }
        let own = model::probabilities(&rows);
        p.extend(own.into_iter().zip(stats).map(|(p, stats)| if stats.words == 0 { 0.0 } else { p }));
    }
    p
}

/// What the rules say of the blocks of a page.
pub(crate) fn weigh(page: &Page, stats: &[Stats]) -> First {
    let widths: Vec<f32> = stats.iter().map(Stats::width).collect();
    let link_density = page.blocks.iter().zip(stats).map(|(b, s)| rules::link_density(b, s)).collect();
    let (masses, whole) = container::masses(page, &widths, &vec![1.0; widths.len()]);
    let mut on_path: Vec<bool> = masses.iter().map(|m| m.width > WRAPPER_SHARE * whole.width).collect();
    let around = rules::surroundings(page, |at| on_path[at]);
    let evidence = own_evidence(page, stats, &around, 0.0);
    let comments = comments_weight(page, &around, &widths, &evidence);
    let evidence = own_evidence(page, stats, &around, comments);
    let p: Vec<f32> = evidence.iter().map(Evidence::probability).collect();
    let (masses, whole) = container::masses(page, &widths, &p);
    let container = container::best(&masses, whole);
    for element in page.chain(container) {
        on_path[element as usize] = true;
    }
    let around = rules::surroundings(page, |at| on_path[at]);
    let mut evidence = own_evidence(page, stats, &around, comments);
    add_container(page, container, &mut evidence);
    add_neighbours(page, &widths, &mut evidence);
    First { widths, link_density, evidence, container, comments }
}

fn own_evidence(page: &Page, stats: &[Stats], around: &[Surroundings], comments: f32) -> Vec<Evidence> {
    let evidence = |(block, stats): (&TextBlock, &Stats)| {
        let around = around.get(block.element as usize).copied().unwrap_or_default();
        rules::own_evidence(block, stats, &around, comments)
    };
    page.blocks.iter().zip(stats).map(evidence).collect()
}

/// Comments are the content of a page that has hardly any other.
fn comments_weight(page: &Page, around: &[Surroundings], widths: &[f32], evidence: &[Evidence]) -> f32 {
    let is_comment = |block: &TextBlock| {
        around.get(block.element as usize).is_some_and(|around| around.cues.has(Cue::Comment))
    };
    let rest = page.blocks.iter().zip(widths.iter().zip(evidence)).filter(|(block, _)| !is_comment(block));
    let rest: f32 = rest.map(|(_, (width, evidence))| width * evidence.probability()).sum();
    if rest > ENOUGH_WITHOUT_COMMENTS { COMMENTS } else { 0.0 }
}

fn add_container(page: &Page, best: u32, evidence: &mut [Evidence]) {
    if best == NONE {
        return;
    }
    let mut inside = vec![false; page.elements.len()];
    for at in 0..inside.len() {
        let parent = page.elements[at].parent;
        inside[at] = at as u32 == best || inside.get(parent as usize).copied().unwrap_or(false);
    }
    for (block, evidence) in page.blocks.iter().zip(evidence) {
        if inside.get(block.element as usize).copied().unwrap_or(false) {
            evidence.add("main-container", INSIDE);
        } else {
            evidence.add("outside-container", OUTSIDE);
        }
    }
}

/// A block is likely what its neighbours are; a heading is what follows it.
fn add_neighbours(page: &Page, widths: &[f32], evidence: &mut [Evidence]) {
    // One block that is sure of itself does not decide for those around it.
    let totals: Vec<f32> = evidence.iter().map(|e| e.total.clamp(-4.0, 4.0)).collect();
    for (at, (block, evidence)) in page.blocks.iter().zip(evidence).enumerate() {
        let before = mean_evidence((at.saturating_sub(REACH)..at).rev(), &totals, widths);
        let after = mean_evidence(at + 1..(at + 1 + REACH).min(totals.len()), &totals, widths);
        if matches!(block.kind, Kind::Heading(_)) {
            let reason = if after > 0.0 { "heading-of-content" } else { "heading-of-boilerplate" };
            evidence.add_from_around(reason, 0.6 * after);
            evidence.add_from_around("neighbours", 0.1 * before);
        } else {
            evidence.add_from_around("neighbours", 0.3 * (before + after));
        }
    }
}

/// Mean of the evidence of some blocks, from near to far: near and wide blocks count for more. Beyond the page is
/// boilerplate.
fn mean_evidence(blocks: impl Iterator<Item = usize>, totals: &[f32], widths: &[f32]) -> f32 {
    let (mut sum, mut weight) = (0.0, 0.0);
    for (steps, at) in blocks.enumerate() {
        let own = (widths[at].min(400.0) + 20.0).sqrt() / (1 + steps) as f32;
        sum += own * totals[at];
        weight += own;
    }
    if weight > 0.0 { sum / weight } else { -1.0 }
}

/// The probability from which on blocks are kept: that which gives the best F-measure to be expected, so that an unsure
/// page still keeps what is likeliest.
fn cut(p: &[f32], words: &[f32], beta_squared: f32) -> f32 {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[b].total_cmp(&p[a]).then(a.cmp(&b)));
    let expected: f32 = p.iter().zip(words).map(|(p, w)| p * w).sum();
    let (mut kept, mut sum, mut best, mut threshold) = (0.0, 0.0, 0.0, 1.0);
    for at in order {
        kept += p[at] * words[at];
        sum += words[at];
        let measure = (1.0 + beta_squared) * kept / (sum + beta_squared * expected).max(f32::MIN_POSITIVE);
        if measure > best {
            (best, threshold) = (measure, p[at]);
        }
    }
    f32::max(threshold, LEAST)
}
