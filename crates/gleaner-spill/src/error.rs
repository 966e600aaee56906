//! What can go wrong with a part file.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What went wrong with a part file, and with which.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    path: PathBuf,
}

/// The kinds of [`Error`].
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operating system refused: no space, no permission, no such folder.
    Io(io::Error),
    /// The file is not a part of the kind and version asked for.
    Foreign,
    /// The file was cut or changed: a record's checksum or the record count does not hold.
    Damaged {
        /// Where in the file, in bytes.
        offset: u64,
    },
    /// A record is longer than the format allows (4 GiB).
    TooLong,
}

impl Error {
    pub(crate) fn new(path: &Path, kind: ErrorKind) -> Error {
        Error { kind, path: path.to_path_buf() }
    }

    pub(crate) fn io(path: &Path) -> impl Fn(io::Error) -> Error + '_ {
        move |error| Error::new(path, ErrorKind::Io(error))
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The file it happened to.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.kind {
            ErrorKind::Io(error) => write!(f, "{path}: {error}"),
            ErrorKind::Foreign => write!(f, "{path}: not a part file of this kind and version"),
            ErrorKind::Damaged { offset } => write!(f, "{path}: damaged at byte {offset}"),
            ErrorKind::TooLong => write!(f, "{path}: a record is longer than 4 GiB"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            ErrorKind::Io(error) => Some(error),
            _ => None,
        }
    }
}
