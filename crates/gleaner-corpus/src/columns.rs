//! The columns of a Parquet input that are none of ours, carried from input to output.

use std::io;
use std::sync::Arc;

use arrow_array::{Array, RecordBatch, UInt32Array};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{Schema, SchemaRef};
use arrow_select::take::take_record_batch;

/// The other columns of a Parquet batch, row by row with its records.
///
/// Cheap to clone: the values are shared.
#[derive(Clone, Debug)]
pub struct Columns {
    batch: RecordBatch,
    bytes_per_row: usize,
}

impl Columns {
    pub(crate) fn new(batch: RecordBatch) -> Columns {
        let bytes: usize =
            batch.columns().iter().map(|array| array.to_data().get_slice_memory_size().unwrap_or(0)).sum();
        let bytes_per_row = bytes / batch.num_rows().max(1);
        Columns { batch, bytes_per_row }
    }

    pub(crate) fn batch(&self) -> &RecordBatch {
        &self.batch
    }

    pub(crate) fn bytes_per_row(&self) -> usize {
        self.bytes_per_row
    }

    pub(crate) fn take(&self, rows: &[u32]) -> io::Result<RecordBatch> {
        let rows = UInt32Array::from(rows.to_vec());
        take_record_batch(&self.batch, &rows).map_err(io::Error::other)
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.batch.num_rows()
    }

    /// As bytes for a part file: a stream of Arrow's interprocess format.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let written = StreamWriter::try_new(&mut bytes, &self.batch.schema()).and_then(|mut writer| {
            writer.write(&self.batch)?;
            writer.finish()
        });
        written.expect("every type that is read from Parquet can be written to memory");
        bytes
    }

    /// From the bytes of [`to_bytes`](Columns::to_bytes). The bytes are trusted: check their sum before.
    pub fn from_bytes(bytes: &[u8]) -> io::Result<Columns> {
        let mut reader = StreamReader::try_new(bytes, None).map_err(invalid)?;
        match reader.next() {
            Some(batch) => Ok(Columns::new(batch.map_err(invalid)?)),
            None => Err(io::Error::new(io::ErrorKind::InvalidData, "no columns")),
        }
    }
}

fn invalid(error: arrow_schema::ArrowError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// The schema of the other columns when every input is Parquet and all schemas are equal.
#[derive(Clone, Debug)]
pub struct ColumnSchema {
    schema: SchemaRef,
}

impl ColumnSchema {
    pub(crate) fn new(schema: Schema) -> ColumnSchema {
        ColumnSchema { schema: Arc::new(schema) }
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// The names of the columns, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.schema.fields().iter().map(|field| field.name().as_str())
    }
}
