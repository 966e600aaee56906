//! The output folder before a run: empty, ours, or somebody else's.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::journal::Journal;
use crate::lock::Lock;
use crate::manifest::{Identity, MANIFEST, Manifest, RUN, RunRecord, SUCCESS, read_json};
use crate::outputs::OutputFile;
use crate::work::WorkArea;

/// Everything that a run writes into its folder, in the order in which it is replaced: first what says that it is finished,
/// last what says whose it is. Nothing else is ever replaced.
const OURS: [&str; 9] = [
    SUCCESS,
    MANIFEST,
    "data",
    "removed",
    "index",
    "site-templates",
    "rejects.parquet",
    ".gleaner-work",
    RUN,
];

/// What stands in the output folder.
#[derive(Debug)]
pub(crate) enum Found {
    /// Nothing: the folder is there and empty.
    Empty,
    /// This very run, interrupted; its work area was in this folder, if one was named.
    Begun { tmp: Option<PathBuf> },
    /// The outputs of this very run.
    Finished(Box<Manifest>),
}

/// The lock of an output folder, and that of the work area in it, which may be left of a process that was killed.
const LOCKS: [&str; 2] = [".gleaner-lock", ".gleaner-work.lock"];

/// Holds the output folder, which is made, for this process alone.
pub(crate) fn lock(output: &Path) -> Result<Lock, Error> {
    if output.is_file() {
        return Err(Error::usage(format!("output {} is a file; name a folder", output.display())));
    }
    fs::create_dir_all(output).map_err(|error| Error::io(output, &error))?;
    Lock::take(&output.join(LOCKS[0]), output)
}

/// Makes the output folder, which is locked, ready, or says why it cannot be used.
pub(crate) fn prepare(output: &Path, identity: &Identity, overwrite: bool) -> Result<Found, Error> {
    let names = list(output).map_err(|error| Error::io(output, &error))?;
    if names.is_empty() {
        return Ok(Found::Empty);
    }
    let record: Option<RunRecord> = read_json(&output.join(RUN));
    if let Some(foreign) = names.iter().find(|name| !OURS.contains(&name.as_str())) {
        return Err(refusal(output, &format!("`{foreign}` there is not of gleaner's making")));
    }
    let Some(record) = record else {
        return Err(refusal(output, "it is not the output of a run"));
    };
    let tmp = record.tmp.as_ref().map(PathBuf::from);
    if overwrite {
        return start_anew(output, tmp.as_deref());
    }
    let difference = match record.finished {
        true => identity.difference(&record.identity).or_else(|| identity.unsure_of_inputs()),
        false => identity.difference(&record.identity),
    };
    match difference {
        Some(_) if !record.finished && !has_come_anywhere(output, tmp.as_deref()) => {
            start_anew(output, tmp.as_deref())
        }
        Some(difference) => {
            let which = if record.finished { "another run" } else { "another run, which was interrupted" };
            Err(refusal(output, &format!("it holds {which}: {difference}; --overwrite replaces it")))
        }
        None => match finished(output, &record) {
            Some(manifest) => {
                // A process that was killed at the very end has left it.
                remove_work(output, tmp.as_deref())?;
                Ok(Found::Finished(manifest))
            }
            None => Ok(Found::Begun { tmp }),
        },
    }
}

/// The manifest of a finished run of which all files are there.
fn finished(output: &Path, record: &RunRecord) -> Option<Box<Manifest>> {
    let manifest: Box<Manifest> = read_json(&output.join(MANIFEST)).filter(|_| record.finished)?;
    let is_there =
        |file: &OutputFile| fs::metadata(output.join(&file.name)).is_ok_and(|found| found.len() == file.size);
    manifest.outputs.iter().all(is_there).then_some(manifest)
}

/// Removes what an earlier run has left, also in `tmp`.
pub(crate) fn start_anew(output: &Path, tmp: Option<&Path>) -> Result<Found, Error> {
    remove_work(output, tmp)?;
    clear(output)?;
    Ok(Found::Empty)
}

fn remove_work(output: &Path, tmp: Option<&Path>) -> Result<(), Error> {
    if WorkArea::is_left(output, tmp) {
        WorkArea::open(output, tmp)?.discard();
    }
    Ok(())
}

/// Whether anything would be lost with an interrupted run.
fn has_come_anywhere(output: &Path, tmp: Option<&Path>) -> bool {
    output.join("data").exists() || Journal::has_steps(&WorkArea::root(output, tmp))
}

fn refusal(output: &Path, why: &str) -> Error {
    Error::usage(format!(
        "output folder {} is not empty, and {why}; or name another folder",
        output.display()
    ))
}

/// Names in a folder, sorted; none where it does not exist.
fn list(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<io::Result<Vec<_>>>()?;
    names.retain(|name| !LOCKS.contains(&name.as_str()) && !is_partial(name));
    names.sort();
    Ok(names)
}

/// Whether a file is one of ours that a killed process was writing; it is written anew.
fn is_partial(name: &str) -> bool {
    let name = name.strip_prefix('.').and_then(|name| name.strip_suffix(".partial"));
    name.is_some_and(|name| OURS.contains(&name))
}

/// Removes what a run has written.
pub(crate) fn clear(output: &Path) -> Result<(), Error> {
    for name in OURS {
        let path = output.join(name);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Error::io(&path, &error)),
            _ => {}
        }
    }
    Ok(())
}
