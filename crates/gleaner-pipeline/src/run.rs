//! `run` and `dedup`: from settings to a finished output folder.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;
use std::time::Instant;

use gleaner_corpus::{FileSummary, Format, Prefer, ReadOptions};

use crate::begin::{self, Begun};
use crate::comparison::Comparison;
use crate::earlier::EarlierRun;
use crate::error::{Error, ErrorKind};
use crate::execution::{Cost, Execution};
use crate::journal::Journal;
use crate::manifest::{
    Identity, MANIFEST, Manifest, RUN, RunRecord, SUCCESS, Status, write_json, write_whole,
};
use crate::memory;
use crate::output::{self, Found};
use crate::progress::{Observer, Phase};
use crate::settings::{Job, Resources, ResultOptions, Settings};
use crate::stages::{Stages, page_in_dedup};
use crate::work::WorkArea;

/// How a run ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// What was written to `manifest.json`.
    pub manifest: Manifest,
    /// The limit that was passed, in words; `_SUCCESS` is then absent.
    pub limit: Option<String>,
    /// Whether the folder held this very run already and nothing was read.
    pub already_done: bool,
    /// Wall-clock seconds of each phase.
    pub seconds: BTreeMap<String, f64>,
    /// Bytes written to the work area.
    pub spilled_bytes: u64,
    /// Peak resident memory in bytes, where it can be measured.
    pub peak_memory: Option<u64>,
}

/// Does `settings.job`, which is `run` or `dedup`, and writes the output folder.
///
/// # Errors
/// [`ErrorKind::Usage`] before any output is written; [`ErrorKind::Memory`] when the budget is too small;
/// [`ErrorKind::Io`] for everything the operating system refuses. Bad input is no error: it is counted.
pub fn run(settings: &Settings, observer: &dyn Observer) -> Result<Report, Error> {
    let start = Instant::now();
    let stages = Stages::new(settings.job, &settings.result)?;
    let comparison = Comparison::new(&settings.result)?;
    settings.result.refuse_templates_in(&settings.output)?;
    let options = comparison.stated(&settings.result);
    let earlier = EarlierRun::open_all(&settings.against, Some(&settings.output), &options)?;
    let settings = &with_earlier(settings, &earlier);
    let largest = earlier.iter().map(|run| run.manifest.options.max_record_size);
    let largest = largest.fold(settings.result.max_record_size, u64::max);
    let settings =
        &Settings { resources: fitting(&settings.resources, largest, observer)?, ..settings.clone() };
    refuse_pages(settings)?;
    let _lock = output::lock(&settings.output)?;
    let identity = Identity::of(settings);
    let found = output::prepare(&settings.output, &identity, settings.overwrite)?;
    if let Found::Finished(manifest) = found {
        return finished_before(settings, *manifest);
    }
    let observer = Recorder { observer, warnings: Mutex::default() };
    let mut record = RunRecord::begin(settings, identity);
    let begun = begin::begin(settings, &mut record, &found, &observer)?;
    let executed = execute(settings, &earlier, (stages, comparison), begun, &observer);
    let (manifest, cost, work) = executed?;
    record.warnings = observer.warnings.into_inner().unwrap_or_default();
    let peak_memory = (settings.resources.peak_memory)();
    record.end(&manifest.outputs, cost, peak_memory, start.elapsed().as_secs_f64());
    let report = conclude(settings, manifest, record)?;
    work.discard();
    Ok(report)
}

/// Does all of a run but its end. The work area stays when it fails, unless what failed are the settings.
fn execute(
    settings: &Settings,
    earlier: &[EarlierRun],
    (stages, comparison): (Stages, Comparison),
    begun: Begun,
    observer: &dyn Observer,
) -> Result<(Manifest, Cost, WorkArea), Error> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(settings.resources.threads).build();
    let pool = pool.map_err(|error| Error::new(ErrorKind::Io, format!("cannot start threads: {error}")))?;
    let inputs = begin::spool(&settings.inputs, &begun, observer)?;
    let settings = &Settings { inputs, ..settings.clone() };
    let Begun { journal, work, done } = begun;
    let execution = Execution {
        settings,
        earlier,
        stages,
        comparison,
        observer,
        work: &work,
        journal: &journal,
        done,
        cost: Cost::default(),
    };
    let executed = pool.install(|| execution.run());
    let has_read = journal.has_read();
    drop(journal);
    match executed {
        Ok((manifest, cost)) => Ok((manifest, cost, work)),
        Err(error) => {
            match error.kind() {
                // Another command is needed, not this one again.
                ErrorKind::Usage if !has_read => work.discard(),
                ErrorKind::Work => Journal::suspect_all(work.folder()),
                _ => {}
            }
            Err(error)
        }
    }
}

/// The resources with the threads for which there is memory.
pub(crate) fn fitting(
    resources: &Resources,
    max_record_size: u64,
    observer: &dyn Observer,
) -> Result<Resources, Error> {
    let fitting = memory::fitting(resources, max_record_size)?;
    if fitting.threads < resources.threads {
        let Resources { threads, memory, .. } = resources;
        let mebibytes = memory >> 20;
        observer
            .note(&format!("--memory {mebibytes}MiB has room for {} of {threads} threads", fitting.threads));
    }
    Ok(fitting)
}

/// The settings with the names of earlier runs, which determine the result.
fn with_earlier(settings: &Settings, earlier: &[EarlierRun]) -> Settings {
    let against = earlier.iter().map(|run| run.manifest.run.clone()).collect();
    Settings { result: ResultOptions { against, ..settings.result.clone() }, ..settings.clone() }
}

/// Tells before any work what file names tell: a page has no place in `dedup`.
fn refuse_pages(settings: &Settings) -> Result<(), Error> {
    let mut files = settings.inputs.files.iter();
    match files.find(|file| settings.job == Job::Dedup && file.format == Some(Format::Html)) {
        Some(page) => Err(page_in_dedup(&page.name)),
        None => Ok(()),
    }
}

/// How the files of a job are read.
pub(crate) fn read_options(job: Job, options: &ResultOptions, batch_bytes: usize) -> ReadOptions {
    ReadOptions {
        prefer: if job == Job::Dedup { Prefer::Text } else { Prefer::Html },
        text_field: options.text_field.clone(),
        id_field: options.id_field.clone(),
        max_record_size: options.max_record_size,
        max_line_size: options.max_line_size,
        max_header_size: usize::try_from(options.max_header_size).unwrap_or(usize::MAX),
        max_compression_ratio: options.max_compression_ratio,
        max_codings: usize::try_from(options.max_codings).unwrap_or(usize::MAX),
        verify_digests: options.verify_digests,
        batch_bytes,
        ..ReadOptions::default()
    }
}

/// A warning of records in archives whose digest differs, naming the first file that has some; `None` without any.
pub fn digest_mismatches(files: &[FileSummary]) -> Option<String> {
    let count = |file: &FileSummary| file.archive.as_ref().map_or(0, |archive| archive.digest_mismatches);
    let first = files.iter().find(|file| count(file) > 0)?;
    let all: u64 = files.iter().map(count).sum();
    let (records, their) = if all == 1 { ("record has", "its") } else { ("records have", "their") };
    Some(format!(
        "{all} {records} another digest than {their} header states, first in {0}; `gleaner inspect --problems` with \
         its path shows which, --verify-digests reject leaves them out",
        first.name
    ))
}

/// A warning that names the empty ones of `files`, the first few if they are many; `None` without any.
pub fn empty_files(files: &[FileSummary]) -> Option<String> {
    const NAMED: usize = 5;
    let empty: Vec<&str> =
        files.iter().filter(|file| file.size == 0).map(|file| file.name.as_str()).collect();
    match empty.len() {
        0 => None,
        1 => Some(format!("{} is empty", empty[0])),
        count if count <= NAMED => Some(format!("{} are empty", empty.join(", "))),
        count => Some(format!("{count} files are empty, among them {}", empty[..NAMED].join(", "))),
    }
}

/// Passes everything on and keeps the warnings for `run.json`.
struct Recorder<'a> {
    observer: &'a dyn Observer,
    warnings: Mutex<Vec<String>>,
}

impl Observer for Recorder<'_> {
    fn begin(&self, phase: Phase, bytes: Option<u64>) {
        self.observer.begin(phase, bytes);
    }

    fn advance(&self, records: u64, bytes: u64) {
        self.observer.advance(records, bytes);
    }

    fn is_stopped(&self) -> bool {
        self.observer.is_stopped()
    }

    fn note(&self, message: &str) {
        self.observer.note(message);
    }

    fn warn(&self, message: &str) {
        self.warnings.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(message.to_owned());
        self.observer.warn(message);
    }
}

/// Judges the run by its limits and writes manifest, record and mark of success, in this order.
fn conclude(settings: &Settings, mut manifest: Manifest, record: RunRecord) -> Result<Report, Error> {
    let limit = manifest.counts.beyond(&settings.limits, manifest.input_bytes());
    manifest.status = if limit.is_some() { Status::Limit } else { Status::Complete };
    write_json(&settings.output.join(MANIFEST), &manifest)?;
    write_json(&settings.output.join(RUN), &record)?;
    if limit.is_none() {
        let success = settings.output.join(SUCCESS);
        write_whole(&success, b"").inspect_err(|_| {
            // It may stand there without having been synced: nobody is to rely on it.
            let _ = fs::remove_file(&success);
        })?;
    }
    let RunRecord { cost: Cost { seconds, .. }, spilled_bytes, peak_memory, .. } = record;
    Ok(Report { manifest, limit, already_done: false, seconds, spilled_bytes, peak_memory })
}

/// The folder holds this run: only its limits may have changed.
fn finished_before(settings: &Settings, mut manifest: Manifest) -> Result<Report, Error> {
    let limit = manifest.counts.beyond(&settings.limits, manifest.input_bytes());
    let success = settings.output.join(SUCCESS);
    let status = if limit.is_some() { Status::Limit } else { Status::Complete };
    let already_done = manifest.status == status;
    if !already_done {
        manifest.status = status;
        if limit.is_some() && success.exists() {
            fs::remove_file(&success).map_err(|error| Error::io(&success, &error))?;
        }
        write_json(&settings.output.join(MANIFEST), &manifest)?;
    }
    if limit.is_none() && !success.exists() {
        write_whole(&success, b"")?;
    }
    Ok(Report {
        manifest,
        limit,
        already_done,
        seconds: BTreeMap::new(),
        spilled_bytes: 0,
        peak_memory: None,
    })
}
