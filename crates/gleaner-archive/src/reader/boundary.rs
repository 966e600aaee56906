//! What begins here, and where the next thing begins.

use std::io::Read;

use super::run::Run;
use super::{ArchiveReader, Feed, Found, Lost, Place, Seen, State, begins_arc};
use crate::arc;
use crate::entry::Within;
use crate::frame::{begins_header, begins_version, line_ends};
use crate::member::{Coding, GZIP, GzipHeader, ZSTD, gzip_header};
use crate::reason;

const LZ4: [u8; 4] = [0x04, 0x22, 0x4d, 0x18];
/// The skippable frame that holds the dictionary of a `.warc.zst` file.
const DICTIONARY: u8 = 0x5d;

impl<R: Read> ArchiveReader<R> {
    /// Decides by its first bytes what begins.
    pub(super) fn boundary(&mut self) {
        self.source.fill_to(16);
        let start = self.source.offset();
        self.notice_arc_line();
        let bytes = self.source.unread();
        self.state = if bytes.is_empty() {
            self.finish();
            State::Done
        } else if bytes.starts_with(&GZIP[..2]) {
            State::Candidate(Coding::Gzip)
        } else if bytes.starts_with(&ZSTD) {
            State::Candidate(Coding::Zstd)
        } else if is_skippable(bytes) {
            return self.skippable();
        } else if begins_version(bytes) || (self.arc && arc::may_begin(bytes) == Some(true)) {
            self.run = Run::new(Feed::File, start);
            State::Run
        } else if line_ends(bytes, 1) == 1 {
            self.blank();
            State::Boundary
        } else if start == 0 && bytes.starts_with(&LZ4) {
            State::Swallow(Lost { start, reason: reason::LZ4_ARCHIVE })
        } else {
            self.lose(start, reason::NOT_WARC);
            State::Scan
        };
    }

    /// Whether an ARC record begins here, as the first of a plain file, or of one behind something else.
    pub(super) fn notice_arc_line(&mut self) -> bool {
        let unlikely = self.arc || self.lost.is_some();
        if unlikely || arc::may_begin(self.source.unread()) != Some(true) {
            return false;
        }
        self.source.fill_to(arc::LONGEST_LINE);
        let bytes = self.source.unread();
        self.arc = arc::begins_line(bytes) == Some(true) || (self.source.offset() == 0 && begins_arc(bytes));
        self.arc
    }

    /// Line ends between members or at the beginning of the file.
    fn blank(&mut self) {
        let count = line_ends(self.source.unread(), usize::MAX);
        let place = Place { offset: self.source.offset(), length: count as u64, within: Within::File };
        if self.lost.is_none() {
            self.ready.push_back(Found::Padding(place));
        }
        self.source.consume(count);
    }

    /// The end of the file: what is still open is lost up to here.
    fn finish(&mut self) {
        if let Some(lost) = self.lost.take() {
            self.push_gap(lost, self.source.offset());
        }
    }

    pub(super) fn swallow(&mut self, lost: Lost) {
        loop {
            self.source.set_mark();
            self.source.consume(self.source.unread().len());
            if !self.source.fill() {
                break;
            }
        }
        self.lost = Some(lost);
        self.state = State::Boundary;
    }

    /// A skippable zstd frame. Its length is believed when something known follows it.
    fn skippable(&mut self) {
        let start = self.source.offset();
        let bytes = self.source.unread();
        let magic = bytes[0];
        let length =
            bytes.get(4..8).map_or(0, |at| u32::from_le_bytes([at[0], at[1], at[2], at[3]]) as usize);
        let end = 8 + length;
        let held = length <= self.options.longest();
        if held {
            self.source.fill_to(end + 4);
        }
        let bytes = self.source.unread();
        if !held || bytes.len() < end || !begins_member(&bytes[end..]) {
            self.lose(start, reason::CORRUPT_ZSTD);
            self.source.consume(1);
            self.state = State::Scan;
            return;
        }
        if magic == DICTIONARY {
            self.member.set_dictionary(&bytes[8..end]);
        }
        self.close_lost(start);
        self.ready.push_back(Found::Padding(Place {
            offset: start,
            length: end as u64,
            within: Within::File,
        }));
        self.source.consume(end);
        self.state = State::Boundary;
    }

    /// Looks for the next thing that may begin after damage. One pass over the bytes.
    pub(super) fn scan(&mut self) {
        let ended = self.source.at_end();
        match candidate(self.source.unread(), ended, self.seen, self.arc) {
            Candidate::Member(coding, at) => {
                self.source.consume(at);
                self.state = State::Candidate(coding);
            }
            Candidate::Version(at) => {
                self.source.consume(at);
                self.run = Run::new(Feed::File, self.source.offset());
                self.state = State::Run;
            }
            Candidate::None(passed) => {
                self.source.consume(passed);
                self.source.set_mark();
                if ended {
                    self.state = State::Boundary;
                } else {
                    self.source.fill();
                }
            }
        }
    }

    /// What began at `start` is damaged: goes back to it, as far as the budget allows, and scans.
    ///
    /// The budget makes the whole linear: all ways back together are shorter than four times what
    /// was read, however many false beginnings a file holds.
    pub(super) fn failed(&mut self, start: u64, reason: &'static str) {
        self.lose(start, reason);
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
}

fn is_skippable(bytes: &[u8]) -> bool {
    bytes.len() >= 4 && bytes[0] & 0xf0 == 0x50 && bytes[1..4] == [0x2a, 0x4d, 0x18]
}

fn begins_member(bytes: &[u8]) -> bool {
    bytes.is_empty() || bytes.starts_with(&ZSTD) || bytes.starts_with(&GZIP[..2]) || is_skippable(bytes)
}

/// Something that may begin.
#[derive(Debug, PartialEq, Eq)]
enum Candidate {
    Member(Coding, usize),
    Version(usize),
    /// Nothing in so many bytes.
    None(usize),
}

/// The first plausible beginning in `bytes`, of the kinds that the file was seen to hold.
fn candidate(bytes: &[u8], ended: bool, seen: Seen, arc: bool) -> Candidate {
    let found = warc_or_member(bytes, ended, seen);
    if !arc || seen == Seen::Members {
        return found;
    }
    // ARC lines begin with nothing in particular, so each line is looked at.
    let (Candidate::Member(_, end) | Candidate::Version(end) | Candidate::None(end)) = found;
    for at in memchr::memchr_iter(b'\n', bytes) {
        match arc::begins_line(&bytes[at + 1..]) {
            Some(true) if at < end => return Candidate::Version(at + 1),
            None if !ended && at < end => return Candidate::None(at),
            _ if at >= end => break,
            _ => {}
        }
    }
    found
}

fn warc_or_member(bytes: &[u8], ended: bool, seen: Seen) -> Candidate {
    for at in memchr::memchr3_iter(GZIP[0], ZSTD[0], b'W', bytes) {
        let rest = &bytes[at..];
        if rest.len() < 6 && !ended {
            // One byte more is kept: a version line needs the line end before it.
            return Candidate::None(at.saturating_sub(1));
        }
        if rest[0] == b'W' {
            if seen == Seen::Members || at == 0 || bytes[at - 1] != b'\n' {
                continue;
            }
            match begins_header(rest) {
                Some(true) => return Candidate::Version(at),
                None if !ended => return Candidate::None(at - 1),
                _ => continue,
            }
        }
        if seen == Seen::Plain {
            continue;
        }
        if rest.starts_with(&ZSTD) {
            return Candidate::Member(Coding::Zstd, at);
        }
        if rest.starts_with(&GZIP) && gzip_header(&rest[..rest.len().min(10)]) != GzipHeader::Invalid {
            return Candidate::Member(Coding::Gzip, at);
        }
    }
    let keep = usize::from(!ended);
    Candidate::None(bytes.len().saturating_sub(keep))
}
