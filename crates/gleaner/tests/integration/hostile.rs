//! What was made to break readers, through `run`: each file ends, each record is counted, and nothing is written but
//! into the output folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gleaner_testkit::shared_dir;
use serde_json::{Value, json};

use crate::common::Scratch;

/// The folder of hostile files, where it is at hand.
fn hostile() -> Option<PathBuf> {
    shared_dir().map(|shared| shared.join("data/hostile"))
}

/// Everything below a folder.
fn names(folder: &Path) -> BTreeSet<PathBuf> {
    let (mut waiting, mut found) = (vec![folder.to_path_buf()], BTreeSet::new());
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                waiting.push(path.clone());
            }
            found.insert(path);
        }
    }
    found
}

/// Runs over `input`; nothing beside the output folder changes.
fn run(scratch: &Scratch, input: &Path) -> Value {
    let around = scratch.path("");
    let before = names(&around);
    let done = scratch.run("run", &[input], &["--max-reject-rate", "1", "--overwrite"]);
    assert!(matches!(done.code, Some(0 | 3)), "{:?}: {}", done.code, done.stderr);
    let out = scratch.path("out");
    let after: BTreeSet<_> = names(&around).into_iter().filter(|path| !path.starts_with(&out)).collect();
    assert!(after.is_subset(&before), "{after:?}");
    let counts = scratch.written().manifest["counts"].clone();
    let count = |name: &str| counts[name].as_u64().expect("a count");
    assert_eq!(count("records"), count("kept") + count("removed") + count("rejected"));
    counts
}

#[test]
fn every_hostile_file() {
    let Some(folder) = hostile() else { return };
    let scratch = Scratch::new();
    let counts = run(&scratch, &folder);
    assert!(counts["records"].as_u64() > Some(1000), "{counts}");
    // Records of any type in archives of which it is known how many they hold.
    let mut known = vec![
        ("allenai+dolma/tests/data/warc/sample-0000.warc.gz", 48),
        ("webrecorder+warcio/test/data/example-bad-non-chunked.warc.gz", 6),
        ("webrecorder+warcio/test/data/example-wrong-chunks.warc.gz", 2),
        ("jwat-warc/src/test/resources/valid-warcfile-upper-lower-case.warc", 5),
        ("org/archive/resource/html/link-extraction-test.warc", 8),
    ];
    for input in scratch.written().manifest["inputs"].as_array().expect("inputs") {
        let name = input["name"].as_str().expect("a name");
        if let Some(at) = known.iter().position(|(end, _)| name.ends_with(end)) {
            let (_, records) = known.swap_remove(at);
            assert_eq!(input["archive"]["records"].as_u64(), Some(records), "{name}");
        }
        if let Some(archive) = input.get("archive") {
            let sums = archive["stored"].as_object().expect("sums").values();
            let all: u64 = sums.map(|sum| sum.as_u64().expect("a sum")).sum();
            assert_eq!(
                Some(all + archive["shared"].as_u64().expect("a sum")),
                input["size"].as_u64(),
                "{input}"
            );
        }
    }
    assert!(known.is_empty(), "not read: {known:?}");
}

/// Strings that programs trip over, as ids, addresses and texts.
fn naughty() -> Vec<String> {
    let ours = [
        "",
        "../../../etc/passwd",
        "/absolute",
        "C:\\nul",
        "a\u{0}b",
        "\u{202e}txt",
        "\u{feff}",
        "null",
        "-o",
    ];
    let mut strings: Vec<String> = ours.iter().map(|text| (*text).to_owned()).collect();
    strings.extend(["../".repeat(2000), "\u{1f9d1}\u{200d}".repeat(500), "e\u{301}\u{301}".repeat(500)]);
    if let Some(folder) = hostile() {
        let text =
            fs::read(folder.join("minimaxir+big-list-of-naughty-strings/blns.json")).expect("the list");
        strings.extend(serde_json::from_slice::<Vec<String>>(&text).expect("a list of strings"));
    }
    strings
}

#[test]
fn naughty_strings_in_rows() {
    let scratch = Scratch::new();
    let strings = naughty();
    let row =
        |text: &String| json!({"id": text, "url": text, "title": text, "text": format!("Words. {text}")});
    let rows: Vec<String> = strings.iter().map(|text| row(text).to_string()).collect();
    let counts = run(&scratch, &scratch.file("in.jsonl", rows.join("\n")));
    assert_eq!(counts["records"].as_u64(), Some(strings.len() as u64));
    assert_eq!(counts["rejected"].as_u64(), Some(0));
}

#[test]
fn naughty_strings_in_archives() {
    let scratch = Scratch::new();
    // A line end ends a field, and another control character ends the header's chance of being one.
    let strings: Vec<_> =
        naughty().into_iter().filter(|text| !text.chars().any(|c| c.is_ascii_control())).collect();
    let mut archive = Vec::new();
    for text in &strings {
        let block = format!("Words. {text}");
        let fields =
            format!("WARC-Record-ID: <{text}>\r\nWARC-Target-URI: {text}\r\nContent-Type: text/plain");
        let length = block.len();
        let record = format!(
            "WARC/1.0\r\nWARC-Type: resource\r\n{fields}\r\nContent-Length: {length}\r\n\r\n{block}\r\n\r\n"
        );
        archive.extend_from_slice(record.as_bytes());
    }
    let counts = run(&scratch, &scratch.file("in.warc", archive));
    assert_eq!(counts["records"].as_u64(), Some(strings.len() as u64));
    assert_eq!(counts["rejected"].as_u64(), Some(0));
}
