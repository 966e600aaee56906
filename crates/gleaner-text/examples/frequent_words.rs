//! Lists the most frequent words of standard input, upper and lower case as one, in the spelling that was seen first.
//!
//! `cargo run --release -p gleaner-text --example frequent_words -- [HOW_MANY] < TEXT`

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, BufWriter, Read, Write};

use gleaner_text::{hash_words, nfc_changes};

fn main() -> Result<(), Box<dyn Error>> {
    let limit = std::env::args().nth(1).map_or(Ok(20), |number| number.parse())?;
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let text = in_nfc(&text);

    let mut words: BTreeMap<u64, (u64, &str)> = BTreeMap::new();
    hash_words(&text, |place, hash| words.entry(hash).or_insert((0, &text[place])).0 += 1);
    let total: u64 = words.values().map(|(count, _)| count).sum();
    let different = words.len();
    let mut by_count: Vec<(u64, &str)> = words.into_values().collect();
    by_count.sort_by(|(a, left), (b, right)| b.cmp(a).then(left.cmp(right)));

    let mut out = BufWriter::new(io::stdout().lock());
    writeln!(out, "{total} words, {different} different")?;
    for (count, word) in by_count.into_iter().take(limit) {
        writeln!(out, "{count:>8} {word}")?;
    }
    out.flush()?;
    Ok(())
}

/// The text with every letter in one spelling, so that `é` and `e` with an accent are one word.
fn in_nfc(text: &str) -> String {
    let (mut composed, mut at) = (String::with_capacity(text.len()), 0);
    nfc_changes(text, |range, replacement| {
        composed.push_str(&text[at..range.start]);
        composed.push_str(&replacement);
        at = range.end;
    });
    composed.push_str(&text[at..]);
    composed
}
