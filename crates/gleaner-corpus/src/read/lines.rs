//! Splits JSONL into lines.

use std::io;

use gleaner_archive::{Damage, Piece, Unpacker, reason};
use memchr::memchr;

use super::batch::{Builder, Raw};
use super::row::TOO_LARGE;
use super::{Fill, ReadOptions, Source};
use crate::input::format::Compression;
use crate::input::stored::{Stored, io_error};

/// Decoded bytes that are asked for at once.
const CHUNK: u64 = 256 << 10;
const LINE_TOO_LONG: &str = "line-too-long";

pub(super) struct Lines {
    /// What decompresses the stored bytes; `None` where they are read as they are.
    decoded: Option<Unpacker<Stored>>,
    stored: Stored,
    max_line: u64,
    too_long: &'static str,
    /// Where in the stream the line begins that is looked for. Gaps count nothing.
    offset: u64,
    /// What was read beyond the last batch.
    rest: Vec<u8>,
    /// Bytes of the present line that were given up because it is too large.
    dropped: u64,
    /// What ends the stream, or the line that it is in.
    stop: Option<Stop>,
}

enum Stop {
    End,
    /// Stored bytes are lost; what follows need not begin a line.
    Gap(Damage),
    /// The system does not read on.
    Failed(io::Error),
}

impl Lines {
    pub(super) fn new(stored: &Stored, compression: Compression, options: &ReadOptions) -> Lines {
        let decoded = (compression != Compression::None)
            .then(|| Unpacker::new(stored.clone(), options.max_compression_ratio));
        let (max_line, too_long) = match options.max_line_size {
            Some(limit) if limit < options.max_record_size => (limit, LINE_TOO_LONG),
            _ => (options.max_record_size, TOO_LARGE),
        };
        Lines {
            decoded,
            stored: stored.clone(),
            max_line,
            too_long,
            offset: 0,
            rest: Vec::new(),
            dropped: 0,
            stop: None,
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

    /// What stands between the last line end and the place where the stream stops. True if it goes on from there.
    fn stop(&mut self, stop: Stop, batch: &mut Builder, start: usize) -> bool {
        let end = batch.bytes.len();
        let length = self.dropped + (end - start) as u64;
        if let Stop::End = stop {
            if length > 0 {
                self.line(batch, start, end);
            }
            return false;
        }
        if length > 0 {
            batch.reject(self.offset, length, "truncated-line");
            (self.dropped, self.offset) = (0, self.offset + length);
        }
        match stop {
            Stop::Gap(gap) => {
                batch.gap(gap.offset, gap.length, reason_of(gap.reason));
                true
            }
            Stop::Failed(error) => {
                batch.gap(self.stored.consumed(), 0, io_error(&error));
                false
            }
            Stop::End => false,
        }
    }

    /// Decompresses about [`CHUNK`] bytes; fewer where the stream stops.
    fn unpack(&mut self, out: &mut Vec<u8>) -> io::Result<Option<Stop>> {
        let Some(decoded) = &mut self.decoded else {
            let read = self.stored.read_into(CHUNK, out)?;
            return Ok((read < CHUNK).then_some(Stop::End));
        };
        let enough = out.len() + CHUNK as usize;
        while out.len() < enough {
            match decoded.next_piece()? {
                Some(Piece::Bytes(bytes)) => out.extend_from_slice(bytes),
                Some(Piece::Gap(gap)) => return Ok(Some(Stop::Gap(gap))),
                None => return Ok(Some(Stop::End)),
            }
        }
        Ok(None)
    }

    fn read(&mut self, batch: &mut Builder) {
        batch.make_room(CHUNK as usize);
        self.stop = self.unpack(&mut batch.bytes).unwrap_or_else(|error| Some(Stop::Failed(error)));
    }
}

/// The stable name of what was wrong with a file that is no archive.
fn reason_of(damage: &'static str) -> &'static str {
    match damage {
        reason::CORRUPT_GZIP => "invalid-gzip",
        reason::CORRUPT_ZSTD => "invalid-zstd",
        other => other,
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
            if let Some(stop) = self.stop.take() {
                if !self.stop(stop, batch, start) {
                    return Fill::Done;
                }
                (start, searched) = (batch.bytes.len(), batch.bytes.len());
                if batch.is_full_at(start) {
                    return Fill::Full;
                }
            }
            self.read(batch);
        }
    }
}
