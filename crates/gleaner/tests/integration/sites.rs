//! Templates of sites: learnt in a run, stated for each removal, used again.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use crate::common::{Done, Scratch, gleaner, parquet_rows, prose, result_bytes};

/// Hosts in several scripts, and what their pages begin and end with.
const SITES: [(&str, &str, &str); 3] = [
    ("post.example", "Harbour Post\nNews\nTides", "Write to the newsroom\nAll rights reserved 2011"),
    ("bưuđiện.example", "Bưu điện Cảng\nTin tức\nThủy triều", "Viết cho tòa soạn\nBản quyền 2011"),
    (
        "xn--80ak6aa92e.example",
        "Газета порта\nНовости\nПриливы",
        "Написать в редакцию\nВсе права защищены 2011",
    ),
];

fn text(site: usize, page: usize) -> String {
    let (_, head, tail) = SITES[site];
    let story: String =
        (0..3).map(|n| format!("{}\n", prose((site * 1000 + page * 10 + n + 1) as u64, 4))).collect();
    format!("{head}\n{story}{tail}\n")
}

/// Pages of three sites in turn, and one of each kind that no site has.
fn rows(pages: usize) -> String {
    let page = |n: usize| {
        let (site, page) = (n % 3, n / 3);
        let url = format!("https://www.{}/story/{page}", SITES[site].0);
        json!({ "id": n.to_string(), "url": url, "text": text(site, page) }).to_string() + "\n"
    };
    let mut rows: String = (0..pages).map(page).collect();
    for (id, url) in
        [("no url", None), ("none", Some("post.example")), ("another", Some("https://other.example/"))]
    {
        let row = json!({ "id": id, "url": url, "text": text(0, 900) });
        rows.push_str(&(row.to_string() + "\n"));
    }
    rows
}

fn clean(arguments: &[&str]) -> Done {
    let mut command = gleaner();
    command.arg("clean").args(arguments);
    Done::new(command.output().expect("gleaner starts"))
}

#[test]
fn what_recurs_on_a_site_goes_with_a_reason() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", rows(36));
    scratch.run("run", &[input], &["--spans", "full"]).ends_with(0);
    let written = scratch.written();
    for row in &written.kept {
        let (id, text) = (row["id"].as_str().expect("an id"), row["text"].as_str().expect("a text"));
        if let Ok(number) = id.parse::<usize>() {
            let (_, head, tail) = SITES[number % 3];
            for line in head.lines().chain(tail.lines()) {
                assert!(!text.contains(line), "{line} is in {text}");
            }
        }
    }
    let spans = parquet_rows(&scratch.path("out/removed/spans-00000.parquet"));
    let span = spans.iter().find(|span| span["reason"] == "site-template").expect("a line of a template");
    assert_eq!(span["detail"], "on 12 of 12 pages of the site", "{span}");
    let templates =
        fs::read_to_string(scratch.path("out/site-templates/templates.jsonl")).expect("templates");
    assert!(templates.starts_with("{\"site-templates\":1}\n"), "{templates}");
    let hosts = templates.lines().skip(1).map(|line| {
        let site: serde_json::Value = serde_json::from_str(line).expect("JSON");
        site["host"].as_str().expect("a host").to_owned()
    });
    let mut hosts: Vec<String> = hosts.collect();
    hosts.sort();
    assert_eq!(hosts, ["bưuđiện.example", "post.example", "xn--80ak6aa92e.example"]);
    assert!(templates.contains("Thủy triều"), "{templates}");
}

#[test]
fn templates_serve_a_later_run_and_clean() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", rows(36));
    scratch.run("run", &[&input], &[]).ends_with(0);
    let templates = scratch.path("templates.jsonl");
    fs::copy(scratch.path("out/site-templates/templates.jsonl"), &templates).expect("a copy");
    let one = scratch.file(
        "one.jsonl",
        json!({ "id": "a", "url": "http://post.example/x", "text": text(0, 50) }).to_string(),
    );
    let [one, path] = [&one, &templates].map(|path| path.to_str().expect("UTF-8"));
    let without = clean(&[one]).ends_with(0).stdout;
    let with = clean(&[one, "--site-templates", path]).ends_with(0).stdout;
    assert!(without.contains("Tides") && !with.contains("Tides"), "{without}\n{with}");
    let spans = clean(&[one, "--site-templates", path, "--spans", "ranges"]).ends_with(0).stdout;
    assert!(spans.contains("\"detail\":\"on 12 of 12 pages of the site\""), "{spans}");
    // The folder of the run says as much.
    let folder = scratch.path("out").to_str().expect("UTF-8").to_owned();
    let again = clean(&[one, "--site-templates", &folder]).ends_with(0).stdout;
    assert_eq!(again, with);
    let inspect = |host: &str| {
        let output = gleaner().args(["inspect", &folder, "--host", host]).output();
        Done::new(output.expect("gleaner starts"))
    };
    assert!(inspect("https://post.example/x").ends_with(0).stdout.starts_with("post.example (12 pages)\n"));
    inspect("absent.example").ends_with(2).says("no template of absent.example");

    scratch.run("run", &[one], &["--overwrite", "--site-templates", path]).ends_with(0);
    let kept = scratch.written().kept;
    assert!(!kept[0]["text"].as_str().expect("a text").contains("Tides"), "{kept:?}");
    // Its own output is gone before it would be read.
    let own = scratch.path("out/site-templates/templates.jsonl");
    let before = fs::read(&own).expect("templates");
    scratch
        .run("run", &[one], &["--overwrite", "--site-templates", own.to_str().expect("UTF-8")])
        .ends_with(2)
        .says("this is in the output folder");
    assert_eq!(fs::read(&own).expect("they are still there"), before);
    // Another run than one without.
    scratch.run("run", &[one], &[]).ends_with(2).says("--site-templates differs");
    clean(&[one, "--site-templates", "absent"]).ends_with(2).says("no such file");
    let empty = scratch.path("empty");
    fs::create_dir(&empty).expect("a folder");
    clean(&[one, "--site-templates", empty.to_str().expect("UTF-8")]).ends_with(2).says("holds no templates");
    clean(&[one, "--site-templates", one]).ends_with(2).says("these are no templates of sites");
}

#[test]
fn templates_do_not_depend_on_threads_memory_and_order_of_work() {
    let scratch = Scratch::new();
    // A part a file.
    let file = |n: usize| {
        let rows = rows(60)
            .replace("/story/", &format!("/{n}/story/"))
            .replace("\"id\":\"", &format!("\"id\":\"{n}-"));
        scratch.file(&format!("rows-{n:02}.jsonl"), rows)
    };
    let inputs: Vec<PathBuf> = (0..12).map(file).collect();
    let outputs = [("1", "1GiB"), ("3", "8GiB"), ("2", "2GiB")].map(|(threads, memory)| {
        let arguments =
            ["--threads", threads, "--memory", memory, "--max-record-size", "1MiB", "--overwrite"];
        scratch.run("run", &inputs, &arguments).ends_with(0);
        result_bytes(&scratch.path("out"))
    });
    assert!(outputs[1..].iter().all(|other| *other == outputs[0]));
}

#[test]
fn a_document_that_loses_everything_is_removed_with_a_reason() {
    let scratch = Scratch::new();
    let bare =
        json!({ "id": "bare", "url": "https://post.example/bare", "text": "Harbour Post\nNews\nTides\n" });
    let input = scratch.file("rows.jsonl", rows(36) + &bare.to_string());
    scratch.run("run", &[input], &[]).ends_with(0);
    let written = scratch.written();
    let removed = written.removed.iter().find(|row| row["id"] == "bare");
    let removed = removed.expect("nothing of it is left");
    assert_eq!((&removed["stage"], &removed["reason"]), (&json!("lines"), &json!("empty")), "{removed}");
    // Its text can be put back.
    assert!(removed["text"].as_str().expect("a text").contains("Tides"), "{removed}");
}

#[test]
fn templates_are_shown_to_people() {
    let scratch = Scratch::new();
    let crawl = crate::common::root().join("fixtures/crawl");
    scratch.run("run", &[crawl], &[]).ends_with(0);
    let inspect = |arguments: &[&str]| {
        let mut process = crate::common::gleaner();
        process.arg("inspect").arg(scratch.path("out/site-templates/templates.jsonl")).args(arguments);
        crate::common::Done::new(process.output().expect("gleaner starts"))
    };
    let all = inspect(&[]).ends_with(0).stdout;
    let is_site = |line: &&str| line.ends_with(" pages)");
    let sites: Vec<&str> = all.lines().filter(is_site).collect();
    assert!(sites.len() > 3, "{all}");
    let host = sites[0].split(' ').next().expect("a host");
    let one = inspect(&["--host", host]).ends_with(0).stdout;
    assert!(one.starts_with(sites[0]) && one.lines().filter(is_site).count() == 1, "{one}");
    assert!(one.lines().count() > 1 && all.contains(&one), "{one}");
    assert_eq!(inspect(&["--host", "nowhere.example"]).ends_with(2).stdout, "");
    let other = scratch.file("rows.jsonl", "{}\n");
    let mut process = crate::common::gleaner();
    crate::common::Done::new(process.arg("inspect").arg(other).output().expect("gleaner starts"))
        .ends_with(2);
}
