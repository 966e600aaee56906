//! The archive reader: a state machine over the stored bytes.
//!
//! At a *boundary* it decides by magic bytes what begins. A gzip member or zstd frame is *collected*:
//! if it holds one record, the record is given out when the member's checksum was compared. Several
//! records in a row, in a plain file or a large member, are a *run*. Damage makes it *scan* for the
//! next thing that proves itself; everything before that is lost and becomes one gap.

mod boundary;
mod collect;
mod run;

use std::collections::VecDeque;
use std::io::{Read, Result};
use std::ops::Range;

use crate::arc;
use crate::entry::{Damage, Entry, Padding, Record, Skipped, Within};
use crate::frame::{Rules, begins_version};
use crate::header::Header;
use crate::member::{Coding, Member};
use crate::output::Output;
use crate::reason;
use crate::source::Source;
use crate::tally::{Counter, Kind, Tally};
use run::Run;

/// Limits of a reader: they bound what hostile input can cost, as the crate's documentation says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReaderOptions {
    /// Largest block of a record in bytes, after decompression; a larger one is passed over.
    ///
    /// ### Default
    /// 32 MiB.
    pub max_record_size: u64,
    /// Largest record header in bytes; a larger one is a gap, `header-too-large`.
    ///
    /// ### Default
    /// 64 KiB.
    pub max_header_size: usize,
    /// Longest line of a record header in bytes; one with a longer line is a gap, `header-too-large`.
    ///
    /// ### Default
    /// 64 KiB.
    pub max_line_size: usize,
    /// Most bytes that a gzip member or zstd frame may give for each of its own. Those of a file may give 1 MiB
    /// together above it (what others stay below it makes up for that again), and 4 KiB each. From there on nothing
    /// more of a member is read; it is rejected as `compression-ratio`. A dictionary counts as a member.
    ///
    /// ### Default
    /// 1,000: pages that people wrote stay below 100. Deflate can reach 1,032, zstd and brotli more than 10,000.
    pub max_compression_ratio: u64,
}

impl Default for ReaderOptions {
    fn default() -> ReaderOptions {
        ReaderOptions {
            max_record_size: 32 << 20,
            max_header_size: 64 << 10,
            max_line_size: 64 << 10,
            max_compression_ratio: 1000,
        }
    }
}

impl ReaderOptions {
    /// These options with another `max_record_size`.
    #[must_use]
    pub fn max_record_size(self, max_record_size: u64) -> ReaderOptions {
        ReaderOptions { max_record_size, ..self }
    }

    /// These options with another `max_header_size`.
    #[must_use]
    pub fn max_header_size(self, max_header_size: usize) -> ReaderOptions {
        ReaderOptions { max_header_size, ..self }
    }

    /// These options with another `max_line_size`.
    #[must_use]
    pub fn max_line_size(self, max_line_size: usize) -> ReaderOptions {
        ReaderOptions { max_line_size, ..self }
    }

    /// These options with another `max_compression_ratio`.
    #[must_use]
    pub fn max_compression_ratio(self, max_compression_ratio: u64) -> ReaderOptions {
        ReaderOptions { max_compression_ratio, ..self }
    }

    /// Bytes that one record may need in a buffer, at most.
    fn longest(&self) -> usize {
        let block = usize::try_from(self.max_record_size).unwrap_or(usize::MAX);
        block.saturating_add(self.max_header_size).saturating_add(64 << 10)
    }
}

/// Reads an archive entry by entry: WARC 0.18, 1.0, 1.1, WET and ARC, plain, gzip or zstd (per record, as a
/// whole, or in blocks that know nothing of records, as `bgzip` makes them), told apart by their bytes. WAT is read
/// too; its records are metadata. A record of an ARC file has the header that it would have in a WARC file, with
/// `ARC/1.0` as its version.
///
/// Every byte of the file belongs to an entry: a record, a rejected or skipped record, a gap, or
/// padding. Records from a member of their own are given out only after the member's checksum was
/// compared. After damage the reader goes on at the next gzip header, zstd frame or version line
/// that proves itself.
///
/// # Cost
/// One pass, at the speed of decompression. Memory: one buffer of stored and one of decompressed
/// bytes, which grow with what arrives and together stay below
/// `2.7 * (max_record_size + max_header_size)` and 1 MiB; archives of small records need that MiB.
///
/// # Example
/// ```
/// use gleaner_archive::{ArchiveReader, Entry, ReaderOptions};
///
/// let archive = b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 5\r\n\r\nhello\r\n\r\nWARC/1.0\r\nbroken";
/// let mut reader = ArchiveReader::new(&archive[..], ReaderOptions::default());
/// let Some(Entry::Record(record)) = reader.next_entry()? else { panic!("no record") };
/// assert_eq!((record.block, record.offset, record.length), (&b"hello"[..], 0, 61));
/// let Some(Entry::Rejected(damage)) = reader.next_entry()? else { panic!("not rejected") };
/// assert_eq!((damage.offset, damage.length, damage.reason), (61, 16, "truncated-record"));
/// assert!(reader.next_entry()?.is_none());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct ArchiveReader<R> {
    source: Source<R>,
    options: ReaderOptions,
    member: Member,
    out: Output,
    state: State,
    run: Run,
    /// What members and plain records were seen so far: damage is not mistaken for the other kind.
    seen: Seen,
    /// The loss that nothing has ended yet, in offsets of the file.
    lost: Option<Lost>,
    /// Bytes gone back over after failures.
    rewound: u64,
    /// Decompressed bytes before the window.
    decompressed: u64,
    /// Whether ARC records were seen, which begin by nothing as sure as a version line.
    arc: bool,
    /// Whether records were seen to go on from one member to the next.
    chained: bool,
    /// Offset in the file before the bytes that were decompressed last.
    step: u64,
    /// Header of the record that is passed over, or that an ARC record would have.
    made: Vec<u8>,
    tally: Counter,
    /// Found and not yet given out.
    ready: VecDeque<Found>,
    /// What the entry given out last borrows.
    pending: Option<(Feed, usize)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Something should begin here.
    Boundary,
    /// Something begins somewhere behind.
    Scan,
    /// A member that may begin here.
    Candidate(Coding),
    /// Records one after the other.
    Run,
    /// The rest of the file is of a kind that is not read.
    Swallow(Lost),
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    Nothing,
    Plain,
    Members,
}

/// Where the bytes of a run come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Feed {
    File,
    Member,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lost {
    start: u64,
    reason: &'static str,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) offset: u64,
    pub(crate) length: u64,
    pub(crate) within: Within,
}

impl Found {
    fn kind_and_place(&self) -> (Kind, Place) {
        match self {
            Found::Record { place, .. } => (Kind::Record, *place),
            Found::Skipped { place, .. } => (Kind::Skipped, *place),
            Found::Rejected(damage) => (Kind::Rejected, Place::of(damage)),
            Found::Gap(damage) => (Kind::Gap, Place::of(damage)),
            Found::Padding(place) => (Kind::Padding, *place),
        }
    }
}

impl Place {
    fn of(damage: &Damage) -> Place {
        Place { offset: damage.offset, length: damage.length, within: damage.within }
    }

    fn damage(self, reason: &'static str) -> Damage {
        Damage { offset: self.offset, length: self.length, within: self.within, reason }
    }
}

#[derive(Debug)]
enum Found {
    Record {
        feed: Feed,
        head: Range<usize>,
        block: Range<usize>,
        place: Place,
        stated: Option<u64>,
        verified: bool,
    },
    Skipped {
        kind: String,
        place: Place,
    },
    Rejected(Damage),
    Gap(Damage),
    Padding(Place),
}

impl<R: Read> ArchiveReader<R> {
    /// A reader of `input`, which should not be buffered: it is read in large pieces.
    pub fn new(input: R, options: ReaderOptions) -> ArchiveReader<R> {
        ArchiveReader {
            source: Source::new(input, options.longest()),
            out: Output::new(options.longest()),
            member: Member::new(options.max_compression_ratio),
            options,
            state: State::Boundary,
            run: Run::default(),
            seen: Seen::Nothing,
            lost: None,
            rewound: 0,
            decompressed: 0,
            arc: false,
            chained: false,
            step: 0,
            made: Vec::new(),
            tally: Counter::default(),
            ready: VecDeque::new(),
            pending: None,
        }
    }

    /// The next entry; `None` at the end.
    ///
    /// # Errors
    /// Those of the input, never one for its content. An error of the input ends it: entries for all
    /// bytes before come first (a record that is cut by it as at the end of a file), then the error
    /// once, then `None`.
    pub fn next_entry(&mut self) -> Result<Option<Entry<'_>>> {
        if self.ready.is_empty() {
            self.settle();
            self.advance();
        }
        let Some(found) = self.ready.pop_front() else {
            self.tally.end(self.source.offset());
            return self.source.take_error().map_or(Ok(None), Err);
        };
        self.translate(&found);
        let verified = !matches!(found, Found::Record { verified: false, .. });
        let (kind, place) = found.kind_and_place();
        self.tally.add(kind, place, verified);
        Ok(Some(self.entry(found)))
    }

    /// What the bytes that were given out so far belong to; the whole file once [`next_entry`](Self::next_entry) has
    /// given `None`.
    pub fn tally(&self) -> Tally {
        self.tally.tally
    }

    /// Bytes of the file that were used so far: for showing progress, not the end of an entry.
    pub fn position(&self) -> u64 {
        self.source.offset()
    }

    fn advance(&mut self) {
        while self.ready.is_empty() {
            match self.state {
                State::Boundary => self.boundary(),
                State::Scan => self.scan(),
                State::Candidate(coding) => self.try_member(coding),
                State::Run => self.run_step(),
                State::Swallow(lost) => self.swallow(lost),
                State::Done => return,
            }
        }
    }

    /// Gives up the bytes that the last entry borrowed.
    fn settle(&mut self) {
        if let Some((feed, count)) = self.pending.take() {
            self.take(feed, count);
        }
    }

    fn take(&mut self, feed: Feed, count: usize) {
        match feed {
            Feed::File => self.source.consume(count),
            Feed::Member => self.out.consume(count),
        }
        self.decompressed += count as u64;
    }

    fn window(&self, feed: Feed) -> &[u8] {
        match feed {
            Feed::File => self.source.unread(),
            Feed::Member => self.out.window(),
        }
    }

    /// Makes the header that an ARC record would have.
    fn translate(&mut self, found: &Found) {
        let Found::Record { feed, head, block, .. } = found else { return };
        if self.arc {
            let mut made = std::mem::take(&mut self.made);
            let window = self.window(*feed);
            made.clear();
            if !begins_version(&window[head.clone()]) {
                arc_header(&window[head.clone()], &window[block.clone()], &mut made);
            }
            self.made = made;
        }
    }

    fn entry(&self, found: Found) -> Entry<'_> {
        match found {
            Found::Record { feed, head, block, place, stated, verified } => {
                let window = self.window(feed);
                let made = self.arc && !self.made.is_empty();
                Entry::Record(Record {
                    header: Header::new(if made { &self.made } else { &window[head] }),
                    block: &window[block],
                    offset: place.offset,
                    length: place.length,
                    within: place.within,
                    stated_length: stated,
                    verified,
                })
            }
            Found::Skipped { kind, place: Place { offset, length, within } } => {
                Entry::Skipped(Skipped { header: Header::new(&self.made), kind, offset, length, within })
            }
            Found::Rejected(damage) => Entry::Rejected(damage),
            Found::Gap(damage) => Entry::Gap(damage),
            Found::Padding(Place { offset, length, within }) => {
                Entry::Padding(Padding { offset, length, within })
            }
        }
    }

    /// Begins a loss at `start`, unless one is open already.
    fn lose(&mut self, start: u64, reason: &'static str) {
        self.lost.get_or_insert(Lost { start, reason });
    }

    /// Ends the open loss before `end`, where something has proved itself.
    fn close_lost(&mut self, end: u64) {
        if let Some(lost) = self.lost.take() {
            // Something follows, so the file does not end here.
            let reason = match lost.reason {
                reason::TRUNCATED_GZIP => reason::CORRUPT_GZIP,
                reason::TRUNCATED_ZSTD => reason::CORRUPT_ZSTD,
                other => other,
            };
            self.push_gap(Lost { reason, ..lost }, end);
        }
    }

    fn push_gap(&mut self, lost: Lost, end: u64) {
        let place = Place { offset: lost.start, length: end - lost.start, within: Within::File };
        let damage = place.damage(lost.reason);
        // A limit was passed; nothing shows damage.
        let found = if lost.reason == reason::COMPRESSION_RATIO { Found::Rejected } else { Found::Gap };
        self.ready.push_back(found(damage));
    }

    fn rules(&self) -> Rules<'_> {
        Rules { options: &self.options, arc: self.arc }
    }
}

/// The header that the ARC record of this line and block would have.
fn arc_header(head: &[u8], block: &[u8], made: &mut Vec<u8>) {
    if let Ok(line) = arc::Line::parse(head.strip_suffix(b"\n").unwrap_or(head)) {
        line.translate(block, made);
    }
}

/// Whether an ARC file begins with `start`.
fn begins_arc(start: &[u8]) -> bool {
    start.starts_with(arc::FILEDESC) || arc::begins_line(start) == Some(true)
}
