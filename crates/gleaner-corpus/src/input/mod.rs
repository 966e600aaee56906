//! From INPUT arguments to files and their bytes.

pub(crate) mod format;
mod pattern;
mod resolve;
pub(crate) mod stored;
mod walk;

pub use format::Format;
pub use resolve::{InputError, InputFile, InputOptions, InputSet, Location, resolve_inputs};
