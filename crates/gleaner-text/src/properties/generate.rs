//! Asks the Unicode crates about every code point, and writes `data.rs` from what they answer.
//!
//! `cargo test --release -p gleaner-text --lib -- --ignored write_data`

use std::collections::HashSet;
use std::fmt::Write;

use caseless::Caseless;
use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick, is_nfkc_quick};
use unicode_segmentation::UnicodeSegmentation;

use super::{Class, Form, Props, TOKENS, WORDS};
use crate::spaceless::is_spaceless;

/// Whether `text` is one segment between word boundaries.
fn joined(parts: &[&str]) -> bool {
    parts.concat().split_word_bounds().nth(1).is_none()
}

/// The class of a character, found out by how it behaves beside others.
fn class(c: char) -> Class {
    let own = &*c.to_string();
    let after = |before: &str| joined(&[before, own]);
    match c {
        '\r' => return Class::CR,
        '\u{200d}' => return Class::ZWJ,
        '\'' => return Class::SINGLE_QUOTE,
        _ if !joined(&[own, "\u{301}"]) => return Class::NEWLINE,
        _ if after("-") => return Class::EXTEND,
        _ if after(" ") => return Class::SPACE,
        _ if after("\u{1f1e6}") => return Class::REGIONAL,
        _ => {}
    }
    match (after("a"), after("カ")) {
        (true, true) => return Class::CONNECTOR,
        (false, true) => return Class::KATAKANA,
        (true, false) if joined(&["1,", own]) => return Class::NUMERIC,
        (true, false) if joined(&[own, "'"]) => return Class::HEBREW,
        (true, false) => return Class::LETTER,
        (false, false) => {}
    }
    match (joined(&["a", own, "a"]), joined(&["1", own, "1"])) {
        (true, true) => Class::MID_NUM_LET,
        (true, false) => Class::MID_LETTER,
        (false, true) => Class::MID_NUM,
        (false, false) if joined(&["א", own, "א"]) => Class::DOUBLE_QUOTE,
        (false, false) => Class::OTHER,
    }
}

/// Class and flags of a character as it is, without those that only one table has.
fn common(c: char) -> Props {
    let own = &*c.to_string();
    let class = class(c);
    let extends = class == Class::EXTEND || class == Class::ZWJ;
    let clusters = |text: String| text.graphemes(true).count();
    let mut props = Props(class.0 as u16);
    for (flag, set) in [
        (Props::ALPHANUMERIC, own.unicode_words().next().is_some()),
        (Props::PICTOGRAPH, !extends && joined(&["\u{200d}", own])),
        (Props::SPACELESS, is_spaceless(own)),
        (Props::NUMERIC, c.is_numeric()),
        (Props::SPLITS, clusters(format!("{c}\u{301}")) > 1 || extends && clusters(format!("ก{c}")) > 1),
    ] {
        if set {
            props = props.and(flag);
        }
    }
    props
}

fn words(c: char) -> Props {
    let mut props = common(c);
    for (flag, set) in [
        (Props::FOLDS, !c.is_ascii() && folded(c) != c.to_string()),
        (Props::MOVES_IN_NFKC, !stays(c)),
        (
            Props::MOVES_IN_NFC,
            canonical_combining_class(c) != 0 || is_nfc_quick([c].into_iter()) != IsNormalized::Yes,
        ),
    ] {
        if set {
            props = props.and(flag);
        }
    }
    props
}

fn folded(c: char) -> String {
    [c].into_iter().default_case_fold().collect()
}

/// Whether NFKC leaves the character alone and cuts no ties by it: nothing before it composes or changes places
/// with it.
fn stays(c: char) -> bool {
    canonical_combining_class(c) == 0 && is_nfkc_quick([c].into_iter()) == IsNormalized::Yes
}

fn normalised(text: &str) -> String {
    let folded: String = text.nfkc().default_case_fold().collect();
    folded.nfkc().collect()
}

/// Characters that NFKC maps to one other and that texts are full of; the others take the long way.
fn common_mapping(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{2000}'..='\u{2011}' | '\u{202f}' | '\u{3000}' | '\u{ff01}'..='\u{ff9d}')
}

fn tokens(c: char) -> Props {
    const UNSTABLE: Props = Props(Class::UNSTABLE.0 as u16);
    let own = common(c);
    let normal = normalised(c.encode_utf8(&mut [0; 4]));
    let unchanged = normal.chars().eq([c]);
    let mut chars = normal.chars();
    match (chars.next(), chars.next()) {
        _ if c.is_ascii() || stays(c) && unchanged => own,
        _ if stays(c) => {
            let alike = |to: char| stays(to) && common(to) == own;
            let several = if normal.chars().nth(1).is_some() { Props::SEVERAL } else { Props::default() };
            let known = normal == folded(c) && normal.chars().all(alike);
            if known { own.and(Props::FOLDS).and(several) } else { UNSTABLE }
        }
        _ if unchanged
            && own.class() == Class::EXTEND
            && is_nfkc_quick([c].into_iter()) == IsNormalized::Yes =>
        {
            own.and(Props::MARK)
        }
        (Some(to), None) if common_mapping(c) && stays(to) => common(to).and(Props::FOLDS).and(Props::MAPPED),
        _ if c == '…' => Props(Class::INERT.0 as u16),
        _ => UNSTABLE,
    }
}

fn data() -> String {
    let mut ranges = String::new();
    let (mut last, mut count) = (None, 0);
    for code in 0..=u32::from(char::MAX) {
        // Surrogates are in no text.
        let props = char::from_u32(code).map_or((0, 0), |c| (words(c).0, tokens(c).0));
        if last != Some(props) {
            let gap = if count % 6 == 0 { "\n    " } else { " " };
            write!(ranges, "{gap}({code:#x}, {:#x}, {:#x}),", props.0, props.1).unwrap();
            (last, count) = (Some(props), count + 1);
        }
    }
    let mut forms = String::new();
    let folding = ('\0'..=char::MAX).filter(|&c| tokens(c).has(Props::FOLDS));
    for (count, c) in folding.enumerate() {
        let gap = if count % 6 == 0 { "\n    " } else { " " };
        let to: String = normalised(&c.to_string()).chars().map(|c| c.escape_unicode().to_string()).collect();
        write!(forms, "{gap}('{}', \"{to}\"),", c.escape_unicode()).unwrap();
    }
    format!(
        "//! Written by the test `write_data`; facts about Unicode as the crates this one depends on state them.

/// First code point of each range, and what all of it has in `WORDS` and in `TOKENS`.
#[rustfmt::skip]
pub(super) const RANGES: &[(u32, u16, u16)] = &[{ranges}\n];

/// What the characters are normalised to that have `Props::FOLDS` in `TOKENS`.
#[rustfmt::skip]
pub(super) const FORMS: &[(char, &str)] = &[{forms}\n];
"
    )
}

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/properties/data.rs");

#[test]
#[ignore = "writes a source file"]
fn write_data() {
    std::fs::write(PATH, data()).unwrap();
}

/// Every code point in the tables against the crates.
#[test]
fn tables_say_what_the_crates_say() {
    for c in '\0'..=char::MAX {
        assert_eq!(WORDS.get(c), words(c), "{c:?}; has Unicode a new version? Then run `write_data`");
        let props = tokens(c);
        assert_eq!(TOKENS.get(c), props, "{c:?}");
        if props.has(Props::FOLDS) {
            let form = Form::of_normal(c);
            let mut text = String::new();
            form.push_to(&mut text);
            assert_eq!(text, normalised(&c.to_string()), "{c:?}");
        }
        let mut bytes = [0; 4];
        let met = WORDS.read(c.encode_utf8(&mut bytes).as_bytes(), 0).unwrap();
        assert_eq!((met.props, met.len), (words(c), c.len_utf8()), "{c:?}");
    }
}

/// What `segment` and `regions` rest on when they take a text apart before it is normalised.
#[test]
fn stable_characters_stand_alone() {
    let mut seconds = HashSet::new();
    for c in '\0'..=char::MAX {
        // Others come apart and are never put together again.
        if [c].into_iter().nfc().eq([c]) {
            seconds.extend([c].into_iter().nfd().skip(1));
        }
    }
    for c in '\0'..=char::MAX {
        let props = TOKENS.get(c);
        if props.class() == Class::UNSTABLE || props.class() == Class::INERT {
            continue;
        }
        if props.has(Props::MARK) {
            assert_eq!(props.class(), Class::EXTEND, "{c:?} may leave what it changes places with");
            continue;
        }
        let first = |text: String| text.chars().next().unwrap();
        let nfkc: String = [c].into_iter().nfkc().collect();
        for first in [first(nfkc.clone()), first(normalised(&c.to_string()))] {
            let first = [first].into_iter().nfd().next().unwrap();
            assert!(stays(first) && !seconds.contains(&first), "{c:?} may compose with what precedes it");
        }
        assert!(nfkc.chars().nth(1).is_none(), "{c:?}");
        if props.class() == Class::KATAKANA {
            let pair = normalised(&format!("{c}{c}"));
            assert_eq!(pair.graphemes(true).count(), 2, "{c:?}");
        }
    }
}
