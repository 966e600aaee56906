//! `run` and `dedup`: the five phases over one work area, and the measurement of recall.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use gleaner_corpus::{
    BatchReader, ColumnSchema, FileSummary, Format, InputFile, OutputFormat, Prefer, ReadOptions,
    common_columns,
};
use gleaner_dedup::HashCounts;

use crate::account::{Accounting, Totals};
use crate::comparison::Comparison;
use crate::earlier::{Earlier, EarlierRun};
use crate::error::{Error, ErrorKind};
use crate::lookup::Lookup;
use crate::manifest::{
    Identity, MANIFEST, Manifest, RUN, RunRecord, SUCCESS, Status, write_json, write_whole,
};
use crate::memory::{self, GroupMemory};
use crate::output::{self, Found};
use crate::outputs;
use crate::phases::clean::{Cleaned, Cleaner};
use crate::phases::emit::Emitter;
use crate::phases::group::{Grouped, Grouper};
use crate::phases::learn;
use crate::phases::scan::{Scanned, Scanner};
use crate::progress::{Observer, Phase};
use crate::recall::{self, Recall};
use crate::searched::Searched;
use crate::settings::{Job, Resources, ResultOptions, Settings, Spans};
use crate::sites::{self, SiteCounts, Sites};
use crate::stages::{Stages, page_in_dedup};
use crate::work::WorkArea;

/// Decoded bytes of input in a part.
const BATCH_BYTES: usize = 8 << 20;

/// Shingles that an input of unknown size is taken to hold: the counters of more would take long to make for a short one.
const UNKNOWN_SHINGLES: u64 = 1 << 28;

/// Lines that an input of unknown size is taken to hold, and bytes of one otherwise; packed text has more lines a byte.
const UNKNOWN_LINES: u64 = 1 << 26;
const LINE_BYTES: u64 = 16;

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
    let stages = Stages::new(settings.job, &settings.result)?;
    let comparison = Comparison::new(&settings.result)?;
    settings.result.refuse_templates_in(&settings.output)?;
    let options = comparison.stated(&settings.result);
    let earlier = EarlierRun::open_all(&settings.against, Some(&settings.output), &options)?;
    let settings = &with_earlier(settings, &earlier);
    let largest = earlier.iter().map(|run| run.manifest.options.max_record_size);
    memory::check_start(&settings.resources, largest.fold(settings.result.max_record_size, u64::max))?;
    refuse_pages(settings)?;
    let _lock = output::lock(&settings.output)?;
    let identity = Identity::of(settings);
    if let Found::Finished(manifest) = output::prepare(&settings.output, &identity, settings.overwrite)? {
        return finished_before(settings, *manifest);
    }
    let record = begun(settings, identity);
    write_json(&settings.output.join(RUN), &record)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(settings.resources.threads).build();
    let pool = pool.map_err(|error| Error::new(ErrorKind::Io, format!("cannot start threads: {error}")))?;
    let observer = Recorder { observer, warnings: Mutex::default() };
    let run = Run {
        settings,
        earlier: &earlier,
        stages,
        comparison,
        observer: &observer,
        seconds: BTreeMap::new(),
        spilled: 0,
    };
    let (manifest, seconds, spilled) = pool.install(|| run.phases())?;
    let warnings = observer.warnings.into_inner().unwrap_or_default();
    conclude(settings, manifest, RunRecord { seconds, spilled_bytes: spilled, warnings, ..record })
}

/// The settings with the names of earlier runs, which determine the result.
fn with_earlier(settings: &Settings, earlier: &[EarlierRun]) -> Settings {
    let against = earlier.iter().map(|run| run.manifest.run.clone()).collect();
    Settings { result: ResultOptions { against, ..settings.result.clone() }, ..settings.clone() }
}

fn begun(settings: &Settings, identity: Identity) -> RunRecord {
    let Resources { threads, memory, tmp, .. } = &settings.resources;
    RunRecord {
        identity,
        finished: false,
        threads: *threads,
        memory: *memory,
        tmp: tmp.as_ref().map(|tmp| tmp.to_string_lossy().into_owned()),
        seconds: BTreeMap::new(),
        spilled_bytes: 0,
        peak_memory: None,
        warnings: Vec::new(),
    }
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

/// The documents as they are compared, and what is known of them.
struct Ready {
    files: Vec<FileSummary>,
    columns: Option<ColumnSchema>,
    learnt: learn::Learnt,
    cleaned: Cleaned,
    /// How many documents bear each shingle, where the method wants to know.
    counts: Option<Arc<HashCounts>>,
}

struct Run<'a> {
    settings: &'a Settings,
    earlier: &'a [EarlierRun],
    stages: Stages,
    comparison: Comparison,
    observer: &'a Recorder<'a>,
    seconds: BTreeMap<String, f64>,
    spilled: u64,
}

impl Run<'_> {
    fn phases(mut self) -> Result<(Manifest, BTreeMap<String, f64>, u64), Error> {
        let work = WorkArea::create(&self.settings.output, self.settings.resources.tmp.as_deref())?;
        let memory = GroupMemory::new(&self.settings.resources, &self.settings.result);
        let mut ready = self.clean(&work, memory)?;
        let prepared = self.timed(Phase::Against, self.earlier_bytes(), |run| {
            run.earlier(&work, ready.counts.as_ref(), memory).prepare(&ready.learnt)
        })?;
        let searched = &prepared.searched;
        let counts = ready.counts.take();
        let grouped = self.timed(Phase::Group, None, |run| {
            let Run { settings, comparison, earlier, observer, .. } = run;
            let (work, learnt, keep) = (&work, &ready.learnt, settings.result.keep);
            let observer = *observer;
            Grouper { learnt, searched, earlier, work, comparison, counts, keep, memory, observer }.group()
        })?;
        let recall =
            self.timed(Phase::Recall, None, |run| run.recall(&work, &ready.learnt, searched, &grouped))?;
        self.spilled += prepared.spilled + grouped.spilled;
        let counts = self.emit(&work, memory, &ready, searched, &grouped)?;
        let outputs = outputs::digests(&self.settings.output, self.settings.job, &self.settings.result)?;
        let mut manifest = Manifest::new(self.settings, ready.files, counts, recall, outputs);
        manifest.options = self.comparison.stated(&self.settings.result);
        Ok((manifest, self.seconds, self.spilled))
    }

    /// Reads the input and cleans the texts: scan, learn and clean.
    fn clean(&mut self, work: &WorkArea, memory: GroupMemory) -> Result<Ready, Error> {
        let settings = self.settings;
        let (read, columns) = self.reading();
        let size = settings.inputs.files.iter().map(|file| file.size).sum();
        let (counts, site_counts) = (self.counts(memory), self.site_counts(memory));
        let mut sites = settings.result.known_sites(memory.sites / 2)?;
        let reader = BatchReader::new(settings.inputs.clone(), read.clone());
        let scanned = self.timed(Phase::Scan, size, |run| {
            let cleaner = run.cleaner(work, counts.as_ref(), &sites);
            run.scan(reader, &read, cleaner, site_counts.as_ref())
        })?;
        self.warn_of_files(&scanned.files);
        let learnt = self.timed(Phase::Learn, None, |run| {
            let mut learnt = learn::learn(&scanned.parts);
            if let Some(counts) = site_counts {
                let file = learn::learn_sites(&mut learnt, counts, work, memory, run.observer)?;
                sites.learnt = Some(file);
            }
            Ok(learnt)
        })?;
        memory::check_documents(&settings.resources, &settings.result, self.documents(learnt.documents))?;
        let to_clean = if scanned.cleaned.is_none() { learnt.spilled } else { 0 };
        let cleaned = self.timed(Phase::Clean, Some(to_clean), |run| match &scanned.cleaned {
            Some(parts) => Ok(Cleaned::merge(parts)),
            None => run.cleaner(work, counts.as_ref(), &sites).clean(&learnt),
        })?;
        self.spilled += learnt.spilled + learnt.spilled_sites + cleaned.spilled;
        Ok(Ready { files: scanned.files, columns, learnt, cleaned, counts })
    }

    /// Writes the output folder, but for the manifest; returns what it holds, counted.
    fn emit(
        &mut self,
        work: &WorkArea,
        memory: GroupMemory,
        ready: &Ready,
        searched: &Searched,
        grouped: &Grouped,
    ) -> Result<Accounting, Error> {
        let settings = self.settings;
        let totals = Totals::of(&ready.learnt, work, &grouped.removed, memory.sorter)?;
        let counts = self.account(ready, grouped, &totals);
        let emitter = Emitter {
            removed: &grouped.removed,
            searched,
            earlier: self.earlier,
            lookup: Lookup::new(work, searched, self.comparison.bands())?,
            learnt: &ready.learnt,
            work,
            output: &settings.output,
            format: settings.result.format,
            max_file_size: settings.result.max_output_file_size,
            columns: ready.columns.as_ref(),
            spans: settings.result.spans != Spans::None,
            threads: settings.resources.threads,
            observer: self.observer,
        };
        let emitted = self.timed(Phase::Emit, Some(totals.text_bytes), |run| {
            create_folders(&settings.output)?;
            if settings.job == Job::Run {
                sites::publish(&work.templates(), &settings.output.join(outputs::TEMPLATES))?;
            }
            if run.comparison.knows_frames() {
                grouped.frames.write(&settings.output.join(outputs::FRAMES))?;
            }
            emitter.emit()
        })?;
        counts.check(&emitted)?;
        Ok(counts)
    }

    /// How the inputs are read, and the columns that go through to the output as they are.
    fn reading(&self) -> (ReadOptions, Option<ColumnSchema>) {
        let mut read = read_options(self.settings.job, &self.settings.result, BATCH_BYTES);
        let parquet = self.settings.result.format == OutputFormat::Parquet;
        let columns = if parquet { common_columns(&self.settings.inputs, &read) } else { None };
        read.keep_columns = columns.is_some();
        (read, columns)
    }

    /// Counters for the shingles of the input, where the method wants them.
    fn counts(&self, memory: GroupMemory) -> Option<Arc<HashCounts>> {
        let own = self.settings.inputs.files.iter().map(most_shingles).sum::<Option<u64>>();
        let earlier = self.earlier.iter().map(|run| run.manifest.counts.text_bytes / 4);
        let shingles = earlier.fold(own.unwrap_or(UNKNOWN_SHINGLES), u64::saturating_add);
        let counts = || HashCounts::new(shingles, memory.counts);
        self.comparison.is_exact().then(counts).map(Arc::new)
    }

    /// `dedup` learns nothing from the documents and leaves their texts alone: it takes fingerprints while it scans.
    fn scan(
        &self,
        reader: BatchReader,
        read: &ReadOptions,
        cleaner: Cleaner<'_>,
        sites: Option<&SiteCounts>,
    ) -> Result<Scanned, Error> {
        let Settings { job, resources, result, .. } = self.settings;
        let scanner = Scanner {
            options: read,
            stages: &self.stages,
            work: cleaner.work,
            observer: self.observer,
            cleaner: (*job == Job::Dedup).then_some(cleaner),
            sites,
            admit: &|documents| memory::check_documents(resources, result, self.documents(documents)),
        };
        scanner.scan(reader)
    }

    /// Marks for the lines of the input, where templates of sites are learnt.
    fn site_counts(&self, memory: GroupMemory) -> Option<SiteCounts> {
        let bytes = self.settings.inputs.files.iter().map(|file| file.size).sum::<Option<u64>>();
        let lines = bytes.map_or(UNKNOWN_LINES, |bytes| bytes / LINE_BYTES);
        let wanted = self.settings.job == Job::Run && self.stages.uses_sites();
        wanted.then(|| SiteCounts::new(lines, memory.sites))
    }

    fn cleaner<'a>(
        &'a self,
        work: &'a WorkArea,
        counts: Option<&Arc<HashCounts>>,
        sites: &'a Sites,
    ) -> Cleaner<'a> {
        Cleaner {
            stages: &self.stages,
            sites,
            fingerprinter: self.comparison.fingerprinter(counts),
            bands: self.comparison.bands(),
            keep: self.settings.result.keep,
            work,
            observer: self.observer,
        }
    }

    /// `own` documents and those of earlier runs.
    fn documents(&self, own: u64) -> u64 {
        self.earlier.iter().fold(own, |sum, run| sum.saturating_add(run.documents()))
    }

    fn earlier_bytes(&self) -> Option<u64> {
        Some(self.earlier.iter().map(EarlierRun::data_bytes).sum())
    }

    fn earlier<'a>(
        &'a self,
        work: &'a WorkArea,
        counts: Option<&'a Arc<HashCounts>>,
        memory: GroupMemory,
    ) -> Earlier<'a> {
        Earlier {
            runs: self.earlier,
            work,
            comparison: &self.comparison,
            counts,
            memory: memory.counts,
            threads: self.settings.resources.threads,
            observer: self.observer,
        }
    }

    fn recall(
        &self,
        work: &WorkArea,
        learnt: &learn::Learnt,
        searched: &Searched,
        grouped: &Grouped,
    ) -> Result<Recall, Error> {
        let ResultOptions { keep, seed, .. } = self.settings.result;
        let Grouped { removed, frames, .. } = grouped;
        let (comparison, observer) = (&self.comparison, self.observer);
        recall::Run { learnt, searched, work, comparison, keep, seed, removed, frames, observer }.recall()
    }

    fn timed<T>(
        &mut self,
        phase: Phase,
        bytes: Option<u64>,
        work: impl FnOnce(&Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.observer.begin(phase, bytes);
        let start = Instant::now();
        let done = work(self)?;
        self.seconds.insert(phase.name().to_owned(), start.elapsed().as_secs_f64());
        Ok(done)
    }

    fn warn_of_files(&self, files: &[FileSummary]) {
        if let Some(warning) = empty_files(files) {
            self.observer.warn(&warning);
        }
        if let Some(warning) = digest_mismatches(files) {
            self.observer.warn(&warning);
        }
    }

    fn account(&self, ready: &Ready, grouped: &Grouped, totals: &Totals) -> Accounting {
        let inputs = &self.settings.inputs;
        let counts = Accounting {
            removed_against: grouped.against,
            ignored_files: inputs.ignored.clone(),
            repeated_paths: inputs.repeated,
            ..Accounting::new(&ready.learnt, &ready.cleaned, &grouped.counts, totals)
        };
        if counts.repeated_ids > 0 {
            self.observer
                .warn(&format!("{} documents have an id that an earlier one has", counts.repeated_ids));
        }
        counts
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

    fn warn(&self, message: &str) {
        self.warnings.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(message.to_owned());
        self.observer.warn(message);
    }
}

/// How many shingles a file holds at most, unless it is packed better than text usually is; `None` when its size is not
/// known. A shingle a word, or a character that is one.
fn most_shingles(file: &InputFile) -> Option<u64> {
    let plain =
        [".jsonl", ".json", ".txt", ".html", ".warc", ".wet"].iter().any(|end| file.name.ends_with(end));
    Some(file.size? / if plain { 4 } else { 1 })
}

fn create_folders(output: &Path) -> Result<(), Error> {
    for name in ["data", "removed", "index", "site-templates"] {
        let folder = output.join(name);
        fs::create_dir_all(&folder).map_err(|error| Error::io(&folder, &error))?;
    }
    Ok(())
}

/// Judges the run by its limits and writes manifest, record and mark of success, in this order.
fn conclude(settings: &Settings, mut manifest: Manifest, mut record: RunRecord) -> Result<Report, Error> {
    let limit = manifest.counts.beyond(&settings.limits, manifest.input_bytes());
    manifest.status = if limit.is_some() { Status::Limit } else { Status::Complete };
    record.finished = true;
    record.peak_memory = (settings.resources.peak_memory)();
    write_json(&settings.output.join(MANIFEST), &manifest)?;
    write_json(&settings.output.join(RUN), &record)?;
    if limit.is_none() {
        write_whole(&settings.output.join(SUCCESS), b"")?;
    }
    let RunRecord { seconds, spilled_bytes, peak_memory, .. } = record;
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
