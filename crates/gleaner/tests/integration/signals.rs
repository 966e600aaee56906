//! One process a folder, and what a signal leaves.
#![cfg(unix)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::{Done, Scratch, gleaner, prose, result_bytes, row};

/// A run that waits for the rest of its input.
fn waiting(scratch: &Scratch, arguments: &[&str]) -> (Child, ChildStdin) {
    let mut process = gleaner();
    process
        .args(["dedup", "-", "--input-format", "jsonl"])
        .args(arguments)
        .arg("-o")
        .arg(scratch.path("out"));
    process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = process.spawn().expect("gleaner starts");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(row("a", &prose(1, 5)).as_bytes()).expect("a row");
    wait_for(&scratch.path("out/run.json"));
    (child, input)
}

#[track_caller]
fn wait_for(path: &Path) {
    let start = Instant::now();
    while !path.exists() {
        assert!(start.elapsed() < Duration::from_secs(20), "{} does not come", path.display());
        thread::sleep(Duration::from_millis(5));
    }
}

fn send(signal: &str, child: &Child) {
    let command = format!("kill -{signal} {}", child.id());
    assert!(Command::new("sh").args(["-c", &command]).status().expect("a shell").success());
}

fn ended(child: Child) -> Done {
    Done::new(child.wait_with_output().expect("the process"))
}

#[test]
fn a_folder_in_use_is_refused() {
    let scratch = Scratch::new();
    let (child, input) = waiting(&scratch, &[]);
    let other = scratch.file("rows.jsonl", row("b", &prose(2, 5)));
    let words = format!("in use by process {}", child.id());
    for arguments in [&[][..], &["--overwrite"], &["--tmp", "/tmp"]] {
        scratch.run("dedup", &[&other], arguments).ends_with(75).says(&words);
    }
    drop(input);
    ended(child).ends_with(0);
    assert!(!scratch.path("out/.gleaner-lock").exists() && scratch.path("out/_SUCCESS").exists());
    // What a process left that was killed.
    fs::write(scratch.path("out/.gleaner-lock"), "1").expect("a file");
    scratch.run("dedup", &[&other], &["--overwrite"]).ends_with(0);
}

/// Of many that begin at once one does the work; the others find it at work, or done.
#[test]
fn a_race_for_a_folder_has_one_winner() {
    let scratch = Scratch::new();
    let rows: String = (0..2_000).map(|n| row(&n.to_string(), &prose(n, 10))).collect();
    let input = scratch.file("rows.jsonl", rows);
    scratch.run("dedup", &[&input], &[]).ends_with(0);
    let alone = result_bytes(&scratch.path("out"));
    for _ in 0..5 {
        fs::remove_dir_all(scratch.path("out")).expect("the folder");
        let start = || {
            let mut process = gleaner();
            process.arg("dedup").arg(&input).arg("-o").arg(scratch.path("out"));
            process.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("gleaner starts")
        };
        let all: Vec<Child> = (0..10).map(|_| start()).collect();
        let all: Vec<Done> = all.into_iter().map(ended).collect();
        let by_work = |done: &&Done| done.code == Some(0) && !done.stderr.contains("nothing was done");
        assert_eq!(all.iter().filter(by_work).count(), 1);
        assert!(
            all.iter().all(|done| matches!(done.code, Some(0 | 75))),
            "{:?}",
            all.iter().map(|done| done.code).collect::<Vec<_>>()
        );
        assert!(result_bytes(&scratch.path("out")) == alone);
    }
}

#[test]
fn a_signal_ends_a_run_that_waits_for_input() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let scratch = Scratch::new();
        let (child, _input) = waiting(&scratch, &[]);
        let start = Instant::now();
        send(signal, &child);
        ended(child).ends_with(code);
        assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let scratch = Scratch::new();
    let (child, _input) = waiting(&scratch, &[]);
    let start = Instant::now();
    send("INT", &child);
    thread::sleep(Duration::from_millis(100));
    send("INT", &child);
    ended(child).ends_with(130);
    assert!(start.elapsed() < Duration::from_millis(1_500), "{:?}", start.elapsed());
}

/// Whenever it comes, a signal leaves nothing that the same command would not replace.
#[test]
fn the_same_command_after_a_signal_gives_the_same_bytes() {
    let scratch = Scratch::new();
    let rows: String = (0..4_000).map(|n| row(&n.to_string(), &prose(n % 1_500, 30))).collect();
    let input = scratch.file("rows.jsonl", rows);
    let start = Instant::now();
    scratch.run("dedup", &[&input], &[]).ends_with(0);
    let (whole, time) = (result_bytes(&scratch.path("out")), start.elapsed());
    let mut stopped = 0;
    for part in 1..10 {
        fs::remove_dir_all(scratch.path("out")).expect("the folder");
        let mut process = gleaner();
        process.arg("dedup").arg(&input).arg("-o").arg(scratch.path("out"));
        let child = process.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("gleaner starts");
        thread::sleep(time * part / 10);
        send("TERM", &child);
        let done = ended(child);
        assert!(matches!(done.code, Some(0 | 143)), "{:?}: {}", done.code, done.stderr);
        if done.code == Some(143) {
            stopped += 1;
            assert!(!scratch.path("out/_SUCCESS").exists());
            scratch.run("dedup", &[&input], &[]).ends_with(0);
            assert!(!scratch.path("out/.gleaner-work").exists());
        }
        assert!(result_bytes(&scratch.path("out")) == whole, "after {part} tenths of the time");
    }
    assert!(stopped > 2, "only {stopped} were stopped");
}
