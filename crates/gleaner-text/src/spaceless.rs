//! Scripts that write without spaces between words.

use std::cmp::Ordering;

/// Code points of Han, Hiragana, Katakana, Thai, Lao, Khmer and Myanmar, ascending, by blocks of Unicode's
/// Scripts.txt; the length mark and the digits inside these blocks are counted in.
const RANGES: [(u32, u32); 19] = [
    (0x0E01, 0x0E5B),
    (0x0E80, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x19E0, 0x19FF),
    (0x2E80, 0x2FDF),
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3038, 0x303B),
    (0x3041, 0x30FF),
    (0x31F0, 0x31FF),
    (0x3400, 0x9FFF),
    (0xA9E0, 0xA9FF),
    (0xAA60, 0xAA7F),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),
    (0x116D0, 0x116FF),
    (0x1AFF0, 0x1B16F),
    (0x20000, 0x3FFFD),
];

/// Whether `word` holds a character of a script without spaces.
pub(crate) fn is_spaceless(word: &str) -> bool {
    word.chars().any(|c| c as u32 >= RANGES[0].0 && contains(c as u32))
}

fn contains(code: u32) -> bool {
    let order = |&(first, last): &(u32, u32)| match () {
        () if last < code => Ordering::Less,
        () if first > code => Ordering::Greater,
        () => Ordering::Equal,
    };
    RANGES.binary_search_by(order).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{RANGES, is_spaceless};

    #[test]
    fn ranges_ascend() {
        assert!(RANGES.iter().all(|(first, last)| first <= last));
        assert!(RANGES.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }

    #[test]
    fn scripts() {
        for word in ["漢", "ひ", "カナ", "ー", "ไทย", "ລາວ", "ខ្មែរ", "မြန်မာ", "𠀋", "a_カ"]
        {
            assert!(is_spaceless(word), "{word}");
        }
        for word in ["", "word", "chào", "слово", "한국어", "हिन्दी", "عربي", "Ελλάδα", "😀"]
        {
            assert!(!is_spaceless(word), "{word}");
        }
    }
}
