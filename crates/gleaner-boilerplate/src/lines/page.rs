//! A section of a text as its lines, with what the rules have said of them so far.

use std::borrow::Cow;
use std::ops::Range;

use super::chars::trim;
use super::cues::{self, Cues, Kinds};
use super::draft::{self, Edit, Repair};
use super::line::{self, Ending, Scratch, Shape, Signs};
use super::line_ends::LineEnds;
use super::options::Cleaning;
use super::rules::Judged;
use super::site::Evidence;
use crate::sites::Recurrence;

/// Cues that speak of a page's furniture.
pub(super) const FURNITURE: Kinds =
    cues::LIST | cues::LINK | cues::ACTION | cues::NOTICE | cues::TAGS | cues::HOME;
/// Fewest lines with a cue for the conservative preset to believe them.
const SUPPORT: usize = 2;

/// Shortest line that is broken at a fixed width.
const WRAPPED: u32 = 40;

/// A rule's word on a line: it goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Verdict {
    pub(super) reason: &'static str,
    pub(super) score: f32,
    /// What the pages of the site say, where the verdict rests on them.
    pub(super) recurrence: Option<Recurrence>,
}

/// A line of the text.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Bytes of the text, without the line's end.
    pub(super) range: Range<usize>,
    /// Where the next line starts.
    pub(super) next: usize,
    /// Nothing but white space.
    pub(super) blank: bool,
    /// The caller's own: never touched.
    pub(super) verbatim: bool,
    /// What was an image in a table cell with words beside it.
    pub(super) image_cell: bool,
    pub(super) signs: Signs,
    pub(super) shape: Shape,
    pub(super) edits: Vec<Edit>,
    pub(super) verdict: Option<Verdict>,
}

impl Line {
    fn new(text: &str, range: Range<usize>, next: usize, verbatim: bool) -> Line {
        let line = &text[range.clone()];
        let (blank, signs) = (trim(line).is_empty(), Signs::of(line));
        let (shape, edits, verdict) = (Shape::default(), Vec::new(), None);
        Line { range, next, blank, verbatim, image_cell: false, signs, shape, edits, verdict }
    }

    /// It has words, and a rule may still take it.
    pub(super) fn open(&self) -> bool {
        self.verdict.is_none() && !self.blank && !self.verbatim
    }

    /// It stays as things stand, and is more than a headline.
    pub(super) fn kept_prose(&self) -> bool {
        self.verbatim || (self.open() && self.shape.prose)
    }

    /// It may be a headline, a label or an item: short, and no sentence of an article.
    pub(super) fn short(&self) -> bool {
        self.open() && !self.shape.prose
    }
}

/// A text and how it falls into lines.
#[derive(Debug)]
pub(super) struct Source<'t> {
    text: &'t str,
    ends: LineEnds,
    verbatim: &'t [Range<usize>],
}

impl<'t> Source<'t> {
    /// `text`, of which the ranges `verbatim` stay as they are.
    pub(super) fn new(text: &'t str, verbatim: &'t [Range<usize>]) -> Source<'t> {
        Source { text, ends: LineEnds::of(text), verbatim }
    }
}

/// The lines judged together.
#[derive(Debug)]
pub(super) struct Page<'t> {
    pub(super) text: &'t str,
    pub(super) lines: Vec<Line>,
    /// The signs of all its lines, before repairs.
    pub(super) signs: Signs,
    /// The cues of all its lines.
    pub(super) cues_found: Kinds,
    pub(super) cues: &'static Cues,
    pub(super) cleaning: Cleaning,
    /// The section begins the text; it ends the text.
    pub(super) first: bool,
    pub(super) last: bool,
    /// What the site's pages say of its lines.
    pub(super) site: Option<Evidence>,
    /// What the line model says of them, where the site asks for it.
    pub(super) judged: Option<Judged>,
}

impl<'t> Page<'t> {
    /// The section of a text that starts with the line at the byte `at`, of at most `limit` lines.
    pub(super) fn section(source: &Source<'t>, at: usize, limit: usize, cleaning: Cleaning) -> Page<'t> {
        let text = source.text;
        let lines = split(source, at, limit);
        let mut signs = Signs::default();
        lines.iter().for_each(|line| signs.add(line.signs));
        let last = lines.last().is_none_or(|line| line.next == text.len());
        Page {
            text,
            lines,
            signs,
            cues_found: 0,
            cues: Cues::embedded(),
            cleaning,
            first: at == 0,
            last,
            site: None,
            judged: None,
        }
    }

    /// The line `at` as its repairs leave it.
    #[inline]
    pub(super) fn visible(&self, at: usize) -> Cow<'t, str> {
        let line = &self.lines[at];
        draft::visible(&self.text[line.range.clone()], &line.edits)
    }

    /// Repairs the lines with one of `signs`, each where `repairs` finds something.
    pub(super) fn repair_lines(
        &mut self,
        signs: u32,
        reason: &'static str,
        repairs: impl Fn(&str) -> Vec<Repair>,
    ) {
        if !self.signs.has(signs) {
            return;
        }
        for at in 0..self.lines.len() {
            let line = &self.lines[at];
            if line.open() && line.signs.has(signs) {
                let repairs = repairs(&self.visible(at));
                self.repair(at, repairs, reason);
            }
        }
    }

    /// Repairs the line `at`; when nothing but white space is left of it, it goes.
    pub(super) fn repair(&mut self, at: usize, repairs: Vec<Repair>, reason: &'static str) {
        if repairs.is_empty() {
            return;
        }
        // What was a reference may be a character that other repairs are for.
        for (_, replacement) in repairs.iter().filter(|(_, replacement)| !replacement.is_empty()) {
            let signs = Signs::of(replacement).of_form();
            self.lines[at].signs.add(signs);
            self.signs.add(signs);
        }
        let repairs =
            if repairs.len() > draft::FEW { draft::few(repairs, &self.visible(at)) } else { repairs };
        draft::add(&mut self.lines[at].edits, repairs, reason);
        if trim(&self.visible(at)).is_empty() {
            self.remove(at, reason, 1.0);
        }
    }

    /// Removes the line `at`, unless it is blank, verbatim or gone.
    pub(super) fn remove(&mut self, at: usize, reason: &'static str, score: f32) {
        let line = &mut self.lines[at];
        if line.open() {
            line.verdict = Some(Verdict { reason, score, recurrence: None });
        }
    }

    /// Measures the lines that remain after repairs.
    pub(super) fn measure(&mut self, scratch: &mut Scratch) {
        for line in self.lines.iter_mut().filter(|line| line.open()) {
            let visible = draft::visible(&self.text[line.range.clone()], &line.edits);
            if !line.edits.is_empty() {
                line.signs = Signs::of(&visible);
                self.signs.add(line.signs);
            }
            line.shape = line::measure(&visible, line.signs, self.cues, scratch);
            self.cues_found |= line.shape.cues;
        }
        self.join_wrapped();
    }

    /// Makes prose of lines that are one sentence broken at a fixed width.
    fn join_wrapped(&mut self) {
        for at in 1..self.lines.len() {
            let (before, line) = (&self.lines[at - 1], &self.lines[at]);
            let open = matches!(before.shape.ending, Ending::Open | Ending::Comma);
            let broken =
                before.open() && line.open() && open && before.shape.weight >= WRAPPED && line.shape.goes_on;
            if broken && !before.shape.bullet && !line.shape.bullet {
                self.lines[at - 1].shape.prose = true;
                self.lines[at].shape.prose = true;
            }
        }
    }

    /// Takes back the verdicts that rest on cues when fewer than [`SUPPORT`] lines bear one.
    ///
    /// A page's furniture comes in numbers; a single line that reads like a cue may be the author's own.
    pub(super) fn acquit_lone_cues(&mut self) {
        let by_cue = |line: &&mut Line| line.verdict.is_some_and(|v| super::rules::rests_on_cues(v.reason));
        let support =
            self.lines.iter_mut().filter(by_cue).filter(|line| line.shape.cues & FURNITURE != 0).count();
        if support < SUPPORT {
            self.lines.iter_mut().filter(by_cue).for_each(|line| line.verdict = None);
        }
    }

    /// Indices of the lines that have words and stay as things stand.
    pub(super) fn open_lines(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        (0..self.lines.len()).filter(|&at| self.lines[at].open())
    }

    /// Index behind the last line of prose that stays; 0 without any.
    pub(super) fn article_end(&self) -> usize {
        self.lines.iter().rposition(Line::kept_prose).map_or(0, |at| at + 1)
    }

    /// Whether a sentence before `at` announces it.
    pub(super) fn announced(&self, at: usize) -> bool {
        let before = self.lines[..at].iter().rev().find(|line| !line.blank);
        before.is_some_and(|line| line.verdict.is_none() && line.shape.ending == Ending::Colon)
    }
}

/// Bytes of a line in a text whose lines are short: a guess of how many lines there are.
const SHORT_LINE: usize = 64;
/// Most lines that are guessed.
const GUESS: usize = 1024;

/// Splits a text, from the byte `at` on, into the lines of the next section: at most `limit` of them.
fn split(source: &Source<'_>, mut at: usize, limit: usize) -> Vec<Line> {
    let &Source { text, ends, verbatim } = source;
    let mut lines = Vec::with_capacity(((text.len() - at) / SHORT_LINE + 1).min(GUESS));
    let mut next_verbatim = verbatim.partition_point(|range| range.end <= at);
    while at < text.len() && lines.len() < limit {
        let (end, next) = ends.next(text, at);
        while verbatim.get(next_verbatim).is_some_and(|range| range.end <= at) {
            next_verbatim += 1;
        }
        let kept = verbatim.get(next_verbatim).is_some_and(|range| range.start < next && !range.is_empty());
        lines.push(Line::new(text, at..end, next, kept));
        at = next;
    }
    lines
}
