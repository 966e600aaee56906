//! Records one after the other: a plain file, or the content of one member.

use std::io::Read;

use super::collect::STEP;
use super::{ArchiveReader, Feed, Found, Lost, Place, Seen, State, arc_header};
use crate::entry::Within;
use crate::frame::{Frame, Search, begins_version, find_record, frame, line_ends};
use crate::header::Header;
use crate::member::{GZIP, Progress, ZSTD};
use crate::payload::{skipped_by_header, stated_by_http};
use crate::reason;

/// What is looked at of the block of a large record, for its HTTP headers.
const PEEK: usize = 16 << 10;
/// The most that a block of BGZF holds.
const BLOCK: usize = 64 << 10;

/// The state of a run.
#[derive(Clone, Debug)]
pub(super) struct Run {
    feed: Feed,
    /// Where the member begins in the file.
    start: u64,
    /// Everything stored before here was accounted for.
    safe: u64,
    /// Records found, of any fate.
    records: u64,
    /// Bytes of the member's content that belong to no record, so far.
    lost: Option<Lost>,
    /// The large record that is being passed over.
    skip: Option<Skip>,
    /// The member is decompressed to its end, and nothing goes on behind it.
    pub(super) ended: bool,
    /// All members so far had a checksum that was compared; and the window holds nothing of another.
    sound: bool,
    pub(super) verified: bool,
    /// Where the last sound member ends in the decompressed stream, and the one behind it begins in the file.
    sound_end: u64,
    pub(super) member: u64,
    /// The damage that ends the run, in the member that begins at `member`.
    broken: Option<&'static str>,
}

#[derive(Clone, Debug)]
struct Skip {
    kind: Option<String>,
    offset: u64,
    /// Bytes of it passed, and bytes of its block to come.
    passed: u64,
    rest: u64,
}

impl Default for Run {
    fn default() -> Run {
        Run::new(Feed::File, 0)
    }
}

impl Run {
    pub(super) fn new(feed: Feed, start: u64) -> Run {
        Run {
            feed,
            start,
            safe: start,
            records: 0,
            lost: None,
            skip: None,
            ended: false,
            sound: true,
            verified: false,
            sound_end: 0,
            member: start,
            broken: None,
        }
    }

    /// The run of a member that is decompressed already, and ends at `end` of the decompressed stream.
    pub(super) fn ended(start: u64, verified: bool, end: u64) -> Run {
        Run { ended: true, sound: verified, verified, sound_end: end, ..Run::new(Feed::Member, start) }
    }
}

impl<R: Read> ArchiveReader<R> {
    pub(super) fn run_step(&mut self) {
        if self.run.skip.is_some() {
            return self.skip_step();
        }
        let ended = self.run_ended();
        let window = self.window(self.run.feed);
        if window.is_empty() && ended {
            self.end_run();
            return;
        }
        match frame(window, ended, self.rules()) {
            Frame::More(want) => self.run_fill(want),
            Frame::Blank(count) => self.run_blank(count),
            Frame::Record { head, block, total, stated } => self.run_record(head, block, total, stated),
            Frame::Large { head, stated } => self.run_large(head, stated),
            Frame::Truncated => self.run_truncated(),
            Frame::Invalid(why) => self.run_invalid(why),
        }
    }

    fn run_ended(&self) -> bool {
        match self.run.feed {
            Feed::File => self.source.at_end(),
            Feed::Member => self.run.ended,
        }
    }

    /// Makes the window `want` bytes long, unless the run ends before.
    fn run_fill(&mut self, want: usize) {
        if self.run.feed == Feed::File {
            self.source.set_mark();
            self.source.fill_to(want);
            return;
        }
        // Over as many members as it takes: what is in the window is looked at once for all of them.
        while !self.run.ended {
            match self.run_decode(want) {
                Progress::More => return,
                Progress::End { verified } => self.member_ended(verified),
                Progress::Bad(reason) => return self.run_broken(reason),
            }
            if self.out.len() >= want {
                return;
            }
        }
    }

    /// A member is damaged. What was decompressed of it last may be so already: nothing more of it is given out; records
    /// that end in sound members before it are.
    fn run_broken(&mut self, reason: &'static str) {
        let sound = self.run.sound_end.saturating_sub(self.decompressed);
        if !self.run.sound || sound == 0 {
            return self.failed(self.run.safe, reason);
        }
        self.out.truncate(usize::try_from(sound).unwrap_or(usize::MAX));
        (self.run.ended, self.run.verified, self.run.broken) = (true, true, Some(reason));
        self.step = self.run.member;
    }

    fn run_decode(&mut self, want: usize) -> Progress {
        self.run.verified = false;
        let progress = self.decode_to(want, STEP);
        if self.chained && progress == Progress::More {
            // Blocks are small: they are read to their end, for their checksum.
            return self.decode_to(self.out.len() + BLOCK, STEP);
        }
        progress
    }

    /// A member was decompressed to its end.
    pub(super) fn member_ended(&mut self, verified: bool) {
        self.run.sound &= verified;
        self.run.verified = self.run.sound;
        self.run.ended = true;
        self.run.sound_end = self.decompressed + self.out.len() as u64;
        if self.chained {
            self.go_on();
        }
    }

    /// Where the window begins, and the length of `count` bytes there.
    fn run_place(&self, count: usize) -> Place {
        match self.run.feed {
            Feed::File => Place { offset: self.source.offset(), length: count as u64, within: Within::File },
            Feed::Member => {
                Place { offset: self.decompressed, length: count as u64, within: Within::Decompressed }
            }
        }
    }

    /// Something was found at the window's beginning: what was lost before it ends there.
    fn run_found(&mut self, found: Found, offset: u64) {
        let start = if self.run.feed == Feed::File { offset } else { self.run.start };
        self.close_lost(start);
        self.close_run_lost(offset);
        self.run.records += 1;
        if self.run.feed == Feed::Member {
            self.run.safe = self.step.max(self.run.safe);
            self.source.set_mark_at(self.run.safe);
            self.seen = Seen::Members;
        } else {
            self.seen = Seen::Plain;
        }
        self.ready.push_back(found);
    }

    fn close_run_lost(&mut self, end: u64) {
        if let Some(lost) = self.run.lost.take() {
            let place = Place { offset: lost.start, length: end - lost.start, within: Within::Decompressed };
            self.ready.push_back(Found::Gap(place.damage(lost.reason)));
        }
    }

    fn run_blank(&mut self, count: usize) {
        let place = self.run_place(count);
        if self.run.lost.is_none() {
            self.ready.push_back(Found::Padding(place));
        }
        self.take(self.run.feed, count);
    }

    fn run_record(&mut self, head: usize, block: usize, total: usize, stated: u64) {
        let place = self.run_place(total);
        let found = Found::Record {
            feed: self.run.feed,
            head: 0..head,
            block: head..head + block,
            place,
            stated: Some(stated),
            verified: self.run.verified,
        };
        self.pending = Some((self.run.feed, total));
        self.run_found(found, place.offset);
    }

    fn run_truncated(&mut self) {
        if self.run_continues() {
            return;
        }
        let count = self.window(self.run.feed).len();
        let place = self.run_place(count);
        self.run_found(Found::Rejected(place.damage(reason::TRUNCATED_RECORD)), place.offset);
        self.take(self.run.feed, count);
    }

    /// Whether the record that the end of a member cuts goes on in the next one.
    fn run_continues(&mut self) -> bool {
        let may = self.run.feed == Feed::Member && self.run.ended && self.run.broken.is_none();
        let continues = may && self.continues();
        self.chained |= continues;
        continues
    }

    /// No record begins at the window's beginning.
    fn run_invalid(&mut self, why: &'static str) {
        let window = self.window(self.run.feed);
        if self.run.feed == Feed::File {
            let offset = self.source.offset();
            if window.starts_with(&GZIP[..2]) || window.starts_with(&ZSTD) || self.notice_arc_line() {
                self.state = State::Boundary;
            } else {
                self.lose(offset, why);
                self.source.consume(1);
                self.state = State::Scan;
            }
            return;
        }
        let (len, ended) = (window.len(), self.run.ended);
        let found = find_record(window, ended, self.arc);
        self.run.lost.get_or_insert(Lost { start: self.decompressed, reason: why });
        match found {
            Search::Found(at) => self.take(Feed::Member, at),
            Search::NotBefore(at) if ended => self.take(Feed::Member, at),
            // The byte before is kept: a version line begins after a line end.
            Search::NotBefore(at) if at > 1 => self.take(Feed::Member, at - 1),
            Search::NotBefore(_) => self.run_fill(len + 4096),
        }
    }

    fn end_run(&mut self) {
        self.state = State::Boundary;
        if self.run.feed == Feed::Member && self.run.records == 0 {
            // A sound member without any record.
            let why = self.run.lost.take().map_or(reason::NOT_WARC, |lost| lost.reason);
            self.lose(self.run.start, why);
        }
        self.close_run_lost(self.decompressed);
        if let Some(reason) = self.run.broken {
            self.failed(self.run.member, reason);
        }
    }

    /// Begins to pass over a record above the limit.
    fn run_large(&mut self, head: usize, stated: u64) {
        let window = self.window(self.run.feed);
        let peek = head + usize::try_from(stated).unwrap_or(PEEK).min(PEEK);
        if window.len() < peek && !self.run_ended() {
            return self.run_fill(peek);
        }
        let block = &window[head..window.len().min(peek)];
        let mut made = Vec::new();
        if begins_version(window) {
            made.extend_from_slice(&window[..head]);
        } else {
            arc_header(&window[..head], block, &mut made);
        }
        let header = Header::new(&made);
        let kind = skipped_by_header(header).or_else(|| stated_by_http(header, block));
        let offset = self.run_place(head).offset;
        // The last line end of the header is left: a version line that follows at once begins behind it.
        let (passed, rest) = (head - 1, stated.saturating_add(1));
        self.run.skip = Some(Skip { kind, offset, passed: passed as u64, rest });
        self.made = made;
        self.take(self.run.feed, passed);
    }

    /// Passes over a part of a large record: to its end, or to a version line before it, which shows
    /// that its length is wrong.
    fn skip_step(&mut self) {
        let Some(Skip { rest, .. }) = self.run.skip else { return };
        let ended = self.run_ended();
        let window = self.window(self.run.feed);
        let all = usize::try_from(rest).unwrap_or(usize::MAX);
        if all == 0 {
            return self.skip_end();
        }
        let search = find_record(&window[..window.len().min(all)], ended || window.len() >= all, self.arc);
        let (passed, wrong) = match search {
            Search::Found(at) => (at, true),
            Search::NotBefore(at) if ended || window.len() >= all => (at, false),
            Search::NotBefore(at) => (at.saturating_sub(1), false),
        };
        if passed == 0 && !ended {
            let want = window.len() + 4096;
            return self.run_fill(want);
        }
        if ended && !wrong && passed < all && self.run_continues() {
            return;
        }
        self.skip_bytes(passed);
        if wrong {
            self.skip_found(Some(reason::WRONG_LENGTH));
        } else if passed == 0 || (ended && passed < all) {
            self.skip_found(Some(reason::TRUNCATED_RECORD));
        }
    }

    fn skip_bytes(&mut self, count: usize) {
        self.take(self.run.feed, count);
        if let Some(skip) = &mut self.run.skip {
            skip.passed += count as u64;
            skip.rest = skip.rest.saturating_sub(count as u64);
        }
    }

    /// The line ends after a large record, and whether its member ends there.
    fn skip_end(&mut self) {
        let window = self.window(self.run.feed);
        if window.len() < 8 && !self.run_ended() {
            return self.run_fill(8);
        }
        let count = line_ends(window, 4);
        self.skip_bytes(count);
        self.skip_found(None);
    }

    /// Reports the large record. The only record of a member has its place in the file.
    fn skip_found(&mut self, damage: Option<&'static str>) {
        let Some(skip) = self.run.skip.take() else { return };
        let run = &self.run;
        let own_member =
            run.feed == Feed::Member && run.records == 0 && run.ended && !self.chained && self.out.len() == 0;
        let place = if own_member && run.lost.is_none() {
            Place { offset: run.start, length: self.source.offset() - run.start, within: Within::File }
        } else {
            Place { length: skip.passed, ..Place { offset: skip.offset, ..self.run_place(0) } }
        };
        let found = match (damage, skip.kind) {
            (Some(reason), _) => Found::Rejected(place.damage(reason)),
            (None, Some(kind)) => Found::Skipped { kind, place },
            (None, None) => Found::Rejected(place.damage(reason::RECORD_TOO_LARGE)),
        };
        self.run_found(found, skip.offset);
    }
}
