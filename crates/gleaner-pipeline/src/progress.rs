//! What a run tells while it works.

/// The phases of a run, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
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

    /// Something the user should know, that does not stop the run.
    fn warn(&self, message: &str) {
        let _ = message;
    }
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {}
