//! What the bytes of a line tell without its characters: the signs in it, and how much text it is.

/// Signs that rules look for in a line, found in one pass over its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Signs(u32);

impl Signs {
    /// `[`
    pub(super) const BRACKET: u32 = 1;
    /// `&` or `<`
    pub(super) const HTML: u32 = 1 << 1;
    /// `|`
    pub(super) const BAR: u32 = 1 << 2;
    /// `/`
    pub(super) const SLASH: u32 = 1 << 3;
    /// An ASCII digit.
    pub(super) const DIGIT: u32 = 1 << 4;
    /// `:`
    pub(super) const COLON: u32 = 1 << 5;
    /// `.`
    pub(super) const PERIOD: u32 = 1 << 6;
    /// A sign of a row, a field or code that no headline has: `@`, `{`, `}`, `;`, `=`, a tab, or a byte that may be
    /// one of the arrow `→`.
    pub(super) const FIELD: u32 = 1 << 7;
    /// The first byte of a dot or an arrow between the entries of a menu; other characters have it, too.
    pub(super) const DOT: u32 = 1 << 8;
    /// The last byte of one.
    pub(super) const DOT_END: u32 = 1 << 9;
    /// A byte of ASCII that is no letter, space or one of `'`, `-`, `&` and `/`: no label has it but in its bullet.
    pub(super) const NO_LABEL: u32 = 1 << 10;

    /// A control character other than a tab.
    pub(super) const CONTROL: u32 = 1 << 11;
    /// An invisible character, an unusual space or a control character beyond ASCII may be there.
    pub(super) const WIDE: u32 = 1 << 12;
    /// A character which NFC may move may be there.
    pub(super) const FORM: u32 = 1 << 13;
    /// A byte that begins the letters of text read in the wrong encoding.
    pub(super) const LATIN: u32 = 1 << 14;
    /// `\`
    pub(super) const BACKSLASH: u32 = 1 << 15;
    /// A byte that begins quotation marks, dashes and other signs of print, and characters that are [`Signs::WIDE`] or
    /// [`Signs::FORM`]: which of them it begins is not known by itself.
    const PRINT: u32 = 1 << 16;

    /// The signs of a line.
    pub(super) fn of(line: &str) -> Signs {
        let all = |bytes: &[u8]| bytes.iter().fold(0, |signs, &b| signs | SIGNS[usize::from(b)]);
        let (blocks, end) = line.as_bytes().as_chunks::<8>();
        let signs = Signs(blocks.iter().fold(all(end), |signs, block| signs | all(block)));
        if signs.has(Signs::PRINT) { signs.with_print(line.as_bytes()) } else { signs }
    }

    /// Looks behind the bytes that begin signs of print.
    fn with_print(self, line: &[u8]) -> Signs {
        let mut found = self.0;
        for at in memchr::memchr2_iter(0xc2, 0xe2, line) {
            found |= match line[at..] {
                [0xc2, 0xa1..=0xac | 0xae.., ..] | [0xe2, 0x80, 0x90..=0xa7, ..] => 0,
                [0xc2, ..] => Signs::WIDE,
                _ => Signs::WIDE | Signs::FORM,
            };
            if found & (Signs::WIDE | Signs::FORM) == Signs::WIDE | Signs::FORM {
                break;
            }
        }
        Signs(found)
    }

    /// Whether any of `signs` is there.
    pub(super) fn has(self, signs: u32) -> bool {
        self.0 & signs != 0
    }

    /// Those of them that characters have which show nothing or have another form.
    pub(super) fn of_form(self) -> Signs {
        Signs(self.0 & (Signs::CONTROL | Signs::WIDE | Signs::FORM))
    }

    /// Adds those of another line.
    pub(super) fn add(&mut self, other: Signs) {
        self.0 |= other.0;
    }
}

const SIGNS: [u32; 256] = {
    let mut signs = [0u32; 256];
    signs[b'[' as usize] = Signs::BRACKET;
    signs[b'&' as usize] = Signs::HTML;
    signs[b'<' as usize] = Signs::HTML;
    signs[b'|' as usize] = Signs::BAR;
    signs[b'/' as usize] = Signs::SLASH;
    signs[b'\\' as usize] = Signs::BACKSLASH;
    let mut b = 0xcc;
    while b <= 0xf4 {
        // No character with these first bytes moves: Cyrillic, Armenian, some of Arabic, Han, Hangul syllables.
        let still =
            matches!(b, 0xcf..=0xd1 | 0xd3..=0xd5 | 0xda | 0xde | 0xe4..=0xe9 | 0xeb..=0xee | 0xf1..=0xf4);
        signs[b] = if still { 0 } else { Signs::FORM };
        b += 1;
    }
    signs[0xc2] = Signs::DOT | Signs::PRINT | Signs::LATIN;
    signs[0xc3] = Signs::LATIN;
    signs[0xc4] = Signs::LATIN;
    signs[0xd0] = Signs::LATIN;
    signs[0xd8] |= Signs::WIDE;
    signs[0xe2] = Signs::DOT | Signs::PRINT;
    signs[0xe3] |= Signs::DOT;
    signs[0xef] |= Signs::WIDE;
    signs[0xf3] |= Signs::WIDE;
    signs[0xa2] = Signs::DOT_END;
    signs[0xa6] = Signs::DOT_END;
    signs[0xb7] = Signs::DOT_END;
    signs[0xba] = Signs::DOT_END;
    signs[0xbb] = Signs::DOT_END;
    signs[b':' as usize] = Signs::COLON;
    signs[b'.' as usize] = Signs::PERIOD;
    signs[b'@' as usize] = Signs::FIELD;
    signs[b'{' as usize] = Signs::FIELD;
    signs[b'}' as usize] = Signs::FIELD;
    signs[b';' as usize] = Signs::FIELD;
    signs[b'=' as usize] = Signs::FIELD;
    signs[b'\t' as usize] = Signs::FIELD;
    // The second byte of the arrow: the first is that of every curly quotation mark.
    signs[0x86] = Signs::FIELD;
    let mut b = 0u8;
    while b < 0x80 {
        if b.is_ascii_digit() {
            signs[b as usize] = Signs::DIGIT;
        }
        if b.is_ascii_control() && b != b'\t' {
            signs[b as usize] = Signs::CONTROL;
        }
        if !b.is_ascii_alphabetic() && !matches!(b, b'\'' | b'-' | b'&' | b' ' | b'/') {
            signs[b as usize] |= Signs::NO_LABEL;
        }
        b += 1;
    }
    signs
};

/// Where the first byte from `at` on is that `wanted` says yes to; no space may be wanted. Fast where `wanted` is made
/// of comparisons joined by `|`, which are done for many bytes at a time.
#[inline]
pub(crate) fn find(bytes: &[u8], at: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    // Where one stands, the next is often near: letters of a script have few first bytes.
    if bytes.get(at).is_some_and(|&b| wanted(b)) {
        return Some(at);
    }
    let (blocks, end) = bytes[at..].as_chunks::<LANES>();
    for (i, block) in blocks.iter().enumerate() {
        if let Some(n) = first(block, &wanted) {
            return Some(at + i * LANES + n);
        }
    }
    first(&padded(end), &wanted).map(|n| at + blocks.len() * LANES + n)
}

#[inline]
fn first(block: &[u8; LANES], wanted: &impl Fn(u8) -> bool) -> Option<usize> {
    let mut hits = [0u8; LANES];
    for i in 0..LANES {
        hits[i] = u8::from(wanted(block[i]));
    }
    if hits == [0; LANES] { None } else { hits.iter().position(|&hit| hit != 0) }
}

/// Bytes of a line that are weighed.
pub(super) const WEIGHED: usize = 1024;

/// Bytes that are looked at together: a compiler makes a few wide instructions of a loop of this length.
const LANES: usize = 32;

/// Sums for each place of a block; the weights of all weighed blocks fit a byte.
type Sums = [u8; LANES];
const _: () = assert!(WEIGHED / LANES * 3 < 256);

/// Weight and number of words of a line's first [`WEIGHED`] bytes.
pub(super) fn weigh(line: &str) -> (u32, u32) {
    let bytes = &line.as_bytes()[..line.len().min(WEIGHED)];
    let Some((&first, rest)) = bytes.split_first() else { return (0, 0) };
    let (mut weights, mut words): (Sums, Sums) = ([0; LANES], [0; LANES]);
    // A word starts where a byte that is no space stands behind one that is.
    let (blocks, end) = rest.as_chunks::<LANES>();
    let (blocks_before, end_before) = bytes[..rest.len()].as_chunks::<LANES>();
    for (block, before) in blocks.iter().zip(blocks_before) {
        add(block, before, &mut weights, &mut words);
    }
    add(&padded(end), &padded(end_before), &mut weights, &mut words);
    let sum = |sums: &Sums| sums.iter().map(|&n| u32::from(n)).sum::<u32>();
    let padding = (LANES - end.len()) as u32;
    (u32::from(weight_of(first)) + sum(&weights) - padding, u32::from(first > b' ') + sum(&words))
}

/// Adds the bytes of a block, and of the block that starts a byte before it.
#[inline]
fn add(block: &[u8; LANES], before: &[u8; LANES], weights: &mut Sums, words: &mut Sums) {
    for i in 0..LANES {
        weights[i] += weight_of(block[i]);
        words[i] += u8::from(block[i] > b' ') & u8::from(before[i] <= b' ');
    }
}

/// A block of fewer bytes, with spaces behind them.
#[inline]
fn padded(end: &[u8]) -> [u8; LANES] {
    let mut block = [b' '; LANES];
    block[..end.len()].copy_from_slice(end);
    block
}

/// Weight of a character by its first byte; 0 for the bytes that follow.
fn weight_of(b: u8) -> u8 {
    u8::from(!(0x80..=0xbf).contains(&b))
        + u8::from((0xe3..=0xed).contains(&b))
        + u8::from((0xe3..=0xe9).contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_is_found_wherever_it_stands() {
        for length in 0..3 * LANES {
            let mut bytes = vec![b'a'; length];
            assert_eq!(find(&bytes, 0, |b| b == b'.'), None);
            for at in (0..length).rev() {
                bytes[at] = b'.';
                assert_eq!(find(&bytes, 0, |b| b == b'.'), Some(at), "of {length}");
                assert_eq!(find(&bytes, at, |b| b == b'.'), Some(at), "of {length}");
            }
        }
    }

    #[test]
    fn weight_and_words_do_not_depend_on_where_a_chunk_ends() {
        for (unit, weight, words) in
            [("ab ", 3, 1), ("桥 ", 4, 1), ("다", 2, 0), ("ไท", 2, 0), ("a😀 b\t", 5, 2)]
        {
            for n in 1..=(WEIGHED / unit.len()) as u32 {
                let want = (weight * n, if words == 0 { 1 } else { words * n });
                assert_eq!(weigh(&unit.repeat(n as usize)), want, "{unit:?} {n} times");
            }
        }
        assert_eq!(weigh(""), (0, 0));
    }
}
