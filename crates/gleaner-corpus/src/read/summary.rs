//! What an archive's bytes and records turned out to be.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

    /// What a reader has given out, less what was found to be something else.
    fn new(read: Bytes, found: Moved) -> ByteSums {
        ByteSums {
            records: read.records.saturating_sub(found.skipped + found.rejected),
            skipped: read.skipped + found.skipped,
            rejected: read.rejected + found.rejected,
            gaps: read.gaps,
            padding: read.padding,
        }
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

/// Bytes that a reader gave out as records and that are something else.
#[derive(Clone, Copy, Debug, Default)]
struct Moved {
    skipped: u64,
    rejected: u64,
}

/// What is counted of one file, by whichever thread decodes its records.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts(Arc<Mutex<Found>>);

#[derive(Debug, Default)]
struct Found {
    stored: Moved,
    decompressed: Moved,
    digest_mismatches: u64,
    charset_by: BTreeMap<&'static str, u64>,
    replaced: u64,
}

impl Counts {
    fn lock(&self) -> MutexGuard<'_, Found> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A record of so many bytes has no text.
    pub(super) fn skipped(&self, within: Within, length: u64) {
        self.lock().moved(within).skipped += length;
    }

    /// A record of so many bytes cannot be used.
    pub(super) fn rejected(&self, within: Within, length: u64) {
        self.lock().moved(within).rejected += length;
    }

    pub(super) fn digest_mismatch(&self) {
        self.lock().digest_mismatches += 1;
    }

    pub(super) fn text(&self, text: &Text) {
        let source = match text.charset_source {
            CharsetSource::Bom => "bom",
            CharsetSource::Stated => "stated",
            CharsetSource::Meta => "meta",
            CharsetSource::Utf8 => "utf8",
            _ => "detected",
        };
        let mut found = self.lock();
        *found.charset_by.entry(source).or_default() += 1;
        found.replaced += u64::from(text.replaced);
    }

    /// The sums, given what the reader has counted.
    pub(super) fn summary(&self, tally: &Tally) -> ArchiveSummary {
        let found = self.lock();
        ArchiveSummary {
            records: tally.records,
            unverified: tally.unverified,
            digest_mismatches: found.digest_mismatches,
            charset_by: found.charset_by.iter().map(|(&name, &count)| (name.to_owned(), count)).collect(),
            replaced: found.replaced,
            stored: ByteSums::new(tally.stored, found.stored),
            shared: tally.shared,
            decompressed: ByteSums::new(tally.decompressed, found.decompressed),
        }
    }
}

impl Found {
    fn moved(&mut self, within: Within) -> &mut Moved {
        match within {
            Within::File => &mut self.stored,
            Within::Decompressed => &mut self.decompressed,
        }
    }
}
