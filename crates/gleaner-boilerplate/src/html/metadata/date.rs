//! Dates as pages write them, as ISO 8601 where that takes no guess.

/// Longer is no date.
pub(super) const LONGEST: usize = 64;

/// A number, a word or a sign of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'a> {
    Number(&'a str),
    Word(&'a str),
    Sign(char),
}

/// `raw` as an ISO 8601 date, or date and time, with the time zone that it states as an offset.
///
/// Read are years first (`2021-5-6`, `2021年5月6日`, `20210506`), days first before a full stop (`6.5.2021`), days and
/// months in any order where one of them is above 12, months by their English names, and seconds or milliseconds
/// since 1970. `None` for `5/6/2021`, which is a day in May or in June, for two-digit years, for months in other
/// languages, and for years before 1990 or after 2099, which are mistakes. Zones by name are left out, but for UTC.
pub(super) fn read(raw: &str) -> Option<String> {
    if raw.is_empty() || raw.len() > LONGEST {
        return None;
    }
    if let Some(instant) = since_1970(raw) {
        return Some(instant);
    }
    let parts = parts(raw);
    let (date, rest) = digits_only(&parts).or_else(|| numbers(&parts)).or_else(|| named_month(&parts))?;
    let (year, month, day) = date;
    let mut iso = format!("{year:04}-{month:02}-{day:02}");
    if let Some(time) = time(rest) {
        iso.push('T');
        iso.push_str(&time);
    }
    Some(iso)
}

/// `raw` as it stands, if it has more digits than a time of day.
pub(super) fn leave(raw: &str) -> Option<String> {
    let parts = parts(raw);
    let is_time = |at: usize| {
        let colon = |at: Option<usize>| at.and_then(|at| parts.get(at)) == Some(&Part::Sign(':'));
        colon(Some(at + 1)) || colon(at.checked_sub(1))
    };
    let digits: usize = parts
        .iter()
        .enumerate()
        .filter(|&(at, _)| !is_time(at))
        .map(|(_, part)| if let Part::Number(digits) = part { digits.len() } else { 0 })
        .sum();
    let some_digit = parts.iter().any(|part| matches!(part, Part::Number(n) if n.bytes().any(|b| b != b'0')));
    if digits < 4 || !some_digit || out_of_range(&parts) || raw.contains(['{', '<', '%']) {
        return None;
    }
    super::text_run::one_line(raw)
}

/// Whether it names a year first that no page was published in, as `0001-01-01`.
fn out_of_range(parts: &[Part<'_>]) -> bool {
    matches!(parts, [Part::Number(n), Part::Sign('-' | '/'), ..] if n.len() == 4 && year(n).is_none())
}

fn parts(raw: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        let run = |of: fn(char) -> bool| rest.find(|c| !of(c)).unwrap_or(rest.len());
        let length = if c.is_ascii_digit() {
            let length = run(|c| c.is_ascii_digit());
            parts.push(Part::Number(&rest[..length]));
            length
        } else if c.is_ascii_alphabetic() {
            let length = run(|c| c.is_ascii_alphabetic());
            parts.push(Part::Word(&rest[..length]));
            length
        } else {
            parts.push(Part::Sign(c));
            c.len_utf8()
        };
        rest = &rest[length..];
    }
    parts
}

type Date = (u32, u32, u32);
type Found<'p, 'a> = Option<(Date, &'p [Part<'a>])>;

/// `20210506`, alone or before a time.
fn digits_only<'p, 'a>(parts: &'p [Part<'a>]) -> Found<'p, 'a> {
    let (Part::Number(digits), rest) = parts.split_first()? else { return None };
    if digits.len() != 8 {
        return None;
    }
    Some((date(year(&digits[..4])?, number(&digits[4..6])?, number(&digits[6..])?)?, rest))
}

/// Three numbers parted by signs.
fn numbers<'p, 'a>(parts: &'p [Part<'a>]) -> Found<'p, 'a> {
    let [Part::Number(a), Part::Sign(first), Part::Number(b), Part::Sign(second), Part::Number(c), rest @ ..] =
        parts
    else {
        return None;
    };
    let (sign, short) = (*first, |n: &str| n.len() <= 2);
    if a.len() == 4
        && short(b)
        && short(c)
        && matches!((sign, *second), ('-', '-') | ('/', '/') | ('.', '.') | ('年', '月'))
    {
        return Some((date(year(a)?, number(b)?, number(c)?)?, rest));
    }
    if c.len() != 4 || !short(a) || !short(b) || first != second {
        return None;
    }
    let (year, a, b) = (year(c)?, number(a)?, number(b)?);
    let date = match sign {
        '.' => date(year, b, a),
        '-' | '/' if a > 12 => date(year, b, a),
        '-' | '/' if b > 12 || a == b => date(year, a, b),
        _ => None,
    };
    Some((date?, rest))
}

/// `6 May 2021`, `Thu, May 6th, 2021`.
fn named_month<'p, 'a>(parts: &'p [Part<'a>]) -> Found<'p, 'a> {
    let at = parts.iter().position(|part| matches!(part, Part::Word(word) if month(word).is_some()))?;
    let Part::Word(word) = parts[at] else { return None };
    let month = month(word)?;
    if !parts.iter().enumerate().all(|(other, part)| other == at || is_of_a_date(part)) {
        return None;
    }
    let before = day_before(&parts[..at]);
    let mut after = parts.iter().enumerate().skip(at + 1).filter(|(_, part)| matches!(part, Part::Number(_)));
    let day = match before {
        Some(day) => day,
        None => day(after.next()?.1)?,
    };
    // The year may stand after the time: `Thu May 6 10:00:00 2021`.
    let (end, year) = after.find_map(|(at, part)| match part {
        Part::Number(n) if n.len() == 4 => Some((at, year(n)?)),
        _ => None,
    })?;
    let rest = if parts[at..end].contains(&Part::Sign(':')) { &parts[at..] } else { &parts[end + 1..] };
    Some((date(year, month, day)?, rest))
}

/// The day that stands right before the month, as in `6 May` and `6th of May`; minutes are none.
fn day_before(parts: &[Part<'_>]) -> Option<u32> {
    let of_day = |part: &&Part<'_>| {
        matches!(part, Part::Word("st" | "nd" | "rd" | "th" | "of") | Part::Sign(' ' | '.' | '-'))
    };
    let parts = &parts[..parts.len() - parts.iter().rev().take_while(of_day).count()];
    match parts {
        [.., Part::Sign(':'), _] => None,
        [.., last] => day(last),
        [] => None,
    }
}

/// Whether a part may stand beside an English month. A word that may not makes it a date of another language, in which
/// `mar` may be a day of the week.
fn is_of_a_date(part: &Part<'_>) -> bool {
    const WEEKDAYS: [&str; 7] =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let Part::Word(word) = part else { return true };
    let folded = word.to_ascii_lowercase();
    let is_zone = word.len() <= 5 && word.bytes().all(|b| b.is_ascii_uppercase());
    word.len() < 3
        || is_zone && month(word).is_none()
        || WEEKDAYS.iter().any(|day| day.starts_with(&folded))
        || matches!(&*folded, "posted" | "published" | "date")
}

fn day(part: &Part<'_>) -> Option<u32> {
    match part {
        Part::Number(n) if n.len() <= 2 => number(n),
        _ => None,
    }
}

/// An English month, or its first three letters or more.
fn month(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.to_ascii_lowercase();
    let named = |month: &&str| {
        word.len() >= 3 && (month.starts_with(&word) || word == "sept" && **month == *MONTHS[8])
    };
    MONTHS.iter().position(named).map(|at| at as u32 + 1)
}

fn number(digits: &str) -> Option<u32> {
    digits.parse().ok()
}

fn year(digits: &str) -> Option<u32> {
    number(digits).filter(|year| digits.len() == 4 && (1990..2100).contains(year))
}

fn date(year: u32, month: u32, day: u32) -> Option<Date> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => return None,
    };
    (1..=days).contains(&day).then_some((year, month, day))
}

/// The first time of day in `parts`, with what follows it of a zone.
fn time(parts: &[Part<'_>]) -> Option<String> {
    if let [Part::Word("T" | "t"), Part::Number(digits), rest @ ..] = parts
        && matches!(digits.len(), 4 | 6)
    {
        let seconds = if digits.len() == 6 { Some(number(&digits[4..])?) } else { None };
        return clock(number(&digits[..2])?, number(&digits[2..4])?, seconds, rest);
    }
    let at = parts.windows(3).position(|part| {
        matches!(part, [Part::Number(h), Part::Sign(':'), Part::Number(m)] if h.len() <= 2 && m.len() == 2)
    })?;
    let (Part::Number(hours), Part::Number(minutes)) = (parts[at], parts[at + 2]) else { return None };
    let (mut hours, minutes) = (number(hours)?, number(minutes)?);
    let mut rest = &parts[at + 3..];
    let mut seconds = None;
    if let [Part::Sign(':'), Part::Number(n), after @ ..] = rest {
        (seconds, rest) = (number(n), after);
        if let [Part::Sign('.' | ','), Part::Number(_), after @ ..] = rest {
            rest = after;
        }
    }
    while let [Part::Sign(' '), after @ ..] = rest {
        rest = after;
    }
    if let [Part::Word(half), after @ ..] = rest {
        let afternoon = half.eq_ignore_ascii_case("pm");
        if (afternoon || half.eq_ignore_ascii_case("am")) && (1..=12).contains(&hours) {
            (hours, rest) = (hours % 12 + if afternoon { 12 } else { 0 }, after);
        }
    }
    clock(hours, minutes, seconds, rest)
}

fn clock(hours: u32, minutes: u32, seconds: Option<u32>, rest: &[Part<'_>]) -> Option<String> {
    if hours > 23 || minutes > 59 || seconds.is_some_and(|seconds| seconds > 59) {
        return None;
    }
    let seconds = seconds.map_or_else(String::new, |seconds| format!(":{seconds:02}"));
    Some(format!("{hours:02}:{minutes:02}{seconds}{}", zone(rest)))
}

/// `Z`, `+01:00`, or nothing if no zone or one by name is stated.
fn zone(parts: &[Part<'_>]) -> String {
    let mut rest = parts;
    while let [Part::Sign(' ' | '('), after @ ..] = rest {
        rest = after;
    }
    let mut utc = "";
    if let [Part::Word(name), after @ ..] = rest
        && ["Z", "UTC", "GMT"].iter().any(|utc| name.eq_ignore_ascii_case(utc))
    {
        (utc, rest) = ("Z", after);
    }
    let [Part::Sign(sign @ ('+' | '-' | '−')), Part::Number(digits), rest @ ..] = rest else {
        return utc.to_owned();
    };
    let sign = if *sign == '+' { '+' } else { '-' };
    let (hours, minutes) = match (digits.len(), rest) {
        (4, _) => (&digits[..2], &digits[2..]),
        (1 | 2, [Part::Sign(':'), Part::Number(minutes), ..]) => (*digits, *minutes),
        (1 | 2, _) => (*digits, "00"),
        _ => return utc.to_owned(),
    };
    match (number(hours), number(minutes)) {
        (Some(hours), Some(minutes)) if hours < 15 && minutes < 60 => {
            format!("{sign}{hours:02}:{minutes:02}")
        }
        _ => utc.to_owned(),
    }
}

/// Seconds or milliseconds since 1970, of the years that are read.
fn since_1970(raw: &str) -> Option<String> {
    if !raw.bytes().all(|b| b.is_ascii_digit()) || !matches!(raw.len(), 9 | 10 | 12 | 13) {
        return None;
    }
    let number: u64 = raw.parse().ok()?;
    let seconds = if raw.len() > 10 { number / 1000 } else { number };
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days as u32);
    let (year, month, day) = date(self::year(&year.to_string())?, month, day)?;
    let (hours, minutes) = (of_day / 3600, of_day / 60 % 60);
    Some(format!("{year}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{:02}Z", of_day % 60))
}

/// The date of a day since 1970 (Howard Hinnant's `civil_from_days`).
fn civil(days: u32) -> Date {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + u32::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::{leave, read};

    #[test]
    fn dates_that_take_no_guess_are_iso() {
        let check = |raw: &str, expected: &str| assert_eq!(read(raw).as_deref(), Some(expected), "{raw}");
        check("2021-05-06", "2021-05-06");
        check("2021-05-06T07:08:09Z", "2021-05-06T07:08:09Z");
        check("2021-05-06T07:08:09.123+0200", "2021-05-06T07:08:09+02:00");
        check("2021-5-6T7:08:09 -3", "2021-05-06T07:08:09-03:00");
        check("2021/05/06 07:08", "2021-05-06T07:08");
        check("20210506", "2021-05-06");
        check("20210506T070809Z", "2021-05-06T07:08:09Z");
        check("20210506T0708+0200", "2021-05-06T07:08+02:00");
        check("2021年5月6日 7:08", "2021-05-06T07:08");
        check("6.5.2021, 07:08 Uhr", "2021-05-06T07:08");
        check("25/12/2021", "2021-12-25");
        check("12/25/2021 7:08 PM", "2021-12-25T19:08");
        check("5/5/2021", "2021-05-05");
        check("Thu, 06 May 2021 07:08:09 GMT", "2021-05-06T07:08:09Z");
        check("Thu May 06 2021 07:08:09 GMT+0200 (CEST)", "2021-05-06T07:08:09+02:00");
        check("Thu May 6 07:08:09 2021", "2021-05-06T07:08:09");
        check("6th of May 2021", "2021-05-06");
        check("10:30 May 6, 2021", "2021-05-06");
        check("8:15 am, March 4, 2019", "2019-03-04");
        check("May 6th, 2021, 12:08 am", "2021-05-06T00:08");
        check("2012-01-10 07:21:09 EST", "2012-01-10T07:21:09");
        check("1620284889", "2021-05-06T07:08:09Z");
        check("1620284889000", "2021-05-06T07:08:09Z");
        check("951782400", "2000-02-29T00:00:00Z");
    }

    #[test]
    fn other_dates_are_left() {
        for raw in [
            "5/6/2021",
            "06.05.21, 15:34",
            "6 mai 2021",
            "mar, 6 abr. 2021",
            "mar 6 apr 2021",
            "2021-05",
            "2021",
        ] {
            assert_eq!((read(raw), leave(raw).as_deref()), (None, Some(raw)), "{raw}");
        }
    }

    #[test]
    fn what_is_no_date_is_not_taken() {
        for raw in
            ["", "today", "11:02", "0001-01-01T00:00:00Z", "0000-00-00", "{{ 20210506 }}", "3 days ago"]
        {
            assert_eq!((read(raw), leave(raw)), (None, None), "{raw}");
        }
        for raw in ["2021-02-30", "2021-13-01", "30/30/2021", "20211301", "99999999999999999999"] {
            assert_eq!(read(raw), None, "{raw}");
        }
    }
}
