//! Files that are there whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file written under a temporary name in the same folder.
///
/// [`commit`](AtomicFile::commit) syncs it, gives it its name and syncs the folder. Dropped without it, it leaves
/// nothing. The temporary name is the name with a `.` before and `.partial` behind, so that readers of folders pass it
/// over and a file left by a killed process is overwritten by the next. Writes are buffered (256 KiB).
///
/// ```
/// use std::io::Write;
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("manifest.json");
/// let mut file = gleaner_corpus::AtomicFile::create(&path)?;
/// file.write_all(b"{}")?;
/// assert!(!path.exists());
/// file.commit()?;
/// assert_eq!(std::fs::read(&path)?, b"{}");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct AtomicFile {
    file: BufWriter<File>,
    temporary: PathBuf,
    path: PathBuf,
    committed: bool,
}

const BUFFER: usize = 256 << 10;

impl AtomicFile {
    /// Begins the file that will stand at `path`. Its folder must exist.
    ///
    /// # Errors
    /// Those of the system, without the path.
    pub fn create(path: &Path) -> io::Result<AtomicFile> {
        let name =
            path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no file name"))?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(".partial");
        let temporary = path.with_file_name(hidden);
        let file = File::create(&temporary)?;
        let file = BufWriter::with_capacity(BUFFER, file);
        Ok(AtomicFile { file, temporary, path: path.to_path_buf(), committed: false })
    }

    /// Makes the file appear under its name, on the disk before this returns.
    ///
    /// # Errors
    /// Those of the system, without the path. The file is then absent, or what it replaces is still there; when it is the
    /// folder that cannot be synced, the file stands under its name, but may not outlive the machine.
    pub fn commit(mut self) -> io::Result<()> {
        self.publish()?;
        self.committed = true;
        Ok(())
    }

    fn publish(&mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        fs::rename(&self.temporary, &self.path)?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        sync_folder(folder.unwrap_or(Path::new(".")))
    }
}

/// Only where folders can be opened as files does a rename need its own sync.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

impl Write for AtomicFile {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.file.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if !self.committed {
            // Nobody is left to tell: a file that stays is overwritten by the next of its name.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}
