//! What the system refuses, and when: `faults.c` stands between the command and the system.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{Done, Scratch, gleaner, prose, result_bytes, row};

/// The library, built; `None`, loudly, where it cannot be.
#[allow(clippy::disallowed_methods, reason = "a test may ask whether it runs where nothing may be skipped")]
#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
fn library(scratch: &Scratch) -> Option<PathBuf> {
    let library = scratch.path("faults.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integration/faults.c");
    let built = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).status();
    if cfg!(target_os = "linux") && built.is_ok_and(|status| status.success()) {
        return Some(library);
    }
    eprintln!("SKIPPED: no C compiler for Linux");
    assert!(std::env::var_os("CI").is_none());
    None
}

/// Every write, sync, rename and creation of a file may fail. `CI=1` tries each, not some of them.
#[test]
#[allow(clippy::disallowed_methods, reason = "a test may ask how much it should do")]
fn what_the_system_refuses_is_told_and_made_good() {
    let scratch = Scratch::new();
    let Some(library) = library(&scratch) else { return };
    let rows: String = (0..300).map(|n| row(&n.to_string(), &prose(n % 200 + 1, 30))).collect();
    let input = scratch.file("rows.jsonl", rows);
    let run = |fail_at: u64, code: i32| {
        let mut process = gleaner();
        process.arg("run").arg(&input).arg("-o").arg(scratch.path("out")).args(["--threads", "1"]);
        process.env("LD_PRELOAD", &library).env("FAULT_AT", fail_at.to_string());
        process.env("FAULT_ERRNO", code.to_string()).env("FAULT_COUNT", scratch.path("count"));
        Done::new(process.output().expect("gleaner starts"))
    };
    run(0, 0).ends_with(0);
    let whole = result_bytes(&scratch.path("out"));
    let count: u64 = fs::read_to_string(scratch.path("count")).expect("a count").parse().expect("a number");
    assert!(count > 60, "{count} operations");
    let every = if std::env::var_os("CI").is_some() { 1 } else { 5 };
    let mut failed = 0;
    for at in (1..=count).step_by(every) {
        let (no_space, input_output) = (28, 5);
        fs::remove_dir_all(scratch.path("out")).expect("the folder");
        let done = run(at, if at % 2 == 0 { no_space } else { input_output });
        if done.code == Some(0) {
            assert!(result_bytes(&scratch.path("out")) == whole, "operation {at}");
            continue;
        }
        failed += 1;
        let done = done.ends_with(74);
        let path = scratch.path("out").to_string_lossy().into_owned();
        assert!(done.stderr.contains(&path), "operation {at} has no path: {}", done.stderr);
        assert!(!scratch.path("out/_SUCCESS").exists(), "operation {at}");
        scratch.run("run", &[&input], &[]).ends_with(0);
        assert!(result_bytes(&scratch.path("out")) == whole, "operation {at}");
    }
    assert!(failed * every as u64 > count / 2, "{failed} of {count} operations, every {every} tried");
}

/// The order in which threads come does not show in the result.
#[test]
fn threads_may_come_in_any_order() {
    let scratch = Scratch::new();
    let Some(library) = library(&scratch) else { return };
    let rows: String = (0..4_000).map(|n| row(&n.to_string(), &prose(n % 2_500 + 1, 30))).collect();
    let input = scratch.file("rows.jsonl", rows);
    let run = |threads: &str, seed: u32| {
        let mut process = gleaner();
        process.arg("run").arg(&input).arg("-o").arg(scratch.path("out")).args(["--threads", threads]);
        process.args(["--max-output-file-size", "1MiB", "--overwrite"]);
        process.env("LD_PRELOAD", &library).env("SHUFFLE", seed.to_string());
        Done::new(process.output().expect("gleaner starts")).ends_with(0);
        result_bytes(&scratch.path("out"))
    };
    let alone = run("1", 0);
    for (threads, seed) in [("2", 1), ("8", 2), ("8", 3)] {
        assert!(run(threads, seed) == alone, "{threads} threads, seed {seed}");
    }
}
