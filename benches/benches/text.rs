//! What a text is made of: `gleaner-text`, and the language of a text.

use criterion::{Criterion, criterion_group, criterion_main};
use gleaner_benches::{Suite, Text, configured, texts};
use gleaner_pipeline::language::identify;
use gleaner_text::{Tokenizer, hash_words, hash128, nfc_changes, normalise, words};

fn stages(criterion: &mut Criterion) {
    let mut tokenizer = Tokenizer::default();
    Suite::new(criterion, texts())
        .each("text/words", |text: &Text| words(&text.text).count())
        .each("text/hash-words", |text| {
            let mut sum = 0u64;
            hash_words(&text.text, |_, hash| sum = sum.wrapping_add(hash));
            sum
        })
        .each("text/tokens", |text| {
            let mut sum = 0u64;
            tokenizer.hash_tokens(&text.text, |hash| sum = sum.wrapping_add(hash));
            sum
        })
        .each("text/normalise", |text| normalise(&text.text).len())
        .each("text/nfc", |text| {
            let mut changes = 0;
            nfc_changes(&text.text, |_, _| changes += 1);
            changes
        })
        .each("text/hash128", |text| hash128(text.text.as_bytes()))
        .each("text/language", |text| identify(&text.text));
}

criterion_group!(name = benches; config = configured(); targets = stages);
criterion_main!(benches);
