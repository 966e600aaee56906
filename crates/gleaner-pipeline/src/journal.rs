//! What a run has done so far, written down as it is done, so that it can go on when its process has ended.
//!
//! A step is written down when its files have their names: it outlives the process. A thread of its own brings files to
//! the disk from time to time, then says so in the journal: those steps outlive the machine. Of later ones the files are
//! read when the run goes on, and what is not whole is done again, with all that came after it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
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
#[derive(Debug, Deserialize)]
struct Entry {
    step: Step,
    /// Their names; all of them parts.
    #[serde(default)]
    files: Vec<String>,
    /// Names of files that earlier steps made, and that are not needed any more.
    #[serde(default)]
    obsolete: Vec<String>,
}

/// An [`Entry`] as it is written.
#[derive(Debug, Serialize)]
struct EntryRef<'a> {
    step: &'a Step,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    obsolete: Vec<String>,
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
    /// Why nothing can be added any more.
    failure: Option<String>,
    has_read: bool,
    has_ended: bool,
}

impl State {
    fn new(log: Log) -> State {
        State {
            log,
            entries: 0,
            unsynced: Vec::new(),
            obsolete: Vec::new(),
            failure: None,
            has_read: false,
            has_ended: false,
        }
    }

    /// Adds an entry, unless an earlier one could not be added: what comes behind a torn one is not found again.
    fn append(&mut self, entry: &[u8]) -> Result<(), Error> {
        if let Some(failure) = &self.failure {
            return Err(Error::new(ErrorKind::Io, failure.clone()));
        }
        let appended = self.log.append(entry);
        self.stop_at(appended.map_err(Error::from))?;
        self.entries += 1;
        Ok(())
    }

    /// Remembers a failure.
    fn stop_at<T>(&mut self, outcome: Result<T, Error>) -> Result<T, Error> {
        outcome.inspect_err(|error| self.failure = Some(error.to_string()))
    }
}

impl Journal {
    /// The journal of a new run in the folder of a work area.
    pub(crate) fn create(folder: &Path, identity: &Identity) -> Result<Journal, Error> {
        let mut log = Log::create(&path(folder), JOURNAL)?;
        log.append(&json(identity)?)?;
        Journal::begin(folder, State::new(log), SYNC_EVERY)
    }

    /// Goes on with the journal of the run `identity`; `None` where there is none, or it is of another run.
    pub(crate) fn resume(folder: &Path, identity: &Identity) -> Result<Option<(Journal, Done)>, Error> {
        Journal::resume_syncing(folder, identity, SYNC_EVERY)
    }

    fn resume_syncing(
        folder: &Path,
        identity: &Identity,
        sync_every: Duration,
    ) -> Result<Option<(Journal, Done)>, Error> {
        let Some(mut entries) = entries(folder, identity)? else { return Ok(None) };
        let synced = synced(folder, &entries);
        entries.truncate(sound(folder, &entries, synced)?);
        // The identity stands before them.
        let mut left = entries.len() + 1;
        let log = Log::open(&path(folder), JOURNAL, |_| {
            let wanted = left > 0;
            left = left.saturating_sub(1);
            wanted
        })?;
        let mut state = State { entries: entries.len(), ..State::new(log) };
        let there = |names: &[String]| {
            let files = names.iter().map(|name| folder.join(name));
            files.filter(|file| file.exists()).collect::<Vec<_>>()
        };
        for (number, entry) in entries.iter().enumerate() {
            if number >= synced {
                state.unsynced.extend(there(&entry.files));
            }
            state.obsolete.extend(there(&entry.obsolete));
        }
        if synced > 0 {
            // The one that was there may have been cut.
            state.append(&entry(&Step::Synced { entries: synced.min(entries.len()) }, &[], &[])?)?;
        }
        let mut done = Done::default();
        entries.into_iter().for_each(|entry| done.add(entry.step));
        state.has_read = done.read.is_some();
        remove_if_there(&suspect(folder))?;
        Ok(Some((Journal::begin(folder, state, sync_every)?, done)))
    }

    /// Whether the run whose journal is in `folder` has come anywhere.
    pub(crate) fn has_steps(folder: &Path) -> bool {
        let mut records = 0;
        let opened = Log::open(&path(folder), JOURNAL, |_| {
            records += 1;
            true
        });
        match opened {
            Ok(_) => records > 1,
            Err(error) => !is_absent(&error),
        }
    }

    /// Has whoever goes on with the run in `folder` look at all files that it needs.
    pub(crate) fn suspect_all(folder: &Path) {
        // Where this cannot be written, the folder is gone, or the next run will fail in the same way, and try again.
        let _ = File::create(suspect(folder));
    }

    fn begin(folder: &Path, state: State, sync_every: Duration) -> Result<Journal, Error> {
        let (state, ended) = (Mutex::new(state), Condvar::new());
        let shared = Arc::new(Shared { folder: folder.to_path_buf(), state, ended });
        let syncer = thread::Builder::new().name("journal".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || shared.sync_until_the_end(sync_every)
        });
        let syncer =
            syncer.map_err(|error| Error::new(ErrorKind::Io, format!("cannot start a thread: {error}")))?;
        Ok(Journal { shared, syncer: Some(syncer) })
    }

    /// Writes down a step that made the parts `files`.
    pub(crate) fn done(&self, step: &Step, files: &[PathBuf]) -> Result<(), Error> {
        self.done_without(step, files, &[])
    }

    /// As [`Journal::done`]; the files `obsolete`, which an earlier step made, are no longer needed.
    pub(crate) fn done_without(
        &self,
        step: &Step,
        files: &[PathBuf],
        obsolete: &[PathBuf],
    ) -> Result<(), Error> {
        let entry = entry(step, files, obsolete)?;
        let mut state = self.shared.lock();
        state.append(&entry)?;
        state.unsynced.extend_from_slice(files);
        state.obsolete.extend_from_slice(obsolete);
        state.has_read |= matches!(step, Step::Read { .. });
        Ok(())
    }

    /// Whether all input was read.
    pub(crate) fn has_read(&self) -> bool {
        self.shared.lock().has_read
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

    fn sync_until_the_end(&self, every: Duration) {
        loop {
            let state = self.lock();
            let waited = self.ended.wait_timeout_while(state, every, |state| !state.has_ended);
            let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
            if state.has_ended {
                return;
            }
            let (files, obsolete) =
                (std::mem::take(&mut state.unsynced), std::mem::take(&mut state.obsolete));
            let entries = state.entries;
            drop(state);
            if let Err(failure) = self.sync(&files, &obsolete, entries) {
                self.lock().failure.get_or_insert(failure.to_string());
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
        let entry = entry(&Step::Synced { entries }, &[], &[])?;
        let mut state = self.lock();
        state.append(&entry)?;
        let synced = state.log.sync();
        state.stop_at(synced.map_err(Error::from))?;
        drop(state);
        obsolete.iter().try_for_each(|file| remove_if_there(file))
    }
}

fn remove_if_there(file: &Path) -> Result<(), Error> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io(file, &error)),
        _ => Ok(()),
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

/// An empty file that says that files may be damaged.
fn suspect(folder: &Path) -> PathBuf {
    folder.join("suspect")
}

fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|error| Error::internal(error.to_string()))
}

fn entry(step: &Step, files: &[PathBuf], obsolete: &[PathBuf]) -> Result<Vec<u8>, Error> {
    let name = |file: &PathBuf| file.file_name().map(|name| name.to_string_lossy().into_owned());
    let names = |files: &[PathBuf]| files.iter().filter_map(name).collect();
    json(&EntryRef { step, files: names(files), obsolete: names(obsolete) })
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
        Err(error) if is_absent(&error) || matches!(error.kind(), gleaner_spill::ErrorKind::Foreign) => {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn is_absent(error: &gleaner_spill::Error) -> bool {
    matches!(error.kind(), gleaner_spill::ErrorKind::Io(io) if io.kind() == io::ErrorKind::NotFound)
}

/// How many of the first entries are on the disk with their files; none are trusted where files were found damaged.
fn synced(folder: &Path, entries: &[Entry]) -> usize {
    let synced = entries.iter().map(|entry| match entry.step {
        Step::Synced { entries } => entries,
        _ => 0,
    });
    if suspect(folder).exists() { 0 } else { synced.max().unwrap_or(0) }
}

/// How many of the first entries have all files that are needed; those of the first `synced` are not looked at.
fn sound(folder: &Path, entries: &[Entry], synced: usize) -> Result<usize, Error> {
    let obsolete: BTreeSet<&String> = entries.iter().flat_map(|entry| &entry.obsolete).collect();
    for (number, entry) in entries.iter().enumerate().skip(synced) {
        for file in entry.files.iter().filter(|file| !obsolete.contains(file)) {
            if !PartReader::is_whole(&folder.join(file))? {
                return Ok(number);
            }
        }
    }
    Ok(entries.len())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::thread;
    use std::time::{Duration, Instant};

    use gleaner_spill::{PartKind, PartWriter};

    use super::{Journal, Step};
    use crate::manifest::Identity;
    use crate::phases::clean::Cleaned;
    use crate::settings::{Job, ResultOptions};

    const SOON: Duration = Duration::from_millis(1);
    const NEVER: Duration = Duration::from_secs(3_600);

    fn identity() -> Identity {
        Identity {
            gleaner: "test".to_owned(),
            job: Job::Run,
            // Not every number is read as it was written.
            options: ResultOptions { threshold: Some(0.918_734_541_048_229_9), ..ResultOptions::default() },
            inputs: Vec::new(),
        }
    }

    fn part(folder: &Path, name: &str) -> PathBuf {
        let path = folder.join(name);
        let mut part = PartWriter::create(&path, PartKind { name: *b"TEST", version: 1 }).expect("create");
        part.append(name.as_bytes()).expect("append");
        part.finish().expect("finish");
        path
    }

    fn cleaned(part: usize) -> Step {
        Step::Cleaned { part, cleaned: Cleaned::default() }
    }

    /// The parts that are known to be cleaned.
    fn resumed(folder: &Path, every: Duration) -> (Journal, Vec<usize>) {
        let (journal, done) =
            Journal::resume_syncing(folder, &identity(), every).expect("resume").expect("a journal");
        (journal, done.cleaned.into_keys().collect())
    }

    #[track_caller]
    fn wait_until(is_so: impl Fn() -> bool) {
        let start = Instant::now();
        while !is_so() {
            assert!(start.elapsed() < Duration::from_secs(20), "it does not come");
            thread::sleep(SOON);
        }
    }

    #[test]
    fn what_was_synced_is_trusted_until_it_is_suspect() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path();
        drop(Journal::create(folder, &identity()).expect("create"));
        let (journal, _) = resumed(folder, NEVER);
        let scanned = ["scanned-0", "scanned-1"].map(|name| part(folder, name));
        journal.done(&Step::Learnt { spilled: 1 }, &scanned).expect("done");
        for (number, scanned) in scanned.iter().enumerate() {
            let file = part(folder, &format!("cleaned-{number}"));
            journal.done_without(&cleaned(number), &[file], std::slice::from_ref(scanned)).expect("done");
        }
        drop(journal);
        assert!(scanned.iter().all(|file| file.exists()));
        // Another process brings to the disk what the first had not.
        let (journal, known) = resumed(folder, SOON);
        assert_eq!(known, [0, 1]);
        wait_until(|| !scanned.iter().any(|file| file.exists()));
        drop(journal);
        let (journal, known) = resumed(folder, NEVER);
        assert_eq!(known, [0, 1]);
        journal.done(&cleaned(2), &[part(folder, "cleaned-2")]).expect("done");
        drop(journal);
        for name in ["cleaned-1", "cleaned-2"] {
            fs::write(folder.join(name), "").expect("a file");
        }
        // It is behind what was synced that files are looked at.
        assert_eq!(resumed(folder, NEVER).1, [0, 1]);
        Journal::suspect_all(folder);
        assert_eq!(resumed(folder, NEVER).1, [0]);
        // What the lost part was made from is gone: that is made anew, too.
        assert_eq!(resumed(folder, NEVER).1, [] as [usize; 0]);
    }

    #[test]
    fn nothing_is_added_behind_a_failure() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path();
        drop(Journal::create(folder, &identity()).expect("create"));
        let (journal, _) = resumed(folder, SOON);
        let obsolete = part(folder, "scanned-0");
        let missing = folder.join("cleaned-0");
        journal.done_without(&cleaned(0), &[missing], std::slice::from_ref(&obsolete)).expect("done");
        wait_until(|| journal.done(&cleaned(1), &[]).is_err());
        let error = journal.done(&cleaned(1), &[]).expect_err("it stays so");
        assert!(error.to_string().contains("cleaned-0"), "{error}");
        assert!(obsolete.exists());
        drop(journal);
        assert_eq!(resumed(folder, NEVER).1, [] as [usize; 0]);
    }

    #[test]
    fn another_run_has_no_part_in_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path();
        assert!(!Journal::has_steps(folder));
        let journal = Journal::create(folder, &identity()).expect("create");
        assert!(!Journal::has_steps(folder));
        journal.done(&cleaned(0), &[]).expect("done");
        drop(journal);
        assert!(Journal::has_steps(folder));
        let other = Identity { job: Job::Dedup, ..identity() };
        assert!(Journal::resume(folder, &other).expect("resume").is_none());
        assert_eq!(resumed(folder, NEVER).1, [0]);
        fs::write(folder.join("journal"), "something else").expect("a file");
        assert!(Journal::has_steps(folder));
        assert!(Journal::resume(folder, &identity()).expect("resume").is_none());
    }
}
