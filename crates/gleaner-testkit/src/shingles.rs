//! The plainest possible shingles and Jaccard similarity, to check faster ones against.

use std::collections::BTreeSet;

/// Tokens of a text: lowercase runs of word characters; in scripts without spaces each character with its marks.
///
/// Written without the workspace's tokeniser on purpose: an error there must not hide itself here. It agrees with it on
/// plain prose, not on apostrophes, numbers with points and rare scripts.
///
/// ```
/// assert_eq!(gleaner_testkit::tokens("The 3rd Boat, 水位!"), ["the", "3rd", "boat", "水", "位"]);
/// ```
pub fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut open = false;
    for c in text.chars() {
        if is_mark(c) {
            // A mark belongs to the token before it, in every script.
            if open && let Some(last) = tokens.last_mut() {
                last.push(c);
            }
        } else if is_unspaced(c) {
            tokens.push(c.to_string());
            open = true;
        } else if c.is_alphanumeric() {
            let joins = open && tokens.last().is_some_and(|t| !t.chars().next().is_some_and(is_unspaced));
            if !joins {
                tokens.push(String::new());
            }
            if let Some(last) = tokens.last_mut() {
                last.extend(c.to_lowercase());
            }
            open = true;
        } else {
            open = false;
        }
    }
    tokens
}

/// Scripts written without spaces between words: Han, kana, Thai, Lao, Khmer, Myanmar.
fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c), 0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3005..=0x3007
        | 0x3041..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0x20000..=0x3FFFF)
        && !is_mark(c)
}

/// Combining marks of the scripts in the fixtures.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x0300..=0x036F | 0x064B..=0x065F | 0x0670 | 0x0900..=0x0903 | 0x093A..=0x093C
        | 0x093E..=0x094F | 0x0951..=0x0957 | 0x0962..=0x0963 | 0x0E31 | 0x0E33..=0x0E3A | 0x0E47..=0x0E4E
        | 0x3099..=0x309A)
}

/// The distinct runs of `n` tokens; of a shorter text the one run of all its tokens, of an empty one none.
///
/// # Panics
/// When `n` is 0.
pub fn shingles(text: &str, n: usize) -> BTreeSet<String> {
    let tokens = tokens(text);
    if tokens.is_empty() {
        return BTreeSet::new();
    }
    tokens.windows(n.min(tokens.len())).map(|run| run.join(" ")).collect()
}

/// Jaccard similarity of the shingles of `n` tokens of two texts; 0 when both are empty.
///
/// ```
/// let j = gleaner_testkit::jaccard("a b c d e f", "a b c d e g", 5);
/// assert!((j - 1.0 / 3.0).abs() < 1e-9);
/// ```
pub fn jaccard(a: &str, b: &str, n: usize) -> f64 {
    let (a, b) = (shingles(a, n), shingles(b, n));
    let common = a.intersection(&b).count();
    let union = a.len() + b.len() - common;
    if union == 0 { 0.0 } else { common as f64 / union as f64 }
}
