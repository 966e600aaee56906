//! Takes a phrase of page furniture off the end or the start of a paragraph: `Read more: ...`, `Share this article`.
//!
//! Why: an extractor that drops the elements between them glues a link or a button to the prose beside it, where no
//! rule for whole lines sees it. Only the sentences at the two ends are looked at, and only what is certain goes: a
//! call of two and more words that is a whole sentence, a notice, a cue with a colon or an arrow and a headline, the
//! label of an advertisement. The rest of the paragraph must be prose.
//!
//! Removed: the end of `..., said the mayor. Read more: Harbour wall to be raised`
//! Kept: `She asked them to read more: a book a week, said the mayor.`

use super::super::bytes::find;
use super::super::chars::{is_alphabetic, trim_end};
use super::super::cues::{ACTION, Cues, LINK, LIST, NOTICE};
use super::super::draft::gone;
use super::super::line::Signs;
use super::super::page::Page;
use super::{Entry, Rule, Stage};

const RULE: Rule = Rule {
    name: "glued-phrase",
    summary: "Takes a link, button or notice off the end or start of a paragraph it is glued to; the prose stays.",
    removes: "The bridge will stay closed until June, said the mayor on Monday. Read more: Harbour wall to be raised",
    keeps: "She asked them to read more: a book a week, said the mayor on Monday at the school by the old bridge.",
};
pub(super) const ENTRY: Entry = Entry { rule: RULE, stage: Stage::Repair, apply };

/// Shortest paragraph, in bytes, and shortest prose that remains.
const PARAGRAPH: usize = 60;
/// Bytes at the end of a paragraph that are searched for the start of a phrase, and at its start for the end of one.
const TAIL: usize = 160;
const HEAD: usize = 80;
/// Most phrases glued to each other.
const PHRASES: usize = 4;
/// Longest notice, in characters.
const SHORT_NOTICE: usize = 56;
/// Most bytes between a sentence's last sign and the next sentence.
const BETWEEN: usize = 16;
/// Longest label of an advertisement, with the signs around it, in bytes.
const LABEL: usize = 20;
/// Shortest one.
const SHORTEST_LABEL: usize = 6;
/// A phrase that leads has its colon within this many bytes.
const LEAD: usize = 60;

fn apply(page: &mut Page<'_>) {
    let mut folded = String::new();
    for at in 0..page.lines.len() {
        let line = &page.lines[at];
        if !line.open() || line.range.len() < PARAGRAPH || line.signs.has(Signs::BAR) {
            continue;
        }
        let visible = page.visible(at);
        let end = tail(&visible, page.cues, &mut folded);
        let start = head(&visible[..end]);
        let len = visible.len();
        if start > 0 || end < len {
            let mut repairs = vec![gone(0..start), gone(end..len)];
            repairs.retain(|(range, _)| !range.is_empty());
            page.repair(at, repairs, RULE.name);
        }
    }
}

/// Where the prose of a line ends.
fn tail(line: &str, cues: &Cues, folded: &mut String) -> usize {
    let mut end = trim_end(line).len();
    let mut cut = line.len();
    for _ in 0..PHRASES {
        let Some(start) = last_phrase(&line[..end], cues, folded) else { break };
        end = trim_end(&line[..start]).len();
        cut = end;
    }
    cut
}

/// Where the first of the phrases at the end of a text starts.
fn last_phrase(text: &str, cues: &Cues, folded: &mut String) -> Option<usize> {
    // Nearly every paragraph ends with a full stop, and then only a short notice may be its last sentence.
    let short = &text.as_bytes()[text.len().saturating_sub(SHORT_NOTICE + BETWEEN)..];
    let tail = if is_said(text) && short.is_ascii() { short.len() } else { TAIL };
    let from = text.ceil_char_boundary(text.len().saturating_sub(tail).max(PARAGRAPH - 20));
    let start = starts(text, from).find(|&start| is_phrase(&text[start..], cues, folded))?;
    (cues.of_line(text, folded) & NOTICE == 0).then_some(start)
}

/// Where sentences start behind `from`.
fn starts(text: &str, from: usize) -> impl Iterator<Item = usize> + '_ {
    let (mut at, mut ended, mut space) = (from, false, false);
    std::iter::from_fn(move || {
        loop {
            if !ended {
                at = find(text.as_bytes(), at, may_end)?;
                // Quotation marks and dashes, which share the ellipsis's first byte.
                if text.as_bytes()[at] == 0xe2 && !text[at..].starts_with('…') {
                    at += 3;
                    continue;
                }
            }
            let here = at;
            let c = text[at..].chars().next()?;
            at += c.len_utf8();
            let start = space && ended && !c.is_whitespace();
            match c {
                '.' => (ended, space) = (!is_section(&text[..here]), false),
                '!' | '?' | '…' | ')' | ']' => (ended, space) = (true, false),
                '。' | '！' | '？' | '؟' | '।' | '॥' | '۔' | '）' | '】' => {
                    (ended, space) = (true, true)
                }
                '"' | '”' | '’' | '\'' | '»' | '」' | '』' => {}
                c if c.is_whitespace() => space = true,
                _ => (ended, space) = (false, false),
            }
            if start {
                return Some(here);
            }
        }
    })
}

/// Whether a byte may be the first of a sign that ends a sentence.
fn may_end(b: u8) -> bool {
    let ascii = (b == b'.') | (b == b'!') | (b == b'?') | (b == b')') | (b == b']');
    ascii | (b == 0xe2) | (b == 0xe3) | (b == 0xe0) | (b == 0xef) | (b == 0xd8) | (b == 0xdb)
}

/// Whether a text ends with the number of a section, before its last dot.
fn is_section(text: &str) -> bool {
    let before = text.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    text[before.len()..].contains('.')
}

/// Whether all of `text` is a phrase that belongs to the page.
fn is_phrase(text: &str, cues: &Cues, folded: &mut String) -> bool {
    // Nearly always there is nothing, and little is read to know it.
    let said = is_said(text);
    if said && text.chars().count() > SHORT_NOTICE {
        return false;
    }
    let kinds = cues.of_line(text, folded);
    if kinds & (ACTION | LIST | NOTICE | LINK) == 0 && !is_advertisement(text) {
        return false;
    }
    let words = text.trim_start_matches(|c: char| !c.is_alphabetic());
    let bracketed = text[..text.len() - words.len()].contains(['(', '[']);
    if bracketed || words.starts_with(char::is_lowercase) || text.contains(['<', '{']) || text.contains("://")
    {
        return false;
    }
    let cut = text.ends_with("...") || text.ends_with('…');
    if is_advertisement(text) {
        return true;
    }
    if kinds & ACTION != 0 || (kinds & LIST != 0 && !cut) {
        return has_words(text) && !said && !is_own(text);
    }
    // A short notice calls the reader; a longer one tells what the author may have meant to tell.
    if kinds & NOTICE != 0 {
        return text.chars().count() <= SHORT_NOTICE && !text.ends_with('!');
    }
    kinds & LINK != 0 && is_lead(text)
}

/// Whether a text ends as a sentence does, or announces what is behind it.
fn is_said(text: &str) -> bool {
    text.ends_with(['.', ':', '。', '।']) && !text.ends_with("...")
}

/// A call that a text makes for itself as well.
fn is_own(text: &str) -> bool {
    const OWN: [&str; 12] = [
        "learn more",
        "find out more",
        "click here",
        "contact us",
        "shop now",
        "buy now",
        "order now",
        "join now",
        "sign up now",
        "sign up today",
        "subscribe now",
        "subscribe today",
    ];
    let call = text.trim_matches(|c: char| !c.is_alphabetic());
    OWN.iter().any(|own| call.eq_ignore_ascii_case(own))
}

/// A lead of two and more words, a colon or an arrow, and a headline of as many, which is no sentence.
fn is_lead(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| !c.is_alphabetic());
    let head = &text[..text.floor_char_boundary(LEAD)];
    let mark = head.find([':', '：', '→', '»', '›']);
    mark.is_some_and(|at| has_words(&text[..at]) && has_words(&text[at..]))
        && !text.ends_with(['.', ':', '。', ';'])
}

/// Two words and more, or as much in a script without spaces.
fn has_words(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    text.split_whitespace().filter(|word| word.contains(char::is_alphabetic)).count() >= 2
        || (letters >= 4 && !text.chars().any(|c| c.is_lowercase() || c.is_uppercase()))
}

/// The label of an advertisement.
fn is_advertisement(text: &str) -> bool {
    const LABELS: [&str; 8] = [
        "advertisement",
        "advertisements",
        "publicidad",
        "publicité",
        "pubblicità",
        "реклама",
        "anzeige",
        "广告",
    ];
    if !(SHORTEST_LABEL..=LABEL).contains(&text.len()) {
        return false;
    }
    let word = text.trim_matches(|c: char| !is_alphabetic(c));
    if !word.starts_with(['a', 'A', 'p', 'P', 'р', 'Р', '广']) {
        return false;
    }
    let lower = word.to_lowercase();
    LABELS.iter().any(|label| lower == *label)
}

/// Where the prose of a line starts: behind the label of an advertisement that ends as a sentence, is in capitals, or
/// has a sentence behind it.
fn head(line: &str) -> usize {
    let head = &line[..line.floor_char_boundary(HEAD)];
    let word = memchr::memchr(b' ', head.as_bytes()).unwrap_or(head.len());
    if is_advertisement(&head[..word]) {
        let label = &head[..word];
        let next = head[word..].split_whitespace().next().unwrap_or_default();
        let capitals = |text: &str| !text.contains(char::is_lowercase);
        let apart = label.ends_with(['.', ':', '!']) || (capitals(label) && !capitals(next));
        if apart || opens_sentence(&head[word..]) {
            return behind(line, word);
        }
    }
    0
}

/// A short word with a capital and a word without one: how sentences open and names do not.
fn opens_sentence(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let (Some(first), Some(second)) = (words.next(), words.next()) else { return false };
    first.starts_with(char::is_uppercase)
        && first.chars().count() <= 4
        && second.starts_with(char::is_lowercase)
}

/// The start of what stands behind `at`, if that is long enough for prose.
fn behind(line: &str, at: usize) -> usize {
    let start = line.len() - line[at..].trim_start().len();
    if line.len() - start >= PARAGRAPH { start } else { 0 }
}
