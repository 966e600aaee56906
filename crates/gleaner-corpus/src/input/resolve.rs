//! INPUT arguments to the files of a run.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Component, Path, PathBuf};

use super::format::{Compression, Format};
use super::pattern::{Glob, is_glob};
use super::walk::{Found, Limits, files_below};

/// How INPUT arguments become files.
#[derive(Clone, Debug, Default)]
pub struct InputOptions {
    /// Format of every input. Default `None`: by name, else by magic bytes. With a format, every file of a folder is
    /// read, whatever its extension.
    pub format: Option<Format>,
    /// A folder that is never read (the output folder). Default `None`.
    pub exclude: Option<PathBuf>,
}

/// Where an input's bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A file.
    Path(PathBuf),
    /// Standard input.
    Stdin,
}

/// One input file.
#[derive(Clone, Debug)]
pub struct InputFile {
    /// Its name in ids and outputs: the path relative to its INPUT argument (`/` as separator on every system; for a
    /// glob, relative to its fixed first folders), the file name when the file itself was named, the path as written
    /// for an entry of a list, `-` for stdin. What is not UTF-8 is replaced by U+FFFD.
    pub name: String,
    /// Where its bytes are.
    pub location: Location,
    /// `None` until its first bytes are seen (stdin, unknown names given explicitly).
    pub format: Option<Format>,
    /// Size in bytes; `None` for stdin, pipes and devices.
    pub size: Option<u64>,
}

/// The files of a run in document order.
#[derive(Clone, Debug, Default)]
pub struct InputSet {
    /// The files, each once.
    pub files: Vec<InputFile>,
    /// Files in folders whose extension is not known, by lower-case extension (`""` for none), not read.
    pub ignored: BTreeMap<String, u64>,
    /// Paths met again, read once.
    pub repeated: u64,
}

/// A named input that cannot be used: the message names the argument and says what to do.
#[derive(Debug)]
pub struct InputError {
    message: String,
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for InputError {}

fn error<T>(argument: &OsStr, what: impl fmt::Display) -> Result<T, InputError> {
    Err(InputError { message: format!("{}: {what}", argument.display()) })
}

/// Resolves INPUT arguments to files, in document order.
///
/// An argument is a file, a folder (read with its subfolders), a glob (`*`, `?`, `[..]`, `{..}`, `**`; only where no
/// file has that very name), `-` for standard input, or `@LIST`: a file with one path a line (plain or gzip; relative
/// to the current folder; blank lines ignored; a path may be a folder). Arguments keep their order; folders and globs
/// are sorted by the bytes of their relative paths. In folders, names that begin with `.` or `_` and files of
/// unknown extension are passed over, the latter counted; in globs, such names are passed over unless a part of the
/// glob begins with the same character. A glob matches files only. A path met twice, also through links, is read
/// once.
///
/// # Errors
///
/// A named file, folder or list that is missing or cannot be read, a list that names such a file, a glob that
/// matches nothing, a folder without a usable file. Everything is checked before this returns; nothing but lists is
/// read.
///
/// ```
/// # use gleaner_corpus::{resolve_inputs, InputOptions};
/// # let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("b.txt"), "two")?;
/// std::fs::write(folder.path().join("a.jsonl"), "{}")?;
/// std::fs::write(folder.path().join("c.jpg"), "")?;
/// let inputs = resolve_inputs(&[folder.path().into()], &InputOptions::default())?;
/// let names: Vec<&str> = inputs.files.iter().map(|file| file.name.as_str()).collect();
/// assert_eq!(names, ["a.jsonl", "b.txt"]);
/// assert_eq!(inputs.ignored["jpg"], 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn resolve_inputs(arguments: &[OsString], options: &InputOptions) -> Result<InputSet, InputError> {
    let excluded = options.exclude.as_ref().and_then(|folder| fs::canonicalize(folder).ok());
    let mut resolver =
        Resolver { format: options.format, excluded, seen: BTreeSet::new(), set: InputSet::default() };
    for argument in arguments {
        resolver.argument(argument)?;
    }
    Ok(resolver.set)
}

/// The output folder of a run: its `data/` is the corpus, what it removed is not.
fn is_output(folder: &Path) -> bool {
    let has_file = |name: &str| folder.join(name).is_file();
    has_file("manifest.json") && has_file("run.json") && folder.join("data").is_dir()
}

struct Resolver {
    format: Option<Format>,
    excluded: Option<PathBuf>,
    /// Canonical paths of the files in the set.
    seen: BTreeSet<PathBuf>,
    set: InputSet,
}

pub(super) const HIDDEN: &[u8] = b"._";

impl Resolver {
    fn argument(&mut self, argument: &OsStr) -> Result<(), InputError> {
        let bytes = argument.as_encoded_bytes();
        if bytes == b"-" {
            self.stdin();
            return Ok(());
        }
        if bytes.first() == Some(&b'@') && bytes.len() > 1 {
            return self.list(argument, Path::new(&os_string(&bytes[1..])));
        }
        match fs::metadata(argument) {
            Ok(metadata) if metadata.is_dir() => self.folder(argument, Path::new(argument), ""),
            Ok(_) => {
                let path = PathBuf::from(argument);
                let name = path.file_name().unwrap_or(argument).to_string_lossy().into_owned();
                self.named_file(argument, path, name)
            }
            Err(missing) if missing.kind() == io::ErrorKind::NotFound && is_glob(bytes) => {
                self.glob(argument)
            }
            Err(missing) => missing_input(argument, &missing),
        }
    }

    fn stdin(&mut self) {
        if self.set.files.iter().any(|file| file.location == Location::Stdin) {
            self.set.repeated += 1;
            return;
        }
        let (name, location) = ("-".to_string(), Location::Stdin);
        self.set.files.push(InputFile { name, location, format: self.format, size: None });
    }

    /// A file that was named is opened once, so that what cannot be read is told before any work.
    fn named_file(&mut self, argument: &OsStr, path: PathBuf, name: String) -> Result<(), InputError> {
        if path.is_file()
            && let Err(closed) = File::open(&path)
        {
            return missing_input(argument, &closed);
        }
        self.refuse_excluded(argument, &path)?;
        self.add(path, name);
        Ok(())
    }

    /// What was named for reading must not be what is written to.
    fn refuse_excluded(&self, argument: &OsStr, path: &Path) -> Result<(), InputError> {
        let place = fs::canonicalize(path).ok();
        match place.zip(self.excluded.as_ref()) {
            Some((place, excluded)) if place.starts_with(excluded) => {
                error(argument, "this lies in the output folder; name another output folder")
            }
            _ => Ok(()),
        }
    }

    fn add(&mut self, path: PathBuf, name: String) {
        let canonical = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if !self.seen.insert(canonical) {
            self.set.repeated += 1;
            return;
        }
        let size = fs::metadata(&path).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len());
        let format = self.format.or_else(|| Format::from_name(&name));
        self.set.files.push(InputFile { name, location: Location::Path(path), format, size });
    }

    /// `prefix` stands before the names of the folder's files.
    fn folder(&mut self, argument: &OsStr, folder: &Path, prefix: &str) -> Result<(), InputError> {
        self.refuse_excluded(argument, folder)?;
        if is_output(folder) {
            return self.folder(argument, &folder.join("data"), &format!("{prefix}data/"));
        }
        let limits = Limits { excluded: self.excluded.as_deref(), depth: usize::MAX, hidden: HIDDEN };
        let found = match files_below(folder, limits) {
            Ok(found) => found,
            Err(closed) => return missing_input(argument, &closed),
        };
        let mut usable = false;
        for Found { path, relative } in found {
            let relative = relative.to_string_lossy();
            if self.format.is_none() && Format::from_name(&relative).is_none() {
                *self.set.ignored.entry(extension(&relative)).or_default() += 1;
                continue;
            }
            usable = true;
            self.add(path, format!("{prefix}{relative}"));
        }
        if usable {
            return Ok(());
        }
        error(
            argument,
            "the folder holds no file of a known type (warc, wet, html, txt, md, jsonl, json, parquet ...); \
             name its files one by one, or say what they are with --input-format",
        )
    }

    fn glob(&mut self, argument: &OsStr) -> Result<(), InputError> {
        let Some(glob) = Glob::parse(argument) else {
            return error(argument, "no such file, and not a valid pattern; check the path");
        };
        let limits =
            Limits { excluded: self.excluded.as_deref(), depth: glob.depth, hidden: glob.hidden.as_slice() };
        let found = match files_below(&glob.base, limits) {
            Ok(found) => found,
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(closed) => return missing_input(argument, &closed),
        };
        let mut usable = false;
        for Found { path, relative } in found {
            if glob.matches(&relative) {
                usable = true;
                self.add(path, relative.to_string_lossy().into_owned());
            }
        }
        if usable { Ok(()) } else { error(argument, "the pattern matches no file; check it") }
    }

    fn list(&mut self, argument: &OsStr, list: &Path) -> Result<(), InputError> {
        let lines = match read_list(list) {
            Ok(lines) => lines,
            Err(closed) => return missing_input(argument, &closed),
        };
        let mut usable = false;
        for (number, line) in lines {
            let place = OsString::from(format!("{}, line {number}", argument.display()));
            self.list_entry(&place, &line)?;
            usable = true;
        }
        if usable { Ok(()) } else { error(argument, "the list names no file; it takes one path a line") }
    }

    fn list_entry(&mut self, place: &OsStr, line: &OsStr) -> Result<(), InputError> {
        let path = PathBuf::from(line);
        let name = listed_name(&path);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => self.folder(place, &path, &format!("{name}/")),
            Ok(_) => self.named_file(place, path, name),
            Err(_) if line.as_encoded_bytes().windows(3).any(|part| part == b"://") => {
                error(place, format_args!("{} is an address; download it and list the file", line.display()))
            }
            Err(missing) => error(
                place,
                format_args!(
                    "{}: {}; paths in a list are relative to the current folder",
                    line.display(),
                    reason(&missing)
                ),
            ),
        }
    }
}

fn missing_input<T>(argument: &OsStr, cause: &io::Error) -> Result<T, InputError> {
    match cause.kind() {
        io::ErrorKind::NotFound => error(argument, "no such file or folder; check the path"),
        _ => error(argument, format_args!("cannot be read: {}", reason(cause))),
    }
}

fn reason(cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::NotFound => "no such file".to_string(),
        io::ErrorKind::PermissionDenied => "permission denied; change its rights".to_string(),
        _ => cause.to_string(),
    }
}

/// What a file is counted under that is not read.
fn extension(name: &str) -> String {
    let extension = Path::new(name).extension().map(|extension| extension.to_string_lossy().to_lowercase());
    extension.unwrap_or_default()
}

/// An absolute path, or one that begins with `./`, loses that part, so that names say nothing of the machine's root.
fn listed_name(path: &Path) -> String {
    let parts: Vec<_> = path
        .components()
        .filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir))
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

/// No path is longer; a line that is ends the reading, so that a list of gigabytes is not taken into memory.
const LONGEST_PATH: u64 = 64 << 10;

/// The lines of a list that are not blank, with their numbers from 1.
fn read_list(list: &Path) -> io::Result<Vec<(usize, OsString)>> {
    let mut stored = BufReader::new(File::open(list)?);
    let compression = Compression::of(stored.fill_buf()?);
    let mut lines: Box<dyn BufRead> = match compression {
        Compression::Gzip => Box::new(BufReader::new(flate2::bufread::MultiGzDecoder::new(stored))),
        _ => Box::new(stored),
    };
    let (mut paths, mut number) = (Vec::new(), 0);
    loop {
        let mut line = Vec::new();
        if (&mut lines).take(LONGEST_PATH).read_until(b'\n', &mut line)? == 0 {
            return Ok(paths);
        }
        number += 1;
        if line.len() as u64 == LONGEST_PATH {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is longer than any path"));
        }
        let path = line.trim_ascii();
        if !path.is_empty() {
            paths.push((number, os_string(path)));
        }
    }
}

#[cfg(unix)]
fn os_string(bytes: &[u8]) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}
