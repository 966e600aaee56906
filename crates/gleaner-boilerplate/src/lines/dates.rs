//! Lines that say nothing but a date or a time, in many languages.

use super::chars::{is_alphabetic, is_alphanumeric, trim_both_to_words};
use super::cues::{AGO, Cues, DATE_LABEL, DATE_WORD, MONTH};

/// How much of a date a line is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum DateShape {
    /// It is no date line.
    #[default]
    None,
    /// A date and nothing else: a heading of a diary looks the same.
    Plain,
    /// A date with a time, a label, or a time gone by: the stamp of a post.
    Stamp,
}

/// Longest date line, in bytes.
const LONGEST: usize = 120;
/// Words without a meaning for dates that may stand before a stamp: the section of the post.
const SECTION_WORDS: usize = 3;

#[derive(Default)]
struct Seen {
    numbers: usize,
    /// Number, separator, number, separator, number.
    numeric_date: bool,
    year: bool,
    time: bool,
    month: bool,
    ago: bool,
    label: bool,
    date_words: usize,
    /// Other words before the first number, and after it.
    before: usize,
    after: usize,
}

/// The shape of a line with a digit. `line` may hold any case.
pub(super) fn date_shape(line: &str, cues: &Cues) -> DateShape {
    if line.len() > LONGEST {
        return DateShape::None;
    }
    match scan(line, cues) {
        Some(seen) => judge(&seen),
        None => DateShape::None,
    }
}

/// Whether a line starts or ends with a date that has a year.
pub(super) fn has_date_at_an_end(line: &str, cues: &Cues) -> bool {
    let line = trim_both_to_words(line);
    let digit = |bytes: &[u8]| bytes.iter().any(u8::is_ascii_digit);
    let bytes = line.as_bytes();
    let start = digit(&bytes[..bytes.len().min(3)]) || starts_with_month(line, cues);
    let end = digit(&bytes[bytes.len().saturating_sub(5)..]);
    (start && has_year(&line[..line.floor_char_boundary(30)], cues))
        || (end && has_year(&line[line.ceil_char_boundary(line.len().saturating_sub(30))..], cues))
}

/// Longest name of a month, in bytes.
const MONTH_NAME: usize = 20;

/// Whether the first word of a line is a month.
pub(super) fn starts_with_month(line: &str, cues: &Cues) -> bool {
    if !cues.may_start_with_month(line) {
        return false;
    }
    let head = &line[..line.floor_char_boundary(MONTH_NAME + 4)];
    let ascii = head.bytes().position(|b| !b.is_ascii_alphabetic()).unwrap_or(head.len());
    let end = match head.as_bytes().get(ascii) {
        Some(b) if !b.is_ascii() => head.find(|c: char| !is_alphabetic(c)).unwrap_or(head.len()),
        _ => ascii,
    };
    is_month(&head[..end], cues)
}

fn is_month(word: &str, cues: &Cues) -> bool {
    word.len() <= MONTH_NAME && cues.may_start_with_month(word) && cues.word_of_any_case(word) & MONTH != 0
}

/// Whether a year stands in `part` with two numbers joined to it, or a month beside it.
fn has_year(part: &str, cues: &Cues) -> bool {
    let may_be_year = |four: &[u8]| matches!(four, [b'1', b'9', ..] | [b'2', b'0', ..]);
    if !part.as_bytes().windows(4).any(may_be_year) {
        return false;
    }
    let parts = || part.split(|c: char| !is_alphanumeric(c)).filter(|part| !part.is_empty());
    let number = |part: &&str| part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
    let numbers = parts().filter(number).count();
    let year = |part: &str| part.len() == 4 && (part.starts_with("19") || part.starts_with("20"));
    numbers >= 2
        && parts().filter(number).any(year)
        && (numbers >= 3 || parts().any(|part| is_month(part, cues)))
}

fn judge(seen: &Seen) -> DateShape {
    let date = seen.numeric_date || (seen.month && seen.numbers >= 1);
    let known = seen.before + seen.after == 0;
    let label = seen.label && known;
    if seen.ago && known && seen.numbers == 1 && !seen.numeric_date {
        return DateShape::Stamp;
    }
    if date && known && !seen.time && !label {
        return if seen.year || seen.month { DateShape::Plain } else { DateShape::None };
    }
    let stamp = (date && seen.time && seen.after == 0 && seen.before <= SECTION_WORDS)
        || (date && label)
        || (seen.time && known && (seen.date_words > 0 || label) && seen.numbers <= 3);
    if stamp { DateShape::Stamp } else { DateShape::None }
}

/// Reads the line; `None` where something stands in it that no date has, and as soon as it has too many words.
fn scan(line: &str, cues: &Cues) -> Option<Seen> {
    let mut seen = Seen::default();
    let mut rest = line.trim();
    let mut run = Run::default();
    while let Some(c) = rest.chars().next() {
        let part = if c.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            number(&rest[..end], &mut run, &mut seen)?;
            end
        } else if is_alphabetic(c) {
            let end = rest.find(|c: char| !is_alphabetic(c) && !is_mark(c)).unwrap_or(rest.len());
            word(&rest[..end], cues, &mut run, &mut seen)?;
            end
        } else {
            separator(c, &mut run)?;
            c.len_utf8()
        };
        rest = &rest[part..];
    }
    Some(seen)
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e31}'..='\u{e4e}') && !c.is_numeric()
}

/// Numbers joined by date separators, or by colons.
#[derive(Default)]
struct Run {
    joined: usize,
    separator: Option<char>,
    last_len: usize,
}

fn number(digits: &str, run: &mut Run, seen: &mut Seen) -> Option<()> {
    if digits.len() > 4 {
        return None;
    }
    seen.numbers += 1;
    seen.year |= digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"));
    match run.separator {
        Some(':' | 'h') if run.last_len <= 2 && digits.len() == 2 => seen.time = true,
        Some('/' | '-' | '.' | '年' | '月' | '년' | '월') => {
            run.joined += 1;
            seen.numeric_date |= run.joined >= 2;
        }
        _ => run.joined = 0,
    }
    run.last_len = digits.len();
    run.separator = None;
    Some(())
}

fn word(word: &str, cues: &Cues, run: &mut Run, seen: &mut Seen) -> Option<()> {
    run.separator = None;
    if let Some(last) = east_asian(word) {
        run.separator = Some(last);
        seen.time |= matches!(last, '时' | '時' | '분' | '分' | '点' | '點') && seen.numbers > 0;
        return Some(());
    }
    if word.eq_ignore_ascii_case("h") && run.last_len <= 2 && seen.numbers > 0 {
        run.separator = Some('h');
        return Some(());
    }
    // "T" and "Z" of ISO 8601, ordinals.
    let ordinal = |sign: &&str| word.eq_ignore_ascii_case(sign);
    if seen.numbers > 0 && ["t", "z", "st", "nd", "rd", "th", "º", "ª", "er"].iter().any(ordinal) {
        return Some(());
    }
    let kinds = cues.word_of_any_case(word);
    seen.month |= kinds & MONTH != 0;
    seen.ago |= kinds & AGO != 0;
    seen.label |= kinds & DATE_LABEL != 0;
    match (kinds & (DATE_WORD | DATE_LABEL | AGO) != 0, seen.numbers) {
        (true, _) => seen.date_words += 1,
        (false, 0) => seen.before += 1,
        (false, _) => seen.after += 1,
    }
    (seen.after == 0 && seen.before <= SECTION_WORDS).then_some(())
}

/// The last character of a word made of nothing but signs for year, month, day, weekday and hour.
fn east_asian(word: &str) -> Option<char> {
    const SIGNS: &str =
        "年月日號号時时分秒点點星期周週一二三四五六天上下午年前凌晨早晚中년월일시분초오전후요화수목금토";
    word.chars().all(|c| !c.is_ascii() && SIGNS.contains(c)).then(|| word.chars().next_back()).flatten()
}

fn separator(c: char, run: &mut Run) -> Option<()> {
    match c {
        ':' | '/' | '-' | '.' => run.separator = Some(c),
        ' ' | '\u{a0}' | '\t' => {}
        ',' | '|' | '(' | ')' | '[' | ']' | '·' | '•' | '–' | '—' | '+' | '\'' | '*' | '：' | '，' | '（'
        | '）' | '#' | '►' | '»' => {
            run.separator = None;
        }
        c if is_mark(c) => {}
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(want: DateShape, lines: &[&str]) {
        for line in lines {
            assert_eq!(date_shape(line, Cues::embedded()), want, "{line}");
        }
    }

    #[test]
    fn stamps() {
        check(
            DateShape::Stamp,
            &[
                "Đời sống 23/01/2025 19:54",
                "Posted: Jan 16, 2012 12:00 PM ET",
                "Last updated on 3 March 2024",
                "2012-01-16T12:00:00Z",
                "12.03.2024, 08:15 Uhr",
                "2012年01月16日 10:20",
                "3 hours ago",
                "2 giờ trước",
                "Thứ Hai, 13/05/2024, 10:30 (GMT+7)",
                "Aktualisiert am 12. März 2024",
            ],
        );
    }

    #[test]
    fn plain_dates() {
        check(
            DateShape::Plain,
            &[
                "2024-03-12",
                "March 12, 2024",
                "12 mars 2024",
                "12.03.2024",
                "2024年3月12日",
                "24 Ιανουαρίου 2012",
            ],
        );
    }

    #[test]
    fn no_dates() {
        check(
            DateShape::None,
            &[
                "1984",
                "192.168.0.1",
                "It happened on 12 March 2024",
                "12:30",
                "Chapter 3",
                "In 2012 we met",
                "+84 123 456 7890",
                "3-2",
            ],
        );
    }
}
