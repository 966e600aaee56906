//! Which features decided on a block.
//!
//! Each tree leads a block from its root to a leaf. What the expected value of the leaves below changes by at a split is
//! put down to the feature that is asked there (Saabas 2014); the sums over all splits of all trees, and the value to be
//! expected of any block, are the log odds of the block, exactly.

mod names;

use std::sync::LazyLock;

use super::decide;
use super::features::{Features, Row};
use super::model::{self, Step};
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

/// The mean of the leaves below each node of the model.
static EXPECTED: LazyLock<Vec<f32>> = LazyLock::new(|| expected(model::roots(), model::nodes(), model::step));

/// For each block the `most` features that weigh most, heaviest first.
pub(crate) fn contributions(page: &Page, most: usize) -> Vec<Vec<Contribution>> {
    if most == 0 || page.blocks.is_empty() {
        return vec![Vec::new(); page.blocks.len()];
    }
    let stats: Vec<Stats> = page.blocks.iter().map(|block| Stats::of(page.text_of(block))).collect();
    let first = decide::weigh(page, &stats);
    let features = Features::new(page, &stats, &first);
    let names = names::of_features(&features);
    let mut row = vec![0.0; model::FEATURES];
    let contributions = |at: usize| {
        features.write(at, &mut Row { values: &mut row, at: 0 });
        let weights = weights(&row, model::roots(), model::step, &EXPECTED);
        heaviest(&row, &weights, names, most)
    };
    (0..page.blocks.len()).map(contributions).collect()
}

/// What each feature of `row` adds to the sum of the leaves it is led to.
fn weights(
    row: &[f32],
    roots: impl Iterator<Item = usize>,
    step: impl Fn(usize) -> Step,
    expected: &[f32],
) -> Vec<f32> {
    let mut weights = vec![0.0; row.len()];
    for root in roots {
        let mut at = root;
        while let Step::Split { feature, threshold, low, high } = step(at) {
            let next = if row[feature] > threshold { high } else { low };
            weights[feature] += expected[next] - expected[at];
            at = next;
        }
    }
    weights
}

fn heaviest(row: &[f32], weights: &[f32], names: &'static [String], most: usize) -> Vec<Contribution> {
    let mut order: Vec<usize> = (0..row.len()).filter(|&at| weights[at] != 0.0).collect();
    order.sort_by(|&a, &b| weights[b].abs().total_cmp(&weights[a].abs()).then(a.cmp(&b)));
    order.truncate(most);
    let contribution = |at: usize| Contribution {
        feature: names.get(at).map_or("unnamed", String::as_str),
        value: row[at],
        weight: weights[at],
    };
    order.into_iter().map(contribution).collect()
}

/// The mean of the leaves below each node.
fn expected(roots: impl Iterator<Item = usize>, nodes: usize, step: impl Fn(usize) -> Step) -> Vec<f32> {
    // Sum and number of the leaves.
    let mut below = vec![(0.0f32, 0.0f32); nodes];
    let mut open: Vec<(usize, bool)> = roots.map(|root| (root, false)).collect();
    while let Some((at, children_done)) = open.pop() {
        match step(at) {
            Step::Leaf(value) => below[at] = (value, 1.0),
            Step::Split { low, high, .. } if children_done => {
                below[at] = (below[low].0 + below[high].0, below[low].1 + below[high].1);
            }
            Step::Split { low, high, .. } => open.extend([(at, true), (low, false), (high, false)]),
        }
    }
    below.into_iter().map(|(sum, leaves)| if leaves > 0.0 { sum / leaves } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::{EXPECTED, contributions, weights};
    use crate::html::model::{self, Step};
    use crate::html::{ExtractOptions, extract, page_of};

    const PAGE: &str = "<nav><a href=/>Home</a> <a href=/news>News</a></nav><h1>Bridge reopens</h1>
        <p>The old bridge was opened again on Monday, after two years of repairs to its arches.";

    #[test]
    fn weights_sum_up_to_the_score() {
        for row in [vec![0.0; model::FEATURES], vec![3.0; model::FEATURES], vec![-1.0; model::FEATURES]] {
            let mut total = 0.0;
            let mut bias = 0.0;
            for root in model::roots() {
                bias += EXPECTED[root];
                let mut at = root;
                total += loop {
                    match model::step(at) {
                        Step::Leaf(value) => break value,
                        Step::Split { feature, threshold, low, high } => {
                            at = if row[feature] > threshold { high } else { low };
                        }
                    }
                };
            }
            let sum: f32 = weights(&row, model::roots(), model::step, &EXPECTED).iter().sum();
            assert!((sum + bias - total).abs() < 1e-3, "{sum} + {bias} is not {total}");
        }
    }

    #[test]
    fn all_features_of_a_block_give_its_score() {
        let all = contributions(&page_of(PAGE), usize::MAX);
        let bias: f32 = model::roots().map(|root| EXPECTED[root]).sum();
        for (features, block) in all.iter().zip(extract(PAGE, &ExtractOptions::default()).blocks) {
            let total = bias + features.iter().map(|feature| feature.weight).sum::<f32>();
            assert!((1.0 / (1.0 + (-total).exp()) - block.score).abs() < 1e-3, "of {}", block.text);
            assert!(features.windows(2).all(|pair| pair[0].weight.abs() >= pair[1].weight.abs()));
        }
    }
}
