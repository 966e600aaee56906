//! Removes a button or a call that is a line of its own: share, print, follow, subscribe, log in.
//!
//! Why: it asks the reader to do something with the page, and says nothing.
//!
//! Removed: `Share on Facebook`
//! Kept: `Share prices fell on Monday`

use super::super::cues::ACTION;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "call-to-action",
    summary: "Removes a button or call on a line of its own (share, print, follow, subscribe): it says nothing.",
    removes: "Share on Facebook",
    keeps: "Share prices fell on Monday",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Verdict, apply };

fn apply(page: &mut Page<'_>) {
    if page.cues_found & ACTION == 0 {
        return;
    }
    for at in 0..page.lines.len() {
        if page.lines[at].shape.cues & ACTION != 0 && !page.announced(at) {
            page.remove(at, RULE.name, 0.95);
        }
    }
}
