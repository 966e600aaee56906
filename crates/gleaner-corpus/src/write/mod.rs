//! Writers of every output file.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::columns::{ColumnSchema, Columns};
use crate::{Document, DocumentRef};

mod atomic;
pub(crate) mod json;
mod lines;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(feature = "parquet")]
mod removed;
pub(crate) mod table;

pub use atomic::AtomicFile;
pub use json::write_json_line;
use lines::LineWriter;
#[cfg(feature = "parquet")]
use parquet::{Effort, TableWriter};
#[cfg(feature = "parquet")]
pub use removed::{RejectWriter, RemovedWriter, SpanWriter};
use table::Row;

/// Format of `data/`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputFormat {
    /// Parquet, compressed with zstd.
    #[default]
    Parquet,
    /// JSON lines, compressed with zstd (`.jsonl.zst`).
    Jsonl,
}

impl OutputFormat {
    /// The extension of its files, without the leading dot.
    ///
    /// ```
    /// assert_eq!(gleaner_corpus::OutputFormat::Jsonl.extension(), "jsonl.zst");
    /// ```
    pub fn extension(self) -> &'static str {
        match self {
            OutputFormat::Parquet => "parquet",
            OutputFormat::Jsonl => "jsonl.zst",
        }
    }
}

/// Writes documents into one file of `data/`.
///
/// The file's bytes depend on the documents and their columns alone, not on how they are spread over calls of
/// [`write`](DocumentWriter::write), nor on time or machine. It appears under its name with
/// [`finish`](DocumentWriter::finish); dropped before, the writer leaves nothing. Memory: one row group of Parquet
/// (64 MiB before encoding, less after), or what zstd holds (see [`with_workers`](DocumentWriter::with_workers)).
#[derive(Debug)]
pub struct DocumentWriter(Sink);

enum Sink {
    #[cfg(feature = "parquet")]
    Parquet(Box<TableWriter>),
    Jsonl(Box<LineWriter>),
}

impl std::fmt::Debug for Sink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            #[cfg(feature = "parquet")]
            Sink::Parquet(table) => table.fmt(f),
            Sink::Jsonl(_) => f.write_str("Jsonl"),
        }
    }
}

impl DocumentWriter {
    /// Begins the file that will stand at `path`; `columns`: the schema of the other columns that follow ours. They
    /// are for Parquet only: with JSON lines they are an error of kind `InvalidInput`. Parquet without the feature
    /// `parquet` is one of kind `Unsupported`.
    pub fn create(
        path: &Path,
        format: OutputFormat,
        columns: Option<&ColumnSchema>,
    ) -> io::Result<DocumentWriter> {
        DocumentWriter::with_workers(path, format, columns, 1)
    }

    /// As [`create`](DocumentWriter::create); JSON lines are compressed by `workers` threads of their own (at least
    /// one, at most 200) while the caller goes on. The bytes are the same for any number. Memory: about 8 MiB a worker,
    /// and 20 MiB.
    pub fn with_workers(
        path: &Path,
        format: OutputFormat,
        columns: Option<&ColumnSchema>,
        workers: usize,
    ) -> io::Result<DocumentWriter> {
        Ok(DocumentWriter(match format {
            #[cfg(not(feature = "parquet"))]
            OutputFormat::Parquet => return Err(no_parquet()),
            #[cfg(feature = "parquet")]
            OutputFormat::Parquet => {
                Sink::Parquet(Box::new(TableWriter::create::<Document>(path, columns, Effort::Usual)?))
            }
            OutputFormat::Jsonl if columns.is_some() => return Err(no_columns()),
            OutputFormat::Jsonl => {
                let workers = workers.clamp(1, MAX_WORKERS) as u32;
                Sink::Jsonl(Box::new(LineWriter::create(path, workers)?))
            }
        }))
    }

    /// Appends documents; `columns` gives, for a file with other columns, the columns they came with and each one's
    /// row in them. Columns of another schema, or as many rows as there are documents not given, are an error of kind
    /// `InvalidInput`, and so is a document of more than 1 GiB.
    pub fn write(&mut self, documents: &[Document], columns: Option<(&Columns, &[u32])>) -> io::Result<()> {
        self.write_rows(documents, columns)
    }

    /// As [`write`](DocumentWriter::write), of documents whose fields stand elsewhere.
    pub fn write_refs(
        &mut self,
        documents: &[DocumentRef<'_>],
        columns: Option<(&Columns, &[u32])>,
    ) -> io::Result<()> {
        self.write_rows(documents, columns)
    }

    fn write_rows<R: Row>(&mut self, rows: &[R], columns: Option<(&Columns, &[u32])>) -> io::Result<()> {
        match &mut self.0 {
            #[cfg(feature = "parquet")]
            Sink::Parquet(table) => table.write(rows, columns),
            Sink::Jsonl(_) if columns.is_some() => Err(no_columns()),
            Sink::Jsonl(lines) => rows.iter().try_for_each(|row| lines.write(row)),
        }
    }

    /// Finishes the file; it is on the disk under its name when this returns.
    pub fn finish(self) -> io::Result<()> {
        match self.0 {
            #[cfg(feature = "parquet")]
            Sink::Parquet(table) => table.finish(),
            Sink::Jsonl(lines) => lines.finish(),
        }
    }
}

/// The most threads that zstd takes for one file.
const MAX_WORKERS: usize = 200;

fn no_columns() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "JSON lines hold no other columns")
}

#[cfg(not(feature = "parquet"))]
fn no_parquet() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "built without the feature `parquet` of gleaner-corpus")
}
