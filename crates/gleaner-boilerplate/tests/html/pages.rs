//! Whole pages, with the text they should give.

use gleaner_boilerplate::html::{Declared, ExtractOptions, Extraction, extract};

fn check(html: &str, expected: &str) -> Extraction {
    let page = extract(html, &ExtractOptions::default());
    assert_eq!(page.text.trim_end(), expected.trim_end());
    assert!(page.blocks.iter().all(|b| (0.0..=1.0).contains(&b.score)));
    let kebab = |reason: &str| reason.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    assert!(page.blocks.iter().all(|b| !b.reason.is_empty() && kebab(b.reason)));
    page
}

fn value(declared: &Option<Declared>) -> Option<&str> {
    declared.as_ref().map(|declared| declared.value.as_str())
}

fn verbatim(page: &Extraction) -> Vec<&str> {
    page.verbatim.iter().map(|range| &page.text[range.clone()]).collect()
}

#[test]
fn news_article_without_its_comments() {
    let page = check(include_str!("pages/news.html"), include_str!("pages/news.txt"));
    assert_eq!(value(&page.title), Some("Harbour ferry returns after nine years"));
    assert_eq!(value(&page.language), Some("en-GB"));
    assert_eq!(value(&page.date), Some("2024-03-05T08:30:00Z"));
    let reason = |text: &str| page.blocks.iter().find(|b| b.text.starts_with(text)).map(|b| b.reason);
    assert_eq!(reason("Market hall"), Some("link-density"));
}

/// Whether the names beside the posts are kept is left open.
#[test]
fn forum_thread_with_its_posts() {
    let page = extract(include_str!("pages/forum.html"), &ExtractOptions::default());
    for post in include_str!("pages/forum.kept.txt").lines() {
        assert!(page.text.contains(post), "{post}");
    }
    for line in include_str!("pages/forum.removed.txt").lines() {
        assert!(!page.text.contains(line), "{line}");
    }
}

#[test]
fn product() {
    let page = check(include_str!("pages/product.html"), include_str!("pages/product.txt"));
    assert_eq!(value(&page.title), Some("Fennel enamel kettle, 1.5 litres"));
}

#[test]
fn documentation_with_code() {
    let page = check(include_str!("pages/docs.html"), include_str!("pages/docs.txt"));
    let code = verbatim(&page);
    assert_eq!(code.len(), 2);
    assert!(
        code[0]
            .contains("\n\nwith basalt.open(\"orders\") as queue:\n    for message in queue:\n        print")
    );
}

#[test]
fn table_of_data() {
    let page = check(include_str!("pages/table.html"), include_str!("pages/table.txt"));
    let tables = verbatim(&page);
    assert_eq!(tables.len(), 1, "rows that follow each other are one range");
    assert_eq!(tables[0].lines().count(), 5);
    assert!(tables[0].lines().all(|row| row.split('\t').count() == 4));
}

#[test]
fn script_without_spaces() {
    check(include_str!("pages/nonlatin.html"), include_str!("pages/nonlatin.txt"));
}
