//! Which features decided on a block.
//!
//! The log odds of each verdict are a sum over features, see [`Forest::weights`](crate::forest::Forest::weights); those of
//! a block are the mean of both. One feature of the second verdict is the first on the same block; its part is put down
//! to the features of that verdict, in proportion.

mod names;

use super::decide::{self, FirstVerdicts};
use super::features::{Context, Features};
use super::model;
use super::page::Page;
use super::stats::Stats;

/// What a feature adds to the score of a block.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Contribution {
    /// Its name, as `link-density` or `neighbour-sentences-before`.
    pub feature: &'static str,
    /// What it is for this block.
    pub value: f32,
    /// What it adds to the log odds of being content; negative speaks for boilerplate. 0.7 doubles the odds.
    pub weight: f32,
}

/// The first verdict is taken apart unless its parts are this many times as large as the whole: then they cancel out,
/// and tell little.
const MOST_SCALING: f32 = 4.0;

/// For each block the `most` features that weigh most, heaviest first.
pub(crate) fn contributions(page: &Page, most: usize) -> Vec<Vec<Contribution>> {
    if most == 0 || page.blocks.is_empty() {
        return vec![Vec::new(); page.blocks.len()];
    }
    let stats: Vec<Stats> = page.blocks.iter().map(|block| Stats::of(page.text_of(block))).collect();
    let first = decide::weigh(page, &stats);
    let words = first.words(&stats);
    let features = Features::new(page, &stats, &first);
    let verdicts = FirstVerdicts::new(&features, &words);
    let context = Context::new(&features, &verdicts.p, &words);
    let contributions = |at: usize| {
        if words[at] == 0.0 {
            // Removed whatever its features say.
            return Vec::new();
        }
        let mut all = of_block(&features, &context, verdicts.carried(at), at);
        all.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()).then(a.feature.cmp(b.feature)));
        all.truncate(most);
        all.shrink_to_fit();
        all
    };
    (0..page.blocks.len()).map(contributions).collect()
}

/// What every feature adds to the log odds of a block.
fn of_block(features: &Features<'_>, context: &Context<'_>, carried: &[f32], at: usize) -> Vec<Contribution> {
    let names = names::of_features(features, context);
    let (mut first, mut second) = (Vec::new(), Vec::new());
    features.write(at, &mut first);
    context.write(at, &mut second);
    second.extend(carried);
    let (mut weights, _) = model::FIRST.weights(&first);
    let (mut second_weights, _) = model::SECOND.weights(&second);
    take_apart(&mut second_weights[names.first_verdict], &mut weights);
    for (&feature, weight) in model::CARRIED.iter().zip(&second_weights[second.len() - carried.len()..]) {
        weights[usize::from(feature)] += weight;
    }
    weights.extend(second_weights);
    let contribution = |((name, value), weight): ((&'static String, f32), f32)| Contribution {
        feature: name,
        value,
        weight: weight / 2.0,
    };
    let all = names.all.iter().zip(first.into_iter().chain(second)).zip(weights);
    all.filter(|(_, weight)| *weight != 0.0).map(contribution).collect()
}

/// Adds what the first verdict weighs in the second to the parts it consists of.
fn take_apart(verdict: &mut f32, parts: &mut [f32]) {
    let scale = *verdict / parts.iter().sum::<f32>();
    if (0.0..=MOST_SCALING).contains(&scale) {
        parts.iter_mut().for_each(|part| *part += *part * scale);
        *verdict = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::contributions;
    use crate::html::model::{FIRST, SECOND};
    use crate::html::{ExtractOptions, extract, page_of};

    const PAGE: &str = "<nav><a href=/>Home</a> <a href=/news>News</a></nav><h1>Bridge reopens</h1>
        <p>The old bridge was opened again on Monday, after two years of repairs to its arches.";

    #[test]
    fn all_features_of_a_block_give_its_score() {
        let all = contributions(&page_of(PAGE), usize::MAX);
        let base = [&FIRST, &SECOND].map(|forest| forest.weights(&vec![0.0; forest.features]).1);
        let base = (base[0] + base[1]) / 2.0;
        for (features, block) in all.iter().zip(extract(PAGE, &ExtractOptions::default()).blocks) {
            let total = base + features.iter().map(|feature| feature.weight).sum::<f32>();
            assert!((1.0 / (1.0 + (-total).exp()) - block.score).abs() < 1e-3, "of {}", block.text);
            assert!(features.windows(2).all(|pair| pair[0].weight.abs() >= pair[1].weight.abs()));
        }
    }

    #[test]
    fn features_have_names_a_reader_knows() {
        let all = contributions(&page_of(PAGE), usize::MAX);
        let names: BTreeSet<&str> = all.iter().flatten().map(|feature| feature.feature).collect();
        assert!(
            ["link-density", "same-place-mean-first-verdict", "page-list-items"]
                .iter()
                .all(|n| names.contains(n))
        );
        let raw = |name: &&&str| {
            ["shape", "verdicts", "hint", "near-p", "level-p"].iter().any(|raw| name.starts_with(raw))
        };
        assert_eq!(names.iter().find(raw), None);
    }
}
