//! Each stage alone, one thread, in bytes of its input per second.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gleaner_benches::{pages, texts, total_bytes};
use gleaner_boilerplate::html::{ExtractOptions, extract};
use gleaner_boilerplate::lines::{LineCleaner, LineOptions};
use gleaner_dedup::{ShingleOptions, Shingles, SketchOptions, Sketcher};

const DOCUMENTS: usize = 1_000;

/// Measures `work` on every text of `input` in turn.
fn stage<T>(criterion: &mut Criterion, name: &str, input: &[String], mut work: impl FnMut(&str) -> T) {
    let mut group = criterion.benchmark_group("stages");
    group.throughput(Throughput::Bytes(total_bytes(input))).sample_size(10);
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            for text in input {
                black_box(work(black_box(text)));
            }
        });
    });
    group.finish();
}

fn extraction(criterion: &mut Criterion) {
    let options = ExtractOptions::default();
    stage(criterion, "extract", &pages(DOCUMENTS), |page| extract(page, &options));
}

fn line_cleaning(criterion: &mut Criterion) {
    let cleaner = LineCleaner::new(&LineOptions::default()).expect("default options");
    stage(criterion, "clean-lines", &texts(DOCUMENTS), |text| cleaner.clean(text, &[]));
}

fn words(criterion: &mut Criterion) {
    let texts = texts(DOCUMENTS);
    stage(criterion, "words", &texts, |text| gleaner_text::words(text).count());
    stage(criterion, "hash-words", &texts, |text| {
        let mut sum = 0u64;
        gleaner_text::hash_words(text, |_, hash| sum = sum.wrapping_add(hash));
        sum
    });
}

fn tokens(criterion: &mut Criterion) {
    let mut tokenizer = gleaner_text::Tokenizer::default();
    stage(criterion, "tokens", &texts(DOCUMENTS), |text| {
        let mut sum = 0u64;
        tokenizer.hash_tokens(text, |hash| sum = sum.wrapping_add(hash));
        sum
    });
}

fn sketcher() -> Sketcher {
    Sketcher::new(ShingleOptions::default(), SketchOptions::default()).expect("default options")
}

fn shingling(criterion: &mut Criterion) {
    let mut sketcher = sketcher();
    stage(criterion, "shingle", &texts(DOCUMENTS), |text| sketcher.shingles(text));
}

fn sketching(criterion: &mut Criterion) {
    let mut sketcher = sketcher();
    stage(criterion, "sketch", &texts(DOCUMENTS), |text| sketcher.fingerprint(text));
}

/// Each document against the next, as verification compares candidates; bytes of text compared.
fn verification(criterion: &mut Criterion) {
    let texts = texts(DOCUMENTS);
    let mut sketcher = sketcher();
    let shingles: Vec<Shingles> = texts.iter().map(|text| sketcher.shingles(text)).collect();
    let mut group = criterion.benchmark_group("stages");
    group.throughput(Throughput::Bytes(total_bytes(&texts))).sample_size(10);
    group.bench_function("verify", |bencher| {
        bencher.iter(|| shingles.windows(2).map(|pair| black_box(pair[0].jaccard(&pair[1]))).sum::<f64>());
    });
    group.finish();
}

criterion_group!(stages, extraction, line_cleaning, words, tokens, shingling, sketching, verification);
criterion_main!(stages);
