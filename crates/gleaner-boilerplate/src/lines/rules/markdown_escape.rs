//! Takes away the backslashes that Markdown puts before signs: `snake\\_case`, `1\\. January`.
//!
//! Why: a converter escaped what was never to be read as Markdown, and the backslash is no part of the text. Where a
//! line has any other backslash (a path, a pattern, a formula) or other signs of code, it stays as it is.
//!
//! Removed: the backslashes of `The file is called north\\_wall\\_2.`
//! Kept: `C:\\Program\\_files`

use memchr::memchr_iter;

use super::super::draft::{Repair, gone};
use super::super::line::Signs;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "markdown-escape",
    summary: "Takes away the backslashes that Markdown puts before signs, on lines without any other backslash or code.",
    removes: "The file is called north\\_wall\\_2.",
    keeps: "It is in C:\\Program\\_files on the old machine.",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Repair, apply };

fn apply(page: &mut Page<'_>) {
    page.repair_lines(Signs::BACKSLASH, RULE.name, repairs);
}

fn repairs(line: &str) -> Vec<Repair> {
    let bytes = line.as_bytes();
    let mut repairs = Vec::new();
    if line.contains(['`', '{', '}', '$', '|']) {
        return repairs;
    }
    for at in memchr_iter(b'\\', bytes) {
        let before = at.checked_sub(1).map(|i| bytes[i]);
        let escapes = match bytes.get(at + 1) {
            Some(b'_' | b'#' | b'~') => true,
            Some(b'.') => before.is_some_and(|b| b.is_ascii_digit()) && bytes.get(at + 2) == Some(&b' '),
            Some(b'-' | b'+') => line[..at].trim().is_empty() && bytes.get(at + 2) == Some(&b' '),
            _ => false,
        };
        if !escapes || before == Some(b'\\') {
            return Vec::new();
        }
        repairs.push(gone(at..at + 1));
    }
    repairs
}
