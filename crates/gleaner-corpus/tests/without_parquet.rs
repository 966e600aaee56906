//! What is left without the feature `parquet`: everything else, and a clear word on Parquet.

#![cfg(not(feature = "parquet"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::Path;

use gleaner_corpus::{
    BatchReader, Columns, Content, Document, DocumentWriter, InputOptions, Item, OutputFormat, ReadOptions,
    common_columns, resolve_inputs,
};

/// The texts of a folder's records, and the reasons of what was lost, with its length.
fn read(folder: &Path) -> (Vec<String>, Vec<(String, u64)>) {
    let inputs = resolve_inputs(&[OsString::from(folder)], &InputOptions::default()).unwrap();
    let options = ReadOptions { keep_columns: true, ..ReadOptions::default() };
    assert!(common_columns(&inputs, &options).is_none());
    let (mut texts, mut lost) = (Vec::new(), Vec::new());
    for batch in BatchReader::new(inputs, options.clone()) {
        let decoded = batch.decode::<()>(&options, |item| {
            match item {
                Item::Record(record) => match record.content {
                    Content::Text(text) | Content::Html(text) => texts.push(text),
                },
                Item::Rejected(reject) => lost.push((reject.reason, reject.length)),
                Item::Skipped(_) => {}
            }
            Ok(())
        });
        assert!(decoded.unwrap().columns.is_none());
    }
    (texts, lost)
}

#[test]
fn a_parquet_file_is_a_gap_that_says_why() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.parquet"), b"PAR1 whatever PAR1").unwrap();
    std::fs::write(folder.path().join("b.jsonl"), "{\"text\": \"one\"}\n{\"text\": \"two\"}\n").unwrap();
    let (texts, lost) = read(folder.path());
    assert_eq!(texts, ["one", "two"], "its neighbour is read");
    assert_eq!(lost, [("unknown-format: built without the feature `parquet`".to_string(), 18)]);
}

#[test]
fn parquet_is_not_written_but_lines_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let error = DocumentWriter::create(&path, OutputFormat::Parquet, None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was begun");
    assert_eq!(Columns::from_bytes(&[]).unwrap_err().kind(), ErrorKind::Unsupported);

    let mut writer =
        DocumentWriter::create(&folder.path().join("a.jsonl.zst"), OutputFormat::Jsonl, None).unwrap();
    writer.write(&[Document { text: "kept".to_string(), ..Document::default() }], None).unwrap();
    writer.finish().unwrap();
    assert_eq!(read(folder.path()), (vec!["kept".to_string()], Vec::new()));
}
