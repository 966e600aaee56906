//! Gzip members and zstd frames: decompression in steps, with the checksum at the end.

use std::io::Read;

use flate2::{Crc, Decompress, FlushDecompress, Status};
use zstd::stream::raw::{DParameter, Decoder as ZstdDecoder, InBuffer, Operation, OutBuffer};

use crate::one_shot::{OneShot, Whole, next_member};
use crate::output::Output;
use crate::reason;
use crate::source::Source;

pub(crate) const GZIP: [u8; 3] = [0x1f, 0x8b, 0x08];
pub(crate) const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Largest gzip header: the extra field alone may have 64 KiB.
const MAX_GZIP_HEADER: usize = 128 << 10;
/// Largest zstd window, 128 MiB: the library's own default, and what `--long` writes.
const ZSTD_WINDOW_LOG: u32 = 27;

/// Input that the zstd decoder may hold before it gives anything for it: a block with its header.
const ZSTD_HELD: u64 = (128 << 10) + 32;

/// Bytes that members of a file may give together whatever their ratio: short runs compress well.
const FREE: u64 = 1 << 20;
/// Bytes that any member may give: no more than a thousand times the smallest one.
const LEAST: u64 = 4 << 10;
/// Largest dictionary, decompressed. Those in use have a tenth of it.
const MAX_DICTIONARY: usize = 8 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Gzip,
    Zstd,
}

/// How far a member has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It goes on.
    More,
    /// Its end. `verified`: a checksum over its content was compared.
    End {
        verified: bool,
    },
    Bad(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    GzipBody,
    GzipTrailer,
    Zstd { checksum: bool },
}

/// Decompresses one member after the other with the same buffers.
pub(crate) struct Member {
    stage: Stage,
    inflate: Decompress,
    crc: Crc,
    one_shot: OneShot,
    /// Made when the first frame needs it.
    zstd: Option<ZstdDecoder<'static>>,
    dictionary: Vec<u8>,
    /// Whether the dictionary is none.
    broken_dictionary: bool,
    /// Bytes read and written of this member.
    read: u64,
    written: u64,
    max_ratio: u64,
    /// What is left of [`FREE`]. Members above the ratio spend it; what others stay below the ratio is added again.
    free: u64,
    is_block: bool,
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Member").field("stage", &self.stage).finish_non_exhaustive()
    }
}

impl Member {
    /// `max_ratio`: bytes out for a byte in, at most.
    pub(crate) fn new(max_ratio: u64) -> Member {
        Member {
            read: 0,
            written: 0,
            max_ratio: max_ratio.max(1),
            free: FREE,
            is_block: false,
            stage: Stage::GzipBody,
            inflate: Decompress::new(false),
            crc: Crc::new(),
            one_shot: OneShot::default(),
            zstd: None,
            dictionary: Vec::new(),
            broken_dictionary: false,
        }
    }

    /// Takes the dictionary of all zstd frames that follow from the content of a skippable frame: it stands there as it
    /// is, or compressed. One above the limits is broken.
    pub(crate) fn set_dictionary(&mut self, content: &[u8]) {
        (self.read, self.written) = (content.len() as u64, 0);
        let dictionary = if content.starts_with(&ZSTD) {
            self.unpacked_dictionary(content)
        } else {
            (content.len() <= MAX_DICTIONARY).then(|| content.to_vec())
        };
        self.settle();
        self.broken_dictionary = dictionary.is_none();
        self.dictionary = dictionary.unwrap_or_default();
        self.zstd = None;
    }

    fn unpacked_dictionary(&mut self, content: &[u8]) -> Option<Vec<u8>> {
        let mut decoder = zstd_decoder(&[])?;
        let mut input = InBuffer::around(content);
        let (mut plain, mut piece) = (Vec::new(), vec![0; 64 << 10]);
        loop {
            let before = input.pos();
            let mut output = OutBuffer::around(&mut piece[..]);
            let rest = decoder.run(&mut input, &mut output).ok()?;
            let written = output.pos();
            plain.extend_from_slice(&piece[..written]);
            self.written += written as u64;
            if self.is_above_ratio() || plain.len() > MAX_DICTIONARY {
                return None;
            }
            if rest == 0 {
                return Some(plain);
            }
            if written == 0 && input.pos() == before {
                return None;
            }
        }
    }

    /// Bytes that the member may give for what was read of it.
    fn allowed(&self) -> u64 {
        self.read.saturating_mul(self.max_ratio).max(self.free).max(LEAST)
    }

    fn is_above_ratio(&self) -> bool {
        self.written > self.allowed()
    }

    /// Accounts for what the member has read and given.
    fn settle(&mut self) {
        let paid = self.read.saturating_mul(self.max_ratio);
        self.free = match self.written.checked_sub(paid) {
            Some(above) if above > 0 => self.free.saturating_sub(self.written),
            _ => self.free.saturating_add(paid - self.written).min(FREE),
        };
        (self.read, self.written) = (0, 0);
    }

    /// Whether the member is a block of a stream that was cut without regard to records (BGZF).
    pub(crate) fn is_block(&self) -> bool {
        self.is_block
    }

    /// Consumed bytes that may have given nothing yet.
    pub(crate) fn held_back(&self) -> u64 {
        if let Stage::Zstd { .. } = self.stage { ZSTD_HELD } else { 0 }
    }

    /// Begins the member that stands at the source's position. `Err` inside: it is none; the bytes
    /// that were looked at are consumed.
    pub(crate) fn begin<R: Read>(
        &mut self,
        coding: Coding,
        source: &mut Source<R>,
    ) -> Result<(), &'static str> {
        self.settle();
        self.is_block = false;
        match coding {
            Coding::Gzip => self.begin_gzip(source),
            Coding::Zstd => self.begin_zstd(source),
        }
    }

    fn begin_gzip<R: Read>(&mut self, source: &mut Source<R>) -> Result<(), &'static str> {
        loop {
            let known = source.unread().len();
            match gzip_header(source.unread()) {
                GzipHeader::Complete(len) => {
                    self.is_block = is_bgzf(source.unread());
                    source.consume(len);
                    self.read = len as u64;
                    self.inflate.reset(false);
                    self.crc.reset();
                    self.stage = Stage::GzipBody;
                    return Ok(());
                }
                GzipHeader::More if known < MAX_GZIP_HEADER => {
                    if !source.fill() {
                        source.consume(known);
                        return Err(reason::TRUNCATED_GZIP);
                    }
                }
                GzipHeader::More => {
                    source.consume(MAX_GZIP_HEADER);
                    return Err(reason::CORRUPT_GZIP);
                }
                GzipHeader::Invalid => {
                    source.consume(1);
                    return Err(reason::CORRUPT_GZIP);
                }
            }
        }
    }

    fn begin_zstd<R: Read>(&mut self, source: &mut Source<R>) -> Result<(), &'static str> {
        source.fill_to(5);
        let Some(&descriptor) = source.unread().get(4) else {
            source.consume(source.unread().len());
            return Err(reason::TRUNCATED_ZSTD);
        };
        if descriptor & 0x08 != 0 {
            source.consume(1);
            return Err(reason::CORRUPT_ZSTD);
        }
        if self.zstd.is_none() {
            // Once for all frames: loading a dictionary costs its length.
            self.zstd = zstd_decoder(&std::mem::take(&mut self.dictionary)).or_else(|| {
                self.broken_dictionary = true;
                zstd_decoder(&[])
            });
        }
        if self.broken_dictionary && descriptor & 0x03 != 0 {
            return Err(reason::CORRUPT_ZSTD);
        }
        let decoder = self.zstd.as_mut().ok_or(reason::CORRUPT_ZSTD)?;
        decoder.reinit().map_err(|_| reason::CORRUPT_ZSTD)?;
        self.stage = Stage::Zstd { checksum: descriptor & 0x04 != 0 };
        Ok(())
    }

    /// Decompresses the gzip member whose header was read and at which the source has its mark into the empty `out`,
    /// all at once; `None` where it does not lie in the buffer, its content finds no room, or anything about it is
    /// odd. Nothing is consumed.
    pub(crate) fn peek_whole<R: Read>(&mut self, source: &mut Source<R>, out: &mut Output) -> Option<Whole> {
        if !OneShot::AVAILABLE || self.stage != Stage::GzipBody || self.is_block {
            return None;
        }
        let header = usize::try_from(self.read).ok()?;
        let mut end = next_member(source.since_mark(), header);
        if end.is_none() && source.fill_by_moving() {
            end = next_member(source.since_mark(), header);
        }
        let bytes = source.since_mark();
        let end = end.or(source.at_end().then_some(bytes.len()))?;
        // What it may give in any case, so that the ratio need not be looked at.
        let most = usize::try_from(self.free.max(LEAST)).unwrap_or(usize::MAX);
        let room = out.all();
        let most = most.min(room.len());
        self.one_shot.decompress(&bytes[..end], header, &mut room[..most])
    }

    /// Takes the member that [`peek_whole`](Self::peek_whole) has decompressed.
    pub(crate) fn take_whole<R: Read>(&mut self, whole: Whole, source: &mut Source<R>) {
        let header = usize::try_from(self.read).expect("it was in memory");
        source.consume(whole.stored - header);
        (self.read, self.written) = (whole.stored as u64, whole.content as u64);
    }

    /// Decompresses once, at most `limit` bytes, onto the output.
    pub(crate) fn decode<R: Read>(
        &mut self,
        source: &mut Source<R>,
        out: &mut Output,
        limit: usize,
    ) -> Progress {
        if source.unread().is_empty() && !source.fill() {
            return Progress::Bad(match self.stage {
                Stage::Zstd { .. } => reason::TRUNCATED_ZSTD,
                _ => reason::TRUNCATED_GZIP,
            });
        }
        let left = usize::try_from(self.allowed().saturating_sub(self.written)).unwrap_or(usize::MAX);
        let limit = limit.min(left.saturating_add(1));
        let (read, written) = (source.offset(), out.len() as u64);
        let progress = match self.stage {
            Stage::GzipBody => self.inflate(source, out, limit),
            Stage::GzipTrailer => self.trailer(source),
            Stage::Zstd { checksum } => self.unzstd(source, out, limit, checksum),
        };
        self.read += source.offset() - read;
        self.written += out.len() as u64 - written;
        if self.is_above_ratio() {
            return Progress::Bad(reason::COMPRESSION_RATIO);
        }
        progress
    }

    fn inflate<R: Read>(&mut self, source: &mut Source<R>, out: &mut Output, limit: usize) -> Progress {
        let (read, written) = (self.inflate.total_in(), self.inflate.total_out());
        let result = self.inflate.decompress(source.unread(), out.room(limit), FlushDecompress::None);
        let read = usize::try_from(self.inflate.total_in() - read).expect("no more than was given");
        let written = usize::try_from(self.inflate.total_out() - written).expect("no more than the room");
        source.consume(read);
        self.crc.update(out.advance(written));
        match result {
            Ok(Status::StreamEnd) => {
                self.stage = Stage::GzipTrailer;
                Progress::More
            }
            // Without progress although there is input and room, it would never end.
            Ok(_) if read == 0 && written == 0 => Progress::Bad(reason::CORRUPT_GZIP),
            Ok(_) => Progress::More,
            Err(_) => Progress::Bad(reason::CORRUPT_GZIP),
        }
    }

    fn trailer<R: Read>(&mut self, source: &mut Source<R>) -> Progress {
        if !source.fill_to(8) {
            source.consume(source.unread().len());
            return Progress::Bad(reason::TRUNCATED_GZIP);
        }
        let word = |at: usize| {
            let bytes = source.unread();
            u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        let length = self.inflate.total_out() & u64::from(u32::MAX);
        if word(0) != self.crc.sum() || u64::from(word(4)) != length {
            return Progress::Bad(reason::CORRUPT_GZIP);
        }
        source.consume(8);
        Progress::End { verified: true }
    }

    fn unzstd<R: Read>(
        &mut self,
        source: &mut Source<R>,
        out: &mut Output,
        limit: usize,
        verified: bool,
    ) -> Progress {
        let Some(decoder) = &mut self.zstd else { return Progress::Bad(reason::CORRUPT_ZSTD) };
        let mut input = InBuffer::around(source.unread());
        let mut output = OutBuffer::around(out.room(limit));
        let result = decoder.run(&mut input, &mut output);
        let (read, written) = (input.pos(), output.pos());
        source.consume(read);
        out.advance(written);
        match result {
            Ok(0) => Progress::End { verified },
            Ok(_) if read == 0 && written == 0 => Progress::Bad(reason::CORRUPT_ZSTD),
            Ok(_) => Progress::More,
            Err(_) => Progress::Bad(reason::CORRUPT_ZSTD),
        }
    }
}

/// A decoder that refuses windows above the default; `None` for a dictionary that is none.
fn zstd_decoder(dictionary: &[u8]) -> Option<ZstdDecoder<'static>> {
    let mut decoder = ZstdDecoder::with_dictionary(dictionary).ok()?;
    decoder.set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG)).ok()?;
    Some(decoder)
}

/// Whether a gzip header has the extra field of BGZF (SAM specification, section 4.1).
fn is_bgzf(header: &[u8]) -> bool {
    header.len() >= 16 && header[3] & 4 != 0 && header[12..16] == *b"BC\x02\0"
}

/// A gzip header (RFC 1952) at the beginning of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum GzipHeader {
    More,
    Invalid,
    Complete(usize),
}

pub(crate) fn gzip_header(bytes: &[u8]) -> GzipHeader {
    let known = bytes.len().min(3);
    if bytes[..known] != GZIP[..known] {
        return GzipHeader::Invalid;
    }
    let Some(&flags) = bytes.get(3) else { return GzipHeader::More };
    if flags & 0xe0 != 0 {
        return GzipHeader::Invalid;
    }
    let mut len = 10;
    if flags & 4 != 0 {
        let Some(extra) = bytes.get(len..len + 2) else { return GzipHeader::More };
        len += 2 + usize::from(u16::from_le_bytes([extra[0], extra[1]]));
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let rest = bytes.get(len..).unwrap_or_default();
            let Some(end) = memchr::memchr(0, rest) else { return GzipHeader::More };
            len += end + 1;
        }
    }
    if flags & 2 != 0 {
        len += 2;
    }
    if bytes.len() < len { GzipHeader::More } else { GzipHeader::Complete(len) }
}
