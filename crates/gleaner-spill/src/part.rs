//! Writer and readers of one part file; the format is in the crate's documentation.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use xxhash_rust::xxh3::xxh3_64;

use crate::error::{Error, ErrorKind};

const MAGIC: &[u8; 8] = b"GLNRPART";
const HEADER_BYTES: u64 = 16;
const RECORD_HEADER_BYTES: usize = 12;
const END: u32 = u32::MAX;
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
    fn header(self) -> [u8; HEADER_BYTES as usize] {
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

/// Writes one part. Dropped without [`finish`](PartWriter::finish) it leaves no file.
#[derive(Debug)]
pub struct PartWriter {
    out: BufWriter<File>,
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
        let mut out = BufWriter::with_capacity(BUFFER_BYTES, file);
        out.write_all(&kind.header()).map_err(Error::io(&temporary))?;
        let summary = PartSummary { records: 0, bytes: HEADER_BYTES };
        Ok(PartWriter { out, path: path.to_path_buf(), temporary: Some(temporary), summary })
    }

    /// Appends a record; returns the offset by which [`PartLookup::read`] finds it.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; [`ErrorKind::TooLong`] for a record of 4 GiB and more.
    pub fn append(&mut self, record: &[u8]) -> Result<u64, Error> {
        let length = u32::try_from(record.len()).ok().filter(|&length| length != END);
        let length = length.ok_or_else(|| Error::new(&self.path, ErrorKind::TooLong))?;
        let offset = self.summary.bytes;
        let mut header = [0; RECORD_HEADER_BYTES];
        header[..4].copy_from_slice(&length.to_le_bytes());
        header[4..].copy_from_slice(&xxh3_64(record).to_le_bytes());
        self.write(&header)?;
        self.write(record)?;
        self.summary.records += 1;
        Ok(offset)
    }

    /// Ends the part and gives it its name.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; the part is then absent.
    pub fn finish(mut self) -> Result<PartSummary, Error> {
        let count = self.summary.records.to_le_bytes();
        self.write(&END.to_le_bytes())?;
        self.write(&count)?;
        self.write(&xxh3_64(&count).to_le_bytes())?;
        self.out.flush().map_err(Error::io(&self.path))?;
        if let Some(temporary) = &self.temporary {
            fs::rename(temporary, &self.path).map_err(Error::io(&self.path))?;
        }
        self.temporary = None;
        Ok(self.summary)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.out.write_all(bytes).map_err(Error::io(&self.path))?;
        self.summary.bytes += bytes.len() as u64;
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

fn check_header(input: &mut impl Read, path: &Path, kind: PartKind) -> Result<(), Error> {
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

/// Reads `length` bytes into `buffer`, growing it as they come: a damaged length allocates nothing.
fn read_bytes(input: &mut impl Read, length: u64, buffer: &mut Vec<u8>) -> io::Result<bool> {
    buffer.clear();
    Ok(input.take(length).read_to_end(buffer)? as u64 == length)
}

/// Reads the records of a part in order. Memory: the longest record.
#[derive(Debug)]
pub struct PartReader {
    input: BufReader<File>,
    path: PathBuf,
    record: Vec<u8>,
    offset: u64,
    records: u64,
    ended: bool,
}

impl PartReader {
    /// Opens the part `path`.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; [`ErrorKind::Foreign`] for a file of another kind or version.
    pub fn open(path: &Path, kind: PartKind) -> Result<PartReader, Error> {
        let file = File::open(path).map_err(Error::io(path))?;
        let mut input = BufReader::with_capacity(BUFFER_BYTES, file);
        check_header(&mut input, path, kind)?;
        let record = Vec::new();
        Ok(PartReader {
            input,
            path: path.to_path_buf(),
            record,
            offset: HEADER_BYTES,
            records: 0,
            ended: false,
        })
    }

    /// The next record; `None` after the last.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; [`ErrorKind::Damaged`] when a checksum or the number of records does not hold.
    pub fn next_record(&mut self) -> Result<Option<&[u8]>, Error> {
        if self.ended {
            return Ok(None);
        }
        let length = u32::from_le_bytes(self.array()?);
        let check = u64::from_le_bytes(self.array()?);
        if length == END {
            let count = check.to_le_bytes();
            let sum = u64::from_le_bytes(self.array()?);
            self.ended = true;
            let whole = check == self.records && sum == xxh3_64(&count);
            return if whole { Ok(None) } else { Err(self.damaged()) };
        }
        let complete = read_bytes(&mut self.input, u64::from(length), &mut self.record)
            .map_err(Error::io(&self.path))?;
        if !complete || xxh3_64(&self.record) != check {
            return Err(self.damaged());
        }
        self.offset += RECORD_HEADER_BYTES as u64 + u64::from(length);
        self.records += 1;
        Ok(Some(&self.record))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        match self.input.read_exact(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(self.damaged()),
            Err(error) => Err(Error::new(&self.path, ErrorKind::Io(error))),
        }
    }

    fn damaged(&self) -> Error {
        Error::new(&self.path, ErrorKind::Damaged { offset: self.offset })
    }
}

/// Fetches single records of a part by offset, from any thread.
#[derive(Debug)]
pub struct PartLookup {
    file: Mutex<File>,
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
        Ok(PartLookup { file: Mutex::new(file), path: path.to_path_buf(), bytes })
    }

    /// The offset of record number `index` in a part of which every record is `length` bytes long.
    pub fn offset_of(index: u64, length: usize) -> u64 {
        HEADER_BYTES + index * (RECORD_HEADER_BYTES + length) as u64
    }

    /// Reads the record at `offset` into `record`.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; [`ErrorKind::Damaged`] when no whole record stands there.
    pub fn read(&self, offset: u64, record: &mut Vec<u8>) -> Result<(), Error> {
        let mut file = self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let io = Error::io(&self.path);
        let damaged = || Error::new(&self.path, ErrorKind::Damaged { offset });
        let body = offset.saturating_add(RECORD_HEADER_BYTES as u64);
        if body > self.bytes {
            return Err(damaged());
        }
        file.seek(SeekFrom::Start(offset)).map_err(&io)?;
        let mut header = [0; RECORD_HEADER_BYTES];
        file.read_exact(&mut header).map_err(&io)?;
        let (length, check) = header.split_at(4);
        let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]);
        // What the file does not hold is not allocated.
        if length == END || u64::from(length) > self.bytes - body {
            return Err(damaged());
        }
        record.resize(length as usize, 0);
        file.read_exact(record).map_err(&io)?;
        if xxh3_64(record).to_le_bytes() == check { Ok(()) } else { Err(damaged()) }
    }
}
