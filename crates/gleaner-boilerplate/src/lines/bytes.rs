//! What the bytes of a line tell without its characters: the signs in it, and how much text it is.

/// Signs that rules look for in a line, found in one pass over its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Signs(u16);

impl Signs {
    /// `[`
    pub(super) const BRACKET: u16 = 1;
    /// `&` or `<`
    pub(super) const HTML: u16 = 1 << 1;
    /// `|`
    pub(super) const BAR: u16 = 1 << 2;
    /// `/`, or a byte that may begin a dot or an arrow.
    pub(super) const DOT: u16 = 1 << 3;
    /// An ASCII digit.
    pub(super) const DIGIT: u16 = 1 << 4;
    /// `:`
    pub(super) const COLON: u16 = 1 << 5;
    /// `.`
    pub(super) const PERIOD: u16 = 1 << 6;
    /// A sign of a row, a field or code that no headline has: `@`, `{`, `}`, `;`, `=`, a tab, or a byte that may be
    /// one of the arrow `→`.
    pub(super) const FIELD: u16 = 1 << 7;

    /// The signs of a line.
    pub(super) fn of(line: &str) -> Signs {
        Signs(line.bytes().fold(0, |signs, b| signs | SIGNS[usize::from(b)]))
    }

    /// Whether any of `signs` is there.
    pub(super) fn has(self, signs: u16) -> bool {
        self.0 & signs != 0
    }

    /// Adds those of another line.
    pub(super) fn add(&mut self, other: Signs) {
        self.0 |= other.0;
    }
}

const SIGNS: [u16; 256] = {
    let mut signs = [0; 256];
    signs[b'[' as usize] = Signs::BRACKET;
    signs[b'&' as usize] = Signs::HTML;
    signs[b'<' as usize] = Signs::HTML;
    signs[b'|' as usize] = Signs::BAR;
    signs[b'/' as usize] = Signs::DOT;
    signs[0xc2] = Signs::DOT;
    signs[0xe2] = Signs::DOT;
    signs[0xe3] = Signs::DOT;
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
    let mut digit = b'0';
    while digit <= b'9' {
        signs[digit as usize] = Signs::DIGIT;
        digit += 1;
    }
    signs
};

/// Bytes whose weights have a sum that fits a byte: sums of bytes are what compilers make wide additions of.
const CHUNK: usize = 80;

/// Weight and number of words of a line's bytes.
pub(super) fn weigh(bytes: &[u8]) -> (u32, u32) {
    let (mut weight, mut words, mut before) = (0, 0, b' ');
    for chunk in bytes.chunks(CHUNK) {
        weight += u32::from(chunk.iter().fold(0, |sum, &b| sum + weight_of(b)));
        let starts = |(&b, &before): (&u8, &u8)| u8::from(b > b' ') & u8::from(before <= b' ');
        words += u32::from(starts((&chunk[0], &before)));
        words += u32::from(chunk[1..].iter().zip(chunk).map(starts).sum::<u8>());
        before = chunk[chunk.len() - 1];
    }
    (weight, words)
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
    fn weight_and_words_do_not_depend_on_where_a_chunk_ends() {
        for (unit, weight, words) in
            [("ab ", 3, 1), ("桥 ", 4, 1), ("다", 2, 0), ("ไท", 2, 0), ("a😀 b\t", 5, 2)]
        {
            for n in 1..200 {
                let want = (weight * n, if words == 0 { 1 } else { words * n });
                assert_eq!(weigh(unit.repeat(n as usize).as_bytes()), want, "{unit:?} {n} times");
            }
        }
        assert_eq!(weigh(b""), (0, 0));
    }
}
