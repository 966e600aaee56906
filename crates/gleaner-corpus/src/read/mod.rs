//! From files to batches of raw records, and from these to records.

use std::iter;

use gleaner_archive::Tally;
use serde::{Deserialize, Serialize};

use crate::input::format::{Compression, Format, sniff};
use crate::input::stored::{Stored, io_error};
use crate::{InputFile, InputSet};

mod archive;
mod batch;
#[cfg(feature = "parquet")]
mod footer;
mod json;
mod lines;
mod members;
mod metadata;
#[cfg_attr(not(feature = "parquet"), path = "../without_parquet/read.rs")]
mod parquet;
mod row;
#[cfg(feature = "parquet")]
mod rows;
mod summary;
mod whole;

pub use batch::{BatchRecord, Content, Decoded, Item, RawBatch, Record};
use batch::{Builder, Passed, Spare};
pub use parquet::common_columns;
use summary::Counts;
pub use summary::{ArchiveSummary, ByteSums, count_kind};

/// Which of a row's fields is read when it has both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prefer {
    /// `html`: what `run` and `clean` want.
    #[default]
    Html,
    /// `text`: what `dedup` wants.
    Text,
}

/// What becomes of a record of an archive whose digest differs from the one it states.
///
/// Compared are `WARC-Block-Digest` and `WARC-Payload-Digest` of records with text, as
/// [`check_digests`](gleaner_archive::check_digests) does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VerifyDigests {
    /// Digests are not looked at.
    Off,
    /// It is used, and counted in [`ArchiveSummary::digest_mismatches`].
    #[default]
    Warn,
    /// It is rejected as `digest-mismatch`, and counted.
    Reject,
}

/// How files become records.
///
/// ```
/// let options = gleaner_corpus::ReadOptions::default();
/// assert_eq!(options.max_record_size, 32 << 20);
/// ```
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// Which field is read when a row has both. Default [`Prefer::Html`].
    pub prefer: Prefer,
    /// The field that holds the text. Default `None`: `text`, then `raw_content`, then `content`.
    pub text_field: Option<String>,
    /// The field that holds the id. Default `None`: `id`.
    pub id_field: Option<String>,
    /// Largest record in bytes: a JSON line, a page or text, the block of an archive's record, the text of a Parquet
    /// row. A larger one is rejected as `record-too-large`, without being held in memory. Default 32 MiB.
    pub max_record_size: u64,
    /// Longest line of JSONL in bytes, where it is to be less than `max_record_size`. A longer one is rejected as
    /// `line-too-long`. Default: no such limit.
    pub max_line_size: Option<u64>,
    /// Largest header of an archive's record, and largest HTTP head of a page in it, in bytes. A larger header is a gap,
    /// a larger head rejects its record, both as `header-too-large`. Default 64 KiB.
    pub max_header_size: usize,
    /// Most bytes that a member of an archive or of compressed JSONL may give for each of its own, beyond 1 MiB for all
    /// members of a file; one that gives more is rejected, or its rest a gap, as `compression-ratio`. Default 1,000.
    pub max_compression_ratio: u64,
    /// Most content codings on top of each other of a page in an archive; more are rejected as
    /// `content-codings-nested`. Default 4.
    pub max_codings: usize,
    /// What becomes of a record whose digest differs. Default [`VerifyDigests::Warn`].
    pub verify_digests: VerifyDigests,
    /// Decoded bytes after which a batch ends. Default 8 MiB. Part of what fixes the batches, so of the result's
    /// layout, not of its rows.
    pub batch_bytes: usize,
    /// Whether Parquet batches carry their other columns for [`DocumentWriter`](crate::DocumentWriter) (else they go
    /// to `metadata`). For inputs of which [`common_columns`] gave a schema. Default false.
    pub keep_columns: bool,
}

impl Default for ReadOptions {
    fn default() -> ReadOptions {
        ReadOptions {
            prefer: Prefer::Html,
            text_field: None,
            id_field: None,
            max_record_size: 32 << 20,
            max_line_size: None,
            max_header_size: 64 << 10,
            max_compression_ratio: 1000,
            max_codings: 4,
            verify_digests: VerifyDigests::Warn,
            batch_bytes: 8 << 20,
            keep_columns: false,
        }
    }
}

/// What was read of one input file, known when the reader has passed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSummary {
    /// Name of the input.
    pub name: String,
    /// Its format; `None` where it was not found out: an empty file, one that cannot be opened, or no text.
    pub format: Option<Format>,
    /// Bytes read of the file as stored.
    pub size: u64,
    /// `xxh3-128:` and 32 hex digits, of the file as stored.
    pub digest: String,
    /// Of an archive, what its bytes and records turned out to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<ArchiveSummary>,
}

/// Whether a source has more for the next batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fill {
    /// The batch is full.
    Full,
    /// The source has given everything.
    Done,
}

/// What splits one file into raw records.
trait Source: Send {
    /// Adds records until the batch is full or the file at its end. Where a batch ends depends on the file and the
    /// options only.
    fn fill(&mut self, batch: &mut Builder) -> Fill;

    /// Bytes of the file that the records given so far stand for, where it is not what was read of it.
    fn position(&self) -> Option<u64> {
        None
    }

    /// Of an archive, where its bytes went.
    fn tally(&self) -> Option<Tally> {
        None
    }
}

/// Reads the files of a set one after the other into batches.
///
/// An iterator that ends after the last batch of the last file. Errors of input and output are items of a batch (a gap
/// with the reason `io-error`), never the end of the run. Making a batch is cheap: the work is in
/// [`RawBatch::decode`], on any thread. Where batches end depends on the inputs and the options alone. Memory: one
/// batch ([`ReadOptions::batch_bytes`] and one record beyond it).
pub struct BatchReader {
    files: std::vec::IntoIter<InputFile>,
    options: ReadOptions,
    current: Option<Current>,
    /// Files that were opened.
    opened: usize,
    summaries: Vec<FileSummary>,
    /// What is counted of them when their records are decoded.
    counts: Vec<Counts>,
    /// How many of them the batches so far tell.
    told_files: usize,
    /// Stored bytes of the files that were passed.
    passed: u64,
    /// Of `bytes_read`, what earlier batches stand for.
    told: u64,
    spare: Spare,
}

struct Current {
    input: InputFile,
    stored: Stored,
    source: Box<dyn Source>,
    /// Its place among the inputs.
    number: usize,
    counts: Counts,
}

impl std::fmt::Debug for BatchReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BatchReader").field("waiting", &self.files.as_slice()).finish_non_exhaustive()
    }
}

impl BatchReader {
    /// A reader of `inputs`. Nothing is opened before the first batch is asked for.
    pub fn new(inputs: InputSet, options: ReadOptions) -> BatchReader {
        BatchReader {
            files: inputs.files.into_iter(),
            options,
            current: None,
            opened: 0,
            summaries: Vec::new(),
            counts: Vec::new(),
            told_files: 0,
            passed: 0,
            told: 0,
            spare: Spare::default(),
        }
    }

    /// A reader that goes on where another one of the same unchanged `inputs` with the same options ended, and how many
    /// batches it leaves out. `records` are those of the first batches, in order.
    ///
    /// It begins with the first file of which no record tells that it ended: of that one it gives batches again which
    /// have a record, for [`RawBatch::pass`].
    ///
    /// ```
    /// use gleaner_corpus::{BatchReader, InputOptions, ReadOptions, resolve_inputs};
    /// # let folder = tempfile::tempdir()?;
    /// # std::fs::write(folder.path().join("a.jsonl"), "{\"text\":\"one\"}\n".repeat(5))?;
    /// # std::fs::write(folder.path().join("b.jsonl"), "{\"text\":\"two\"}\n".repeat(5))?;
    /// let inputs = resolve_inputs(&[folder.path().into()], &InputOptions::default())?;
    /// let options = ReadOptions { batch_bytes: 32, ..ReadOptions::default() };
    /// let mut reader = BatchReader::new(inputs.clone(), options.clone());
    /// let records: Vec<_> = reader
    ///     .by_ref()
    ///     .take(3)
    ///     .map(|batch| batch.decode(&options, |_| Ok::<(), std::io::Error>(())).map(|decoded| decoded.record))
    ///     .collect::<Result<_, _>>()?;
    ///
    /// let (resumed, passed) = BatchReader::resume(inputs, options, &records);
    /// assert_eq!((resumed.summaries()[0].name.as_str(), passed), ("a.jsonl", 2));
    /// assert_eq!(passed + resumed.count(), 3 + reader.count());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn resume(inputs: InputSet, options: ReadOptions, records: &[BatchRecord]) -> (BatchReader, usize) {
        let mut reader = BatchReader::new(inputs, options);
        let ends = records.iter().map(|record| record.passed.next_file);
        let last = ends.enumerate().filter_map(|(batch, next)| Some((batch + 1, next?))).next_back();
        let Some((batches, next_file)) = last.filter(|(_, next)| *next <= reader.files.len()) else {
            return (reader, 0);
        };
        for record in &records[..batches] {
            reader.summaries.extend_from_slice(&record.passed.files);
        }
        reader.counts.resize_with(reader.summaries.len(), Counts::default);
        for (number, found) in records[..batches].iter().flat_map(|record| &record.found) {
            if let Some(counts) = reader.counts.get(*number) {
                counts.add(found);
            }
        }
        reader.files.by_ref().take(next_file).for_each(drop);
        reader.opened = next_file;
        reader.told_files = reader.summaries.len();
        reader.passed = reader.summaries.iter().map(|file| file.size).sum();
        reader.told = reader.passed;
        (reader, batches)
    }

    /// Bytes of stored input read so far (for progress).
    pub fn bytes_read(&self) -> u64 {
        let current = self
            .current
            .as_ref()
            .map(|file| file.source.position().unwrap_or_else(|| file.stored.consumed()));
        self.passed + current.unwrap_or(0)
    }

    /// Summaries of the files that were read, in order; those of archives without what decoding counts. Complete after the
    /// last batch.
    pub fn summaries(&self) -> &[FileSummary] {
        &self.summaries
    }

    /// Summaries of the files that were read, in order; complete after the last batch was decoded.
    pub fn into_summaries(mut self) -> Vec<FileSummary> {
        for (summary, counts) in self.summaries.iter_mut().zip(&self.counts) {
            if let Some(archive) = &mut summary.archive {
                archive.add(counts);
            }
        }
        self.summaries
    }

    fn open(&mut self, mut input: InputFile, batch: &mut Builder) {
        let number = self.opened;
        self.opened += 1;
        let opened = Stored::open(&input).and_then(|stored| stored.peek().map(|start| (stored, start)));
        let (stored, start) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                batch.begin_file(number, &input.name, &Counts::default());
                batch.gap(0, input.size.unwrap_or(0), io_error(&error));
                return self.summarise(&input, None, None, Counts::default());
            }
        };
        input.format = input.format.or_else(|| sniff(&start)).filter(|_| !start.is_empty());
        let compression = Compression::of(&start);
        let counts = Counts::default();
        let source: Box<dyn Source> = match input.format {
            _ if start.is_empty() => Box::new(Unreadable(None)),
            None => Box::new(Unreadable(Some(stored.clone()))),
            Some(Format::Warc) => Box::new(archive::Archive::new(&stored, &self.options)),
            Some(Format::Html | Format::Text) => {
                Box::new(whole::Whole::new(&stored, compression, input.format, &self.options))
            }
            Some(Format::Jsonl) => Box::new(lines::Lines::new(&stored, compression, &self.options)),
            Some(Format::Parquet) => Box::new(parquet::Rows::new(&stored, &input, &self.options)),
        };
        self.current = Some(Current { input, stored, source, number, counts });
    }

    fn close(&mut self, mut file: Current, batch: &mut Builder) {
        let before = file.stored.failed();
        if let Err(error) = file.stored.drain()
            && !before
        {
            batch.gap(file.stored.consumed(), 0, io_error(&error));
        }
        let archive = file.source.tally().map(|tally| ArchiveSummary::of(&tally));
        self.summarise(&file.input, Some(&file.stored), archive, file.counts);
    }

    fn summarise(
        &mut self,
        input: &InputFile,
        stored: Option<&Stored>,
        archive: Option<ArchiveSummary>,
        counts: Counts,
    ) {
        let digest = stored
            .map_or_else(|| format!("xxh3-128:{:032x}", xxhash_rust::xxh3::xxh3_128(b"")), Stored::digest);
        let size = stored.map_or(0, Stored::consumed);
        self.passed += size;
        self.summaries.push(FileSummary {
            name: input.name.clone(),
            format: input.format,
            size,
            digest,
            archive,
        });
        self.counts.push(counts);
    }

    /// How far the reader is, for the batch that ends here.
    fn passed(&mut self) -> Passed {
        let files = self.summaries[self.told_files..].to_vec();
        self.told_files = self.summaries.len();
        Passed { files, next_file: self.current.is_none().then_some(self.opened) }
    }
}

impl Iterator for BatchReader {
    type Item = RawBatch;

    fn next(&mut self) -> Option<RawBatch> {
        let mut batch = Builder::new(&self.options, &self.spare);
        // A reader can go on behind a file that ends with its batch.
        let begun_before = self.current.is_some();
        loop {
            if let Some(mut file) = self.current.take() {
                batch.begin_file(file.number, &file.input.name, &file.counts);
                if file.source.fill(&mut batch) == Fill::Full {
                    self.current = Some(file);
                    break;
                }
                self.close(file, &mut batch);
                if begun_before || batch.is_full() {
                    break;
                }
            }
            let Some(input) = self.files.next() else { break };
            self.open(input, &mut batch);
        }
        let read = self.bytes_read();
        let stored = read.saturating_sub(self.told);
        self.told = self.told.max(read);
        let ended = self.current.is_none() && self.files.as_slice().is_empty();
        if ended && batch.is_empty() && stored == 0 {
            None
        } else {
            Some(batch.finish(stored, self.passed()))
        }
    }
}

impl iter::FusedIterator for BatchReader {}

/// A file without a record: empty, or in no known format.
struct Unreadable(Option<Stored>);

impl Source for Unreadable {
    fn fill(&mut self, batch: &mut Builder) -> Fill {
        if let Some(mut stored) = self.0.take() {
            // A failure to read is told when the file is closed.
            let _ = stored.drain();
            batch.gap(0, stored.consumed(), "unknown-format");
        }
        Fill::Done
    }
}
