//! Writes letters and their marks as one character where Unicode has one: normalisation form NFC.
//!
//! Why: the same word in two spellings that look alike is two words to whoever counts, compares or learns from them.
//! Nothing that a reader sees changes: ligatures, full-width forms and superscripts stay. A letter under more than
//! thirty marks stays as it is. Conservative cleaning also leaves the scripts whose marks are keys of their own and where
//! NFC is in doubt: it sorts the marks of Hebrew and Arabic as few write them, and splits letters of Indian scripts.
//!
//! Removed: `cafe` with a combining acute accent behind it
//! Kept: `the ﬁle is 5 m² large`

use super::super::draft::{Repair, push_near};
use super::super::line::Signs;
use super::super::options::Cleaning;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "unicode-form",
    summary: "Writes letters and their marks as one character where Unicode has one (NFC): words that look alike are alike.",
    removes: "The cafe\u{301} by the harbour",
    keeps: "the ﬁle is 5 m² large",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Repair, apply };

fn apply(page: &mut Page<'_>) {
    let certain_only = page.cleaning == Cleaning::Conservative;
    page.repair_lines(Signs::FORM, RULE.name, |line| repairs(line, certain_only));
}

fn repairs(line: &str, certain_only: bool) -> Vec<Repair> {
    let mut repairs = Vec::new();
    gleaner_text::nfc_changes(line, |range, nfc| {
        if !(certain_only && line[range.clone()].contains(marks_are_keys)) {
            push_near(&mut repairs, line, range, &nfc);
        }
    });
    repairs
}

/// Hebrew, Arabic and their like, the scripts of India and of South-East Asia.
fn marks_are_keys(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{1b00}'..='\u{1b4f}' | '\u{fb1d}'..='\u{fb4f}'
        | '\u{11000}'..='\u{11fff}')
}
