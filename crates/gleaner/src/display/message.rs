//! Errors, warnings and notes on standard error.

use std::io::{self, IsTerminal, Write};

use gleaner_pipeline::{Error, ErrorKind};

use crate::args::When;

/// Writes a line to standard error. Where nobody listens any more, nothing is lost by not saying it.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// A message without what a terminal would act on: ids and file names in it are not ours.
pub(crate) fn plain(message: &str) -> String {
    message.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Writes a line of data to standard output.
pub(crate) fn print(line: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    let written = writeln!(out, "{line}").and_then(|()| out.flush());
    written.map_err(|error| stream_error("standard output", &error))
}

/// The error of a stream; a closed pipe is no failure.
pub(crate) fn stream_error(name: &str, error: &io::Error) -> Error {
    let closed = error.kind() == io::ErrorKind::BrokenPipe;
    Error::new(if closed { ErrorKind::Closed } else { ErrorKind::Io }, format!("{name}: {error}"))
}

/// Whether messages are coloured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    colour: bool,
}

impl Style {
    /// `auto`: on a terminal, unless `NO_COLOR` is set.
    #[allow(clippy::disallowed_methods, reason = "NO_COLOR is a convention between terminal programs")]
    pub(crate) fn new(when: Option<When>) -> Style {
        let colour = match when.unwrap_or(When::Auto) {
            When::Always => true,
            When::Never => false,
            When::Auto => io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        };
        Style { colour }
    }

    fn paint(self, label: &str, code: &str) -> String {
        if self.colour { format!("\x1b[1;{code}m{label}\x1b[0m") } else { label.to_owned() }
    }

    pub(crate) fn error(self, message: &str) {
        say(&format!("{} {}", self.paint("error:", "31"), plain(message)));
    }

    pub(crate) fn warning(self, message: &str) {
        say(&format!("{} {}", self.paint("warning:", "33"), plain(message)));
    }
}

/// Messages of one sort, at most [`Messages::SHOWN`] of them; the rest is counted.
#[derive(Debug)]
pub(crate) struct Messages {
    sort: &'static str,
    count: u64,
}

impl Messages {
    const SHOWN: u64 = 20;

    pub(crate) fn new(sort: &'static str) -> Messages {
        Messages { sort, count: 0 }
    }

    pub(crate) fn say(&mut self, message: &str) {
        self.count += 1;
        if self.count <= Messages::SHOWN {
            say(&format!("{}: {}", self.sort, plain(message)));
        }
    }

    /// Says how many more there were.
    pub(crate) fn end(&self) {
        if self.count > Messages::SHOWN {
            say(&format!("{}: {} more", self.sort, self.count - Messages::SHOWN));
        }
    }
}
