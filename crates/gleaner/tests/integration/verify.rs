//! `gleaner verify`: a run as it was written is sound, and whatever is changed in it afterwards is named.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gleaner_testkit::corpus::{Corpus, CorpusOptions};
use gleaner_testkit::shingles;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

use crate::common::{Done, Scratch, data_files, gleaner, jsonl_rows, parquet_rows, prose, root, row};

const REMOVED: &str = "removed/documents-00000.parquet";

/// A finished run with exact and near duplicates, an empty document and a reject.
fn finished(scratch: &Scratch, arguments: &[&str]) -> PathBuf {
    let mut rows: String = (1..40).map(|n| row(&format!("page-{n}"), &prose(n, 20))).collect();
    for n in [3, 5, 8] {
        rows += &row(&format!("copy-{n}"), &prose(n, 20));
        rows += &row(&format!("near-{n}"), &format!("{} One more ending.", prose(n, 20)));
        rows += &row(&format!("second-{n}"), &format!("{} One more ending.", prose(n, 20)));
    }
    rows += &row("nothing", " ");
    rows += "no json\n";
    let input = scratch.file("rows.jsonl", rows);
    scratch.run("dedup", &[input], arguments).ends_with(0);
    scratch.path("out")
}

fn verify(folder: &Path, arguments: &[&str]) -> Done {
    Done::new(gleaner().arg("verify").arg(folder).args(arguments).output().expect("gleaner starts"))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// Writes a file of a run anew with other rows.
pub(crate) fn rewrite(path: &Path, change: impl FnOnce(&mut Vec<Value>)) {
    if path.extension().is_some_and(|extension| extension == "zst") {
        let mut rows = jsonl_rows(path);
        change(&mut rows);
        let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
        return fs::write(path, zstd::encode_all(lines.as_bytes(), 3).expect("zstd")).expect("a file");
    }
    let mut rows = parquet_rows(path);
    change(&mut rows);
    let file = File::open(path).expect("the file");
    let schema = Arc::clone(ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").schema());
    let mut decoder = arrow_json::ReaderBuilder::new(Arc::clone(&schema)).build_decoder().expect("a decoder");
    decoder.serialize(&rows).expect("rows of the schema");
    let mut writer =
        ArrowWriter::try_new(File::create(path).expect("a file"), schema, None).expect("a writer");
    if let Some(batch) = decoder.flush().expect("a batch") {
        writer.write(&batch).expect("rows");
    }
    writer.close().expect("a file");
}

fn change_manifest(folder: &Path, change: impl FnOnce(&mut Value)) {
    let path = folder.join("manifest.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&path).expect("a manifest")).expect("JSON");
    change(&mut manifest);
    fs::write(&path, manifest.to_string()).expect("a file");
}

/// The row of a document of `removed/` by its id.
fn removed<'a>(rows: &'a mut [Value], id: &str) -> &'a mut Value {
    rows.iter_mut().find(|row| row["id"] == id).expect("a removed document of this id")
}

/// Changes a run and looks for lines that name the change, each by all of its parts.
#[track_caller]
fn check_named(change: impl Fn(&Path), expected: &[&[&str]]) {
    for format in ["parquet", "jsonl"] {
        let scratch = Scratch::new();
        let folder = finished(&scratch, &["--format", format, "--max-output-file-size", "20kB"]);
        change(&folder);
        let done = verify(&folder, &[]).ends_with(65);
        for parts in expected {
            let is_named = |line: &str| parts.iter().all(|part| line.contains(part));
            assert!(done.stdout.lines().any(is_named), "{format}: {parts:?} is not in\n{}", done.stdout);
        }
    }
}

/// The first file of `data/`.
fn data(folder: &Path) -> PathBuf {
    data_files(folder).remove(0)
}

#[test]
fn runs_are_sound_as_they_were_written() {
    for arguments in [
        &["--format", "jsonl"][..],
        &["--keep", "longest", "--threads", "1"],
        &["--method", "exact", "--ngram-size", "3", "--threshold", "0.5"],
        &["--format", "jsonl", "--max-output-file-size", "3kB"],
    ] {
        let scratch = Scratch::new();
        let folder = finished(&scratch, arguments);
        let done = verify(&folder, &[]).ends_with(0).says("nothing is wrong");
        assert_eq!(done.stdout, "");
        assert!(!folder.join(".gleaner-work").exists());
        let json: Value =
            serde_json::from_str(&verify(&folder, &["--json"]).ends_with(0).stdout).expect("JSON");
        assert_eq!(json["sound"], true);
        assert_eq!(json["witnesses"], 9, "{arguments:?}");
        assert_eq!(json["counts"]["records"], 50);
    }
    for arguments in [&[][..], &["--format", "jsonl", "--spans", "none", "--keep", "newest"]] {
        let scratch = Scratch::new();
        scratch.run("run", &[root().join("fixtures/crawl")], arguments).ends_with(0);
        verify(&scratch.path("out"), &[]).ends_with(0).says("nothing is wrong");
    }
}

#[test]
fn a_witness_is_checked() {
    check_named(
        |folder| {
            rewrite(&folder.join(REMOVED), |rows| removed(rows, "near-3")["duplicate_of"] = json!("page-4"));
        },
        &[&["document 40 (near-3)", "witness: duplicate_of: expected page-3, found page-4"], &["digest"]],
    );
    check_named(
        |folder| {
            rewrite(&folder.join(REMOVED), |rows| removed(rows, "near-3")["duplicate_of_doc"] = json!(39))
        },
        &[&["document 40 (near-3)", "expected a kept document, found document 39, which is not in data/"]],
    );
    check_named(
        |folder| {
            rewrite(&folder.join(REMOVED), |rows| removed(rows, "near-3")["duplicate_of_doc"] = json!(3))
        },
        &[&["(near-3)", "witness: duplicate_of:", "page-4"], &["(near-3)", "no duplicates, by coverage"]],
    );
    check_named(
        |folder| {
            rewrite(&folder.join(REMOVED), |rows| {
                let near = removed(rows, "near-3").as_object_mut().expect("a row");
                near.remove("duplicate_of_doc");
            });
        },
        &[&["(near-3)", "duplicate_of_doc: expected a kept document, found nothing"]],
    );
}

#[test]
fn a_witness_comes_first() {
    // The later one of two copies is said to be the kept one.
    check_named(
        |folder| {
            let (mut kept, path) = (Value::Null, data(folder));
            rewrite(&path, |rows| {
                kept = rows.remove(2);
                kept["doc"] = json!(39);
                kept["id"] = json!("copy-3");
            });
            rewrite(data_files(folder).last().expect("a file"), |rows| rows.push(kept));
            rewrite(&folder.join(REMOVED), |rows| {
                let copy = removed(rows, "copy-3");
                for (name, value) in [("doc", json!(2)), ("id", json!("page-3"))] {
                    copy[name] = value;
                }
                for id in ["page-3", "near-3", "second-3"] {
                    let row = removed(rows, id);
                    (row["duplicate_of_doc"], row["duplicate_of"]) = (json!(39), json!("copy-3"));
                }
            });
        },
        &[&["document 2 (page-3)", "comes before it by --keep, found document 39"]],
    );
}

#[test]
fn values_are_recomputed() {
    for name in ["similarity", "jaccard", "containment"] {
        check_named(
            |folder| {
                rewrite(&folder.join(REMOVED), |rows| {
                    let value = &mut removed(rows, "near-5")[name];
                    *value = json!(value.as_f64().expect("a number").next_down());
                });
            },
            &[&["(near-5)", &format!("value: {name}: expected"), "found 0.9"]],
        );
    }
    check_named(
        |folder| {
            rewrite(&folder.join(REMOVED), |rows| {
                let text = prose(77, 3);
                removed(rows, "copy-8")["text"] = json!(text);
            });
        },
        &[&["(copy-8)", "value: texts: expected duplicates of one another, found no duplicates, by exact"]],
    );
    check_named(
        |folder| rewrite(&data(folder), |rows| rows[2]["text"] = json!(prose(78, 20))),
        &[&["(copy-3)", "no duplicates"], &["(near-3)", "no duplicates"], &["data/train-00000", "digest"]],
    );
    check_named(
        |folder| change_manifest(folder, |manifest| manifest["options"]["ngram-size"] = json!(4)),
        &[&["(near-5)", "jaccard"], &["(near-8)", "jaccard"]],
    );
}

/// The lines of a copy may be others than those of the document whose copy it is, and with them what is a frame.
#[test]
fn copies_go_as_the_first_of_them_went() {
    let scratch = Scratch::new();
    let frame = "Home | News | Sports | Weather | Imprint and contact";
    let page = |text: &str| format!("{frame}\n{text}");
    let near = format!("{} And three words more.", prose(9, 12));
    let mut texts: Vec<String> = (1..5).map(|page_number| page(&prose(page_number, 12))).collect();
    texts.extend([page(&prose(9, 12)), page(&near), format!("{}\n{near}", frame.replace(' ', "  "))]);
    let row = |(at, text): (usize, &String)| {
        let url = format!("https://site.example/{at}");
        json!({"id": at.to_string(), "url": url, "text": text}).to_string()
    };
    let rows: Vec<String> = texts.iter().enumerate().map(row).collect();
    let input = scratch.file("rows.jsonl", rows.join("\n"));
    scratch.run("dedup", &[input], &[]).ends_with(0);
    let removed = scratch.written().removed;
    assert_eq!(removed.len(), 2);
    assert!(removed.iter().all(|row| row["reason"] == "near-duplicate"), "{removed:?}");
    verify(&scratch.path("out"), &[]).ends_with(0).says("nothing is wrong");
}

#[test]
fn counts_are_held_against_rows() {
    check_named(
        |folder| change_manifest(folder, |manifest| manifest["counts"]["kept"] = json!(41)),
        &[&["manifest.json", "count: counts.kept: expected 39, as the rows of the files, found 41"]],
    );
    check_named(
        |folder| {
            change_manifest(folder, |manifest| {
                manifest["counts"]["removed_by_reason"]["dedup"]["near-duplicate"] = json!(7);
            });
        },
        &[&["counts.removed_by_reason.dedup.near-duplicate: expected 6", "found 7"]],
    );
    check_named(
        |folder| change_manifest(folder, |manifest| manifest["counts"]["text_bytes"] = json!(1)),
        &[&["counts.text_bytes", "found 1 "]],
    );
    check_named(
        |folder| rewrite(&folder.join("rejects.parquet"), Vec::clear),
        &[&["counts.rejected_by_reason.invalid-json: expected 0", "found 1"], &["counts.records"]],
    );
}

#[test]
fn every_document_stands_once() {
    check_named(
        |folder| rewrite(&folder.join(REMOVED), |rows| rows.retain(|row| row["id"] != "near-3")),
        &[
            &["document: documents: expected each of the 49 documents", "document 40 in neither"],
            &["counts.removed: expected 9", "found 10"],
            &["counts.removed_by_reason.dedup.near-duplicate: expected 5", "found 6"],
            &[REMOVED, "digest"],
        ],
    );
    check_named(
        |folder| rewrite(&data(folder), |rows| drop(rows.remove(1))),
        &[&["found document 1 in neither"], &["counts.kept: expected 38"], &["data/train-00000", "digest"]],
    );
    check_named(
        |folder| rewrite(&data(folder), |rows| rows.insert(1, rows[1].clone())),
        &[
            &["data/train-00000", "document 1 (page-2)", "a number that stands once"],
            &["counts.kept: expected 40", "found 39"],
            &["counts.repeated_ids: expected 1", "found 0"],
        ],
    );
    check_named(
        |folder| rewrite(&data(folder), |rows| rows.swap(0, 1)),
        &[&["data/train-00000", "document 0 (page-1)", "expected a number above 1"]],
    );
    check_named(
        |folder| rewrite(&data(folder), |rows| rows[0]["doc"] = json!(1_u64 << 60)),
        &[&["document 0 in neither"], &["numbers below 49", "1 documents with larger ones"]],
    );
}

#[test]
fn files_are_those_of_the_run() {
    check_named(
        |folder| fs::remove_file(data(folder)).expect("a file"),
        &[
            &["data/train-00000", "file: file: expected it, found nothing"],
            &["documents 0 to"],
            &["counts.kept"],
        ],
    );
    check_named(
        |folder| fs::write(folder.join("data/more.jsonl"), "{}").expect("a file"),
        &[&["data/more.jsonl", "a file that is none of the run"]],
    );
    check_named(
        |folder| fs::remove_file(folder.join(REMOVED)).expect("a file"),
        &[&[REMOVED, "found nothing"], &["counts.removed: expected 0"]],
    );
    check_named(
        |folder| {
            let bytes = fs::read(data(folder)).expect("a file");
            fs::write(data(folder), &bytes[..bytes.len() / 2]).expect("a file");
        },
        &[&["data/train-00000", "row"], &["data/train-00000", "digest: size"], &["counts.kept"]],
    );
    check_named(
        |folder| {
            let last = data_files(folder).pop().expect("a file");
            fs::remove_file(&last).expect("a file");
            change_manifest(folder, |manifest| {
                let outputs = manifest["outputs"].as_array_mut().expect("a list");
                outputs.retain(|file| !last.ends_with(file["name"].as_str().expect("a name")));
            });
        },
        &[&["manifest.json", "outputs"], &["counts.kept"]],
    );
}

#[test]
fn inputs_are_read_again_when_asked_for() {
    let scratch = Scratch::new();
    let folder = finished(&scratch, &[]);
    verify(&folder, &["--inputs"]).ends_with(0);
    let input = scratch.path("rows.jsonl");
    let rows = fs::read_to_string(&input).expect("rows");
    fs::write(&input, rows.replace("second-3", "second-4")).expect("rows");
    verify(&folder, &[]).ends_with(0);
    let done = verify(&folder, &["--inputs"]).ends_with(65);
    assert!(done.stdout.contains("input: inputs: rows.jsonl: expected"), "{}", done.stdout);
    fs::remove_file(&input).expect("rows");
    let done = verify(&folder, &["--inputs"]).ends_with(65);
    assert!(
        done.stdout.contains("inputs: rows.jsonl") && done.stdout.contains("os error 2"),
        "{}",
        done.stdout
    );
}

#[test]
fn every_byte_of_an_archive_is_accounted_for() {
    let scratch = Scratch::new();
    let archive = root().join("fixtures/crawl/CRAWL-2025-07-00000.warc.gz");
    scratch.run("run", &[archive], &[]).ends_with(0);
    let folder = scratch.path("out");
    verify(&folder, &[]).ends_with(0);
    change_manifest(&folder, |manifest| {
        let skipped = &mut manifest["inputs"][0]["archive"]["stored"]["skipped"];
        *skipped = json!(skipped.as_u64().expect("a number") - 1);
    });
    let done = verify(&folder, &[]).ends_with(65);
    assert!(
        done.stdout.contains("bytes of CRAWL-2025-07-00000.warc.gz: expected 92604, found 92603"),
        "{}",
        done.stdout
    );
}

#[test]
fn what_is_no_finished_run_is_refused() {
    let scratch = Scratch::new();
    verify(&scratch.path("nowhere"), &[]).ends_with(2).says("no such folder");
    verify(&scratch.path(""), &[]).ends_with(2).says("no manifest.json");
    let folder = finished(&scratch, &[]);
    let refused = |change: &dyn Fn(&Path), words: &str| {
        let copied = Scratch::new();
        copy(&folder, &copied.path("out"));
        change(&copied.path("out"));
        verify(&copied.path("out"), &[]).ends_with(2).says(words);
    };
    refused(&|folder| fs::remove_file(folder.join("_SUCCESS")).expect("a file"), "no _SUCCESS");
    refused(&|folder| fs::write(folder.join("manifest.json"), "{\"layout\":").expect("a file"), "is damaged");
    refused(&|folder| fs::write(folder.join("manifest.json"), "[1]").expect("a file"), "states no layout");
    refused(&|folder| change_manifest(folder, |manifest| manifest["layout"] = json!(99)), "has layout 99");
    refused(
        &|folder| change_manifest(folder, |manifest| manifest["counts"] = json!("many")),
        "manifest.json cannot be read",
    );
}

/// Such a run is whole, though not fit for use as it is.
#[test]
fn a_run_that_passed_a_limit_is_checked_too() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", row("1", &prose(1, 9)) + &row("2", &prose(1, 9)));
    scratch.run("dedup", &[input], &["--max-removal-rate", "0.1"]).ends_with(3);
    verify(&scratch.path("out"), &[]).ends_with(0).says("passed a limit");
    scratch.file("out/_SUCCESS", "");
    let done = verify(&scratch.path("out"), &[]).ends_with(65);
    assert!(done.stdout.contains("_SUCCESS: file"), "{}", done.stdout);
}

/// The texts that are compared need not fit into memory.
#[test]
fn a_small_budget_suffices() {
    let scratch = Scratch::new();
    let rows: String = (0..3_000).map(|n| row(&n.to_string(), &prose(n % 1_500 + 1, 40))).collect();
    let input = scratch.file("rows.jsonl", rows);
    scratch.run("dedup", &[input], &["--max-record-size", "1MiB"]).ends_with(0);
    let budget = ["--threads", "1", "--memory", "49MiB", "--json"];
    let small = verify(&scratch.path("out"), &budget).ends_with(0);
    let json: Value = serde_json::from_str(&small.stdout).expect("JSON");
    assert_eq!((json["witnesses"].as_u64(), json["sound"].as_bool()), (Some(1_500), Some(true)));
    verify(&scratch.path("out"), &["--memory", "20MiB"]).ends_with(74).says("--memory");
}

/// A corpus with planted copies, as JSONL, in a language in which the plain definition of a token and the real one agree.
fn corpus(scratch: &Scratch, documents: usize) -> PathBuf {
    let options = CorpusOptions { documents, languages: vec!["en".to_owned()], ..CorpusOptions::default() };
    let corpus = Corpus::new(options).expect("the corpus's source");
    let rows: String = corpus.documents().map(|document| row(&document.id, document.body())).collect();
    scratch.file("corpus.jsonl", rows)
}

/// What `verify` measures with a sample of about this size.
fn measured(scratch: &Scratch, sample: &str) -> Value {
    let done = verify(&scratch.path("out"), &["--json", "--recall-sample", sample]).ends_with(0);
    let json: Value = serde_json::from_str(&done.stdout).expect("JSON");
    json["recall"].clone()
}

fn number(value: &Value, name: &str) -> f64 {
    value[name].as_f64().unwrap_or_else(|| panic!("{name} of {value}"))
}

/// Bands so strict that much is missed.
const STRICT: [&str; 7] = ["--similarity", "jaccard", "--bands", "3", "--rows", "30", "--overwrite"];

#[test]
fn the_stated_recall_is_that_of_comparing_all_pairs() {
    let scratch = Scratch::new();
    let input = corpus(&scratch, 500);
    scratch.run("dedup", &[input], &STRICT).ends_with(0);
    let written = scratch.written();
    let of = |row: &Value| shingles(row["text"].as_str().expect("a text"), 5);
    let kept: Vec<BTreeSet<String>> = written.kept.iter().map(of).collect();
    let is_missed = |at: &usize| {
        kept[..*at].iter().any(|other| {
            // Others are too long or too short to be alike.
            let near = 10 * other.len() >= 8 * kept[*at].len() && 10 * kept[*at].len() >= 8 * other.len();
            let both = if near { kept[*at].intersection(other).count() } else { 0 };
            both as f64 >= 0.8 * (kept[*at].len() + other.len() - both) as f64
        })
    };
    let missed = (0..kept.len()).filter(is_missed).count();
    let found = written.removed.iter().filter(|row| row["reason"] == "near-duplicate").count();
    assert!(missed > 5 && found > 5, "{missed} missed, {found} found");
    let recall = &written.manifest["recall"];
    assert_eq!(recall["by"], "sample");
    assert_eq!((recall["sampled"].as_u64(), recall["undecided"].as_u64()), (Some(500), Some(0)));
    assert_eq!(recall["missed"], missed);
    assert_eq!(recall["found"], found);
    let share = found as f64 / (found + missed) as f64;
    assert!((number(recall, "recall") - share).abs() < 1e-6);
    assert!(number(recall, "low") < share && share < number(recall, "high"), "{recall}");
    // With every right to stay, the same pairs.
    for keep in ["longest", "newest"] {
        scratch.run("dedup", &[scratch.path("corpus.jsonl")], &[&STRICT[..], &["--keep", keep]].concat());
        verify(&scratch.path("out"), &[]).ends_with(0).says("nothing is wrong");
    }
}

#[test]
fn the_interval_of_a_sample_holds_the_truth() {
    let scratch = Scratch::new();
    let input = corpus(&scratch, 600);
    let mut held = 0;
    for seed in 0..20_u32 {
        let seed = seed.to_string();
        let arguments = [&STRICT[..], &["--seed", &seed]].concat();
        scratch.run("dedup", &[&input], &arguments).ends_with(0);
        let (truth, sample) = (measured(&scratch, "600"), measured(&scratch, "200"));
        assert!(number(&sample, "sampled") < 300.0 && number(&sample, "high") - number(&sample, "low") < 0.6);
        let truth = number(&truth, "recall");
        held += u32::from(number(&sample, "low") <= truth && truth <= number(&sample, "high"));
    }
    assert!(held >= 19, "held {held} times of 20");
}

#[test]
fn the_stated_recall_is_checked() {
    check_named(
        |folder| change_manifest(folder, |manifest| manifest["recall"]["missed"] = json!(3)),
        &[&["manifest.json: recall: recall.missed: expected 0, found 3"]],
    );
    check_named(
        |folder| change_manifest(folder, |manifest| manifest["recall"]["low"] = json!(0.99)),
        &[&["recall.low: expected", "found 0.99"]],
    );
    // A document that was removed comes back among the kept ones.
    check_named(
        |folder| {
            let mut back = Value::Null;
            rewrite(&folder.join(REMOVED), |rows| {
                let at = rows.iter().position(|row| row["id"] == "second-8").expect("the document");
                back = rows.remove(at);
            });
            rewrite(data_files(folder).last().expect("a file"), |rows| rows.push(back));
        },
        &[&["recall.missed: expected 1, found 0"], &["recall.due: expected 4, found 3"]],
    );
    // The same in a run that misses none; and one that is word for word a kept one.
    for (id, named) in
        [("second-8", "no kept document that should have gone, found 1"), ("copy-8", "copy: content")]
    {
        let scratch = Scratch::new();
        let folder = finished(&scratch, &["--method", "exact", "--format", "jsonl"]);
        change_manifest(&folder, |manifest| {
            assert_eq!(manifest["recall"], json!({"by": "construction", "recall": 1.0}));
        });
        let row = parquet_rows(&folder.join(REMOVED)).into_iter().find(|row| row["id"] == id);
        rewrite(&data(&folder), |rows| rows.push(row.expect("the document")));
        let done = verify(&folder, &[]).ends_with(65);
        assert!(done.stdout.contains(named), "{}", done.stdout);
    }
}
