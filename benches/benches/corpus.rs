//! Reading and writing documents: `gleaner-corpus`, on the disk of the temporary folder.
//!
//! Bytes are those of the texts. A read is from the file to records, a write ends with the file in its place.

use std::convert::Infallible;
use std::ffi::OsString;
use std::path::PathBuf;

use criterion::{Criterion, criterion_group, criterion_main};
use gleaner_benches::{Suite, Text, configured, texts};
use gleaner_corpus::{
    BatchReader, Document, DocumentWriter, InputOptions, Item, OutputFormat, ReadOptions, resolve_inputs,
};
use tempfile::TempDir;

fn documents(texts: &[Text]) -> Vec<Document> {
    let document = |(doc, text): (u64, &Text)| Document {
        doc,
        id: doc.to_string(),
        text: text.text.clone(),
        url: Some(text.url.clone()),
        source_file: "corpus.warc.gz".to_owned(),
        source_offset: doc * 20_000,
        ..Document::default()
    };
    (0..).zip(texts).map(document).collect()
}

/// A folder to write in, and what to write there.
struct Target {
    folder: TempDir,
    documents: Vec<Document>,
    format: OutputFormat,
}

impl Target {
    fn new(texts: &[Text], format: OutputFormat) -> Target {
        Target {
            folder: tempfile::tempdir().expect("a temporary folder"),
            documents: documents(texts),
            format,
        }
    }

    fn write(&self) -> PathBuf {
        let path = self.folder.path().join(format!("documents.{}", self.format.extension()));
        let mut writer = DocumentWriter::create(&path, self.format, None).expect("a new file");
        // As the pipeline hands them over: not one by one, not all at once.
        for documents in self.documents.chunks(1_000) {
            writer.write(documents, None).expect("room for the documents");
        }
        writer.finish().expect("room for the documents");
        path
    }

    fn read(&self, path: PathBuf) -> usize {
        let inputs =
            resolve_inputs(&[OsString::from(path)], &InputOptions::default()).expect("the file just written");
        let (options, mut records) = (ReadOptions::default(), 0);
        for batch in BatchReader::new(inputs, options.clone()) {
            let Ok(_) = batch.decode(&options, |item| {
                records += usize::from(matches!(item, Item::Record(_)));
                Ok::<(), Infallible>(())
            });
        }
        assert_eq!(records, self.documents.len());
        records
    }
}

fn stages(criterion: &mut Criterion) {
    let mut suite = Suite::new(criterion, texts());
    for (name, format) in [("jsonl", OutputFormat::Jsonl), ("parquet", OutputFormat::Parquet)] {
        let written = |texts: &'static [Text]| {
            let target = Target::new(texts, format);
            (target.write(), target)
        };
        suite.all(&format!("corpus/write-{name}"), |texts| Target::new(texts, format), Target::write).all(
            &format!("corpus/read-{name}"),
            written,
            |(path, target)| target.read(path.clone()),
        );
    }
}

criterion_group!(name = benches; config = configured(); targets = stages);
criterion_main!(benches);
