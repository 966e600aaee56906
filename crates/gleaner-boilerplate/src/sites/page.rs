//! What one page says of its lines.

use std::ops::Range;

use super::mask::mask;
use crate::lines::{Glance, glances};

/// Lines with words before and behind a line that are looked at.
const AROUND: usize = 4;
/// The longest lines of a page, by which its copies are known.
const LONGEST: usize = 8;
/// Bytes of a line that are kept to be read.
const SAMPLE: usize = 96;
/// Bytes of a host that are kept; no name has more.
const HOST: usize = 255;
/// Bytes of a record before its text.
pub(super) const RECORD: usize = 27;
/// In place of a line's hash in the record of a page.
pub(super) const PAGE: u64 = 0;

/// A line with words.
#[derive(Clone, Debug)]
pub(crate) struct SiteLine {
    /// Of its text with digits masked; never [`PAGE`].
    pub(crate) hash: u64,
    /// Bytes of the text.
    pub(crate) range: Range<usize>,
    /// Share of prose among the lines before and behind it, in 255ths.
    before: u8,
    after: u8,
}

/// The lines of one page, as they are counted.
///
/// Lines without words are passed over. Holds some forty bytes a line.
#[derive(Clone, Debug)]
pub struct SitePage<'t> {
    text: &'t str,
    pub(crate) lines: Vec<SiteLine>,
    /// Of the longest lines: equal for copies.
    signature: u64,
}

impl<'t> SitePage<'t> {
    /// Lines of a page that are counted: of more, as many of the first and of the last.
    pub const MAX_LINES: usize = 8192;

    /// The lines of `text`, which is what was extracted of a page, one block a line or as it stands. Costs linear time.
    pub fn of(text: &'t str) -> SitePage<'t> {
        let glances: Vec<Glance> = glances(text).filter(|glance| glance.weight > 0).collect();
        let mut masked = Vec::new();
        let mut longest: Vec<(usize, u64)> = Vec::with_capacity(LONGEST + 1);
        let mut lines = Vec::with_capacity(glances.len());
        for (at, glance) in glances.iter().enumerate() {
            let compared = mask(&text[glance.range.clone()], &mut masked);
            let hash = gleaner_text::hash64(compared).max(PAGE + 1);
            keep_longest(&mut longest, (compared.len(), hash));
            let before = prose_share(&glances[at.saturating_sub(AROUND)..at]);
            let after = prose_share(&glances[at + 1..(at + 1 + AROUND).min(glances.len())]);
            lines.push(SiteLine { hash, range: glance.range.clone(), before, after });
        }
        let signature: Vec<u8> = longest.iter().flat_map(|(_, hash)| hash.to_be_bytes()).collect();
        SitePage { text, lines, signature: gleaner_text::hash64(&signature) }
    }

    /// Gives `sink` what is counted of this page of `host`, as records for a [`SiteLearner`](super::SiteLearner), and a
    /// hash with each of a line, the same for all pages of a host that have the line; `None` for the record of the page.
    ///
    /// A record that no other page of the host shares its hash with may be left out: it changes no template.
    /// Records have 27 bytes and up to 96 of text, those of pages up to 255 of the host.
    pub fn records(&self, host: &str, mut sink: impl FnMut(Option<u64>, &[u8])) {
        if self.lines.is_empty() {
            return;
        }
        let host_hash = gleaner_text::hash64(host.as_bytes());
        let mut record = Vec::with_capacity(RECORD + SAMPLE);
        let mut write = |line: u64, around: [u8; 3], text: &str| {
            record.clear();
            [host_hash, line, self.signature].iter().for_each(|number| record.extend(number.to_be_bytes()));
            record.extend(around);
            let most = if line == PAGE { HOST } else { SAMPLE };
            record.extend(&text.as_bytes()[..text.floor_char_boundary(most)]);
            sink((line != PAGE).then_some(host_hash ^ line.rotate_left(32)), &record);
        };
        write(PAGE, [0; 3], host);
        let mut seen = ahash::AHashSet::with_capacity(self.lines.len().min(SitePage::MAX_LINES));
        let count = self.lines.len();
        let ends = (0..count).filter(|&at| at < Self::MAX_LINES / 2 || at + Self::MAX_LINES / 2 >= count);
        for at in ends {
            let line = &self.lines[at];
            if seen.insert(line.hash) {
                let place = (255 * at / count) as u8;
                write(line.hash, [place, line.before, line.after], self.text[line.range.clone()].trim());
            }
        }
    }
}

/// Keeps the longest lines that differ, in a fixed order.
fn keep_longest(longest: &mut Vec<(usize, u64)>, line: (usize, u64)) {
    let at = longest.partition_point(|other| *other > line);
    if at < LONGEST && longest.get(at) != Some(&line) {
        longest.insert(at, line);
        longest.truncate(LONGEST);
    }
}

/// The share of prose in the weight of `lines`, in 255ths.
fn prose_share(lines: &[Glance]) -> u8 {
    let weight =
        |lines: &mut dyn Iterator<Item = &Glance>| lines.map(|line| u64::from(line.weight)).sum::<u64>();
    let all = weight(&mut lines.iter());
    let prose = weight(&mut lines.iter().filter(|line| line.prose));
    (255 * prose).checked_div(all).unwrap_or(0) as u8
}

#[cfg(test)]
mod tests {
    use super::{RECORD, SitePage};

    #[test]
    fn copies_of_a_page_have_one_signature_and_other_pages_another() {
        let text =
            |number: u64, story: &str| format!("Menu\n{story} {}\nRead {number} times\n", "x".repeat(90));
        let signature = |text: &str| SitePage::of(text).signature;
        assert_eq!(signature(&text(1, "one")), signature(&text(2, "one")));
        assert_ne!(signature(&text(1, "one")), signature(&text(1, "two")));
    }

    #[test]
    fn a_page_of_a_million_lines_gives_few_records() {
        for text in [(0..200_000).map(|n| format!("{}\n", word(n))).collect(), "same\n".repeat(200_000)] {
            let text: String = text;
            let mut records = 0;
            SitePage::of(&text).records("a.example", |_, record| {
                records += 1;
                assert!((RECORD..=RECORD + 96).contains(&record.len()));
            });
            assert!(records <= SitePage::MAX_LINES + 1, "{records}");
        }
    }

    /// A word that no other number has.
    fn word(number: usize) -> String {
        number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
    }
}
