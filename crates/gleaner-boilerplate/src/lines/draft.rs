//! The repairs of one line.

use std::borrow::Cow;
use std::ops::Range;

/// A part of a line that is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// Bytes of the line before repairs.
    pub(super) range: Range<usize>,
    pub(super) replacement: Cow<'static, str>,
    pub(super) reason: &'static str,
}

/// What a repair wants: a range of the line as the repairs before it left it.
pub(super) type Repair = (Range<usize>, Cow<'static, str>);

/// A repair that takes `range` away.
pub(super) const fn gone(range: Range<usize>) -> Repair {
    (range, Cow::Borrowed(""))
}

/// Repairs closer than this become one, so that a text which is wrong in every word does not become a list of words.
const NEAR: usize = 16;

/// Adds a repair behind the others; one that is near the last becomes a part of it.
pub(super) fn push_near(repairs: &mut Vec<Repair>, line: &str, range: Range<usize>, replacement: &str) {
    match repairs.last_mut() {
        Some((last, text)) if range.start - last.end <= NEAR => {
            let text = text.to_mut();
            text.push_str(&line[last.end..range.start]);
            text.push_str(replacement);
            last.end = range.end;
        }
        _ => repairs.push((range, Cow::Owned(replacement.to_owned()))),
    }
}

/// Repairs of a line that are not too many, however close to each other.
pub(super) const FEW: usize = 64;

/// Makes few of many repairs that are close to each other, so that what is written down of a line is not many times as
/// long as the line.
pub(super) fn few(repairs: Vec<Repair>, line: &str) -> Vec<Repair> {
    if repairs.len() <= FEW.max(line.len() / NEAR) {
        return repairs;
    }
    let mut few = Vec::new();
    for (range, replacement) in repairs {
        push_near(&mut few, line, range, &replacement);
    }
    few
}

/// The line as its edits leave it.
#[inline]
pub(super) fn visible<'t>(line: &'t str, edits: &[Edit]) -> Cow<'t, str> {
    if edits.is_empty() { Cow::Borrowed(line) } else { edited(line, edits) }
}

fn edited<'t>(line: &'t str, edits: &[Edit]) -> Cow<'t, str> {
    // Most edits take something off one end of a line, which needs no copy.
    let cut = |edit: &Edit| edit.replacement.is_empty();
    match edits {
        [edit] if cut(edit) && edit.range.end == line.len() => {
            return Cow::Borrowed(&line[..edit.range.start]);
        }
        [edit] if cut(edit) && edit.range.start == 0 => return Cow::Borrowed(&line[edit.range.end..]),
        _ => {}
    }
    let mut out = String::with_capacity(line.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(&line[at..edit.range.start]);
        out.push_str(&edit.replacement);
        at = edit.range.end;
    }
    out.push_str(&line[at..]);
    Cow::Owned(out)
}

/// Adds repairs (ascending, disjoint, in bytes of the visible line) to the edits of a line.
///
/// An earlier edit within a repair is absorbed by it; one that reaches out of it keeps what is outside, and its reason.
/// Linear in the edits and repairs.
pub(super) fn add(edits: &mut Vec<Edit>, repairs: Vec<Repair>, reason: &'static str) {
    if edits.is_empty() {
        let edit = |(range, replacement)| Edit { range, replacement, reason };
        edits.extend(repairs.into_iter().map(edit));
        return;
    }
    if repairs.is_empty() {
        return;
    }
    let merged = Vec::with_capacity(edits.len() + repairs.len());
    let old = std::mem::take(edits).into_iter().peekable();
    let mut merge = Merge { merged, old, shift: 0, now: None, rest: None };
    for repair in repairs {
        merge.add(repair, reason);
    }
    merge.close();
    merge.merged.extend(merge.old);
    *edits = merge.merged;
}

/// Old edits and new repairs on their way to one list.
struct Merge {
    merged: Vec<Edit>,
    old: std::iter::Peekable<std::vec::IntoIter<Edit>>,
    /// Where the visible line stands against the line: visible + shift = line.
    shift: isize,
    /// The edit that the last repair became.
    now: Option<Edit>,
    /// The old edit that reaches beyond the last repair, and what is left of it.
    rest: Option<Rest>,
}

struct Rest {
    edit: Edit,
    /// Where it starts in the visible line.
    start: usize,
    /// Bytes of its replacement that are dealt with.
    done: usize,
}

impl Merge {
    fn add(&mut self, (range, replacement): Repair, reason: &'static str) {
        let within = self.rest.as_ref().is_some_and(|rest| range.start < rest.end());
        if !within {
            self.close();
            while self.next_old(|start, end| end < range.start || (end == range.start && start < range.start))
            {
                self.merged.extend(self.rest.take().map(|rest| rest.edit));
            }
            self.next_old(|start, _| start < range.start);
            let straddled = self.rest.as_ref().map(|rest| rest.edit.range.start);
            let start = straddled.unwrap_or(range.start.saturating_add_signed(self.shift));
            self.now = Some(Edit { range: start..start, replacement: Cow::Borrowed(""), reason });
        }
        self.take_rest(range.start);
        self.append(replacement);
        while self.rest.as_ref().is_none_or(|rest| rest.end() <= range.end) {
            self.take_nothing_of_rest();
            let end = range.end;
            if !self.next_old(|start, old_end| start < end || (start == end && start == old_end)) {
                break;
            }
        }
        match &mut self.rest {
            Some(rest) => rest.done = range.end - rest.start,
            None => self.stretch(range.end.saturating_add_signed(self.shift)),
        }
        self.cover_rest();
    }

    /// Makes the next old edit the one at hand if the bytes of the visible line that it fills are `wanted`.
    fn next_old(&mut self, wanted: impl Fn(usize, usize) -> bool) -> bool {
        let Some(edit) = self.old.peek() else { return false };
        let start = edit.range.start.saturating_add_signed(-self.shift);
        if !wanted(start, start + edit.replacement.len()) {
            return false;
        }
        self.shift += edit.range.len() as isize - edit.replacement.len() as isize;
        self.rest = self.old.next().map(|edit| Rest { edit, start, done: 0 });
        true
    }

    /// Appends what the old edit at hand has before `end`.
    fn take_rest(&mut self, end: usize) {
        self.cover_rest();
        let (Some(now), Some(rest)) = (&mut self.now, &mut self.rest) else { return };
        let end = end - rest.start;
        now.replacement.to_mut().push_str(&rest.edit.replacement[rest.done..end]);
        now.reason = rest.edit.reason;
        rest.done = end;
    }

    /// The old edit at hand is within the repair: it gives its bytes of the line and nothing else.
    fn take_nothing_of_rest(&mut self) {
        self.cover_rest();
        self.rest = None;
    }

    fn cover_rest(&mut self) {
        let (Some(now), Some(rest)) = (&mut self.now, &self.rest) else { return };
        now.range.start = now.range.start.min(rest.edit.range.start);
        now.range.end = now.range.end.max(rest.edit.range.end);
    }

    fn stretch(&mut self, end: usize) {
        if let Some(now) = &mut self.now {
            now.range.end = now.range.end.max(end);
        }
    }

    fn append(&mut self, text: Cow<'static, str>) {
        if let Some(now) = &mut self.now {
            if now.replacement.is_empty() {
                now.replacement = text;
            } else {
                now.replacement.to_mut().push_str(&text);
            }
        }
    }

    /// Ends the edit at hand with what is left of the old one.
    fn close(&mut self) {
        if let Some(rest) = &self.rest {
            let end = rest.end();
            self.take_rest(end);
        }
        self.rest = None;
        self.merged.extend(self.now.take());
    }
}

impl Rest {
    fn end(&self) -> usize {
        self.start + self.edit.replacement.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(range: Range<usize>, replacement: &'static str) -> Repair {
        (range, Cow::Borrowed(replacement))
    }

    #[test]
    fn repairs_follow_each_other_in_bytes_of_what_the_last_one_left() {
        let line = "| ![](x) a&amp;b [c](d) |";
        let mut edits = Vec::new();
        for (repairs, want) in [
            (vec![gone(2..9)], "| a&amp;b [c](d) |"),
            (vec![gone(10..11), gone(12..16)], "| a&amp;b c |"),
            (vec![put(3..8, "&")], "| a&b c |"),
            (vec![gone(0..2), gone(7..9)], "a&b c"),
        ] {
            add(&mut edits, repairs, "test");
            assert_eq!(visible(line, &edits), want, "{edits:?}");
        }
        assert!(edits.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start), "{edits:?}");
        assert_eq!(edits[0].range, 0..9);
    }

    #[test]
    fn repairs_all_along_a_line_become_few() {
        for (unit, gone_at, want) in [("[a](/b)", &[(0, 1), (2, 7)][..], "a"), ("\\_", &[(0, 1)], "_")] {
            let line = unit.repeat(1000);
            let at = |n: usize| {
                gone_at.iter().map(move |(start, end)| gone(n * unit.len() + start..n * unit.len() + end))
            };
            let repairs = few((0..1000).flat_map(at).collect(), &line);
            let mut edits = Vec::new();
            add(&mut edits, repairs, "test");
            assert_eq!((edits.len(), visible(&line, &edits)), (1, Cow::Owned(want.repeat(1000))), "{unit}");
        }
        let sentences = "The mill burnt down.  ".repeat(1000);
        let repairs: Vec<Repair> = (0..1000).map(|n| gone(22 * n + 21..22 * n + 22)).collect();
        assert_eq!(few(repairs.clone(), &sentences), repairs);
    }

    #[test]
    fn any_repairs_in_any_order_leave_what_they_say() {
        let mut seed = 7_u64;
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % below
        };
        for _ in 0..20_000 {
            let line = "abcdefghijklmnopqrstuvwxyz";
            let (mut edits, mut want) = (Vec::new(), line.to_owned());
            for round in 0..4 {
                let (mut repairs, mut at) = (Vec::new(), 0);
                let mut next = String::new();
                while at < want.len() && repairs.len() < 4 {
                    let start = at + random(want.len() - at);
                    let end = (start + 1 + random(6)).min(want.len());
                    let text = ["", "", "X", "YZ", "12345678"][random(5)];
                    next += &want[at..start];
                    next += text;
                    repairs.push(put(start..end, text));
                    at = end;
                }
                next += &want[at..];
                want = next;
                add(&mut edits, repairs.clone(), "test");
                assert_eq!(visible(line, &edits), want, "round {round}: {repairs:?} {edits:?}");
                assert!(edits.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start), "{edits:?}");
                assert!(edits.iter().all(|edit| !edit.range.is_empty()), "{edits:?}");
            }
        }
    }
}
