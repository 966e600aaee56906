//! What the benchmarks run on: seeded synthetic corpora, the same on every machine.
//!
//! `cargo bench -p gleaner-benches` measures, `cargo bench -p gleaner-benches -- --test` runs everything once on
//! small corpora. Wall-clock figures are for comparing two runs on one quiet machine, not for quoting alone.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use gleaner_testkit::corpus::{Corpus, CorpusOptions, PageWriter, SyntheticDocument};

/// Whether everything is only run once (`-- --test`).
pub fn only_testing() -> bool {
    std::env::args().any(|argument| argument == "--test")
}

/// A corpus of `documents` documents, a fiftieth of that when only testing.
///
/// # Panics
/// When the vocabularies in the checkout are broken.
pub fn corpus(documents: usize) -> Corpus {
    let documents = if only_testing() { documents / 50 } else { documents };
    Corpus::new(CorpusOptions { documents, ..CorpusOptions::default() }).expect("the testkit's vocabularies")
}

/// Texts of a corpus of `documents` documents.
pub fn texts(documents: usize) -> Vec<String> {
    corpus(documents).documents().map(|document| document.text).collect()
}

/// Pages of a corpus of `documents` documents, in the templates of several sites.
///
/// # Panics
/// When the templates in the checkout are broken.
pub fn pages(documents: usize) -> Vec<String> {
    let writer = PageWriter::new().expect("the testkit's templates");
    corpus(documents).documents().map(|document| writer.html(&document)).collect()
}

/// Bytes of all texts.
pub fn total_bytes(texts: &[String]) -> u64 {
    texts.iter().map(|text| text.len() as u64).sum()
}

/// Writes a corpus as JSON lines; returns its bytes.
///
/// # Errors
/// When the file cannot be written.
pub fn write_jsonl(corpus: &Corpus, path: &Path) -> io::Result<u64> {
    let mut out = BufWriter::new(File::create(path)?);
    let mut bytes = 0;
    for SyntheticDocument { id, text, url, .. } in corpus.documents() {
        let line = serde_json::json!({"id": id, "text": text, "url": url}).to_string();
        out.write_all(line.as_bytes())?;
        out.write_all(b"\n")?;
        bytes += line.len() as u64 + 1;
    }
    out.flush()?;
    Ok(bytes)
}
