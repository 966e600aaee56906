//! A template and the evidence in it.

use std::fmt;

/// Pages from which on the share of pages with a line may fall before the line proves less: sections of a site, and the
/// designs it had, each have fewer pages than the site.
const WHOLE: f64 = 64.0;
/// Standard deviations from the share to its bound.
const Z: f64 = 1.0;

/// How much it proves that a line is on `pages` of `of` pages: a lower bound on the share of the other pages that have it,
/// between 0 and 1 (the score interval of Wilson, 1927). Beyond 64 pages the pages counted against a line grow as the
/// square root of their number.
pub(super) fn strength(pages: u64, of: u64) -> f32 {
    let (others, of) = (pages.saturating_sub(1) as f64, of.saturating_sub(1) as f64);
    if others < 1.0 || of < 1.0 {
        return 0.0;
    }
    let of = if of <= WHOLE { of } else { WHOLE * (of / WHOLE).sqrt() };
    let share = (others / of).min(1.0);
    let spread = Z * (share * (1.0 - share) / of + Z * Z / (4.0 * of * of)).sqrt();
    ((share + Z * Z / (2.0 * of) - spread) / (1.0 + Z * Z / of)) as f32
}

/// A line of a template.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TemplateLine {
    /// Hash of its text with digits masked.
    pub hash: u64,
    /// Pages that have it; copies count once.
    pub pages: u64,
    /// Where it stands on a page, on average: 0 first, 255 last.
    pub place: u8,
    /// Share of prose in the four lines before it, on average, in 255ths.
    pub before: u8,
    /// The same of the four lines behind it: what a heading introduces.
    pub after: u8,
    /// How it reads on one of the pages, at most 96 bytes; for people only.
    pub text: String,
    strength: f32,
}

impl TemplateLine {
    /// How much its recurrence proves, between 0 and 1: a lower bound on the share of pages that have it.
    pub fn strength(&self) -> f32 {
        self.strength
    }
}

/// What recurs on the pages of one site.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteTemplate {
    host: String,
    pages: u64,
    /// The hash of each line and its place among the lines, ascending.
    by_hash: Vec<(u64, u32)>,
    /// By place.
    lines: Vec<TemplateLine>,
}

impl SiteTemplate {
    /// Lines that a template has at most: those on most pages.
    pub const MAX_LINES: usize = 4096;
    /// Pages from which on a site has a template.
    pub const MIN_PAGES: u64 = 3;
    /// Strength from which on a line is of the template.
    pub const MIN_STRENGTH: f32 = 0.02;

    /// A template of a host with so many distinct pages, from the values that [`SiteTemplate::lines`] gave. What proves too
    /// little is left out. Sorts the lines.
    pub fn new(
        host: impl Into<String>,
        pages: u64,
        lines: impl IntoIterator<Item = TemplateLine>,
    ) -> SiteTemplate {
        let known = |line: TemplateLine| TemplateLine { strength: strength(line.pages, pages), ..line };
        let mut lines: Vec<TemplateLine> =
            lines.into_iter().map(known).filter(|line| line.strength >= Self::MIN_STRENGTH).collect();
        if pages < Self::MIN_PAGES {
            lines.clear();
        }
        lines.sort_unstable_by_key(|line| line.hash);
        lines.dedup_by_key(|line| line.hash);
        if lines.len() > Self::MAX_LINES {
            lines.sort_unstable_by_key(|line| (std::cmp::Reverse(line.pages), line.hash));
            lines.truncate(Self::MAX_LINES);
        }
        lines.sort_unstable_by_key(|line| (line.place, line.hash));
        let mut by_hash: Vec<(u64, u32)> = lines.iter().map(|line| line.hash).zip(0..).collect();
        by_hash.sort_unstable();
        SiteTemplate { host: host.into(), pages, by_hash, lines }
    }

    /// The host.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Distinct pages that were counted; copies count once.
    pub fn pages(&self) -> u64 {
        self.pages
    }

    /// Its lines, from the top of a page to its end.
    pub fn lines(&self) -> &[TemplateLine] {
        &self.lines
    }

    /// Whether there is nothing to go by.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(crate) fn line(&self, hash: u64) -> Option<&TemplateLine> {
        let found = self.by_hash.binary_search_by_key(&hash, |&(hash, _)| hash).ok()?;
        Some(&self.lines[self.by_hash[found].1 as usize])
    }
}

/// A line as it was counted, before it is known what that proves.
pub(super) fn counted(hash: u64, pages: u64, [place, before, after]: [u8; 3], text: String) -> TemplateLine {
    TemplateLine { hash, pages, place, before, after, text, strength: 0.0 }
}

impl TemplateLine {
    /// A line as it was written down; [`SiteTemplate::new`] finds out what it proves.
    pub fn new(
        hash: u64,
        pages: u64,
        place: u8,
        before: u8,
        after: u8,
        text: impl Into<String>,
    ) -> TemplateLine {
        counted(hash, pages, [place, before, after], text.into())
    }
}

/// How often a removed line, or the line of the template that it stands by, is on the pages of its site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recurrence {
    /// Pages that have the line.
    pub pages: u64,
    /// Pages of the site.
    pub of: u64,
    /// Whether it is the removed line itself that recurs, and not the one it stands by.
    pub own: bool,
}

impl fmt::Display for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = if self.own { "" } else { "by a line " };
        write!(f, "{by}on {} of {} pages of the site", self.pages, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::{SiteTemplate, TemplateLine, strength};

    #[test]
    fn few_of_few_and_few_of_many_are_different_evidence() {
        let ascending = [(1, 5), (3, 10_000), (3, 64), (30, 10_000), (30, 1000), (3, 5), (5, 5), (44, 44)];
        for pair in ascending.windows(2) {
            let [less, more] = [pair[0], pair[1]].map(|(pages, of)| strength(pages, of));
            assert!(less < more, "{pair:?}: {less} {more}");
        }
        assert!(strength(30, 1000) >= SiteTemplate::MIN_STRENGTH);
        assert!(strength(2, 64) < SiteTemplate::MIN_STRENGTH);
        assert_eq!(strength(9, 0), 0.0);
        assert!(strength(u64::MAX, 1).is_finite() && strength(9, 3) <= 1.0);
    }

    #[test]
    fn a_template_is_bounded_and_found_by_hash() {
        let line = |n: u64| TemplateLine::new(n, 2 + n % 7, (n % 256) as u8, 0, 0, "");
        let template = SiteTemplate::new("a.example", 9, (1..100_000).map(line));
        assert_eq!(template.lines().len(), SiteTemplate::MAX_LINES);
        assert!(template.lines().iter().all(|line| line.pages == 8));
        assert!(template.lines().iter().all(|line| template.line(line.hash) == Some(line)));
        assert!(SiteTemplate::new("a.example", 2, [line(1)]).is_empty());
    }
}
