//! The forests that judge lines. See [`crate::forest`] for what they are.

pub(super) use super::model_table::LINES;
pub(super) use super::site_table::SITES;

#[cfg(test)]
mod tests {
    use super::{LINES, SITES};
    use crate::forest::golden;
    use crate::lines::LineCleaner;
    use crate::sites::{SitePage, SiteTemplate, TemplateLine};

    #[test]
    fn give_what_the_trainers_give() {
        let lines = include_str!("../../tests/lines/golden_rows.json");
        let sites = include_str!("../../tests/lines/golden_site_rows.json");
        for (forest, golden) in [(&LINES, lines), (&SITES, sites)] {
            let golden: Vec<golden::Row> = serde_json::from_str(golden).expect("JSON");
            golden::check(forest, &golden);
        }
    }

    #[test]
    fn the_features_fit() {
        let cleaner = LineCleaner::new(&Default::default()).expect("no rule is named");
        assert_eq!(cleaner.line_features("A line.\n").names.len(), LINES.features);
        let mut hash = 0;
        SitePage::of("A line.\n").records("", |record| {
            hash = u64::from_be_bytes(record[8..16].try_into().expect("a hash"));
        });
        let template = SiteTemplate::new("", 9, [TemplateLine::new(hash, 9, 0, 0, 0, "")]);
        assert_eq!(cleaner.site_features(&template, "A line.\n", &[0.5]).names.len(), SITES.features);
    }
}
