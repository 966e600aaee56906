//! The forests that judge blocks. See [`crate::forest`] for what they are.

pub(crate) use super::model_table::{CARRIED, FIRST, SECOND};
use crate::forest::{Column, Forest};

/// Log odds of each block to be main content; `write` gives the features of the one it is asked for. A block without
/// words is none: its odds are 0.
pub(crate) fn judge(forest: &Forest, words: &[f32], write: impl FnMut(usize, &mut Column<'_>)) -> Vec<f32> {
    let mut log_odds = forest.judge(words.len(), write);
    let wordless = log_odds.iter_mut().zip(words).filter(|(_, words)| **words <= 0.0);
    wordless.for_each(|(log_odds, _)| *log_odds = f32::NEG_INFINITY);
    log_odds
}

#[cfg(test)]
mod tests {
    use super::{FIRST, SECOND};
    use crate::forest::golden;

    #[derive(serde::Deserialize)]
    struct Golden {
        first: Vec<golden::Row>,
        second: Vec<golden::Row>,
    }

    #[test]
    fn gives_what_the_trainer_gives() {
        let golden: Golden =
            serde_json::from_str(include_str!("../../tests/html/golden_rows.json")).expect("JSON");
        golden::check(&FIRST, &golden.first);
        golden::check(&SECOND, &golden.second);
    }
}
