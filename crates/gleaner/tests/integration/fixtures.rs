//! The main job on our own crawl, against what we know of its pages.

use crate::common::{Scratch, root};

/// Reasons, counts and first lines of everything, as a reader of the output would look at it.
#[test]
fn the_crawl_comes_out_as_recorded() {
    let scratch = Scratch::new();
    scratch.run("run", &[root().join("fixtures/crawl")], &[]).ends_with(0);
    let written = scratch.written();
    let first_line = |row: &serde_json::Value| {
        let text = row["text"].as_str().unwrap_or_default();
        text.lines().next().unwrap_or_default().chars().take(60).collect::<String>()
    };
    let kept = written.kept.iter().map(|row| format!("kept    {} {}", row["language"], first_line(row)));
    let removed = written
        .removed
        .iter()
        .map(|row| format!("removed {} {} {}", row["reason"], row["similarity"], first_line(row)));
    let rejects = written.rejects.iter().map(|row| format!("reject  {} {}", row["kind"], row["reason"]));
    let list: Vec<String> = kept.chain(removed).chain(rejects).collect();
    insta::assert_snapshot!("crawl", list.join("\n"));
    insta::assert_json_snapshot!("crawl-counts", written.manifest["counts"]);
}
