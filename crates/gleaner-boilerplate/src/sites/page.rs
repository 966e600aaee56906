//! What one page says of its lines.

use std::collections::VecDeque;
use std::ops::Range;

use super::longest::Longest;
use super::mask::compared;
use super::template::SiteTemplate;
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
            reader.push(Seen { hash, counts, range: start..end }, &glance, length);
        }
        reader.finish(text)
    }

    /// Gives `sink` what is counted of this page of `host`, as records for a [`SiteLearner`](super::SiteLearner), of 35
    /// bytes and up to 255 of text.
    ///
    /// There are none of a page without words, and none where the host has more than [`SitePage::MAX_HOST`] bytes.
    pub fn records(&self, host: &str, sink: impl FnMut(&[u8])) {
        let mut packed = Vec::new();
        self.pack(host, &mut packed, &mut Vec::new());
        Self::unpack(&packed, sink);
    }

    /// Appends to `packed` what [`unpack`](SitePage::unpack) makes the same records of, in a third of their bytes, and to
    /// `keys` a number for the host and one for each of the lines: the same for all pages of a host that have the line.
    pub fn pack(&self, host: &str, packed: &mut Vec<u8>, keys: &mut Vec<u64>) {
        let Ok(length) = u8::try_from(host.len()) else { return };
        if self.lines.is_empty() {
            return;
        }
        let host_hash = gleaner_text::hash64(host.as_bytes());
        let [odd, even] = self.signatures;
        [host_hash, odd, even].iter().for_each(|number| packed.extend(number.to_be_bytes()));
        packed.push(length);
        packed.extend_from_slice(host.as_bytes());
        keys.push(key(host_hash, PAGE));
        let mut seen = ahash::AHashSet::with_capacity(self.lines.len());
        for line in self.lines.iter().filter(|line| seen.insert(line.hash)) {
            let text = self.text[line.range.clone()].trim();
            let text = &text.as_bytes()[..text.floor_char_boundary(SAMPLE)];
            let place = (255 * line.at / self.count) as u8;
            packed.extend_from_slice(&line.hash.to_be_bytes());
            packed.extend_from_slice(&[place, line.before, line.after, text.len() as u8]);
            packed.extend_from_slice(text);
            keys.push(key(host_hash, line.hash));
        }
    }

    /// Gives `sink` the records of a packed page. Bytes that are no packed page give none.
    pub fn unpack(packed: &[u8], mut sink: impl FnMut(&[u8])) {
        let Some(page) = PackedPage::new(packed) else { return };
        let mut record = Vec::with_capacity(RECORD + Self::MAX_HOST);
        let mut write = |line: &[u8], around: &[u8], text: &[u8]| {
            record.clear();
            let parts = [&page.numbers[..8], line, &page.numbers[8..], around, text];
            parts.iter().for_each(|part| record.extend_from_slice(part));
            sink(&record);
        };
        write(&PAGE.to_be_bytes(), &[0; 3], page.host);
        page.for_each_line(|line| {
            let (hash, rest) = line.split_at(8);
            write(hash, &rest[..3], &rest[4..]);
        });
    }

    /// Appends to `thin` what may be of a template in a packed page: nothing if `pages` counts too few pages of the host, and
    /// no line that is on no other page. `pages` says how many have a key, or more.
    pub fn thin_out(packed: &[u8], pages: impl Fn(u64) -> u64, thin: &mut Vec<u8>) {
        let Some(page) = PackedPage::new(packed) else { return };
        let host = first_number(page.numbers);
        if pages(key(host, PAGE)) >= SiteTemplate::MIN_PAGES {
            thin.extend_from_slice(&packed[..packed.len() - page.lines.len()]);
            page.for_each_line(|line| {
                if pages(key(host, first_number(line))) > 1 {
                    thin.extend_from_slice(line);
                }
            });
        }
    }

    /// Appends to `keys` those that [`pack`](SitePage::pack) gave with a packed page.
    pub fn keys_of_packed(packed: &[u8], keys: &mut Vec<u64>) {
        let Some(page) = PackedPage::new(packed) else { return };
        let host = first_number(page.numbers);
        keys.push(key(host, PAGE));
        page.for_each_line(|line| keys.push(key(host, first_number(line))));
    }

    /// A number of the host of a packed page, by which packed pages sort first.
    pub fn host_of_packed(packed: &[u8]) -> u64 {
        first_number(packed)
    }
}

/// A packed page, read.
struct PackedPage<'p> {
    /// Of the host, and the two signatures.
    numbers: &'p [u8],
    host: &'p [u8],
    lines: &'p [u8],
}

/// Bytes of a packed line before its text: hash, place and what stands around, length of the text.
const LINE: usize = 12;

impl<'p> PackedPage<'p> {
    fn new(packed: &'p [u8]) -> Option<PackedPage<'p>> {
        let (numbers, rest) = packed.split_at_checked(24)?;
        let (&length, rest) = rest.split_first()?;
        let (host, lines) = rest.split_at_checked(length.into())?;
        Some(PackedPage { numbers, host, lines })
    }

    fn for_each_line(&self, mut take: impl FnMut(&'p [u8])) {
        let mut lines = self.lines;
        while let Some(&length) = lines.get(LINE - 1) {
            let Some((line, rest)) = lines.split_at_checked(LINE + usize::from(length)) else { return };
            take(line);
            lines = rest;
        }
    }
}

fn first_number(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or(0, |number| u64::from_be_bytes(*number))
}

/// By which the pages of a host with a line are counted, or all of them.
fn key(host: u64, line: u64) -> u64 {
    host ^ line.rotate_left(32)
}

/// A line with words.
struct Seen {
    hash: u64,
    /// Whether it is counted.
    counts: bool,
    range: Range<usize>,
}

/// Weight of lines, and how much of it is prose.
#[derive(Clone, Copy, Debug, Default)]
struct Weight {
    all: u64,
    prose: u64,
}

/// Sums that are held: those of the lines around one, and the one before them.
const HELD: usize = 16;
const _: () = assert!(HELD > 2 * AROUND + 1);

/// Reads a page line by line; holds the lines around one, and those that are counted.
#[derive(Default)]
struct Reader {
    /// Lines that wait for the lines behind them.
    waiting: VecDeque<Seen>,
    /// The weight of all lines before each of the last, and of all, each at its number modulo [`HELD`].
    sums: [Weight; HELD],
    /// Lines pushed.
    pushed: usize,
    first: Vec<SiteLine>,
    last: VecDeque<SiteLine>,
    longest: Longest,
}

impl Reader {
    fn push(&mut self, line: Seen, glance: &Glance, length: usize) {
        self.longest.push(length, line.hash, glance.prose);
        self.waiting.push_back(line);
        let (weight, mut sum) = (u64::from(glance.weight), self.sums[self.pushed % HELD]);
        sum.all += weight;
        sum.prose += if glance.prose { weight } else { 0 };
        self.pushed += 1;
        self.sums[self.pushed % HELD] = sum;
        if self.waiting.len() > AROUND {
            self.settle();
        }
    }

    /// Takes the first line that waits, with what stands around it.
    fn settle(&mut self) {
        let at = self.pushed - self.waiting.len();
        let Some(Seen { hash, counts, range }) = self.waiting.pop_front() else { return };
        if !counts {
            return;
        }
        let before = self.prose_share(at.saturating_sub(AROUND)..at);
        let after = self.prose_share(at + 1..(at + 1 + AROUND).min(self.pushed));
        let line = SiteLine { hash, range, at, before, after };
        if self.first.len() < SitePage::MAX_LINES / 2 {
            self.first.push(line);
            return;
        }
        self.last.push_back(line);
        if self.last.len() > SitePage::MAX_LINES / 2 {
            self.last.pop_front();
        }
    }

    /// The share of prose in the weight of lines, in 255ths.
    fn prose_share(&self, lines: Range<usize>) -> u8 {
        let [before, all] = [lines.start, lines.end].map(|at| self.sums[at % HELD]);
        (255 * (all.prose - before.prose)).checked_div(all.all - before.all).unwrap_or(0) as u8
    }

    fn finish(mut self, text: &str) -> SitePage<'_> {
        while !self.waiting.is_empty() {
            self.settle();
        }
        let Reader { pushed: count, mut first, last, longest, .. } = self;
        first.extend(last);
        SitePage { text, lines: first, count, signatures: longest.signatures() }
    }
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
            SitePage::of(&text).records("a.example", |record| {
                records += 1;
                assert!((RECORD..=RECORD + 96).contains(&record.len()));
            });
            assert!(records <= SitePage::MAX_LINES + 1, "{records}");
        }
    }

    #[test]
    fn what_is_on_one_page_or_of_few_pages_is_thinned_out() {
        let page = SitePage::of("Menu\nStory\n");
        let (mut packed, mut keys) = (Vec::new(), Vec::new());
        page.pack("a.example", &mut packed, &mut keys);
        let records = |counts: [u64; 3], length: usize| {
            let of = |key| counts[keys.iter().position(|&other| other == key).expect("a key")];
            let (mut thin, mut texts) = (Vec::new(), Vec::new());
            SitePage::thin_out(&packed[..length], of, &mut thin);
            SitePage::unpack(&thin, |record| texts.push(record[RECORD..].to_vec()));
            texts.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect::<Vec<_>>()
        };
        let all = packed.len();
        assert_eq!(records([3, 2, 3], all), ["a.example", "Menu", "Story"]);
        assert_eq!(records([3, 2, 1], all), ["a.example", "Menu"]);
        assert!(records([2, 2, 2], all).is_empty());
        (0..all).for_each(|length| assert!(records([9; 3], length).len() < 3, "{length}"));
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
            SitePage::of("a line").records(host, |_| records += 1);
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
