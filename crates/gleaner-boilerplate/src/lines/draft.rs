//! The repairs of one line.

use std::borrow::Cow;
use std::ops::Range;

/// A part of a line that is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// Bytes of the line before repairs.
    pub(super) range: Range<usize>,
    pub(super) replacement: &'static str,
    pub(super) reason: &'static str,
}

/// What a repair wants: a range of the line as the repairs before it left it.
pub(super) type Repair = (Range<usize>, &'static str);

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
        out.push_str(edit.replacement);
        at = edit.range.end;
    }
    out.push_str(&line[at..]);
    Cow::Owned(out)
}

/// Adds repairs (ascending, disjoint, in bytes of the visible line) to the edits of a line.
///
/// An earlier edit within a repair is absorbed by it. Linear in the edits and repairs.
pub(super) fn add(edits: &mut Vec<Edit>, repairs: &[Repair], reason: &'static str) {
    if edits.is_empty() {
        edits.extend(repairs.iter().map(|(range, replacement)| Edit {
            range: range.clone(),
            replacement,
            reason,
        }));
        return;
    }
    let mut merged: Vec<Edit> = Vec::with_capacity(edits.len() + repairs.len());
    let mut old = std::mem::take(edits).into_iter().peekable();
    // Where the visible line stands against the line: visible + shift = line.
    let mut shift: isize = 0;
    for (range, replacement) in repairs {
        let start = to_source(range.start, &mut shift, &mut old, |edit| merged.push(edit), false);
        let mut begin = start;
        let end =
            to_source(range.end, &mut shift, &mut old, |edit| begin = begin.min(edit.range.start), true);
        merged.push(Edit { range: begin..end.max(begin), replacement, reason });
    }
    merged.extend(old);
    *edits = merged;
}

/// The place in the line of a place in the visible line; passes the edits before it to `take`.
fn to_source(
    at: usize,
    shift: &mut isize,
    old: &mut std::iter::Peekable<std::vec::IntoIter<Edit>>,
    mut take: impl FnMut(Edit),
    inclusive: bool,
) -> usize {
    while let Some(edit) = old.peek() {
        let start = edit.range.start.saturating_add_signed(-*shift);
        let end = start + edit.replacement.len();
        let empty = edit.replacement.is_empty();
        let before = if inclusive {
            start < at || (start == at && empty)
        } else {
            end < at || (end == at && start < at)
        };
        if !before {
            break;
        }
        *shift += edit.range.len() as isize - edit.replacement.len() as isize;
        take(old.next().expect("peeked"));
    }
    at.saturating_add_signed(*shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repairs_follow_each_other_in_bytes_of_what_the_last_one_left() {
        let line = "| ![](x) a&amp;b [c](d) |";
        let mut edits = Vec::new();
        for (repairs, want) in [
            (vec![(2..9, "")], "| a&amp;b [c](d) |"),
            (vec![(10..11, ""), (12..16, "")], "| a&amp;b c |"),
            (vec![(3..8, "&")], "| a&b c |"),
            (vec![(0..2, ""), (7..9, "")], "a&b c"),
        ] {
            add(&mut edits, &repairs, "test");
            assert_eq!(visible(line, &edits), want, "{edits:?}");
        }
        assert!(edits.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start), "{edits:?}");
        assert_eq!(edits[0].range, 0..9);
    }
}
