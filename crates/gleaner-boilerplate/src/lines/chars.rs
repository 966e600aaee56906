//! Questions to characters and ends of lines that are asked of every line.

pub(super) use crate::properties::{is_alphabetic, is_alphanumeric};

/// `line.trim()`; at an end that is an ASCII sign or letter it costs one test of a byte.
pub(super) fn trim(line: &str) -> &str {
    match line.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => line,
        _ => line.trim(),
    }
}

/// `line.trim_start()`, at the same cost.
pub(super) fn trim_start(line: &str) -> &str {
    match line.as_bytes() {
        [first, ..] if first.is_ascii_graphic() => line,
        _ => line.trim_start(),
    }
}

/// `line.trim_end()`, at the same cost.
pub(super) fn trim_end(line: &str) -> &str {
    match line.as_bytes() {
        [.., last] if last.is_ascii_graphic() => line,
        _ => line.trim_end(),
    }
}

/// A line without what stands before its first letter or digit.
pub(super) fn trim_to_word(line: &str) -> &str {
    match line.as_bytes() {
        [first, ..] if first.is_ascii_alphanumeric() => line,
        _ => line.trim_start_matches(|c: char| !is_alphanumeric(c)),
    }
}

/// A line without what stands before its first and behind its last letter or digit.
pub(super) fn trim_both_to_words(line: &str) -> &str {
    let line = trim_to_word(line);
    match line.as_bytes() {
        [.., last] if last.is_ascii_alphanumeric() => line,
        [.., before, last] if last.is_ascii() && before.is_ascii_alphanumeric() => &line[..line.len() - 1],
        _ => line.trim_end_matches(|c: char| !is_alphanumeric(c)),
    }
}

/// Of a script of south-east Asia that writes no space between words: Thai, Lao, Burmese, Khmer.
pub(super) fn is_south_east_asian(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// Of a script without spaces between words: those, kana and Han.
pub(super) fn without_spaces(c: char) -> bool {
    is_south_east_asian(c) || matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')
}

/// The lower case of a character: the first of `char::to_lowercase`, which are two for the dotted capital I alone.
#[inline]
pub(super) fn lower(c: char) -> char {
    if c.is_ascii() { c.to_ascii_lowercase() } else { foreign_lower(c) }
}

fn foreign_lower(c: char) -> char {
    match c {
        // Small letters: Latin, Greek and Cyrillic.
        '\u{df}'..='\u{ff}' | '\u{3ac}'..='\u{3ce}' | '\u{430}'..='\u{45f}' => c,
        // Scripts without capitals, and signs.
        '\u{590}'..='\u{109f}'
        | '\u{2000}'..='\u{20ff}'
        | '\u{2e80}'..='\u{a63f}'
        | '\u{ac00}'..='\u{d7ff}' => c,
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lower_case_is_what_the_standard_library_says() {
        for c in '\0'..=char::MAX {
            assert!(c.to_lowercase().eq([lower(c)]) || c == 'İ', "{c:?}");
        }
    }

    #[test]
    fn white_space_is_trimmed_in_every_script() {
        for line in
            ["", " ", "a", " a", "a\u{a0}", "\u{3000}桥", "é\u{2028}", ".a.", "\u{1}a\u{1f}", "\u{85}"]
        {
            assert_eq!(trim(line), line.trim(), "{line:?}");
            assert_eq!(trim_start(line), line.trim_start(), "{line:?}");
            assert_eq!(trim_end(line), line.trim_end(), "{line:?}");
        }
    }
}
