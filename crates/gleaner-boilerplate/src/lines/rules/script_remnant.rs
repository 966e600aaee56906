//! Removes a line of script or style that an extractor took for text, and comments of markup.
//!
//! Why: what a page runs is no part of what it says. Only lines that are a known call of a page's machinery from start
//! to end, or a comment alone, are certain; a listing of code, and prose about code, stay, as does a text that shows
//! code in any other line.
//!
//! Removed: `(adsbygoogle = window.adsbygoogle || []).push({});`
//! Kept: `let total = items.push(4);`

use memchr::memmem;

use super::super::chars::trim_start;
use super::super::draft::{Repair, gone};
use super::super::line::Signs;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "script-remnant",
    summary: "Removes a line of a page's script or style taken for text, and comments of markup; listings of code stay.",
    removes: "(adsbygoogle = window.adsbygoogle || []).push({});",
    keeps: "let total = items.push(4);",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Repair, apply };

/// How lines of pages' machinery start, and what they hold besides.
const CALLS: [(&str, &str); 14] = [
    ("(adsbygoogle", "push("),
    ("googletag.", "("),
    ("window.dataLayer", "="),
    ("window._taboola", "="),
    ("_taboola.push(", ")"),
    ("gtag('", ")"),
    ("ga('", ")"),
    ("fbq('", ")"),
    ("_gaq.push(", ")"),
    ("__tcfapi(", ")"),
    ("window.googletag", "="),
    ("window.OneSignal", "="),
    ("//<![CDATA[", ""),
    ("//]]>", ""),
];
/// Longest such line that is believed to hold nothing else.
const LONGEST: usize = 600;

fn apply(page: &mut Page<'_>) {
    let mut shows = None;
    for at in 0..page.lines.len() {
        let line = &page.lines[at];
        if !line.open() {
            continue;
        }
        if line.range.len() <= LONGEST
            && may_call(&page.text[line.range.clone()])
            && is_call(page.visible(at).trim())
        {
            page.remove(at, RULE.name, 1.0);
        } else if line.signs.has(Signs::HTML) {
            let repairs = comments(&page.visible(at));
            if !repairs.is_empty() && !*shows.get_or_insert_with(|| shows_markup(page)) {
                page.repair(at, repairs, RULE.name);
            }
        }
    }
}

/// Cheap: the first character is that of a call.
fn may_call(line: &str) -> bool {
    matches!(trim_start(line).as_bytes().first(), Some(b'(' | b'g' | b'w' | b'_' | b'f' | b'/'))
}

fn is_call(line: &str) -> bool {
    let code = line.trim_end_matches("</script>").trim_end();
    let ends = code.ends_with([';', ')', '}', '>', '[']);
    ends && CALLS.iter().any(|(start, rest)| {
        code.strip_prefix(start)
            .is_some_and(|behind| behind.contains(rest) && (!rest.is_empty() || behind.is_empty()))
    })
}

/// Whether any line of the section holds a tag, as a listing of markup does.
fn shows_markup(page: &Page<'_>) -> bool {
    page.lines.iter().filter(|line| line.signs.has(Signs::HTML)).any(|line| {
        let bytes = page.text[line.range.clone()].as_bytes();
        bytes.windows(2).any(|pair| pair[0] == b'<' && (pair[1].is_ascii_alphabetic() || pair[1] == b'/'))
    })
}

/// `<!-- ... -->`, on a line that shows no other markup and no code.
fn comments(line: &str) -> Vec<Repair> {
    let mut repairs: Vec<Repair> = Vec::new();
    let mut from = 0;
    while let Some(start) = memmem::find(&line.as_bytes()[from..], b"<!--").map(|n| from + n) {
        let Some(end) = line[start + 4..].find("-->").map(|n| start + 4 + n + 3) else { break };
        repairs.push(gone(start..end));
        from = end;
    }
    let rest = || {
        let mut at = 0;
        let outside = repairs.iter().map(|(range, _)| std::mem::replace(&mut at, range.end)..range.start);
        let clean =
            |part: &str| !part.contains(['`', '<', '>', '{']) && !part.to_ascii_lowercase().contains("html");
        let before: Vec<bool> = outside.map(|range| clean(&line[range])).collect();
        !before.contains(&false) && clean(&line[at..])
    };
    if !repairs.is_empty() && !rest() {
        repairs.clear();
    }
    repairs
}
