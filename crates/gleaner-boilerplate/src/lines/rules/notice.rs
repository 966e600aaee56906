//! Removes a notice: copyright, conditions of use, cookies, who may comment.
//!
//! Why: it speaks of the site, in words that are the same on every page.
//!
//! Removed: `© 2024 Example Media. All rights reserved.`
//! Kept: `The copyright of a photograph lasts seventy years.`

use super::super::cues::NOTICE;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "notice",
    summary: "Removes a notice of copyright, conditions, cookies or comments: it speaks of the site, not of its subject.",
    removes: "© 2024 Example Media. All rights reserved.",
    keeps: "The copyright of a photograph lasts seventy years.",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Verdict, apply };

/// A longer line holds more than a notice.
const LONGEST: u32 = 600;
/// A copyright sign at the start of a longer line may be that of a poem or a table.
const LONGEST_SIGN: u32 = 300;

fn apply(page: &mut Page<'_>) {
    for at in 0..page.lines.len() {
        let shape = &page.lines[at].shape;
        let cue = shape.cues & NOTICE != 0 && shape.weight <= LONGEST;
        if cue
            || (page.lines[at].open() && shape.weight <= LONGEST_SIGN && starts_with_sign(&page.visible(at)))
        {
            page.remove(at, RULE.name, 0.95);
        }
    }
}

fn starts_with_sign(line: &str) -> bool {
    // The first bytes of what is looked for, and of what is passed over before it.
    if !matches!(line.as_bytes(), [b' ' | b'\t' | b'*' | b'_' | b'-' | b'|' | b'(' | b'c' | b'C' | 0xc2, ..])
    {
        return false;
    }
    let line = line.trim_start_matches([' ', '\t', '*', '_', '-', '|']);
    // A clause may have this letter: a year says that it is the sign.
    let letter = line.strip_prefix("(c) ").or_else(|| line.strip_prefix("(C) "));
    if let Some(rest) = letter {
        let words = rest.split_whitespace().take(2);
        return words.clone().any(|word| word.starts_with(['1', '2']) && word.len() >= 4)
            || words.clone().any(|word| word.eq_ignore_ascii_case("copyright"));
    }
    let sign = ["©", "Copyright ©", "Copyright (c)", "Copyright (C)"];
    let year = line.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("copyright"))
        && line[9..].trim_start().starts_with(|c: char| c.is_ascii_digit());
    year || sign.iter().any(|sign| line.starts_with(sign) && line.len() > sign.len())
}
