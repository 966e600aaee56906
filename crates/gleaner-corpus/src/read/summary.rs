//! What an archive's bytes and records turned out to be.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use gleaner_archive::{Bytes, CharsetSource, Tally, Text, Within};
use serde::{Deserialize, Serialize};

/// Kinds that are counted each for itself.
const MAX_KINDS: usize = 256;
/// The kind of all others.
const OTHER: &str = "other";

/// Adds to the count of a kind of skipped records ([`Item::Skipped`](crate::Item::Skipped)).
///
/// Hostile input can name any number of kinds. The 256 that are first in the order of their names are counted each for
/// itself and all others as `other`: so the counts do not depend on the order in which they are added, nor on how sums
/// of parts are merged.
///
/// ```
/// use std::collections::BTreeMap;
///
/// let mut kinds = BTreeMap::new();
/// for number in (0..1000).rev() {
///     gleaner_corpus::count_kind(&mut kinds, format!("image/{number:03}"), 1);
/// }
/// assert_eq!((kinds.len(), kinds["image/255"], kinds["other"]), (257, 1, 744));
/// ```
pub fn count_kind(kinds: &mut BTreeMap<String, u64>, kind: String, count: u64) {
    *kinds.entry(kind).or_default() += count;
    let own = kinds.len() - usize::from(kinds.contains_key(OTHER));
    if own > MAX_KINDS
        && let Some(last) = kinds.keys().rfind(|kind| *kind != OTHER).cloned()
    {
        let moved = kinds.remove(&last).unwrap_or_default();
        *kinds.entry(OTHER.to_owned()).or_default() += moved;
    }
}

/// Bytes by what they belong to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByteSums {
    /// Records with text.
    pub records: u64,
    /// Records without text: of another type, or with a payload that is none.
    pub skipped: u64,
    /// Records that cannot be used.
    pub rejected: u64,
    /// Gaps.
    pub gaps: u64,
    /// What holds nothing: blank lines, empty members, dictionaries.
    pub padding: u64,
}

impl ByteSums {
    /// The sum of all fields.
    pub fn total(&self) -> u64 {
        self.records + self.skipped + self.rejected + self.gaps + self.padding
    }

    fn of(read: Bytes) -> ByteSums {
        let Bytes { records, skipped, rejected, gaps, padding, .. } = read;
        ByteSums { records, skipped, rejected, gaps, padding }
    }

    /// Takes what was found to be no record from the records.
    fn give(&mut self, found: Moved) {
        self.records = self.records.saturating_sub(found.skipped + found.rejected);
        self.skipped += found.skipped;
        self.rejected += found.rejected;
    }
}

/// What the bytes and records of an archive belong to: `stored.total() + shared` is the size of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveSummary {
    /// Records of any type that were read whole.
    pub records: u64,
    /// Those among them without a checksum that was compared before they were used.
    pub unverified: u64,
    /// Records with text whose digest was compared and differs.
    pub digest_mismatches: u64,
    /// Texts by what told their charset: `bom`, `stated`, `meta`, `utf8` or `detected`.
    pub charset_by: BTreeMap<String, u64>,
    /// Texts in which bytes that their charset does not have were replaced.
    pub replaced: u64,
    /// Bytes of the file as stored.
    pub stored: ByteSums,
    /// Bytes of the file in gzip members and zstd frames that hold several records, or parts of them.
    pub shared: u64,
    /// Bytes decompressed from these.
    pub decompressed: ByteSums,
}

impl ArchiveSummary {
    /// What the reader has counted, before any record is decoded.
    pub(super) fn of(tally: &Tally) -> ArchiveSummary {
        ArchiveSummary {
            records: tally.records,
            unverified: tally.unverified,
            stored: ByteSums::of(tally.stored),
            shared: tally.shared,
            decompressed: ByteSums::of(tally.decompressed),
            ..ArchiveSummary::default()
        }
    }

    /// Adds what was counted when its records were decoded.
    pub(super) fn add(&mut self, counts: &Counts) {
        let found = counts.0.lock().unwrap_or_else(PoisonError::into_inner);
        self.stored.give(found.stored);
        self.decompressed.give(found.decompressed);
        self.digest_mismatches += found.digest_mismatches;
        self.replaced += found.replaced;
        for (name, count) in &found.charset_by {
            *self.charset_by.entry(name.to_string()).or_default() += count;
        }
    }
}

/// Bytes that a reader gave out as records and that are something else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Moved {
    skipped: u64,
    rejected: u64,
}

/// What was counted of one file, by whichever thread decoded its records.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts(Arc<Mutex<Found>>);

impl Counts {
    pub(super) fn add(&self, found: &Found) {
        let mut sum = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sum.stored.add(found.stored);
        sum.decompressed.add(found.decompressed);
        sum.digest_mismatches += found.digest_mismatches;
        sum.replaced += found.replaced;
        for (name, count) in &found.charset_by {
            *sum.charset_by.entry(name.clone()).or_default() += count;
        }
    }
}

/// What is counted of one file while records of it are decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Found {
    stored: Moved,
    decompressed: Moved,
    digest_mismatches: u64,
    charset_by: BTreeMap<Cow<'static, str>, u64>,
    replaced: u64,
}

impl Found {
    /// A record of so many bytes has no text.
    pub(super) fn skipped(&mut self, within: Within, length: u64) {
        self.moved(within).skipped += length;
    }

    /// A record of so many bytes cannot be used.
    pub(super) fn rejected(&mut self, within: Within, length: u64) {
        self.moved(within).rejected += length;
    }

    pub(super) fn digest_mismatch(&mut self) {
        self.digest_mismatches += 1;
    }

    pub(super) fn text(&mut self, text: &Text) {
        let source = match text.charset_source {
            CharsetSource::Bom => "bom",
            CharsetSource::Stated => "stated",
            CharsetSource::Meta => "meta",
            CharsetSource::Utf8 => "utf8",
            _ => "detected",
        };
        *self.charset_by.entry(Cow::Borrowed(source)).or_default() += 1;
        self.replaced += u64::from(text.replaced);
    }

    fn moved(&mut self, within: Within) -> &mut Moved {
        match within {
            Within::File => &mut self.stored,
            Within::Decompressed => &mut self.decompressed,
        }
    }
}

impl Moved {
    fn add(&mut self, other: Moved) {
        self.skipped += other.skipped;
        self.rejected += other.rejected;
    }
}
