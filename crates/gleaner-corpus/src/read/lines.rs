//! Splits JSONL into lines.

use std::io::Read;

use memchr::memchr;

use super::batch::{Builder, Raw};
use super::row::TOO_LARGE;
use super::unpack::Unpacked;
use super::{Fill, ReadOptions, Source};
use crate::input::format::Compression;
use crate::input::stored::Stored;

/// Decoded bytes that are asked for at once.
const CHUNK: u64 = 256 << 10;
/// Decoded bytes of which none is sure when the last of them is damaged.
const PIECE: u64 = 32 << 10;
const LINE_TOO_LONG: &str = "line-too-long";

pub(super) struct Lines {
    /// What decompresses the stored bytes; `None` where they are read as they are.
    decoded: Option<Unpacked>,
    stored: Stored,
    compression: Compression,
    max_line: u64,
    too_long: &'static str,
    /// Where in the file as stored the bytes begin that were decompressed last.
    step: u64,
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
        let (decoded, end) = match Unpacked::new(stored, compression) {
            Ok(decoded) => (decoded, None),
            Err(error) => (None, Some(End::Damaged(stored.reason(compression, &error)))),
        };
        let (max_line, too_long) = match options.max_line_size {
            Some(limit) if limit < options.max_record_size => (limit, LINE_TOO_LONG),
            _ => (options.max_record_size, TOO_LARGE),
        };
        Lines {
            decoded,
            stored: stored.clone(),
            compression,
            max_line,
            too_long,
            step: 0,
            offset: 0,
            rest: Vec::new(),
            dropped: 0,
            end,
        }
    }

    /// One line of `bytes[start..end]`, the line end excluded.
    fn line(&mut self, batch: &mut Builder, start: usize, end: usize) {
        let length = self.dropped + (end - start) as u64;
        let mark = if self.offset == 0 && batch.bytes[start..end].starts_with(MARK) { MARK.len() } else { 0 };
        if length > self.max_line {
            batch.reject(self.offset, length, self.too_long);
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
                self.gap(batch, reason);
            }
            _ if length > 0 => self.line(batch, start, end),
            _ => {}
        }
    }

    /// What of the file as stored gave no bytes, or bytes that are not sure. There is at least one: the file ended, or
    /// could not be read on, where something had to follow.
    fn gap(&mut self, batch: &mut Builder, reason: String) {
        // A failure to read is told when the file is closed.
        let _ = self.stored.drain();
        let end = self.stored.consumed();
        let start = self.step.min(end.saturating_sub(1));
        batch.gap(start, end - start, reason);
    }

    /// Decompresses about [`CHUNK`] bytes, in pieces, so that damage is known to be in the last one.
    fn unpack(&mut self, out: &mut Vec<u8>) -> std::io::Result<u64> {
        let Some(decoded) = &mut self.decoded else { return self.stored.read_into(CHUNK, out) };
        let mut read = 0;
        while read < CHUNK {
            self.step = self.stored.consumed() - decoded.waiting();
            let before = out.len();
            let piece = decoded.take(PIECE).read_to_end(out).inspect_err(|_| out.truncate(before))? as u64;
            read += piece;
            if piece < PIECE {
                break;
            }
        }
        Ok(read)
    }

    fn read(&mut self, batch: &mut Builder) {
        batch.make_room(CHUNK as usize);
        let read = self.unpack(&mut batch.bytes);
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
