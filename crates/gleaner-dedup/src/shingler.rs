//! From texts to shingles.

use gleaner_text::{Hasher128, TokenOptions, Tokenizer, hash64, hash128, normalise};

use crate::distinct::Distinct;
use crate::error::{OptionsError, OptionsErrorKind};
use crate::lines::{PageLines, line_hash, line_of};
use crate::shingles::{InOrder, Line, ShingleOptions, Shingles, mix, ngram_hashes};
use crate::sketcher::Fingerprint;

/// Turns texts into shingles.
///
/// Reuses its buffers, up to 56 bytes a token of the longest text seen; have one a thread.
#[derive(Clone, Debug)]
pub struct Shingler {
    options: ShingleOptions,
    tokenizer: Tokenizer,
    /// For texts of which numbers are a large part.
    keeping_digits: Tokenizer,
    tokens: Vec<u64>,
    /// Hashes of the tokens with numbers, where these are masked.
    numbers: Vec<u64>,
    /// Hashes of the n-grams in the order of the text, with repeats.
    ngrams: Vec<u64>,
    distinct: Distinct,
}

/// Stands between the hashes of tokens and those of masked numbers, where no token has it.
const NUMBERS_FOLLOW: u64 = 0x6e75_6d62_6572_7321;

/// What happens to the numbers of a text.
#[derive(Clone, Copy)]
enum Numbers {
    /// What the options say.
    AsAsked,
    Kept,
}

/// What a text holds.
enum Content {
    Empty,
    Tokens,
    /// Fewer tokens than a shingle has, but something: this, normalised, with its white space evened out.
    Short(String),
}

impl Shingler {
    /// A shingler with empty buffers.
    ///
    /// # Errors
    ///
    /// When `ngram_size` is 0.
    pub fn new(options: ShingleOptions) -> Result<Shingler, OptionsError> {
        if options.ngram_size == 0 {
            return Err(OptionsError::new(OptionsErrorKind::TooSmall { option: "ngram_size", least: 1 }));
        }
        Ok(Shingler {
            options,
            tokenizer: Tokenizer::new(TokenOptions::default().digits(options.digits)),
            keeping_digits: Tokenizer::default(),
            tokens: Vec::new(),
            numbers: Vec::new(),
            ngrams: Vec::new(),
            distinct: Distinct::default(),
        })
    }

    /// The shingles of `text`: hashes of every run of `ngram_size` tokens.
    ///
    /// A text with fewer tokens has one shingle, of its normalised text with white space evened out: where there are
    /// so few words, `C` and `C++` are not the same. An empty text (or one of white space) has none. In a text of which
    /// more than a quarter of the tokens bear numbers, these are not masked: nothing else tells tables apart.
    ///
    /// Expected linear time.
    pub fn shingles(&mut self, text: &str) -> Shingles {
        self.read_and_shingles(text).1
    }

    /// What [`Shingler::content`] and [`Shingler::shingles`] give, in one pass.
    pub fn content_and_shingles(&mut self, text: &str) -> (Option<u128>, Shingles) {
        let (read, shingles) = self.read_and_shingles(text);
        (self.hash_of_content(read), shingles)
    }

    fn read_and_shingles(&mut self, text: &str) -> (Content, Shingles) {
        if !self.options.in_order {
            let read = self.read(text);
            return (read, Shingles::from_ascending(self.distinct.ascending(&self.ngrams)));
        }
        let mut lines = self.tokenize_lines(text, Numbers::AsAsked);
        if self.is_of_numbers() {
            lines = self.tokenize_lines(text, Numbers::Kept);
        }
        let read = self.hash(text);
        let (tokens, ngrams) = (self.tokens.len(), self.ngrams.clone());
        let size = self.options.ngram_size.min(tokens.max(1));
        let distinct = self.distinct.of(&self.ngrams).len();
        (read, Shingles::in_order(InOrder { ngrams, size, tokens, lines }, distinct))
    }

    /// What [`Sketcher::fingerprint`](crate::Sketcher::fingerprint) gives, without bands. Linear time.
    pub fn fingerprint(&mut self, text: &str) -> Fingerprint {
        Fingerprint { content: self.content(text), lines: self.page_lines(text), ..Fingerprint::default() }
    }

    /// The lines of a text; none without [`ShingleOptions::in_order`], when nobody asks for them. Linear time.
    pub fn page_lines(&self, text: &str) -> PageLines {
        if self.options.in_order { PageLines::of(text) } else { PageLines::default() }
    }

    /// The hashes of [`Shingler::shingles`] in no particular order. Expected linear time.
    pub fn hashes(&mut self, text: &str) -> &[u64] {
        self.read(text);
        self.distinct.of(&self.ngrams)
    }

    /// The 128-bit hash of the token sequence of `text`, equal for exact copies; `None` for an empty text. Linear time.
    pub fn content(&mut self, text: &str) -> Option<u128> {
        self.content_and_ngrams(text).0
    }

    /// What [`Shingler::content`] and [`Shingler::hashes`] give, in one pass.
    pub fn content_and_hashes(&mut self, text: &str) -> (Option<u128>, &[u64]) {
        let content = self.content_and_ngrams(text).0;
        (content, self.distinct.of(&self.ngrams))
    }

    /// The hashes of the n-grams of the text seen last, in its order and with repeats; none after [`Shingler::shrink`].
    pub fn ngrams(&self) -> &[u64] {
        &self.ngrams
    }

    /// Frees the buffers: after a text that was longer than most.
    pub fn shrink(&mut self) {
        self.tokens = Vec::new();
        self.numbers = Vec::new();
        self.ngrams = Vec::new();
        self.distinct = Distinct::default();
    }

    /// What [`Shingler::content`] gives, and the hash of every n-gram, with repeats.
    pub(crate) fn content_and_ngrams(&mut self, text: &str) -> (Option<u128>, &[u64]) {
        let read = self.read(text);
        (self.hash_of_content(read), &self.ngrams)
    }

    /// The hash of what was read last.
    fn hash_of_content(&self, read: Content) -> Option<u128> {
        match read {
            Content::Empty => None,
            Content::Tokens if self.numbers.is_empty() => Some(hash_of(&[&self.tokens])),
            Content::Tokens => Some(hash_of(&[&self.tokens, &[NUMBERS_FOLLOW], &self.numbers])),
            // Turned over, so that a short text never has the hash of some token sequence by design.
            Content::Short(text) => Some(!hash128(text.as_bytes())),
        }
    }

    /// Fills the buffers.
    fn read(&mut self, text: &str) -> Content {
        self.clear();
        self.tokenize(text, Numbers::AsAsked);
        if self.is_of_numbers() {
            self.clear();
            self.tokenize(text, Numbers::Kept);
        }
        self.hash(text)
    }

    fn clear(&mut self) {
        self.tokens.clear();
        self.numbers.clear();
        self.ngrams.clear();
    }

    fn tokenize(&mut self, text: &str, numbers_are: Numbers) {
        let Shingler { tokenizer, keeping_digits, tokens, numbers, .. } = self;
        let tokenizer = match numbers_are {
            Numbers::AsAsked => tokenizer,
            Numbers::Kept => keeping_digits,
        };
        tokenizer.hash_tokens_and_numbers(text, |token| tokens.push(token), |number| numbers.push(number));
    }

    /// Takes the tokens of a text line by line, over whose ends no token goes, and gives the lines.
    fn tokenize_lines(&mut self, text: &str, numbers_are: Numbers) -> Vec<Line> {
        self.clear();
        let mut lines = Vec::new();
        for line in text.split('\n') {
            let start = self.tokens.len();
            self.tokenize(line, numbers_are);
            let tokens = start..self.tokens.len();
            if let Some(line) = line_of(line).filter(|_| !tokens.is_empty()) {
                lines.push(Line { hash: line_hash(line), tokens });
            }
        }
        lines
    }

    /// Whether so many of the tokens bear masked numbers that little would be left to compare: tables, lists of results.
    fn is_of_numbers(&self) -> bool {
        const ONE_OF: usize = 4;
        ONE_OF * self.numbers.len() > self.tokens.len()
    }

    /// Fills `ngrams` from the tokens of `text`.
    fn hash(&mut self, text: &str) -> Content {
        let Shingler { options: ShingleOptions { ngram_size, .. }, tokens, ngrams, .. } = self;
        if tokens.len() >= *ngram_size {
            ngrams.extend(ngram_hashes(tokens, *ngram_size));
            return Content::Tokens;
        }
        let normalised = normalise(text);
        let short = normalised.split_whitespace().collect::<Vec<_>>().join(" ");
        if short.is_empty() {
            return Content::Empty;
        }
        ngrams.push(mix(!hash64(short.as_bytes())));
        Content::Short(short)
    }
}

/// The hash of the little-endian bytes of all hashes.
fn hash_of(lists: &[&[u64]]) -> u128 {
    const AT_ONCE: usize = 256;
    let mut hasher = Hasher128::default();
    let mut bytes = [[0; 8]; AT_ONCE];
    for hashes in lists.iter().flat_map(|list| list.chunks(AT_ONCE)) {
        for (bytes, hash) in bytes.iter_mut().zip(hashes) {
            *bytes = hash.to_le_bytes();
        }
        hasher.update(bytes[..hashes.len()].as_flattened());
    }
    hasher.finish()
}
