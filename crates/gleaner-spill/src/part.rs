//! Writer and readers of one part file; the format is in the crate's documentation.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use crate::error::{Error, ErrorKind};
use crate::positioned::read_at;

const MAGIC: &[u8; 8] = b"GLNRPART";
pub(crate) const HEADER_BYTES: u64 = 16;
pub(crate) const RECORD_HEADER_BYTES: usize = 12;
pub(crate) const END: u32 = u32::MAX;
const BUFFER_BYTES: usize = 1 << 18;

/// What the records of a part are; a reader refuses parts of another kind or version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartKind {
    /// Four letters that name the kind.
    pub name: [u8; 4],
    /// Version of the records' encoding; raise it with every change of the encoding.
    pub version: u32,
}

impl PartKind {
    pub(crate) fn header(self) -> [u8; HEADER_BYTES as usize] {
        let mut header = [0; HEADER_BYTES as usize];
        header[..8].copy_from_slice(MAGIC);
        header[8..12].copy_from_slice(&self.name);
        header[12..].copy_from_slice(&self.version.to_le_bytes());
        header
    }
}

/// What a finished part holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PartSummary {
    /// Number of records.
    pub records: u64,
    /// Size of the file in bytes.
    pub bytes: u64,
}

/// Writes one part. Dropped without [`finish`](PartWriter::finish) it leaves no file. Memory: 256 KiB and the longest
/// record.
#[derive(Debug)]
pub struct PartWriter {
    file: File,
    /// What is not in the file yet.
    buffer: Vec<u8>,
    path: PathBuf,
    temporary: Option<PathBuf>,
    summary: PartSummary,
}

impl PartWriter {
    /// Begins the part `path`, beside it under a temporary name. An existing part is replaced when the new one
    /// is finished.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when the file cannot be made.
    pub fn create(path: &Path, kind: PartKind) -> Result<PartWriter, Error> {
        let mut temporary = path.as_os_str().to_owned();
        temporary.push(".tmp");
        let temporary = PathBuf::from(temporary);
        let file = File::create(&temporary).map_err(Error::io(&temporary))?;
        let mut buffer = Vec::with_capacity(BUFFER_BYTES);
        buffer.extend_from_slice(&kind.header());
        let summary = PartSummary { records: 0, bytes: HEADER_BYTES };
        Ok(PartWriter { file, buffer, path: path.to_path_buf(), temporary: Some(temporary), summary })
    }

    /// Appends a record; returns the offset by which [`PartLookup::read`] finds it.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; [`ErrorKind::TooLong`] for a record of 4 GiB and more.
    pub fn append(&mut self, record: &[u8]) -> Result<u64, Error> {
        self.append_with(|buffer| {
            buffer.extend_from_slice(record);
            Ok(())
        })
    }

    /// As [`append`](PartWriter::append), of the record that `encode` appends to what it is given: it need not be made
    /// elsewhere and copied.
    ///
    /// # Errors
    /// As [`append`](PartWriter::append), and those of `encode`, after which the record is not there.
    ///
    /// # Panics
    /// When `encode` takes away bytes that it has not appended.
    pub fn append_with<E: From<Error>>(
        &mut self,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<u64, E> {
        let start = self.buffer.len();
        self.buffer.extend_from_slice(&[0; RECORD_HEADER_BYTES]);
        let encoded = encode(&mut self.buffer).and_then(|()| match seal(&mut self.buffer[start..]) {
            true => Ok(()),
            false => Err(Error::new(&self.path, ErrorKind::TooLong).into()),
        });
        if let Err(error) = encoded {
            self.buffer.truncate(start);
            return Err(error);
        }
        let offset = self.summary.bytes;
        self.summary.bytes += (self.buffer.len() - start) as u64;
        self.summary.records += 1;
        if self.buffer.len() >= BUFFER_BYTES {
            self.flush()?;
        }
        Ok(offset)
    }

    /// Ends the part and gives it its name.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; the part is then absent.
    pub fn finish(mut self) -> Result<PartSummary, Error> {
        let count = self.summary.records.to_le_bytes();
        let before = self.buffer.len();
        self.buffer.extend_from_slice(&END.to_le_bytes());
        self.buffer.extend_from_slice(&count);
        self.buffer.extend_from_slice(&xxh3_64(&count).to_le_bytes());
        self.summary.bytes += (self.buffer.len() - before) as u64;
        self.flush()?;
        if let Some(temporary) = &self.temporary {
            fs::rename(temporary, &self.path).map_err(Error::io(&self.path))?;
        }
        self.temporary = None;
        Ok(self.summary)
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.file.write_all(&self.buffer).map_err(Error::io(&self.path))?;
        self.buffer.clear();
        // What a long record took is not kept.
        self.buffer.shrink_to(2 * BUFFER_BYTES);
        Ok(())
    }
}

impl Drop for PartWriter {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // Nothing can be done about a temporary file that cannot be removed; no reader takes it for a part.
            let _ = fs::remove_file(temporary);
        }
    }
}

/// Writes the header of a record before it, where there is room for it. False when the record is too long.
pub(crate) fn seal(bytes: &mut [u8]) -> bool {
    let (header, record) = bytes.split_at_mut(RECORD_HEADER_BYTES);
    let Some(length) = u32::try_from(record.len()).ok().filter(|&length| length != END) else { return false };
    header[..4].copy_from_slice(&length.to_le_bytes());
    header[4..].copy_from_slice(&xxh3_64(record).to_le_bytes());
    true
}

pub(crate) fn check_header(input: &mut impl Read, path: &Path, kind: PartKind) -> Result<(), Error> {
    let mut header = [0; HEADER_BYTES as usize];
    match input.read_exact(&mut header) {
        Ok(()) if header == kind.header() => Ok(()),
        Ok(()) => Err(Error::new(path, ErrorKind::Foreign)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(Error::new(path, ErrorKind::Foreign))
        }
        Err(error) => Err(Error::new(path, ErrorKind::Io(error))),
    }
}

/// The next bytes of a file.
#[derive(Debug)]
struct Window {
    file: File,
    bytes: Vec<u8>,
    /// Which of the bytes were read and not yet taken.
    held: Range<usize>,
}

impl Window {
    fn new(file: File) -> Window {
        Window { file, bytes: vec![0; BUFFER_BYTES], held: 0..0 }
    }

    fn held(&self) -> &[u8] {
        &self.bytes[self.held.clone()]
    }

    /// Holds at least `needed` bytes, unless the file ends before. Grows as they come: a damaged length allocates
    /// nothing.
    fn fill(&mut self, needed: usize) -> io::Result<bool> {
        while self.held.len() < needed {
            if self.held.start > 0 {
                self.bytes.copy_within(self.held.clone(), 0);
                self.held = 0..self.held.len();
                // What a long record took is not kept.
                if self.bytes.len() > BUFFER_BYTES && needed <= BUFFER_BYTES {
                    self.bytes.truncate(self.held.len().max(BUFFER_BYTES));
                    self.bytes.shrink_to_fit();
                }
            }
            if self.held.end == self.bytes.len() {
                self.bytes.resize(needed.min(2 * self.bytes.len()), 0);
            }
            match self.file.read(&mut self.bytes[self.held.end..]) {
                Ok(0) => return Ok(false),
                Ok(read) => self.held.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

/// A record's number in its part, from 0, and the record.
pub type Numbered<'a> = (u64, &'a [u8]);

/// Reads the records of a part in order. Memory: 256 KiB, or the longest record.
#[derive(Debug)]
pub struct PartReader {
    window: Window,
    path: PathBuf,
    offset: u64,
    records: u64,
    ended: bool,
    /// Number and place of the records that were asked for together.
    found: Vec<(u64, Range<usize>)>,
}

impl PartReader {
    /// Whether a whole part stands at `path`, of whatever kind. Reads all of it.
    ///
    /// # Errors
    /// [`ErrorKind::Io`], but not for a file that is absent.
    pub fn is_whole(path: &Path) -> Result<bool, Error> {
        let mut file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            file => file.map_err(Error::io(path))?,
        };
        let mut header = Vec::new();
        (&mut file).take(HEADER_BYTES).read_to_end(&mut header).map_err(Error::io(path))?;
        if header.len() as u64 != HEADER_BYTES || !header.starts_with(MAGIC) {
            return Ok(false);
        }
        let mut reader = PartReader::behind_header(file, path);
        loop {
            match reader.next_record() {
                Ok(Some(_)) => {}
                Ok(None) => return Ok(true),
                Err(error) if matches!(error.kind(), ErrorKind::Damaged { .. }) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
    }

    /// Opens the part `path`.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; [`ErrorKind::Foreign`] for a file of another kind or version.
    pub fn open(path: &Path, kind: PartKind) -> Result<PartReader, Error> {
        let mut file = File::open(path).map_err(Error::io(path))?;
        check_header(&mut file, path, kind)?;
        Ok(PartReader::behind_header(file, path))
    }

    fn behind_header(file: File, path: &Path) -> PartReader {
        PartReader {
            window: Window::new(file),
            path: path.to_path_buf(),
            offset: HEADER_BYTES,
            records: 0,
            ended: false,
            found: Vec::new(),
        }
    }

    /// Opens another part with the buffers of this one.
    ///
    /// # Errors
    /// As [`open`](PartReader::open); the reader then stays where it was.
    pub fn reopen(&mut self, path: &Path, kind: PartKind) -> Result<(), Error> {
        let mut file = File::open(path).map_err(Error::io(path))?;
        check_header(&mut file, path, kind)?;
        self.window.file = file;
        self.window.held = 0..0;
        self.path = path.to_path_buf();
        (self.offset, self.records, self.ended) = (HEADER_BYTES, 0, false);
        Ok(())
    }

    /// The next record; `None` after the last.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; [`ErrorKind::Damaged`] when a checksum or the number of records does not hold.
    pub fn next_record(&mut self) -> Result<Option<&[u8]>, Error> {
        Ok(self.take(|_| true)?.map(|place| &self.window.bytes[place]))
    }

    /// The records that are `wanted` by their number in the part, with it, as many as were read at once and at least
    /// one; `None` after the last. The others are passed over, whether they are damaged or not.
    ///
    /// # Errors
    /// As [`next_record`](PartReader::next_record).
    pub fn next_records(
        &mut self,
        mut wanted: impl FnMut(u64) -> bool,
    ) -> Result<Option<Vec<Numbered<'_>>>, Error> {
        self.found.clear();
        while self.found.is_empty() || self.has_whole() {
            let (number, mut is_wanted) = (self.records, false);
            let place = self.take(|number| {
                is_wanted = wanted(number);
                is_wanted
            })?;
            match place {
                Some(place) if is_wanted => self.found.push((number, place)),
                Some(_) => {}
                None => break,
            }
        }
        if self.found.is_empty() {
            return Ok(None);
        }
        let bytes = &self.window.bytes;
        Ok(Some(self.found.iter().map(|(number, place)| (*number, &bytes[place.clone()])).collect()))
    }

    /// Whether the next record can be taken without reading, which would overwrite those before it.
    fn has_whole(&self) -> bool {
        let held = self.window.held();
        header(held)
            .is_some_and(|(length, _)| length != END && held.len() - RECORD_HEADER_BYTES >= length as usize)
    }

    /// Takes the next record and returns its place in the window.
    fn take(&mut self, is_checked: impl FnOnce(u64) -> bool) -> Result<Option<Range<usize>>, Error> {
        if self.ended {
            return Ok(None);
        }
        let (length, check) = self.header()?;
        if length == END {
            return self.end(check);
        }
        let size = RECORD_HEADER_BYTES.saturating_add(length as usize);
        self.fill(size)?;
        let held = self.window.held.clone();
        let record = held.start + RECORD_HEADER_BYTES..held.start + size;
        if is_checked(self.records) && xxh3_64(&self.window.bytes[record.clone()]) != check {
            return Err(self.damaged());
        }
        self.window.held.start = record.end;
        self.offset += size as u64;
        self.records += 1;
        Ok(Some(record))
    }

    fn end(&mut self, check: u64) -> Result<Option<Range<usize>>, Error> {
        self.fill(RECORD_HEADER_BYTES + 8)?;
        let sum = self.window.held()[RECORD_HEADER_BYTES..].first_chunk().map(|sum| u64::from_le_bytes(*sum));
        self.ended = true;
        let whole = check == self.records && sum == Some(xxh3_64(&check.to_le_bytes()));
        if whole { Ok(None) } else { Err(self.damaged()) }
    }

    fn header(&mut self) -> Result<(u32, u64), Error> {
        self.fill(RECORD_HEADER_BYTES)?;
        header(self.window.held()).ok_or_else(|| self.damaged())
    }

    fn fill(&mut self, needed: usize) -> Result<(), Error> {
        match self.window.fill(needed) {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.damaged()),
            Err(error) => Err(Error::new(&self.path, ErrorKind::Io(error))),
        }
    }

    fn damaged(&self) -> Error {
        Error::new(&self.path, ErrorKind::Damaged { offset: self.offset })
    }
}

/// Length and checksum of the record at the start of `bytes`.
pub(crate) fn header(bytes: &[u8]) -> Option<(u32, u64)> {
    let (length, rest) = bytes.split_first_chunk()?;
    let check = rest.first_chunk()?;
    Some((u32::from_le_bytes(*length), u64::from_le_bytes(*check)))
}

/// Fetches single records of a part by offset, from any thread.
#[derive(Debug)]
pub struct PartLookup {
    file: File,
    path: PathBuf,
    /// Size of the file.
    bytes: u64,
}

impl PartLookup {
    /// Opens the part `path`.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; [`ErrorKind::Foreign`] for a file of another kind or version.
    pub fn open(path: &Path, kind: PartKind) -> Result<PartLookup, Error> {
        let mut file = File::open(path).map_err(Error::io(path))?;
        check_header(&mut file, path, kind)?;
        let bytes = file.metadata().map_err(Error::io(path))?.len();
        Ok(PartLookup { file, path: path.to_path_buf(), bytes })
    }

    /// The offset of record number `index` in a part of which every record is `length` bytes long.
    pub fn offset_of(index: u64, length: usize) -> u64 {
        HEADER_BYTES + index * (RECORD_HEADER_BYTES + length) as u64
    }

    /// Reads the record at `offset` into `buffer` and returns it. `likely` is about how long it is: a longer record is
    /// read in two steps, for a shorter one more is read than is needed.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; [`ErrorKind::Damaged`] when no whole record stands there.
    pub fn read<'b>(&self, offset: u64, likely: usize, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], Error> {
        let damaged = || Error::new(&self.path, ErrorKind::Damaged { offset });
        let left = self.bytes.saturating_sub(offset);
        let wanted = (RECORD_HEADER_BYTES as u64).saturating_add(likely as u64).min(left);
        self.read_into(offset, wanted, buffer)?;
        let (length, check) = header(buffer).filter(|(length, _)| *length != END).ok_or_else(damaged)?;
        let size = RECORD_HEADER_BYTES as u64 + u64::from(length);
        // What the file does not hold is not allocated.
        if size > left {
            return Err(damaged());
        }
        if size > wanted {
            self.read_into(offset, size, buffer)?;
        }
        let record = &buffer[RECORD_HEADER_BYTES..size as usize];
        if xxh3_64(record) == check { Ok(record) } else { Err(damaged()) }
    }

    /// Reads `size` bytes over what the buffer holds.
    fn read_into(&self, offset: u64, size: u64, buffer: &mut Vec<u8>) -> Result<(), Error> {
        let size = usize::try_from(size).map_err(|_| Error::new(&self.path, ErrorKind::TooLong))?;
        buffer.resize(size, 0);
        read_at(&self.file, buffer, offset).map_err(Error::io(&self.path))
    }
}
