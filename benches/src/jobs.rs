//! Whole jobs and the files they read.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::thread;

use gleaner_corpus::{InputOptions, resolve_inputs};
use gleaner_pipeline::{Job, Limits, Method, Resources, ResultOptions, Settings};
use gleaner_testkit::corpus::{ArchiveWriter, PageWriter, ServedPage};

use crate::inputs::{own, pages, synthetic, texts};

/// A job with the defaults of the `gleaner` binary on all cores and 8 GiB; an output of an earlier run is replaced.
///
/// # Panics
/// When the input is not there.
pub fn job_settings(job: Job, method: Method, input: &Path, output: &Path) -> Settings {
    let inputs =
        resolve_inputs(&[OsString::from(input)], &InputOptions::default()).expect("the input is there");
    Settings {
        against: Vec::new(),
        job,
        inputs,
        output: output.to_path_buf(),
        result: ResultOptions { method, ..ResultOptions::default() },
        resources: Resources {
            threads: thread::available_parallelism().map_or(1, usize::from),
            memory: 8 << 30,
            tmp: None,
            peak_memory: || None,
        },
        limits: Limits::default(),
        overwrite: true,
    }
}

/// What a job reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Documents; of the user's folder perhaps fewer than were asked for.
    pub documents: u64,
    /// Bytes of their pages or texts.
    pub bytes: u64,
}

/// The name of the file that a job reads: JSON lines of texts for `clean` and `dedup`, an archive of pages for `run`.
pub fn input_name(job: Job) -> &'static str {
    if takes_texts(job) { "texts.jsonl" } else { "pages.warc.gz" }
}

fn takes_texts(job: Job) -> bool {
    matches!(job, Job::Clean | Job::Dedup)
}

/// Writes what a job reads to `path`: `documents` of the synthetic corpus one after the other, so that memory does not
/// limit their number, or as many of the user's folder as there are.
///
/// # Errors
/// When the file cannot be written.
pub fn write_input(job: Job, documents: usize, path: &Path) -> io::Result<Written> {
    let out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    match (takes_texts(job), own()) {
        (true, None) => write_jsonl(synthetic(documents).documents().map(|d| (d.url, d.text)), out),
        (true, Some(_)) => {
            let texts = texts().iter().take(documents);
            write_jsonl(texts.map(|text| (text.url.clone(), text.text.clone())), out)
        }
        (false, None) => {
            let writer = PageWriter::new().expect("the testkit's templates");
            write_archive(synthetic(documents).documents().map(|document| writer.served(&document)), out)
        }
        (false, Some(_)) => {
            write_archive(pages().iter().take(documents).map(|page| page.served.clone()), out)
        }
    }
}

fn write_jsonl(texts: impl Iterator<Item = (String, String)>, mut out: impl Write) -> io::Result<Written> {
    let mut written = Written { documents: 0, bytes: 0 };
    for (url, text) in texts {
        serde_json::to_writer(
            &mut out,
            &serde_json::json!({"id": written.documents, "text": text, "url": url}),
        )?;
        out.write_all(b"\n")?;
        written.documents += 1;
        written.bytes += text.len() as u64;
    }
    out.flush()?;
    Ok(written)
}

fn write_archive(pages: impl Iterator<Item = ServedPage>, out: impl Write) -> io::Result<Written> {
    let mut out = ArchiveWriter::new(out);
    let mut written = Written { documents: 0, bytes: 0 };
    for page in pages {
        out.write(&page)?;
        written.documents += 1;
        written.bytes += page.body.len() as u64;
    }
    out.into_inner().flush()?;
    Ok(written)
}
