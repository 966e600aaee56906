//! Verdicts: evidence of each block, the container that holds the content, the neighbours, and the cut.

use super::cues::Cue;
use super::features::{Context, Features};
use super::model;
use super::options::Favor;
use super::page::{Kind, NONE, Page, TextBlock};
use super::rules::{self, Evidence, Surroundings};
use super::stats::Stats;
use super::{consent, container};
use crate::forest::{self, Sink};

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
    /// Blocks of dialogues that ask for consent: removed by rule, and nothing to the blocks around.
    pub(crate) consent: Vec<bool>,
}

impl First {
    /// Words of each block as far as they may be content.
    pub(crate) fn words(&self, stats: &[Stats]) -> Vec<f32> {
        let words = |(stats, &consent): (&Stats, &bool)| if consent { 0.0 } else { stats.words as f32 };
        stats.iter().zip(&self.consent).map(words).collect()
    }
}

/// The verdict on each block of a page.
pub(crate) fn decide(page: &Page, favor: Favor) -> Vec<Verdict> {
    let stats: Vec<Stats> = page.blocks.iter().map(|b| Stats::of(page.text_of(b))).collect();
    let first = weigh(page, &stats);
    let words = first.words(&stats);
    let p = probabilities(page, &stats, &first, &words);
    let threshold = Cut::new(&p, &words, favor.beta_squared()).threshold.max(LEAST);
    let verdict = |((&score, evidence), consent): ((&f32, &Evidence), &bool)| {
        let kept = score >= threshold;
        let reason = match kept {
            true => evidence.in_favour.0,
            false if *consent => consent::REASON,
            false => evidence.against.0,
        };
        Verdict { kept, score, reason }
    };
    p.iter().zip(&first.evidence).zip(&first.consent).map(verdict).collect()
}

/// The mean of two verdicts, in log odds: the first from the block and what surrounds it, the second from the first ones
/// on all blocks.
fn probabilities(page: &Page, stats: &[Stats], first: &First, words: &[f32]) -> Vec<f32> {
    let features = Features::new(page, stats, first);
    let verdicts = FirstVerdicts::new(&features, words);
    let context = Context::new(&features, &verdicts.p, words);
    let second = model::judge(&model::SECOND, words, |at, column| {
        context.write(at, column);
        verdicts.carried(at).iter().for_each(|&value| column.put("", 0, value));
    });
    verdicts
        .log_odds
        .iter()
        .zip(second)
        .map(|(first, second)| forest::probability((first + second) / 2.0))
        .collect()
}

/// The first verdict on each block, and the features of each that the second verdict needs again.
pub(crate) struct FirstVerdicts {
    log_odds: Vec<f32>,
    pub(crate) p: Vec<f32>,
    carried: Vec<f32>,
}

impl FirstVerdicts {
    pub(crate) fn new(features: &Features<'_>, words: &[f32]) -> FirstVerdicts {
        let mut carried = Vec::with_capacity(words.len() * model::CARRIED.len());
        let log_odds = model::judge(&model::FIRST, words, |at, column| {
            features.write(at, column);
            carried.extend(model::CARRIED.iter().map(|&feature| column.get(feature)));
        });
        let p = log_odds.iter().map(|&log_odds| forest::probability(log_odds)).collect();
        FirstVerdicts { log_odds, p, carried }
    }

    pub(crate) fn carried(&self, at: usize) -> &[f32] {
        &self.carried[at * model::CARRIED.len()..][..model::CARRIED.len()]
    }
}

/// What the rules say of the blocks of a page.
pub(crate) fn weigh(page: &Page, stats: &[Stats]) -> First {
    let mut widths: Vec<f32> = stats.iter().map(Stats::width).collect();
    let consent = consent::blocks(page, &widths);
    widths.iter_mut().zip(&consent).filter(|(_, consent)| **consent).for_each(|(width, _)| *width = 0.0);
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
    First { widths, link_density, evidence, container, comments, consent }
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
    let inside = page.within(|at| at as u32 == best);
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

/// The likeliest blocks, as many as give the best F-measure to be expected, so that an unsure page still keeps what is
/// likeliest.
pub(crate) struct Cut {
    /// The probability from which on blocks are kept.
    pub(crate) threshold: f32,
    /// The F-measure to be expected of these.
    pub(crate) measure: f32,
    /// How many blocks are likelier than each.
    pub(crate) rank: Vec<u32>,
}

impl Cut {
    /// For the F-measure that weighs recall this many times as much as precision, squared.
    pub(crate) fn new(p: &[f32], words: &[f32], beta_squared: f32) -> Cut {
        let mut order: Vec<usize> = (0..p.len()).collect();
        order.sort_by(|&a, &b| p[b].total_cmp(&p[a]).then(a.cmp(&b)));
        let expected: f32 = p.iter().zip(words).map(|(p, w)| p * w).sum();
        let (mut kept, mut sum) = (0.0, 0.0);
        let mut cut = Cut { threshold: 1.0, measure: 0.0, rank: vec![0; p.len()] };
        for (rank, at) in order.into_iter().enumerate() {
            cut.rank[at] = rank as u32;
            kept += p[at] * words[at];
            sum += words[at];
            let measure =
                (1.0 + beta_squared) * kept / (sum + beta_squared * expected).max(f32::MIN_POSITIVE);
            if measure > cut.measure {
                (cut.measure, cut.threshold) = (measure, p[at]);
            }
        }
        cut
    }
}
