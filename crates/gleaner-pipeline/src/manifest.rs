//! `manifest.json`, `run.json` and `_SUCCESS`.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::UNIX_EPOCH;

use gleaner_corpus::{AtomicFile, FileSummary, Location};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::account::Accounting;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::execution::Cost;
use crate::outliers::Outliers;
use crate::outputs::{self, OutputFile};
use crate::recall::Recall;
use crate::settings::{Job, Resources, ResultOptions, Settings};

/// Version of the layout of an output folder.
pub(crate) const LAYOUT: u32 = 1;

pub(crate) const MANIFEST: &str = "manifest.json";
pub(crate) const RUN: &str = "run.json";
pub(crate) const SUCCESS: &str = "_SUCCESS";

/// Whether the outputs of a finished run are fit for use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Status {
    /// Yes.
    Complete,
    /// A limit was passed: everything was written but `_SUCCESS`.
    Limit,
}

/// What determines or describes the result; the same bytes for the same input and options.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of gleaner.
    pub gleaner: String,
    /// Version of the output layout.
    pub layout: u32,
    /// What tells this run from any other, as `duplicate_of_run` names it: a digest of its outputs.
    pub run: String,
    /// The job.
    pub job: Job,
    /// Whether a limit was passed.
    pub status: Status,
    /// The options that determine the result.
    pub options: ResultOptions,
    /// The input files in document order.
    pub inputs: Vec<FileSummary>,
    /// The counts.
    pub counts: Accounting,
    /// Where most was lost.
    #[serde(default)]
    pub outliers: Outliers,
    /// How many of the removals that are due were made.
    pub recall: Recall,
    /// The files that hold the result, in the order of their names.
    pub outputs: Vec<OutputFile>,
}

impl Manifest {
    pub(crate) fn new(
        settings: &Settings,
        inputs: Vec<FileSummary>,
        counts: Accounting,
        recall: Recall,
        outputs: Vec<OutputFile>,
    ) -> Manifest {
        Manifest {
            gleaner: env!("CARGO_PKG_VERSION").to_owned(),
            layout: LAYOUT,
            run: outputs::identity(&outputs),
            job: settings.job,
            status: Status::Complete,
            options: settings.result.clone(),
            inputs,
            counts,
            outliers: Outliers::default(),
            recall,
            outputs,
        }
    }

    /// The manifest of the finished run in `folder`; a usage error where there is none.
    pub(crate) fn read(folder: &Path) -> Result<Manifest, Error> {
        let refuse = |why: String| Err(Error::usage(format!("{}: {why}", folder.display())));
        if !folder.is_dir() {
            return refuse("no such folder; name the output folder of `run` or `dedup`".to_owned());
        }
        let path = folder.join(MANIFEST);
        let json = match fs::read(&path) {
            Ok(json) => json,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return refuse(format!("no {MANIFEST}; this is no run, or one that did not finish"));
            }
            Err(error) => return Err(Error::io(&path, &error)),
        };
        let manifest = match parse(&json) {
            Ok(manifest) => manifest,
            Err(why) => return refuse(format!("{MANIFEST} {why}")),
        };
        if manifest.status == Status::Complete && !folder.join(SUCCESS).exists() {
            return refuse(format!("no {SUCCESS}: the run did not finish; give its command again"));
        }
        Ok(manifest)
    }

    /// Documents, kept and removed.
    pub(crate) fn documents(&self) -> u64 {
        self.counts.records.saturating_sub(self.counts.rejected)
    }

    pub(crate) fn input_bytes(&self) -> u64 {
        self.inputs.iter().map(|file| file.size).sum()
    }
}

fn parse(json: &[u8]) -> Result<Manifest, String> {
    let value: Value = serde_json::from_slice(json).map_err(|error| format!("is damaged: {error}"))?;
    match value.get("layout").and_then(Value::as_u64) {
        Some(layout) if layout == u64::from(LAYOUT) => {}
        Some(layout) => {
            let by = value.get("gleaner").and_then(Value::as_str).unwrap_or("unknown");
            return Err(format!(
                "has layout {layout}, of gleaner {by}; this one ({}) knows layout {LAYOUT}",
                env!("CARGO_PKG_VERSION")
            ));
        }
        None => return Err("states no layout: it is not of gleaner's making".to_owned()),
    }
    serde_json::from_value(value).map_err(|error| format!("cannot be read: {error}"))
}

/// What a run is: two runs with equal identities give the same output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) gleaner: String,
    pub(crate) job: Job,
    pub(crate) options: ResultOptions,
    pub(crate) inputs: Vec<InputIdentity>,
}

/// An input file as far as can be told without reading it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct InputIdentity {
    pub(crate) name: String,
    /// As text: a name that is not UTF-8 cannot be written as JSON.
    pub(crate) path: Option<String>,
    pub(crate) size: Option<u64>,
    /// Nanoseconds since 1970.
    pub(crate) modified: Option<u64>,
}

impl Identity {
    pub(crate) fn of(settings: &Settings) -> Identity {
        let inputs = settings.inputs.files.iter().map(|file| {
            let path = match &file.location {
                Location::Path(path) => Some(path.as_path()),
                Location::Stdin => None,
            };
            let modified = path.and_then(modified);
            let path = path.map(|path| path.to_string_lossy().into_owned());
            InputIdentity { name: file.name.clone(), path, size: file.size, modified }
        });
        Identity {
            gleaner: env!("CARGO_PKG_VERSION").to_owned(),
            job: settings.job,
            options: settings.result.clone(),
            inputs: inputs.collect(),
        }
    }

    /// What differs from `other`, in words; `None` when it is the same run.
    pub(crate) fn difference(&self, other: &Identity) -> Option<String> {
        if self.gleaner != other.gleaner {
            return Some(format!("gleaner {} made it", other.gleaner));
        }
        if self.job != other.job {
            return Some("it is of another job".to_owned());
        }
        if let Some(option) = differing_option(&self.options, &other.options) {
            return Some(format!("--{option} differs"));
        }
        if self.inputs.len() != other.inputs.len() {
            return Some(format!(
                "it had {} input files, now there are {}",
                other.inputs.len(),
                self.inputs.len()
            ));
        }
        let changed = self.inputs.iter().zip(&other.inputs).find(|(mine, theirs)| mine != theirs);
        changed.map(|(mine, _)| format!("input {} has changed", mine.name))
    }

    /// Why it may be another run although nothing differs.
    pub(crate) fn unsure_of_inputs(&self) -> Option<String> {
        self.reads_stdin().then(|| "standard input may have changed".to_owned())
    }

    /// Whether standard input is among the inputs.
    pub(crate) fn reads_stdin(&self) -> bool {
        self.inputs.iter().any(|input| input.path.is_none())
    }
}

fn modified(path: &Path) -> Option<u64> {
    let modified = fs::metadata(path).ok()?.modified().ok()?;
    u64::try_from(modified.duration_since(UNIX_EPOCH).ok()?.as_nanos()).ok()
}

fn differing_option(mine: &ResultOptions, theirs: &ResultOptions) -> Option<String> {
    let fields = |options| match serde_json::to_value(options) {
        Ok(serde_json::Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let (mine, theirs) = (fields(mine), fields(theirs));
    mine.into_iter().find(|(name, value)| theirs.get(name) != Some(value)).map(|(name, _)| name)
}

/// `run.json`: what describes this execution and may differ between runs with the same result.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RunRecord {
    pub(crate) identity: Identity,
    pub(crate) finished: bool,
    /// Whether it went on with what another process had done: its costs are those of the last process.
    pub(crate) resumed: bool,
    pub(crate) threads: usize,
    pub(crate) memory: u64,
    pub(crate) tmp: Option<String>,
    #[serde(flatten)]
    pub(crate) cost: Cost,
    pub(crate) spilled_bytes: u64,
    pub(crate) peak_memory: Option<u64>,
    /// What it was thought to take.
    pub(crate) estimate: Option<Estimate>,
    /// What it took.
    pub(crate) actual: Option<Estimate>,
    /// The one divided by the other, of a run that was not resumed.
    pub(crate) actual_by_estimate: BTreeMap<String, f64>,
    pub(crate) warnings: Vec<String>,
}

impl RunRecord {
    /// Of a run that begins.
    pub(crate) fn begin(settings: &Settings, identity: Identity) -> RunRecord {
        let Resources { threads, memory, tmp, .. } = &settings.resources;
        RunRecord {
            identity,
            finished: false,
            resumed: false,
            threads: *threads,
            memory: *memory,
            // Another process may begin in another folder.
            tmp: tmp.as_ref().map(|tmp| {
                let tmp = fs::canonicalize(tmp).unwrap_or_else(|_| tmp.clone());
                tmp.to_string_lossy().into_owned()
            }),
            cost: Cost::default(),
            spilled_bytes: 0,
            peak_memory: None,
            estimate: Estimate::of(settings.job, &settings.inputs, &settings.resources),
            actual: None,
            actual_by_estimate: BTreeMap::new(),
            warnings: Vec::new(),
        }
    }

    /// Of the run when it has ended, after so many seconds.
    pub(crate) fn end(&mut self, outputs: &[OutputFile], cost: Cost, peak_memory: Option<u64>, seconds: f64) {
        let actual = Estimate {
            output_bytes: outputs.iter().map(|file| file.size).sum(),
            work_bytes: cost.spilled_by_phase.values().sum(),
            memory_bytes: peak_memory.unwrap_or(0),
            seconds,
        };
        if let Some(estimate) = self.estimate.filter(|_| !self.resumed) {
            self.actual_by_estimate = actual.by(&estimate);
        }
        self.finished = true;
        self.spilled_bytes = actual.work_bytes;
        self.peak_memory = peak_memory;
        self.actual = Some(actual);
        self.cost = cost;
    }
}

/// Writes `value` as JSON under its final name in one step.
pub(crate) fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<(), Error> {
    let mut json = serde_json::to_vec_pretty(value).map_err(|error| Error::internal(error.to_string()))?;
    json.push(b'\n');
    write_whole(path, &json)
}

/// Writes a small file under its final name in one step.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let write = || {
        let mut file = AtomicFile::create(path)?;
        file.write_all(bytes)?;
        file.commit()
    };
    write().map_err(|error| Error::io(path, &error))
}

/// Reads a JSON file; `None` when it is absent or not what is expected.
pub(crate) fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}
