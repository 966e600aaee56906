//! Prints the shingles of standard input, one a line: a stable hash, then the tokens.
//!
//! `cargo run --release -p gleaner-text --example shingles -- [TOKENS_IN_A_SHINGLE] < TEXT`
//!
//! What two texts share is then `comm -12 <(shingles < A | sort -u) <(shingles < B | sort -u)`.

use std::error::Error;
use std::io::{self, BufWriter, Read, Write};

use gleaner_text::{Tokenizer, hash64};

fn main() -> Result<(), Box<dyn Error>> {
    let size: usize = std::env::args().nth(1).map_or(Ok(5), |number| number.parse())?;
    if size == 0 {
        return Err("a shingle has at least one token".into());
    }
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let mut tokens = Vec::new();
    Tokenizer::default().for_each_token(&text, |token| tokens.push(token.to_owned()));

    let mut out = BufWriter::new(io::stdout().lock());
    for shingle in tokens.windows(size) {
        let shingle = shingle.join(" ");
        writeln!(out, "{:016x} {shingle}", hash64(shingle.as_bytes()))?;
    }
    out.flush()?;
    Ok(())
}
