//! How a run begins: anew, or where an interrupted one ended.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use gleaner_corpus::{AtomicFile, InputFile, InputSet, Location};

use crate::error::Error;
use crate::journal::{Done, Journal, Step};
use crate::manifest::{RUN, RunRecord, write_json};
use crate::output::{self, Found};
use crate::progress::{Observer, Phase, go_on};
use crate::settings::Settings;
use crate::work::WorkArea;

/// Bytes of standard input between two questions whether the run should end.
const CHUNK: usize = 1 << 18;

/// The work area of a run, and what is done of it.
pub(crate) struct Begun {
    /// Ends before the work area may go.
    pub(crate) journal: Journal,
    pub(crate) work: WorkArea,
    pub(crate) done: Done,
}

/// Begins the run `record` in an output folder in which this was `found`.
pub(crate) fn begin(
    settings: &Settings,
    record: &mut RunRecord,
    found: &Found,
    observer: &dyn Observer,
) -> Result<Begun, Error> {
    let (output, tmp) = (settings.output.as_path(), settings.resources.tmp.as_deref());
    let mut goes_on = false;
    if let Found::Begun { tmp: before } = found {
        goes_on = is_same(before.as_deref(), tmp);
        if !goes_on {
            observer.warn("the interrupted run had another --tmp: what it had done is done again");
            output::start_anew(output, before.as_deref())?;
        }
    }
    let work = WorkArea::open(output, tmp)?;
    if goes_on
        && let Some((journal, done)) = Journal::resume(work.folder(), &record.identity)?
        && (done.spooled || !record.identity.reads_stdin())
    {
        work.clear_unfinished()?;
        record.resumed = true;
        write_json(&output.join(RUN), record)?;
        observer.note(&resumed(&done));
        return Ok(Begun { journal, work, done });
    }
    if goes_on {
        observer.note("the interrupted run had done nothing that could be found; it begins anew");
    }
    output::clear(output)?;
    // First of all: it tells whose the folder is.
    write_json(&output.join(RUN), record)?;
    work.clear()?;
    Ok(Begun { journal: Journal::create(work.folder(), &record.identity)?, work, done: Done::default() })
}

/// What is told of an interrupted run.
fn resumed(done: &Done) -> String {
    let documents: u64 = done.scanned.values().map(|step| step.scanned.documents).sum();
    let what = match done {
        Done { grouped: Some(_), .. } => "duplicates were found, the output is to be written".to_owned(),
        Done { read: Some(_), .. } => format!("all input was read, {documents} documents"),
        _ => format!("{documents} documents were read"),
    };
    let stdin = if done.spooled { "; standard input is taken from there" } else { "" };
    format!("going on with the run that was interrupted: {what}{stdin}")
}

fn is_same(left: Option<&Path>, right: Option<&Path>) -> bool {
    let place =
        |tmp: Option<&Path>| tmp.map(|tmp| fs::canonicalize(tmp).unwrap_or_else(|_| tmp.to_path_buf()));
    place(left) == place(right)
}

/// The inputs, with standard input brought into the work area, where a later process finds it.
pub(crate) fn spool(inputs: &InputSet, begun: &Begun, observer: &dyn Observer) -> Result<InputSet, Error> {
    let mut inputs = inputs.clone();
    let Some(input) = inputs.files.iter_mut().find(|file| file.location == Location::Stdin) else {
        return Ok(inputs);
    };
    let path = begun.work.spool();
    if !begun.done.spooled {
        observer.begin(Phase::Spool, None);
        copy(&mut io::stdin().lock(), &path, observer)?;
        begun.journal.done(&Step::Spooled, &[])?;
    }
    let size = fs::metadata(&path).map_err(|error| Error::io(&path, &error))?.len();
    *input = InputFile { location: Location::Path(path), size: Some(size), ..input.clone() };
    Ok(inputs)
}

fn copy(from: &mut impl Read, path: &Path, observer: &dyn Observer) -> Result<(), Error> {
    let mut file = AtomicFile::create(path).map_err(|error| Error::io(path, &error))?;
    let mut buffer = vec![0; CHUNK];
    loop {
        go_on(observer)?;
        match from.read(&mut buffer) {
            Ok(0) => return file.commit().map_err(|error| Error::io(path, &error)),
            Ok(bytes) => {
                file.write_all(&buffer[..bytes]).map_err(|error| Error::io(path, &error))?;
                observer.advance(0, bytes as u64);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::io(Path::new("standard input"), &error)),
        }
    }
}
