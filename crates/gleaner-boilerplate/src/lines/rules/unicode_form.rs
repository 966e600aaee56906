//! Writes letters and their marks as one character where Unicode has one: normalisation form NFC.
//!
//! Why: the same word in two spellings that look alike is two words to whoever counts, compares or learns from them.
//! Nothing that a reader sees changes: ligatures, full-width forms and superscripts stay. A letter under more than
//! thirty marks stays as it is.
//!
//! Removed: `cafe` with a combining acute accent behind it
//! Kept: `the ﬁle is 5 m² large`

use super::super::draft::{Repair, push_near};
use super::super::line::Signs;
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
    page.repair_lines(Signs::FORM, RULE.name, repairs);
}

fn repairs(line: &str) -> Vec<Repair> {
    let mut repairs = Vec::new();
    gleaner_text::nfc_changes(line, |range, nfc| push_near(&mut repairs, line, range, &nfc));
    repairs
}
