//! Any text through the words, the tokens and their hashes, against the definitions taken step by step.
//!
//! Random code points seldom meet in ways that matter, so half of the bytes are read as numbers of characters that
//! have something to do with each other.

#![no_main]

use caseless::Caseless;
use gleaner_text::{Digits, TokenOptions, Tokenizer, hash_words, normalise, token_hash, word_count, words};
use libfuzzer_sys::fuzz_target;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// One or more of every class that a rule of segmentation, normalisation or folding names.
const CHARACTERS: &str = "aZ09_ '\".,:;-\r\n\t\u{b}\u{7f}éßİıΣςǰΐᾳﬁ½①™…．，ＡａーカﾞｶＡ\u{3099}\u{309b}゠漢ひ〆한\u{1100}\u{1161}\u{11a8}ㅏㄱאב״׳\
    \u{5b0}ع٣٫६क\u{93c}\u{93f}\u{94d}\u{9c7}\u{9be}ไ\u{e33}\u{e31}\u{e48}๑ມ\u{eb1}က\u{102c}\u{1039}ក\u{17d2}\u{301}\u{323}\u{345}\u{340}\u{200d}\
    \u{200c}\u{ad}\u{feff}\u{fe0f}\u{a0}\u{3000}\u{2003}\u{1680}\u{85}\u{2028}\u{a8}·’‿\u{37e}︓😀👩❤🅰ℹ\u{1f3fd}🇩🇪\u{600}\u{1f1e6}\u{e0061}𝒜𐐀\u{1e900}\
    \u{1e947}ᏸꭰ\u{113c2}\u{1611e}\u{16121}\u{fb1d}\u{fdfa}\u{2f804}";

fuzz_target!(|bytes: &[u8]| {
    let Some((&kind, rest)) = bytes.split_first() else { return };
    let text = if kind % 2 == 0 {
        String::from_utf8_lossy(rest).into_owned()
    } else {
        let characters: Vec<char> = CHARACTERS.chars().collect();
        rest.iter().map(|&byte| characters[usize::from(byte) % characters.len()]).collect()
    };
    check_words(&text);
    for digits in [Digits::Keep, Digits::Mask] {
        check_tokens(&text, digits);
    }
});

fn folded(text: impl Iterator<Item = char>) -> String {
    text.default_case_fold().collect()
}

fn check_words(text: &str) {
    let want: Vec<&str> = text.unicode_words().collect();
    assert_eq!(words(text).collect::<Vec<_>>(), want);
    assert_eq!(word_count(text), want.len());
    let mut hashed = Vec::new();
    hash_words(text, |range, hash| hashed.push((&text[range], hash)));
    assert_eq!(hashed, want.iter().map(|&word| (word, token_hash(&folded(word.chars())))).collect::<Vec<_>>());
}

fn check_tokens(text: &str, digits: Digits) {
    let normal: String = folded(text.nfkc()).nfkc().collect();
    assert_eq!(normalise(text), normal);
    let mut want = Vec::new();
    for word in normal.unicode_words() {
        if word.contains(is_spaceless) {
            want.extend(word.graphemes(true).map(|token| masked(token, digits)));
        } else {
            want.push(masked(word, digits));
        }
    }
    let mut tokenizer = Tokenizer::new(TokenOptions::default().digits(digits));
    let (mut tokens, mut hashes) = (Vec::new(), Vec::new());
    tokenizer.for_each_token(text, |token| tokens.push(token.to_owned()));
    tokenizer.hash_tokens(text, |hash| hashes.push(hash));
    assert_eq!(tokens, want);
    assert_eq!(hashes, want.iter().map(|token| token_hash(token)).collect::<Vec<_>>());
}

fn masked(token: &str, digits: Digits) -> String {
    let mut out = String::new();
    for c in token.chars() {
        let number = digits == Digits::Mask && c.is_numeric();
        if !number {
            out.push(c);
        } else if !out.ends_with('0') {
            out.push('0');
        }
    }
    out
}

/// Han, Hiragana, Katakana, Thai, Lao, Khmer and Myanmar, by blocks.
fn is_spaceless(c: char) -> bool {
    matches!(u32::from(c),
        0xe01..=0xe5b | 0xe80..=0xeff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x19e0..=0x19ff | 0x2e80..=0x2fdf
        | 0x3005..=0x3007 | 0x3021..=0x3029 | 0x3038..=0x303b | 0x3041..=0x30ff | 0x31f0..=0x31ff | 0x3400..=0x9fff
        | 0xa9e0..=0xa9ff | 0xaa60..=0xaa7f | 0xf900..=0xfaff | 0xff66..=0xff9f | 0x116d0..=0x116ff
        | 0x1aff0..=0x1b16f | 0x20000..=0x3fffd)
}
