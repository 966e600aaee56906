//! An earlier run, as it is opened.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::Error;
use crate::frames::PageFile;
use crate::index::DocumentReader;
use crate::manifest::Manifest;
use crate::outputs::{self, OutputFile};
use crate::settings::{Method, ResultOptions, SimilarityName};

/// A finished run whose kept documents come before all of this one.
#[derive(Debug)]
pub(crate) struct EarlierRun {
    pub(crate) folder: PathBuf,
    /// Without its inputs, which may be many.
    pub(crate) manifest: Manifest,
    /// The places, among the runs that are given, of those that it was held against itself.
    against: Vec<usize>,
    /// Band keys of a document.
    bands: usize,
}

/// The options that have to be the same for what two runs know of their documents to be comparable.
const COMPARED_BY: [&str; 4] = ["method", "similarity", "threshold", "ngram-size"];
/// More of them, where there are signatures.
const SIGNED_BY: [&str; 4] = ["num-perm", "bands", "rows", "seed"];

impl EarlierRun {
    /// Opens the runs in `folders`, in order, for a run with these options, as the manifest states them, into `output`. One
    /// that comes again is left out.
    ///
    /// Fails with a usage error for a folder that is no finished run, that was compared by other options, that was held
    /// against a run which is not given before it, or whose index is not that of the run.
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
            if runs.iter().all(|other| other.manifest.run != run.manifest.run) {
                runs.push(run);
            }
        }
        Ok(runs)
    }

    fn open(folder: &Path, options: &ResultOptions, before: &[EarlierRun]) -> Result<EarlierRun, Error> {
        let manifest = read_manifest(folder)?;
        if let Some((name, theirs, ours)) = differing(&manifest.options, options) {
            let why = format!(
                "its --{name} is {theirs} and that of this run {ours}; only runs with the same can be held against each other"
            );
            return Err(refusal(folder, &why));
        }
        let place = |run: &String| {
            let why = || format!("it was held against run {run}, which has to be given before it");
            let place = before.iter().position(|other| other.manifest.run == *run);
            place.ok_or_else(|| refusal(folder, &why()))
        };
        let against = manifest.options.against.iter().map(place).collect::<Result<_, _>>()?;
        manifest.outputs.iter().try_for_each(|stated| check_file(folder, stated))?;
        let bands = options.bands.unwrap_or(0);
        let run = EarlierRun { folder: folder.to_path_buf(), against, bands, manifest };
        run.index()?;
        if options.similarity == SimilarityName::Coverage {
            run.pages(0).check()?;
        }
        Ok(run)
    }

    /// Documents of it, kept and removed.
    pub(crate) fn documents(&self) -> u64 {
        self.manifest.documents()
    }

    /// What is known of its documents.
    pub(crate) fn index(&self) -> Result<DocumentReader, Error> {
        DocumentReader::open(&self.folder.join(outputs::DOCUMENTS), self.documents(), self.bands)
    }

    /// The pages of sites that were looked at, for a search in which its documents begin with `first`.
    pub(crate) fn pages(&self, first: u64) -> PageFile {
        PageFile { first, documents: self.documents(), path: self.folder.join(outputs::PAGES) }
    }

    /// Bytes of the files with its kept documents.
    pub(crate) fn data_bytes(&self) -> u64 {
        self.data().map(|file| file.size).sum()
    }

    /// The files with its kept documents, in order.
    pub(crate) fn data(&self) -> impl Iterator<Item = &OutputFile> {
        self.manifest.outputs.iter().filter(|file| file.is_data())
    }

    /// The place among the runs that are given of the one in which a witness stands, as the index of this run, which is
    /// number `own`, names it.
    pub(crate) fn place_of(&self, witness: Option<usize>, own: usize) -> Result<usize, Error> {
        match witness {
            None => Ok(own),
            Some(run) => {
                self.against.get(run).copied().ok_or_else(|| damaged(&self.folder, outputs::DOCUMENTS))
            }
        }
    }
}

/// The manifest of an earlier run, whose outputs are those of a run.
pub(crate) fn read_manifest(folder: &Path) -> Result<Manifest, Error> {
    let manifest =
        Manifest::read(folder).map_err(|error| Error::new(error.kind(), format!("--against {error}")))?;
    let data_files = manifest.outputs.iter().filter(|file| file.is_data()).count();
    let names = outputs::names(manifest.job, &manifest.options, data_files);
    let counts = &manifest.counts;
    let sum = counts.kept.checked_add(counts.removed).and_then(|sum| sum.checked_add(counts.rejected));
    let is_whole = manifest.outputs.iter().map(|file| &file.name).eq(&names)
        && manifest.run == outputs::identity(&manifest.outputs)
        && sum == Some(counts.records);
    if !is_whole {
        let folder_name = folder.display();
        let why = format!("its manifest.json was changed; `gleaner verify {folder_name}` tells more");
        return Err(refusal(folder, &why));
    }
    Ok(Manifest { inputs: Vec::new(), ..manifest })
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
    let signed_by = if ours.method == Method::Exact { &[][..] } else { &SIGNED_BY };
    let [theirs, ours] = [theirs, ours].map(|options| serde_json::to_value(options).unwrap_or_default());
    let value = |options: &Value, name| options.get(name).cloned().unwrap_or_default();
    let names = COMPARED_BY.iter().chain(signed_by);
    let mut values = names.map(|&name| (name, value(&theirs, name), value(&ours, name)));
    values.find(|(_, theirs, ours)| theirs != ours)
}

/// Whether a file that will be read is the one that the manifest states: those of the index by all their bytes; those of
/// data, which are held against their digests when they are read, by their size.
fn check_file(folder: &Path, stated: &OutputFile) -> Result<(), Error> {
    let path = folder.join(&stated.name);
    let is_as_stated = if stated.name.starts_with("index/") {
        path.is_file() && outputs::digest(folder, &stated.name)? == *stated
    } else if stated.is_data() {
        fs::metadata(&path).is_ok_and(|data| data.is_file() && data.len() == stated.size)
    } else {
        true
    };
    if is_as_stated { Ok(()) } else { Err(damaged(folder, &stated.name)) }
}
