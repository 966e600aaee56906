//! Decodes character references and drops line-break and paragraph tags left in prose: `&nbsp;`, `&amp;`, `<br>`.
//!
//! Why: text that was escaped twice keeps them. A line that speaks of HTML, or shows code, keeps all of it.
//!
//! Removed: `<br />`
//! Kept: `Write &amp; in HTML where a plain ampersand is meant.`

use super::super::draft::Repair;
use super::super::line::Signs;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "html-remnant",
    summary: "Decodes character references and drops break and paragraph tags left in prose, unless the line speaks of markup.",
    removes: "<br />",
    keeps: "Write &amp; in HTML where a plain ampersand is meant.",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Repair, apply };

/// What is certain, with what it stands for. `&lt;` and `&gt;` are not: they may guard code.
const REMNANTS: [(&str, &str); 22] = [
    ("&nbsp;", " "),
    ("&amp;", "&"),
    ("&quot;", "\""),
    ("&apos;", "'"),
    ("&#39;", "'"),
    ("&#039;", "'"),
    ("&#34;", "\""),
    ("&#160;", " "),
    ("&#8217;", "’"),
    ("&#8220;", "“"),
    ("&#8221;", "”"),
    ("&rsquo;", "’"),
    ("&lsquo;", "‘"),
    ("&ldquo;", "“"),
    ("&rdquo;", "”"),
    ("&ndash;", "–"),
    ("&mdash;", "—"),
    ("&hellip;", "…"),
    ("<br>", " "),
    ("<br/>", " "),
    ("<br />", " "),
    ("</p>", " "),
];

/// A line with one of these speaks of markup, or shows it.
const MARKUP_TALK: [&str; 9] = ["html", "HTML", "xml", "XML", "`", "</", "=\"", "&lt;", "escap"];

fn apply(page: &mut Page<'_>) {
    if !page.signs.has(Signs::HTML) {
        return;
    }
    for at in 0..page.lines.len() {
        let line = &page.lines[at];
        if line.open() && line.signs.has(Signs::HTML) {
            let repairs = repairs(&page.visible(at));
            page.repair(at, &repairs, RULE.name);
        }
    }
}

fn repairs(line: &str) -> Vec<Repair> {
    let mut repairs = Vec::new();
    let mut from = 0;
    while let Some(found) = memchr::memchr2(b'&', b'<', &line.as_bytes()[from..]) {
        let start = from + found;
        from = start + 1;
        if let Some((remnant, plain)) =
            REMNANTS.iter().find(|(remnant, _)| line[start..].starts_with(remnant))
        {
            let whole = start == 0 && remnant.len() == line.trim_end().len();
            from = start + remnant.len();
            repairs.push((start..from, if whole { "" } else { *plain }));
        }
    }
    let speaks_of_markup = || MARKUP_TALK.iter().any(|talk| line.replace("</p>", "").contains(talk));
    if !repairs.is_empty() && speaks_of_markup() {
        repairs.clear();
    }
    repairs
}
