//! What a run has done so far, written down as it is done, so that it can go on when its process has ended.
//!
//! A step is written down when its files have their names: it outlives the process. A thread of its own brings files to
//! the disk from time to time, then says so in the journal: those steps outlive the machine. Of later ones the files are
//! read when the run goes on, and what is not whole is done again, with all that came after it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use gleaner_corpus::{BatchRecord, FileSummary};
use gleaner_spill::{Log, PartKind, PartReader};
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};
use crate::manifest::Identity;
use crate::phases::clean::Cleaned;
use crate::phases::emit::Emitted;
use crate::phases::group::GroupedStep;
use crate::phases::scan::ScannedPart;
use crate::recall::Recall;

/// An identity, then entries, each as JSON.
const JOURNAL: PartKind = PartKind { name: *b"JOUR", version: 1 };

/// Time between two syncs; what is done in it may be done again after a machine has stopped, but not after a process has.
const SYNC_EVERY: Duration = Duration::from_secs(15);

/// One thing that was done.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Step {
    /// Standard input is in the work area.
    Spooled,
    /// A part was scanned.
    Scanned { part: usize, step: Box<ScannedStep> },
    /// All input was read.
    Read { files: Vec<FileSummary> },
    /// The templates of sites are there.
    Learnt { spilled: u64 },
    /// A part was cleaned.
    Cleaned { part: usize, cleaned: Cleaned },
    /// So many parts of decisions on duplicates are there.
    Decided { parts: usize },
    /// Duplicates were found.
    Grouped(GroupedStep),
    /// Recall was measured.
    Measured(Recall),
    /// An output file is there.
    Emitted { name: String, emitted: Emitted },
    /// So many entries of the journal are on the disk, and so are their files.
    Synced { entries: usize },
}

/// What is known of a part that was scanned.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ScannedStep {
    pub(crate) scanned: ScannedPart,
    /// The same part cleaned, where the scan does it.
    pub(crate) cleaned: Option<Cleaned>,
    pub(crate) record: BatchRecord,
}

/// What a run has done already.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub(crate) spooled: bool,
    pub(crate) scanned: BTreeMap<usize, ScannedStep>,
    pub(crate) read: Option<Vec<FileSummary>>,
    pub(crate) learnt: Option<u64>,
    pub(crate) cleaned: BTreeMap<usize, Cleaned>,
    /// Parts of decisions on duplicates.
    pub(crate) decided: usize,
    pub(crate) grouped: Option<GroupedStep>,
    pub(crate) measured: Option<Recall>,
    pub(crate) emitted: BTreeMap<String, Emitted>,
}

impl Done {
    fn add(&mut self, step: Step) {
        match step {
            Step::Spooled => self.spooled = true,
            Step::Scanned { part, step } => {
                self.scanned.insert(part, *step);
            }
            Step::Read { files } => self.read = Some(files),
            Step::Learnt { spilled } => self.learnt = Some(spilled),
            Step::Cleaned { part, cleaned } => {
                self.cleaned.insert(part, cleaned);
            }
            Step::Decided { parts } => self.decided = parts,
            Step::Grouped(grouped) => self.grouped = Some(grouped),
            Step::Measured(recall) => self.measured = Some(recall),
            Step::Emitted { name, emitted } => {
                self.emitted.insert(name, emitted);
            }
            Step::Synced { .. } => {}
        }
    }
}

/// A step with the files of the work area that it made.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    step: Step,
    /// Their names; all of them parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    files: Vec<String>,
}

/// Writes steps down, from any thread.
#[derive(Debug)]
pub(crate) struct Journal {
    shared: Arc<Shared>,
    syncer: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    state: Mutex<State>,
    /// Told when the journal ends.
    ended: Condvar,
}

#[derive(Debug)]
struct State {
    log: Log,
    entries: usize,
    /// Files that may not be on the disk yet.
    unsynced: Vec<PathBuf>,
    /// Files that are not needed when those are.
    obsolete: Vec<PathBuf>,
    /// Why they could not be brought there.
    failure: Option<Error>,
    has_ended: bool,
}

impl Journal {
    /// The journal of a new run in the folder of a work area.
    pub(crate) fn create(folder: &Path, identity: &Identity) -> Result<Journal, Error> {
        let mut log = Log::create(&path(folder), JOURNAL)?;
        log.append(&json(identity)?)?;
        Journal::begin(folder, log, 0)
    }

    /// Goes on with the journal of the run `identity`; `None` where there is none, or it is of another run.
    pub(crate) fn resume(folder: &Path, identity: &Identity) -> Result<Option<(Journal, Done)>, Error> {
        let Some(entries) = entries(folder, identity)? else { return Ok(None) };
        let synced = entries.iter().filter_map(|entry| match entry.step {
            Step::Synced { entries } => Some(entries),
            _ => None,
        });
        let synced = synced.max().unwrap_or(0);
        let mut sound = 0;
        for (number, entry) in entries.iter().enumerate() {
            if number >= synced && !has_whole_files(folder, entry)? {
                break;
            }
            sound = number + 1;
        }
        // The identity stands before them.
        let mut left = sound + 1;
        let log = Log::open(&path(folder), JOURNAL, |_| {
            let wanted = left > 0;
            left = left.saturating_sub(1);
            wanted
        })?;
        let mut done = Done::default();
        entries.into_iter().take(sound).for_each(|entry| done.add(entry.step));
        Ok(Some((Journal::begin(folder, log, sound)?, done)))
    }

    /// Whether the run whose journal is in `folder` has come anywhere.
    pub(crate) fn has_steps(folder: &Path) -> bool {
        let mut records = 0;
        let opened = Log::open(&path(folder), JOURNAL, |_| {
            records += 1;
            true
        });
        opened.is_ok() && records > 1
    }

    fn begin(folder: &Path, log: Log, entries: usize) -> Result<Journal, Error> {
        let state = State {
            log,
            entries,
            unsynced: Vec::new(),
            obsolete: Vec::new(),
            failure: None,
            has_ended: false,
        };
        let shared = Arc::new(Shared {
            folder: folder.to_path_buf(),
            state: Mutex::new(state),
            ended: Condvar::new(),
        });
        let syncer = thread::Builder::new().name("journal".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || shared.sync_until_the_end()
        });
        let syncer =
            syncer.map_err(|error| Error::new(ErrorKind::Io, format!("cannot start a thread: {error}")))?;
        Ok(Journal { shared, syncer: Some(syncer) })
    }

    /// Writes down a step that made the parts `files`.
    pub(crate) fn done(&self, step: Step, files: &[PathBuf]) -> Result<(), Error> {
        self.done_without(step, files, Vec::new())
    }

    /// As [`Journal::done`]; the files `obsolete`, which an earlier step made, are no longer needed.
    pub(crate) fn done_without(
        &self,
        step: Step,
        files: &[PathBuf],
        obsolete: Vec<PathBuf>,
    ) -> Result<(), Error> {
        let name = |file: &PathBuf| file.file_name().map(|name| name.to_string_lossy().into_owned());
        let entry = json(&Entry { step, files: files.iter().filter_map(name).collect() })?;
        let mut state = self.shared.lock();
        if let Some(failure) = state.failure.take() {
            return Err(failure);
        }
        state.log.append(&entry)?;
        state.entries += 1;
        state.unsynced.extend_from_slice(files);
        state.obsolete.extend(obsolete);
        Ok(())
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.shared.lock().has_ended = true;
        self.shared.ended.notify_all();
        if let Some(syncer) = self.syncer.take() {
            // Its failures are told by the steps.
            let _ = syncer.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sync_until_the_end(&self) {
        loop {
            let state = self.lock();
            let waited = self.ended.wait_timeout_while(state, SYNC_EVERY, |state| !state.has_ended);
            let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
            if state.has_ended {
                return;
            }
            let (files, obsolete) =
                (std::mem::take(&mut state.unsynced), std::mem::take(&mut state.obsolete));
            let entries = state.entries;
            drop(state);
            if let Err(failure) = self.sync(&files, &obsolete, entries) {
                self.lock().failure = Some(failure);
                return;
            }
        }
    }

    /// Brings files to the disk, says so of as many entries, and removes what is obsolete.
    fn sync(&self, files: &[PathBuf], obsolete: &[PathBuf], entries: usize) -> Result<(), Error> {
        for file in files {
            if self.lock().has_ended {
                return Ok(());
            }
            let synced = File::open(file).and_then(|file| file.sync_data());
            synced.map_err(|error| Error::io(file, &error))?;
        }
        sync_folder(&self.folder).map_err(|error| Error::io(&self.folder, &error))?;
        let entry = json(&Entry { step: Step::Synced { entries }, files: Vec::new() })?;
        let mut state = self.lock();
        state.log.sync()?;
        state.log.append(&entry)?;
        state.entries += 1;
        state.log.sync()?;
        drop(state);
        obsolete.iter().try_for_each(|file| fs::remove_file(file).map_err(|error| Error::io(file, &error)))
    }
}

/// Only where folders can be opened as files does a rename need its own sync.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

fn path(folder: &Path) -> PathBuf {
    folder.join("journal")
}

fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|error| Error::internal(error.to_string()))
}

/// The entries of the journal in `folder`, as far as they can be read; `None` where it is not that of the run `identity`.
fn entries(folder: &Path, identity: &Identity) -> Result<Option<Vec<Entry>>, Error> {
    let (mut is_ours, mut entries) = (None, Vec::new());
    let opened = Log::open(&path(folder), JOURNAL, |record| match is_ours {
        None => {
            let found: Option<Identity> = serde_json::from_slice(record).ok();
            is_ours = Some(found.is_some_and(|found| found == *identity));
            true
        }
        Some(_) => serde_json::from_slice(record).map(|entry| entries.push(entry)).is_ok(),
    });
    match opened {
        Ok(_) => Ok((is_ours == Some(true)).then_some(entries)),
        Err(error) => match error.kind() {
            gleaner_spill::ErrorKind::Io(io) if io.kind() != std::io::ErrorKind::NotFound => {
                Err(error.into())
            }
            _ => Ok(None),
        },
    }
}

fn has_whole_files(folder: &Path, entry: &Entry) -> Result<bool, Error> {
    for file in &entry.files {
        if !PartReader::is_whole(&folder.join(file))? {
            return Ok(false);
        }
    }
    Ok(true)
}
