//! Where the bytes of an archive went.

use crate::entry::Within;
use crate::reader::Place;

/// Bytes by what they belong to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Bytes {
    /// Records that were given out.
    pub records: u64,
    /// Records above the size limit that hold no text.
    pub skipped: u64,
    /// Records that cannot be used.
    pub rejected: u64,
    /// Gaps.
    pub gaps: u64,
    /// Padding.
    pub padding: u64,
}

impl Bytes {
    /// The sum of all fields.
    pub fn total(&self) -> u64 {
        self.records + self.skipped + self.rejected + self.gaps + self.padding
    }
}

/// What the bytes of an archive belong to; of fixed size, whatever the archive. At its end `stored.total() + shared` is its size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Tally {
    /// Bytes of the file, of entries [`within`](Within::File) it.
    pub stored: Bytes,
    /// Bytes of the file in members that hold several records, or parts of them.
    pub shared: u64,
    /// Bytes decompressed from those members.
    pub decompressed: Bytes,
    /// Records that were given out, and those among them without a checksum that was compared.
    pub records: u64,
    /// See [`Record::verified`](crate::Record::verified).
    pub unverified: u64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Record,
    Skipped,
    Rejected,
    Gap,
    Padding,
}

/// Keeps a tally.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counter {
    pub(crate) tally: Tally,
    /// Where the last entry within the file ended.
    end: u64,
}

impl Counter {
    pub(crate) fn add(&mut self, kind: Kind, place: Place, verified: bool) {
        if let Kind::Record = kind {
            self.tally.records += 1;
            self.tally.unverified += u64::from(!verified);
        }
        let bytes = match place.within {
            Within::File => {
                self.end(place.offset);
                self.end = place.offset + place.length;
                &mut self.tally.stored
            }
            Within::Decompressed => &mut self.tally.decompressed,
        };
        *match kind {
            Kind::Record => &mut bytes.records,
            Kind::Skipped => &mut bytes.skipped,
            Kind::Rejected => &mut bytes.rejected,
            Kind::Gap => &mut bytes.gaps,
            Kind::Padding => &mut bytes.padding,
        } += place.length;
    }

    /// What lies between the last entry and `offset` are members that hold several records.
    pub(crate) fn end(&mut self, offset: u64) {
        self.tally.shared += offset.saturating_sub(self.end);
        self.end = self.end.max(offset);
    }
}
