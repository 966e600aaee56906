//! Takes the mark for editors off the end of a heading: `History[edit]`.
//!
//! Why: wikis put a link to the editor behind each heading; it is a button, not a word of the heading.
//!
//! Removed: the mark of `History[edit]`
//! Kept: `She crossed out one word [edit].`

use super::super::draft::gone;
use super::super::line::Signs;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "edit-mark",
    summary: "Takes a wiki's mark for editors, such as [edit], off the end of a heading.",
    removes: "History[edit]",
    keeps: "She crossed out one word [edit].",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Repair, apply };

/// The marks of wikis in many languages, in lower case.
const MARKS: [&str; 28] = [
    "edit",
    "edit source",
    "edit | edit source",
    "edit section",
    "sửa",
    "sửa mã nguồn",
    "sửa | sửa mã nguồn",
    "bearbeiten",
    "bearbeiten | quelltext bearbeiten",
    "modifier",
    "modifier le code",
    "modifier | modifier le code",
    "editar",
    "editar código",
    "editar | editar código-fonte",
    "editar | editar código",
    "modifica",
    "modifica | modifica wikitesto",
    "edytuj",
    "edytuj | edytuj kod",
    "править",
    "править | править код",
    "编辑",
    "編輯",
    "編集",
    "편집",
    "sunting",
    "değiştir",
];
/// Longest heading, in bytes.
const LONGEST: usize = 200;

fn apply(page: &mut Page<'_>) {
    if !page.signs.has(Signs::BRACKET) {
        return;
    }
    for at in 0..page.lines.len() {
        let line = &page.lines[at];
        if !line.open() || !line.signs.has(Signs::BRACKET) || line.range.len() > LONGEST {
            continue;
        }
        let visible = page.visible(at);
        if let Some(start) = mark(&visible) {
            let len = visible.len();
            page.repair(at, vec![gone(start..len)], RULE.name);
        }
    }
}

/// Where the mark at the end of a heading starts, with the space before it.
fn mark(line: &str) -> Option<usize> {
    let inner = line.trim_end().strip_suffix(']')?;
    let (heading, mark) = inner.rsplit_once('[')?;
    let mark = mark.trim().to_lowercase();
    // A single word behind a space may be a button that the line tells to press.
    if heading.ends_with(' ') && !mark.contains('|') {
        return None;
    }
    let heading = heading.trim_end();
    let titled = heading.ends_with(|c: char| c.is_alphanumeric() || ")\"”’?".contains(c));
    (titled && MARKS.contains(&mark.as_str())).then_some(heading.len())
}
