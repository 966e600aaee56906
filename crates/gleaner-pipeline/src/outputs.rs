//! The files of a run as they are on disk.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use gleaner_corpus::{AtomicFile, FileSummary, OutputFormat};
use gleaner_text::Hasher128;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::settings::{Job, ResultOptions, SimilarityName, Spans};

/// A file that a run wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputFile {
    /// Its name, relative to the folder of the run, with `/`.
    pub name: String,
    /// Its bytes.
    pub size: u64,
    /// `xxh3-128:` and 32 hex digits.
    pub digest: String,
}

impl OutputFile {
    /// Whether it holds kept documents.
    pub(crate) fn is_data(&self) -> bool {
        self.name.starts_with("data/")
    }
}

/// Puts a file of the work area where a run has its output.
pub(crate) fn publish(from: &Path, to: &Path) -> Result<(), Error> {
    let copy = || {
        let mut file = AtomicFile::create(to)?;
        io::copy(&mut File::open(from)?, &mut file)?;
        file.commit()
    };
    copy().map_err(|error| Error::io(to, &error))
}

/// The names of the files that a run with these options and so many files of data has, in order.
pub(crate) fn names(job: Job, options: &ResultOptions, data_files: usize) -> Vec<String> {
    let mut names: Vec<String> =
        (0..data_files).map(|number| data_name(number, data_files, options.format)).collect();
    names.push(REMOVED.to_owned());
    if options.spans != Spans::None {
        names.push(SPANS.to_owned());
    }
    names.push(REJECTS.to_owned());
    names.push(DOCUMENTS.to_owned());
    if options.similarity == SimilarityName::Coverage {
        names.extend([FRAMES, PAGES].map(str::to_owned));
    }
    if job == Job::Run {
        names.push(TEMPLATES.to_owned());
    }
    names
}

/// The first of the files that were read whole and are not as they are stated.
pub(crate) fn first_other(stated: &[OutputFile], read: &[FileSummary]) -> Option<String> {
    let is_other = |read: &&FileSummary| {
        !stated.iter().any(|stated| stated.name == read.name && stated.digest == read.digest)
    };
    read.iter().find(is_other).map(|read| read.name.clone())
}

pub(crate) const REMOVED: &str = "removed/documents-00000.parquet";
pub(crate) const SPANS: &str = "removed/spans-00000.parquet";
pub(crate) const REJECTS: &str = "rejects.parquet";
pub(crate) const DOCUMENTS: &str = "index/documents.bin";
pub(crate) const FRAMES: &str = "index/frames.jsonl";
pub(crate) const PAGES: &str = "index/pages.bin";
pub(crate) const TEMPLATES: &str = "site-templates/templates.jsonl";

/// What tells a run from any other: a digest of its files' names, sizes and digests.
pub(crate) fn identity(outputs: &[OutputFile]) -> String {
    let mut hasher = Hasher128::default();
    for OutputFile { name, size, digest } in outputs {
        hasher.update(format!("{name}\t{size}\t{digest}\n").as_bytes());
    }
    format!("xxh3-128:{:032x}", hasher.finish())
}

/// The name of a file of kept documents.
pub(crate) fn data_name(number: usize, count: usize, format: OutputFormat) -> String {
    format!("data/train-{number:05}-of-{count:05}.{}", format.extension())
}

/// The names in a folder that are not hidden, sorted; none where there is no such folder.
pub(crate) fn list(folder: &Path) -> Result<Vec<String>, Error> {
    let io = |error: io::Error| Error::io(folder, &error);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io(error)),
    };
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names: Vec<String> = names.collect::<Result<_, _>>().map_err(io)?;
    names.retain(|name| !name.starts_with('.'));
    names.sort();
    Ok(names)
}

/// Reads the files of a run once for their sizes and digests, on all threads of the pool.
pub(crate) fn digests(folder: &Path, job: Job, options: &ResultOptions) -> Result<Vec<OutputFile>, Error> {
    let data_files = list(&folder.join("data"))?.len();
    let names = names(job, options, data_files);
    names.par_iter().map(|name| digest(folder, name)).collect()
}

pub(crate) fn digest(folder: &Path, name: &str) -> Result<OutputFile, Error> {
    let (size, digest) = digest_of(&folder.join(name))?;
    Ok(OutputFile { name: name.to_owned(), size, digest })
}

/// Size and digest of a file.
pub(crate) fn digest_of(path: &Path) -> Result<(u64, String), Error> {
    let read = || {
        let mut file = File::open(path)?;
        let (mut hasher, mut size) = (Hasher128::default(), 0);
        let mut buffer = vec![0; 1 << 18];
        loop {
            match file.read(&mut buffer)? {
                0 => break Ok((size, hasher.finish())),
                bytes => {
                    hasher.update(&buffer[..bytes]);
                    size += bytes as u64;
                }
            }
        }
    };
    let (size, hash) = read().map_err(|error| Error::io(path, &error))?;
    Ok((size, format!("xxh3-128:{hash:032x}")))
}
