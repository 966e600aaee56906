//! Rows of Parquet to records.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, MapArray, RecordBatch};
use arrow_json::writer::{Encoder, EncoderFactory, EncoderOptions, NullableEncoder, make_encoder};
use arrow_schema::{ArrowError, DataType, FieldRef};

use super::ReadOptions;
use super::batch::{Content, Item, Place, Record};
use super::metadata::Metadata;
use super::row::{Attribute, Fields, INVALID_UTF8, NO_TEXT_FIELD, Role, Row, TOO_LARGE, not_a_string};
use crate::columns::Columns;
use crate::write::table::is_reserved;

/// Whether a column goes from input to output as it is, where other columns are kept.
pub(super) fn is_kept(name: &str, fields: &Fields) -> bool {
    let is_ours = matches!(fields.role(name), Role::Attribute(_) | Role::Content { .. });
    !is_ours && !is_reserved(name)
}

/// Decodes each row; the batch's other columns where they are kept.
pub(super) fn decode<E>(
    batch: &RecordBatch,
    fields: &Fields,
    place: Place<'_>,
    options: &ReadOptions,
    each: &mut impl FnMut(Item) -> Result<(), E>,
) -> Result<Option<Columns>, E> {
    let kept: Vec<usize> = if options.keep_columns { kept_columns(batch, fields) } else { Vec::new() };
    let encoding = EncoderOptions::default().with_encoder_factory(Arc::new(MapsAsLists));
    let mut reader = match RowReader::new(batch, fields, &kept, &encoding) {
        Ok(reader) => reader,
        Err(reason) => {
            for row in 0..batch.num_rows() {
                each(at(place, row).reject(1, reason.clone()))?;
            }
            return Ok(None);
        }
    };
    for row in 0..batch.num_rows() {
        let place = at(place, row);
        each(match reader.row(row, options.max_record_size) {
            Ok(decoded) => {
                let column_row = if kept.is_empty() { None } else { u32::try_from(row).ok() };
                Item::Record(Record { column_row, ..place.record(decoded) })
            }
            Err(reason) => place.reject(1, reason),
        })?;
    }
    let columns = if kept.is_empty() { None } else { batch.project(&kept).ok() };
    Ok(columns.map(Columns::new))
}

fn kept_columns(batch: &RecordBatch, fields: &Fields) -> Vec<usize> {
    let schema = batch.schema_ref();
    (0..batch.num_columns()).filter(|&column| is_kept(schema.field(column).name(), fields)).collect()
}

fn at(place: Place<'_>, row: usize) -> Place<'_> {
    Place { offset: place.offset + row as u64, ..place }
}

/// The columns of a batch by what they are read for.
struct RowReader<'a> {
    /// Columns that may hold the content, the preferred first.
    contents: Vec<Candidate<'a>>,
    attributes: Vec<(Attribute, Value<'a>)>,
    others: Vec<(&'a str, NullableEncoder<'a>)>,
}

struct Candidate<'a> {
    name: &'a str,
    html: bool,
    values: Value<'a>,
    encoder: NullableEncoder<'a>,
}

enum Value<'a> {
    Strings(Strings<'a>),
    Encoded(NullableEncoder<'a>),
}

impl<'a> RowReader<'a> {
    fn new(
        batch: &'a RecordBatch,
        fields: &Fields,
        kept: &[usize],
        encoding: &'a EncoderOptions,
    ) -> Result<RowReader<'a>, String> {
        let (mut contents, mut attributes, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for (column, (field, array)) in batch.schema_ref().fields().iter().zip(batch.columns()).enumerate() {
            let name = field.name().as_str();
            let encoder = || encoder(field, &**array, encoding);
            let values = || {
                Ok::<Value<'_>, String>(match Strings::new(&**array) {
                    Some(strings) => Value::Strings(strings),
                    None => Value::Encoded(encoder()?),
                })
            };
            match fields.role(name) {
                Role::Content { rank, html } => {
                    contents.push((rank, Candidate { name, html, values: values()?, encoder: encoder()? }));
                }
                Role::Attribute(attribute) if !array.data_type().is_nested() => {
                    attributes.push((attribute, values()?));
                }
                _ if kept.contains(&column) => {}
                _ => others.push((name, encoder()?)),
            }
        }
        contents.sort_by_key(|(rank, _)| *rank);
        Ok(RowReader {
            contents: contents.into_iter().map(|(_, candidate)| candidate).collect(),
            attributes,
            others,
        })
    }

    fn row(&mut self, at: usize, max_size: u64) -> Result<Row, String> {
        let chosen = self.contents.iter().position(|candidate| !candidate.values.is_null(at));
        let content = self.contents[chosen.ok_or(NO_TEXT_FIELD)?].read(at, max_size)?;
        let mut row = Row::new(content);
        for (attribute, values) in &mut self.attributes {
            row.set(*attribute, values.text(at)?);
        }
        let mut metadata = Metadata::default();
        for (rank, candidate) in self.contents.iter_mut().enumerate() {
            if Some(rank) != chosen && !candidate.values.is_null(at) {
                candidate.encoder.encode(at, metadata.member(candidate.name));
            }
        }
        for (name, encoder) in &mut self.others {
            if !encoder.is_null(at) {
                encoder.encode(at, metadata.member(name));
            }
        }
        row.metadata = metadata.finish();
        if row.metadata.as_ref().is_some_and(|metadata| metadata.len() as u64 > max_size) {
            return Err(TOO_LARGE.to_string());
        }
        Ok(row)
    }
}

fn encoder<'a>(
    field: &'a FieldRef,
    array: &'a dyn Array,
    encoding: &'a EncoderOptions,
) -> Result<NullableEncoder<'a>, String> {
    make_encoder(field, array, encoding)
        .map_err(|_| format!("unsupported-column: {}", field.name().escape_debug()))
}

impl Candidate<'_> {
    fn read(&self, row: usize, max_size: u64) -> Result<Content, String> {
        let Value::Strings(strings) = &self.values else { return Err(not_a_string(self.name)) };
        let bytes = strings.bytes(row).unwrap_or_default();
        if bytes.len() as u64 > max_size {
            return Err(TOO_LARGE.to_string());
        }
        let text = std::str::from_utf8(bytes).map_err(|_| INVALID_UTF8.to_string())?.to_string();
        Ok(if self.html { Content::Html(text) } else { Content::Text(text) })
    }
}

impl Value<'_> {
    fn is_null(&self, row: usize) -> bool {
        match self {
            Value::Strings(strings) => strings.bytes(row).is_none(),
            Value::Encoded(encoder) => encoder.is_null(row),
        }
    }

    /// A string's text, or the JSON text of anything else, without the quotes of a date.
    fn text(&mut self, row: usize) -> Result<Option<String>, String> {
        if self.is_null(row) {
            return Ok(None);
        }
        match self {
            Value::Strings(strings) => {
                let bytes = strings.bytes(row).unwrap_or_default();
                let text = std::str::from_utf8(bytes).map_err(|_| INVALID_UTF8.to_string())?;
                Ok(Some(text.to_string()))
            }
            Value::Encoded(encoder) => {
                let mut json = Vec::new();
                encoder.encode(row, &mut json);
                let quoted = serde_json::from_slice(&json).ok();
                Ok(Some(quoted.unwrap_or_else(|| String::from_utf8_lossy(&json).into_owned())))
            }
        }
    }
}

/// A column of strings or bytes in any of its layouts.
struct Strings<'a> {
    /// For a dictionary: the value's place for each row, and the rows that have one.
    keys: Option<(Vec<usize>, &'a dyn Array)>,
    values: &'a dyn Array,
    get: Get,
}

impl<'a> Strings<'a> {
    fn new(array: &'a dyn Array) -> Option<Strings<'a>> {
        if let Some(dictionary) = array.as_any_dictionary_opt() {
            let values = dictionary.values();
            let get = getter(values.data_type())?;
            let keys = if values.is_empty() { Vec::new() } else { dictionary.normalized_keys() };
            return Some(Strings { keys: Some((keys, array)), values: &**values, get });
        }
        Some(Strings { keys: None, values: array, get: getter(array.data_type())? })
    }

    fn bytes(&self, row: usize) -> Option<&'a [u8]> {
        let at = match &self.keys {
            None => row,
            Some((_, keys)) if keys.is_null(row) => return None,
            Some((keys, _)) => *keys.get(row)?,
        };
        (!self.values.is_null(at)).then(|| (self.get)(self.values, at))
    }
}

/// Gives the bytes of one value.
type Get = fn(&dyn Array, usize) -> &[u8];

fn getter(kind: &DataType) -> Option<Get> {
    Some(match kind {
        DataType::Utf8 => |array, at| array.as_string::<i32>().value(at).as_bytes(),
        DataType::LargeUtf8 => |array, at| array.as_string::<i64>().value(at).as_bytes(),
        DataType::Utf8View => |array, at| array.as_string_view().value(at).as_bytes(),
        DataType::Binary => |array, at| array.as_binary::<i32>().value(at),
        DataType::LargeBinary => |array, at| array.as_binary::<i64>().value(at),
        DataType::BinaryView => |array, at| array.as_binary_view().value(at),
        _ => return None,
    })
}

/// Encodes a map whose keys are no strings, which JSON objects cannot hold, as a list of its entries.
#[derive(Debug)]
struct MapsAsLists;

impl EncoderFactory for MapsAsLists {
    fn make_default_encoder<'a>(
        &self,
        _field: &'a FieldRef,
        array: &'a dyn Array,
        options: &'a EncoderOptions,
    ) -> Result<Option<NullableEncoder<'a>>, ArrowError> {
        let (DataType::Map(entries, _), Some(map)) = (array.data_type(), array.as_map_opt()) else {
            return Ok(None);
        };
        if matches!(map.key_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) {
            return Ok(None);
        }
        let entries = make_encoder(entries, map.entries(), options)?;
        Ok(Some(NullableEncoder::new(Box::new(Entries { map, entries }), map.nulls().cloned())))
    }
}

struct Entries<'a> {
    map: &'a MapArray,
    entries: NullableEncoder<'a>,
}

impl Encoder for Entries<'_> {
    fn encode(&mut self, row: usize, out: &mut Vec<u8>) {
        let offsets = self.map.value_offsets();
        out.push(b'[');
        for entry in offsets[row]..offsets[row + 1] {
            if entry > offsets[row] {
                out.push(b',');
            }
            self.entries.encode(entry as usize, out);
        }
        out.push(b']');
    }
}
