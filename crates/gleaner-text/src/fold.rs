//! Words with hashes that do not tell upper from lower case.

use std::ops::Range;

use caseless::Caseless;

use crate::emit::hash_forms;
use crate::hash::hash_in_lower_case;
use crate::properties::{Form, Props, WORDS};
use crate::scan::{Scan, Sink};

/// Calls `sink` with the place of each of the [`words`](crate::words) of `text` and the [`token_hash`](crate::token_hash) of the word
/// after full case folding. Linear time, no allocation.
///
/// The words are not normalised: `é` and `e` with an accent have two hashes. To compare texts, use a
/// [`Tokenizer`](crate::Tokenizer).
///
/// ```
/// use gleaner_text::{hash_words, token_hash};
///
/// let mut words = Vec::new();
/// hash_words("Große STRASSE", |range, hash| words.push((range, hash)));
/// assert_eq!(words, [(0..6, token_hash("grosse")), (7..14, token_hash("strasse"))]);
/// ```
pub fn hash_words(text: &str, sink: impl FnMut(Range<usize>, u64)) {
    Scan::of_words(text).run(0, &mut Folded { text, sink });
}

struct Folded<'a, F> {
    text: &'a str,
    sink: F,
}

impl<F: FnMut(Range<usize>, u64)> Sink for Folded<'_, F> {
    #[inline(always)]
    fn word(&mut self, start: usize, end: usize, seen: Props) {
        let hash = if seen.has(Props::FOLDS) {
            hash_folded(&self.text[start..end])
        } else {
            hash_in_lower_case(self.text.as_bytes(), start, end)
        };
        (self.sink)(start..end, hash);
    }
}

/// [`token_hash`](crate::token_hash) of `word` after full case folding.
#[inline(never)]
fn hash_folded(word: &str) -> u64 {
    hash_forms(word, &WORDS, folded)
}

/// The full case folding of a character.
#[inline]
fn folded(c: char) -> impl Iterator<Item = Form> {
    let known = Form::of_folded(c);
    let unknown = known.is_none().then(|| [c].into_iter().default_case_fold().map(Form::of_same));
    known.into_iter().chain(unknown.into_iter().flatten())
}
