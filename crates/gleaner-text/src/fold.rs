//! Words with hashes that do not tell upper from lower case.

use caseless::Caseless;

use crate::emit::hash_forms;
use crate::hash::hash_in_lower_case;
use crate::properties::{Form, Props};
use crate::scan::{Scan, Sink};

/// Calls `sink` with each of the [`words`](crate::words) of `text` and the [`token_hash`](crate::token_hash) of the word
/// after full case folding. Linear time, no allocation.
///
/// The words are not normalised: `é` and `e` with an accent have two hashes. To compare texts, use a
/// [`Tokenizer`](crate::Tokenizer).
///
/// ```
/// use gleaner_text::{hash_words, token_hash};
///
/// let mut words = Vec::new();
/// hash_words("Große STRASSE", |word, hash| words.push((word, hash)));
/// assert_eq!(words, [("Große", token_hash("grosse")), ("STRASSE", token_hash("strasse"))]);
/// ```
pub fn hash_words<'a>(text: &'a str, sink: impl FnMut(&'a str, u64)) {
    Scan::of_words(text).run(0, &mut Folded { text, sink });
}

struct Folded<'a, F> {
    text: &'a str,
    sink: F,
}

impl<'a, F: FnMut(&'a str, u64)> Sink for Folded<'a, F> {
    #[inline(always)]
    fn word(&mut self, start: usize, end: usize, seen: Props) {
        let word = &self.text[start..end];
        let hash = if seen.has(Props::FOLDS) {
            hash_forms(word.chars().flat_map(folded))
        } else {
            hash_in_lower_case(self.text.as_bytes(), start, end)
        };
        (self.sink)(word, hash);
    }
}

/// The full case folding of a character.
#[inline]
fn folded(c: char) -> impl Iterator<Item = Form> {
    let known = Form::of_folded(c);
    let unknown = known.is_none().then(|| [c].into_iter().default_case_fold().map(Form::of_same));
    known.into_iter().chain(unknown.into_iter().flatten())
}
