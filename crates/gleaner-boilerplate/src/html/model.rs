//! The learned part: trees that say how likely a block is main content, from its features.
//!
//! Gradient-boosted trees (Friedman 2001), fitted offline on labelled pages and compiled in as a table.

pub(crate) use super::model_table::FEATURES;
use super::model_table::{NODES, TREES};

/// Blocks that go through a tree together: their steps do not wait for each other.
pub(crate) const TOGETHER: usize = 8;

/// A question about one feature, or a leaf.
pub(crate) struct Node {
    /// Of a leaf: its value.
    threshold: f32,
    feature: u16,
    /// The node to go to if the feature is at most the threshold, and if it is above. A leaf leads to itself.
    next: [u16; 2],
}

impl Node {
    pub(crate) const fn new(feature: u16, threshold: f32, low: u16, high: u16) -> Node {
        Node { threshold, feature, next: [low, high] }
    }
}

/// What a node does.
pub(crate) enum Step {
    Leaf(f32),
    /// Goes to `low` if the feature is at most the threshold, else to `high`.
    Split {
        feature: usize,
        threshold: f32,
        low: usize,
        high: usize,
    },
}

/// How many nodes the trees have.
pub(crate) fn nodes() -> usize {
    NODES.len()
}

/// The first node of each tree.
pub(crate) fn roots() -> impl Iterator<Item = usize> {
    TREES.iter().map(|tree| usize::from(tree.root))
}

/// What the node at `at` does.
pub(crate) fn step(at: usize) -> Step {
    let node = &NODES[at];
    let [low, high] = node.next.map(usize::from);
    if low == at && high == at {
        return Step::Leaf(node.threshold);
    }
    Step::Split { feature: usize::from(node.feature), threshold: node.threshold, low, high }
}

/// Where a tree begins, and how many steps lead from there to its deepest leaf.
pub(crate) struct Tree {
    pub(crate) root: u16,
    pub(crate) depth: u16,
}

/// Features of as many blocks as go through the trees together.
pub(crate) type Rows = [[f32; FEATURES]; TOGETHER];

/// Probability that the block of each row is main content.
pub(crate) fn probabilities(rows: &Rows) -> [f32; TOGETHER] {
    let mut totals = [0.0f32; TOGETHER];
    for tree in &TREES {
        let mut at = [tree.root; TOGETHER];
        for _ in 0..tree.depth {
            for (at, row) in at.iter_mut().zip(rows) {
                let node = &NODES[usize::from(*at)];
                *at = node.next[usize::from(row[usize::from(node.feature)] > node.threshold)];
            }
        }
        for (total, at) in totals.iter_mut().zip(at) {
            *total += NODES[usize::from(at)].threshold;
        }
    }
    totals.map(|total| 1.0 / (1.0 + (-total).exp()))
}

#[cfg(test)]
mod tests {
    use super::{FEATURES, TOGETHER, probabilities};

    #[derive(serde::Deserialize)]
    struct Golden {
        row: Vec<f32>,
        probability: f32,
    }

    #[test]
    fn gives_what_the_trainer_gives() {
        let golden = include_str!("../../tests/html/golden_rows.json");
        let golden: Vec<Golden> = serde_json::from_str(golden).expect("the file is JSON");
        assert!(golden.len() >= 3 * TOGETHER);
        for golden in golden.chunks_exact(TOGETHER) {
            let rows =
                std::array::from_fn(|i| <[f32; FEATURES]>::try_from(&golden[i].row[..]).expect("a full row"));
            for (own, golden) in probabilities(&rows).into_iter().zip(golden) {
                let trained = golden.probability;
                assert!((own - trained).abs() < 1e-5, "{own} is not {trained}");
            }
        }
    }
}
