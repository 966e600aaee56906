//! What the pages of a site say of the lines of one of them, as numbers.
//!
//! The second forest judges a line by what the first said of it, by how often it recurs, and by where it stands among the
//! lines that recur: they cut the page into gaps, of which one holds the article.

use std::sync::LazyLock;

use super::options::PageText;
use super::page::{Line, Page};
use super::rules::Judged;
use crate::forest::Sink;
use crate::sites::{Recurrence, SiteTemplate, TemplateLine, compared};

/// Share of prose beside a line of which nothing is known, in 255ths.
const UNKNOWN: u8 = 77;
/// Largest logarithm of a number of pages: beyond, more pages are no other evidence.
const MOST_PAGES: f32 = 6.0;
/// A paragraph from this probability on may be one of the article.
const PARAGRAPH: f32 = 0.5;
/// A paragraph from this probability on is one of the article, unless it recurs.
const SURE: f32 = 0.8;
/// Pages of a site that are taken for versions of one.
pub(super) const VERSIONS: u64 = 3;
/// Lines beyond this distance are all far.
const FAR: f32 = 30.0;
/// Probabilities are not taken to be surer than this.
const DOUBT: f32 = 1e-4;

/// What the site's pages say of one line.
#[derive(Clone, Copy, Debug)]
struct Known {
    pages: u64,
    strength: f32,
    before: u8,
    after: u8,
}

const NOTHING: Known = Known { pages: 1, strength: 0.0, before: UNKNOWN, after: UNKNOWN };

impl Known {
    fn of(line: &TemplateLine) -> Known {
        Known { pages: line.pages, strength: line.strength(), before: line.before, after: line.after }
    }

    fn recurs(&self) -> bool {
        self.strength > 0.0
    }
}

/// What the site's pages say of the lines of a section.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    /// Pages of the site.
    of: u64,
    pub(super) kind: PageText,
    /// For each line of the section.
    lines: Vec<Known>,
}

/// What the site's pages say of the lines of a section of a text; `None` where none of them recurs. Verbatim lines are not
/// looked at: they stay.
pub(super) fn evidence(template: &SiteTemplate, kind: PageText, page: &Page<'_>) -> Option<Evidence> {
    let mut masked = Vec::new();
    let mut known = |line: &Line| {
        let open = !line.blank && !line.verbatim;
        let hash = open.then(|| compared(&page.text[line.range.clone()], &mut masked).0);
        hash.and_then(|hash| template.line(hash)).map_or(NOTHING, Known::of)
    };
    let lines: Vec<Known> = page.lines.iter().map(&mut known).collect();
    let any = lines.iter().any(Known::recurs);
    any.then(|| Evidence { of: template.pages(), kind, lines })
}

/// A row: a line with words.
#[derive(Clone, Copy, Debug)]
struct Row {
    known: Known,
    /// What the line model says, and what it says beside the likeliest paragraph.
    raw: f32,
    p: f32,
    kept: bool,
    prose: bool,
    weight: f32,
}

/// The lines between two that recur.
#[derive(Clone, Copy, Debug, Default)]
struct Gap {
    rows: f32,
    weight: f32,
    /// Weight of prose, and of what the line model takes for content.
    prose: f32,
    content: f32,
}

/// The features of all lines with words of a section.
pub(super) struct Features {
    rows: Vec<Row>,
    of: u64,
    /// The nearest rows that recur before and behind each row.
    before: Vec<Option<usize>>,
    behind: Vec<Option<usize>>,
    gap: Vec<usize>,
    gaps: Vec<Gap>,
    /// Sums of all rows before each: rows that recur; weight; content.
    recurring: Vec<f32>,
    room: Vec<f32>,
    content: Vec<f32>,
    /// Content of the fullest gap.
    top: f32,
    /// Its first and last row.
    body: (usize, usize),
    /// The first and last row that may be a paragraph of the article.
    paragraphs: Option<(usize, usize)>,
    /// Share of the weight that recurs.
    share: f32,
    /// How long the page is.
    size: f32,
}

/// Weight that a line has beside its letters.
const LINE: f32 = 5.0;

impl Features {
    pub(super) fn new(page: &Page<'_>, judged: &Judged, evidence: &Evidence) -> Features {
        let row = |(row, &at): (usize, &usize)| {
            let line = &page.lines[at];
            Row {
                known: evidence.lines[at],
                raw: judged.raw[row],
                p: judged.p[row],
                kept: line.verdict.is_none(),
                prose: line.shape.prose,
                weight: line.shape.weight as f32,
            }
        };
        let mut rows: Vec<Row> = judged.rows.iter().enumerate().map(row).collect();
        acquit_versions(&mut rows);
        let (before, behind) = neighbours(&rows);
        let (gap, gaps) = gaps(&rows);
        let weight: f32 = rows.iter().map(|row| row.weight).sum();
        let recurring: f32 = rows.iter().filter(|row| row.known.recurs()).map(|row| row.weight).sum();
        let full =
            gaps.iter().enumerate().max_by(|a, b| a.1.content.total_cmp(&b.1.content).then(b.0.cmp(&a.0)));
        let full = full.map_or(0, |(at, _)| at);
        let inside = |row: &usize| gap[*row] == full && !rows[*row].known.recurs();
        let first = (0..rows.len()).find(inside).unwrap_or_default();
        let last = (0..rows.len()).rfind(inside).unwrap_or_default();
        let sure = |row: &usize| {
            let row = &rows[*row];
            row.prose && row.p >= PARAGRAPH && !row.known.recurs()
        };
        let paragraphs = (0..rows.len()).find(sure).zip((0..rows.len()).rfind(sure));
        Features {
            of: evidence.of,
            before,
            behind,
            top: gaps.get(full).map_or(0.0, |gap| gap.content),
            gap,
            gaps,
            recurring: sums(rows.iter().map(|row| f32::from(u8::from(row.known.recurs())))),
            room: sums(rows.iter().map(|row| row.weight + LINE)),
            content: sums(rows.iter().map(content)),
            body: (first, last),
            paragraphs,
            share: recurring / weight.max(1.0),
            size: (rows.len() as f32).ln_1p(),
            rows,
        }
    }

    /// Writes the features of row `row`.
    pub(super) fn write(&self, row: usize, sink: &mut impl Sink) {
        self.write_own(row, sink);
        self.write_gap(row, sink);
        self.write_around(row, sink);
        self.write_place(row, sink);
    }

    fn write_own(&self, row: usize, sink: &mut impl Sink) {
        let own = &self.rows[row];
        let bit = |value: bool| f32::from(u8::from(value));
        sink.put("raw", 0, log_odds(own.raw));
        sink.put("p", 0, log_odds(own.p));
        sink.put("kept", 0, bit(own.kept));
        sink.put("prose", 0, bit(own.prose));
        sink.put("weight", 0, log_count(own.weight));
        sink.put("strength", 0, own.known.strength);
        sink.put("pages", 0, log_pages(own.known.pages));
        sink.put("of", 0, log_pages(self.of));
    }

    /// The recurring lines before and behind it, and what lies between them.
    fn write_gap(&self, row: usize, sink: &mut impl Sink) {
        let before = self.before[row].map_or(NOTHING, |at| self.rows[at].known);
        let behind = self.behind[row].map_or(NOTHING, |at| self.rows[at].known);
        sink.put("introduced", 0, f32::from(before.after) / 255.0);
        sink.put("followed", 0, f32::from(behind.before) / 255.0);
        sink.put("before", 0, before.strength);
        sink.put("behind", 0, behind.strength);
        let none = Gap::default();
        let gap = if self.rows[row].known.recurs() { &none } else { &self.gaps[self.gap[row]] };
        let weight = gap.weight.max(1.0);
        sink.put("gap", 0, gap.content / self.top.max(1.0));
        sink.put("gap", 1, gap.prose / weight);
        sink.put("gap", 2, gap.content / weight);
        sink.put("gap", 3, log_count(gap.rows));
        let distance = |other: Option<usize>, end: usize| other.unwrap_or(end).abs_diff(row) as f32;
        sink.put("distance", 0, log_count(self.before[row].map_or(row as f32 + 1.0, |at| (row - at) as f32)));
        sink.put("distance", 1, log_count(distance(self.behind[row], self.rows.len())));
    }

    /// What recurs, and what is content, among the lines around it.
    fn write_around(&self, row: usize, sink: &mut impl Sink) {
        for (at, reach) in [3, 8].into_iter().enumerate() {
            let (from, to) = self.reach(row, reach);
            let own = self.recurring[row + 1] - self.recurring[row];
            let others = (to - from - 1).max(1) as f32;
            sink.put("recurring", at, (self.recurring[to] - self.recurring[from] - own) / others);
        }
        for (at, reach) in [2, 6].into_iter().enumerate() {
            let (from, to) = self.reach(row, reach);
            let content = self.content(from, row).0 + self.content(row + 1, to).0;
            let room = self.content(from, row).1 + self.content(row + 1, to).1;
            sink.put("around", at, content / room.max(1.0));
        }
        for (at, reach) in [3, 10].into_iter().enumerate() {
            let (from, to) = self.reach(row, reach);
            let (behind, before) = (self.content(row + 1, to), self.content(from, row));
            sink.put("content", 2 * at, behind.0 / behind.1.max(1.0));
            sink.put("content", 2 * at + 1, before.0 / before.1.max(1.0));
        }
    }

    /// Where it stands against the article, and what the page is as a whole.
    fn write_place(&self, row: usize, sink: &mut impl Sink) {
        let rows = self.rows.len();
        let (first, last) = self.body;
        let outside = first.saturating_sub(row).max(row.saturating_sub(last)) as f32;
        sink.put("body", 0, log_count(outside) * if row < first { -1.0 } else { 1.0 });
        let (first, last) = self.paragraphs.map_or((rows as f32, -1.0), |(a, b)| (a as f32, b as f32));
        sink.put("paragraphs", 0, (row as f32 - first).clamp(-FAR, FAR));
        sink.put("paragraphs", 1, (last - row as f32).clamp(-FAR, FAR));
        let all = self.content[rows].max(1.0);
        sink.put("place", 0, self.content[row] / all);
        sink.put("place", 1, row as f32 / rows.max(1) as f32);
        sink.put("page", 0, self.share);
        sink.put("page", 1, self.size);
        sink.put("page", 2, self.top / all);
    }

    /// From so many rows before `row` to so many behind it.
    fn reach(&self, row: usize, reach: usize) -> (usize, usize) {
        (row.saturating_sub(reach), (row + reach + 1).min(self.rows.len()))
    }

    /// Content and room of the rows from `from` to `to`.
    fn content(&self, from: usize, to: usize) -> (f32, f32) {
        (self.content[to] - self.content[from], self.room[to] - self.room[from])
    }

    /// How much it proves that the line of a row recurs.
    pub(super) fn strength(&self, row: usize) -> f32 {
        self.rows[row].known.strength
    }

    /// How often the line of a row, or else the one it stands by, is on the pages of the site.
    pub(super) fn recurrence(&self, row: usize) -> Recurrence {
        let at = |row: usize| &self.rows[row].known;
        let own = Some(at(row)).filter(|known| known.recurs());
        let beside = [self.before[row], self.behind[row]].into_iter().flatten().map(at);
        let known = own.or_else(|| beside.max_by(|a, b| a.strength.total_cmp(&b.strength)));
        Recurrence { pages: known.map_or(1, |known| known.pages), of: self.of, own: own.is_some() }
    }
}

/// Takes back what speaks against the article where most of its paragraphs are on few other pages: these are versions of
/// this one.
fn acquit_versions(rows: &mut [Row]) {
    let paragraph = |row: &&Row| row.prose && row.p >= SURE;
    let version = |row: &Row| row.known.recurs() && row.known.pages <= VERSIONS;
    let weight = |row: &Row| row.weight;
    let all: f32 = rows.iter().filter(paragraph).map(weight).sum();
    let shared: f32 = rows.iter().filter(paragraph).filter(|row| version(row)).map(weight).sum();
    if shared > all / 2.0 {
        let paragraphs = rows.iter_mut().filter(|row| paragraph(&&**row));
        paragraphs.filter(|row| version(row)).for_each(|row| row.known = NOTHING);
    }
}

/// Weight that is content: nothing of what recurs.
fn content(row: &Row) -> f32 {
    if row.known.recurs() { 0.0 } else { row.weight * row.p }
}

fn neighbours(rows: &[Row]) -> (Vec<Option<usize>>, Vec<Option<usize>>) {
    let step = |last: &mut Option<usize>, row: usize| {
        let found = *last;
        if rows[row].known.recurs() {
            *last = Some(row);
        }
        Some(found)
    };
    let before = (0..rows.len()).scan(None, step).collect();
    let mut behind: Vec<_> = (0..rows.len()).rev().scan(None, step).collect();
    behind.reverse();
    (before, behind)
}

/// The gap of each row, and all gaps; a row that recurs begins the next one.
fn gaps(rows: &[Row]) -> (Vec<usize>, Vec<Gap>) {
    let (mut own, mut gaps) = (Vec::with_capacity(rows.len()), vec![Gap::default()]);
    for row in rows {
        if row.known.recurs() {
            gaps.push(Gap::default());
        }
        own.push(gaps.len() - 1);
        if let Some(gap) = gaps.last_mut().filter(|_| !row.known.recurs()) {
            gap.rows += 1.0;
            gap.weight += row.weight;
            gap.prose += if row.prose { row.weight } else { 0.0 };
            gap.content += content(row);
        }
    }
    (own, gaps)
}

/// The sum of the values before each, and of all.
fn sums(values: impl Iterator<Item = f32>) -> Vec<f32> {
    let sum = |sum: &mut f64, value: f32| {
        *sum += f64::from(value);
        Some(*sum as f32)
    };
    std::iter::once(0.0).chain(values.scan(0.0, sum)).collect()
}

/// The logarithm of a whole number and one; those of small ones are computed once.
fn log_count(count: f32) -> f32 {
    static SMALL: LazyLock<[f32; 512]> = LazyLock::new(|| std::array::from_fn(|n| (n as f32).ln_1p()));
    SMALL.get(count as usize).copied().unwrap_or_else(|| count.ln_1p())
}

fn log_odds(p: f32) -> f32 {
    let p = p.clamp(DOUBT, 1.0 - DOUBT);
    (p / (1.0 - p)).ln()
}

fn log_pages(pages: u64) -> f32 {
    (pages.max(1) as f32).log2().min(MOST_PAGES)
}
