//! The files below a folder, in an order that does not depend on the file system.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What a walk passes over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits<'a> {
    /// A folder that is not entered, as a canonical path.
    pub(crate) excluded: Option<&'a Path>,
    /// How many folders deep; 1: the folder's own files.
    pub(crate) depth: usize,
    /// First characters of names that are passed over.
    pub(crate) hidden: &'a [u8],
}

/// A file that was found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    /// Relative to the folder of the walk, with `/` between its parts.
    pub(crate) relative: OsString,
}

/// The files below `root`, sorted by the bytes of their relative paths.
///
/// Links are followed. A folder that is reached in several ways is entered once: by its own path where it lies below
/// `root`, else by the first link to it. No recursion, whatever the depth.
pub(crate) fn files_below(root: &Path, limits: Limits<'_>) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    let mut entered = BTreeSet::new();
    // Folders still to enter; real ones before links, each in the order of its path.
    let mut waiting = BTreeMap::from([((false, OsString::new()), (root.to_path_buf(), 1))]);
    while let Some(((_, relative), (folder, depth))) = waiting.pop_first() {
        let canonical = fs::canonicalize(&folder)?;
        if limits.excluded == Some(&*canonical) || !entered.insert(canonical) {
            continue;
        }
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name();
            if is_hidden(&name, limits.hidden) {
                continue;
            }
            let (path, relative) = (entry.path(), join(&relative, &name));
            let link = entry.file_type()?.is_symlink();
            // A link to nothing stays in the list: reading it tells.
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => {
                    if depth < limits.depth {
                        waiting.insert((link, relative), (path, depth + 1));
                    }
                }
                Ok(metadata) if !metadata.is_file() => {}
                _ => found.push(Found { path, relative }),
            }
        }
    }
    found.sort_by(|a, b| a.relative.as_encoded_bytes().cmp(b.relative.as_encoded_bytes()));
    Ok(found)
}

fn is_hidden(name: &OsStr, hidden: &[u8]) -> bool {
    name.as_encoded_bytes().first().is_some_and(|first| hidden.contains(first))
}

fn join(folder: &OsStr, name: &OsStr) -> OsString {
    let mut joined = folder.to_os_string();
    if !joined.is_empty() {
        joined.push("/");
    }
    joined.push(name);
    joined
}
