//! What holds for every text.

use gleaner_boilerplate::lines::{Action, CleanText, Cleaning, LineCleaner, LineOptions};
use proptest::prelude::*;

fn cleaner(cleaning: Cleaning) -> LineCleaner {
    let mut options = LineOptions::default();
    options.cleaning = cleaning;
    LineCleaner::new(&options).unwrap()
}

/// A cleaner that repairs lines and removes only what is left empty.
///
/// Without `mojibake`: what other repairs take from between two characters can make one of them, as it can make any
/// sequence, and the rule that would mend it has had its turn.
fn repairs() -> LineCleaner {
    let mut options = LineOptions::default();
    options.only = [
        "image-remnant",
        "link-remnant",
        "edit-mark",
        "script-remnant",
        "html-remnant",
        "markdown-escape",
        "metadata-prefix",
        "table-bar",
        "invisible",
        "unicode-form",
        "empty-bullet",
        "white-space",
        "space-run",
        "glued-phrase",
    ]
    .map(str::to_owned)
    .to_vec();
    LineCleaner::new(&options).unwrap()
}

/// Lines that rules look at, and any others.
fn line() -> impl Strategy<Value = String> {
    let seen = prop::sample::select(vec![
        "",
        "",
        " ",
        "\r",
        "Read more",
        "Tin liên quan",
        "- Harbour wall to be raised",
        "Share",
        "![]() |",
        "| a |",
        "|",
        "| a | b |",
        "-",
        "[](https://example.org)",
        "![a](b.png) A sentence that follows an image. |",
        "&nbsp;",
        "date 2024-01-02 ",
        "3 May 2024, 10:15",
        "Tags: a, b",
        "© 2024",
        "Home > News",
        "a\u{a0}",
        "The council met on Tuesday to discuss the bridge, which has been closed since the flood in March.",
        "市议会星期二开会讨论三月洪水以来一直关闭的那座老桥的修复计划和经费来源问题。",
        "关注我们",
        "<br> x &amp; y",
        "cafÃ© isnâ€™t",
        "ÃƒÂ©",
        "cafe\u{301}",
        "a\u{200b}b\u{ad} \u{202f}",
        "Year    Trees",
        "The mill burnt down in 1740.  It was built again within the year.  Read more: Harbour wall raised",
        "![a][1]",
        "&amp;amp;nbsp;",
        "\\_a",
        "History[edit]",
        "\u{2028}",
        "a\rb",
    ]);
    prop_oneof![
        3 => seen.prop_map(str::to_owned),
        1 => "\\PC{0,40}",
        1 => "[!\\[\\]()|&<>a ]{0,30}",
        1 => "[ÃÂâ€™©Ð¿Рђ\u{301}\u{200d}\u{a0}\u{ad}\u{200b} a.]{0,20}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    (prop::collection::vec(line(), 0..25), prop::sample::select(vec!["\n", "\r\n"]), any::<bool>())
        .prop_map(|(lines, end, last)| lines.join(end) + if last { end } else { "" })
}

fn check(text: &str, clean: &CleanText) {
    assert_eq!(clean.rebuild(text), clean.text);
    let mut at = 0;
    for span in &clean.spans {
        assert!(at <= span.range.start && span.range.start < span.range.end, "{:?} after {at}", span.range);
        assert!(text.get(span.range.clone()).is_some(), "{:?} cuts a character", span.range);
        assert!((0.0..=1.0).contains(&span.score) && !span.reason.is_empty());
        assert!(span.action == Action::Repaired || span.replacement.is_empty());
        assert!(span.action == Action::Removed || !text[span.range.clone()].contains('\n'));
        at = span.range.end;
    }
    assert!(!clean.text.ends_with("\n\n") && !clean.text.ends_with("\n\r\n"), "{:?}", clean.text);
}

proptest! {
    #[test]
    fn spans_rebuild_the_output(text in text(), conservative in any::<bool>()) {
        let cleaning = if conservative { Cleaning::Conservative } else { Cleaning::Balanced };
        check(&text, &cleaner(cleaning).clean(&text, &[]));
    }

    #[test]
    fn verbatim_lines_stay(text in text(), from in 0usize..400, len in 1usize..100) {
        let from = text.floor_char_boundary(from.min(text.len()));
        let to = text.floor_char_boundary((from + len).min(text.len()));
        let clean = cleaner(Cleaning::Balanced).clean(&text, std::slice::from_ref(&(from..to)));
        prop_assert_eq!(clean.rebuild(&text), clean.text.clone());
        if from < to {
            prop_assert!(clean.spans.iter().all(|span| span.range.end <= from || span.range.start >= to));
            prop_assert!(clean.text.contains(text[from..to].trim_end_matches(['\n', '\r'])));
        }
    }

    #[test]
    fn repairs_leave_nothing_to_repair(text in text()) {
        let repairs = repairs();
        let once = repairs.clean(&text, &[]).text;
        prop_assert_eq!(&repairs.clean(&once, &[]).text, &once);
    }

    #[test]
    fn any_text_at_all(text in "(?s).{0,200}") {
        check(&text, &cleaner(Cleaning::Balanced).clean(&text, &[]));
    }
}

#[test]
fn a_text_without_boilerplate_is_itself() {
    for text in ["", "\n", "One line", "One line\n", "A\r\n\r\n\r\nB\r\n", "\n\nA", "  x\n\ty"] {
        let clean = cleaner(Cleaning::Balanced).clean(text, &[]);
        let end = if text == "\n" { "" } else { text };
        assert_eq!(clean.text, end, "{text:?}");
    }
}

#[test]
fn the_last_line_end_is_that_of_the_text() {
    let cleaner = cleaner(Cleaning::Balanced);
    assert_eq!(cleaner.clean("Harbour\nShare", &[]).text, "Harbour");
    assert_eq!(cleaner.clean("Harbour\nShare\n", &[]).text, "Harbour\n");
    assert_eq!(cleaner.clean("Harbour\n\n\n", &[]).text, "Harbour\n");
    assert_eq!(cleaner.clean("Share", &[]).text, "");
}
