//! The frames of sites: the lines at the ends of a page that all pages of its site have.

use std::mem;

use ahash::AHashMap;

use crate::lines::PageLines;

/// Pages of a site that are looked at, the first of them.
const PAGES: usize = 16;
/// Unlike pages of one site on which a line of its frame stands.
const UNLIKE: usize = 3;
/// Lines that are held; the earliest of more.
const MOST_LINES: usize = 1 << 20;

/// Lines that belong to the frames of sites, wherever they stand, each with the number of the page that proved it.
///
/// A line belongs to a frame when it is among the eight at the top or bottom of three unlike pages of one site, of its
/// first sixteen; it does so on the pages of every site, where copies of pages carry it. Two pages are alike when they share one of their longest lines: the text of a page and its copies
/// is no frame. A frame counts for pages after the one that proved it, so that what is decided on a page does not depend
/// on what comes later. Sixteen bytes a line; holds a million of them.
///
/// ```
/// use gleaner_dedup::{FrameLearner, PageLines};
///
/// let page = |number: usize| format!("News of the harbour\nStory {} is another one\nImprint and contact", "x".repeat(number));
/// let mut learner = FrameLearner::default();
/// for number in 0..4 {
///     learner.page(1, number, &PageLines::of(&page(number as usize)));
/// }
/// let frames = learner.finish();
/// assert_eq!(frames.len(), 2);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Frames {
    /// The page that proved a line, by the hash of the line.
    since: AHashMap<u64, u64>,
}

impl Frames {
    /// Frames from lines with the pages that proved them, as [`Frames::lines`] gives them.
    pub fn from_lines(lines: impl IntoIterator<Item = (u64, u64)>) -> Frames {
        Frames { since: lines.into_iter().map(|(since, line)| (line, since)).collect() }
    }

    /// Number of lines.
    pub fn len(&self) -> usize {
        self.since.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.since.is_empty()
    }

    /// The number of the page that proved each line, and the hash of the line, ascending.
    pub fn lines(&self) -> Vec<(u64, u64)> {
        let mut lines: Vec<(u64, u64)> = self.since.iter().map(|(&line, &since)| (since, line)).collect();
        lines.sort_unstable();
        lines
    }

    /// The page that proved a line to belong to a frame: it does on all pages after that one.
    pub(crate) fn since(&self, line: u64) -> Option<u64> {
        self.since.get(&line).copied()
    }
}

/// Learns [`Frames`] from the pages of one site after the other.
#[derive(Clone, Debug, Default)]
pub struct FrameLearner {
    site: u64,
    pages: Vec<Page>,
    found: AHashMap<u64, u64>,
}

#[derive(Clone, Debug)]
struct Page {
    lines: PageLines,
    /// The first page that this one is like: its own number, or that of another.
    like: usize,
}

impl FrameLearner {
    /// Takes in a page of `site` that has number `number` among all pages, and says whether it proves a line. The pages of
    /// a site must come one after the other, by their numbers. Constant time.
    pub fn page(&mut self, site: u64, number: u64, lines: &PageLines) -> bool {
        if site != self.site {
            self.site = site;
            self.pages.clear();
        }
        if !self.looks_at(site) {
            return false;
        }
        let alike = |page: &&Page| page.lines.longest.iter().any(|line| lines.longest.contains(line));
        let like = self.pages.iter().find(alike).map_or(self.pages.len(), |page| page.like);
        self.pages.push(Page { lines: lines.clone(), like });
        let mut proves = false;
        for &line in &lines.edges {
            if self.unlike_pages(line) >= UNLIKE {
                let since = self.found.entry(line).or_insert(u64::MAX);
                proves |= number < *since;
                *since = number.min(*since);
            }
        }
        if self.found.len() >= 2 * MOST_LINES {
            self.found = earliest(mem::take(&mut self.found));
        }
        proves
    }

    /// Whether [`FrameLearner::page`] would look at another page of `site`.
    pub fn looks_at(&self, site: u64) -> bool {
        site != self.site || self.pages.len() < PAGES
    }

    /// The pages that proved the lines found so far, in no order.
    pub fn proving(&self) -> impl Iterator<Item = u64> {
        self.found.values().copied()
    }

    /// The frames.
    pub fn finish(self) -> Frames {
        Frames { since: earliest(self.found) }
    }

    /// On how many unlike pages of the site the line is.
    fn unlike_pages(&self, line: u64) -> usize {
        let mut alike = [false; PAGES];
        self.pages
            .iter()
            .filter(|page| page.lines.edges.contains(&line))
            .for_each(|page| alike[page.like] = true);
        alike.iter().filter(|&&alike| alike).count()
    }
}

fn earliest(found: AHashMap<u64, u64>) -> AHashMap<u64, u64> {
    if found.len() <= MOST_LINES {
        return found;
    }
    let mut lines = Frames { since: found }.lines();
    lines.truncate(MOST_LINES);
    Frames::from_lines(lines).since
}

#[cfg(test)]
mod tests {
    use super::{FrameLearner, Frames};
    use crate::lines::{PageLines, line_hash};

    fn learn(pages: &[(u64, &str)]) -> Frames {
        let mut learner = FrameLearner::default();
        for (number, (site, text)) in (0..).zip(pages) {
            learner.page(*site, number, &PageLines::of(text));
        }
        learner.finish()
    }

    #[test]
    fn a_line_on_three_unlike_pages() {
        let frames = learn(&[
            (1, "The frame of all\nA text of its own"),
            (1, "The frame of all\nAnother text of its own"),
            (1, "The frame of all\nA third text of its own"),
            (1, "The frame of all\nA fourth text of its own"),
            (2, "The frame of two\nA fifth text of its own"),
            (2, "The frame of two\nA sixth text of its own"),
        ]);
        assert_eq!(frames.lines(), [(2, line_hash("The frame of all"))]);
        let line = line_hash("The frame of all");
        assert_eq!(frames.since(line), Some(2));
        assert_eq!(Frames::from_lines(frames.lines()).lines(), frames.lines());
    }

    #[test]
    fn copies_of_a_page_prove_nothing() {
        let page = "A heading above it\nThe long line that makes the text of this page";
        assert!(
            learn(&[(1, page), (1, &format!("{page}\nNew at the end")), (1, page), (1, page)]).is_empty()
        );
    }

    #[test]
    fn only_the_first_pages_of_a_site_count() {
        let mut pages: Vec<String> =
            (0..16).map(|page| format!("Text number {}", "x".repeat(page))).collect();
        pages.extend((16..30).map(|page| format!("The frame\nText number {}", "x".repeat(page))));
        let pages: Vec<(u64, &str)> = pages.iter().map(|page| (7, page.as_str())).collect();
        assert!(learn(&pages).is_empty());
    }
}
