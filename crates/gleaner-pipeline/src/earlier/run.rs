//! An earlier run, as it is opened.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::Error;
use crate::index::DocumentReader;
use crate::manifest::Manifest;
use crate::outputs::{self, OutputFile};
use crate::settings::ResultOptions;

/// A finished run whose kept documents come before all of this one.
#[derive(Debug)]
pub(crate) struct EarlierRun {
    pub(crate) folder: PathBuf,
    pub(crate) manifest: Manifest,
    /// Documents of it, kept and removed.
    pub(crate) documents: u64,
    /// The places, among the runs that are given, of those that it was held against itself; `None` for one that is not
    /// given before it.
    pub(crate) against: Vec<Option<usize>>,
}

/// The options that have to be the same for what two runs know of their documents to be comparable.
const COMPARED_BY: [&str; 8] =
    ["method", "similarity", "threshold", "ngram-size", "num-perm", "bands", "rows", "seed"];

impl EarlierRun {
    /// Opens the runs in `folders`, in order, for a run with these options into `output`.
    ///
    /// Fails with a usage error for a folder that is no finished run, that was compared by other options, or whose index
    /// is not that of the run.
    pub(crate) fn open_all(
        folders: &[PathBuf],
        output: Option<&Path>,
        options: &ResultOptions,
    ) -> Result<Vec<EarlierRun>, Error> {
        let mut runs: Vec<EarlierRun> = Vec::new();
        for folder in folders {
            if output.is_some_and(|output| is_same(folder, output)) {
                return Err(refusal(folder, "this is the output folder; write to another one"));
            }
            let run = EarlierRun::open(folder, options, &runs)?;
            if let Some(other) = runs.iter().find(|other| other.manifest.run == run.manifest.run) {
                let why = format!("it is the run of {}, which was given before", other.folder.display());
                return Err(refusal(folder, &why));
            }
            runs.push(run);
        }
        Ok(runs)
    }

    fn open(folder: &Path, options: &ResultOptions, before: &[EarlierRun]) -> Result<EarlierRun, Error> {
        let manifest =
            Manifest::read(folder).map_err(|error| Error::new(error.kind(), format!("--against {error}")))?;
        if let Some((name, theirs, ours)) = differing(&manifest.options, options) {
            let why = format!(
                "its --{name} is {theirs} and that of this run {ours}; only runs with the same can be held against each other"
            );
            return Err(refusal(folder, &why));
        }
        for stated in &manifest.outputs {
            check_file(folder, stated)?;
        }
        let documents = manifest.counts.records.saturating_sub(manifest.counts.rejected);
        let places = manifest.options.against.iter();
        let against = places.map(|run| before.iter().position(|other| other.manifest.run == *run)).collect();
        let run = EarlierRun { folder: folder.to_path_buf(), documents, against, manifest };
        run.index()?;
        Ok(run)
    }

    /// What is known of its documents.
    pub(crate) fn index(&self) -> Result<DocumentReader, Error> {
        DocumentReader::open(&self.folder.join(outputs::DOCUMENTS), self.documents)
    }

    /// Bytes of the files with its kept documents.
    pub(crate) fn data_bytes(&self) -> u64 {
        self.data().map(|file| file.size).sum()
    }

    /// The files with its kept documents, in order.
    pub(crate) fn data(&self) -> impl Iterator<Item = &OutputFile> {
        self.manifest.outputs.iter().filter(|file| file.name.starts_with("data/"))
    }

    /// Refuses the folder.
    pub(crate) fn refuse(&self, why: &str) -> Error {
        refusal(&self.folder, why)
    }
}

/// Refuses a folder of which a file is not what the run wrote.
pub(crate) fn damaged(folder: &Path, file: &str) -> Error {
    let why = format!(
        "{file} is not the file that its manifest.json states; `gleaner verify {}` tells more",
        folder.display()
    );
    refusal(folder, &why)
}

fn refusal(folder: &Path, why: &str) -> Error {
    Error::usage(format!("--against {}: {why}", folder.display()))
}

fn is_same(left: &Path, right: &Path) -> bool {
    let [left, right] = [left, right].map(fs::canonicalize);
    matches!((left, right), (Ok(left), Ok(right)) if left == right)
}

/// The first option by which documents are compared that differs, with both values.
fn differing(theirs: &ResultOptions, ours: &ResultOptions) -> Option<(&'static str, Value, Value)> {
    let [theirs, ours] = [theirs, ours].map(|options| serde_json::to_value(options).unwrap_or_default());
    let value = |options: &Value, name| options.get(name).cloned().unwrap_or_default();
    let values = COMPARED_BY.iter().map(|&name| (name, value(&theirs, name), value(&ours, name)));
    values.into_iter().find(|(_, theirs, ours)| theirs != ours)
}

/// Whether a file is the one that the manifest states: those of the index by all their bytes, others, which are looked at
/// when they are read, by their size.
fn check_file(folder: &Path, stated: &OutputFile) -> Result<(), Error> {
    let path = folder.join(&stated.name);
    let is_index = stated.name.starts_with("index/");
    let is_read = is_index || stated.name.starts_with("data/");
    let is_as_stated = if is_index {
        outputs::digest(folder, &stated.name)? == *stated
    } else {
        fs::metadata(&path).map_err(|error| Error::io(&path, &error))?.len() == stated.size
    };
    if is_as_stated || !is_read {
        return Ok(());
    }
    Err(damaged(folder, &stated.name))
}
