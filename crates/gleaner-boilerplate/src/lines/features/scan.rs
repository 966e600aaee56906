//! One pass over the first bytes of a line: counts, and its words as numbers.

/// What is counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) chars: u32,
    pub(super) words: u32,
    /// Words that start with a capital.
    pub(super) capitals: u32,
    pub(super) digits: u32,
    pub(super) signs: u32,
    pub(super) commas: u32,
}

/// A word.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Word {
    pub(super) hash: u32,
    pub(super) letters: u32,
}

/// Counts, and gives every word to `take`. In scripts without spaces two characters that follow each other are a word.
pub(super) fn scan(text: &str, mut take: impl FnMut(Word)) -> Counts {
    let mut counts = Counts::default();
    let mut word = Word::default();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let class = CLASSES[usize::from(byte)];
        if class & LETTER != 0 {
            counts.capitals += u32::from(class & UPPER != 0 && word.letters == 0);
            counts.digits += u32::from(class & DIGIT != 0);
            word.add(u32::from(byte | 0x20));
            at += 1;
        } else if byte < 0x80 {
            word.end(&mut counts, &mut take);
            counts.signs += u32::from(class & SIGN != 0);
            counts.commas += u32::from(byte == b',');
            at += 1;
        } else {
            let Some(c) = text[at..].chars().next() else { break };
            beyond_ascii(c, &mut word, &mut counts, &mut take);
            at += c.len_utf8();
        }
        counts.chars += 1;
    }
    word.end(&mut counts, &mut take);
    counts
}

impl Word {
    fn add(&mut self, letter: u32) {
        self.hash = (self.hash.rotate_left(5) ^ letter).wrapping_mul(0x9e37_79b9);
        self.letters += 1;
    }

    fn end(&mut self, counts: &mut Counts, take: &mut impl FnMut(Word)) {
        if self.letters > 0 {
            counts.words += 1;
            take(std::mem::take(self));
        }
    }
}

fn beyond_ascii(c: char, word: &mut Word, counts: &mut Counts, take: &mut impl FnMut(Word)) {
    match c {
        '，' | '、' | '،' => counts.commas += 1,
        // Punctuation, spaces and symbols; joiners within words are no ends, but a word cut there is still a word.
        '\u{80}'..='\u{bf}' | '×' | '÷' | '؛' | '؟' | '۔' | '।' | '॥' => {}
        '\u{2000}'..='\u{2bff}'
        | '\u{3000}'..='\u{303f}'
        | '\u{ff00}'..='\u{ff0f}'
        | '\u{ff1a}'..='\u{ff20}' => {}
        c if is_dense(c) => return dense(c, word, counts, take),
        c => {
            counts.capitals += u32::from(word.letters == 0 && c.is_uppercase());
            word.add(u32::from(c));
            return;
        }
    }
    word.end(counts, take);
}

/// Ends the word before the character with it, and begins the next with it.
fn dense(c: char, word: &mut Word, counts: &mut Counts, take: &mut impl FnMut(Word)) {
    if word.letters > 0 {
        word.add(u32::from(c));
        word.letters += PAIR;
        word.end(counts, take);
    }
    word.add(u32::from(c));
}

/// Of a script without spaces.
fn is_dense(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')
}

/// Two characters speak of a subject as a long word does.
const PAIR: u32 = 8;

const LETTER: u8 = 1;
const UPPER: u8 = 1 << 1;
const DIGIT: u8 = 1 << 2;
const SIGN: u8 = 1 << 3;

/// Classes of bytes; those beyond ASCII have none.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut b = 0u8;
    while b < 0x80 {
        classes[b as usize] = match b {
            b'A'..=b'Z' => LETTER | UPPER,
            b'a'..=b'z' => LETTER,
            b'0'..=b'9' => LETTER | DIGIT,
            _ if b.is_ascii_punctuation() => SIGN,
            _ => 0,
        };
        b += 1;
    }
    classes
};

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, words: usize, capitals: u32, digits: u32, signs: u32) {
        let mut hashes = Vec::new();
        let counts = scan(text, |word| hashes.push(word.hash));
        assert_eq!(
            (hashes.len(), counts.words as usize, counts.capitals, counts.digits, counts.signs),
            (words, words, capitals, digits, signs),
            "{text}"
        );
        assert_eq!(counts.chars as usize, text.chars().count(), "{text}");
    }

    #[test]
    fn words_of_any_script() {
        check("", 0, 0, 0, 0);
        check("The ferry, 12 Islands!", 4, 2, 2, 2);
        check("Élan vital — où", 3, 1, 0, 0);
        check("Đảo “xa”", 2, 1, 0, 0);
        check("船，今日", 3, 0, 0, 0);
    }

    #[test]
    fn case_does_not_make_another_word() {
        let hash = |text| {
            let mut hash = 0;
            scan(text, |word| hash = word.hash);
            hash
        };
        assert_eq!(hash("Ferry"), hash("ferry"));
        assert_ne!(hash("ferry"), hash("ferris"));
    }
}
