//! What a word is, and what makes two texts the same: the definitions that every stage of a text corpus
//! pipeline has to agree on.
//!
//! - [`words`] and [`word_count`]: the words of a text by Unicode's rules (UAX #29).
//! - [`hash_words`]: the same words, each with a hash that does not tell upper from lower case.
//! - [`normalise`]: one form for texts that differ only in case or in how Unicode spells them.
//! - [`nfc_changes`]: what a text lacks to be in NFC, the form in which it should be stored.
//! - [`Tokenizer`]: the tokens that near-duplicate detection compares, as strings or as stable hashes.
//! - [`hash64`], [`hash128`] and [`token_hash`]: hashes with a published definition, fit to be stored.
//!
//! The crate knows nothing about files, documents or languages, and it allocates no more than a constant number
//! of times per text. Do not use it for display: [`normalise`] is for comparison and loses what a reader sees.
//!
//! ```
//! use gleaner_text::{Tokenizer, TokenOptions, normalise, word_count, words};
//!
//! assert_eq!(words("It can't cost 3.14 €").collect::<Vec<_>>(), ["It", "can't", "cost", "3.14"]);
//! assert_eq!(word_count("北京 2008"), 3);
//! assert_eq!(normalise("ﬁne STRASSE, straße"), "fine strasse, strasse");
//!
//! let mut tokens = Vec::new();
//! Tokenizer::new(TokenOptions::default()).for_each_token("カナ Kana", |token| tokens.push(token.to_owned()));
//! assert_eq!(tokens, ["カ", "ナ", "kana"]);
//! ```
//!
//! # Untrusted input
//!
//! Every function takes any `&str`, never panics and never recurses. Time is linear in the text. Memory is
//! linear too: normalisation can lengthen a text at most eighteen times (one Arabic ligature does), and the
//! usual text not at all. The hashes are not keyed: somebody who wants two tokens to collide can make them.

mod emit;
mod fold;
mod hash;
mod normalise;
mod properties;
mod regions;
mod scan;
mod segment;
mod simd;
#[cfg(test)]
mod spaceless;
mod tokens;
mod words;

pub use fold::hash_words;
pub use hash::{Hasher128, hash64, hash128, token_hash};
pub use normalise::{nfc_changes, normalise};
pub use tokens::{Digits, TokenOptions, Tokenizer};
pub use words::{Words, word_count, words};

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
