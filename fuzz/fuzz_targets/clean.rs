//! Any bytes as a page, and its main content through the line cleaner, as a run does it; and the bytes as a text.

#![no_main]

use std::ops::Range;
use std::sync::LazyLock;

use gleaner_boilerplate::html::{ExtractOptions, extract};
use gleaner_boilerplate::lines::{Action, LineCleaner, LineOptions};
use libfuzzer_sys::fuzz_target;

static CLEANER: LazyLock<LineCleaner> =
    LazyLock::new(|| LineCleaner::new(&LineOptions::default()).expect("no rule is named"));

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    check(&text, &[]);
    let page = extract(&text, &ExtractOptions::default());
    check(&page.text, &page.verbatim);
});

fn check(text: &str, verbatim: &[Range<usize>]) {
    let clean = CLEANER.clean(text, verbatim);
    assert_eq!(clean.rebuild(text), clean.text);
    let mut last = 0;
    for span in &clean.spans {
        assert!(text.get(span.range.clone()).is_some(), "{:?} is no range of the text", span.range);
        assert!(
            last <= span.range.start && span.range.start < span.range.end,
            "{:?} after {last}",
            span.range
        );
        assert!(span.action == Action::Repaired || span.replacement.is_empty());
        let touches = |range: &Range<usize>| span.range.start < range.end && range.start < span.range.end;
        assert!(!verbatim.iter().any(touches), "{:?} changes what must stay", span.range);
        last = span.range.end;
    }
}
