//! The fast ways give what the definitions say, word for word and hash for hash.

mod corpora;
mod golden;
mod hashing;
mod reference;
