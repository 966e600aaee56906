//! Output files: what is in them, the same bytes twice, whole or not at all.

use std::io::{Read, Write};
use std::path::Path;

use arrow_array::{Array, RecordBatch};
use gleaner_corpus::{
    AtomicFile, Document, DocumentRef, DocumentWriter, OutputFormat, Reject, RejectKind, RejectWriter,
    Removal, RemovedWriter, SpanRow, SpanWriter, write_json_line,
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::support::read;

pub(crate) fn load(path: &Path) -> RecordBatch {
    let file = std::fs::File::open(path).unwrap();
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(file).unwrap().with_batch_size(1 << 20).build().unwrap();
    let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    arrow_select::concat::concat_batches(&batches[0].schema(), &batches).unwrap()
}

fn document(doc: u64) -> Document {
    Document {
        doc,
        id: format!("id-{doc}"),
        text: format!("Text \"{doc}\"\n\n{}", "v\u{103}n b\u{1ea3}n ".repeat(doc as usize % 400)),
        url: Some("http://example.org/".into()),
        language: doc.is_multiple_of(2).then(|| "vie_Latn".into()),
        language_score: doc.is_multiple_of(2).then_some(0.25),
        source_file: "in.jsonl".into(),
        source_offset: doc * 10,
        metadata: doc.is_multiple_of(3).then(|| format!(r#"{{"n":{doc}.0}}"#)),
        ..Document::default()
    }
}

fn write(path: &Path, format: OutputFormat, chunk: usize) {
    let documents: Vec<Document> = (0..5000).map(document).collect();
    let mut writer = DocumentWriter::create(path, format, None).unwrap();
    documents.chunks(chunk).for_each(|chunk| writer.write(chunk, None).unwrap());
    writer.finish().unwrap();
}

/// However the rows are handed over, the bytes are the same, and they read back as they were.
#[test]
fn documents_are_written_the_same_twice_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    for format in [OutputFormat::Parquet, OutputFormat::Jsonl] {
        let name = |way: &str| folder.path().join(format!("{way}.{}", format.extension()));
        write(&name("one"), format, 5000);
        write(&name("two"), format, 7);
        let bytes = std::fs::read(name("one")).unwrap();
        assert!(bytes == std::fs::read(name("two")).unwrap(), "{format:?}");
        let outcome = read(&name("one"));
        assert_eq!(outcome.records.len(), 5000);
        for (doc, record) in (0..).zip(&outcome.records) {
            let document = document(doc);
            assert_eq!(crate::support::text(&record.content), document.text);
            assert_eq!(
                (&record.id, &record.url, &record.language),
                (&document.id, &document.url, &document.language)
            );
        }
    }
}

/// Several jobs of compression make the same one frame, on however many threads.
#[test]
fn workers_do_not_change_the_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.jsonl.zst");
    let documents: Vec<Document> = (0..8000).map(document).collect();
    let references: Vec<DocumentRef<'_>> = documents.iter().map(DocumentRef::from).collect();
    let mut lines = Vec::new();
    for document in &documents {
        write_json_line(document, &mut lines);
        lines.push(b'\n');
    }
    assert!(lines.len() > 8 << 20, "two jobs and a rest");
    let written = [1, 2, 5, 0].map(|workers| {
        let mut writer = DocumentWriter::with_workers(&path, OutputFormat::Jsonl, None, workers).unwrap();
        references.chunks(300).for_each(|chunk| writer.write_refs(chunk, None).unwrap());
        writer.finish().unwrap();
        std::fs::read(&path).unwrap()
    });
    assert!(written.iter().all(|bytes| *bytes == written[0]));
    let mut decoded = Vec::new();
    let decoder = zstd::stream::read::Decoder::new(&written[0][..]).unwrap();
    decoder.single_frame().read_to_end(&mut decoded).unwrap();
    assert!(decoded == lines);
}

#[test]
fn a_line_has_every_field_in_order() {
    let mut line = Vec::new();
    write_json_line(&document(6), &mut line);
    let text = "v\u{103}n b\u{1ea3}n ".repeat(6);
    let expected = format!(
        "{{\"doc\":6,\"id\":\"id-6\",\"text\":\"Text \\\"6\\\"\\n\\n{text}\",\"url\":\"http://example.org/\",\
         \"date\":null,\"title\":null,\"language\":\"vie_Latn\",\"language_score\":0.25,\
         \"source_file\":\"in.jsonl\",\"source_offset\":60,\"metadata\":{{\"n\":6.0}}}}"
    );
    assert_eq!(String::from_utf8(line).unwrap(), expected);
}

/// `name:type` of each column, `?` behind a nullable one.
fn schema(path: &Path) -> String {
    let batch = load(path);
    let column = |field: &std::sync::Arc<arrow_schema::Field>| {
        format!("{}:{}{}", field.name(), field.data_type(), if field.is_nullable() { "?" } else { "" })
    };
    batch.schema().fields().iter().map(column).collect::<Vec<_>>().join(" ")
}

const DOCUMENT: &str = "doc:UInt64 id:Utf8 text:Utf8 url:Utf8? date:Utf8? title:Utf8? language:Utf8? \
                        language_score:Float64? source_file:Utf8 source_offset:UInt64 metadata:Utf8?";

#[test]
fn every_table_has_its_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.parquet");
    let mut writer = DocumentWriter::create(&path, OutputFormat::Parquet, None).unwrap();
    writer.write(&[document(0)], None).unwrap();
    writer.finish().unwrap();
    assert_eq!(schema(&path), DOCUMENT);

    let removal =
        Removal { stage: "dedup".into(), gap: Some(4), duplicate_of_doc: Some(1), ..Removal::default() };
    let mut writer = RemovedWriter::create(&path).unwrap();
    writer.write(&[(document(0), removal)]).unwrap();
    writer.finish().unwrap();
    assert_eq!(
        schema(&path),
        format!(
            "{DOCUMENT} stage:Utf8 reason:Utf8 detail:Utf8? duplicate_of:Utf8? duplicate_of_doc:UInt64? \
             duplicate_of_run:Utf8? measure:Utf8? similarity:Float64? jaccard:Float64? containment:Float64? gap:UInt32?"
        )
    );
    let batch = load(&path);
    let gap = batch.column_by_name("gap").unwrap();
    assert_eq!(gap.as_ref(), &arrow_array::UInt32Array::from(vec![4]) as &dyn Array);

    let span = SpanRow {
        doc: 0,
        id: "a".into(),
        stage: "html".into(),
        start: 1,
        end: 2,
        action: "removed".into(),
        reason: "menu".into(),
        detail: None,
        score: 0.5,
        text: None,
    };
    let mut writer = SpanWriter::create(&path).unwrap();
    writer.write(&[span]).unwrap();
    writer.finish().unwrap();
    let spans = "doc:UInt64 id:Utf8 stage:Utf8 start:UInt64 end:UInt64 action:Utf8 reason:Utf8 detail:Utf8? score:Float32 text:Utf8?";
    assert_eq!(schema(&path), spans);

    let (kind, file, reason) = (RejectKind::Gap, "a".into(), "truncated-gzip".into());
    let mut writer = RejectWriter::create(&path).unwrap();
    writer.write(&[Reject { kind, file, offset: 1, length: 2, reason }]).unwrap();
    writer.finish().unwrap();
    assert_eq!(schema(&path), "kind:Utf8 file:Utf8 offset:UInt64 length:UInt64 reason:Utf8");
}

/// Large texts end a row group at 64 MiB, so that the encoder's memory is bounded.
#[test]
fn row_groups_are_bounded_by_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.parquet");
    let mut writer = DocumentWriter::create(&path, OutputFormat::Parquet, None).unwrap();
    let large = Document { text: "0123456789abcdef".repeat(1 << 20), ..Document::default() };
    for _ in 0..9 {
        writer.write(std::slice::from_ref(&large), None).unwrap();
    }
    writer.finish().unwrap();
    let file = std::fs::File::open(&path).unwrap();
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let rows: Vec<i64> = builder.metadata().row_groups().iter().map(|group| group.num_rows()).collect();
    assert_eq!(rows, [4, 4, 1]);
}

#[test]
fn an_empty_output_is_a_readable_file() {
    let folder = tempfile::tempdir().unwrap();
    for format in [OutputFormat::Parquet, OutputFormat::Jsonl] {
        let path = folder.path().join(format!("x.{}", format.extension()));
        DocumentWriter::create(&path, format, None).unwrap().finish().unwrap();
        let outcome = read(&path);
        assert!(outcome.records.is_empty() && outcome.rejects.is_empty(), "{:?}", outcome.rejects);
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_file_is_there_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let mut file = AtomicFile::create(&path).unwrap();
    file.write_all(b"half").unwrap();
    assert_eq!(names(folder.path()), [".x.partial"]);
    drop(file);
    assert!(names(folder.path()).is_empty());
    drop(DocumentWriter::create(&path, OutputFormat::Jsonl, None).unwrap());
    drop(DocumentWriter::create(&path, OutputFormat::Parquet, None).unwrap());
    assert!(names(folder.path()).is_empty());
    std::fs::write(&path, "old").unwrap();
    let mut file = AtomicFile::create(&path).unwrap();
    file.write_all(b"new").unwrap();
    file.commit().unwrap();
    assert_eq!(
        (names(folder.path()), std::fs::read(&path).unwrap()),
        (vec!["x".to_string()], b"new".to_vec())
    );
    assert!(AtomicFile::create(&folder.path().join("missing/x")).is_err());
}
