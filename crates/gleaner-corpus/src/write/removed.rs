//! Writers of what did not stay: documents, ranges, and what could not be read.

use std::io;
use std::path::Path;

use super::parquet::{Effort, TableWriter};
use crate::columns::{ColumnSchema, Columns};
use crate::{Document, DocumentRef, Reject, Removal, SpanRow};

/// Writes `removed/documents` (Parquet): a document and its removal a row.
#[derive(Debug)]
pub struct RemovedWriter(TableWriter);

impl RemovedWriter {
    /// Begins the file that will stand at `path`.
    pub fn create(path: &Path) -> io::Result<RemovedWriter> {
        RemovedWriter::with_columns(path, None)
    }

    /// As [`create`](RemovedWriter::create), with the schema of the other columns that follow ours.
    pub fn with_columns(path: &Path, columns: Option<&ColumnSchema>) -> io::Result<RemovedWriter> {
        Ok(RemovedWriter(TableWriter::create::<(Document, Removal)>(path, columns, Effort::Low)?))
    }

    /// Appends rows to a file without other columns.
    pub fn write(&mut self, rows: &[(Document, Removal)]) -> io::Result<()> {
        self.0.write(rows, None)
    }

    /// Appends rows with their other columns, as [`DocumentWriter::write`](crate::DocumentWriter::write) does.
    pub fn write_with(
        &mut self,
        rows: &[(Document, Removal)],
        columns: Option<(&Columns, &[u32])>,
    ) -> io::Result<()> {
        self.0.write(rows, columns)
    }

    /// As [`write_with`](RemovedWriter::write_with), of documents whose fields stand elsewhere.
    pub fn write_refs(
        &mut self,
        rows: &[(DocumentRef<'_>, Removal)],
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
        pub struct $name(TableWriter);

        impl $name {
            /// Begins the file that will stand at `path`.
            pub fn create(path: &Path) -> io::Result<$name> {
                Ok($name(TableWriter::create::<$row>(path, None, Effort::Low)?))
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
