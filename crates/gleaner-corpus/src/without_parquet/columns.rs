//! What stands for the columns of Parquet inputs where Parquet is not built in: nothing has any.

use std::convert::Infallible;
use std::io;

/// The other columns of a Parquet batch: of these there are none without the feature `parquet`.
#[derive(Clone, Debug)]
pub struct Columns(Infallible);

impl Columns {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        match self.0 {}
    }

    /// As bytes for a part file.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self.0 {}
    }

    /// Fails with kind `Unsupported`, whatever the bytes.
    pub fn from_bytes(_bytes: &[u8]) -> io::Result<Columns> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "built without the feature `parquet`"))
    }
}

/// The schema of the other columns: of these there are none without the feature `parquet`.
#[derive(Clone, Debug)]
pub struct ColumnSchema(Infallible);

impl ColumnSchema {
    /// The names of the columns, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        match self.0 {}
        #[expect(unreachable_code, reason = "it says which iterator there would be")]
        std::iter::empty()
    }
}
