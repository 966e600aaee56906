//! Records that are added one by one and survive the process that adds them.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind};
use crate::part::{END, HEADER_BYTES, PartKind, RECORD_HEADER_BYTES, check_header, header, seal};

/// A file to which byte records are added, each of them whole or absent.
///
/// A record is handed to the system when it is appended: it outlives the process. It outlives the machine from the next
/// [`sync`](Log::sync) on. What was cut or damaged since is left out when the log is opened again, with all that came
/// after it. The format is that of a part without an end.
///
/// ```
/// use gleaner_spill::{Log, PartKind};
///
/// const DONE: PartKind = PartKind { name: *b"DONE", version: 1 };
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("log");
/// let mut log = Log::create(&path, DONE)?;
/// log.append(b"one")?;
/// log.append(b"two")?;
/// drop(log);
///
/// let mut records = Vec::new();
/// let mut log = Log::open(&path, DONE, |record| {
///     records.push(record.to_vec());
///     true
/// })?;
/// log.append(b"three")?;
/// assert_eq!(records, [b"one", b"two"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Log {
    file: File,
    path: PathBuf,
    buffer: Vec<u8>,
}

impl Log {
    /// An empty log at `path`, in place of what is there.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when the file cannot be made.
    pub fn create(path: &Path, kind: PartKind) -> Result<Log, Error> {
        let mut file = File::create(path).map_err(Error::io(path))?;
        file.write_all(&kind.header()).map_err(Error::io(path))?;
        Ok(Log { file, path: path.to_path_buf(), buffer: Vec::new() })
    }

    /// Opens the log at `path` and gives its records to `each`, in order, as long as it returns true. The log then ends
    /// with the last record for which it did: it goes on from there. Memory: the longest record.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; [`ErrorKind::Foreign`] for a file of another kind or version.
    pub fn open(path: &Path, kind: PartKind, mut each: impl FnMut(&[u8]) -> bool) -> Result<Log, Error> {
        let io = Error::io(path);
        let mut file = File::options().read(true).write(true).open(path).map_err(&io)?;
        check_header(&mut file, path, kind)?;
        let size = file.metadata().map_err(&io)?.len();
        let (mut input, mut end, mut record) = (BufReader::new(&file), HEADER_BYTES, Vec::new());
        while let Some(bytes) = next(&mut input, size - end, &mut record).map_err(&io)? {
            if !each(&record) {
                break;
            }
            end += bytes;
        }
        file.set_len(end).map_err(&io)?;
        file.seek(SeekFrom::Start(end)).map_err(&io)?;
        Ok(Log { file, path: path.to_path_buf(), buffer: Vec::new() })
    }

    /// Adds a record. After an error nothing may be added.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; [`ErrorKind::TooLong`] for a record of 4 GiB and more.
    pub fn append(&mut self, record: &[u8]) -> Result<(), Error> {
        self.buffer.clear();
        self.buffer.extend_from_slice(&[0; RECORD_HEADER_BYTES]);
        self.buffer.extend_from_slice(record);
        if !seal(&mut self.buffer) {
            return Err(Error::new(&self.path, ErrorKind::TooLong));
        }
        self.file.write_all(&self.buffer).map_err(Error::io(&self.path))
    }

    /// Waits until all records are on the disk.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]: it is not known then which records are there.
    pub fn sync(&mut self) -> Result<(), Error> {
        self.file.sync_data().map_err(Error::io(&self.path))
    }
}

/// Reads the next record, of which there are `left` bytes at most, and returns how many it takes in the file; `None` where
/// no whole one stands. What the file does not hold is not allocated.
fn next(input: &mut impl Read, left: u64, record: &mut Vec<u8>) -> io::Result<Option<u64>> {
    let mut head = [0; RECORD_HEADER_BYTES];
    match input.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let Some((length, check)) = header(&head).filter(|(length, _)| *length != END) else { return Ok(None) };
    let bytes = RECORD_HEADER_BYTES as u64 + u64::from(length);
    if bytes > left {
        return Ok(None);
    }
    record.clear();
    input.take(u64::from(length)).read_to_end(record)?;
    let is_whole = record.len() == length as usize && xxhash_rust::xxh3::xxh3_64(record) == check;
    Ok(is_whole.then_some(bytes))
}
