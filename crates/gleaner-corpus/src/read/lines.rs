//! Splits JSONL into lines.

use std::io::Read;

use memchr::memchr;

use super::batch::{Builder, Raw};
use super::row::TOO_LARGE;
use super::{Fill, ReadOptions, Source};
use crate::input::format::Compression;
use crate::input::stored::Stored;

/// Decoded bytes that are asked for at once.
const CHUNK: u64 = 256 << 10;

pub(super) struct Lines {
    /// What decompresses the stored bytes; `None` where they are read as they are.
    decoded: Option<Box<dyn Read + Send>>,
    stored: Stored,
    compression: Compression,
    max_line: u64,
    /// Where in the stream the line begins that is looked for.
    offset: u64,
    /// What was read beyond the last batch.
    rest: Vec<u8>,
    /// Bytes of the present line that were given up because it is too large.
    dropped: u64,
    end: Option<End>,
}

/// How the stream ended.
enum End {
    Whole,
    Damaged(String),
}

impl Lines {
    pub(super) fn new(stored: &Stored, compression: Compression, options: &ReadOptions) -> Lines {
        let decoded = (compression != Compression::None).then(|| stored.decoded(compression)).transpose();
        let (decoded, end) = match decoded {
            Ok(decoded) => (decoded, None),
            Err(error) => (None, Some(End::Damaged(stored.reason(compression, &error)))),
        };
        let (stored, max_line) = (stored.clone(), options.max_record_size);
        Lines { decoded, stored, compression, max_line, offset: 0, rest: Vec::new(), dropped: 0, end }
    }

    /// One line of `bytes[start..end]`, the line end excluded.
    fn line(&mut self, batch: &mut Builder, start: usize, end: usize) {
        let length = self.dropped + (end - start) as u64;
        let mark = if self.offset == 0 && batch.bytes[start..end].starts_with(MARK) { MARK.len() } else { 0 };
        if length > self.max_line {
            batch.reject(self.offset, length, TOO_LARGE);
        } else if !batch.bytes[start + mark..end].trim_ascii().is_empty() {
            batch.push(self.offset + mark as u64, Raw::Line(start + mark..end));
        }
        self.dropped = 0;
        self.offset += length;
    }

    /// What is left after the last line end.
    fn last_line(&mut self, batch: &mut Builder, start: usize) {
        let (end, first) = (batch.bytes.len(), self.offset);
        let length = self.dropped + (end - start) as u64;
        match self.end.take() {
            Some(End::Damaged(reason)) => {
                if length > 0 {
                    batch.reject(first, length, "truncated-line");
                }
                batch.gap(first + length, 0, reason);
            }
            _ if length > 0 => self.line(batch, start, end),
            _ => {}
        }
    }

    fn read(&mut self, batch: &mut Builder) {
        batch.make_room(CHUNK as usize);
        let read = match &mut self.decoded {
            Some(decoded) => decoded.take(CHUNK).read_to_end(&mut batch.bytes).map(|read| read as u64),
            None => self.stored.read_into(CHUNK, &mut batch.bytes),
        };
        match read {
            Ok(size) if size < CHUNK => self.end = Some(End::Whole),
            Ok(_) => {}
            Err(error) => self.end = Some(End::Damaged(self.stored.reason(self.compression, &error))),
        }
    }
}

/// The UTF-8 byte order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

impl Source for Lines {
    fn fill(&mut self, batch: &mut Builder) -> Fill {
        let mut start = batch.bytes.len();
        let mut searched = start;
        batch.bytes.append(&mut self.rest);
        // What a long line took is not kept.
        self.rest.shrink_to(4 * CHUNK as usize);
        loop {
            while let Some(length) = memchr(b'\n', &batch.bytes[searched..]) {
                let end = searched + length;
                self.line(batch, start, end);
                self.offset += 1;
                (start, searched) = (end + 1, end + 1);
                if batch.is_full_at(start) {
                    self.rest.extend_from_slice(&batch.bytes[start..]);
                    batch.bytes.truncate(start);
                    return Fill::Full;
                }
            }
            searched = batch.bytes.len();
            if (searched - start) as u64 > self.max_line || self.dropped > 0 {
                self.dropped += (searched - start) as u64;
                batch.bytes.truncate(start);
                searched = start;
            }
            if self.end.is_some() {
                self.last_line(batch, start);
                return Fill::Done;
            }
            self.read(batch);
        }
    }
}
