//! What `dedup` removes, whatever it may use, and what it does with odd documents.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use gleaner_testkit::corpus::{Corpus, CorpusOptions};
use gleaner_testkit::{jaccard, shingles};
use serde_json::Value;

use crate::common::{Done, Scratch, gleaner, prose, result_bytes, row};

/// A corpus with planted copies, as JSONL.
fn corpus(scratch: &Scratch, documents: usize) -> PathBuf {
    // In a language in which the plain definition of a token and the real one agree.
    let languages = vec!["en".to_owned()];
    let options = CorpusOptions { documents, languages, ..CorpusOptions::default() };
    let corpus = Corpus::new(options).expect("the corpus's source");
    let rows: String = corpus.documents().map(|document| row(&document.id, document.body())).collect();
    scratch.file("corpus.jsonl", rows)
}

const BUDGETS: [&[&str]; 3] = [
    &["--threads", "1", "--max-record-size", "1MiB", "--memory", "49MiB"],
    &["--threads", "2", "--max-record-size", "1MiB", "--memory", "2GiB"],
    &["--threads", "3", "--max-record-size", "1MiB", "--memory", "230MiB"],
];

/// With every budget the same bytes.
#[track_caller]
fn check_budgets(input: &Path, arguments: &[&str]) {
    let mut spilled = Vec::new();
    let outputs = BUDGETS.map(|budget| {
        let scratch = Scratch::new();
        scratch.run("dedup", &[input], &[arguments, budget].concat()).ends_with(0);
        let run = std::fs::read_to_string(scratch.path("out/run.json")).expect("run.json");
        let run: Value = serde_json::from_str(&run).expect("JSON");
        spilled.push(run["spilled_bytes"].as_u64().expect("a number"));
        result_bytes(&scratch.path("out"))
    });
    assert!(spilled[0] > spilled[1] + 50_000, "the small budget is not felt: {spilled:?}");
    for other in &outputs[1..] {
        for (name, bytes) in &outputs[0] {
            assert!(other[name] == *bytes, "{arguments:?}: {} differs", name.display());
        }
    }
}

#[test]
fn memory_and_threads_do_not_show() {
    let scratch = Scratch::new();
    let input = corpus(&scratch, 1_500);
    for method in ["minhash", "exact"] {
        for keep in ["first", "longest"] {
            check_budgets(&input, &["--method", method, "--keep", keep]);
        }
    }
}

/// Text by id.
fn text<'a>(rows: &'a [Value], id: &Value) -> &'a str {
    let row = rows.iter().find(|row| row["id"] == *id).expect("a document of this id");
    row["text"].as_str().expect("a text")
}

#[test]
fn exact_leaves_no_pair_and_every_removal_can_be_recomputed() {
    let scratch = Scratch::new();
    let input = corpus(&scratch, 500);
    for keep in ["first", "longest"] {
        let arguments =
            ["--method", "exact", "--keep", keep, "--similarity", "jaccard", "--threshold", "0.6"];
        let arguments = [&arguments[..], &["--overwrite"]].concat();
        scratch.run("dedup", &[&input], &arguments).ends_with(0);
        let written = scratch.written();
        assert!(written.removed.len() > 50, "{} removed", written.removed.len());
        for row in &written.removed {
            let own = row["text"].as_str().expect("a text");
            let found = jaccard(own, text(&written.kept, &row["duplicate_of"]), 5);
            let said = row["jaccard"].as_f64().expect("a value");
            assert!((found - said).abs() < 1e-9 && said >= 0.6, "{}: {said}, not {found}", row["id"]);
        }
        let kept = written.kept.iter().map(|row| shingles(row["text"].as_str().expect("a text"), 5));
        let kept: Vec<BTreeSet<String>> = kept.collect();
        for (at, one) in kept.iter().enumerate() {
            let alike = |other: &&BTreeSet<String>| {
                let both = one.intersection(other).count();
                both as f64 >= 0.6 * (one.len() + other.len() - both) as f64
            };
            // Others are too long or too short to be alike.
            let near = |other: &&BTreeSet<String>| {
                10 * other.len() >= 6 * one.len() && 10 * one.len() >= 6 * other.len()
            };
            let other = kept[at + 1..].iter().filter(near).find(alike);
            assert!(other.is_none(), "--keep {keep}: {one:?} and {other:?}");
        }
    }
}

#[test]
fn odd_documents_are_neither_lost_nor_merged() {
    let scratch = Scratch::new();
    let texts = [
        "",
        " \n",
        "one",
        "one two three four",
        "One  two three FOUR",
        "one two three five",
        "!!!",
        "!!! ",
        "???",
        "1 2 3 4 5 6",
        "1 2 3 4 5 7",
        "😀😀😀😀😀😀",
        "😀😀😀😀😀😁",
        "\u{301}\u{302}",
        "\u{301}",
        "{}",
    ];
    let rows: String = (0..).zip(texts).map(|(at, text): (u32, _)| row(&at.to_string(), text)).collect();
    let input = scratch.file("rows.jsonl", rows);
    for method in ["minhash", "exact"] {
        scratch.run("dedup", &[&input], &["--method", method, "--overwrite"]).ends_with(0);
        let written = scratch.written();
        let removed: Vec<String> =
            written.removed.iter().map(|row| format!("{}: {}", row["id"], row["reason"])).collect();
        assert_eq!(
            removed,
            [r#""0": "empty""#, r#""1": "empty""#, r#""4": "exact-duplicate""#, r#""7": "exact-duplicate""#],
            "{method}"
        );
    }
}

#[test]
fn a_full_disk_is_an_error_that_names_the_file() {
    let scratch = Scratch::new();
    let rows: String = (0..3_000).map(|n| row(&n.to_string(), &prose(n, 40))).collect();
    let input = scratch.file("rows.jsonl", rows);
    // No file may grow beyond 200 KiB: the same call fails, with another number.
    let script = "trap '' XFSZ; ulimit -f 200; exec \"$@\"";
    for method in ["minhash", "exact"] {
        let mut shell = Command::new("sh");
        shell.args(["-c", script, "sh"]).arg(env!("CARGO_BIN_EXE_gleaner")).arg("dedup").arg(&input);
        shell
            .arg("-o")
            .arg(scratch.path("out"))
            .arg("--tmp")
            .arg(scratch.path(""))
            .args(["--method", method]);
        let done = Done::new(shell.stdin(Stdio::null()).output().expect("sh starts"));
        done.ends_with(74).says("File too large").says("work area");
        assert!(!scratch.path("out/_SUCCESS").exists());
    }
    scratch.run("dedup", &[&input], &[]).ends_with(0);
}

/// The counters of the exact method follow the size of the input; that of standard input is not known.
#[test]
fn a_short_standard_input_takes_little_memory() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", row("1", &prose(1, 8)));
    let mut command = gleaner();
    command.args(["dedup", "-", "--input-format", "jsonl", "--method", "exact", "--memory", "16GiB", "-o"]);
    command.arg(scratch.path("out")).stdin(std::fs::File::open(input).expect("the input"));
    Done::new(command.output().expect("gleaner starts")).ends_with(0);
    let run = std::fs::read_to_string(scratch.path("out/run.json")).expect("run.json");
    let run: Value = serde_json::from_str(&run).expect("JSON");
    if let Some(peak) = run["peak_memory"].as_u64() {
        assert!(peak < 1 << 29, "{peak} bytes");
    }
}
