//! Input that was made to cost time or memory. The sizes fit a debug build; time is linear, so they tell enough.

use std::time::{Duration, Instant};

use gleaner_boilerplate::lines::{LineCleaner, LineOptions};

fn check(name: &str, text: &str) {
    let start = Instant::now();
    let clean = LineCleaner::new(&LineOptions::default()).unwrap().clean(text, &[]);
    assert_eq!(clean.rebuild(text), clean.text, "{name}");
    let took = start.elapsed();
    assert!(took < Duration::from_secs(20), "{name}: {took:?} for {} bytes", text.len());
}

#[test]
fn long_lines() {
    for unit in [
        "a",
        "a ",
        "Read more ",
        "![]()",
        "[",
        "[](",
        "](",
        "[a](/b)",
        "](a \"",
        "|",
        "| a ",
        "&amp;",
        "<",
        "😀",
        "\u{301}",
        "\u{202e}a",
        "\0",
        "2024-",
        "١",
        "- ",
        "a\u{301}",
        "e\u{323}\u{302}",
        "\u{1100}\u{1161}",
        "\u{200b}",
        "a\u{ad}",
        "\u{1b}[",
        "a\u{8}",
        "\u{a0}",
        "a  ",
        "Ã",
        "Ã©",
        "Ã© ",
        "Ãƒ",
        "ÃƒÂ©",
        "â€",
        "Рђ",
        "вЂ”",
        "\u{92}",
        "&",
        "&amp;amp;",
        "&#39;",
        "![",
        "![a][1]",
        "<!--",
        "<!-- -->",
        "\\_",
        "a. ",
        "Read more: a. ",
        "Advertisement ",
        "市议会。",
        "\r",
        "\u{2028}",
        "אa\u{200f}",
        "नि\u{200d}",
    ] {
        check(unit, &unit.repeat(600_000 / unit.len()));
    }
}

#[test]
fn many_lines() {
    for unit in [
        "\n",
        "a\n",
        "Read more\n",
        "Read more\n\n",
        "Share\n\n\n",
        "All lines are equal and long enough to be a headline\n",
        "A\n3 May 2024, 10:15\n",
        "Related\nThe council met on Tuesday to discuss the bridge, which has been closed since the flood.\n",
        "| a |\n",
        "-\n",
        "\r\n",
        "1:\nShare\n",
        "\r",
        "a\r",
        "\u{2028}",
        "Ã©\n",
        "a  b\n",
        "e\u{301}\n",
        "&amp;\n",
        "\u{200b}\n",
    ] {
        check(unit, &unit.repeat(600_000 / unit.len()));
    }
}

/// Five million bytes, a mixture of all that has cost time before.
#[test]
fn one_line_of_everything() {
    let unit =
        "a\u{301} Ã© &amp; ![x](y.png) | \u{200b} \u{202e}עברית العربية  市。Read more: Ð¿Ñ \0 \u{92} \\_ ";
    check("everything", &unit.repeat(5_000_000 / unit.len()));
}

#[test]
fn a_letter_under_a_million_marks() {
    let text = format!("a{} e\u{301}", "\u{301}\u{323}".repeat(500_000));
    let clean = LineCleaner::new(&LineOptions::default()).unwrap().clean(&text, &[]);
    assert!(clean.text.ends_with(" é") && clean.text.len() + 1 == text.len());
}

#[test]
fn more_lines_than_are_judged_together() {
    let units = LineCleaner::MAX_LINES / 3;
    let unit =
        |i| format!("x\nShare\n\nIn year {i} the council met about the bridge, which a flood had closed.\n");
    let mut text: String = (0..units).map(unit).collect();
    text.push_str("Read more\nHarbour wall to be raised\n");
    let mut options = LineOptions::default();
    options.disable.push("line-model".to_owned());
    let clean = LineCleaner::new(&options).unwrap().clean(&text, &[]);
    assert_eq!(clean.rebuild(&text), clean.text);
    assert!(!clean.text.contains("Share") && !clean.text.contains("Harbour"));
    assert_eq!(clean.text.lines().filter(|line| *line == "x").count(), units);
}
