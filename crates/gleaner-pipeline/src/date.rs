//! Dates of documents, for `--keep newest`.

use jiff::civil;
use jiff::fmt::rfc2822;
use jiff::tz::Offset;
use jiff::{Timestamp, Zoned};

/// Seconds since 1970 of a date as corpora write them: RFC 3339, ISO 8601 with or without time and zone (none
/// is UTC), RFC 2822. `None` for anything else.
pub(crate) fn seconds(date: &str) -> Option<i64> {
    let date = date.trim();
    if let Ok(timestamp) = date.parse::<Timestamp>() {
        return Some(timestamp.as_second());
    }
    if let Ok(zoned) = rfc2822::parse(date) {
        return Some(zoned.timestamp().as_second());
    }
    let civil = date.parse::<civil::DateTime>().ok()?;
    civil_seconds(civil).map(|zoned| zoned.timestamp().as_second())
}

fn civil_seconds(civil: civil::DateTime) -> Option<Zoned> {
    civil.to_zoned(Offset::UTC.to_time_zone()).ok()
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn dates_of_every_kind_compare() {
        let check = |date: &str, expected: Option<i64>| assert_eq!(seconds(date), expected, "{date}");
        check("1970-01-02", Some(86_400));
        check("1970-01-01T01:00:00Z", Some(3_600));
        check("1970-01-01T01:00:00+01:00", Some(0));
        check("1970-01-01 00:00:05", Some(5));
        check("Thu, 01 Jan 1970 00:01:00 GMT", Some(60));
        check("yesterday", None);
        check("", None);
    }
}
