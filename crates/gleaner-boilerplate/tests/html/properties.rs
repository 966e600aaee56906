//! What holds for every string.

use gleaner_boilerplate::html::{ExtractOptions, extract};
use proptest::prelude::*;

fn check(html: &str) {
    let page = extract(html, &ExtractOptions::default());
    let mut last = 0;
    for block in &page.blocks {
        assert!(html.get(block.range.clone()).is_some(), "{:?} is no range of the page", block.range);
        assert!(block.range.start >= last && block.range.start < block.range.end, "blocks are in order");
        last = block.range.end;
        assert!(!block.text.trim().is_empty());
        assert!((0.0..=1.0).contains(&block.score));
        assert!(!block.kept || page.text.contains(&block.text));
    }
    let mut last = 0;
    for range in &page.verbatim {
        assert!(page.text.get(range.clone()).is_some_and(|text| !text.is_empty()));
        assert!(range.start >= last, "ranges are in order");
        last = range.end;
    }
    assert_eq!(page.text.is_empty(), page.blocks.iter().all(|b| !b.kept));
}

/// Strings that are likely to mean something to a parser.
fn markup() -> impl Strategy<Value = String> {
    let tags =
        "p|div|table|tr|td|li|ul|pre|script|title|svg|b|a href=x|select|noscript|h1|plaintext|br|template";
    let piece = prop_oneof![
        proptest::string::string_regex(&format!("</?({tags})( class=\"?(comment|nav)\"?)?/?>?"))
            .expect("a valid pattern"),
        "<!-{0,3}|-->|--!>|<!\\[CDATA\\[|\\]\\]>|&#?x?[0-9a-z]{0,5};?",
        "[ \\n\\t]{0,3}[a-zA-Z0-9.,]{1,12}[ \\n\\t]{0,3}",
        "\\PC{0,4}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_string(html in any::<String>()) {
        check(&html);
    }

    #[test]
    fn any_markup(html in markup()) {
        check(&html);
    }
}
