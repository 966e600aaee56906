//! What does not fit into memory: part files, an external sort, a queue.
//!
//! A part is a sequence of byte records behind a header that names its kind and version. [`PartWriter`]
//! writes one under a temporary name and renames it when it is whole, so that a part is complete or absent.
//! [`PartReader`] reads the records in order, one by one or those that are wanted many at a time,
//! [`PartLookup`] fetches single ones by the offset that [`PartWriter::append`] returned. Every record carries
//! its XXH3 checksum: what was damaged on disk is an [`Error`], never a wrong record.
//!
//! [`Log`] takes records one by one and keeps those it has when its process is killed.
//!
//! [`Sorter`] sorts records within a memory budget, [`Queue`] holds them for another round; both write parts and remove
//! them.
//!
//! The crate knows nothing of documents, and opens no path that it was not given.
//!
//! ```
//! use gleaner_spill::{PartKind, PartReader, PartWriter};
//!
//! const WORDS: PartKind = PartKind { name: *b"WORD", version: 1 };
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("words-00000");
//!
//! let mut writer = PartWriter::create(&path, WORDS)?;
//! writer.append(b"one")?;
//! writer.append(b"two")?;
//! assert_eq!(writer.finish()?.records, 2);
//!
//! let mut reader = PartReader::open(&path, WORDS)?;
//! assert_eq!(reader.next_record()?, Some(&b"one"[..]));
//! assert_eq!(reader.next_record()?, Some(&b"two"[..]));
//! assert_eq!(reader.next_record()?, None);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Format, version 1
//!
//! `GLNRPART`, the kind's name (4 bytes), its version (`u32`); then each record as length (`u32`), XXH3-64 of
//! its bytes (`u64`), bytes; at the end `u32::MAX`, the number of records (`u64`) and the XXH3-64 of that
//! number. Integers are little-endian.

mod error;
mod log;
mod part;
mod positioned;
mod queue;
mod sorter;

pub use error::{Error, ErrorKind};
pub use log::Log;
pub use part::{Numbered, PartKind, PartLookup, PartReader, PartSummary, PartWriter};
pub use queue::Queue;
pub use sorter::{Sorted, Sorter};
