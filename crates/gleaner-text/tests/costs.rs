//! Time is linear in the text, whatever the text.

use std::time::{Duration, Instant};

use gleaner_text::{Digits, TokenOptions, Tokenizer, hash_words, normalise, word_count, words};

/// Least time of a few runs: others may use this machine.
fn time(mut run: impl FnMut()) -> Duration {
    let runs = (0..3).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed()
    });
    runs.min().unwrap_or_default()
}

/// A text and one four times as long; every way to read them.
#[track_caller]
fn check(unit: &str, bytes: usize) {
    let short = unit.repeat(bytes / unit.len());
    let long = short.repeat(4);
    let all = |text: &str| {
        let mut tokenizer = Tokenizer::new(TokenOptions::default().digits(Digits::Mask));
        let mut tokens = 0;
        assert_eq!(words(text).count(), word_count(text), "{unit:?}");
        hash_words(text, |_, _| tokens += 1);
        Tokenizer::default().hash_tokens(text, |_| tokens += 1);
        tokenizer.for_each_token(text, |_| tokens += 1);
        assert!(tokens <= 3 * normalise(text).len(), "{unit:?}");
    };
    let (once, four) = (time(|| all(&short)), time(|| all(&long)));
    // Four times as much, some for neighbours on the machine; quadratic would be sixteen times, and seconds.
    assert!(four < once * 8 + Duration::from_millis(250), "{unit:?}: {once:?}, then {four:?}");
}

/// What makes a scan look back or ahead, begin again, or normalise: each alone, and repeated without an end.
const UNITS: &[&str] = &[
    "a",
    " ",
    "\n",
    ".",
    "-",
    "'",
    "1",
    "_",
    "a.",
    "1,",
    "' ",
    "é",
    "é ",
    "É",
    "ß",
    "\u{301}",
    "e\u{301}",
    " \u{301}",
    "\u{345}\u{301}",
    "\u{323}\u{301}",
    "\u{93f} ",
    "\u{200d}",
    "👩\u{200d}",
    "\u{1f1e6}",
    "😀",
    "漢",
    "カ",
    "カ_",
    "ก\u{e31}",
    "๑",
    "①",
    "ﬁ",
    "ﷺ",
    "\u{a8}",
    "\u{a0}",
    "  \u{a0}\u{301}",
    "…",
    "\u{1100}\u{1161}\u{11a8}",
    "\u{11a8}",
    "א'",
    "א\"",
    "a\u{301}.",
    ".\u{301}\u{200d}",
    "\r",
    "\u{2003}",
];

#[test]
fn linear_time() {
    UNITS.iter().for_each(|unit| check(unit, 30_000));
}

#[test]
#[ignore = "takes minutes"]
fn linear_time_on_long_texts() {
    UNITS.iter().for_each(|unit| check(unit, 2_500_000));
    check("It was a dark and stormy night; não há 3.14 razões. ", 25_000_000);
}
