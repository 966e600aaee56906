//! External sort of byte records.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind};
use crate::part::{PartKind, PartReader, PartWriter};

const RUN: PartKind = PartKind { name: *b"SRUN", version: 1 };

/// Runs that are merged at a time; each has a read buffer of 256 KiB.
const FAN_IN: usize = 64;

/// Sorts byte records by their bytes, in memory as far as a budget goes, beyond it through files. While files are merged
/// it holds no records, but up to 16 MiB of read buffers.
///
/// Numbers sort by value when they are written big-endian. Equal records all come out. The files are removed when the
/// sorter, or what it became, is dropped.
///
/// ```
/// use gleaner_spill::Sorter;
///
/// let folder = tempfile::tempdir()?;
/// let mut sorter = Sorter::new(&folder.path().join("words"), 1 << 20);
/// for word in ["two", "one", "three", "one"] {
///     sorter.push(word.as_bytes())?;
/// }
/// let mut sorted = sorter.finish()?;
/// let mut words = Vec::new();
/// while let Some(word) = sorted.next_record()? {
///     words.push(String::from_utf8_lossy(word).into_owned());
/// }
/// assert_eq!(words, ["one", "one", "three", "two"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Sorter {
    runs: Runs,
    memory: u64,
    bytes: Vec<u8>,
    records: Vec<Record>,
}

/// Where a record lies, and its first bytes, which decide most comparisons.
#[derive(Clone, Copy, Debug)]
struct Record {
    prefix: u64,
    start: usize,
    length: u32,
}

impl Sorter {
    /// A sorter that holds about `memory` bytes, at least 64 KiB, and names its files by `path` with a number behind.
    pub fn new(path: &Path, memory: u64) -> Sorter {
        let runs = Runs { path: path.to_path_buf(), next: 0, files: Vec::new(), spilled: 0 };
        Sorter { runs, memory: memory.max(1 << 16), bytes: Vec::new(), records: Vec::new() }
    }

    /// Takes a record.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when a file cannot be written; [`ErrorKind::TooLong`] for a record of 4 GiB and more.
    pub fn push(&mut self, record: &[u8]) -> Result<(), Error> {
        let length = u32::try_from(record.len());
        let length = length.map_err(|_| Error::new(&self.runs.path, ErrorKind::TooLong))?;
        if !self.records.is_empty() && !self.has_room(record.len()) {
            self.spill()?;
        }
        let mut prefix = [0; 8];
        let known = record.len().min(8);
        prefix[..known].copy_from_slice(&record[..known]);
        self.records.push(Record { prefix: u64::from_be_bytes(prefix), start: self.bytes.len(), length });
        self.bytes.extend_from_slice(record);
        Ok(())
    }

    /// Bytes written to files so far.
    pub fn spilled_bytes(&self) -> u64 {
        self.runs.spilled
    }

    /// The records in order.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when a file cannot be written or read.
    pub fn finish(mut self) -> Result<Sorted, Error> {
        if self.runs.files.is_empty() {
            self.sort();
            let Sorter { runs, bytes, records, .. } = self;
            return Ok(Sorted {
                runs,
                source: Source::Memory { bytes, records, next: 0 },
                record: Vec::new(),
            });
        }
        self.spill()?;
        let Sorter { mut runs, bytes, records, .. } = self;
        drop((bytes, records));
        while runs.files.len() > FAN_IN {
            runs.merge_some()?;
        }
        let merge = Merge::open(&runs.files)?;
        Ok(Sorted { runs, source: Source::Files(merge), record: Vec::new() })
    }

    /// Whether a record fits without growing beyond the budget, counting that growing holds the old list, too.
    fn has_room(&self, length: usize) -> bool {
        let grown = |len: usize, capacity: usize| if len <= capacity { capacity } else { 3 * capacity };
        let bytes = grown(self.bytes.len() + length, self.bytes.capacity());
        let records = grown(self.records.len() + 1, self.records.capacity()) * size_of::<Record>();
        (bytes + records) as u64 <= self.memory
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        let of = |record: &Record| &bytes[record.start..record.start + record.length as usize];
        self.records.sort_unstable_by(|left, right| (left.prefix, of(left)).cmp(&(right.prefix, of(right))));
    }

    fn spill(&mut self) -> Result<(), Error> {
        self.sort();
        let mut run = self.runs.create()?;
        for record in &self.records {
            run.append(&self.bytes[record.start..record.start + record.length as usize])?;
        }
        self.runs.spilled += run.finish()?.bytes;
        self.bytes.clear();
        self.records.clear();
        Ok(())
    }
}

/// The files of a sorter; removed with it.
#[derive(Debug)]
struct Runs {
    path: PathBuf,
    next: usize,
    files: Vec<PathBuf>,
    spilled: u64,
}

impl Runs {
    fn create(&mut self) -> Result<PartWriter, Error> {
        let mut path = self.path.as_os_str().to_owned();
        path.push(format!("-{:05}", self.next));
        self.next += 1;
        self.files.push(PathBuf::from(path));
        PartWriter::create(&self.files[self.files.len() - 1], RUN)
    }

    /// Makes one run of the oldest ones.
    fn merge_some(&mut self) -> Result<(), Error> {
        let mut merge = Merge::open(&self.files[..FAN_IN])?;
        let mut run = self.create()?;
        let mut record = Vec::new();
        while merge.next_record(&mut record)? {
            run.append(&record)?;
        }
        self.spilled += run.finish()?.bytes;
        for file in self.files.drain(..FAN_IN) {
            fs::remove_file(&file).map_err(Error::io(&file))?;
        }
        Ok(())
    }
}

impl Drop for Runs {
    fn drop(&mut self) {
        for file in &self.files {
            // What cannot be removed stays in the caller's folder; nothing takes it for anything else.
            let _ = fs::remove_file(file);
        }
    }
}

/// Sorted records; made by [`Sorter::finish`].
#[derive(Debug)]
pub struct Sorted {
    runs: Runs,
    source: Source,
    record: Vec<u8>,
}

#[derive(Debug)]
enum Source {
    Memory { bytes: Vec<u8>, records: Vec<Record>, next: usize },
    Files(Merge),
}

impl Sorted {
    /// The next record; `None` after the last.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; [`ErrorKind::Damaged`] when a file was changed.
    pub fn next_record(&mut self) -> Result<Option<&[u8]>, Error> {
        match &mut self.source {
            Source::Memory { bytes, records, next } => {
                let Some(record) = records.get(*next) else { return Ok(None) };
                *next += 1;
                Ok(Some(&bytes[record.start..record.start + record.length as usize]))
            }
            Source::Files(merge) => Ok(merge.next_record(&mut self.record)?.then_some(&self.record)),
        }
    }

    /// Bytes written to files.
    pub fn spilled_bytes(&self) -> u64 {
        self.runs.spilled
    }
}

/// Runs that are read together, smallest record first.
#[derive(Debug)]
struct Merge {
    runs: Vec<PartReader>,
    heads: BinaryHeap<Reverse<(Vec<u8>, usize)>>,
}

impl Merge {
    fn open(files: &[PathBuf]) -> Result<Merge, Error> {
        let runs = files.iter().map(|file| PartReader::open(file, RUN)).collect::<Result<Vec<_>, Error>>()?;
        let mut merge = Merge { heads: BinaryHeap::with_capacity(runs.len()), runs };
        for run in 0..merge.runs.len() {
            merge.refill(run, Vec::new())?;
        }
        Ok(merge)
    }

    fn next_record(&mut self, record: &mut Vec<u8>) -> Result<bool, Error> {
        let Some(Reverse((next, run))) = self.heads.pop() else { return Ok(false) };
        let spare = std::mem::replace(record, next);
        self.refill(run, spare)?;
        Ok(true)
    }

    fn refill(&mut self, run: usize, mut spare: Vec<u8>) -> Result<(), Error> {
        if let Some(record) = self.runs[run].next_record()? {
            spare.clear();
            spare.extend_from_slice(record);
            self.heads.push(Reverse((spare, run)));
        }
        Ok(())
    }
}
