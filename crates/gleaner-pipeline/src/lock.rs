//! One process a folder.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind};

/// Bytes of a process's number that are read.
const PROCESS: u64 = 20;

/// Holds a file that no other process can hold meanwhile; the system lets go of it when the process ends, however that
/// comes. The file has the number of the process, for whoever finds it held, and is removed with the lock.
#[derive(Debug)]
pub(crate) struct Lock {
    /// Kept open: with it the lock would go.
    _file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock `path` on `what`. Fails with [`ErrorKind::Busy`] while another process has it.
    pub(crate) fn take(path: &Path, what: &Path) -> Result<Lock, Error> {
        let io = |error: io::Error| Error::io(path, &error);
        loop {
            let file = File::options().read(true).write(true).create(true).truncate(false).open(path);
            let mut file = file.map_err(io)?;
            match file.try_lock() {
                Ok(()) => {}
                // A file system without locks: as if there were none.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
                Err(TryLockError::Error(error)) => return Err(io(error)),
                Err(TryLockError::WouldBlock) => return Err(busy(what, file)),
            }
            // Whoever had it may have removed the file since it was opened.
            if is_at(&file, path) {
                let mut write = || {
                    file.set_len(0)?;
                    file.write_all(std::process::id().to_string().as_bytes())
                };
                write().map_err(io)?;
                return Ok(Lock { _file: file, path: path.to_path_buf() });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // What cannot be removed is no lock without the process.
        let _ = fs::remove_file(&self.path);
    }
}

fn busy(what: &Path, mut file: File) -> Error {
    let mut process = String::new();
    let read = file.rewind().and_then(|()| file.take(PROCESS).read_to_string(&mut process));
    let is_number = read.is_ok() && !process.is_empty() && process.bytes().all(|byte| byte.is_ascii_digit());
    let by = if is_number { format!("process {process}") } else { "another process".to_owned() };
    let message = format!("{} is in use by {by}; wait until it ends, or name another folder", what.display());
    Error::new(ErrorKind::Busy, message)
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |metadata: io::Result<fs::Metadata>| metadata.map(|file| (file.dev(), file.ino())).ok();
    let (held, there) = (identity(file.metadata()), identity(fs::metadata(path)));
    held.is_some() && held == there
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::thread;

    use super::Lock;
    use crate::error::ErrorKind;

    #[test]
    fn one_holds_it_at_a_time() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("lock");
        // What a process left that is gone.
        fs::write(&path, "4711").expect("a file");
        let lock = Lock::take(&path, folder.path()).expect("it is free");
        let error = Lock::take(&path, folder.path()).expect_err("it is held");
        assert_eq!(error.kind(), ErrorKind::Busy);
        assert!(error.to_string().contains(&format!("process {};", std::process::id())), "{error}");
        drop(lock);
        assert!(!path.exists());
        drop(Lock::take(&path, folder.path()).expect("it is free again"));
    }

    #[test]
    fn a_file_that_was_removed_is_no_lock() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("lock");
        let held = fs::File::create(&path).expect("a file");
        assert!(super::is_at(&held, &path));
        fs::remove_file(&path).expect("the file");
        assert!(!super::is_at(&held, &path));
        let other = fs::File::create(&path).expect("another file");
        assert!(!super::is_at(&held, &path) && super::is_at(&other, &path));
    }

    #[test]
    fn a_race_has_one_winner_at_a_time() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (path, held) = (folder.path().join("lock"), folder.path().join("held"));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..5_000 {
                        let Ok(lock) = Lock::take(&path, folder.path()) else { continue };
                        fs::File::create_new(&held).expect("nobody else holds the lock");
                        fs::remove_file(&held).expect("nobody else holds the lock");
                        drop(lock);
                    }
                });
            }
        });
    }
}
