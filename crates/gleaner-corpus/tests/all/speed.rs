//! Speeds, measured by hand: `cargo test --release -p gleaner-corpus speed -- --ignored --nocapture --test-threads 1`.

use std::time::Instant;

use gleaner_corpus::{
    BatchReader, Content, Document, DocumentWriter, InputOptions, Item, OutputFormat, ReadOptions,
    resolve_inputs,
};

/// About 256 MB of JSON lines with words that do not repeat too much.
fn documents() -> Vec<Document> {
    let mut state = 7u64;
    let mut word = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let number = (state >> 40) % 50_000;
        format!("{}{}", ["ng", "tr", "\u{111}", "wor", "th\u{1ebf}"][number as usize % 5], number)
    };
    (0..40_000)
        .map(|doc| Document {
            doc,
            id: format!("doc-{doc}"),
            text: (0..800).map(|_| word()).collect::<Vec<_>>().join(" "),
            url: Some(format!("https://example.org/{doc}")),
            metadata: Some("{\"score\":1.0,\"tags\":[\"a\",\"b\"]}".into()),
            ..Document::default()
        })
        .collect()
}

fn report(what: &str, bytes: u64, start: Instant) {
    let seconds = start.elapsed().as_secs_f64();
    eprintln!(
        "{what}: {:.0} MB/s ({:.0} MB in {seconds:.2} s)",
        bytes as f64 / 1e6 / seconds,
        bytes as f64 / 1e6
    );
}

fn read_all(path: &std::path::Path, text: u64) {
    let inputs = resolve_inputs(&[path.into()], &InputOptions::default()).unwrap();
    let options = ReadOptions::default();
    let start = Instant::now();
    let batches: usize = BatchReader::new(inputs.clone(), options.clone()).map(|_| 1).sum();
    report(&format!("split {} into {batches} batches", path.display()), text, start);
    let start = Instant::now();
    let mut seen = 0;
    for batch in BatchReader::new(inputs, options.clone()) {
        batch
            .decode::<()>(&options, |item| {
                if let Item::Record(record) = item
                    && let Content::Text(text) = record.content
                {
                    seen += text.len() as u64;
                }
                Ok(())
            })
            .unwrap();
    }
    assert_eq!(seen, text);
    report("  with decoding", text, start);
}

#[test]
#[ignore = "measures, for a person"]
fn speed_of_reading_and_writing() {
    let documents = documents();
    let text: u64 = documents.iter().map(|document| document.text.len() as u64).sum();
    let folder = tempfile::tempdir().unwrap();
    let mut plain = Vec::new();
    for (format, name) in [(OutputFormat::Parquet, "a.parquet"), (OutputFormat::Jsonl, "a.jsonl.zst")] {
        let path = folder.path().join(name);
        let start = Instant::now();
        let mut writer = DocumentWriter::create(&path, format, None).unwrap();
        documents.chunks(100).for_each(|chunk| writer.write(chunk, None).unwrap());
        writer.finish().unwrap();
        report(
            &format!("write {name} ({} MB)", std::fs::metadata(&path).unwrap().len() / 1_000_000),
            text,
            start,
        );
        read_all(&path, text);
    }
    for document in &documents {
        gleaner_corpus::write_json_line(document, &mut plain);
        plain.push(b'\n');
    }
    for (name, bytes) in [("a.jsonl", plain.clone()), ("a.jsonl.gz", crate::support::gzip(&plain))] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        read_all(&path, text);
    }
}
