//! Parquet files: row groups to batches of rows.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, FieldRef, Schema};
use bytes::Bytes;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::{ChunkReader, Length};

use super::batch::{Builder, MAX_ITEMS, Raw};
use super::row::Fields;
use super::{Fill, ReadOptions, Source, footer, rows};
use crate::columns::ColumnSchema;
use crate::input::format::{Format, SNIFFED, sniff};
use crate::input::stored::{Stored, io_error};
use crate::{InputFile, InputSet, Location};

/// A Parquet file is read from its end: what comes from a pipe is held in memory, up to this size.
const MAX_SPOOLED: u64 = 256 << 20;

/// A row group whose rows are, on average, this many times the largest record is refused before it is decompressed: a
/// few kilobytes can stand for gigabytes.
const MAX_MEAN_ROW: u64 = 4;

/// Rows a file may claim: more for each byte than any text has, so that a forged count costs no time.
const MAX_ROWS_PER_BYTE: u64 = 64;
const MAX_ROWS_BESIDE: u64 = 64 << 10;

pub(super) use super::rows::decode;

/// Rows as the decoder gives them.
pub(super) type Batch = RecordBatch;

pub(super) struct Rows {
    state: State,
    size: u64,
    batch_bytes: usize,
}

enum State {
    /// Found unusable: the reason of the gap that covers the file.
    Broken(String),
    Open(Box<Open>),
    Ended,
}

struct Open {
    file: Seekable,
    metadata: ArrowReaderMetadata,
    group: usize,
    reader: Option<ParquetRecordBatchReader>,
    /// The next row, and the first row after the present group.
    row: u64,
    group_end: u64,
    rows: u64,
    max_row: u64,
}

impl Rows {
    /// Reads the file once for its digest, then opens it for its rows.
    pub(super) fn new(stored: &Stored, input: &InputFile, options: &ReadOptions) -> Rows {
        let state = match open(stored, input, options) {
            Ok(open) => State::Open(Box::new(open)),
            Err(reason) => State::Broken(reason),
        };
        Rows { state, size: stored.consumed(), batch_bytes: options.batch_bytes }
    }
}

fn open(stored: &Stored, input: &InputFile, options: &ReadOptions) -> Result<Open, String> {
    let file = match &input.location {
        Location::Path(path) if input.size.is_some() => {
            stored.clone().drain().map_err(|error| io_error(&error))?;
            Seekable::File(File::open(path).map_err(|error| io_error(&error))?)
        }
        _ => Seekable::Memory(spool(stored)?),
    };
    let metadata = contained(|| load(&file, options)).map_err(|error| described("not-parquet", &error))?;
    let rows = u64::try_from(metadata.metadata().file_metadata().num_rows()).unwrap_or(u64::MAX);
    if rows > stored.consumed().saturating_mul(MAX_ROWS_PER_BYTE).saturating_add(MAX_ROWS_BESIDE) {
        return Err("not-parquet: more rows than the file can hold".to_string());
    }
    let max_row = options.max_record_size.saturating_mul(MAX_MEAN_ROW);
    Ok(Open { file, metadata, group: 0, reader: None, row: 0, group_end: 0, rows, max_row })
}

fn spool(stored: &Stored) -> Result<Bytes, String> {
    let mut held = Vec::new();
    let mut stored = stored.clone();
    (&mut stored).take(MAX_SPOOLED + 1).read_to_end(&mut held).map_err(|error| io_error(&error))?;
    if held.len() as u64 > MAX_SPOOLED {
        let _ = stored.drain();
        return Err("record-too-large: Parquet from a pipe is held in memory; name the file".to_string());
    }
    Ok(held.into())
}

/// Calls the decoder. It still has assertions that a forged file can reach: such a panic costs what was being decoded,
/// not the process, and what the decoder held is not used again.
fn contained<T>(decode: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    let panicked = |_| Err(ParquetError::General("the decoder gave up".to_string()));
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(panicked)
}

/// Refuses what the decoder would not survive: a schema too deep for its recursion, and places outside the file.
fn check_depth(file: &Seekable) -> Result<(), ParquetError> {
    let size = file.len();
    let tail = file.get_bytes(size.saturating_sub(8), 8)?;
    let length = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    let start = size.saturating_sub(8).checked_sub(length);
    let start = start.ok_or_else(|| ParquetError::EOF("the footer is longer than the file".to_string()))?;
    if footer::nests_too_deep(&file.get_bytes(start, length as usize)?) {
        return Err(ParquetError::General(format!(
            "the schema nests more than {} levels",
            footer::MAX_DEPTH
        )));
    }
    Ok(())
}

fn check_places(metadata: &ParquetMetaData, size: u64) -> Result<(), ParquetError> {
    for column in metadata.row_groups().iter().flat_map(|group| group.columns()) {
        let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
        let end = start.checked_add(column.compressed_size()).and_then(|end| u64::try_from(end).ok());
        if start < 0 || column.compressed_size() < 0 || end.is_none_or(|end| end > size) {
            return Err(ParquetError::EOF("a column outside the file".to_string()));
        }
    }
    Ok(())
}

/// A stable name, and the decoder's own words on one line.
fn described(name: &str, error: &dyn std::fmt::Display) -> String {
    let words = error.to_string();
    format!("{name}: {}", words.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Reads the footer. Strings come as views into the pages they stand in, so that a value that a dictionary repeats a
/// thousand times is in memory once.
fn load(file: &Seekable, options: &ReadOptions) -> Result<ArrowReaderMetadata, ParquetError> {
    let metadata = load_plain(file)?;
    let fields = Fields::new(options);
    let viewed: Vec<FieldRef> = metadata
        .schema()
        .fields()
        .iter()
        .map(|field| if is_kept(field, &fields, options) { field.clone() } else { as_read(field) })
        .collect();
    let schema = Arc::new(Schema::new_with_metadata(viewed, metadata.schema().metadata().clone()));
    let with_views = ArrowReaderMetadata::try_new(
        metadata.metadata().clone(),
        ArrowReaderOptions::new().with_schema(schema),
    );
    Ok(with_views.unwrap_or(metadata))
}

fn load_plain(file: &Seekable) -> Result<ArrowReaderMetadata, ParquetError> {
    check_depth(file)?;
    let plain = ArrowReaderOptions::new();
    let metadata = match ArrowReaderMetadata::load(file, plain.clone()) {
        Ok(metadata) => metadata,
        // A schema of Arrow beside that of Parquet that does not fit it is of no use.
        Err(_) => ArrowReaderMetadata::load(file, plain.with_skip_arrow_metadata(true))?,
    };
    check_places(metadata.metadata(), file.len())?;
    Ok(metadata)
}

/// The column as it is easiest to read: a view, and times in the one zone whose rules need no table.
fn as_read(field: &FieldRef) -> FieldRef {
    let kind = match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
        DataType::Binary | DataType::LargeBinary => DataType::BinaryView,
        _ => return in_utc(field),
    };
    Arc::new(Field::clone(field).with_data_type(kind))
}

/// Times of a named zone count from the same moment as those of UTC. The schema is no deeper than was checked.
fn in_utc(field: &FieldRef) -> FieldRef {
    let kind = match field.data_type() {
        DataType::Timestamp(unit, Some(_)) => DataType::Timestamp(*unit, Some("+00:00".into())),
        DataType::List(inner) => DataType::List(in_utc(inner)),
        DataType::LargeList(inner) => DataType::LargeList(in_utc(inner)),
        DataType::FixedSizeList(inner, size) => DataType::FixedSizeList(in_utc(inner), *size),
        DataType::Map(inner, sorted) => DataType::Map(in_utc(inner), *sorted),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(in_utc).collect()),
        _ => return field.clone(),
    };
    Arc::new(Field::clone(field).with_data_type(kind))
}

fn is_kept(field: &Field, fields: &Fields, options: &ReadOptions) -> bool {
    options.keep_columns && rows::is_kept(field.name(), fields)
}

impl Source for Rows {
    fn fill(&mut self, batch: &mut Builder) -> Fill {
        match &mut self.state {
            State::Ended => Fill::Done,
            State::Broken(reason) => {
                batch.gap(0, self.size, std::mem::take(reason));
                self.state = State::Ended;
                Fill::Done
            }
            // A batch of rows is alone, with its columns.
            State::Open(_) if !batch.is_empty() => Fill::Full,
            State::Open(open) => {
                let fill = open.fill(batch, self.batch_bytes);
                if fill == Fill::Done {
                    self.state = State::Ended;
                }
                fill
            }
        }
    }

    fn position(&self) -> Option<u64> {
        match &self.state {
            State::Open(open) => {
                Some((u128::from(self.size) * u128::from(open.row) / u128::from(open.rows.max(1))) as u64)
            }
            _ => Some(self.size),
        }
    }
}

impl Open {
    fn fill(&mut self, batch: &mut Builder, batch_bytes: usize) -> Fill {
        loop {
            if self.reader.is_none() {
                match self.next_group(batch_bytes) {
                    Some(Ok(reader)) => self.reader = Some(reader),
                    Some(Err(error)) => return self.lose_group(batch, described("invalid-parquet", &error)),
                    None => return Fill::Done,
                }
            }
            let reader = &mut self.reader;
            let next = contained(|| reader.as_mut().and_then(Iterator::next).transpose().map_err(Into::into));
            match next.transpose() {
                Some(Ok(rows)) => return self.rows(batch, rows),
                Some(Err(error)) => return self.lose_group(batch, described("invalid-parquet", &error)),
                None if self.row < self.group_end => {
                    return self.lose_group(batch, "invalid-parquet: fewer rows than stated".to_string());
                }
                None => self.reader = None,
            }
        }
    }

    /// The group's own count of rows is what numbers the rows behind it, whatever is found in it.
    fn next_group(&mut self, batch_bytes: usize) -> Option<Result<ParquetRecordBatchReader, ParquetError>> {
        let groups = self.metadata.metadata().row_groups();
        let group = groups.get(self.group)?;
        let rows =
            u64::try_from(group.num_rows()).unwrap_or(0).min(self.rows - self.group_end.min(self.rows));
        self.row = self.group_end;
        self.group_end += rows;
        let bytes = u64::try_from(group.total_byte_size()).unwrap_or(0) / rows.max(1);
        if bytes > self.max_row {
            self.group += 1;
            return Some(Err(ParquetError::General("rows larger than any record may be".to_string())));
        }
        let size = (batch_bytes as u64 / bytes.max(1)).clamp(1, MAX_ITEMS as u64) as usize;
        let file = self.file.try_clone();
        let (metadata, group) = (self.metadata.clone(), self.group);
        self.group += 1;
        Some(contained(|| {
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file?, metadata);
            builder.with_row_groups(vec![group]).with_batch_size(size).build()
        }))
    }

    fn rows(&mut self, batch: &mut Builder, rows: RecordBatch) -> Fill {
        let count = rows.num_rows() as u64;
        batch.push(self.row, Raw::Rows(rows));
        self.row += count;
        Fill::Full
    }

    fn lose_group(&mut self, batch: &mut Builder, reason: String) -> Fill {
        batch.gap(self.row, self.group_end - self.row.min(self.group_end), reason);
        self.row = self.group_end;
        self.reader = None;
        Fill::Full
    }
}

/// A file, or one held in memory.
enum Seekable {
    File(File),
    Memory(Bytes),
}

impl Seekable {
    fn try_clone(&self) -> io::Result<Seekable> {
        Ok(match self {
            Seekable::File(file) => Seekable::File(file.try_clone()?),
            Seekable::Memory(bytes) => Seekable::Memory(bytes.clone()),
        })
    }
}

impl Length for Seekable {
    fn len(&self) -> u64 {
        match self {
            Seekable::File(file) => file.len(),
            Seekable::Memory(bytes) => bytes.len() as u64,
        }
    }
}

impl ChunkReader for Seekable {
    type T = Box<dyn Read>;

    fn get_read(&self, start: u64) -> Result<Box<dyn Read>, ParquetError> {
        Ok(match self {
            Seekable::File(file) => Box::new(file.get_read(start)?),
            Seekable::Memory(bytes) => {
                Box::new(Cursor::new(bytes.get_bytes(start, bytes.len() - start as usize)?))
            }
        })
    }

    /// A length beyond the file's end is refused before anything is allocated for it.
    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        if start.checked_add(length as u64).is_none_or(|end| end > self.len()) {
            return Err(ParquetError::EOF(format!("{length} bytes at {start} of {}", self.len())));
        }
        match self {
            Seekable::File(file) => file.get_bytes(start, length),
            Seekable::Memory(bytes) => bytes.get_bytes(start, length),
        }
    }
}

/// Looks at the footers: the schema of the other columns, those that are none of [`Record`](crate::Record)'s fields.
///
/// `None` unless all inputs are Parquet files with equal schemas, or where there are no other columns. A column with a
/// name that the output uses is not among them: it goes to `metadata`. Cost: opens each file once.
pub fn common_columns(inputs: &InputSet, options: &ReadOptions) -> Option<ColumnSchema> {
    let fields = Fields::new(options);
    let mut common: Option<Schema> = None;
    for input in &inputs.files {
        let schema = footer_schema(input)?;
        match &common {
            Some(common) if common.fields() != schema.fields() => return None,
            Some(_) => {}
            None => common = Some(schema),
        }
    }
    let kept: Vec<FieldRef> =
        common?.fields().iter().filter(|field| rows::is_kept(field.name(), &fields)).cloned().collect();
    (!kept.is_empty()).then(|| ColumnSchema::new(Schema::new(kept)))
}

fn footer_schema(input: &InputFile) -> Option<Schema> {
    let Location::Path(path) = &input.location else { return None };
    input.size?;
    let mut file = File::open(path).ok()?;
    let format = match input.format {
        Some(format) => format,
        None => {
            let mut start = Vec::new();
            (&mut file).take(SNIFFED as u64).read_to_end(&mut start).ok()?;
            sniff(&start)?
        }
    };
    if format != Format::Parquet {
        return None;
    }
    let metadata = contained(|| load_plain(&Seekable::File(file))).ok()?;
    Some(Schema::clone(metadata.schema()))
}
