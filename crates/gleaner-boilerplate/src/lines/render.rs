//! From verdicts to the output: which bytes go, and the spans that say so.

use super::output::{Action, Span};
use super::page::{Line, Page, Verdict};

/// The reason of blank lines at the end of a text.
const TRAILING: Verdict = Verdict { reason: super::rules::WHITE_SPACE, score: 1.0, recurrence: None };

/// Collects spans over the sections of a text.
#[derive(Debug)]
pub(super) struct Render {
    spans: Vec<Span>,
    /// Line ends that are neither `\n` nor `\r\n` become `\n`.
    mend_ends: bool,
}

impl Render {
    /// Nothing yet. `mend_ends`: line ends that are neither `\n` nor `\r\n` become `\n`.
    pub(super) fn new(mend_ends: bool) -> Render {
        Render { spans: Vec::new(), mend_ends }
    }

    /// Adds the spans of a section. `trim_end`: blank lines at the end of the text go.
    pub(super) fn section(&mut self, page: &Page<'_>, trim_end: bool) {
        let mut from = 0;
        while let Some(at) = (from..page.lines.len()).find(|&i| stays(&page.lines[i])) {
            self.gap(page, from, at);
            self.edits(&page.lines[at]);
            self.end(page, &page.lines[at]);
            from = at + 1;
        }
        self.tail(page, from, trim_end);
    }

    /// The lines `from..to` between two that stay: of the blank ones the first stays where others went.
    fn gap(&mut self, page: &Page<'_>, from: usize, to: usize) {
        let lines = &page.lines[from..to];
        let Some(mut verdict) = lines.iter().find_map(|line| line.verdict) else {
            lines.iter().for_each(|line| self.end(page, line));
            return;
        };
        let at_start = page.first && from == 0;
        let mut separated = at_start;
        for line in lines {
            verdict = line.verdict.unwrap_or(verdict);
            if line.verdict.is_none() && !separated {
                separated = true;
                self.end(page, line);
            } else {
                self.remove(line.range.start, line.next, verdict);
            }
        }
    }

    /// The lines behind the last one that stays.
    fn tail(&mut self, page: &Page<'_>, from: usize, trim_end: bool) {
        let lines = &page.lines[from..];
        if !page.last {
            self.gap(page, from, page.lines.len());
            return;
        }
        let removed = lines.iter().find_map(|line| line.verdict);
        let mut verdict = match (removed, trim_end) {
            (Some(verdict), _) => verdict,
            (None, true) => TRAILING,
            (None, false) => return,
        };
        // The text ends with a line end exactly when it did before: the last kept line gives up its own.
        let ended = page.lines.last().is_some_and(|line| line.range.end < line.next);
        let before = from.checked_sub(1).map(|at| &page.lines[at]);
        for (i, line) in lines.iter().enumerate() {
            verdict = line.verdict.unwrap_or(verdict);
            let start = match (i, before) {
                (0, Some(kept)) if !ended && !kept.verbatim => kept.range.end,
                _ => line.range.start,
            };
            if start < line.range.start {
                // It was to become another end, and goes instead.
                self.spans.pop_if(|span| span.range.start == start);
            }
            self.remove(start, line.next, verdict);
        }
    }

    /// Makes the end of a line that stays a plain one.
    fn end(&mut self, page: &Page<'_>, line: &Line) {
        let end = &page.text[line.range.end..line.next];
        if !self.mend_ends || line.verbatim || matches!(end, "" | "\n" | "\r\n") {
            return;
        }
        let (wrong, right) = end.strip_suffix('\n').map_or((end, "\n"), |carriages| (carriages, ""));
        self.spans.push(Span {
            range: line.range.end..line.range.end + wrong.len(),
            action: Action::Repaired,
            replacement: right.to_owned(),
            reason: TRAILING.reason,
            score: TRAILING.score,
            recurrence: None,
        });
    }

    fn edits(&mut self, line: &Line) {
        for edit in &line.edits {
            self.spans.push(Span {
                range: line.range.start + edit.range.start..line.range.start + edit.range.end,
                action: Action::Repaired,
                replacement: edit.replacement.clone().into_owned(),
                reason: edit.reason,
                score: 1.0,
                recurrence: None,
            });
        }
    }

    fn remove(&mut self, start: usize, end: usize, verdict: Verdict) {
        if let Some(last) = self.spans.last_mut() {
            let same = last.action == Action::Removed
                && last.reason == verdict.reason
                && last.score == verdict.score
                && last.recurrence == verdict.recurrence;
            if same && last.range.end == start {
                last.range.end = end;
                return;
            }
        }
        self.spans.push(Span {
            range: start..end,
            action: Action::Removed,
            replacement: String::new(),
            reason: verdict.reason,
            score: verdict.score,
            recurrence: verdict.recurrence,
        });
    }

    /// All spans, ascending.
    pub(super) fn finish(self) -> Vec<Span> {
        self.spans
    }
}

fn stays(line: &Line) -> bool {
    line.verbatim || (!line.blank && line.verdict.is_none())
}
