//! Arguments to files: order, names, what is passed over, and what is refused.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use gleaner_corpus::{Format, InputOptions, InputSet, Location, resolve_inputs};

use crate::support::gzip;

/// A folder of empty files.
fn folder(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, name).unwrap();
    }
    folder
}

fn resolve(arguments: &[OsString]) -> Result<InputSet, String> {
    resolve_inputs(arguments, &InputOptions::default()).map_err(|error| error.to_string())
}

/// The names that `arguments` (below the folder) resolve to.
fn check(folder: &Path, arguments: &[&str], names: &[&str]) -> InputSet {
    let arguments: Vec<OsString> = arguments.iter().map(|name| folder.join(name).into_os_string()).collect();
    let set = resolve(&arguments).unwrap();
    let found: Vec<&str> = set.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(found, names);
    set
}

fn refused(argument: impl Into<OsString>, says: &str) {
    let argument = argument.into();
    let message = resolve(std::slice::from_ref(&argument)).unwrap_err();
    assert!(message.contains(says), "{message:?} lacks {says:?}");
    let named = argument.to_string_lossy();
    assert!(message.contains(named.trim_start_matches('@')), "{message:?} does not name {named:?}");
}

#[test]
fn folders_are_recursive_and_sorted_by_path_bytes() {
    let folder = folder(&["b.txt", "a/z.html", "a-b.txt", "a.txt", "\u{e9}.txt", "B.txt", "a/b/c.jsonl.zst"]);
    check(
        folder.path(),
        &["."],
        &["B.txt", "a-b.txt", "a.txt", "a/b/c.jsonl.zst", "a/z.html", "b.txt", "\u{e9}.txt"],
    );
}

#[test]
fn arguments_keep_their_order() {
    let folder = folder(&["b.txt", "a/z.html", "a/y.html", "c.bin"]);
    let set = check(folder.path(), &["c.bin", "b.txt", "a"], &["c.bin", "b.txt", "y.html", "z.html"]);
    assert_eq!(set.files[0].format, None);
    assert_eq!(set.files[2].format, Some(Format::Html));
    assert_eq!(set.files[1].size, Some(5));
}

#[test]
fn hidden_unknown_and_excluded_files_are_passed_over() {
    let folder =
        folder(&["a.txt", ".b.txt", "_c.txt", ".d/e.txt", "_f/g.txt", "h.jpg", "i.JPG", "j", "out/k.txt"]);
    let options = InputOptions { exclude: Some(folder.path().join("out")), ..InputOptions::default() };
    let set = resolve_inputs(&[folder.path().into()], &options).unwrap();
    assert_eq!(set.files.len(), 1);
    let ignored: Vec<_> = set.ignored.iter().map(|(extension, count)| (extension.as_str(), *count)).collect();
    assert_eq!(ignored, [("", 1), ("jpg", 2)]);
}

#[test]
fn a_given_format_takes_every_file_of_a_folder() {
    let folder = folder(&["a.log", "b.txt", ".c"]);
    let options = InputOptions { format: Some(Format::Text), ..InputOptions::default() };
    let set = resolve_inputs(&[folder.path().into()], &options).unwrap();
    assert!(set.files.iter().all(|file| file.format == Some(Format::Text)));
    assert_eq!(set.files.len(), 2);
}

#[test]
fn a_path_met_twice_is_read_once() {
    let folder = folder(&["a.txt", "d/b.txt"]);
    let set = check(folder.path(), &["a.txt", ".", "d/../a.txt"], &["a.txt", "d/b.txt"]);
    assert_eq!(set.repeated, 2);
    let twice = resolve(&["-".into(), "-".into()]).unwrap();
    assert_eq!((twice.files.len(), twice.repeated), (1, 1));
    assert_eq!((twice.files[0].name.as_str(), &twice.files[0].location), ("-", &Location::Stdin));
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_cycles_end() {
    let folder = folder(&["b/x.txt"]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("b/up")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("b"), folder.path().join("a")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("z.txt")).unwrap();
    check(folder.path(), &["."], &["b/x.txt", "z.txt"]);
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf8_are_read() {
    let folder = folder(&[]);
    let name = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"caf\xe9.txt");
    fs::write(folder.path().join(name), "x").unwrap();
    check(folder.path(), &["."], &["caf\u{fffd}.txt"]);
}

#[test]
fn globs_match_files_relative_to_their_fixed_folders() {
    let names = [
        "d/a/x.jsonl",
        "d/b/x.jsonl",
        "d/b/y.txt",
        "d/b/c/x.jsonl",
        "d/_p/x.jsonl",
        "d/b/.h.jsonl",
        "[1].txt",
        "!new/x.txt",
        "d/b/caf\u{e9}.txt",
    ];
    let folder = folder(&names);
    check(folder.path(), &["d/*/*.jsonl"], &["a/x.jsonl", "b/x.jsonl"]);
    check(folder.path(), &["d/**/x.jsonl"], &["a/x.jsonl", "b/c/x.jsonl", "b/x.jsonl"]);
    check(folder.path(), &["d/{a,b}/[xy].*"], &["a/x.jsonl", "b/x.jsonl", "b/y.txt"]);
    check(folder.path(), &["d/_*/*"], &["_p/x.jsonl"]);
    check(folder.path(), &["[1].txt"], &["[1].txt"]);
    check(folder.path(), &["!*/x.txt"], &["!new/x.txt"]);
    check(folder.path(), &["d/b/x**.jsonl"], &["x.jsonl"]);
    check(folder.path(), &["[[]1].txt"], &["[1].txt"]);
    check(folder.path(), &["d/b/caf?.txt"], &["caf\u{e9}.txt"]);
    check(folder.path(), &["d/**"], &["a/x.jsonl", "b/c/x.jsonl", "b/caf\u{e9}.txt", "b/x.jsonl", "b/y.txt"]);
    for bad in ["d/[a", "d/{a,b"] {
        assert!(resolve(&[folder.path().join(bad).into_os_string()]).is_err(), "{bad}");
    }
}

/// A pattern is the user's own, but it may come from a script, and names from anywhere.
#[test]
fn many_stars_take_no_time() {
    let folder = folder(&[&"a".repeat(200), "b.txt"]);
    let pattern = folder.path().join(format!("{}b", "a*".repeat(40)));
    assert!(resolve(&[pattern.into_os_string()]).is_err());
}

#[test]
fn lists_name_files_and_folders() {
    let folder = folder(&["a.txt", "d/b.txt"]);
    let (file, sub) = (folder.path().join("a.txt"), folder.path().join("d"));
    let lines = format!("{}\r\n\n  \n{}\n", file.display(), sub.display());
    for (name, bytes) in [("list", lines.clone().into_bytes()), ("list.gz", gzip(lines.as_bytes()))] {
        let list = folder.path().join(name);
        fs::write(&list, bytes).unwrap();
        let set = resolve(&[format!("@{}", list.display()).into()]).unwrap();
        let names: Vec<&str> = set.files.iter().map(|file| file.name.as_str()).collect();
        let below = folder.path().to_str().unwrap().trim_start_matches('/');
        assert_eq!(names, [format!("{below}/a.txt"), format!("{below}/d/b.txt")]);
    }
}

#[test]
fn what_cannot_be_used_is_refused_by_name() {
    let folder = folder(&["pics/a.jpg", "empty-list", "bad-list", "url-list"]);
    let path = |name: &str| folder.path().join(name).into_os_string();
    let list = |name: &str| OsString::from(format!("@{}", folder.path().join(name).display()));
    fs::write(path("empty-list"), "\n\n").unwrap();
    fs::write(path("bad-list"), "\nmissing.warc.gz\n").unwrap();
    fs::write(path("url-list"), "https://example.org/a.warc.gz\n").unwrap();
    fs::create_dir(path("none")).unwrap();
    refused(path("missing.txt"), "no such file");
    refused(path("*.nothing"), "matches no file");
    refused(path("nowhere/*.txt"), "matches no file");
    refused(path("pics"), "--input-format");
    refused(path("none"), "no file of a known type");
    refused(list("no-list"), "no such file");
    refused(list("empty-list"), "names no file");
    refused(list("bad-list"), "line 2: missing.warc.gz: no such file");
    refused(list("url-list"), "download it");
}
