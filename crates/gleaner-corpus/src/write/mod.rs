//! Writers of every output file.

use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use zstd::stream::write::Encoder;

use crate::columns::{ColumnSchema, Columns};
use crate::{Document, Reject, Removal, SpanRow};

mod atomic;
mod json;
mod parquet;
pub(crate) mod table;

pub use atomic::AtomicFile;
pub use json::write_json_line;
use parquet::TableWriter;

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
/// (64 MiB before encoding, less after), or the window of zstd.
#[derive(Debug)]
pub struct DocumentWriter(Sink);

enum Sink {
    Parquet(Box<TableWriter<Document>>),
    Jsonl { encoder: Box<Encoder<'static, AtomicFile>>, line: Vec<u8> },
}

impl std::fmt::Debug for Sink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Sink::Parquet(table) => table.fmt(f),
            Sink::Jsonl { .. } => f.write_str("Jsonl"),
        }
    }
}

/// The level at which text is half as large again as at the best, and reading and writing are not held up by it.
const LEVEL: i32 = 3;

impl DocumentWriter {
    /// Begins the file that will stand at `path`; `columns`: the schema of the other columns that follow ours. They
    /// are for Parquet only: with JSON lines they are an error of kind `InvalidInput`.
    pub fn create(
        path: &Path,
        format: OutputFormat,
        columns: Option<&ColumnSchema>,
    ) -> io::Result<DocumentWriter> {
        match format {
            OutputFormat::Parquet => {
                Ok(DocumentWriter(Sink::Parquet(Box::new(TableWriter::create(path, columns)?))))
            }
            OutputFormat::Jsonl if columns.is_some() => {
                Err(io::Error::new(io::ErrorKind::InvalidInput, "JSON lines hold no other columns"))
            }
            OutputFormat::Jsonl => {
                let mut encoder = Encoder::new(AtomicFile::create(path)?, LEVEL)?;
                encoder.include_checksum(true)?;
                Ok(DocumentWriter(Sink::Jsonl { encoder: Box::new(encoder), line: Vec::new() }))
            }
        }
    }

    /// Appends documents; `columns` gives, for a file with other columns, the columns they came with and each one's
    /// row in them. Columns of another schema, or as many rows as there are documents not given, are an error of kind
    /// `InvalidInput`, and so is a document of more than 1 GiB.
    pub fn write(&mut self, documents: &[Document], columns: Option<(&Columns, &[u32])>) -> io::Result<()> {
        match &mut self.0 {
            Sink::Parquet(table) => table.write(documents, columns),
            Sink::Jsonl { .. } if columns.is_some() => {
                Err(io::Error::new(io::ErrorKind::InvalidInput, "JSON lines hold no other columns"))
            }
            Sink::Jsonl { encoder, line } => documents.iter().try_for_each(|document| {
                line.clear();
                write_json_line(document, line);
                line.push(b'\n');
                encoder.write_all(line)
            }),
        }
    }

    /// Finishes the file; it is on the disk under its name when this returns.
    pub fn finish(self) -> io::Result<()> {
        match self.0 {
            Sink::Parquet(table) => table.finish(),
            Sink::Jsonl { encoder, .. } => encoder.finish()?.commit(),
        }
    }
}

/// Writes `removed/documents` (Parquet): a document and its removal a row.
#[derive(Debug)]
pub struct RemovedWriter(TableWriter<(Document, Removal)>);

impl RemovedWriter {
    /// Begins the file that will stand at `path`.
    pub fn create(path: &Path) -> io::Result<RemovedWriter> {
        RemovedWriter::with_columns(path, None)
    }

    /// As [`create`](RemovedWriter::create), with the schema of the other columns that follow ours.
    pub fn with_columns(path: &Path, columns: Option<&ColumnSchema>) -> io::Result<RemovedWriter> {
        Ok(RemovedWriter(TableWriter::create(path, columns)?))
    }

    /// Appends rows to a file without other columns.
    pub fn write(&mut self, rows: &[(Document, Removal)]) -> io::Result<()> {
        self.0.write(rows, None)
    }

    /// Appends rows with their other columns, as [`DocumentWriter::write`] does.
    pub fn write_with(
        &mut self,
        rows: &[(Document, Removal)],
        columns: Option<(&Columns, &[u32])>,
    ) -> io::Result<()> {
        self.0.write(rows, columns)
    }

    /// Finishes the file; it is on the disk under its name when this returns.
    pub fn finish(self) -> io::Result<()> {
        self.0.finish()
    }
}

macro_rules! writer {
    ($(#[$doc:meta])* $name:ident, $row:ty) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name(TableWriter<$row>);

        impl $name {
            /// Begins the file that will stand at `path`.
            pub fn create(path: &Path) -> io::Result<$name> {
                Ok($name(TableWriter::create(path, None)?))
            }

            /// Appends rows.
            pub fn write(&mut self, rows: &[$row]) -> io::Result<()> {
                self.0.write(rows, None)
            }

            /// Finishes the file; it is on the disk under its name when this returns.
            pub fn finish(self) -> io::Result<()> {
                self.0.finish()
            }
        }
    };
}

writer!(
    /// Writes `removed/spans` (Parquet).
    SpanWriter,
    SpanRow
);
writer!(
    /// Writes `rejects.parquet`.
    RejectWriter,
    Reject
);
