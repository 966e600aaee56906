//! What the tests share.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use gleaner_corpus::{
    BatchReader, Columns, Content, FileSummary, InputOptions, Item, ReadOptions, Record, Reject,
    resolve_inputs,
};

/// Everything that was read.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) records: Vec<Record>,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) skipped: Vec<String>,
    pub(crate) summaries: Vec<FileSummary>,
    pub(crate) columns: Vec<Columns>,
    pub(crate) batches: Vec<usize>,
    pub(crate) stored: u64,
}

impl Outcome {
    pub(crate) fn texts(&self) -> Vec<&str> {
        self.records.iter().map(|record| text(&record.content)).collect()
    }

    pub(crate) fn ids(&self) -> Vec<&str> {
        self.records.iter().map(|record| record.id.as_str()).collect()
    }

    /// `kind offset length reason` of each reject.
    pub(crate) fn lost(&self) -> Vec<String> {
        let line = |reject: &Reject| {
            format!("{} {} {} {}", reject.kind.name(), reject.offset, reject.length, reject.reason)
        };
        self.rejects.iter().map(line).collect()
    }
}

pub(crate) fn text(content: &Content) -> &str {
    match content {
        Content::Html(text) | Content::Text(text) => text,
    }
}

pub(crate) fn read(path: &Path) -> Outcome {
    read_with(path, &ReadOptions::default())
}

pub(crate) fn read_with(path: &Path, options: &ReadOptions) -> Outcome {
    read_all(&[path.into()], options)
}

pub(crate) fn read_all(arguments: &[OsString], options: &ReadOptions) -> Outcome {
    let inputs = resolve_inputs(arguments, &InputOptions::default()).unwrap();
    let mut reader = BatchReader::new(inputs, options.clone());
    let mut outcome = Outcome::default();
    for batch in reader.by_ref() {
        outcome.stored += batch.stored_bytes();
        let before = outcome.records.len();
        let decoded = batch.decode::<()>(options, |item| {
            match item {
                Item::Record(record) => outcome.records.push(record),
                Item::Rejected(reject) => outcome.rejects.push(reject),
                Item::Skipped(kind) => outcome.skipped.push(kind),
            }
            Ok(())
        });
        outcome.columns.extend(decoded.unwrap().columns);
        outcome.batches.push(outcome.records.len() - before);
    }
    assert_eq!(outcome.stored, reader.bytes_read(), "batches stand for every stored byte");
    outcome.summaries = reader.into_summaries();
    outcome
}

/// A folder with one file in it.
pub(crate) fn file(name: &str, bytes: impl AsRef<[u8]>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// The folder of public data, where it is; else the test is skipped, which CI does not accept.
pub(crate) fn shared(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    #[expect(clippy::disallowed_methods, reason = "tests are not the library")]
    let is_ci = std::env::var_os("CI").is_some();
    assert!(!is_ci, "{} is missing", path.display());
    eprintln!("SKIPPED: {} is missing", path.display());
    None
}
