//! Options, folders and the ways in which a command ends.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use crate::common::{Done, Scratch, data_files, gleaner, jsonl_rows, prose, row};

fn rows(count: u64) -> String {
    (0..count).map(|n| row(&n.to_string(), &prose(n + 1, 8))).collect()
}

#[test]
fn the_output_folder_has_the_documented_files() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", rows(3));
    scratch.run("run", &[input], &[]).ends_with(0).says("records in");
    let mut names: Vec<String> = crate::common::result_bytes(&scratch.path("out"))
        .into_keys()
        .map(|path| path.to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "_SUCCESS",
            "data/train-00000-of-00001.parquet",
            "index/documents.bin",
            "index/frames.jsonl",
            "index/pages.bin",
            "manifest.json",
            "rejects.parquet",
            "removed/documents-00000.parquet",
            "removed/spans-00000.parquet",
            "site-templates/templates.jsonl",
        ]
    );
    assert!(scratch.path("out/run.json").exists());
}

#[test]
fn files_split_by_text_and_join_to_the_same_rows() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", rows(40));
    scratch.run("dedup", &[&input], &["--format", "jsonl", "--max-output-file-size", "2kB"]).ends_with(0);
    let files = data_files(&scratch.path("out"));
    assert!(files.len() > 3, "{files:?}");
    let last = files.last().expect("files").to_string_lossy().into_owned();
    assert!(
        last.ends_with(&format!("train-{:05}-of-{:05}.jsonl.zst", files.len() - 1, files.len())),
        "{last}"
    );
    let docs: Vec<u64> = files
        .iter()
        .flat_map(|file| jsonl_rows(file))
        .map(|row| row["doc"].as_u64().expect("a number"))
        .collect();
    assert_eq!(docs, (0..40).collect::<Vec<u64>>());
}

#[test]
fn another_run_in_the_folder_is_refused_and_the_same_is_not_repeated() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", rows(3));
    scratch.run("run", &[&input], &[]).ends_with(0);
    scratch.run("run", &[&input], &["--threads", "1"]).ends_with(0).says("already");
    scratch
        .run("run", &[&input], &["--min-words", "5"])
        .ends_with(2)
        .says("--min-words differs")
        .says("--overwrite");
    scratch.run("run", &[&input], &["--min-words", "5", "--overwrite"]).ends_with(0);
    fs::write(&input, rows(4)).expect("a file");
    scratch.run("run", &[&input], &["--min-words", "5"]).ends_with(2).says("rows.jsonl has changed");
}

#[test]
fn a_folder_of_somebody_else_is_never_replaced() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", rows(3));
    scratch.file("out/thesis.txt", "years of work");
    scratch.run("run", &[&input], &["--overwrite"]).ends_with(2).says("thesis.txt");
    assert!(scratch.path("out/thesis.txt").exists());
}

#[test]
fn a_folder_where_gleaner_never_ran_is_never_replaced() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", rows(3));
    let precious = scratch.file("out/data/precious.txt", "years of work");
    scratch.run("run", &[&input], &["--overwrite"]).ends_with(2).says("not the output of a run");
    assert!(precious.exists());
    let mut command = gleaner();
    command.arg("run").arg(&input).arg("-o").arg(&precious);
    Done::new(command.output().expect("gleaner starts")).ends_with(2).says("is a file");
}

#[test]
fn an_input_in_the_output_folder_is_refused() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", rows(3));
    scratch.run("dedup", &[&input], &[]).ends_with(0);
    let written = data_files(&scratch.path("out"));
    scratch.run("dedup", &written, &["--overwrite"]).ends_with(2).says("output folder");
    scratch.run("dedup", &[scratch.path("out/data")], &["--overwrite"]).ends_with(2).says("output folder");
    assert_eq!(scratch.written().count("kept"), 3);
}

#[test]
fn a_refused_page_leaves_the_folder_free() {
    let scratch = Scratch::new();
    let rows = format!("{}\n", serde_json::json!({"id": 1, "html": "<p>A page.</p>"}));
    let input = scratch.file("rows.jsonl", rows);
    scratch.run("dedup", &[&input], &[]).ends_with(2).says("gleaner run");
    scratch.run("run", &[&input], &[]).ends_with(0);
}

#[test]
fn keep_chooses_the_survivor() {
    let scratch = Scratch::new();
    let text = prose(1, 40);
    let longer = format!("{text} And one more sentence stands here.");
    let line = |id: &str, text: &str, date: &str| {
        format!("{}\n", serde_json::json!({"id": id, "text": text, "date": date}))
    };
    let rows = [
        line("old", &text, "2020-01-01"),
        line("long", &longer, "2021-01-01"),
        line("new", &text, "2024-05-01"),
    ];
    let input = scratch.file("rows.jsonl", rows.concat());
    for (keep, survivor) in [("first", "old"), ("longest", "long"), ("newest", "new")] {
        scratch.run("dedup", &[&input], &["--keep", keep, "--overwrite"]).ends_with(0);
        assert_eq!(scratch.written().ids(), [survivor], "--keep {keep}");
    }
}

#[test]
fn language_and_length_filters_remove_with_a_reason() {
    let scratch = Scratch::new();
    let german = "Der Frühling kam spät in diesem Jahr, und die Bäume blühten erst im Mai. Im Dorf erzählte man sich, \
                  dass der Winter nie so lange gedauert habe, und die Bauern warteten geduldig auf den Regen.";
    let input = scratch
        .file("rows.jsonl", row("en", &prose(1, 8)) + &row("de", german) + &row("short", "Too short."));
    scratch.run("run", &[input], &["--language", "eng,deu", "--min-words", "20"]).ends_with(0);
    let written = scratch.written();
    assert_eq!(written.ids(), ["en", "de"]);
    assert_eq!(written.kept[1]["language"], "deu_Latn");
    assert_eq!(written.removed.len(), 1);

    let own = format!("{}\n", serde_json::json!({"id": "own", "text": prose(1, 8), "language": "en"}));
    let own = scratch.file("own.jsonl", own);
    scratch.run("run", &[own], &["--language", "eng_Latn", "--overwrite"]).ends_with(0);
    assert_eq!(scratch.written().ids(), ["own"], "whose script is not said");

    let input = scratch.path("rows.jsonl");
    scratch.run("run", &[input], &["--language", "deu", "--overwrite"]).ends_with(0);
    let written = scratch.written();
    assert_eq!(written.ids(), ["de"]);
    assert!(written.removed.iter().all(|row| row["reason"] == "language"), "{:?}", written.removed);
}

#[test]
fn unknown_values_name_the_option_and_the_way_out() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", rows(1));
    for (arguments, words) in [
        (["--disable", "no-such-rule"], "no-such-rule"),
        (["--language", "klingon"], "klingon"),
        (["--threshold", "1.5"], "--threshold"),
        (["--threshold", "nan"], "--threshold"),
        (["--bands", "1000"], "--bands 1000"),
        (["--rows", "1000"], "--rows 1000"),
        (["--threads", "0"], "--threads"),
        (["--threads", "-1"], "invalid value '-1' for '--threads"),
        (["--ngram-size", "0"], "--ngram-size must be at least 1"),
        (["--num-perm", "0"], "--num-perm must be at least 1"),
        (["--memory", "plenty"], "plenty"),
        (["--tmp", "no/such/folder"], "no/such/folder"),
    ] {
        scratch.run("run", &[&input], &arguments).ends_with(2).says(words);
    }
    let exact = ["--method", "exact", "--bands", "4"];
    scratch.run("run", &[&input], &exact).ends_with(2).says("--bands is for --method minhash");
    let file = input.to_string_lossy().into_owned();
    scratch.run("run", &[&input], &["--tmp", &file]).ends_with(2).says("not a folder");
    scratch
        .run("run", &[&input], &["--memory", "1MiB", "--dry-run"])
        .ends_with(74)
        .says("--memory allows 1 MiB");
    assert!(!scratch.path("out").exists(), "nothing is written before the options are checked");
}

#[test]
fn a_value_has_one_origin_flag_environment_file_default() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", rows(2));
    let config = scratch.file("gleaner.toml", "min-words = 1\nkeep = \"longest\"\nseed = 7\n");
    let mut command = gleaner();
    command
        .args(["run", "--seed", "9", "-o"])
        .arg(scratch.path("out"))
        .arg("--config")
        .arg(&config)
        .arg(&input);
    command.env("GLEANER_SEED", "8").env("GLEANER_KEEP", "newest");
    Done::new(command.output().expect("gleaner starts")).ends_with(0);
    let options = &scratch.written().manifest["options"];
    assert_eq!((&options["seed"], &options["keep"]), (&9.into(), &"newest".into()));
    assert_eq!((&options["min-words"], &options["threshold"]), (&1.into(), &0.7.into()));

    let config = scratch.file("wrong.toml", "sede = 7\n");
    let arguments = ["--overwrite", "--config", config.to_str().expect("UTF-8")];
    scratch.run("run", &[&input], &arguments).ends_with(2).says("sede");
    for (text, name) in [
        ("min-words = -1", "`min-words`"),
        ("seed = 1\nmemory = 7.5", "`memory`"),
        ("keep = 'all'", "`keep`"),
    ] {
        let config = scratch.file("wrong.toml", text);
        let arguments = ["--overwrite", "--config", config.to_str().expect("UTF-8")];
        scratch.run("run", &[&input], &arguments).ends_with(2).says(name);
    }
}

/// Options reach the settings through JSON, which holds no such path.
#[test]
#[cfg(unix)]
fn an_option_that_is_not_utf_8_is_refused_and_drops_no_other() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", rows(2));
    let path = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"/absent-\xff");
    for option in ["--against", "--tmp", "--site-templates"] {
        let job = if option == "--against" { "dedup" } else { "run" };
        let mut command = gleaner();
        command.args([job, "--dry-run", "--seed", "9", option]).arg(path).arg(&input);
        Done::new(command.output().expect("gleaner starts")).ends_with(2).says("UTF-8");
    }
}

#[test]
fn dry_run_writes_nothing_and_prints_the_curve() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", rows(2));
    let done = scratch.run("dedup", &[input], &["--dry-run"]).ends_with(0);
    assert!(done.stdout.contains("1 file") && done.stdout.contains("Jaccard 0.8"), "{}", done.stdout);
    assert!(!scratch.path("out").exists());
}

#[test]
fn the_summary_comes_as_json() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", rows(2) + "oops\n");
    let done = scratch.run("run", &[input], &["--json"]).ends_with(0);
    let summary: serde_json::Value = serde_json::from_str(&done.stdout).expect("one JSON object");
    assert_eq!(summary["counts"]["records"], 3);
    assert_eq!(summary["counts"]["rejected"], 1);
    assert_eq!(summary["status"], "complete");
}

#[test]
fn standard_input_and_lists_are_inputs() {
    let scratch = Scratch::new();
    let first = scratch.file("a.jsonl", rows(2));
    let list = scratch.file("list.txt", format!("{}\n\n{}\n", first.display(), first.display()));
    scratch.run("dedup", &[format!("@{}", list.display())], &[]).ends_with(0);
    let written = scratch.written();
    assert_eq!((written.count("records"), written.count("repeated_paths")), (2, 1));

    let mut command = gleaner();
    command.args(["clean", "-", "--input-format", "jsonl"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().expect("gleaner starts");
    child.stdin.take().expect("piped").write_all(rows(2).as_bytes()).expect("written");
    let done = Done::new(child.wait_with_output().expect("gleaner ends")).ends_with(0);
    assert_eq!(done.stdout.lines().count(), 2);
}

#[test]
fn clean_writes_lines_or_readable_text() {
    let scratch = Scratch::new();
    let text = format!(
        "{}\n\nRelated articles\nA headline about the harbour\nAnother headline of the day\n",
        prose(1, 8)
    );
    let input = scratch.file("rows.jsonl", row("one", &text));
    let mut command = gleaner();
    let done = Done::new(command.arg("clean").arg(&input).output().expect("gleaner starts")).ends_with(0);
    let line: serde_json::Value = serde_json::from_str(done.stdout.trim()).expect("one line");
    assert_eq!((&line["id"], &line["doc"]), (&"one".into(), &0.into()));
    assert_eq!(line["text"].as_str().map(str::trim_end), Some(prose(1, 8).as_str()));
    let mut command = gleaner();
    command.arg("clean").arg(&input).args(["--format", "text"]);
    let done = Done::new(command.output().expect("gleaner starts")).ends_with(0);
    assert_eq!(done.stdout, prose(1, 8) + "\n");
}

#[test]
fn clean_puts_removed_and_rejected_where_it_is_told() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", rows(1) + &row("blank", " ") + "oops\n");
    let mut command = gleaner();
    command.arg("clean").arg(&input).arg("--removed").arg(scratch.path("removed.jsonl"));
    command.arg("--rejects").arg(scratch.path("rejects.jsonl")).arg("-o").arg(scratch.path("kept.jsonl"));
    Done::new(command.output().expect("gleaner starts")).ends_with(0);
    let line = |name: &str| -> serde_json::Value {
        let text = fs::read_to_string(scratch.path(name)).expect("written");
        assert_eq!(text.lines().count(), 1, "{name}: {text}");
        serde_json::from_str(text.trim()).expect("JSON")
    };
    assert_eq!(line("kept.jsonl")["id"], "0");
    assert_eq!(line("removed.jsonl")["removal"]["reason"], "empty");
    assert_eq!(
        line("rejects.jsonl")["reason"].as_str().map(|reason| reason.split(':').next()),
        Some(Some("invalid-json"))
    );
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", rows(20_000));
    let mut command = gleaner();
    command.args(["clean", "--quiet"]).arg(&input).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("gleaner starts");
    let mut first = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut first).expect("a line");
    let done = Done::new(child.wait_with_output().expect("gleaner ends")).ends_with(0);
    assert_eq!((first.is_empty(), done.stderr.as_str()), (false, ""));
}

#[test]
fn rules_are_listed_with_examples() {
    let done = Done::new(gleaner().arg("rules").output().expect("gleaner starts")).ends_with(0);
    let names = done.stdout.lines().filter(|line| !line.is_empty() && !line.starts_with(' ')).count();
    assert!(names >= 5, "{}", done.stdout);
    assert_eq!(done.stdout.matches("removes:").count(), names);
}

const PAGE: &str = "<nav><a href=/>Home</a> <a href=/news>News</a></nav><h1>Bridge reopens</h1>
    <p>The old bridge was opened again on Monday, after two years of <a href=/repairs>repairs</a> to its arches.
    <p>Some four thousand people cross it each day, most of them on foot or by bicycle.";

#[test]
fn clean_says_of_every_block_what_decided() {
    let scratch = Scratch::new();
    let input = scratch.file("page.html", PAGE);
    let mut command = gleaner();
    command.arg("clean").arg(&input).args(["--spans", "full"]);
    let done = Done::new(command.output().expect("gleaner starts")).ends_with(0);
    let document: serde_json::Value = serde_json::from_str(&done.stdout).expect("one JSON line");
    let spans = document["spans"].as_array().expect("a list");
    let action = |text: &str| {
        let span = spans.iter().find(|span| span["text"].as_str().is_some_and(|own| own.starts_with(text)));
        let span = span.expect("the block is there");
        assert!(span["features"].as_array().is_some_and(|features| features.len() == 5), "{span}");
        span["action"].clone()
    };
    assert_eq!(action("Home"), "removed");
    assert_eq!(action("Some four"), "kept");
}

#[test]
fn options_of_extraction_are_part_of_a_run() {
    let scratch = Scratch::new();
    let input = scratch.file("page.html", PAGE);
    let options = ["--links", "markdown", "--comments", "drop", "--tables", "drop", "--favor", "recall"];
    scratch.run("run", &[&input], &[&options[..], &["--format", "jsonl"]].concat()).ends_with(0);
    let written = scratch.written();
    for pair in options.chunks(2) {
        assert_eq!(written.manifest["options"][&pair[0][2..]], pair[1]);
    }
    let text = written.kept[0]["text"].as_str().expect("a text");
    assert!(text.contains("of [repairs](/repairs) to"), "{text}");
    scratch.run("run", &[&input], &["--format", "jsonl"]).ends_with(2).says("--comments differs");
}

#[test]
fn full_spans_quote_what_they_removed() {
    let scratch = Scratch::new();
    let text = format!("{}\n![]() |\n", prose(1, 8));
    let input = scratch.file("rows.jsonl", row("one", &text));
    scratch.run("run", &[&input], &["--spans", "full"]).ends_with(0);
    let written = scratch.written();
    assert!(!written.spans.is_empty());
    for span in &written.spans {
        let place = |name: &str| span[name].as_u64().expect("an offset") as usize;
        assert_eq!(span["text"], text[place("start")..place("end")], "{span}");
    }
    scratch.run("run", &[&input], &["--spans", "none", "--overwrite"]).ends_with(0);
    assert!(!scratch.path("out/removed/spans-00000.parquet").exists());
}

#[test]
fn listeners_that_went_away_are_no_bug() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", rows(2) + "oops\n");
    let mut command = gleaner();
    command.args(["run", "--json", "-o"]).arg(scratch.path("out")).arg(&input);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("gleaner starts");
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().expect("gleaner ends").code(), Some(0));
    assert!(scratch.path("out/_SUCCESS").exists());
}

#[test]
fn an_output_file_of_clean_is_whole_or_absent() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", rows(2));
    let output = scratch.file("kept.jsonl", "yesterday");
    let mut command = gleaner();
    command.arg("clean").arg(&input).arg("-o").arg(&output).args(["--only", "no-such-rule"]);
    Done::new(command.output().expect("gleaner starts")).ends_with(2);
    assert_eq!(fs::read_to_string(&output).expect("the file"), "yesterday");
    let mut command = gleaner();
    command.arg("clean").arg(&input).arg("-o").arg(&input);
    Done::new(command.output().expect("gleaner starts")).ends_with(2).says("is an input");
    let mut command = gleaner();
    Done::new(command.arg("clean").arg(&input).arg("-o").arg(&output).output().expect("gleaner starts"))
        .ends_with(0);
    assert_eq!(fs::read_to_string(&output).expect("the file").lines().count(), 2);
}

#[test]
fn a_tighter_limit_takes_the_mark_of_success_away() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", rows(2) + "oops\n");
    scratch.run("run", &[&input], &[]).ends_with(0);
    scratch.run("run", &[&input], &["--max-reject-rate", "0"]).ends_with(3).says("--max-reject-rate");
    assert!(!scratch.path("out/_SUCCESS").exists());
    scratch.run("run", &[&input], &[]).ends_with(0);
    assert!(scratch.path("out/_SUCCESS").exists());
}

#[test]
fn ids_do_not_reach_the_terminal_raw() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", row("evil\u{1b}]0;title\u{7}\nerror: forged", " ") + &rows(1));
    let done = Done::new(gleaner().arg("clean").arg(&input).output().expect("gleaner starts")).ends_with(0);
    assert!(!done.stderr.contains('\u{1b}') && !done.stderr.contains("\nerror"), "{:?}", done.stderr);
}

#[cfg(unix)]
#[test]
fn file_names_need_not_be_utf_8() {
    use std::os::unix::ffi::OsStringExt;

    let scratch = Scratch::new();
    let name = std::ffi::OsString::from_vec(b"bad\xff.jsonl".to_vec());
    let folder = scratch.path("folder");
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join(name), rows(2)).expect("a file");
    scratch.run("run", &[&folder], &[]).ends_with(0);
    assert_eq!(scratch.written().kept[0]["source_file"], "bad\u{fffd}.jsonl");
}

#[test]
fn the_output_folder_of_a_run_is_its_data() {
    let first = Scratch::new();
    let input = first.file("rows.jsonl", rows(3) + &row("again", &prose(1, 8)) + &row("blank", " "));
    first.run("run", &[&input], &[]).ends_with(0);
    let second = Scratch::new();
    second.run("dedup", &[first.path("out")], &[]).ends_with(0);
    let written = second.written();
    assert_eq!((written.count("records"), written.count("rejected")), (3, 0));
    assert_eq!(written.kept[0]["source_file"], "data/train-00000-of-00001.parquet");
}
