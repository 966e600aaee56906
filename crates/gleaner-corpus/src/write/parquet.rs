//! Rows to Parquet files whose bytes depend on the rows alone.

use std::io;
use std::mem;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder, Float32Builder, Float64Builder, StringBuilder, UInt32Builder, UInt64Builder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use arrow_select::concat::concat_batches;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use super::table::{Cell, Column, Kind, Row};
use crate::columns::{ColumnSchema, Columns};
use crate::write::AtomicFile;

/// Rows and bytes after which gathered rows go to the encoder. Fixed here, not left to the caller, so that how rows
/// are handed over does not change where pages end.
const CHUNK_ROWS: usize = 1024;
const CHUNK_BYTES: usize = 1 << 20;
/// Bytes before encoding after which a row group ends: the encoder holds one group in memory.
const GROUP_BYTES: usize = 64 << 20;
/// What a column of a chunk can hold: offsets are 32 bits wide.
const MAX_ROW_BYTES: usize = 1 << 30;

/// How hard the columns of a file are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// For what is read again and again.
    Usual,
    /// For what is kept to be looked up: a tenth larger, in three fifths of the time.
    Low,
}

/// Writes rows of one kind into one Parquet file.
pub(crate) struct TableWriter {
    writer: ArrowWriter<AtomicFile>,
    schema: SchemaRef,
    builders: Vec<Builder>,
    columns: Option<SchemaRef>,
    taken: Vec<RecordBatch>,
    rows: usize,
    bytes: usize,
    group_bytes: usize,
}

impl std::fmt::Debug for TableWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TableWriter")
            .field("rows", &self.rows)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

impl TableWriter {
    /// For rows of the kind `R`; `columns` follow the row's own.
    pub(crate) fn create<R: Row>(
        path: &Path,
        columns: Option<&ColumnSchema>,
        effort: Effort,
    ) -> io::Result<TableWriter> {
        let columns = columns.map(ColumnSchema::schema);
        let mut fields: Vec<Arc<Field>> = R::COLUMNS.iter().map(|column| Arc::new(field(column))).collect();
        fields.extend(columns.iter().flat_map(|schema| schema.fields().iter().cloned()));
        let schema = Arc::new(Schema::new(fields));
        let file = AtomicFile::create(path)?;
        let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties(effort))).map_err(failed)?;
        let builders = R::COLUMNS.iter().map(Builder::new).collect();
        let taken = Vec::new();
        Ok(TableWriter { writer, schema, builders, columns, taken, rows: 0, bytes: 0, group_bytes: 0 })
    }

    /// Appends rows, whose columns must be those of the kind the file was begun for; `columns` gives the columns they
    /// came with and each one's row in them.
    pub(crate) fn write<R: Row>(
        &mut self,
        rows: &[R],
        columns: Option<(&Columns, &[u32])>,
    ) -> io::Result<()> {
        self.check(rows.len(), columns)?;
        let per_row = columns.map_or(0, |(columns, _)| columns.bytes_per_row());
        let mut cells = Vec::with_capacity(R::COLUMNS.len());
        let mut first = 0;
        for (at, row) in rows.iter().enumerate() {
            cells.clear();
            row.cells(&mut cells);
            let bytes = cells.iter().map(Cell::size).sum::<usize>();
            if bytes > MAX_ROW_BYTES {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "a row of more than 1 GiB"));
            }
            for (builder, cell) in self.builders.iter_mut().zip(&cells) {
                builder.push(*cell);
            }
            self.rows += 1;
            self.bytes += bytes + per_row;
            if self.rows >= CHUNK_ROWS || self.bytes >= CHUNK_BYTES {
                self.take(columns, first, at + 1)?;
                first = at + 1;
                self.encode()?;
            }
        }
        self.take(columns, first, rows.len())
    }

    /// Encodes what is left and makes the file appear.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.encode()?;
        self.writer.into_inner().map_err(failed)?.commit()
    }

    fn check(&self, rows: usize, columns: Option<(&Columns, &[u32])>) -> io::Result<()> {
        let fits = match (&self.columns, columns) {
            (None, None) => true,
            (Some(schema), Some((columns, places))) => {
                places.len() == rows
                    && columns.batch().schema().fields() == schema.fields()
                    && places.iter().all(|&place| (place as usize) < columns.batch().num_rows())
            }
            (Some(_), None) => rows == 0,
            (None, Some(_)) => false,
        };
        if fits {
            return Ok(());
        }
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "other columns do not fit the file they are written to",
        ))
    }

    fn take(&mut self, columns: Option<(&Columns, &[u32])>, from: usize, to: usize) -> io::Result<()> {
        let Some((columns, places)) = columns.filter(|_| from < to) else { return Ok(()) };
        self.taken.push(columns.take(&places[from..to])?);
        Ok(())
    }

    fn encode(&mut self) -> io::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut arrays: Vec<ArrayRef> = self.builders.iter_mut().map(Builder::finish).collect();
        if let Some(schema) = &self.columns {
            let taken = mem::take(&mut self.taken);
            let batch = concat_batches(schema, &taken).map_err(io::Error::other)?;
            arrays.extend(batch.columns().iter().cloned());
        }
        let batch = RecordBatch::try_new(self.schema.clone(), arrays).map_err(io::Error::other)?;
        self.writer.write(&batch).map_err(failed)?;
        self.group_bytes += mem::take(&mut self.bytes);
        self.rows = 0;
        if self.group_bytes >= GROUP_BYTES {
            self.group_bytes = 0;
            self.writer.flush().map_err(failed)?;
        }
        Ok(())
    }
}

fn field(column: &Column) -> Field {
    let kind = match column.kind {
        Kind::Text | Kind::Json => DataType::Utf8,
        Kind::U64 => DataType::UInt64,
        Kind::U32 => DataType::UInt32,
        Kind::F64 => DataType::Float64,
        Kind::F32 => DataType::Float32,
    };
    Field::new(column.name, kind, column.nullable)
}

/// Nothing that depends on the time or the machine. Texts, ids and addresses hardly repeat, so a dictionary of them is
/// built only to be thrown away.
fn properties(effort: Effort) -> WriterProperties {
    let level = match effort {
        Effort::Usual => 3,
        Effort::Low => 1,
    };
    let level = ZstdLevel::try_new(level).expect("a level of zstd");
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_created_by(concat!("gleaner ", env!("CARGO_PKG_VERSION")).to_string());
    for name in ["doc", "id", "text", "url", "source_offset"] {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(name), false);
    }
    properties.build()
}

/// The writer's own errors come back as they were, with their kind.
fn failed(error: parquet::errors::ParquetError) -> io::Error {
    match error {
        parquet::errors::ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}

impl Cell<'_> {
    fn size(&self) -> usize {
        match self {
            Cell::Text(text) => text.len() + 4,
            _ => 8,
        }
    }
}

/// A column of the chunk that is being gathered.
enum Builder {
    Text(StringBuilder),
    U64(UInt64Builder),
    U32(UInt32Builder),
    F64(Float64Builder),
    F32(Float32Builder),
}

impl Builder {
    fn new(column: &Column) -> Builder {
        match column.kind {
            Kind::Text | Kind::Json => Builder::Text(StringBuilder::new()),
            Kind::U64 => Builder::U64(UInt64Builder::new()),
            Kind::U32 => Builder::U32(UInt32Builder::new()),
            Kind::F64 => Builder::F64(Float64Builder::new()),
            Kind::F32 => Builder::F32(Float32Builder::new()),
        }
    }

    /// A cell of another type is a null: rows and columns are described side by side, so there is none.
    fn push(&mut self, cell: Cell<'_>) {
        match (self, cell) {
            (Builder::Text(builder), Cell::Text(text)) => builder.append_value(text),
            (Builder::Text(builder), _) => builder.append_null(),
            (Builder::U64(builder), Cell::U64(value)) => builder.append_value(value),
            (Builder::U64(builder), _) => builder.append_null(),
            (Builder::U32(builder), Cell::U32(value)) => builder.append_value(value),
            (Builder::U32(builder), _) => builder.append_null(),
            (Builder::F64(builder), Cell::F64(value)) => builder.append_value(value),
            (Builder::F64(builder), _) => builder.append_null(),
            (Builder::F32(builder), Cell::F32(value)) => builder.append_value(value),
            (Builder::F32(builder), _) => builder.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Builder::Text(builder) => ArrayBuilder::finish(builder),
            Builder::U64(builder) => ArrayBuilder::finish(builder),
            Builder::U32(builder) => ArrayBuilder::finish(builder),
            Builder::F64(builder) => ArrayBuilder::finish(builder),
            Builder::F32(builder) => ArrayBuilder::finish(builder),
        }
    }
}
