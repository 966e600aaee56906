//! What one page says of its lines.

use std::collections::VecDeque;
use std::ops::Range;

use super::longest::Longest;
use super::mask::compared;
use crate::lines::{Glance, glances};

/// Lines with words before and behind a line that are looked at.
const AROUND: usize = 4;
/// Bytes of a line that are kept to be read.
const SAMPLE: usize = 96;
/// Bytes of a record before its text.
pub(super) const RECORD: usize = 35;
/// In place of a line's hash in the record of a page.
pub(super) const PAGE: u64 = 0;

/// A line with words that is counted.
#[derive(Clone, Debug)]
struct SiteLine {
    /// Of its text with digits masked; never [`PAGE`].
    hash: u64,
    /// Bytes of the text.
    range: Range<usize>,
    /// Lines with words before it.
    at: usize,
    /// Share of prose among the lines before and behind it, in 255ths.
    before: u8,
    after: u8,
}

/// The lines of one page, as they are counted.
///
/// Lines without words are passed over. Holds some forty bytes a line, of [`SitePage::MAX_LINES`] at most.
#[derive(Clone, Debug)]
pub struct SitePage<'t> {
    text: &'t str,
    lines: Vec<SiteLine>,
    /// Lines with words.
    count: usize,
    /// Each of half of the longest lines: both equal for copies, one for versions that differ in a line.
    signatures: [u64; 2],
}

impl<'t> SitePage<'t> {
    /// Lines of a page that are counted: of more, as many of the first and of the last.
    pub const MAX_LINES: usize = 8192;
    /// Bytes of a host at most; no name has more.
    pub const MAX_HOST: usize = 255;

    /// The lines of `text`, which is what was extracted of a page, one block a line or as it stands. Costs linear time.
    pub fn of(text: &'t str) -> SitePage<'t> {
        SitePage::with_verbatim(text, &[])
    }

    /// As [`of`](SitePage::of), without counting the lines that touch the ranges `verbatim` (bytes, ascending, disjoint):
    /// rows of tables and lines of code return for their own reasons, and no template removes them.
    pub fn with_verbatim(text: &'t str, verbatim: &[Range<usize>]) -> SitePage<'t> {
        let (mut reader, mut verbatim) = (Reader::default(), verbatim.iter().peekable());
        let mut masked = Vec::new();
        for glance in glances(text).filter(|glance| glance.weight > 0) {
            let Range { start, end } = glance.range;
            while verbatim.next_if(|range| range.end <= start).is_some() {}
            let counts = !verbatim.peek().is_some_and(|range| range.start <= end && !range.is_empty());
            let (hash, length) = compared(&text[start..end], &mut masked);
            reader.push(Seen { hash, counts, glance }, length);
        }
        reader.finish(text)
    }

    /// Gives `sink` what is counted of this page of `host`, as records for a [`SiteLearner`](super::SiteLearner), and a
    /// hash with each of a line, the same for all pages of a host that have the line; `None` for the record of the page.
    ///
    /// A record that no other page of the host shares its hash with may be left out: it changes no template.
    /// Records have 35 bytes and up to 96 of text, those of pages all of the host. There are none of a page without words,
    /// and none where the host has more than [`SitePage::MAX_HOST`] bytes.
    pub fn records(&self, host: &str, mut sink: impl FnMut(Option<u64>, &[u8])) {
        if self.lines.is_empty() || host.len() > Self::MAX_HOST {
            return;
        }
        let host_hash = gleaner_text::hash64(host.as_bytes());
        let mut record = Vec::with_capacity(RECORD + SAMPLE);
        let mut write = |line: u64, around: [u8; 3], text: &str| {
            record.clear();
            let [odd, even] = self.signatures;
            [host_hash, line, odd, even].iter().for_each(|number| record.extend(number.to_be_bytes()));
            record.extend(around);
            let most = if line == PAGE { Self::MAX_HOST } else { SAMPLE };
            record.extend(&text.as_bytes()[..text.floor_char_boundary(most)]);
            sink((line != PAGE).then_some(host_hash ^ line.rotate_left(32)), &record);
        };
        write(PAGE, [0; 3], host);
        let mut seen = ahash::AHashSet::with_capacity(self.lines.len());
        for line in &self.lines {
            if seen.insert(line.hash) {
                let place = (255 * line.at / self.count) as u8;
                write(line.hash, [place, line.before, line.after], self.text[line.range.clone()].trim());
            }
        }
    }
}

/// A line with words.
struct Seen {
    hash: u64,
    /// Whether it is counted.
    counts: bool,
    glance: Glance,
}

/// Reads a page line by line; holds the lines around one, and those that are counted.
#[derive(Default)]
struct Reader {
    /// The last lines.
    around: VecDeque<Seen>,
    /// How many of them wait for the lines behind them.
    waiting: usize,
    /// Lines that do not wait.
    done: usize,
    first: Vec<SiteLine>,
    last: VecDeque<SiteLine>,
    longest: Longest,
}

impl Reader {
    fn push(&mut self, line: Seen, length: usize) {
        self.longest.push(length, line.hash, line.glance.prose);
        self.around.push_back(line);
        self.waiting += 1;
        if self.waiting > AROUND {
            self.settle();
        }
        if self.around.len() > 2 * AROUND {
            self.around.pop_front();
        }
    }

    /// Takes the first line that waits, with what stands around it.
    fn settle(&mut self) {
        let at = self.around.len() - self.waiting;
        let share = |lines: Range<usize>| prose_share(self.around.range(lines).map(|line| &line.glance));
        let before = share(at.saturating_sub(AROUND)..at);
        let after = share(at + 1..(at + 1 + AROUND).min(self.around.len()));
        let Seen { hash, counts, glance } = &self.around[at];
        let line = SiteLine { hash: *hash, range: glance.range.clone(), at: self.done, before, after };
        let counts = *counts;
        (self.waiting, self.done) = (self.waiting - 1, self.done + 1);
        match counts {
            true if self.first.len() < SitePage::MAX_LINES / 2 => self.first.push(line),
            true => self.last.push_back(line),
            false => {}
        }
        if self.last.len() > SitePage::MAX_LINES / 2 {
            self.last.pop_front();
        }
    }

    fn finish(mut self, text: &str) -> SitePage<'_> {
        while self.waiting > 0 {
            self.settle();
        }
        let Reader { done: count, mut first, last, longest, .. } = self;
        first.extend(last);
        SitePage { text, lines: first, count, signatures: longest.signatures() }
    }
}

/// The share of prose in the weight of `lines`, in 255ths.
fn prose_share<'a>(lines: impl Iterator<Item = &'a Glance>) -> u8 {
    let sum = |(all, prose): (u64, u64), line: &Glance| {
        let weight = u64::from(line.weight);
        (all + weight, prose + if line.prose { weight } else { 0 })
    };
    let (all, prose) = lines.fold((0, 0), sum);
    (255 * prose).checked_div(all).unwrap_or(0) as u8
}

#[cfg(test)]
mod tests {
    use super::{RECORD, SitePage};

    #[test]
    fn copies_of_a_page_have_one_signature_and_other_pages_another() {
        let text =
            |number: u64, story: &str| format!("Menu\n{story} {}\nRead {number} times\n", "x".repeat(90));
        let signature = |text: &str| SitePage::of(text).signatures;
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

    #[test]
    fn lines_around_are_those_of_the_page() {
        let prose = "The mill by the river was sold in spring, and nobody in the village knows to whom.\n";
        let text = format!("a\nb\nc\nd\ne\nf\n{prose}g\nh\ni\nj\nk\n");
        let page = SitePage::of(&text);
        let around: Vec<(bool, bool)> =
            page.lines.iter().map(|line| (line.before > 0, line.after > 0)).collect();
        let (n, b, a) = ((false, false), (true, false), (false, true));
        assert_eq!(around, [n, n, a, a, a, a, n, b, b, b, b, n]);
        assert!(page.lines.iter().map(|line| line.at).eq(0..12));
    }

    #[test]
    fn verbatim_lines_are_not_counted() {
        let text = "Menu\nfn main() {\nlet a = b;\nTail\n";
        let code = text.find("fn").unwrap()..text.find("Tail").unwrap() - 1;
        let page = SitePage::with_verbatim(text, &[0..0, code]);
        let lines: Vec<&str> = page.lines.iter().map(|line| &text[line.range.clone()]).collect();
        assert_eq!((lines, page.count), (vec!["Menu", "Tail"], 4));
    }

    #[test]
    fn a_host_that_is_no_name_has_no_records() {
        let records = |host: &str| {
            let mut records = 0;
            SitePage::of("a line").records(host, |_, _| records += 1);
            records
        };
        assert_eq!(records(&"h".repeat(SitePage::MAX_HOST)), 2);
        assert_eq!(records(&"h".repeat(SitePage::MAX_HOST + 1)), 0);
    }

    /// A word that no other number has.
    fn word(number: usize) -> String {
        number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
    }
}
