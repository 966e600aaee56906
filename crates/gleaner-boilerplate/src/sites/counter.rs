//! Counting in memory.

use super::learner::SiteLearner;
use super::page::SitePage;
use super::template::SiteTemplate;

/// Counts the lines of pages of any number of sites.
///
/// Holds some hundred bytes a line. For more than fits into memory sort the records of [`SitePage::records`] elsewhere.
#[derive(Clone, Debug, Default)]
pub struct SiteCounter {
    records: Vec<Box<[u8]>>,
}

impl SiteCounter {
    /// Counts a page of `host`; one of more than [`SitePage::MAX_HOST`] bytes is passed over.
    pub fn add(&mut self, host: &str, page: &SitePage<'_>) {
        page.records(host, |record| self.records.push(record.into()));
    }

    /// Adds what another counter has counted.
    pub fn merge(&mut self, other: SiteCounter) {
        self.records.extend(other.records);
    }

    /// What was counted, sorted, for a [`SiteLearner`]; the counter is empty then.
    pub fn drain(&mut self) -> impl Iterator<Item = Box<[u8]>> + use<> {
        let mut records = std::mem::take(&mut self.records);
        records.sort_unstable();
        records.into_iter()
    }

    /// The templates of all sites that have one, in a fixed order (by a hash of the host).
    pub fn templates(mut self) -> Vec<SiteTemplate> {
        let mut learner = SiteLearner::default();
        let mut templates: Vec<SiteTemplate> =
            self.drain().filter_map(|record| learner.push(&record)).collect();
        templates.extend(learner.finish());
        templates
    }
}

#[cfg(test)]
mod tests {
    use super::SiteCounter;
    use crate::sites::SitePage;

    fn page(of: &str) -> String {
        format!(
            "Menu\nThe {of} is old, and the road that leads to it is older still, they say.\nAbout us 12\n"
        )
    }

    #[test]
    fn order_and_copies_do_not_matter() {
        let stories = ["mill", "tower", "chapel", "school", "barn"];
        let count = |stories: &mut dyn Iterator<Item = &&str>| {
            let mut counter = SiteCounter::default();
            stories.for_each(|of| counter.add("a.example", &SitePage::of(&page(of))));
            counter
        };
        let once = count(&mut stories.iter()).templates();
        let mut many = count(&mut stories.iter().rev().cycle().take(400));
        many.merge(count(&mut stories.iter()));
        assert_eq!(many.templates(), once);
        assert_eq!((once.len(), once[0].pages(), once[0].lines().len()), (1, 5, 2));
        assert!(once[0].lines().iter().all(|line| line.pages == 5));
    }

    #[test]
    fn sites_do_not_mix() {
        let mut counter = SiteCounter::default();
        for (host, of) in
            [("a.example", "mill"), ("b.example", "tower"), ("a.example", "inn"), ("b.example", "barn")]
        {
            counter.add(host, &SitePage::of(&page(of)));
        }
        assert!(counter.templates().is_empty(), "two pages of a site prove nothing");
    }

    #[test]
    fn one_page_a_thousand_times_is_one_page() {
        let mut counter = SiteCounter::default();
        (0..1000).for_each(|n| {
            counter.add("a.example", &SitePage::of(&format!("{}Read {n} times\n", page("mill"))))
        });
        assert!(counter.templates().is_empty());
    }
}
