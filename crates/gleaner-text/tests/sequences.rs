//! Sequences of characters that have something to do with each other: all short ones, and many long ones.

use std::fs;
use std::path::PathBuf;

use gleaner_text::{hash_words, token_hash, word_count, words};
use unicode_segmentation::UnicodeSegmentation;

use crate::reference::check;

/// One character of each class that the rules of words tell apart.
const CLASSES: &[char] = &[
    'a', 'א', '1', 'カ', '_', '\u{301}', '\u{ad}', '\u{200d}', ' ', '\u{2003}', '\n', '\r', '\u{85}', '🇩',
    ':', ',', '.', '\'', '"', '漢', '😀', '🅰', '-', '\u{93f}',
];

/// More that normalisation, folding or grapheme clusters tell apart.
const FORMS: &[char] = &[
    'A',
    'ß',
    'İ',
    'ς',
    'ǰ',
    'ᾳ',
    'ﬁ',
    '①',
    '…',
    '．',
    'Ａ',
    '\u{a0}',
    '\u{a8}',
    'ｶ',
    '\u{ff9e}',
    '\u{3099}',
    '\u{1100}',
    '\u{1161}',
    '\u{314f}',
    '\u{5b0}',
    '\u{323}',
    '\u{345}',
    'ก',
    '\u{e33}',
    '\u{e31}',
    '๑',
    'က',
    '\u{102c}',
    '\u{1039}',
    '\u{94d}',
    'क',
    '\u{600}',
    '\u{7f}',
    '゠',
    '\u{feff}',
    '\u{5c8}',
    '\u{1611e}',
    '\u{fe0f}',
    '؀',
    '〱',
];

fn check_words(text: &str) {
    let want: Vec<&str> = text.unicode_words().collect();
    assert_eq!(words(text).collect::<Vec<_>>(), want, "words of {text:?}");
    assert_eq!(word_count(text), want.len(), "count of {text:?}");
}

/// Calls `check` with every sequence of `len` of `from`.
fn each_sequence(from: &[char], len: u32, check: fn(&str)) {
    let mut text = String::new();
    for mut number in 0..from.len().pow(len) {
        text.clear();
        for _ in 0..len {
            text.push(from[number % from.len()]);
            number /= from.len();
        }
        check(&text);
    }
}

#[test]
fn every_four_classes() {
    for len in 1..=4 {
        each_sequence(CLASSES, len, check_words);
    }
}

#[test]
fn every_two_forms() {
    let all: Vec<char> = CLASSES.iter().chain(FORMS).copied().collect();
    for len in 1..=2 {
        each_sequence(&all, len, check);
    }
}

#[test]
#[ignore = "takes minutes"]
fn every_five_classes_and_every_three_forms() {
    each_sequence(CLASSES, 5, check_words);
    let all: Vec<char> = CLASSES.iter().chain(FORMS).copied().collect();
    each_sequence(&all, 3, check);
}

/// Numbers that look random, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// Texts of a few blocks: ASCII with one such character now and then, or nothing but such characters.
fn check_random(seed: u64, texts: usize) {
    let all: Vec<char> = CLASSES.iter().chain(FORMS).copied().collect();
    let ascii: Vec<char> = "abcDEF  gh12.,:;'\"_-(\n".chars().collect();
    let mut random = Random(seed);
    for _ in 0..texts {
        let (len, rare) = (random.below(200), [1, 2, 4, 16, 40][random.below(5)]);
        let pick = |_| {
            if random.below(rare) == 0 {
                all[random.below(all.len())]
            } else {
                ascii[random.below(ascii.len())]
            }
        };
        let text: String = (0..len).map(pick).collect();
        check(&text);
    }
}

#[test]
fn random_texts() {
    check_random(1, 3_000);
}

#[test]
#[ignore = "takes minutes"]
fn many_random_texts() {
    check_random(2, 1_000_000);
}

/// Words are hashed in full case folding, without being normalised.
#[test]
fn hashes_of_words() {
    let text = "Straße ΜΆΪΟΣ İﬁ Ａ1 ①b ǰ ŉ ᾼ Ꭰ Maſse don't 12.5 漢字";
    let want = [
        "strasse",
        "μάϊοσ",
        "i\u{307}fi",
        "ａ1",
        "①",
        "b",
        "j\u{30c}",
        "ʼn",
        "αι",
        "Ꭰ",
        "masse",
        "don't",
        "12.5",
        "漢",
        "字",
    ];
    let mut hashes = Vec::new();
    hash_words(text, |range, hash| hashes.push((&text[range], hash)));
    assert_eq!(hashes, text.unicode_words().zip(want.map(token_hash)).collect::<Vec<_>>());
}

/// Unicode's own tests, where the system or cargo has them.
#[test]
fn break_tests_of_unicode() {
    let mut seen = 0;
    for path in break_tests() {
        let Ok(file) = fs::read_to_string(&path) else { continue };
        for line in file.lines() {
            if let Some(text) = text_of_break_test(line) {
                check(&text);
                seen += 1;
            }
        }
    }
    if seen == 0 {
        eprintln!("SKIPPED: no WordBreakTest.txt in /usr/share/unicode, no sources of unicode-segmentation");
    }
    assert!(seen == 0 || seen > 1000, "only {seen} break tests");
}

fn break_tests() -> Vec<PathBuf> {
    let mut paths = vec![PathBuf::from("/usr/share/unicode/auxiliary/WordBreakTest.txt")];
    let home = std::env::home_dir().map(|home| home.join(".cargo"));
    let Some(cargo) = option_env!("CARGO_HOME").map(PathBuf::from).or(home) else { return paths };
    let registries = fs::read_dir(cargo.join("registry/src")).into_iter().flatten().flatten();
    for crates in registries.filter_map(|registry| fs::read_dir(registry.path()).ok()) {
        for path in crates.flatten().map(|entry| entry.path()) {
            if path.to_string_lossy().contains("/unicode-segmentation-") {
                paths.push(path.join("tests/testdata/mod.rs"));
            }
        }
    }
    paths
}

/// The text of a line as Unicode writes it, `÷ 0061 × 0308 ÷`, or of one that begins with a Rust string.
fn text_of_break_test(line: &str) -> Option<String> {
    if line.starts_with('÷') {
        let codes = line.split('#').next()?.split(['÷', '×', ' ', '\t']).filter(|code| !code.is_empty());
        return codes.map(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?)).collect();
    }
    let literal = line.split('"').nth(1).filter(|literal| literal.starts_with("\\u{"))?;
    let codes = literal.split("\\u{").skip(1).map(|code| code.trim_end_matches('}'));
    codes.map(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?)).collect()
}
