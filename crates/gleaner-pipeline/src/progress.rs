//! What a run tells while it works.

use crate::error::{Error, ErrorKind};

/// The phases of a run, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Brings standard input into the work area.
    Spool,
    /// Reads the input, extracts main content, spills what was found.
    Scan,
    /// Decides what recurs on a host's pages.
    Learn,
    /// Cleans lines, applies filters, sketches.
    Clean,
    /// Reads what is needed of earlier runs.
    Against,
    /// Finds duplicates.
    Group,
    /// Measures recall on a sample.
    Recall,
    /// Writes what is kept and what was removed.
    Emit,
    /// Checks a finished run; the only phase of `verify`.
    Verify,
}

impl Phase {
    /// Its name, as in `run.json`.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Spool => "spool",
            Phase::Scan => "scan",
            Phase::Learn => "learn",
            Phase::Clean => "clean",
            Phase::Against => "against",
            Phase::Group => "group",
            Phase::Recall => "recall",
            Phase::Emit => "emit",
            Phase::Verify => "verify",
        }
    }
}

/// Hears of a run's progress, from any of its threads.
pub trait Observer: Sync {
    /// A phase begins; `bytes` is what it will pass over, where that is known.
    fn begin(&self, phase: Phase, bytes: Option<u64>) {
        let _ = (phase, bytes);
    }

    /// The current phase has passed over more records and bytes.
    fn advance(&self, records: u64, bytes: u64) {
        let _ = (records, bytes);
    }

    /// Whether the run should end; asked often. It then fails with [`ErrorKind::Stopped`](crate::ErrorKind::Stopped), as soon
    /// as what is at hand is done: a document, or a file that is written to the end.
    fn is_stopped(&self) -> bool {
        false
    }

    /// Something that is good to know, and no cause for worry.
    fn note(&self, message: &str) {
        let _ = message;
    }

    /// Something the user should know, that does not stop the run.
    fn warn(&self, message: &str) {
        let _ = message;
    }
}

/// Fails when the run should end.
pub(crate) fn go_on(observer: &dyn Observer) -> Result<(), Error> {
    if observer.is_stopped() { Err(Error::new(ErrorKind::Stopped, "stopped before the end")) } else { Ok(()) }
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {}
