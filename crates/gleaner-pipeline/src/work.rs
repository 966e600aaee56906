//! The work area: a folder for part files that goes away when the run is finished.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::lock::Lock;

/// Name of the work area inside the output folder; hidden, so that no reader takes it for output.
const INSIDE_OUTPUT: &str = ".gleaner-work";
/// Name of the folder in it for what only one process can use.
const SCRATCH: &str = "scratch";

/// Tells the work areas of different output folders in one `--tmp` apart.
fn identity(output: &Path) -> u64 {
    let output = fs::canonicalize(output).unwrap_or_else(|_| output.to_path_buf());
    gleaner_text::hash64(output.as_os_str().as_encoded_bytes())
}

/// A folder of part files.
#[derive(Debug)]
pub(crate) struct WorkArea {
    root: PathBuf,
    /// Whether it stays when this is dropped: another process can go on with it then.
    stays: bool,
    _lock: Lock,
}

impl WorkArea {
    /// An empty work area in `tmp`, or inside `output`, which is removed when dropped. What was there is removed.
    pub(crate) fn create(output: &Path, tmp: Option<&Path>) -> Result<WorkArea, Error> {
        let mut work = WorkArea::open(output, tmp)?;
        work.stays = false;
        work.clear()?;
        Ok(work)
    }

    /// The work area of the runs into `output`, with what is in it; stays until it is [discarded](WorkArea::discard).
    pub(crate) fn open(output: &Path, tmp: Option<&Path>) -> Result<WorkArea, Error> {
        let root = WorkArea::root(output, tmp);
        let lock = Lock::take(&root.with_extension("lock"), output)?;
        Ok(WorkArea { root, stays: true, _lock: lock })
    }

    /// Where the work area of the runs into `output` is.
    pub(crate) fn root(output: &Path, tmp: Option<&Path>) -> PathBuf {
        match tmp {
            None => output.join(INSIDE_OUTPUT),
            Some(tmp) => tmp.join(format!(".gleaner-{:016x}", identity(output))),
        }
    }

    /// Whether a process has left a work area of the runs into `output`, or its lock.
    pub(crate) fn is_left(output: &Path, tmp: Option<&Path>) -> bool {
        let root = WorkArea::root(output, tmp);
        root.exists() || root.with_extension("lock").exists()
    }

    /// Makes it empty.
    pub(crate) fn clear(&self) -> Result<(), Error> {
        remove(&self.root)?;
        self.clear_unfinished()
    }

    /// Removes what only the process that wrote it could use.
    pub(crate) fn clear_unfinished(&self) -> Result<(), Error> {
        let scratch = self.root.join(SCRATCH);
        remove(&scratch)?;
        fs::create_dir_all(&scratch).map_err(|error| Error::io(&scratch, &error))
    }

    /// Removes it with all that is in it.
    pub(crate) fn discard(mut self) {
        self.stays = false;
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.root
    }

    /// Standard input, as it was read.
    pub(crate) fn spool(&self) -> PathBuf {
        self.root.join("stdin")
    }

    pub(crate) fn scanned(&self, part: usize) -> PathBuf {
        self.part("scanned", part)
    }

    pub(crate) fn cleaned(&self, part: usize) -> PathBuf {
        self.part("cleaned", part)
    }

    pub(crate) fn entries(&self, part: usize) -> PathBuf {
        self.part("entries", part)
    }

    pub(crate) fn pages(&self, part: usize) -> PathBuf {
        self.part("pages", part)
    }

    /// What is made of an earlier run for this one, by its kind.
    pub(crate) fn earlier(&self, kind: &str, run: usize) -> PathBuf {
        self.part(&format!("earlier-{kind}"), run)
    }

    pub(crate) fn sites(&self, part: usize) -> PathBuf {
        self.part("sites", part)
    }

    /// The templates of sites, as learn leaves them.
    pub(crate) fn templates(&self) -> PathBuf {
        self.root.join("site-templates")
    }

    /// The entries of all parts, as group joins them.
    pub(crate) fn all_entries(&self) -> PathBuf {
        self.root.join("all-entries")
    }

    /// The pages of sites that a later run looks at.
    pub(crate) fn site_pages(&self) -> PathBuf {
        self.root.join("site-pages")
    }

    /// The lines that did not count when duplicates were found.
    pub(crate) fn frames(&self) -> PathBuf {
        self.root.join("frames")
    }

    /// What a later run knows of the documents.
    pub(crate) fn known(&self) -> PathBuf {
        self.root.join("known")
    }

    /// Decisions of the search, in the order in which they were made.
    pub(crate) fn decided(&self, part: usize) -> PathBuf {
        self.part("decided", part)
    }

    pub(crate) fn verdicts(&self, part: usize) -> PathBuf {
        self.part("verdicts", part)
    }

    pub(crate) fn spans(&self, part: usize) -> PathBuf {
        self.part("spans", part)
    }

    pub(crate) fn outlines(&self, part: usize) -> PathBuf {
        self.part("outlines", part)
    }

    pub(crate) fn rejects(&self, part: usize) -> PathBuf {
        self.part("rejects", part)
    }

    pub(crate) fn columns(&self, part: usize) -> PathBuf {
        self.part("columns", part)
    }

    /// A path for files of a sorter or a queue, which are of no use when the process has ended.
    pub(crate) fn scratch(&self, name: &str) -> PathBuf {
        self.root.join(SCRATCH).join(name)
    }

    fn part(&self, kind: &str, part: usize) -> PathBuf {
        self.root.join(format!("{kind}-{part:08}"))
    }
}

/// Removes a folder with all that is in it, if it is there.
fn remove(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io(folder, &error)),
        _ => Ok(()),
    }
}

impl Drop for WorkArea {
    fn drop(&mut self) {
        if !self.stays {
            // The run's outcome stands; a work area that cannot be removed only costs disk, and the next run replaces it.
            let _ = fs::remove_dir_all(&self.root);
        }
    }
}
