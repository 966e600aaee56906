//! The same bytes for any number of threads.

use std::path::PathBuf;

use crate::common::{Scratch, prose, result_bytes, root, row};

#[track_caller]
fn check(command: &str, inputs: &[PathBuf], arguments: &[&str]) {
    let outputs = ["1", "2", "8"].map(|threads| {
        let scratch = Scratch::new();
        let arguments = [arguments, &["--threads", threads, "--max-reject-rate", "1"]].concat();
        scratch.run(command, inputs, &arguments).ends_with(0);
        result_bytes(&scratch.path("out"))
    });
    for other in &outputs[1..] {
        assert_eq!(outputs[0].keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
        for (name, bytes) in &outputs[0] {
            assert!(other[name] == *bytes, "{} differs", name.display());
        }
    }
}

#[test]
fn of_the_fixtures_in_both_formats() {
    let crawl = root().join("fixtures/crawl");
    check("run", std::slice::from_ref(&crawl), &[]);
    check("run", &[crawl], &["--format", "jsonl", "--spans", "full", "--keep", "longest"]);
}

#[test]
fn of_many_parts_with_duplicates_across_them() {
    let scratch = Scratch::new();
    let rows: String = (0..9_000).map(|n| row(&n.to_string(), &prose(n % 6_000 + 1, 30))).collect();
    let input = scratch.file("rows.jsonl", rows);
    check("dedup", &[input], &["--max-output-file-size", "1MiB"]);
}

/// Where there is no memory for so many threads, fewer work.
#[test]
fn of_little_memory() {
    let scratch = Scratch::new();
    let rows: String = (0..3_000).map(|n| row(&n.to_string(), &prose(n % 2_000 + 1, 30))).collect();
    let input = scratch.file("rows.jsonl", rows);
    let run = |memory: &str| {
        let budget = ["--threads", "8", "--memory", memory, "--overwrite"];
        let done = scratch.run("run", &[&input], &budget).ends_with(0);
        (result_bytes(&scratch.path("out")), done.stderr)
    };
    let (small, said) = run("256MiB");
    assert!(said.contains("--memory 256MiB has room for 1 of 8 threads"), "{said}");
    let (large, said) = run("4GiB");
    assert!(small == large && !said.contains("has room"), "{said}");
}

/// The bytes of a run are those of the last change that meant to change them.
#[test]
fn of_one_version_and_the_next() {
    let scratch = Scratch::new();
    scratch.run("run", &[root().join("fixtures/crawl")], &[]).ends_with(0);
    let manifest = std::fs::read(scratch.path("out/manifest.json")).expect("manifest.json");
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
    let outputs = manifest["outputs"].as_array().expect("a list").iter();
    let digest = |file: &serde_json::Value, field: &str| file[field].as_str().expect("a string").to_owned();
    let lines: Vec<String> =
        outputs.map(|file| format!("{}  {}", digest(file, "digest"), digest(file, "name"))).collect();
    insta::assert_snapshot!(lines.join("\n"));
}
