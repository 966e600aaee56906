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
    ] {
        check(unit, &unit.repeat(2_000_000 / unit.len()));
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
    ] {
        check(unit, &unit.repeat(3_000_000 / unit.len()));
    }
}

#[test]
fn more_lines_than_are_judged_together() {
    let units = LineCleaner::MAX_LINES / 3;
    let unit =
        |i| format!("x\nShare\n\nIn year {i} the council met about the bridge, which a flood had closed.\n");
    let mut text: String = (0..units).map(unit).collect();
    text.push_str("Read more\nHarbour wall to be raised\n");
    let clean = LineCleaner::new(&LineOptions::default()).unwrap().clean(&text, &[]);
    assert_eq!(clean.rebuild(&text), clean.text);
    assert!(!clean.text.contains("Share") && !clean.text.contains("Harbour"));
    assert_eq!(clean.text.lines().filter(|line| *line == "x").count(), units);
}
