//! Takes away characters that show nothing: control characters, zero-width spaces, soft hyphens, byte order marks.
//!
//! Why: they split words that look whole, and carry text that nobody sees. What means something stays: joiners where
//! letters join (Persian, the scripts of India, emoji), marks of direction in lines that run from right to left,
//! variation selectors behind a sign, the zero-width space between words of Thai, Lao, Khmer and Burmese. Escape
//! sequences of terminals go whole, and a character that a backspace takes back goes with it.
//!
//! Removed: the soft hyphens of `Not­fall­daten­satz`
//! Kept: the joiner in `می‌خواهم`

use super::super::bytes::find;
use super::super::chars::is_south_east_asian;
use super::super::draft::{Repair, gone};
use super::super::line::Signs;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "invisible",
    summary: "Takes away what shows nothing (control characters, zero-width spaces, soft hyphens) unless its script needs it.",
    removes: "The emer\u{ad}gency plan",
    keeps: "می\u{200c}خواهم بروم",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Repair, apply };

fn apply(page: &mut Page<'_>) {
    page.repair_lines(Signs::CONTROL | Signs::WIDE, RULE.name, repairs);
}

fn repairs(line: &str) -> Vec<Repair> {
    let bytes = line.as_bytes();
    let mut repairs: Vec<Repair> = Vec::new();
    let mut scan = Scan { line, right_to_left: None };
    let mut at = 0;
    while let Some(found) = find(bytes, at, may_begin) {
        at = found;
        if let Some(length) = common(&bytes[at..]) {
            at += length;
            continue;
        }
        let Some(c) = line[at..].chars().next() else { break };
        let before = repairs.last().map_or(0, |(range, _)| range.end);
        let range = scan.range(before, at, c);
        at += c.len_utf8();
        if let Some(range) = range {
            at = range.end;
            match repairs.last_mut() {
                Some((last, _)) if last.end == range.start => last.end = range.end,
                _ => repairs.push(gone(range)),
            }
        }
    }
    repairs
}

fn may_begin(b: u8) -> bool {
    let control = ((b < b' ') & (b != b'\t')) | (b == 0x7f);
    control | (b == 0xc2) | (b == 0xd8) | (b == 0xe2) | (b == 0xef) | (b == 0xf3)
}

/// Length of a character that shows: quotation marks, dashes and other signs of print, Arabic letters.
fn common(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [0xe2, 0x80, 0x90..=0xa7, ..] => Some(3),
        [0xc2, 0xa0..=0xac | 0xae.., ..] => Some(2),
        [0xd8, second, ..] if *second != 0x9c => Some(2),
        _ => None,
    }
}

struct Scan<'l> {
    line: &'l str,
    right_to_left: Option<bool>,
}

impl Scan<'_> {
    /// What goes because of the character `c` at `at`; what stands before `from` is gone.
    fn range(&mut self, from: usize, at: usize, c: char) -> Option<std::ops::Range<usize>> {
        let end = at + c.len_utf8();
        let before = || self.line[from..at].chars().next_back();
        let goes = match c {
            '\u{8}' => return Some(backspaced(self.line, from, at)..end),
            '\u{1b}' => return Some(at..end + escape(&self.line.as_bytes()[end..])),
            // White space of a kind, which another rule makes plain.
            '\u{b}' | '\u{c}' | '\u{85}' => false,
            '\0'..='\u{1f}' | '\u{7f}' => true,
            // Beside a letter they are what is left of one in another encoding.
            '\u{80}'..='\u{9f}' => {
                let after = self.line[end..].chars().next();
                !before()
                    .into_iter()
                    .chain(after)
                    .any(|c| c.is_alphanumeric() || matches!(c, '\u{a1}'..='\u{bf}'))
            }
            '\u{ad}' | '\u{feff}' | '\u{2060}' | '\u{206a}'..='\u{206f}' | '\u{fffc}' => true,
            '\u{200b}' => {
                let after = self.line[end..].chars().next();
                !(before().is_some_and(is_south_east_asian) && after.is_some_and(is_south_east_asian))
            }
            '\u{200c}' | '\u{200d}' => {
                let after = self.line[end..].chars().next();
                !(before().is_some_and(joins) || after.is_some_and(|c| matches!(c, '\u{600}'..='\u{8ff}')))
            }
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                !*self.right_to_left.get_or_insert_with(|| self.line.chars().any(right_to_left))
            }
            '\u{fe00}'..='\u{fe0f}' => before().is_none_or(|b| b.is_whitespace() || b.is_ascii_alphabetic()),
            // Letters in disguise, but for the flags of regions, which end with the last of these.
            '\u{e0000}'..='\u{e007f}' => {
                !before().is_some_and(|b| matches!(b, '\u{1f3f4}' | '\u{e0020}'..='\u{e007e}'))
            }
            _ => false,
        };
        goes.then_some(at..end)
    }
}

/// Where the character starts that a backspace at `at` takes back: one that is struck twice, or an underscore.
fn backspaced(line: &str, from: usize, at: usize) -> usize {
    let before = line[from..at].chars().next_back();
    let after = line[at + 1..].chars().next();
    match before {
        Some(b) if b == '_' || Some(b) == after => at - b.len_utf8(),
        _ => at,
    }
}

/// Length of what follows an escape character: `[`, numbers, a letter.
fn escape(after: &[u8]) -> usize {
    const LONGEST: usize = 32;
    let Some(b'[') = after.first() else { return 0 };
    let sequence = after.iter().take(LONGEST);
    let last = sequence.skip(1).position(|b| !matches!(b, b'0'..=b'9' | b';' | b'?' | b':'));
    last.filter(|&n| after[n + 1].is_ascii_alphabetic()).map_or(0, |n| n + 2)
}

/// What a joiner may stand behind: letters that join, signs of India and Tibet, emoji and their parts.
fn joins(c: char) -> bool {
    matches!(c,
        '\u{600}'..='\u{dff}' | '\u{f00}'..='\u{109f}' | '\u{1780}'..='\u{18af}' | '\u{a8e0}'..='\u{a8ff}'
        | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{fe0f}' | '\u{20e3}'
        | '\u{2190}'..='\u{2bff}' | '\u{11000}'..='\u{11fff}' | '\u{1f000}'..='\u{1faff}')
}

fn right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}')
}
