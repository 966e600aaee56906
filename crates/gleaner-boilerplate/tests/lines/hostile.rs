//! Input that was made to cost time or memory. The sizes fit a debug build.

use std::time::Instant;

use gleaner_boilerplate::lines::{LineCleaner, LineOptions};

/// Bytes of the shorter of two texts that are compared.
const BYTES: usize = 100_000;
/// How many times as long the longer one is.
const LONGER: usize = 6;
/// How many times as long the longer text may take: linear time takes [`LONGER`] times, quadratic time its square.
const SLOWER: u64 = 18;
/// What is shorter than this (nanoseconds) is not compared: a cache or a new page of memory decides it.
const SHORT: u64 = 3_000_000;
const TRIES: usize = 3;

/// Cleans a text of so many units, and one that is longer; time must be linear.
fn check(name: &str, unit: &str, bytes: usize) {
    let [short, long] = [1, LONGER].map(|times| unit.repeat((times * bytes / LONGER / unit.len()).max(1)));
    let clean = LineCleaner::new(&LineOptions::default()).unwrap().clean(&long, &[]);
    assert_eq!(clean.rebuild(&long), clean.text, "{name}");
    // The machine may be busy: the best of a few tries counts.
    let linear = |_| {
        let (short, long) = (time(&short), time(&long));
        (long > SLOWER * short.max(SHORT / LONGER as u64)).then_some((short, long))
    };
    let slow: Vec<(u64, u64)> = (0..TRIES).map_while(linear).collect();
    assert!(slow.len() < TRIES, "{name}: nanoseconds for a text and one {LONGER} times as long: {slow:?}");
}

fn time(text: &str) -> u64 {
    let cleaner = LineCleaner::new(&LineOptions::default()).unwrap();
    let start = nanoseconds();
    cleaner.clean(text, &[]);
    nanoseconds() - start
}

/// Time of this thread on a CPU where the system tells it, otherwise time.
fn nanoseconds() -> u64 {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    std::thread::yield_now();
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let on_cpu = stat.split(' ').next().and_then(|first| first.parse().ok());
    on_cpu.unwrap_or_else(|| START.elapsed().as_nanos() as u64)
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
        check(unit, unit, LONGER * BYTES);
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
        check(unit, unit, LONGER * BYTES);
    }
}

/// Five million bytes, a mixture of all that has cost time before.
#[test]
fn one_line_of_everything() {
    let unit =
        "a\u{301} Ã© &amp; ![x](y.png) | \u{200b} \u{202e}עברית العربية  市。Read more: Ð¿Ñ \0 \u{92} \\_ ";
    check("everything", unit, 5_000_000);
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
