//! The five phases of a run over one work area, and the measurement of recall.

use std::collections::BTreeMap;
use std::fs;
use std::mem;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use gleaner_corpus::{ColumnSchema, FileSummary, InputFile, OutputFormat, ReadOptions, common_columns};
use gleaner_dedup::HashCounts;
use gleaner_spill::Sorter;
use serde::{Deserialize, Serialize};

use crate::account::{Accounting, Totals};
use crate::comparison::Comparison;
use crate::earlier::{Earlier, EarlierRun};
use crate::error::Error;
use crate::journal::{Done, Journal, Step};
use crate::lookup::Lookup;
use crate::manifest::Manifest;
use crate::memory::{self, GroupMemory};
use crate::outliers::{LossCounter, Names, Outliers};
use crate::outputs;
use crate::phases::clean::{Cleaned, Cleaner};
use crate::phases::emit::Emitter;
use crate::phases::group::{Grouped, Grouper};
use crate::phases::learn::{self, Learnt};
use crate::phases::scan::{Scanned, ScannedPart, Scanner};
use crate::progress::{Observer, Phase};
use crate::recall::{self, Recall};
use crate::run::{digest_mismatches, empty_files, read_options};
use crate::searched::Searched;
use crate::settings::{Job, ResultOptions, Settings, Spans};
use crate::site_file::SiteFile;
use crate::sites::{self, SiteCounts, Sites};
use crate::stages::Stages;
use crate::work::WorkArea;

/// Decoded bytes of input in a part.
const BATCH_BYTES: usize = 8 << 20;

/// Shingles that an input of unknown size is taken to hold: the counters of more would take long to make for a short one.
const UNKNOWN_SHINGLES: u64 = 1 << 28;

/// Lines that an input of unknown size is taken to hold, and bytes of one otherwise; packed text has more lines a byte.
const UNKNOWN_LINES: u64 = 1 << 26;
const LINE_BYTES: u64 = 16;

/// The documents as they are compared, and what is known of them.
struct Ready {
    files: Vec<FileSummary>,
    columns: Option<ColumnSchema>,
    learnt: Learnt,
    cleaned: Cleaned,
    /// How many documents bear each shingle, where the method wants to know.
    counts: Option<Arc<HashCounts>>,
}

/// A run at work.
pub(crate) struct Execution<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) earlier: &'a [EarlierRun],
    pub(crate) stages: Stages,
    pub(crate) comparison: Comparison,
    pub(crate) observer: &'a dyn Observer,
    pub(crate) work: &'a WorkArea,
    pub(crate) journal: &'a Journal,
    /// What another process has done.
    pub(crate) done: Done,
    pub(crate) cost: Cost,
}

/// What a run has taken so far.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Cost {
    /// Wall-clock seconds of each phase.
    pub(crate) seconds: BTreeMap<String, f64>,
    /// Bytes written to the work area by each phase.
    pub(crate) spilled_by_phase: BTreeMap<String, u64>,
    /// Peak resident memory in bytes at the end of each phase, where it can be measured: the phase that raises it is the
    /// one that took it.
    pub(crate) peak_memory_by_phase: BTreeMap<String, u64>,
}

impl Cost {
    fn spill(&mut self, phase: Phase, bytes: u64) {
        *self.spilled_by_phase.entry(phase.name().to_owned()).or_default() += bytes;
    }
}

impl Execution<'_> {
    /// Does all that is not done, but for the manifest, which it returns.
    pub(crate) fn run(mut self) -> Result<(Manifest, Cost), Error> {
        let memory = GroupMemory::new(&self.settings.resources, &self.settings.result);
        let mut ready = self.clean(memory)?;
        let prepared = self.timed(Phase::Against, self.earlier_bytes(), |run| {
            run.earlier(ready.counts.as_ref(), memory).prepare(&ready.learnt)
        })?;
        let searched = &prepared.searched;
        let grouped = self.group(memory, &mut ready, searched)?;
        let recall = self.recall(&ready.learnt, searched, &grouped)?;
        self.cost.spill(Phase::Against, prepared.spilled);
        self.cost.spill(Phase::Group, grouped.spilled);
        let (counts, outliers) = self.emit(memory, &ready, searched, &grouped)?;
        let outputs = outputs::digests(&self.settings.output, self.settings.job, &self.settings.result)?;
        let mut manifest = Manifest::new(self.settings, ready.files, counts, recall, outputs);
        manifest.options = self.comparison.stated(&self.settings.result);
        manifest.outliers = outliers;
        Ok((manifest, self.cost))
    }

    /// Reads the input and cleans the texts: scan, learn and clean.
    fn clean(&mut self, memory: GroupMemory) -> Result<Ready, Error> {
        let settings = self.settings;
        let (read, columns) = self.reading();
        let counts = self.counts(memory);
        let mut sites = settings.result.known_sites(memory.sites / 2)?;
        let site_counts = self.site_counts(memory);
        let foreign: Vec<usize> = self.done.scanned.keys().copied().collect();
        let scanned = self.scan(&read, counts.as_ref(), &sites, site_counts.as_ref())?;
        self.warn_of_files(&scanned.files);
        let learnt = self.learn(&scanned.parts, site_counts, &foreign, memory)?;
        if self.learns_sites() {
            sites.learnt = Some(SiteFile::open(&self.work.templates(), memory.sites / 2)?);
        }
        memory::check_documents(&settings.resources, &settings.result, self.documents(learnt.documents))?;
        let cleaned = self.clean_parts(&scanned, &learnt, counts.as_ref(), &sites, foreign)?;
        self.cost.spill(Phase::Scan, learnt.spilled + learnt.spilled_sites);
        self.cost.spill(Phase::Clean, cleaned.spilled);
        Ok(Ready { files: scanned.files, columns, learnt, cleaned, counts })
    }

    /// `dedup` learns nothing from the documents and leaves their texts alone: it takes fingerprints while it scans.
    fn scan(
        &mut self,
        read: &ReadOptions,
        counts: Option<&Arc<HashCounts>>,
        sites: &Sites,
        site_counts: Option<&SiteCounts>,
    ) -> Result<Scanned, Error> {
        let size = self.settings.inputs.files.iter().map(|file| file.size).sum();
        let (done, files) = (mem::take(&mut self.done.scanned), self.done.read.take());
        self.timed(Phase::Scan, size, |run| {
            if let Some(files) = files {
                return Ok(Scanned::new(done, files));
            }
            let Settings { job, resources, result, inputs, .. } = run.settings;
            let scanner = Scanner {
                journal: run.journal,
                options: read,
                stages: &run.stages,
                work: run.work,
                observer: run.observer,
                cleaner: (*job == Job::Dedup).then(|| run.cleaner(counts, sites)),
                sites: site_counts,
                admit: &|documents| memory::check_documents(resources, result, run.documents(documents)),
            };
            scanner.scan(inputs.clone(), done)
        })
    }

    /// What the parts say together, and the templates of sites. Other processes have scanned the parts `foreign`.
    fn learn(
        &mut self,
        parts: &[ScannedPart],
        counts: Option<SiteCounts>,
        foreign: &[usize],
        memory: GroupMemory,
    ) -> Result<Learnt, Error> {
        self.timed(Phase::Learn, None, |run| {
            let mut learnt = learn::learn(parts);
            learnt.spilled_sites += match counts {
                None => run.done.learnt.unwrap_or(0),
                Some(counts) => {
                    let foreign = foreign.to_vec();
                    let spilled =
                        learn::learn_sites(&learnt, &counts, foreign, run.work, memory, run.observer)?;
                    let lines: Vec<_> = (0..parts.len()).map(|part| run.work.sites(part)).collect();
                    run.journal.done_without(&Step::Learnt { spilled }, &[], &lines)?;
                    spilled
                }
            };
            Ok(learnt)
        })
    }

    /// Cleans what the scan has not. Other processes have scanned the parts `foreign`.
    fn clean_parts(
        &mut self,
        scanned: &Scanned,
        learnt: &Learnt,
        counts: Option<&Arc<HashCounts>>,
        sites: &Sites,
        foreign: Vec<usize>,
    ) -> Result<Cleaned, Error> {
        let to_clean = if scanned.cleaned.is_none() { learnt.spilled } else { 0 };
        self.timed(Phase::Clean, Some(to_clean), |run| {
            let cleaner = run.cleaner(counts, sites);
            let (cleaned, foreign) = match &scanned.cleaned {
                Some(parts) => (Cleaned::merge(parts), foreign),
                None => {
                    let done = &run.done.cleaned;
                    (cleaner.clean(learnt, run.journal, done)?, done.keys().copied().collect())
                }
            };
            if counts.is_some() && run.done.grouped.is_none() {
                cleaner.recount(foreign)?;
            }
            Ok(cleaned)
        })
    }

    /// Finds the duplicates.
    fn group(
        &mut self,
        memory: GroupMemory,
        ready: &mut Ready,
        searched: &Searched,
    ) -> Result<Grouped, Error> {
        let (counts, learnt) = (ready.counts.take(), &ready.learnt);
        let done = self.done.grouped.take();
        self.timed(Phase::Group, None, |run| {
            let Execution { settings, comparison, earlier, work, observer, .. } = run;
            if let Some(step) = done {
                return Grouped::resume(step, learnt, work, comparison);
            }
            let (observer, keep) = (*observer, settings.result.keep);
            let (journal, decided) = (run.journal, run.done.decided);
            let grouper = Grouper {
                learnt,
                searched,
                earlier,
                work,
                journal,
                decided,
                comparison,
                counts,
                keep,
                memory,
                observer,
            };
            let grouped = grouper.group()?;
            let (step, files) = grouped.step(learnt, work);
            run.journal.done(&Step::Grouped(step), &files)?;
            Ok(grouped)
        })
    }

    fn recall(&mut self, learnt: &Learnt, searched: &Searched, grouped: &Grouped) -> Result<Recall, Error> {
        let done = self.done.measured.take();
        self.timed(Phase::Recall, None, |run| {
            if let Some(recall) = done {
                return Ok(recall);
            }
            let ResultOptions { keep, seed, .. } = run.settings.result;
            let Grouped { removed, frames, .. } = grouped;
            let Execution { work, comparison, observer, .. } = run;
            let observer = *observer;
            let recall =
                recall::Run { learnt, searched, work, comparison, keep, seed, removed, frames, observer }
                    .recall()?;
            run.journal.done(&Step::Measured(recall.clone()), &[])?;
            Ok(recall)
        })
    }

    /// Writes the output folder, but for the manifest; returns what it holds, counted.
    fn emit(
        &mut self,
        memory: GroupMemory,
        ready: &Ready,
        searched: &Searched,
        grouped: &Grouped,
    ) -> Result<(Accounting, Outliers), Error> {
        let (settings, work) = (self.settings, self.work);
        let learnt = &ready.learnt;
        let mut losses =
            LossCounter::new(&learnt.sources, Sorter::new(&work.scratch("losses"), memory.sorter));
        let totals = Totals::of(learnt, work, &grouped.removed, memory.sorter, &mut losses)?;
        let outliers = self.outliers(losses, ready, searched, grouped)?;
        let counts = self.account(ready, grouped, &totals);
        let emitted = self.timed(Phase::Emit, Some(totals.all_text_bytes), |run| {
            create_folders(&settings.output)?;
            if settings.job == Job::Run {
                sites::publish(&work.templates(), &settings.output.join(outputs::TEMPLATES))?;
            }
            if run.comparison.knows_frames() {
                grouped.frames.write(&settings.output.join(outputs::FRAMES))?;
            }
            run.emitter(ready, searched, grouped)?.emit()
        })?;
        counts.check(&emitted, &ready.files)?;
        Ok((counts, outliers))
    }

    /// Where most was lost, with the names of documents.
    fn outliers(
        &self,
        losses: LossCounter<'_>,
        ready: &Ready,
        searched: &Searched,
        grouped: &Grouped,
    ) -> Result<Outliers, Error> {
        let lookup = Lookup::new(self.work, searched, self.comparison.bands())?;
        let names = Names { lookup, searched, earlier: self.earlier };
        let clusters = grouped.clusters.iter().map(|cluster| names.cluster(cluster));
        let clusters = clusters.collect::<Result<_, Error>>()?;
        Ok(Outliers { clusters, ..losses.finish(&ready.files, |doc| names.host(doc))? })
    }

    fn emitter<'a>(
        &'a self,
        ready: &'a Ready,
        searched: &'a Searched,
        grouped: &'a Grouped,
    ) -> Result<Emitter<'a>, Error> {
        let settings = self.settings;
        Ok(Emitter {
            journal: self.journal,
            done: &self.done.emitted,
            removed: &grouped.removed,
            searched,
            earlier: self.earlier,
            lookup: Lookup::new(self.work, searched, self.comparison.bands())?,
            learnt: &ready.learnt,
            work: self.work,
            output: &settings.output,
            format: settings.result.format,
            max_file_size: settings.result.max_output_file_size,
            columns: ready.columns.as_ref(),
            spans: settings.result.spans != Spans::None,
            threads: settings.resources.threads,
            observer: self.observer,
        })
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
        let wanted = self.comparison.is_exact() && self.done.grouped.is_none();
        wanted.then(counts).map(Arc::new)
    }

    /// Marks for the lines of the input, where templates of sites are learnt.
    fn site_counts(&self, memory: GroupMemory) -> Option<SiteCounts> {
        let bytes = self.settings.inputs.files.iter().map(|file| file.size).sum::<Option<u64>>();
        let lines = bytes.map_or(UNKNOWN_LINES, |bytes| bytes / LINE_BYTES);
        let wanted = self.learns_sites() && self.done.learnt.is_none();
        wanted.then(|| SiteCounts::new(lines, memory.sites))
    }

    fn learns_sites(&self) -> bool {
        self.settings.job == Job::Run && self.stages.uses_sites()
    }

    fn cleaner<'a>(&'a self, counts: Option<&Arc<HashCounts>>, sites: &'a Sites) -> Cleaner<'a> {
        Cleaner {
            stages: &self.stages,
            sites,
            fingerprinter: self.comparison.fingerprinter(counts),
            bands: self.comparison.bands(),
            keep: self.settings.result.keep,
            work: self.work,
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

    fn earlier<'a>(&'a self, counts: Option<&'a Arc<HashCounts>>, memory: GroupMemory) -> Earlier<'a> {
        Earlier {
            runs: self.earlier,
            work: self.work,
            comparison: &self.comparison,
            counts,
            memory: memory.counts,
            threads: self.settings.resources.threads,
            observer: self.observer,
        }
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
        let name = phase.name().to_owned();
        if let Some(peak) = (self.settings.resources.peak_memory)() {
            self.cost.peak_memory_by_phase.insert(name.clone(), peak);
        }
        self.cost.seconds.insert(name, start.elapsed().as_secs_f64());
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
