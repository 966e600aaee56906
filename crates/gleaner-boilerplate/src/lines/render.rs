//! From verdicts to the output: which bytes go, and the spans that say so.

use super::output::{Action, Span};
use super::page::{Line, Page, Verdict};

/// The reason of blank lines at the end of a text.
const TRAILING: Verdict = Verdict { reason: super::rules::WHITE_SPACE, score: 1.0 };

/// Collects spans over the sections of a text.
#[derive(Debug, Default)]
pub(super) struct Render {
    spans: Vec<Span>,
}

impl Render {
    /// Adds the spans of a section. `trim_end`: blank lines at the end of the text go.
    pub(super) fn section(&mut self, page: &Page<'_>, trim_end: bool) {
        let mut from = 0;
        while let Some(at) = (from..page.lines.len()).find(|&i| stays(&page.lines[i])) {
            self.gap(page, from, at);
            self.edits(&page.lines[at]);
            from = at + 1;
        }
        self.tail(page, from, trim_end);
    }

    /// The lines `from..to` between two that stay: of the blank ones the first stays where others went.
    fn gap(&mut self, page: &Page<'_>, from: usize, to: usize) {
        let lines = &page.lines[from..to];
        let Some(mut verdict) = lines.iter().find_map(|line| line.verdict) else { return };
        let at_start = page.first && from == 0;
        let mut separated = at_start;
        for line in lines {
            verdict = line.verdict.unwrap_or(verdict);
            if line.verdict.is_none() && !separated {
                separated = true;
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
        let ended = page.text.ends_with('\n');
        let before = from.checked_sub(1).map(|at| &page.lines[at]);
        for (i, line) in lines.iter().enumerate() {
            verdict = line.verdict.unwrap_or(verdict);
            let start = match (i, before) {
                (0, Some(kept)) if !ended && !kept.verbatim => kept.range.end,
                _ => line.range.start,
            };
            self.remove(start, line.next, verdict);
        }
    }

    fn edits(&mut self, line: &Line) {
        for edit in &line.edits {
            self.spans.push(Span {
                range: line.range.start + edit.range.start..line.range.start + edit.range.end,
                action: Action::Repaired,
                replacement: edit.replacement.to_owned(),
                reason: edit.reason,
                score: 1.0,
            });
        }
    }

    fn remove(&mut self, start: usize, end: usize, verdict: Verdict) {
        if let Some(last) = self.spans.last_mut() {
            let same = last.action == Action::Removed
                && last.reason == verdict.reason
                && last.score == verdict.score;
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
