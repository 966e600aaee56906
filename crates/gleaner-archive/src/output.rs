//! The decompressed bytes of a member: a window that grows as bytes arrive.

use crate::source::grown;

/// Room made at once.
const STEP: usize = 256 << 10;

#[derive(Debug)]
pub(crate) struct Output {
    /// The longest window that is needed.
    longest: usize,
    /// Initialised to its whole length; `buf[start..end]` is the window.
    buf: Vec<u8>,
    start: usize,
    end: usize,
}

impl Output {
    pub(crate) fn new(longest: usize) -> Output {
        Output { longest, buf: Vec::new(), start: 0, end: 0 }
    }

    pub(crate) fn window(&self) -> &[u8] {
        &self.buf[self.start..self.end]
    }

    pub(crate) fn len(&self) -> usize {
        self.end - self.start
    }

    pub(crate) fn clear(&mut self) {
        self.start = 0;
        self.end = 0;
    }

    /// Forgets all but the first `count` bytes of the window.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.end = self.end.min(self.start + count);
    }

    pub(crate) fn consume(&mut self, count: usize) {
        debug_assert!(count <= self.len());
        self.start += count;
        if self.start == self.end {
            self.clear();
        }
    }

    /// Room behind the window: at most `limit` bytes, at least one.
    pub(crate) fn room(&mut self, limit: usize) -> &mut [u8] {
        if self.end == self.buf.len() {
            if self.start > 0 && self.start * 4 >= self.buf.len() {
                self.buf.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            } else {
                let longer = grown(self.buf.len(), STEP, self.longest);
                self.buf.resize(longer, 0);
            }
        }
        let stop = self.buf.len().min(self.end + limit.clamp(1, STEP));
        &mut self.buf[self.end..stop]
    }

    /// All room there is, of an empty window; some is made if there is none.
    pub(crate) fn all(&mut self) -> &mut [u8] {
        debug_assert!(self.len() == 0);
        self.clear();
        self.room(1);
        &mut self.buf
    }

    /// Takes the first `count` bytes of the room into the window; returns them.
    pub(crate) fn advance(&mut self, count: usize) -> &[u8] {
        let before = self.end;
        self.end += count;
        &self.buf[before..self.end]
    }
}
