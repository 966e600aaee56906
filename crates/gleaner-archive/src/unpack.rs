//! Gzip members and zstd frames of any content, one after the other.

use std::io::{Read, Result};

use crate::entry::{Damage, Within};
use crate::member::{Coding, GZIP, GzipHeader, Member, Progress, ZSTD, gzip_header};
use crate::output::Output;
use crate::reason;
use crate::source::Source;

/// Bytes given out at once: of so many none is sure when the last of them is damaged.
const PIECE: usize = 32 << 10;
/// Stored bytes that are kept to go back over.
const KEPT: usize = 1 << 20;
/// Bytes that tell whether a gzip header may begin.
const HEADER: usize = 10;

/// What an [`Unpacker`] gives out.
#[derive(Debug)]
pub enum Piece<'a> {
    /// Bytes that follow those given out before, where no gap stands between them. Never none, 32 KiB at most.
    Bytes(&'a [u8]),
    /// Stored bytes that gave nothing, or nothing that is given out.
    Gap(Damage),
}

/// Decompresses gzip members and zstd frames, of any content and in any order, and goes on after damage.
///
/// For files that are no archives: their bytes come out in order, and where a member is damaged a [`Piece::Gap`]
/// stands for the rest of it. Reading goes on at the next member that proves itself: it decompresses to its end and has
/// the right checksum, or gives 32 KiB without fault. What is behind a gap need not begin where a line does.
///
/// What is given out of a member above 32 KiB was not compared with its checksum, which comes last. Nothing of the 32
/// KiB in which damage shows is given out, but damage need not show at once.
///
/// # Cost
/// One pass. Memory: below 3 MiB, and up to 128 MiB for the window of a zstd frame that fills it. Members may give as
/// much as the ratio allows, so whoever keeps the bytes sets a limit of his own. False beginnings after damage make it go back
/// over at most four times what it has read, and 1 MiB.
///
/// # Example
/// ```
/// use std::io::Write;
/// use gleaner_archive::{Piece, Unpacker};
///
/// let gzip = |text: &str| {
///     let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
///     encoder.write_all(text.as_bytes()).unwrap();
///     encoder.finish().unwrap()
/// };
/// let mut file = [gzip("one\n"), gzip("two\n"), gzip("three\n")].concat();
/// file[36] ^= 1; // in the second
/// let mut unpacker = Unpacker::new(&file[..], 1000);
/// let mut seen = String::new();
/// while let Some(piece) = unpacker.next_piece()? {
///     match piece {
///         Piece::Bytes(bytes) => seen += &String::from_utf8_lossy(bytes),
///         Piece::Gap(gap) => seen += &format!("({} bytes: {})\n", gap.length, gap.reason),
///     }
/// }
/// assert_eq!(seen, "one\n(24 bytes: corrupt-gzip)\nthree\n");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Unpacker<R> {
    source: Source<R>,
    member: Member,
    out: Output,
    state: State,
    /// Whether the window was not given out yet.
    held: bool,
    /// Where the member begins that is read, and the piece that was decompressed last.
    start: u64,
    step: u64,
    lost: Option<(u64, &'static str)>,
    /// Bytes gone back over after failures.
    rewound: u64,
    coding: Coding,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Boundary,
    /// A member begins somewhere behind.
    Scan,
    /// A member may begin here.
    Candidate,
    Member,
    /// So many bytes of a frame that holds nothing.
    Skip(u64),
    Done,
}

impl<R: Read> Unpacker<R> {
    /// An unpacker of `input`, which should not be buffered: it is read in large pieces. Of a member that gives more
    /// than `max_compression_ratio` bytes for each of its own no more is read, as
    /// [`ReaderOptions::max_compression_ratio`](crate::ReaderOptions::max_compression_ratio) says.
    pub fn new(input: R, max_compression_ratio: u64) -> Unpacker<R> {
        Unpacker {
            source: Source::new(input, KEPT),
            member: Member::new(max_compression_ratio),
            out: Output::new(PIECE),
            state: State::Boundary,
            held: false,
            start: 0,
            step: 0,
            lost: None,
            rewound: 0,
            coding: Coding::Gzip,
        }
    }

    /// The next piece; `None` at the end. Bytes and gaps together stand for the whole input.
    ///
    /// # Errors
    /// Those of the input, never one for its content. An error ends the input: what came before it is given out as at
    /// the end of a file, then the error once, then `None`.
    pub fn next_piece(&mut self) -> Result<Option<Piece<'_>>> {
        if !std::mem::take(&mut self.held) {
            self.out.clear();
            if let Some(gap) = self.advance() {
                self.held = self.out.len() > 0;
                return Ok(Some(Piece::Gap(gap)));
            }
        }
        if self.out.len() > 0 {
            return Ok(Some(Piece::Bytes(self.out.window())));
        }
        self.source.take_error().map_or(Ok(None), Err)
    }

    /// Stored bytes that were used so far.
    pub fn position(&self) -> u64 {
        self.source.offset()
    }

    /// Goes on to a gap, to bytes in the window, or to the end.
    fn advance(&mut self) -> Option<Damage> {
        loop {
            match self.state {
                State::Boundary => self.boundary(),
                State::Scan => self.scan(),
                State::Candidate => self.begin(),
                State::Skip(rest) => self.skip(rest),
                State::Member => {
                    let gap = self.decode();
                    if gap.is_some() || self.out.len() > 0 {
                        return gap;
                    }
                }
                State::Done => return self.lost.take().map(|lost| self.gap(lost, self.source.offset())),
            }
        }
    }

    fn boundary(&mut self) {
        self.source.fill_to(16);
        self.start = self.source.offset();
        self.source.set_mark();
        let bytes = self.source.unread();
        if bytes.is_empty() {
            self.state = State::Done;
        } else if let Some(coding) = begins(bytes) {
            self.coding = coding;
            self.state = State::Candidate;
        } else if let Some(&[magic, 0x2a, 0x4d, 0x18, a, b, c, d]) = bytes.first_chunk()
            && magic & 0xf0 == 0x50
        {
            self.state = State::Skip(8 + u64::from(u32::from_le_bytes([a, b, c, d])));
        } else {
            let reason = match self.coding {
                Coding::Gzip => reason::CORRUPT_GZIP,
                Coding::Zstd => reason::CORRUPT_ZSTD,
            };
            self.lost.get_or_insert((self.start, reason));
            self.state = State::Scan;
        }
    }

    fn skip(&mut self, rest: u64) {
        let known = self.source.unread().len();
        let count = usize::try_from(rest).unwrap_or(usize::MAX).min(known);
        self.source.consume(count);
        let rest = rest - count as u64;
        self.state = State::Skip(rest);
        if rest == 0 {
            self.state = State::Boundary;
        } else if !self.source.fill() {
            self.failed(self.start, reason::TRUNCATED_ZSTD);
        }
    }

    fn begin(&mut self) {
        self.start = self.source.offset();
        self.source.set_mark();
        self.step = self.start;
        match self.member.begin(self.coding, &mut self.source) {
            Ok(()) => self.state = State::Member,
            Err(reason) => self.failed(self.start, reason),
        }
    }

    /// Decompresses a piece; the gap before it, if this is what ends one.
    fn decode(&mut self) -> Option<Damage> {
        while self.out.len() < PIECE {
            let rest = PIECE - self.out.len();
            match self.member.decode(&mut self.source, &mut self.out, rest) {
                Progress::More => {}
                Progress::End { .. } => {
                    self.state = State::Boundary;
                    break;
                }
                Progress::Bad(reason) => {
                    // Where something had to follow the last byte, the gap has that one.
                    let last = self.source.offset().saturating_sub(1);
                    self.failed(self.step.min(last).max(self.start), reason);
                    return None;
                }
            }
        }
        self.step = self.source.offset().saturating_sub(self.member.held_back()).max(self.step);
        self.source.set_mark_at(self.step);
        self.lost.take().map(|(start, reason)| {
            // Something follows, so the file does not end here.
            let reason = match reason {
                reason::TRUNCATED_GZIP => reason::CORRUPT_GZIP,
                reason::TRUNCATED_ZSTD => reason::CORRUPT_ZSTD,
                other => other,
            };
            self.gap((start, reason), self.start)
        })
    }

    /// Looks for the next member. One pass over the bytes.
    fn scan(&mut self) {
        let ended = self.source.at_end();
        let bytes = self.source.unread();
        let mut passed = bytes.len();
        for at in memchr::memchr2_iter(GZIP[0], ZSTD[0], bytes) {
            if bytes.len() - at < HEADER && !ended {
                passed = at;
                break;
            }
            if let Some(coding) = begins(&bytes[at..]) {
                self.coding = coding;
                self.source.consume(at);
                self.state = State::Candidate;
                return;
            }
        }
        self.source.consume(passed);
        self.source.set_mark();
        if ended {
            self.state = State::Done;
        } else {
            self.source.fill();
        }
    }

    /// What began at `start` is damaged: goes back to it, as far as the budget allows, and scans. The budget makes the
    /// whole linear, however many false beginnings a file holds.
    fn failed(&mut self, start: u64, reason: &'static str) {
        self.lost.get_or_insert((start, reason));
        let here = self.source.offset();
        let cost = here - start + self.out.len() as u64 / 8;
        if self.rewound + cost <= here.saturating_mul(4) + (1 << 20) {
            self.rewound += cost;
            self.source.rewind(start + 1);
        }
        if self.source.offset() == start && !self.source.unread().is_empty() {
            self.source.consume(1);
        }
        self.out.clear();
        self.state = State::Scan;
    }

    fn gap(&self, (start, reason): (u64, &'static str), end: u64) -> Damage {
        Damage { offset: start, length: end - start, within: Within::File, reason }
    }
}

/// What may begin here.
fn begins(bytes: &[u8]) -> Option<Coding> {
    if bytes.starts_with(&ZSTD) {
        Some(Coding::Zstd)
    } else if bytes.starts_with(&GZIP)
        && gzip_header(&bytes[..bytes.len().min(HEADER)]) != GzipHeader::Invalid
    {
        Some(Coding::Gzip)
    } else {
        None
    }
}
