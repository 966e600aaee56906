//! From words in a text to tokens, as strings or as hashes.

use unicode_segmentation::UnicodeSegmentation;

use crate::hash::{TokenHasher, hash_as_it_is, hash_in_lower_case, token_hash};
use crate::normalise::Buffers;
use crate::properties::{Form, Props, TOKENS, Table};
use crate::scan::Sink;
use crate::tokens::Digits;

/// Takes tokens.
pub(crate) trait Emit {
    /// A token that is normalised.
    fn token(&mut self, token: &str);

    /// `text[start..end]`, of which each character is normalised alone; `seen` are its flags in
    /// [`TOKENS`](crate::properties::TOKENS).
    fn word(&mut self, text: &str, start: usize, end: usize, seen: Props);

    /// A token whose numbers are masked, and what it was.
    fn masked(&mut self, masked: &str, token: &str) {
        let _ = token;
        self.token(masked);
    }

    /// The same of a short word of ASCII.
    fn masked_ascii(&mut self, masked: &ShortAscii, token: &ShortAscii) {
        self.masked(masked.as_str(), token.as_str());
    }
}

/// A short word of ASCII, with room behind it.
pub(crate) struct ShortAscii {
    bytes: [u8; ShortAscii::ROOM],
    length: usize,
}

impl ShortAscii {
    /// Longest word.
    const MOST: usize = 32;
    /// So that the last eight bytes of any word can be read at once.
    const ROOM: usize = ShortAscii::MOST + 8;

    fn new() -> ShortAscii {
        ShortAscii { bytes: [0; ShortAscii::ROOM], length: 0 }
    }

    #[inline(always)]
    fn push(&mut self, byte: u8) {
        self.bytes[self.length] = byte;
        self.length += 1;
    }

    fn as_str(&self) -> &str {
        str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }

    #[inline(always)]
    fn hash(&self) -> u64 {
        hash_as_it_is(&self.bytes, 0, self.length)
    }
}

/// Hands on the hashes of tokens, and of those with masked numbers the hash of what they were.
pub(crate) struct HashesAndNumbers<F, N> {
    pub(crate) tokens: F,
    pub(crate) numbers: N,
}

impl<F: FnMut(u64), N: FnMut(u64)> Emit for HashesAndNumbers<F, N> {
    #[inline(always)]
    fn token(&mut self, token: &str) {
        Hashes(&mut self.tokens).token(token);
    }

    #[inline(always)]
    fn word(&mut self, text: &str, start: usize, end: usize, seen: Props) {
        Hashes(&mut self.tokens).word(text, start, end, seen);
    }

    fn masked(&mut self, masked: &str, token: &str) {
        (self.tokens)(token_hash(masked));
        (self.numbers)(token_hash(token));
    }

    #[inline]
    fn masked_ascii(&mut self, masked: &ShortAscii, token: &ShortAscii) {
        (self.tokens)(masked.hash());
        (self.numbers)(token.hash());
    }
}

/// Hands on the hashes of tokens.
pub(crate) struct Hashes<F>(pub(crate) F);

impl<F: FnMut(u64)> Emit for Hashes<F> {
    #[inline(always)]
    fn token(&mut self, token: &str) {
        (self.0)(token_hash(token));
    }

    #[inline(always)]
    fn word(&mut self, text: &str, start: usize, end: usize, seen: Props) {
        (self.0)(if seen.has(Props::FOLDS) {
            hash_normal(&text[start..end])
        } else {
            hash_in_lower_case(text.as_bytes(), start, end)
        });
    }
}

/// [`token_hash`] of `word` with each character that has [`Props::FOLDS`] in `table` as `forms` has it, and ASCII in
/// lower case.
#[inline(always)]
pub(crate) fn hash_forms<I>(word: &str, table: &Table, forms: impl Fn(char) -> I) -> u64
where
    I: IntoIterator<Item = Form>,
{
    let (mut hasher, mut at) = (TokenHasher::new(), 0);
    while let Some(met) = table.read(word.as_bytes(), at) {
        if met.props.has(Props::FOLDS) {
            let changed = word[at..].chars().next().into_iter().flat_map(&forms);
            changed.for_each(|form| hasher.push(form.to_number(), form.len()));
        } else {
            hasher.push(u64::from(met.to_lower_ascii()), met.len as u32);
        }
        at += met.len;
    }
    hasher.finish()
}

/// [`token_hash`] of `word`, of which each character is normalised alone.
#[inline(never)]
fn hash_normal(word: &str) -> u64 {
    hash_forms(word, &TOKENS, |c| [Form::of_normal(c)])
}

/// Hands on tokens.
pub(crate) struct Strings<F> {
    sink: F,
    scratch: String,
}

impl<F: FnMut(&str)> Strings<F> {
    pub(crate) fn new(sink: F, scratch: String) -> Strings<F> {
        Strings { sink, scratch }
    }

    pub(crate) fn into_scratch(self) -> String {
        self.scratch
    }
}

impl<F: FnMut(&str)> Emit for Strings<F> {
    fn token(&mut self, token: &str) {
        (self.sink)(token);
    }

    fn word(&mut self, text: &str, start: usize, end: usize, seen: Props) {
        let word = &text[start..end];
        if !seen.has(Props::FOLDS) && !word.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return (self.sink)(word);
        }
        self.scratch.clear();
        word.chars().for_each(|c| Form::of_normal(c).push_to(&mut self.scratch));
        (self.sink)(&self.scratch);
    }
}

/// Makes tokens of the words of `text`, which is normalised already if `NORMAL`.
pub(crate) struct TokenSink<'a, E, const NORMAL: bool> {
    pub(crate) text: &'a str,
    pub(crate) digits: Digits,
    /// For words that need it.
    pub(crate) buffers: &'a mut Buffers,
    pub(crate) scratch: &'a mut String,
    pub(crate) emit: &'a mut E,
}

impl<E: Emit, const NORMAL: bool> Sink for TokenSink<'_, E, NORMAL> {
    #[inline(always)]
    fn word(&mut self, start: usize, end: usize, seen: Props) {
        let masks = self.digits == Digits::Mask && seen.has(Props::NUMERIC);
        // One character with its marks is one cluster.
        let splits = seen.has(Props::SPACELESS) && seen.has(Props::SEVERAL.and(Props::SPLITS));
        if masks {
            self.number(start, end, seen);
        } else if splits && seen.has(Props::KANA_ONLY) {
            self.each_character(start, end, seen);
        } else if splits {
            self.in_steps(start, end, seen);
        } else {
            self.token(start, end, seen);
        }
    }
}

impl<E: Emit, const NORMAL: bool> TokenSink<'_, E, NORMAL> {
    #[inline(always)]
    fn token(&mut self, start: usize, end: usize, seen: Props) {
        if NORMAL {
            self.emit.token(&self.text[start..end]);
        } else {
            self.emit.word(self.text, start, end, seen);
        }
    }

    fn each_character(&mut self, start: usize, end: usize, seen: Props) {
        for (offset, c) in self.text[start..end].char_indices() {
            let at = start + offset;
            self.token(at, at + c.len_utf8(), seen);
        }
    }

    /// A word with number characters that are masked.
    #[inline(never)]
    fn number(&mut self, start: usize, end: usize, seen: Props) {
        let word = &self.text.as_bytes()[start..end];
        if word.len() > ShortAscii::MOST || !word.is_ascii() {
            return self.in_steps(start, end, seen);
        }
        let (mut token, mut masked, mut in_number) = (ShortAscii::new(), ShortAscii::new(), false);
        for &byte in word {
            let is_digit = byte.is_ascii_digit();
            token.push(byte.to_ascii_lowercase());
            if !is_digit {
                masked.push(byte.to_ascii_lowercase());
            } else if !in_number {
                masked.push(b'0');
            }
            in_number = is_digit;
        }
        self.emit.masked_ascii(&masked, &token);
    }

    /// The definition itself, for what is rare.
    #[cold]
    fn in_steps(&mut self, start: usize, end: usize, seen: Props) {
        let TokenSink { digits, buffers, scratch, emit, .. } = self;
        let word = &self.text[start..end];
        let word = if NORMAL { word } else { buffers.normalise(word) };
        let mut token = |token: &str| match digits {
            Digits::Keep => emit.token(token),
            Digits::Mask if token.contains(char::is_numeric) => {
                emit.masked(mask_digits(token, scratch), token);
            }
            Digits::Mask => emit.token(token),
        };
        if seen.has(Props::SPACELESS) {
            word.graphemes(true).for_each(token);
        } else {
            token(word);
        }
    }
}

fn mask_digits<'b>(token: &'b str, masked: &'b mut String) -> &'b str {
    masked.clear();
    let mut in_number = false;
    for c in token.chars() {
        match (c.is_numeric(), in_number) {
            (true, true) => {}
            (true, false) => masked.push('0'),
            (false, _) => masked.push(c),
        }
        in_number = c.is_numeric();
    }
    masked
}
