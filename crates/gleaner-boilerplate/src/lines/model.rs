//! The forest that judges lines. See [`crate::forest`] for what it is.

pub(super) use super::model_table::LINES;

#[cfg(test)]
mod tests {
    use super::LINES;
    use crate::forest::golden;

    #[test]
    fn gives_what_the_trainer_gives() {
        let golden: Vec<golden::Row> =
            serde_json::from_str(include_str!("../../tests/lines/golden_rows.json")).expect("JSON");
        golden::check(&LINES, &golden);
    }

    #[test]
    fn the_features_fit() {
        let cleaner = crate::lines::LineCleaner::new(&Default::default()).expect("no rule is named");
        assert_eq!(cleaner.line_features("A line.\n").names.len(), LINES.features);
    }
}
