//! `--against`: what an earlier run kept is not kept again, and an earlier run that cannot be told from the right one is
//! refused.

use std::fs;
use std::path::{Path, PathBuf};

use gleaner_spill::{PartKind, PartReader, PartWriter};
use gleaner_testkit::Rng;
use serde_json::{Value, json};

use crate::common::{Done, Scratch, Written, data_files, gleaner, prose, result_bytes};

/// The text of a page of a site between the lines of its frame.
fn framed(site: u64, body: &str) -> String {
    format!(
        "The daily of town number {site}\nNews and weather\n{body}\nImprint of the daily {site}\nAll rights reserved"
    )
}

/// Pages of a few sites: new ones, copies in the frame of another site, with another end, and such as have the words of
/// an earlier one and other lines.
fn pages(seed: u64, count: u64) -> Vec<String> {
    let mut random = Rng::new(seed);
    let mut texts: Vec<String> = Vec::new();
    let mut bodies: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for page in 0..count {
        let site = random.below(12) as u64;
        let earlier = random.below(bodies.len().max(1));
        let body = match random.below(10) {
            0..4 => prose(seed * 10_000 + page, 12),
            _ if bodies.is_empty() => String::new(),
            4..6 => bodies[earlier].clone(),
            6..8 => format!("{} And one more ending of it.", bodies[earlier]),
            _ => String::new(),
        };
        let text = match (&body[..], texts.get(earlier)) {
            ("", Some(text)) => text.replace('\n', " "),
            _ => framed(site, &body),
        };
        let url = format!("https://town-{site}.example/{page}");
        let date = format!("2026-{:02}-{:02}", 1 + random.below(12), 1 + random.below(28));
        let row = json!({ "id": format!("page-{page}"), "url": url, "date": date, "text": text });
        rows.push(format!("{row}\n"));
        bodies.push(if body.is_empty() { bodies.get(earlier).cloned().unwrap_or_default() } else { body });
        texts.push(text);
    }
    rows
}

/// `gleaner dedup` of `rows` into `name`, held against what stands in `against`.
fn dedup(scratch: &Scratch, name: &str, rows: &[String], against: &[&str], arguments: &[&str]) -> Done {
    let input = scratch.file(&format!("{name}.jsonl"), rows.concat());
    let mut process = gleaner();
    process.arg("dedup").arg(input).arg("-o").arg(scratch.path(name)).args(arguments);
    for earlier in against {
        process.arg("--against").arg(scratch.path(earlier));
    }
    Done::new(process.output().expect("gleaner starts"))
}

fn verify(scratch: &Scratch, name: &str, against: &[&str]) -> Done {
    let mut process = gleaner();
    process.arg("verify").arg(scratch.path(name));
    for earlier in against {
        process.arg("--against").arg(scratch.path(earlier));
    }
    Done::new(process.output().expect("gleaner starts"))
}

/// What a run says of the pages from number `from` on: kept ones by id, removed ones with all that is stated about them,
/// their witnesses by id.
fn outcome(written: &Written, from: usize) -> Vec<Value> {
    let is_wanted = |row: &&Value| {
        let id = row["id"].as_str().and_then(|id| id.strip_prefix("page-")).expect("an id");
        id.parse::<usize>().expect("a number") >= from
    };
    let kept = written.kept.iter().filter(is_wanted).map(|row| json!({ "kept": row["id"] }));
    let stated = ["id", "reason", "duplicate_of", "measure", "similarity", "jaccard", "containment", "gap"];
    let removed = written.removed.iter().filter(is_wanted);
    let removed =
        removed.map(|row| stated.iter().map(|&name| (name.to_owned(), row[name].clone())).collect());
    kept.chain(removed).collect()
}

/// Days in a row, each held against those before it, have the outcome of one run over all.
#[track_caller]
fn check_days(days: &[usize], arguments: &[&str]) {
    let scratch = Scratch::new();
    let rows = pages(7, days.iter().sum::<usize>() as u64);
    dedup(&scratch, "joint", &rows, &[], arguments).ends_with(0);
    let joint = Written::read(&scratch.path("joint"));
    let names: Vec<String> = (0..days.len()).map(|day| format!("day-{day}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut from = 0;
    for (day, count) in days.iter().enumerate() {
        let rows = &rows[from..from + count];
        dedup(&scratch, names[day], rows, &names[..day], arguments).ends_with(0);
        let written = Written::read(&scratch.path(names[day]));
        let expected = outcome(&joint, from);
        let expected = expected.into_iter().filter(|row| {
            let id = row.get("kept").or(row.get("id")).and_then(Value::as_str).expect("an id");
            rows.iter().any(|row| row.contains(&format!("\"{id}\"")))
        });
        assert_eq!(outcome(&written, from), expected.collect::<Vec<_>>(), "{arguments:?}, day {day}");
        let in_earlier = written.removed.iter().filter(|row| row.get("duplicate_of_run").is_some()).count();
        assert_eq!(written.manifest["counts"]["removed_against"], in_earlier, "day {day}");
        assert!(day == 0 || in_earlier > count / 4, "day {day}: {in_earlier} of {count}");
        verify(&scratch, names[day], &names[..day]).ends_with(0).says("nothing is wrong");
        from += count;
    }
}

#[test]
fn days_in_a_row_have_the_outcome_of_one_run() {
    for arguments in [
        &["--format", "jsonl"][..],
        &["--similarity", "jaccard"],
        &["--method", "exact"],
        &["--method", "exact", "--similarity", "jaccard", "--format", "jsonl"],
        &["--ngram-size", "3", "--threshold", "0.6", "--max-output-file-size", "20kB"],
    ] {
        check_days(&[250, 150], arguments);
        check_days(&[90, 60, 130, 70], arguments);
    }
}

/// The order of `--keep` holds among the new documents; those of the earlier run come first.
#[test]
fn what_was_kept_stays_whatever_is_longer() {
    let scratch = Scratch::new();
    let rows = pages(9, 300);
    for (first, second) in [("longest", "longest"), ("newest", "first"), ("first", "longest")] {
        let arguments = |keep| ["--keep", keep, "--overwrite"];
        dedup(&scratch, "first", &rows[..150], &[], &arguments(first)).ends_with(0);
        dedup(&scratch, "second", &rows[150..], &["first"], &arguments(second)).ends_with(0);
        let written = Written::read(&scratch.path("second"));
        assert!(written.manifest["counts"]["removed_against"].as_u64() > Some(50), "{first}, {second}");
        verify(&scratch, "second", &["first"]).ends_with(0).says("nothing is wrong");
    }
}

#[test]
fn memory_and_threads_do_not_show() {
    let scratch = Scratch::new();
    let rows = pages(11, 500);
    for method in ["minhash", "exact"] {
        let arguments = ["--method", method, "--max-record-size", "1MiB", "--overwrite"];
        dedup(&scratch, "first", &rows[..250], &[], &arguments).ends_with(0);
        let outputs =
            [["--threads", "1", "--memory", "49MiB"], ["--threads", "3", "--memory", "2GiB"]].map(|budget| {
                dedup(&scratch, "second", &rows[250..], &["first"], &[&arguments[..], &budget].concat())
                    .ends_with(0);
                result_bytes(&scratch.path("second"))
            });
        for (name, bytes) in &outputs[0] {
            assert!(outputs[1][name] == *bytes, "{method}: {} differs", name.display());
        }
    }
}

/// More pages of one template than a search compares, before and after.
#[test]
fn a_crowd_in_two_halves() {
    let body = prose(1, 30);
    let page = |number: usize| {
        let text = format!("{} {body}", prose(1_000 + number as u64 / 2, 8));
        format!("{}\n", json!({ "id": format!("page-{number}"), "text": text }))
    };
    let rows: Vec<String> = (0..400).map(page).collect();
    for arguments in
        [&["--similarity", "jaccard", "--threshold", "0.9"][..], &["--bands", "64", "--rows", "2"]]
    {
        let scratch = Scratch::new();
        dedup(&scratch, "joint", &rows, &[], arguments).ends_with(0);
        dedup(&scratch, "first", &rows[..151], &[], arguments).ends_with(0);
        dedup(&scratch, "second", &rows[151..], &["first"], arguments).ends_with(0);
        let [joint, second] = ["joint", "second"].map(|name| Written::read(&scratch.path(name)));
        assert!(joint.removed.len() > 100, "{}", joint.removed.len());
        assert_eq!(outcome(&second, 151), outcome(&joint, 151), "{arguments:?}");
    }
}

/// What `run` kept is as good as what `dedup` kept.
#[test]
fn an_earlier_run_of_the_whole_job() {
    let scratch = Scratch::new();
    let rows = pages(13, 120);
    let input = scratch.file("crawl.jsonl", rows[..60].concat());
    scratch.run("run", &[input], &[]).ends_with(0);
    let kept = Written::read(&scratch.path("out")).kept;
    let again: Vec<String> = kept.iter().map(|row| format!("{row}\n")).collect();
    dedup(&scratch, "again", &[&again[..], &rows[60..]].concat(), &["out"], &[]).ends_with(0);
    let written = Written::read(&scratch.path("again"));
    let in_earlier = |row: &&Value| row["duplicate_of"] == row["id"] && row["reason"] == "exact-duplicate";
    assert_eq!(written.removed.iter().filter(in_earlier).count(), kept.len());
    verify(&scratch, "again", &["out"]).ends_with(0).says("nothing is wrong");
}

/// Nothing new, or nothing old.
#[test]
fn empty_runs() {
    let scratch = Scratch::new();
    let rows = pages(3, 40);
    dedup(&scratch, "nothing", &[], &[], &[]).ends_with(0);
    dedup(&scratch, "first", &rows, &["nothing"], &[]).ends_with(0);
    dedup(&scratch, "again", &rows, &["nothing", "first"], &[]).ends_with(3).says("nothing was kept");
    let written = Written::read(&scratch.path("again"));
    assert_eq!((written.kept.len(), written.removed.len()), (0, 40));
    assert_eq!(written.manifest["counts"]["removed_against"], 40);
    verify(&scratch, "again", &["first"]).ends_with(0).says("nothing is wrong");
    // Two runs without a document cannot be told apart, and need not be.
    dedup(&scratch, "no-more", &[], &["nothing", "first"], &[]).ends_with(0);
    dedup(&scratch, "still-no-more", &[], &["nothing", "first", "no-more", "nothing"], &[]).ends_with(0);
    verify(&scratch, "no-more", &["nothing"]).ends_with(0);
}

#[test]
fn what_would_be_done_is_told_without_doing_it() {
    let scratch = Scratch::new();
    let rows = pages(3, 40);
    dedup(&scratch, "first", &rows, &[], &[]).ends_with(0);
    let kept = Written::read(&scratch.path("first")).kept.len();
    let done = dedup(&scratch, "second", &rows, &["first"], &["--dry-run"]).ends_with(0);
    assert!(done.stdout.contains(&format!("{kept} documents of earlier runs")), "{}", done.stdout);
    dedup(&scratch, "second", &rows, &["first"], &["--dry-run", "--seed", "1"]).ends_with(2).says("--seed");
}

/// The first of two runs, changed, is refused before anything is written.
#[track_caller]
fn check_refused(change: impl Fn(&Path), arguments: &[&str], words: &[&str]) {
    let scratch = Scratch::new();
    let rows = pages(5, 80);
    dedup(&scratch, "first", &rows[..40], &[], &["--format", "jsonl"]).ends_with(0);
    change(&scratch.path("first"));
    let done =
        dedup(&scratch, "second", &rows[40..], &["first"], &[arguments, &["--format", "jsonl"]].concat());
    let done = done.ends_with(2);
    let done = words.iter().fold(done, |done, words| done.says(words));
    assert_eq!(done.stderr.lines().count(), 1, "{}", done.stderr);
    assert!(!scratch.path("second/manifest.json").exists());
}

/// Changes one byte in the middle of a file.
fn flip(path: PathBuf) {
    let mut bytes = fs::read(&path).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).expect("a file");
}

/// Changes the manifest so that it states the file as it is.
fn restate(folder: &Path, name: &str) {
    let file = fs::read(folder.join(name)).expect("a file");
    let (size, digest) = (file.len(), format!("xxh3-128:{:032x}", gleaner_text::hash128(&file)));
    let path = folder.join("manifest.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&path).expect("a manifest")).expect("JSON");
    let outputs = manifest["outputs"].as_array_mut().expect("outputs");
    let stated = outputs.iter_mut().find(|output| output["name"] == name).expect("the file");
    (stated["size"], stated["digest"]) = (json!(size), json!(digest));
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let fields =
        outputs.iter().map(|output| ["name", "size", "digest"].map(|field| text(&output[field])).join("\t"));
    let run: String = fields.map(|fields| fields + "\n").collect();
    manifest["run"] = json!(format!("xxh3-128:{:032x}", gleaner_text::hash128(run.as_bytes())));
    fs::write(path, manifest.to_string()).expect("a file");
}

#[test]
fn earlier_runs_that_do_not_fit_are_refused() {
    let none = |_: &Path| ();
    check_refused(
        none,
        &["--similarity", "jaccard"],
        &["--against", "--similarity is \"coverage\"", "\"jaccard\""],
    );
    check_refused(none, &["--seed", "7"], &["--seed is 42", "7"]);
    check_refused(none, &["--ngram-size", "4"], &["--ngram-size"]);
    check_refused(none, &["--method", "exact"], &["--method"]);
    let gone = |name: &'static str| move |folder: &Path| fs::remove_file(folder.join(name)).expect("a file");
    check_refused(gone("manifest.json"), &[], &["no manifest.json"]);
    check_refused(gone("_SUCCESS"), &[], &["did not finish"]);
    let all_gone = |folder: &Path| fs::remove_dir_all(folder).expect("a folder");
    check_refused(all_gone, &[], &["no such folder"]);
    for name in ["index/documents.bin", "index/pages.bin", "index/frames.jsonl"] {
        check_refused(
            |folder| flip(folder.join(name)),
            &[],
            &[name, "not the file that its manifest.json states"],
        );
    }
    let cut = |folder: &Path| {
        let path = folder.join("index/documents.bin");
        let bytes = fs::read(&path).expect("a file");
        fs::write(&path, &bytes[..bytes.len() - 20]).expect("a file");
        restate(folder, "index/documents.bin");
    };
    check_refused(cut, &[], &["index/documents.bin", "damaged at byte"]);
    let other_version = |folder: &Path| {
        let path = folder.join("index/documents.bin");
        let mut bytes = fs::read(&path).expect("a file");
        bytes[12] ^= 2;
        fs::write(&path, &bytes).expect("a file");
        restate(folder, "index/documents.bin");
    };
    check_refused(other_version, &[], &["index/documents.bin", "version"]);
    let of_another = |folder: &Path| {
        let scratch = Scratch::new();
        dedup(&scratch, "other", &pages(6, 40), &[], &["--format", "jsonl"]).ends_with(0);
        fs::copy(scratch.path("other/index/documents.bin"), folder.join("index/documents.bin"))
            .expect("a copy");
    };
    check_refused(of_another, &[], &["index/documents.bin is not the file"]);
    let other_data = |folder: &Path| flip(data_files(folder).remove(0));
    check_refused(other_data, &[], &["data/train-00000-of-00001.jsonl.zst is not the file"]);
}

/// Rewrites the records of a part file, and states it anew.
fn change_records(folder: &Path, name: &str, kind: [u8; 4], change: impl Fn(usize, &mut Vec<u8>)) {
    let (path, kind) = (folder.join(name), PartKind { name: kind, version: 1 });
    let mut reader = PartReader::open(&path, kind).expect("a part");
    let mut records = Vec::new();
    while let Some(record) = reader.next_record().expect("a record") {
        records.push(record.to_vec());
    }
    let mut writer = PartWriter::create(&path, kind).expect("a part");
    for (number, record) in records.iter_mut().enumerate() {
        change(number, record);
        writer.append(record).expect("a record");
    }
    writer.finish().expect("a part");
    restate(folder, name);
}

/// An index that states itself rightly and makes no sense: a message, whatever it says.
#[test]
fn crafted_indexes_are_refused() {
    let pages = |change: fn(usize, &mut Vec<u8>)| {
        let change = move |folder: &Path| change_records(folder, "index/pages.bin", *b"PAGE", change);
        check_refused(change, &[], &["index/pages.bin"]);
    };
    pages(|_, record| record.truncate(8));
    pages(|_, record| record.truncate(12));
    pages(|_, record| record.truncate(16));
    pages(|number, record| record.truncate(if number == 3 { 0 } else { usize::MAX }));
    pages(|_, record| record[..8].fill(0xff));
    pages(|_, record| record[..8].copy_from_slice(&7u64.to_be_bytes()));
    pages(|_, record| record[16..24].fill(0x7f));
    pages(|_, record| record.extend([7; 8 * 2_000]));
    let documents = |change: fn(usize, &mut Vec<u8>)| {
        let change = move |folder: &Path| change_records(folder, "index/documents.bin", *b"INDX", change);
        check_refused(change, &[], &["index/documents.bin"]);
    };
    documents(|_, record| record.clear());
    documents(|number, record| record[0] = if number == 0 { 41 } else { record[0] });
    documents(|number, record| record.truncate(if number == 5 { 20 } else { usize::MAX }));
    documents(|number, record| record[0] = if number > 0 { 7 } else { record[0] });
    documents(|number, record| record[0] = if number > 0 { 0x7f } else { record[0] });
    let named = |name: &'static str| {
        move |folder: &Path| {
            let path = folder.join("manifest.json");
            let text = fs::read_to_string(&path).expect("a manifest");
            fs::write(path, text.replace("index/pages.bin", name)).expect("a file");
        }
    };
    check_refused(named("index/../../../../dev/zero"), &[], &["manifest.json was changed"]);
    let counts = |folder: &Path| {
        let path = folder.join("manifest.json");
        let text = fs::read_to_string(&path).expect("a manifest");
        fs::write(path, text.replace("\"records\": 40", "\"records\": 18446744073709551615"))
            .expect("a file");
    };
    check_refused(counts, &[], &["manifest.json was changed"]);
}

/// Copies of a document that a run removed go by its values: without that run nothing can be said of them, and nothing is.
#[test]
fn some_of_the_earlier_runs_are_given_to_verify() {
    let scratch = Scratch::new();
    let rows = pages(7, 400);
    let days = ["day-0", "day-1", "day-2"];
    for (day, rows) in [&rows[..120], &rows[120..260], &rows[260..]].into_iter().enumerate() {
        dedup(&scratch, days[day], rows, &days[..day], &[]).ends_with(0);
    }
    for given in [&[][..], &["day-0"], &["day-1"]] {
        let done = verify(&scratch, "day-2", given).ends_with(0);
        assert!(done.stderr.contains("unchecked"), "{given:?}: {}", done.stderr);
    }
    let done = verify(&scratch, "day-2", &["day-1", "day-0"]).ends_with(0);
    assert!(!done.stderr.contains("unchecked"), "{}", done.stderr);
}

/// What the index says of a document is held against its row.
#[test]
fn the_index_is_checked() {
    for (change, words) in [
        (
            (|number, record: &mut Vec<u8>| record[if number == 2 { 3 } else { 0 }] ^= u8::from(number == 2))
                as fn(usize, &mut Vec<u8>),
            "index: document",
        ),
        (|number, record| record[0] ^= u8::from(number == 1), "index"),
    ] {
        let scratch = Scratch::new();
        dedup(&scratch, "first", &pages(5, 60), &[], &[]).ends_with(0);
        change_records(&scratch.path("first"), "index/documents.bin", *b"INDX", change);
        let done = verify(&scratch, "first", &[]).ends_with(65);
        assert!(done.stdout.contains(words) && !done.stdout.contains("digest"), "{}", done.stdout);
    }
}

#[test]
fn folders_that_make_no_sense() {
    let scratch = Scratch::new();
    let rows = pages(5, 60);
    dedup(&scratch, "first", &rows[..30], &[], &[]).ends_with(0);
    dedup(&scratch, "first", &rows, &["first"], &["--overwrite"])
        .ends_with(2)
        .says("this is the output folder");
    dedup(&scratch, "twice", &rows[30..], &["first", "first"], &[]).ends_with(0);
    dedup(&scratch, "second", &rows[30..], &["first"], &[]).ends_with(0);
    let without = dedup(&scratch, "second", &rows[30..], &[], &[]).ends_with(2);
    assert!(without.stderr.contains("--against differs"), "{}", without.stderr);
    verify(&scratch, "first", &["second"]).ends_with(2).says("was not held against this one");
    for against in [&["second"][..], &["second", "first"]] {
        dedup(&scratch, "third", &rows, against, &[]).ends_with(2).says("has to be given before it");
    }
}

#[test]
fn what_names_an_earlier_run_is_checked() {
    let scratch = Scratch::new();
    let rows = pages(5, 200);
    dedup(&scratch, "first", &rows[..100], &[], &["--format", "jsonl"]).ends_with(0);
    dedup(&scratch, "second", &rows[100..], &["first"], &["--format", "jsonl"]).ends_with(0);
    let unchecked = verify(&scratch, "second", &[]).ends_with(0);
    assert!(unchecked.stderr.contains("unchecked"), "{}", unchecked.stderr);
    let checked = verify(&scratch, "second", &["first"]).ends_with(0);
    assert!(!checked.stderr.contains("unchecked"), "{}", checked.stderr);
    let path = scratch.path("second/removed/documents-00000.parquet");
    let written = Written::read(&scratch.path("second"));
    let of_first = |row: &&Value| row.get("duplicate_of_run").is_some() && row["measure"] == "coverage";
    let near = written.removed.iter().find(of_first).expect("a near-duplicate of the first run");
    let id = near["id"].clone();
    let whole = fs::read(&path).expect("a file");
    for (field, value, words) in [
        ("duplicate_of", json!("page-0"), "witness: duplicate_of"),
        ("duplicate_of_doc", json!(99_999), "witness: duplicate_of_doc"),
        ("duplicate_of_run", json!("xxh3-128:0"), "witness: duplicate_of_run"),
        ("containment", json!(0.75), "value: containment"),
        ("gap", json!(1_000), "value: gap"),
    ] {
        crate::verify::rewrite(&path, |rows| {
            let row = rows.iter_mut().find(|row| row["id"] == id).expect("the row");
            row[field] = value.clone();
        });
        let done = verify(&scratch, "second", &["first"]).ends_with(65);
        let is_named = |line: &str| line.contains(words) && line.contains(id.as_str().expect("an id"));
        assert!(done.stdout.lines().any(is_named), "{field}: {}", done.stdout);
        fs::write(&path, &whole).expect("a file");
    }
    flip(data_files(&scratch.path("first")).remove(0));
    verify(&scratch, "second", &["first"]).ends_with(2).says("is not the file that its manifest.json states");
}
