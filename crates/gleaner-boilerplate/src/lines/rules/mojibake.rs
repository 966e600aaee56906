//! Mends text whose UTF-8 was read as another encoding: `Ã©` for `é`, `â€™` for an apostrophe, `РџСЂРё` for `При`.
//!
//! Why: an extractor took the wrong encoding, and every letter beyond ASCII became two or three. It is mended only
//! where a whole run of such characters reads as UTF-8 and makes sense, and nobody would write the characters as they
//! stand: signs directly behind a capital letter, capitals within words. What stays is what does occur, such as `Ã`
//! with a closing quotation mark behind it, and all of a text that speaks of encodings. Quotation marks and dashes that
//! became control characters are mended too.
//!
//! Removed: `The cafÃ© by the harbour`
//! Kept: `« SÃO JOÃO »`

use super::super::draft::Repair;
use super::super::line::Signs;
use super::super::misread;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "mojibake",
    summary: "Mends text read in the wrong encoding where that is certain, as Ã© for é; never in a text on encodings.",
    removes: "The cafÃ© by the harbour",
    keeps: "« SÃO JOÃO »",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Repair, apply };

/// How often text is misread before it is given up.
const ROUNDS: usize = 3;

/// A text with one of these may show misread letters on purpose; compared in lower case.
const TALK: [&str; 16] = [
    "mojibake",
    "utf-8",
    "utf8",
    "unicode",
    "charset",
    "encod",
    "iso-8859",
    "iso 8859",
    "latin-1",
    "latin1",
    "windows-125",
    "cp125",
    "кодировк",
    "kodierung",
    "文字化け",
    "乱码",
];

fn apply(page: &mut Page<'_>) {
    if !page.signs.has(Signs::LATIN) {
        return;
    }
    let mut speaks = None;
    for at in 0..page.lines.len() {
        let line = &page.lines[at];
        if !line.open() || !line.signs.has(Signs::LATIN) {
            continue;
        }
        for _ in 0..ROUNDS {
            let repairs: Vec<Repair> = misread::repairs(&page.visible(at));
            if repairs.is_empty() || *speaks.get_or_insert_with(|| speaks_of_encodings(page)) {
                break;
            }
            page.repair(at, repairs, RULE.name);
        }
    }
}

/// Whether any line of the section speaks of encodings.
fn speaks_of_encodings(page: &Page<'_>) -> bool {
    page.lines.iter().any(|line| {
        let lower = page.text[line.range.clone()].to_lowercase();
        TALK.iter().any(|talk| lower.contains(talk))
    })
}
