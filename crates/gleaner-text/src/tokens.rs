//! The tokens that near-duplicate detection compares.

use unicode_segmentation::UnicodeSegmentation;

use crate::chunks::{Chunk, Chunks};
use crate::hash::token_hash;
use crate::normalise::Buffers;
use crate::spaceless::is_spaceless;
use crate::words::{AsciiWords, ChunkWords};

/// What happens to the numbers of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Digits {
    /// They stay.
    #[default]
    Keep,
    /// Each run of number characters becomes one `0`, so that dates, prices and counters do not tell texts apart.
    Mask,
}

/// How a [`Tokenizer`] makes tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenOptions {
    /// What happens to numbers.
    ///
    /// ### Default
    /// [`Digits::Keep`].
    pub digits: Digits,
}

impl TokenOptions {
    /// These options with other `digits`.
    #[must_use]
    pub fn digits(mut self, digits: Digits) -> TokenOptions {
        self.digits = digits;
        self
    }
}

/// Makes the tokens of texts. Holds buffers that grow to the longest text without ASCII seen; have one a thread.
///
/// The tokens are, by definition, what these steps give one after the other; the tokenizer takes them in one pass:
/// 1. [`normalise`](crate::normalise) the text;
/// 2. take its [`words`](crate::words);
/// 3. split a word that holds a character of Han, Hiragana, Katakana, Thai, Lao, Khmer or Myanmar into extended
///    grapheme clusters (UAX #29), because these scripts write no spaces: a clause would be one token;
/// 4. with [`Digits::Mask`], replace each run of number characters in a token by `0`.
#[derive(Clone, Debug, Default)]
pub struct Tokenizer {
    options: TokenOptions,
    buffers: Buffers,
    masked: String,
}

impl Tokenizer {
    /// A tokenizer with empty buffers.
    pub fn new(options: TokenOptions) -> Tokenizer {
        Tokenizer { options, ..Tokenizer::default() }
    }

    /// Calls `sink` with each token of `text`, in order. Linear time.
    ///
    /// ```
    /// use gleaner_text::{Digits, TokenOptions, Tokenizer};
    ///
    /// let mut tokenizer = Tokenizer::new(TokenOptions::default().digits(Digits::Mask));
    /// let mut tokens = Vec::new();
    /// tokenizer.for_each_token("Am 12.05.2024: Größe XL2", |token| tokens.push(token.to_owned()));
    /// assert_eq!(tokens, ["am", "0.0.0", "grösse", "xl0"]);
    /// ```
    pub fn for_each_token(&mut self, text: &str, mut sink: impl FnMut(&str)) {
        let Tokenizer { options, buffers, masked } = self;
        let mut emit = |token: &str| match options.digits {
            Digits::Keep => sink(token),
            Digits::Mask => sink(mask_digits(token, masked)),
        };
        for chunk in Chunks::new(text) {
            match chunk {
                Chunk::Ascii(text) => AsciiWords::new(buffers.lower_ascii(text)).for_each(&mut emit),
                Chunk::Mixed(text) => {
                    ChunkWords::mixed(buffers.normalise(text))
                        .for_each(|word| split_spaceless(word, &mut emit));
                }
            }
        }
    }

    /// Calls `sink` with the [`token_hash`] of each token of `text`, in order.
    ///
    /// ```
    /// use gleaner_text::{Tokenizer, token_hash};
    ///
    /// let mut hashes = Vec::new();
    /// Tokenizer::default().hash_tokens("One, TWO", |hash| hashes.push(hash));
    /// assert_eq!(hashes, [token_hash("one"), token_hash("two")]);
    /// ```
    pub fn hash_tokens(&mut self, text: &str, mut sink: impl FnMut(u64)) {
        self.for_each_token(text, |token| sink(token_hash(token)));
    }
}

fn split_spaceless(word: &str, emit: &mut impl FnMut(&str)) {
    let one_char = word.chars().nth(1).is_none();
    if one_char || !is_spaceless(word) {
        emit(word);
    } else {
        word.graphemes(true).for_each(emit);
    }
}

fn mask_digits<'b>(token: &'b str, masked: &'b mut String) -> &'b str {
    if !token.contains(char::is_numeric) {
        return token;
    }
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
