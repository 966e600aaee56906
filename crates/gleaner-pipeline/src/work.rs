//! The work area: a folder for part files that goes away with the run.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::lock::Lock;

/// Name of the work area inside the output folder; hidden, so that no reader takes it for output.
const INSIDE_OUTPUT: &str = ".gleaner-work";

/// Tells the work areas of different output folders in one `--tmp` apart.
fn identity(output: &Path) -> u64 {
    let output = fs::canonicalize(output).unwrap_or_else(|_| output.to_path_buf());
    gleaner_text::hash64(output.as_os_str().as_encoded_bytes())
}

/// A folder of part files, removed when dropped.
#[derive(Debug)]
pub(crate) struct WorkArea {
    root: PathBuf,
    _lock: Lock,
}

impl WorkArea {
    /// An empty work area in `tmp`, or inside `output`. What an interrupted run into this output left is removed.
    pub(crate) fn create(output: &Path, tmp: Option<&Path>) -> Result<WorkArea, Error> {
        let root = match tmp {
            None => output.join(INSIDE_OUTPUT),
            Some(tmp) => tmp.join(format!("gleaner-{:016x}", identity(output))),
        };
        let lock = Lock::take(&root.with_extension("lock"), output)?;
        if root.exists() {
            fs::remove_dir_all(&root).map_err(|error| Error::io(&root, &error))?;
        }
        fs::create_dir_all(&root).map_err(|error| Error::io(&root, &error))?;
        Ok(WorkArea { root, _lock: lock })
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
        self.file("site-templates")
    }

    /// The entries of all parts, as group joins them.
    pub(crate) fn all_entries(&self) -> PathBuf {
        self.file("all-entries")
    }

    /// The pages of sites that a later run looks at.
    pub(crate) fn site_pages(&self) -> PathBuf {
        self.file("site-pages")
    }

    /// What a later run knows of the documents.
    pub(crate) fn known(&self) -> PathBuf {
        self.file("known")
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

    /// A path for files of a sorter or a queue.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn part(&self, kind: &str, part: usize) -> PathBuf {
        self.root.join(format!("{kind}-{part:08}"))
    }
}

impl Drop for WorkArea {
    fn drop(&mut self) {
        // The run's outcome stands; a work area that cannot be removed only costs disk, and the next run replaces it.
        let _ = fs::remove_dir_all(&self.root);
    }
}
