//! The stored bytes: one buffer over the input that can go back as far as it still holds them.

use std::io::{Error, ErrorKind, Read};

const FIRST: usize = 256 << 10;

/// A buffer over `input`. Everything from `mark` on is kept, up to `retain` bytes.
///
/// An error of the input is its end, so that what was read before is still used; it is told last.
#[derive(Debug)]
pub(crate) struct Source<R> {
    input: R,
    /// Initialised to its whole length; `buf[..end]` was read.
    buf: Vec<u8>,
    end: usize,
    pos: usize,
    mark: usize,
    /// Offset of `buf[0]` in the file.
    base: u64,
    retain: usize,
    at_end: bool,
    error: Option<Error>,
}

impl<R: Read> Source<R> {
    pub(crate) fn new(input: R, retain: usize) -> Source<R> {
        Source {
            input,
            buf: Vec::new(),
            end: 0,
            pos: 0,
            mark: 0,
            base: 0,
            retain,
            at_end: false,
            error: None,
        }
    }

    /// What was read and not consumed.
    pub(crate) fn unread(&self) -> &[u8] {
        &self.buf[self.pos..self.end]
    }

    pub(crate) fn consume(&mut self, count: usize) {
        debug_assert!(count <= self.end - self.pos);
        self.pos += count;
    }

    /// Offset in the file of the first unread byte.
    pub(crate) fn offset(&self) -> u64 {
        self.base + self.pos as u64
    }

    /// Whether the input gave its last byte (which may still be unread).
    pub(crate) fn at_end(&self) -> bool {
        self.at_end
    }

    /// Keeps everything from here on.
    pub(crate) fn set_mark(&mut self) {
        self.mark = self.pos;
    }

    /// Keeps everything from `offset` on, as far as it is still kept.
    pub(crate) fn set_mark_at(&mut self, offset: u64) {
        let wanted = usize::try_from(offset.saturating_sub(self.base)).unwrap_or(usize::MAX);
        self.mark = wanted.clamp(self.mark, self.pos);
    }

    /// What was read from the mark on.
    pub(crate) fn since_mark(&self) -> &[u8] {
        &self.buf[self.mark..self.end]
    }

    /// Reads more if the kept bytes are few enough to be moved to the front; false if nothing came.
    pub(crate) fn fill_by_moving(&mut self) -> bool {
        self.mark * 4 >= self.buf.len() && self.fill()
    }

    /// Goes back to `offset`, or to the oldest byte still kept.
    pub(crate) fn rewind(&mut self, offset: u64) {
        let wanted = usize::try_from(offset.saturating_sub(self.base)).unwrap_or(usize::MAX);
        self.pos = wanted.max(self.mark).min(self.pos);
    }

    /// Reads until `count` bytes are unread; false when the input ends before.
    pub(crate) fn fill_to(&mut self, count: usize) -> bool {
        while self.end - self.pos < count && self.fill() {}
        self.end - self.pos >= count
    }

    /// Reads until the room is full or the input ends, so that what follows depends on its bytes alone and not on how
    /// many come at once; false if there were none.
    pub(crate) fn fill(&mut self) -> bool {
        if self.at_end {
            return false;
        }
        if self.end == self.buf.len() {
            self.make_room();
        }
        let before = self.end;
        while self.end < self.buf.len() && !self.at_end {
            match self.input.read(&mut self.buf[self.end..]) {
                Ok(0) => self.at_end = true,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.at_end = true;
                    self.error = Some(error);
                }
            }
        }
        self.end > before
    }

    /// The error that ended the input, once.
    pub(crate) fn take_error(&mut self) -> Option<Error> {
        self.error.take()
    }

    /// Moves the kept bytes to the front where that frees a quarter, so that each byte is moved a
    /// bounded number of times; else doubles the buffer, up to a third more than must be kept.
    fn make_room(&mut self) {
        self.mark = self.mark.max(self.pos.saturating_sub(self.retain));
        if self.mark * 4 >= self.buf.len() && self.mark > 0 {
            self.buf.copy_within(self.mark..self.end, 0);
            self.base += self.mark as u64;
            self.pos -= self.mark;
            self.end -= self.mark;
            self.mark = 0;
        } else {
            let longer = grown(self.buf.len(), FIRST, self.retain);
            self.buf.resize(longer, 0);
        }
    }
}

/// The next length of a buffer in which `kept` bytes must find room.
pub(crate) fn grown(len: usize, step: usize, kept: usize) -> usize {
    let enough = kept.saturating_add(kept / 3);
    len.saturating_mul(2).min(enough).max(len + step)
}
