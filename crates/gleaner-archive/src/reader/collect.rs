//! A member that holds one record: read to its end before anything is given out.

use std::io::Read;

use super::run::Run;
use super::{ArchiveReader, Feed, Found, Place, Seen, State, begins_arc};
use crate::arc::{self, FILEDESC};
use crate::entry::Within;
use crate::frame::{Head, Search, begins_version, find_record, head, line_ends, without_line_ends};
use crate::member::{Coding, GZIP, Progress, ZSTD};
use crate::reason;

/// Bytes decompressed at once.
pub(super) const STEP: usize = 256 << 10;
/// Bytes decompressed of a member that must prove itself before more is spent on it.
const PROOF: usize = 4 << 10;
/// Bytes of a member that tell whether a record begins with it.
const LOOK: usize = 512;
/// Line ends before a version line that are passed over.
const LEAD: usize = 64;

/// What a member turned out to be.
enum Collected {
    /// It is decompressed to its end.
    Whole {
        verified: bool,
    },
    /// It holds several records, a large one, or something else: its content is read as a run.
    Part,
    Bad(&'static str),
}

enum Enough {
    More(usize),
    Part,
    NoRecord,
}

/// One record in a whole member.
struct Single {
    head: std::ops::Range<usize>,
    block: std::ops::Range<usize>,
    stated: Option<u64>,
}

impl<R: Read> ArchiveReader<R> {
    /// Reads the member that begins here, or may begin here.
    pub(super) fn try_member(&mut self, coding: Coding) {
        let start = self.source.offset();
        self.source.set_mark();
        self.out.clear();
        if let Err(reason) = self.member.begin(coding, &mut self.source) {
            self.failed(start, reason);
            return;
        }
        self.chained |= self.member.is_block();
        let arc = self.arc;
        match self.collect_at_once().unwrap_or_else(|| self.collect()) {
            Collected::Whole { verified } => self.whole(start, verified),
            Collected::Part => {
                self.run = Run::new(Feed::Member, start);
                self.state = State::Run;
            }
            Collected::Bad(reason) => {
                // What a damaged member looked like shows nothing.
                self.arc = arc;
                self.failed(start, reason);
            }
        }
    }

    /// A member that is small or holds one record, decompressed without steps. None that must prove itself: that
    /// costs less in steps.
    fn collect_at_once(&mut self) -> Option<Collected> {
        if self.lost.is_some() {
            return None;
        }
        let whole = self.member.peek_whole(&mut self.source, &mut self.out)?;
        self.out.advance(whole.content);
        let arc = self.arc;
        self.notice_arc();
        // A larger one that holds several is given out as it comes.
        if whole.content >= STEP && !self.is_exact() {
            self.arc = arc;
            self.out.clear();
            return None;
        }
        self.member.take_whole(whole, &mut self.source);
        // As in steps: checksum and length come last.
        self.step = self.source.offset() - 8;
        Some(Collected::Whole { verified: true })
    }

    /// Whether the window is a record of the stated length and nothing else.
    fn is_exact(&self) -> bool {
        let window = self.out.window();
        let lead = line_ends(window, LEAD);
        let Head::Complete { len, stated: Some(stated) } = head(&window[lead..], true, self.rules()) else {
            return false;
        };
        let surplus = usize::try_from(stated)
            .ok()
            .filter(|_| stated <= self.options.max_record_size)
            .and_then(|stated| window.get(lead + len..)?.get(stated..));
        surplus.is_some_and(|surplus| line_ends(surplus, LEAD) == surplus.len())
    }

    fn collect(&mut self) -> Collected {
        let must_prove = self.lost.is_some();
        let mut limit = if must_prove { PROOF } else { STEP };
        let mut want = 1;
        loop {
            match self.decode_to(want, limit) {
                Progress::Bad(reason) => return Collected::Bad(reason),
                Progress::End { verified } => {
                    self.notice_arc();
                    return Collected::Whole { verified };
                }
                Progress::More => self.notice_arc(),
            }
            match self.enough() {
                Enough::More(bytes) => want = bytes,
                // A small member is read to its end in any case, for its checksum.
                Enough::Part | Enough::NoRecord if !must_prove && self.out.len() < STEP => want = STEP,
                Enough::Part => return Collected::Part,
                // A record may begin further on.
                Enough::NoRecord if self.chained && self.out.len() < STEP => want = STEP,
                Enough::NoRecord if must_prove => return Collected::Bad(reason::NOT_WARC),
                Enough::NoRecord => return Collected::Part,
            }
            limit = STEP;
        }
    }

    /// Decompresses until `want` bytes are there.
    pub(super) fn decode_to(&mut self, want: usize, limit: usize) -> Progress {
        while self.out.len() < want {
            self.step = self.source.offset().saturating_sub(self.member.held_back()).max(self.run.member);
            let progress = self.member.decode(&mut self.source, &mut self.out, limit);
            if progress != Progress::More {
                return progress;
            }
        }
        Progress::More
    }

    /// Whether the first member shows that records are of ARC.
    fn notice_arc(&mut self) {
        let window = self.out.window();
        self.arc |= window.starts_with(FILEDESC) || (self.seen == Seen::Nothing && begins_arc(window));
    }

    /// Whether a member that goes on can be judged already.
    fn enough(&self) -> Enough {
        let window = self.out.window();
        if !self.arc && self.seen == Seen::Nothing && arc::begins_line(window).is_none() {
            return Enough::More(window.len() + 1);
        }
        let lead = line_ends(window, LEAD);
        let (len, stated) = match head(&window[lead..], false, self.rules()) {
            Head::More => return Enough::More(window.len().saturating_mul(2).max(1)),
            Head::Complete { len, stated } => (len, stated.unwrap_or(0)),
            Head::Invalid(_) | Head::Truncated => return Enough::NoRecord,
        };
        if stated > self.options.max_record_size || window.len() > self.options.longest() {
            return Enough::Part;
        }
        let total = usize::try_from(stated).map_or(usize::MAX, |block| block.saturating_add(lead + len));
        let surplus = window.get(total..).unwrap_or_default();
        if line_ends(surplus, LEAD) == surplus.len() {
            return Enough::More(total.max(window.len()).saturating_add(1));
        }
        match find_record(&window[total - 1..], false, self.arc) {
            Search::Found(_) => Enough::Part,
            // Twice as much, so that all searches together are linear.
            Search::NotBefore(_) => Enough::More(window.len() * 2),
        }
    }

    /// A member read to its end.
    fn whole(&mut self, start: u64, verified: bool) {
        let length = self.source.offset() - start;
        let place = Place { offset: start, length, within: Within::File };
        let window = self.out.window();
        self.state = State::Boundary;
        if line_ends(window, usize::MAX) == window.len() {
            self.close_lost(start);
            self.ready.push_back(Found::Padding(place));
            return;
        }
        self.run = Run::ended(start, verified, self.decompressed + self.out.len() as u64);
        if self.member.is_block() {
            self.go_on();
        } else if self.is_cut() && self.continues() {
            self.chained = true;
        } else if let Some(Single { head, block, stated }) = self.single() {
            self.close_lost(start);
            self.seen = Seen::Members;
            self.pending = Some((Feed::Member, self.out.len()));
            self.ready.push_back(Found::Record { feed: Feed::Member, head, block, place, stated, verified });
            return;
        }
        self.state = State::Run;
    }

    /// Whether the member ends inside the record that it begins with, as far as the header says.
    fn is_cut(&self) -> bool {
        let window = self.out.window();
        let lead = line_ends(window, LEAD);
        match head(&window[lead..], true, self.rules()) {
            Head::Complete { len, stated } => {
                stated.is_some_and(|stated| stated > (window.len() - lead - len) as u64)
            }
            Head::Truncated => true,
            Head::More | Head::Invalid(_) => false,
        }
    }

    /// Begins the member that follows the last one, as more of the same stream; false where none does.
    pub(super) fn go_on(&mut self) -> bool {
        self.source.fill_to(16);
        let start = self.source.offset();
        let bytes = self.source.unread();
        let coding = if bytes.starts_with(&GZIP) {
            Coding::Gzip
        } else if bytes.starts_with(&ZSTD) {
            Coding::Zstd
        } else {
            return false;
        };
        if self.member.begin(coding, &mut self.source).is_err() {
            self.source.rewind(start);
            return false;
        }
        (self.run.ended, self.run.member) = (false, start);
        true
    }

    /// Whether the member that follows begins with anything but a record: then it is read as more of the stream.
    pub(super) fn continues(&mut self) -> bool {
        let (start, known, verified) = (self.source.offset(), self.out.len(), self.run.verified);
        if !self.go_on() {
            return false;
        }
        self.run.verified = false;
        let mut progress = self.decode_to(known + LOOK, LOOK);
        if progress == Progress::More && self.arc && arc::begins_line(self.fresh(known)).is_none() {
            progress = self.decode_to(known + LEAD + arc::LONGEST_LINE, LOOK);
        }
        let fresh = self.fresh(known);
        let other = fresh.is_empty() || begins_version(fresh) || (self.arc && begins_arc(fresh));
        if other || matches!(progress, Progress::Bad(_)) {
            self.out.truncate(known);
            self.source.rewind(start);
            (self.run.ended, self.run.verified) = (true, verified);
            return false;
        }
        if let Progress::End { verified } = progress {
            self.member_ended(verified);
        }
        true
    }

    /// What was decompressed behind the first `known` bytes, without line ends before it.
    fn fresh(&self, known: usize) -> &[u8] {
        let fresh = &self.out.window()[known..];
        &fresh[line_ends(fresh, LEAD)..]
    }

    /// The record, if the member holds one and nothing else. Its boundary is the member's where the
    /// stated length contradicts it.
    fn single(&self) -> Option<Single> {
        let window = self.out.window();
        let lead = line_ends(window, LEAD);
        let Head::Complete { len, stated } = head(&window[lead..], true, self.rules()) else {
            return None;
        };
        let begin = lead + len;
        let content = &window[begin..];
        let announced = stated.and_then(|stated| usize::try_from(stated).ok()).unwrap_or(usize::MAX);
        let exact = announced <= content.len()
            && line_ends(&content[announced..], usize::MAX) == content.len() - announced;
        let block = if exact {
            announced
        } else {
            // Where the length is too short, only what follows it can be another record.
            let from = if announced < content.len() { begin + announced - 1 } else { begin - 1 };
            if let Search::Found(_) = find_record(&window[from..], true, self.arc) {
                return None;
            }
            without_line_ends(content).len()
        };
        (block as u64 <= self.options.max_record_size).then_some(Single {
            head: lead..begin,
            block: begin..begin + block,
            stated,
        })
    }
}
