//! Exit codes, as the README lists them.

use std::process::ExitCode;

use gleaner_pipeline::ErrorKind;

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    Done = 0,
    Usage = 2,
    Limit = 3,
    /// `verify` found something wrong: data error in the numbering of sysexits, as are those that follow.
    Unsound = 65,
    Internal = 70,
    Io = 74,
    Busy = 75,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

impl From<ErrorKind> for Exit {
    fn from(kind: ErrorKind) -> Exit {
        match kind {
            ErrorKind::Usage => Exit::Usage,
            ErrorKind::Closed => Exit::Done,
            ErrorKind::Io | ErrorKind::Work | ErrorKind::Memory => Exit::Io,
            ErrorKind::Busy => Exit::Busy,
            _ => Exit::Internal,
        }
    }
}
