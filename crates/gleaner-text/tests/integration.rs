//! The fast ways give what the definitions say, word for word and hash for hash.

mod corpora;
mod costs;
mod golden;
mod hashing;
mod reference;
mod sequences;
