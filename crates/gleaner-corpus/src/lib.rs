//! Documents, readers and writers of every corpus format, rejects and atomic output.
//!
//! This crate stands between files and the work on text. [`resolve_inputs`] turns arguments (files, folders, globs,
//! lists, standard input) into an [`InputSet`] in document order. A [`BatchReader`] reads these files one after the
//! other into [`RawBatch`]es, which is cheap; [`RawBatch::decode`] turns a batch into [`Record`]s, skips and
//! [`Reject`]s, on any thread. [`DocumentWriter`], [`RemovedWriter`], [`SpanWriter`] and [`RejectWriter`] write the
//! files of a run, each an [`AtomicFile`]: there whole, or not at all.
//!
//! It knows nothing of boilerplate, duplicates or settings, never prints, reads no environment, and opens only what it
//! was given. To read WARC alone, use `gleaner-archive`.
//!
//! ```
//! use gleaner_corpus::{
//!     BatchReader, Content, Document, DocumentWriter, InputOptions, Item, OutputFormat, ReadOptions, resolve_inputs,
//! };
//! # let folder = tempfile::tempdir()?;
//! let input = folder.path().join("in.jsonl");
//! std::fs::write(&input, "{\"id\": 7, \"text\": \"Two words\", \"score\": 1.0}\nnot json\n")?;
//!
//! let inputs = resolve_inputs(&[input.into()], &InputOptions::default())?;
//! let options = ReadOptions::default();
//! let (mut documents, mut rejects) = (Vec::new(), Vec::new());
//! for batch in BatchReader::new(inputs, options.clone()) {
//!     batch.decode(&options, |item| match item {
//!         Item::Record(record) => {
//!             let Content::Text(text) = record.content else { return Err("a page") };
//!             let doc = documents.len() as u64;
//!             documents.push(Document { doc, id: record.id, text, metadata: record.metadata, ..Document::default() });
//!             Ok(())
//!         }
//!         Item::Rejected(reject) => Ok(rejects.push(reject)),
//!         Item::Skipped(_) => Ok(()),
//!     })?;
//! }
//! assert_eq!(documents[0].id, "7");
//! assert_eq!(documents[0].metadata.as_deref(), Some(r#"{"score":1.0}"#));
//! assert_eq!((rejects[0].reason.as_str(), rejects[0].offset), ("invalid-json", 45));
//!
//! let output = folder.path().join("train-00000-of-00001.jsonl.zst");
//! let mut writer = DocumentWriter::create(&output, OutputFormat::Jsonl, None)?;
//! writer.write(&documents, None)?;
//! writer.finish()?;
//! assert!(output.exists());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! `parquet`, off by default, reads and writes Parquet and brings the Arrow crates. Without it nothing has other
//! [`Columns`], a Parquet file is a gap, and [`OutputFormat::Parquet`] is an error of kind `Unsupported`.
//!
//! # Reasons of rejects
//!
//! | reason | kind | what it is |
//! |---|---|---|
//! | `invalid-json`, `not-an-object`, `nested-too-deep` | record | a line of JSONL that is no JSON object, or nests 128 levels and more |
//! | `no-text-field`, `text-not-a-string` | record | a row without content, or with content of another type |
//! | `invalid-utf-8` | record | a line of JSONL or a text of Parquet that is not UTF-8 |
//! | `record-too-large` | record | more than [`ReadOptions::max_record_size`] |
//! | `line-too-long` | record | a line of JSONL longer than [`ReadOptions::max_line_size`] |
//! | `truncated-line` | record | the line in which a compressed file breaks off |
//! | `truncated-gzip`, `invalid-gzip`, `truncated-zstd`, `invalid-zstd` | gap | what is left of a compressed JSONL file where it breaks off, in bytes of the file as stored (record: for a page or text, which is lost whole) |
//! | `not-parquet`, `invalid-parquet` | gap | a file without a usable footer; the rest of a damaged row group |
//! | `unsupported-column` | record | a Parquet row with a column that has no JSON form |
//! | `unknown-format` | gap | a named file that is neither text nor any known format, or of one that is not built in |
//! | `io-error` | gap | the system could not read the file |
//!
//! Archives have the reasons of `gleaner-archive` besides.
//!
//! # Untrusted input
//!
//! No input makes this crate panic, recurse without bound, or take more than linear time; memory stays within a batch
//! and one record. Before the Parquet decoder sees a file, its schema's depth, the places of its columns and its counts
//! of rows are checked; a panic inside the decoder is caught and costs a row group (the program's panic hook still
//! runs). Left to the decoder is the size of a page, which it takes from the page's header: at most 2 GiB, filled as
//! far as the page really decompresses to that.

#[cfg_attr(not(feature = "parquet"), path = "without_parquet/columns.rs")]
mod columns;
mod document;
mod input;
mod read;
mod write;

pub use columns::{ColumnSchema, Columns};
pub use document::{Document, DocumentRef, Reject, RejectKind, Removal, SpanRow};
pub use input::{Format, InputError, InputFile, InputOptions, InputSet, Location, resolve_inputs};
pub use read::{
    ArchiveSummary, BatchReader, BatchRecord, ByteSums, Content, Decoded, FileSummary, Item, Prefer,
    RawBatch, ReadOptions, Record, VerifyDigests, common_columns, count_kind,
};
pub use write::{AtomicFile, DocumentWriter, OutputFormat, write_json_line};
#[cfg(feature = "parquet")]
pub use write::{RejectWriter, RemovedWriter, SpanWriter};

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
