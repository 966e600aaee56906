//! The same crawl in every format.

use std::collections::BTreeSet;

use crate::common::{Scratch, root};

#[test]
fn every_format_of_the_fixtures_is_read() {
    for folder in ["crawl", "wet", "html", "text", "jsonl", "parquet", "damaged"] {
        let scratch = Scratch::new();
        let done = scratch.run("run", &[root().join("fixtures").join(folder)], &["--max-reject-rate", "1"]);
        done.ends_with(0);
        assert!(scratch.written().count("kept") > 0, "fixtures/{folder}");
    }
}

#[test]
fn pages_come_out_alike_from_warc_and_from_html_files() {
    let texts = |folder: &str| -> BTreeSet<String> {
        let scratch = Scratch::new();
        // Files have no address, and so no site.
        let arguments = ["--max-reject-rate", "1", "--disable", "site-template"];
        scratch.run("run", &[root().join("fixtures").join(folder)], &arguments).ends_with(0);
        let written = scratch.written();
        // Which of two copies stays depends on the order of the files: removed texts count too.
        let rows = written.kept.iter().chain(&written.removed);
        rows.map(|row| row["text"].as_str().expect("a text").to_owned()).collect()
    };
    let (warc, html) = (texts("crawl"), texts("html"));
    let common = warc.intersection(&html).count();
    assert!(common * 10 >= html.len() * 9, "{common} of {} texts", html.len());
}

#[test]
fn parquet_to_parquet_keeps_its_columns() {
    let first = Scratch::new();
    first.run("run", &[root().join("fixtures/parquet")], &[]).ends_with(0);
    let written = first.written();
    let reserved = ["doc", "id", "text", "url", "date", "title", "language", "language_score"];
    let own = ["source_file", "source_offset", "metadata"];
    let row = written.kept[0].as_object().expect("a row");
    let others: Vec<&String> = row
        .keys()
        .filter(|name| !reserved.contains(&name.as_str()) && !own.contains(&name.as_str()))
        .collect();
    assert!(!others.is_empty(), "the other columns of the input: {row:?}");
}
