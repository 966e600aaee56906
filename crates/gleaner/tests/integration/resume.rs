//! Runs that were killed go on, and end with the bytes of one that was not.
#![cfg(unix)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::{Done, Scratch, gleaner, prose, result_bytes, root, row};

/// A run that is killed after some time, unless it ends before.
struct Killed<'a> {
    scratch: &'a Scratch,
    command: &'a str,
    inputs: &'a [PathBuf],
}

impl Killed<'_> {
    fn start(&self, arguments: &[&str]) -> Child {
        let mut process = gleaner();
        process.arg(self.command).args(self.inputs).arg("-o").arg(self.scratch.path("out")).args(arguments);
        process.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("gleaner starts")
    }

    fn after(&self, time: Duration, arguments: &[&str]) -> Done {
        let mut child = self.start(arguments);
        let begun = Instant::now();
        while begun.elapsed() < time && child.try_wait().expect("the process").is_none() {
            thread::sleep(Duration::from_millis(1));
        }
        // One that has ended already cannot be killed.
        let _ = child.kill();
        Done::new(child.wait_with_output().expect("the process"))
    }

    /// Kills it as soon as its journal names a part whose name begins with `name`.
    fn at(&self, name: &str, arguments: &[&str]) {
        let mut child = self.start(arguments);
        let area = self.scratch.path("out/.gleaner-work");
        let begun = Instant::now();
        while !has_step(&area, name) {
            assert!(begun.elapsed() < Duration::from_secs(20), "no {name} in time");
            assert!(child.try_wait().expect("the process").is_none(), "it ended before {name} was there");
        }
        child.kill().expect("it runs");
        child.wait().expect("the process");
    }
}

/// Whether the journal of a work area names a part whose name begins with `name`.
fn has_step(area: &Path, name: &str) -> bool {
    let journal = fs::read(area.join("journal")).unwrap_or_default();
    journal.windows(name.len()).any(|bytes| bytes == name.as_bytes())
}

/// Complete parts whose names begin with `name`, in order.
fn find(area: &Path, name: &str) -> Vec<PathBuf> {
    let Ok(files) = fs::read_dir(area) else { return Vec::new() };
    let files = files.map(|file| file.expect("a file").path());
    let is_wanted = |path: &PathBuf| {
        let file = path.file_name().expect("a name").to_string_lossy();
        file.starts_with(name) && path.extension().is_none()
    };
    let mut files: Vec<PathBuf> = files.filter(is_wanted).collect();
    files.sort();
    files
}

fn corpus(scratch: &Scratch) -> PathBuf {
    let rows: String = (0..9_000).map(|n| row(&n.to_string(), &prose(n % 6_000 + 1, 30))).collect();
    scratch.file("rows.jsonl", rows)
}

/// Kills a run at `moments` spread over its time, one after the other, with other threads and memory each time.
#[track_caller]
fn check(command: &str, inputs: &[PathBuf], arguments: &[&str], moments: u32) {
    let (scratch, whole) = (Scratch::new(), Scratch::new());
    let begun = Instant::now();
    whole.run(command, inputs, arguments).ends_with(0);
    let (time, whole) = (begun.elapsed(), result_bytes(&whole.path("out")));
    let killed = Killed { scratch: &scratch, command, inputs };
    let mut resumed = 0;
    for moment in 0..moments {
        let resources =
            [&["--threads", "1"][..], &["--threads", "2", "--memory", "1GiB"], &["--threads", "5"]];
        let arguments = [arguments, resources[moment as usize % 3]].concat();
        let done = killed.after(time * (moment * 7 % moments + 1) / moments, &arguments);
        resumed += u32::from(done.stderr.contains("going on"));
        assert!(matches!(done.code, None | Some(0)), "{:?}: {}", done.code, done.stderr);
        if done.code.is_none() && moment % 4 != 3 {
            continue;
        }
        let done = scratch.run(command, inputs, &arguments).ends_with(0);
        resumed += u32::from(done.stderr.contains("going on"));
        let bytes = result_bytes(&scratch.path("out"));
        assert!(bytes.keys().eq(whole.keys()), "{:?}", bytes.keys());
        for (name, bytes) in bytes {
            assert!(bytes == whole[&name], "{} differs after {} moments", name.display(), moment + 1);
        }
        fs::remove_dir_all(scratch.path("out")).expect("the folder");
    }
    assert!(resumed > moments / 3, "of {moments} only {resumed} were resumed");
}

#[test]
fn a_run_that_is_killed_goes_on() {
    check("run", &[root().join("fixtures/crawl")], &[], 12);
}

#[test]
fn a_search_that_is_killed_goes_on() {
    let scratch = Scratch::new();
    let input = corpus(&scratch);
    let small_files = ["--max-output-file-size", "1MiB"];
    check("dedup", std::slice::from_ref(&input), &small_files, 12);
    let exact = ["--method", "exact", "--similarity", "jaccard", "--keep", "longest", "--format", "jsonl"];
    check("dedup", &[input], &exact, 8);
}

/// A search for duplicates goes on behind what it has decided, whatever the order of documents.
#[test]
fn a_search_goes_on_where_it_was() {
    let scratch = Scratch::new();
    // Of two documents one is a near-duplicate of the other, before and behind the first part of decisions.
    let text = |n: u64| format!("{}{}", prose(n / 2 + 1, 30), ["", " One more ending."][n as usize % 2]);
    let rows: String = (0..9_000).map(|n| row(&n.to_string(), &text(n))).collect();
    let inputs = [scratch.file("rows.jsonl", rows)];
    let killed = Killed { scratch: &scratch, command: "dedup", inputs: &inputs };
    let exact = ["--method", "exact", "--similarity", "jaccard", "--keep", "longest"];
    for arguments in [&[][..], &["--keep", "newest"], &exact] {
        let whole = Scratch::new();
        whole.run("dedup", &inputs, arguments).ends_with(0);
        assert!(whole.written().count("removed") > 4_000);
        killed.at("decided-", arguments);
        cut_behind(&scratch.path("out/.gleaner-work/journal"), "Decided");
        scratch.run("dedup", &inputs, arguments).ends_with(0).says("going on");
        assert!(result_bytes(&scratch.path("out")) == result_bytes(&whole.path("out")), "{arguments:?}");
        fs::remove_dir_all(scratch.path("out")).expect("the folder");
    }
}

/// Has a journal end with the first step of this name, as if the process had been killed then.
fn cut_behind(journal: &Path, step: &str) {
    let bytes = fs::read(journal).expect("the journal");
    let ends = record_ends(&bytes);
    let name = step.as_bytes();
    let has_step = |end: &&usize| bytes[..**end].windows(name.len()).any(|bytes| bytes == name);
    let end = *ends.iter().find(has_step).expect("the step");
    fs::write(journal, &bytes[..end]).expect("the journal");
}

/// What was not on the disk when a machine stopped is done again.
#[test]
fn lost_parts_are_made_anew() {
    let scratch = Scratch::new();
    let input = corpus(&scratch);
    scratch.run("dedup", &[&input], &[]).ends_with(0);
    let whole = result_bytes(&scratch.path("out"));
    let inputs = [input];
    let killed = Killed { scratch: &scratch, command: "dedup", inputs: &inputs };
    let spoil: [fn(&Path); 4] = [
        |path| fs::write(path, "").expect("a file"),
        |path| fs::remove_file(path).expect("a file"),
        |path| fs::write(path, vec![0; 5_000]).expect("a file"),
        |path| {
            let bytes = fs::read(path).expect("a file");
            fs::write(path, &bytes[..bytes.len() / 2]).expect("a file");
        },
    ];
    for (number, spoil) in spoil.iter().enumerate() {
        for name in &["entries-", "cleaned-", "verdicts-", "decided-", "journal"][number % 3..][..3] {
            fs::remove_dir_all(scratch.path("out")).expect("the folder");
            killed.at("verdicts-", &["--threads", "1"]);
            let files = find(&scratch.path("out/.gleaner-work"), name);
            spoil(&files[files.len() / 2]);
            scratch.run("dedup", &inputs, &[]).ends_with(0);
            assert!(result_bytes(&scratch.path("out")) == whole, "{name} {number}");
        }
    }
}

#[test]
fn another_run_does_not_go_on() {
    let scratch = Scratch::new();
    let inputs = [corpus(&scratch)];
    let killed = Killed { scratch: &scratch, command: "dedup", inputs: &inputs };
    killed.at("entries-", &[]);
    let other = scratch.file("other.jsonl", row("a", "only one"));
    scratch.run("dedup", &[&other], &[]).ends_with(2).says("interrupted").says("other.jsonl");
    scratch.run("dedup", &inputs, &["--seed", "1"]).ends_with(2).says("--seed differs").says("--overwrite");
    scratch.run("run", &inputs, &[]).ends_with(2).says("another job");
    let more = format!("{}{}", fs::read_to_string(&inputs[0]).expect("rows"), row("new", "one more"));
    fs::write(&inputs[0], more).expect("rows");
    scratch.run("dedup", &inputs, &[]).ends_with(2).says("input rows.jsonl has changed");
    let done = scratch.run("dedup", &inputs, &["--overwrite"]).ends_with(0);
    assert!(!done.stderr.contains("going on"), "{}", done.stderr);
    assert_eq!(scratch.written().count("records"), 9_001);
}

/// What was read is known by more than the size and time of its file.
#[test]
fn an_input_that_changed_in_secret_is_found() {
    let scratch = Scratch::new();
    let inputs = [corpus(&scratch)];
    let killed = Killed { scratch: &scratch, command: "dedup", inputs: &inputs };
    killed.at("entries-", &["--threads", "1"]);
    let rows = fs::read_to_string(&inputs[0]).expect("rows");
    let modified = fs::metadata(&inputs[0]).expect("rows").modified().expect("a time");
    fs::write(&inputs[0], rows.replacen("\"0\"", "\"X\"", 1)).expect("rows");
    fs::File::options().write(true).open(&inputs[0]).expect("rows").set_modified(modified).expect("a time");
    scratch
        .run("dedup", &inputs, &[])
        .ends_with(74)
        .says("rows.jsonl is not what the interrupted run has read");
    scratch.run("dedup", &inputs, &["--overwrite"]).ends_with(0);
}

#[test]
fn a_folder_that_lost_its_files_is_not_finished() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", row("a", "only one"));
    scratch.run("dedup", &[&input], &[]).ends_with(0);
    let whole = result_bytes(&scratch.path("out"));
    fs::remove_dir_all(scratch.path("out/data")).expect("the folder");
    let done = scratch.run("dedup", &[&input], &[]).ends_with(0);
    assert!(!done.stderr.contains("nothing was done"), "{}", done.stderr);
    assert!(result_bytes(&scratch.path("out")) == whole);
}

/// What was damaged behind the back of a run is found, and the next attempt makes it anew.
#[test]
fn a_damaged_work_area_is_looked_through() {
    let scratch = Scratch::new();
    let inputs = [corpus(&scratch)];
    let killed = Killed { scratch: &scratch, command: "dedup", inputs: &inputs };
    scratch.run("dedup", &inputs, &[]).ends_with(0);
    let whole = result_bytes(&scratch.path("out"));
    fs::remove_dir_all(scratch.path("out")).expect("the folder");
    killed.at("decided-", &["--threads", "1"]);
    let area = scratch.path("out/.gleaner-work");
    let journal = fs::read(area.join("journal")).expect("the journal");
    // All that is known is said to be on the disk.
    let entries = record_ends(&journal).len() - 1;
    let mut log = gleaner_spill::Log::open(&area.join("journal"), JOURNAL, |_| true).expect("the journal");
    log.append(format!("{{\"step\":{{\"Synced\":{{\"entries\":{entries}}}}}}}").as_bytes())
        .expect("a record");
    fs::write(&find(&area, "cleaned-")[0], "").expect("a file");
    scratch
        .run("dedup", &inputs, &[])
        .ends_with(74)
        .says("cleaned-00000000")
        .says("the same command goes on");
    scratch.run("dedup", &inputs, &[]).ends_with(0).says("going on");
    assert!(result_bytes(&scratch.path("out")) == whole);
}

const JOURNAL: gleaner_spill::PartKind = gleaner_spill::PartKind { name: *b"JOUR", version: 1 };

/// Where the records of a log end: it has a header of 16 bytes, each record one of 12, which begins with its length.
fn record_ends(log: &[u8]) -> Vec<usize> {
    let (mut at, mut ends) = (16, Vec::new());
    while let Some(length) = log.get(at..at + 4) {
        at += 12 + u32::from_le_bytes(length.try_into().expect("four bytes")) as usize;
        ends.push(at);
    }
    ends
}

#[test]
fn standard_input_is_not_needed_again() {
    let scratch = Scratch::new();
    let rows = fs::read(corpus(&scratch)).expect("rows");
    let start = |input: Stdio| {
        let mut process = gleaner();
        process.args(["dedup", "-", "--input-format", "jsonl", "-o"]).arg(scratch.path("out"));
        process.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("gleaner starts")
    };
    let give = || {
        let mut child = start(Stdio::piped());
        let mut input = child.stdin.take().expect("a pipe");
        // It may be killed before it has read everything.
        let _ = input.write_all(&rows);
        child
    };
    let whole = {
        Done::new(give().wait_with_output().expect("the process")).ends_with(0);
        result_bytes(&scratch.path("out"))
    };
    fs::remove_dir_all(scratch.path("out")).expect("the folder");
    let mut child = give();
    while !has_step(&scratch.path("out/.gleaner-work"), "entries-") {
        assert!(child.try_wait().expect("the process").is_none());
    }
    child.kill().expect("it runs");
    child.wait().expect("the process");
    let again = Done::new(start(Stdio::null()).wait_with_output().expect("the process"));
    again.ends_with(0).says("going on");
    assert!(result_bytes(&scratch.path("out")) == whole);
}

#[test]
fn work_elsewhere_is_found_or_removed() {
    let scratch = Scratch::new();
    let inputs = [corpus(&scratch)];
    let places = ["one", "two"].map(|name| scratch.path(name));
    places.iter().for_each(|place| fs::create_dir(place).expect("a folder"));
    let [one, two] = places.each_ref().map(|place| place.to_str().expect("UTF-8"));
    let left = |place: &str| fs::read_dir(place).expect("a folder").count();
    let killed = Killed { scratch: &scratch, command: "dedup", inputs: &inputs };
    let begin = |tmp: &str| {
        let mut child = killed.start(&["--tmp", tmp]);
        let area = || fs::read_dir(tmp).expect("a folder").map(|file| file.expect("a file").path());
        while !area().any(|area| has_step(&area, "entries-")) {
            assert!(child.try_wait().expect("the process").is_none());
        }
        child.kill().expect("it runs");
        child.wait().expect("the process");
    };
    begin(one);
    scratch.run("dedup", &inputs, &["--tmp", one]).ends_with(0).says("going on");
    assert_eq!(left(one), 0);
    scratch.run("dedup", &inputs, &["--tmp", one]).ends_with(0).says("nothing was done");
    fs::remove_dir_all(scratch.path("out")).expect("the folder");
    begin(one);
    scratch.run("dedup", &inputs, &["--tmp", two]).ends_with(0).says("another --tmp");
    assert_eq!((left(one), left(two)), (0, 0));
}

#[test]
fn a_file_that_was_begun_first_is_ours() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", row("a", "only one"));
    scratch.file("out/.run.json.partial", "{");
    scratch.run("dedup", &[&input], &[]).ends_with(0);
    let names = fs::read_dir(scratch.path("out")).expect("the folder");
    let hidden =
        names.filter(|file| file.as_ref().expect("a file").file_name().to_string_lossy().starts_with('.'));
    assert_eq!(hidden.count(), 0);
}
