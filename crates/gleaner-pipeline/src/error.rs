//! Why a run could not be done.

use std::fmt;
use std::io;
use std::path::Path;

/// Why a run could not be done. The message says what happened, where, and what to do next.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

/// The kinds of [`Error`], one for each way a caller answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The settings or the inputs do not fit the job; no output was written.
    Usage,
    /// Reading or writing failed: no space, no permission, a vanished folder.
    Io,
    /// A file of the work area is damaged or gone. The next run into the folder looks at all of them.
    Work,
    /// The memory budget is too small for this input; nothing more was read.
    Memory,
    /// Another process works in the folder.
    Busy,
    /// The observer wanted the run to end.
    Stopped,
    /// The reader of the output went away (a closed pipe).
    Closed,
    /// An invariant does not hold: a bug.
    Internal,
}

impl Error {
    /// An error of `kind` with its whole message.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error { kind, message: message.into() }
    }

    /// What kind of error it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    pub(crate) fn usage(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Usage, message)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Internal, message)
    }

    pub(crate) fn io(path: &Path, error: &io::Error) -> Error {
        Error::new(io_kind(error), format!("{}: {error}", path.display()))
    }
}

fn io_kind(error: &io::Error) -> ErrorKind {
    if error.kind() == io::ErrorKind::BrokenPipe { ErrorKind::Closed } else { ErrorKind::Io }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<gleaner_spill::Error> for Error {
    fn from(error: gleaner_spill::Error) -> Error {
        let kind = match error.kind() {
            gleaner_spill::ErrorKind::Io(io) if io.kind() != io::ErrorKind::NotFound => ErrorKind::Io,
            gleaner_spill::ErrorKind::TooLong => ErrorKind::Io,
            _ => ErrorKind::Work,
        };
        Error::new(kind, format!("work area: {error}"))
    }
}
