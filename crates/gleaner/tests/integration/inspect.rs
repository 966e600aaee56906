//! `gleaner inspect`, limits and digests of archives.

use serde_json::Value;

use crate::common::{Done, Scratch, gleaner};

fn record(fields: &str, block: &str) -> String {
    format!(
        "WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: http://a.example/\r\n{fields}Content-Length: {}\r\n\r\n\
         {block}\r\n\r\n",
        block.len()
    )
}

const WRONG: &str = "WARC-Block-Digest: sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ22\r\n";

/// A sound record, one with another digest, garbage, and one that is cut short.
fn archive() -> String {
    let text = "Content-Type: text/plain\r\n";
    let sound = record(text, "A sentence of some words.");
    let other = record(&format!("{text}{WRONG}"), "Another sentence of words.");
    let cut = record(text, "The last sentence of all.");
    format!("{sound}{other}garbage\n{sound}{}", &cut[..cut.len() - 10])
}

fn inspect(scratch: &Scratch, arguments: &[&str]) -> Done {
    let file = scratch.file("a.warc", archive());
    let mut process = gleaner();
    process.arg("inspect").arg(file).args(arguments);
    Done::new(process.output().expect("gleaner starts")).ends_with(0)
}

#[test]
fn entries_are_listed() {
    let scratch = Scratch::new();
    let done = inspect(&scratch, &[]);
    let fields: Vec<Vec<&str>> = done.stdout.lines().map(|line| line.split('\t').collect()).collect();
    let kinds: Vec<&str> = fields.iter().map(|fields| fields[2]).collect();
    assert_eq!(kinds, ["record", "record", "gap", "record", "rejected"], "{}", done.stdout);
    assert_eq!(fields[0][3..], ["resource", "text UTF-8", "unverified", "http://a.example/"]);
    assert_eq!(fields[1][5], "unverified,digest-mismatch");
    let mut end = 0;
    for fields in &fields {
        assert_eq!(fields[0], end.to_string());
        end += fields[1].parse::<usize>().expect("a length");
    }
    assert_eq!(end, archive().len());
    done.says("record             3").says("gap                1  (not-warc 1)").says("digest-mismatch    1");
}

#[test]
fn problems_alone_and_as_json() {
    let scratch = Scratch::new();
    assert_eq!(inspect(&scratch, &["--problems", "--quiet"]).stdout.lines().count(), 3);
    let done = inspect(&scratch, &["--json"]);
    let rows: Vec<Value> =
        done.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let (summary, rows) = rows.split_last().expect("a summary");
    assert_eq!((rows.len(), &rows[2]["name"]), (5, &Value::from("not-warc")));
    let sums = summary["stored"].as_object().expect("sums").values();
    assert_eq!(sums.map(|sum| sum.as_u64().expect("a sum")).sum::<u64>(), archive().len() as u64);
}

#[test]
fn a_file_that_is_missing() {
    let mut process = gleaner();
    process.args(["inspect", "no-such-file.warc"]);
    Done::new(process.output().expect("gleaner starts")).ends_with(2).says("no-such-file.warc");
}

#[test]
fn a_folder_and_a_file_without_records() {
    let scratch = Scratch::new();
    let run = |path: &std::path::Path| {
        let mut process = gleaner();
        process.arg("inspect").arg(path);
        Done::new(process.output().expect("gleaner starts"))
    };
    run(&scratch.path("")).ends_with(2).says("is a folder");
    run(&scratch.file("a.txt", "no archive at all\n")).ends_with(0).says("no record that can be used");
}

#[test]
fn bytes_of_a_rejected_payload() {
    let scratch = Scratch::new();
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: br\r\n\r\n\u{1}\u{2}";
    let bad = record("Content-Type: application/http\r\n", page).replace("resource", "response");
    let file = scratch.file("a.warc", &bad);
    let mut process = gleaner();
    process.args(["inspect", "--json"]).arg(file);
    let done = Done::new(process.output().expect("gleaner starts")).ends_with(0);
    let summary: Value = serde_json::from_str(done.stdout.lines().last().expect("a summary")).expect("JSON");
    let sums = &summary["stored"];
    assert_eq!((sums["rejected"].as_u64(), sums["records"].as_u64()), (Some(bad.len() as u64), Some(0)));
}

#[test]
fn the_manifest_accounts_for_every_byte() {
    let scratch = Scratch::new();
    let file = scratch.file("a.warc", archive());
    for (verify, kept, mismatches) in [("off", 2, 0), ("warn", 2, 1), ("reject", 1, 1)] {
        let done = scratch.run("run", &[&file], &["--verify-digests", verify, "--overwrite"]);
        let done = done.ends_with(0);
        assert_eq!(done.stderr.contains("another digest"), mismatches > 0, "{}", done.stderr);
        let written = scratch.written();
        assert_eq!(written.count("kept"), kept, "{verify}");
        let archive = &written.manifest["inputs"][0]["archive"];
        let sums = archive["stored"].as_object().expect("sums").values();
        let all: u64 = sums.map(|sum| sum.as_u64().expect("a sum")).sum();
        assert_eq!(Some(all), written.manifest["inputs"][0]["size"].as_u64());
        assert_eq!(archive["digest_mismatches"].as_u64(), Some(mismatches));
    }
}

#[test]
fn limits_are_arguments() {
    let scratch = Scratch::new();
    let file = scratch.file("a.warc", archive());
    let done = scratch.run("run", &[&file], &["--max-header-size", "120", "--max-reject-rate", "1"]);
    assert!(done.stderr.contains("header-too-large"), "{}", done.stderr);
    let rows = scratch.file("a.jsonl", "{\"text\":\"short\"}\n{\"text\":\"a line that is longer\"}\n");
    let done = scratch.run("run", &[&rows], &["--max-line-size", "20", "--overwrite"]);
    done.ends_with(0).says("line-too-long 1");
    scratch.run("run", &[&rows], &["--max-compression-ratio", "0"]).ends_with(2).says("must be at least 1");
}
