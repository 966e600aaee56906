//! What stands for the reader of Parquet where it is not built in: each file is a gap.

use std::convert::Infallible;

use super::batch::{Builder, Item, Place};
use super::row::Fields;
use super::{Fill, ReadOptions, Source};
use crate::columns::{ColumnSchema, Columns};
use crate::input::stored::{Stored, io_error};
use crate::{InputFile, InputSet};

/// Rows as the decoder gives them.
pub(super) type Batch = Infallible;

/// A file that cannot be read.
pub(super) struct Rows {
    size: u64,
    reason: Option<String>,
}

impl Rows {
    /// Reads the file once, so that its size and digest are known as those of any other.
    pub(super) fn new(stored: &Stored, _input: &InputFile, _options: &ReadOptions) -> Rows {
        let reason = match stored.clone().drain() {
            Ok(()) => "unknown-format: built without the feature `parquet`".to_string(),
            Err(error) => io_error(&error),
        };
        Rows { size: stored.consumed(), reason: Some(reason) }
    }
}

impl Source for Rows {
    fn fill(&mut self, batch: &mut Builder) -> Fill {
        if let Some(reason) = self.reason.take() {
            batch.gap(0, self.size, reason);
        }
        Fill::Done
    }

    fn position(&self) -> Option<u64> {
        Some(self.size)
    }
}

pub(super) fn decode<E>(
    batch: &Batch,
    _fields: &Fields,
    _place: Place<'_>,
    _options: &ReadOptions,
    _each: &mut impl FnMut(Item) -> Result<(), E>,
) -> Result<Option<Columns>, E> {
    match *batch {}
}

/// Without the feature `parquet` there are no other columns: always `None`.
pub fn common_columns(_inputs: &InputSet, _options: &ReadOptions) -> Option<ColumnSchema> {
    None
}
