//! Whole jobs, from an input file to a finished output folder, with one worker thread.

use std::ffi::OsString;
use std::path::Path;

use gleaner_corpus::{InputOptions, OutputFormat, resolve_inputs};
use gleaner_pipeline::{Job, Limits, Resources, ResultOptions, Settings, Silent, run};

use crate::Result;
use crate::inputs::{Inputs, TEXTS};
use crate::stages::Work;

/// Documents of the job that is done before, so that what a process makes once (models, tables) is not counted.
const BEFORE: usize = 4;

fn job(job: Job, input: &Path, inputs: &Inputs, format: OutputFormat) -> Result<Work> {
    let settings = Settings {
        against: Vec::new(),
        job,
        inputs: resolve_inputs(&[OsString::from(input)], &InputOptions::default())?,
        output: inputs.out.join("folder"),
        result: ResultOptions { format, ..ResultOptions::default() },
        resources: Resources { threads: 1, memory: 1 << 30, tmp: None, peak_memory: || None },
        limits: Limits::default(),
        overwrite: true,
    };
    Ok(Box::new(move || Ok(run(&settings, &Silent)?.manifest.counts.kept)))
}

/// Pages of an archive to a corpus.
pub(crate) fn run_on_archive(inputs: &Inputs) -> Result<Work> {
    let of = |pages: usize| {
        let path = inputs.out.join(format!("{pages}.warc.gz"));
        std::fs::write(&path, inputs.archive(pages)?)?;
        job(Job::Run, &path, inputs, OutputFormat::Parquet)
    };
    of(BEFORE)?()?;
    of(80)
}

/// Texts without near-duplicates.
pub(crate) fn dedup(inputs: &Inputs) -> Result<Work> {
    let of = |documents: usize| job(Job::Dedup, &inputs.part(TEXTS, documents)?, inputs, OutputFormat::Jsonl);
    of(BEFORE)?()?;
    of(300)
}
