//! What a reader gives out.

use crate::header::Header;

/// What stands at a place of an archive.
#[derive(Debug)]
#[non_exhaustive]
pub enum Entry<'a> {
    /// A WARC record with its whole block.
    Record(Record<'a>),
    /// A record above the size limit whose header says that it holds no text: it was passed over.
    /// One that may hold text is `Rejected` with `record-too-large`.
    Skipped(Skipped<'a>),
    /// A record that cannot be used: too large, or the input ends inside it.
    Rejected(Damage),
    /// Bytes that belong to no record.
    Gap(Damage),
    /// Bytes that hold nothing and lose nothing: empty members, skippable frames, further blank lines.
    Padding(Padding),
}

/// What offsets and lengths count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Within {
    /// Bytes of the file as stored: plain archives, and records that are a gzip member or zstd frame of their own.
    File,
    /// Bytes of the decompressed stream from its beginning: records that share a member (a file
    /// compressed as a whole).
    Decompressed,
}

/// A record of WARC or ARC, borrowing the reader's buffer.
///
/// Hostile input decides over every byte of it but its size: block and header stay within
/// [`ReaderOptions`](crate::ReaderOptions).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Record<'a> {
    /// Its header.
    pub header: Header<'a>,
    /// Its block: `Content-Length` bytes, except where that length is wrong for sure (it reaches over
    /// the end of the record's own gzip member or over the beginning of the next record, or the
    /// member holds more, or no line end closes the record there and the next one begins within 400
    /// bytes); then the block is what stands there.
    pub block: &'a [u8],
    /// Where it begins: of a record that is its own gzip member or zstd frame, the member.
    pub offset: u64,
    /// Its length with the line ends after it, or the length of its member.
    pub length: u64,
    /// What `offset` and `length` count.
    pub within: Within,
    /// `Content-Length` as stated; differs from `block.len()` where it is wrong.
    pub stated_length: Option<u64>,
    /// Whether a checksum over the record was compared: true for gzip members and zstd frames with
    /// checksum that were read to their end before the record was given out.
    pub verified: bool,
}

/// A record too large to be held that holds no text.
///
/// Hostile input may name any kind, but only by a word of at most 128 visible ASCII characters.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Skipped<'a> {
    /// Its header.
    pub header: Header<'a>,
    /// Stable name of what it is, as [`skipped_by_header`](crate::skipped_by_header) gives, or the
    /// media type in the HTTP headers of a response.
    pub kind: String,
    /// Where it begins.
    pub offset: u64,
    /// Its length.
    pub length: u64,
    /// What `offset` and `length` count.
    pub within: Within,
}

/// A lost or rejected range. Hostile input can make about one for each byte: entries are given out one at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Damage {
    /// Where it begins.
    pub offset: u64,
    /// Its length in bytes.
    pub length: u64,
    /// What `offset` and `length` count.
    pub within: Within,
    /// Stable name, one of [`reason`](crate::reason).
    pub reason: &'static str,
}

/// A range that holds nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Padding {
    /// Where it begins.
    pub offset: u64,
    /// Its length in bytes.
    pub length: u64,
    /// What `offset` and `length` count.
    pub within: Within,
}

impl Entry<'_> {
    /// Offset, length, and what they count. In a plain archive and in one compressed per record each
    /// entry begins where the one before ends, so that the lengths sum to the size of the file.
    pub fn range(&self) -> (u64, u64, Within) {
        match self {
            Entry::Record(record) => (record.offset, record.length, record.within),
            Entry::Skipped(skipped) => (skipped.offset, skipped.length, skipped.within),
            Entry::Rejected(damage) | Entry::Gap(damage) => (damage.offset, damage.length, damage.within),
            Entry::Padding(padding) => (padding.offset, padding.length, padding.within),
        }
    }
}
