//! Every public function against its definition, on chosen and on generated texts.

use caseless::Caseless;
use gleaner_text::{Digits, TokenOptions, Tokenizer, normalise, token_hash, word_count, words};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// NFKC, fold, NFKC, without a shortcut.
fn normalised(text: &str) -> String {
    let folded: String = text.nfkc().default_case_fold().collect();
    folded.nfkc().collect()
}

/// The four steps of the tokenizer's definition, one after the other.
fn tokens_in_steps(text: &str, digits: Digits) -> Vec<String> {
    let text = normalised(text);
    let words = text.unicode_words();
    let split =
        words.flat_map(|word| if spaceless(word) { word.graphemes(true).collect() } else { vec![word] });
    split.map(|token| if digits == Digits::Mask { masked(token) } else { token.to_owned() }).collect()
}

/// Only the characters that the texts below draw from.
fn spaceless(word: &str) -> bool {
    word.contains(|c: char| {
        matches!(c, '\u{e01}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3041}'..='\u{30ff}')
            || matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3fffd}')
            || matches!(c, '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{31f0}'..='\u{31ff}')
            || matches!(c, '\u{19e0}'..='\u{19ff}' | '\u{a9e0}'..='\u{a9ff}' | '\u{aa60}'..='\u{aa7f}')
            || matches!(c, '\u{3021}'..='\u{3029}' | '\u{3038}'..='\u{303b}' | '\u{ff66}'..='\u{ff9f}')
            || matches!(c, '\u{116d0}'..='\u{116ff}' | '\u{1aff0}'..='\u{1b16f}')
    })
}

fn masked(token: &str) -> String {
    let mut out = String::new();
    for c in token.chars().map(|c| if c.is_numeric() { '0' } else { c }) {
        // A `0` that was there is a number too, so runs cannot be told from what they became.
        if c != '0' || !out.ends_with('0') {
            out.push(c);
        }
    }
    out
}

pub(crate) fn check(text: &str) {
    let want: Vec<&str> = text.unicode_words().collect();
    assert_eq!(words(text).collect::<Vec<_>>(), want, "words of {text:?}");
    assert_eq!(word_count(text), want.len(), "count of {text:?}");
    let want = normalised(text);
    assert_eq!(normalise(text), want, "normal form of {text:?}");
    assert_eq!(matches!(normalise(text), std::borrow::Cow::Borrowed(_)), want == text, "rebuilt {text:?}");
    for digits in [Digits::Keep, Digits::Mask] {
        let want = tokens_in_steps(text, digits);
        let mut tokenizer = Tokenizer::new(TokenOptions::default().digits(digits));
        let (mut tokens, mut hashes) = (Vec::new(), Vec::new());
        tokenizer.for_each_token(text, |token| tokens.push(token.to_owned()));
        tokenizer.hash_tokens(text, |hash| hashes.push(hash));
        assert_eq!(tokens, want, "tokens of {text:?}");
        assert_eq!(
            hashes,
            want.iter().map(|token| token_hash(token)).collect::<Vec<_>>(),
            "hashes of {text:?}"
        );
    }
}

#[test]
fn chosen_texts() {
    for text in [
        "",
        " ",
        "'",
        "_",
        "__",
        "_a_",
        "a",
        "a.b.c. d..e",
        "can't 'quoted' it's'",
        "3.14 1,000;000 1.a a.1 1'0 12:30 a:b a;b",
        "foo_bar-baz x_1_y ._. 1_,2",
        "\r\n\ta\r\nb\u{b}c",
        "größer, straße (ÜBER)",
        "e\u{301} \u{301}e \u{301}",
        "a \u{93f} b",
        "x\u{2003} \u{93f}y z",
        "a\u{200d}b \u{200d}c\u{ad}d",
        "nbsp\u{a0}between fullwidth\u{3000}space",
        "ﬁ ﬃ ½ ① ™ Ⅷ ﷺ",
        "İstanbul ISPARTA ıı ΣΑΣ ᾳ ᾈ ͅ",
        "ǅ ǆ ŉ ẞ",
        "漢字かな交じり文 カタカナ ｶﾀｶﾅ カ_a",
        "ภาษาไทยไม่มีช่องว่าง กำ ๑๒๓",
        "ພາສາລາວ ភាសាខ្មែរ မြန်မာဘာသာ",
        "한국어 띄어쓰기 한국어",
        "हिन्दी में लिखा हुआ नि",
        "שלום צה\"ל ג'ירף",
        "عربي ١٢٣٫٤ ۱۲۳",
        "👩‍👩‍👧‍👦 🇻🇳🇩🇪🇫 e😀x",
        "\u{1f1e6}\u{1f1e7} a\u{1f1e6}",
        "\u{10428}\u{10400} \u{1e900}",
        "\u{fffd}\u{0}\u{7f}\u{80}\u{85}",
        "v1.2.3-rc1+build http://example.org/a_b?c=d&e=1,5",
    ] {
        check(text);
    }
}

/// Pieces that meet in every way: what joins words, what breaks them, and what hides behind a space.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[a-zA-Z]{1,4}",
        4 => "[0-9]{1,3}",
        8 => r#"[ \t\r\n_.,:;'"()-]{1,2}"#,
        3 => "[éÉßİıΣςǅﬁ½①ᾳ\u{a0}\u{3000}\u{2003}\u{ad}\u{85}]",
        3 => "[\u{301}\u{345}\u{93f}\u{94d}\u{e33}\u{e48}\u{5b0}\u{200d}\u{200c}\u{feff}\u{302a}\u{3099}]",
        3 => "[漢字ひカーｶﾞกไมລខមြက]{1,3}",
        2 => "[\u{1f1e6}-\u{1f1ff}😀❤\u{fe0f}\u{1f3fd}]",
        2 => "[אב\"'ג·’．：，；٫]",
        2 => "[한국어\u{1100}\u{1161}\u{11a8}]",
        1 => any::<char>().prop_map(String::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2048) })]

    #[test]
    fn generated_texts(pieces in prop::collection::vec(piece(), 0..24)) {
        check(&pieces.concat());
    }

    #[test]
    fn any_ascii(text in "[\u{0}-\u{7f}]{0,40}") {
        check(&text);
    }
}

/// Every character alone, in a word, after and before a space.
#[test]
fn every_character() {
    let mut text = String::new();
    for (count, c) in (0..=char::MAX as u32).filter_map(char::from_u32).enumerate() {
        text.extend(['x', c, 'y', ' ', c, ' ', 'Z', '\n']);
        if count % 4096 == 0 {
            check(&text);
            text.clear();
        }
    }
    check(&text);
}

#[test]
fn long_texts_take_linear_time() {
    let n = 50_000;
    for unit in ["a", " ", "é", "\u{301}", "漢", "a.", "' ", "\u{1f1e6}", "é ", "\u{93f} "] {
        let text = unit.repeat(n);
        assert_eq!(word_count(&text), text.unicode_words().count(), "{unit:?}");
        let mut tokens = 0;
        Tokenizer::default().for_each_token(&text, |_| tokens += 1);
        assert!(tokens <= n, "{unit:?}");
    }
}
