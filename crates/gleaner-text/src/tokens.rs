//! The tokens that near-duplicate detection compares.

use std::mem;

use crate::emit::{Emit, Hashes, HashesAndNumbers, Strings, TokenSink};
use crate::normalise::Buffers;
use crate::regions::region_end;
use crate::scan::{Scan, Stop};

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

/// Makes the tokens of texts. Holds buffers that grow to the longest part of a text that had to be normalised apart;
/// have one a thread.
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
    /// For parts of the text that have to be normalised apart.
    apart: Buffers,
    /// For words that do.
    words: Buffers,
    scratch: String,
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
    pub fn for_each_token(&mut self, text: &str, sink: impl FnMut(&str)) {
        let mut strings = Strings::new(sink, mem::take(&mut self.scratch));
        self.run(text, &mut strings);
        self.scratch = strings.into_scratch();
    }

    /// Calls `sink` with the [`token_hash`](crate::token_hash) of each token of `text`, in order. Linear time; most
    /// words are neither copied nor normalised apart.
    ///
    /// ```
    /// use gleaner_text::{Tokenizer, token_hash};
    ///
    /// let mut hashes = Vec::new();
    /// Tokenizer::default().hash_tokens("One, TWO", |hash| hashes.push(hash));
    /// assert_eq!(hashes, [token_hash("one"), token_hash("two")]);
    /// ```
    pub fn hash_tokens(&mut self, text: &str, sink: impl FnMut(u64)) {
        self.run(text, &mut Hashes(sink));
    }

    /// As [`Tokenizer::hash_tokens`] with [`Digits::Mask`], and calls `numbers` with the hash of each token that was
    /// masked as it would be with [`Digits::Keep`]: what masking has hidden. Without masking `numbers` is not called.
    ///
    /// ```
    /// use gleaner_text::{Digits, TokenOptions, Tokenizer, token_hash};
    ///
    /// let mut tokenizer = Tokenizer::new(TokenOptions::default().digits(Digits::Mask));
    /// let (mut tokens, mut numbers) = (Vec::new(), Vec::new());
    /// tokenizer.hash_tokens_and_numbers("May 2024", |hash| tokens.push(hash), |hash| numbers.push(hash));
    /// assert_eq!(tokens, [token_hash("may"), token_hash("0")]);
    /// assert_eq!(numbers, [token_hash("2024")]);
    /// ```
    pub fn hash_tokens_and_numbers(&mut self, text: &str, tokens: impl FnMut(u64), numbers: impl FnMut(u64)) {
        self.run(text, &mut HashesAndNumbers { tokens, numbers });
    }

    fn run(&mut self, text: &str, emit: &mut impl Emit) {
        let Tokenizer { options: TokenOptions { digits }, apart, words, masked, .. } = self;
        let mut at = 0;
        loop {
            let mut sink =
                TokenSink::<_, false> { text, digits: *digits, buffers: words, scratch: masked, emit };
            let Stop::Unstable(start) = Scan::of_tokens(text).run(at, &mut sink) else { return };
            at = region_end(text, start);
            let text = apart.normalise(&text[start..at]);
            let mut sink =
                TokenSink::<_, true> { text, digits: *digits, buffers: words, scratch: masked, emit };
            Scan::of_words(text).run(0, &mut sink);
        }
    }
}
