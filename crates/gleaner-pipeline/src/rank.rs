//! Who has a better right to stay.

use crate::date;
use crate::settings::Keep;

/// What `--keep` compares of a document: words, or seconds since 1970; the larger stays, of equals the first.
pub(crate) fn rank(keep: Keep, text: &str, date: Option<&str>) -> i64 {
    match keep {
        Keep::First => 0,
        Keep::Longest => gleaner_text::word_count(text) as i64,
        Keep::Newest => date.and_then(date::seconds).unwrap_or(i64::MIN),
    }
}
