//! The learned part of both modules: how likely something is main content, from its features.
//!
//! Gradient-boosted trees (Friedman 2001) of the oblivious kind (Kohavi and Li 1995; Prokhorenkova et al. 2018): all
//! questions of one level are the same question, so that a tree is six comparisons and a look-up, for several rows at
//! a time and without branches. Fitted offline on labelled pages and compiled in as tables.

/// Rows that are judged together.
const TOGETHER: usize = 8;
/// Questions of a tree.
const DEPTH: usize = 6;
/// Leaves of a tree.
const LEAVES: usize = 1 << DEPTH;

/// Takes the features of a row one after the other.
pub(crate) trait Sink {
    /// `name` and `index` say what `value` is: the names of a row's features are the same for every row.
    fn put(&mut self, name: &'static str, index: usize, value: f32);

    /// Several values, of which the first has the number `index`.
    fn put_all<const N: usize>(&mut self, name: &'static str, index: usize, values: [f32; N]) {
        for (at, value) in values.into_iter().enumerate() {
            self.put(name, index + at, value);
        }
    }
}

impl Sink for Vec<f32> {
    fn put(&mut self, _: &'static str, _: usize, value: f32) {
        self.push(value);
    }
}

impl Sink for Vec<String> {
    fn put(&mut self, name: &'static str, index: usize, _: f32) {
        self.push(format!("{name}.{index}"));
    }
}

/// A sum of trees.
pub(crate) struct Forest {
    /// Features a row has.
    pub(crate) features: usize,
    /// What every row is given before any tree.
    pub(crate) bias: f32,
    /// What one unit of a leaf stands for, in log odds.
    pub(crate) unit: f32,
    /// [`DEPTH`] a tree: the feature asked for, and the value it must exceed for the leaf's bit to be set.
    pub(crate) questions: &'static [(u16, f32)],
    /// 64 a tree.
    pub(crate) leaves: &'static [i16],
}

/// Features of [`TOGETHER`] rows, feature by feature.
type Rows = [[f32; TOGETHER]];

/// Where the features of one of these rows go. What does not fit is dropped; that the features fit is tested.
pub(crate) struct Column<'r> {
    rows: &'r mut Rows,
    own: usize,
    at: usize,
}

impl Column<'_> {
    /// A feature written before.
    pub(crate) fn get(&self, feature: u16) -> f32 {
        self.rows[usize::from(feature)][self.own]
    }
}

impl Sink for Column<'_> {
    #[inline]
    fn put(&mut self, _: &'static str, _: usize, value: f32) {
        if let Some(row) = self.rows.get_mut(self.at) {
            row[self.own % TOGETHER] = value;
        }
        self.at += 1;
    }

    #[inline]
    fn put_all<const N: usize>(&mut self, _: &'static str, _: usize, values: [f32; N]) {
        let rows = self.rows.get_mut(self.at..).unwrap_or_default();
        let own = self.own % TOGETHER;
        match rows.first_chunk_mut::<N>() {
            Some(rows) => rows.iter_mut().zip(values).for_each(|(row, value)| row[own] = value),
            None => rows.iter_mut().zip(values).for_each(|(row, value)| row[own] = value),
        }
        self.at += N;
    }
}

impl Forest {
    /// Log odds of each of `count` rows; `write` gives the features of the one it is asked for.
    pub(crate) fn judge(&self, count: usize, mut write: impl FnMut(usize, &mut Column<'_>)) -> Vec<f32> {
        let mut rows = vec![[0.0; TOGETHER]; self.features];
        let mut all = Vec::with_capacity(count + TOGETHER);
        for first in (0..count).step_by(TOGETHER) {
            for own in 0..TOGETHER.min(count - first) {
                write(first + own, &mut Column { rows: &mut rows, own, at: 0 });
            }
            all.extend(self.log_odds(&rows));
        }
        all.truncate(count);
        all
    }

    /// What each feature of a row adds to its log odds: with every question, the mean of the leaves still in reach
    /// changes, and the change is put down to the feature asked for (Saabas 2014). With the second value, the mean of
    /// all leaves, they sum up to the log odds.
    pub(crate) fn weights(&self, row: &[f32]) -> (Vec<f32>, f32) {
        let (mut weights, mut base) = (vec![0.0; row.len()], self.bias);
        for (questions, leaves) in self.questions.chunks_exact(DEPTH).zip(self.leaves.chunks_exact(LEAVES)) {
            let answer = |(level, &(feature, threshold)): (usize, &(u16, f32))| {
                usize::from(row[usize::from(feature)] > threshold) << level
            };
            let leaf: usize = questions.iter().enumerate().map(answer).sum();
            // From the last question to the first: the means of the leaves that the questions before leave in reach.
            let mut means: [f32; LEAVES] = std::array::from_fn(|at| self.unit * f32::from(leaves[at]));
            for (level, &(feature, threshold)) in questions.iter().enumerate().rev() {
                let below = 1 << level;
                let chosen = means[leaf & (2 * below - 1)];
                // A question that is never answered with yes has no leaves there.
                if threshold.is_finite() {
                    let (no, yes) = means.split_at_mut(below);
                    no.iter_mut().zip(yes).for_each(|(no, yes)| *no = (*no + *yes) / 2.0);
                }
                weights[usize::from(feature)] += chosen - means[leaf & (below - 1)];
            }
            base += means[0];
        }
        (weights, base)
    }

    fn log_odds(&self, rows: &Rows) -> [f32; TOGETHER] {
        let mut totals = [0i32; TOGETHER];
        for (questions, leaves) in self.questions.chunks_exact(DEPTH).zip(self.leaves.chunks_exact(LEAVES)) {
            let mut leaf = [0u32; TOGETHER];
            for (level, &(feature, threshold)) in questions.iter().enumerate() {
                for (leaf, value) in leaf.iter_mut().zip(&rows[usize::from(feature)]) {
                    *leaf |= u32::from(*value > threshold) << level;
                }
            }
            for (total, leaf) in totals.iter_mut().zip(leaf) {
                *total += i32::from(leaves[leaf as usize]);
            }
        }
        totals.map(|total| self.bias + self.unit * total as f32)
    }
}

pub(crate) fn probability(log_odds: f32) -> f32 {
    1.0 / (1.0 + (-log_odds).exp())
}

#[cfg(test)]
pub(crate) mod golden {
    //! Rows whose probability the trainer has written down.

    use super::{Forest, TOGETHER, probability};

    #[derive(serde::Deserialize)]
    pub(crate) struct Row {
        row: Vec<f32>,
        probability: f32,
    }

    pub(crate) fn check(forest: &Forest, golden: &[Row]) {
        assert!(golden.len() >= 3 * TOGETHER);
        for golden in golden.chunks_exact(TOGETHER) {
            let rows: Vec<[f32; TOGETHER]> =
                (0..forest.features).map(|f| std::array::from_fn(|own| golden[own].row[f])).collect();
            for (own, golden) in forest.log_odds(&rows).into_iter().zip(golden) {
                let (own, trained) = (probability(own), golden.probability);
                assert!((own - trained).abs() < 1e-5, "{own} is not {trained}");
            }
        }
    }
}
