//! Any bytes as a page: `extract` must not panic, and what it returns must fit the page.

#![no_main]

use gleaner_boilerplate::html::{Comments, ExtractOptions, Favor, Links, Tables, extract};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let html = String::from_utf8_lossy(bytes);
    let options = options(bytes.len());
    let page = extract(&html, &options);
    let mut last = 0;
    for block in &page.blocks {
        assert!(html.get(block.range.clone()).is_some(), "{:?} is no range of the page", block.range);
        assert!(!block.range.is_empty() && last <= block.range.start, "{:?} after {last}", block.range);
        last = block.range.start;
        assert!(!block.text.trim().is_empty(), "an empty block at {:?}", block.range);
        assert!((0.0..=1.0).contains(&block.score), "a score of {}", block.score);
        assert!(!block.reason.is_empty());
    }
    if options.links == Links::Markdown {
        return;
    }
    // Kept blocks make up the text, in their order.
    let mut at = 0;
    for block in page.blocks.iter().filter(|block| block.kept) {
        let found = page.text[at..].find(&block.text).expect("a kept block is in the text");
        at += found + block.text.len();
    }
    assert_eq!(page.text.is_empty(), page.blocks.iter().all(|block| !block.kept));
    let mut last = 0;
    for range in &page.verbatim {
        assert!(
            page.text.get(range.clone()).is_some_and(|text| !text.is_empty()),
            "{range:?} is no range of the text"
        );
        assert!(last <= range.start, "{range:?} after {last}");
        last = range.end;
    }
});

/// Choices by the length of the page, so that the page itself stays one that a browser may meet.
fn options(length: usize) -> ExtractOptions {
    let options = ExtractOptions::default();
    match length % 8 {
        0 => options.comments(Comments::Keep).links(Links::Markdown),
        1 => options.comments(Comments::Drop).tables(Tables::Drop),
        2 => options.links(Links::Markdown).favor(Favor::Recall),
        3 => options.features(3).favor(Favor::Precision),
        _ => options,
    }
}
