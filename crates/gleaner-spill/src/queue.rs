//! Records that wait for another round.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::part::{PartKind, PartReader, PartWriter};

const ROUND: PartKind = PartKind { name: *b"QUEU", version: 1 };

/// A queue of byte records in rounds, in two files: what is put in one round is taken, in the same order, in the next.
///
/// The files are removed when the queue is dropped.
///
/// ```
/// use gleaner_spill::Queue;
///
/// let folder = tempfile::tempdir()?;
/// let mut queue = Queue::new(&folder.path().join("waiting"));
/// queue.put(b"later")?;
/// queue.turn()?;
/// let mut record = Vec::new();
/// assert!(queue.take(&mut record)? && record == b"later");
/// assert!(!queue.take(&mut record)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Queue {
    path: PathBuf,
    round: u32,
    putting: Option<PartWriter>,
    taking: Option<PartReader>,
    spilled: u64,
}

impl Queue {
    /// An empty queue that names its files by `path` with a number behind.
    pub fn new(path: &Path) -> Queue {
        Queue { path: path.to_path_buf(), round: 0, putting: None, taking: None, spilled: 0 }
    }

    /// Adds a record to the next round.
    ///
    /// # Errors
    /// As [`PartWriter::append`].
    pub fn put(&mut self, record: &[u8]) -> Result<(), Error> {
        if self.putting.is_none() {
            self.putting = Some(PartWriter::create(&self.file(self.round), ROUND)?);
        }
        self.putting.as_mut().map_or(Ok(()), |putting| putting.append(record).map(|_| ()))
    }

    /// Begins the next round. Records that were not taken are gone.
    ///
    /// # Errors
    /// As [`PartWriter::finish`] and [`PartReader::open`].
    pub fn turn(&mut self) -> Result<(), Error> {
        self.taking = None;
        self.remove_taken();
        let round = self.round;
        // Raised before anything can fail, so that the file goes with the queue.
        self.round += 1;
        if let Some(putting) = self.putting.take() {
            self.spilled += putting.finish()?.bytes;
            self.taking = Some(PartReader::open(&self.file(round), ROUND)?);
        }
        Ok(())
    }

    /// Writes the next record of the round over `record`; `false` after the last.
    ///
    /// # Errors
    /// As [`PartReader::next_record`].
    pub fn take(&mut self, record: &mut Vec<u8>) -> Result<bool, Error> {
        let next = self.taking.as_mut().map_or(Ok(None), PartReader::next_record)?;
        let Some(next) = next else { return Ok(false) };
        record.clear();
        record.extend_from_slice(next);
        Ok(true)
    }

    /// Bytes written to files in finished rounds.
    pub fn spilled_bytes(&self) -> u64 {
        self.spilled
    }

    fn file(&self, round: u32) -> PathBuf {
        let mut path = self.path.as_os_str().to_owned();
        path.push(format!("-{round:05}"));
        PathBuf::from(path)
    }

    fn remove_taken(&self) {
        if let Some(taken) = self.round.checked_sub(1) {
            // There is none when nothing was put; what cannot be removed stays in the caller's folder.
            let _ = fs::remove_file(self.file(taken));
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.taking = None;
        self.remove_taken();
    }
}
