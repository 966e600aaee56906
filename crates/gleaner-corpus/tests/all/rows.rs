//! Rows of JSONL and Parquet: fields, ids, metadata.

use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{Int64Builder, MapBuilder, StringBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BinaryArray, DictionaryArray, Float64Array, Int64Array, LargeStringArray, ListArray,
    RecordBatch, StringArray, StringViewArray, TimestampMillisecondArray,
};
use gleaner_corpus::{
    Columns, Content, Document, DocumentWriter, InputOptions, OutputFormat, Prefer, ReadOptions,
    common_columns, resolve_inputs,
};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::properties::WriterProperties;

use crate::support::{file, read, read_with};

/// The one record of a line, or the reason it is rejected.
fn line(json: impl AsRef<[u8]>, options: &ReadOptions) -> Result<gleaner_corpus::Record, String> {
    let (_folder, path) = file("in.jsonl", json);
    let mut outcome = read_with(&path, options);
    assert_eq!(outcome.records.len() + outcome.rejects.len(), 1);
    outcome.records.pop().ok_or_else(|| outcome.rejects.remove(0).reason)
}

fn metadata(json: &str) -> Option<String> {
    line(json, &ReadOptions::default()).unwrap().metadata
}

#[test]
fn ids_are_the_rows_own_or_the_place() {
    for (json, id) in [
        (r#"{"id":"a/b","text":""}"#, "a/b"),
        (r#"{"id":12345678901234567890123,"text":""}"#, "12345678901234567890123"),
        (r#"{"id":1.50,"text":""}"#, "1.50"),
        (r#"{"id":null,"text":""}"#, "in.jsonl#0"),
        (r#"{"id":"","text":""}"#, "in.jsonl#0"),
        (r#"{"id":[1],"text":""}"#, "in.jsonl#0"),
        (r#"{"text":""}"#, "in.jsonl#0"),
        ("  {\"text\":\"\"}", "in.jsonl#0"),
    ] {
        assert_eq!(line(json, &ReadOptions::default()).unwrap().id, id, "{json}");
    }
    let options = ReadOptions { id_field: Some("key".into()), ..ReadOptions::default() };
    let record = line(r#"{"id":1,"key":2,"text":""}"#, &options).unwrap();
    assert_eq!((record.id.as_str(), record.metadata.as_deref()), ("2", Some(r#"{"id":1}"#)));
}

#[test]
fn metadata_keeps_order_and_spelling() {
    let kept =
        r#"{"z":1.0,"a":1e400,"big":123456789012345678901234567890,"m":{"y":[1, 2.50],"x":null},"e":-0}"#;
    let row = format!(r#"{{"text":"t",{}"#, &kept[1..]);
    assert_eq!(metadata(&row).as_deref(), Some(kept));
    assert_eq!(metadata(r#"{"text":"t","n":null,"url":null}"#).as_deref(), Some(r#"{"n":null}"#));
    assert_eq!(
        metadata(r#"{"text":"t","a\"\u0041":"\ud83d\ude00"}"#).as_deref(),
        Some(r#"{"a\"A":"\ud83d\ude00"}"#)
    );
    assert_eq!(metadata(r#"{"text":"t","url":"u"}"#), None);
    assert_eq!(
        metadata(r#"{"text":"t","url":{"a":1},"doc":4}"#).as_deref(),
        Some(r#"{"url":{"a":1},"doc":4}"#)
    );
}

/// As the common parser does; what it refuses is rejected.
#[test]
fn escapes_are_read() {
    for json in [
        r#""""#,
        r#""\n\r\t\b\f\"\\\/""#,
        r#""a\\nb\\""#,
        r#""v\u0103n b\u1EA3n \u0000 \u007f \uffff""#,
        r#""pair \ud83d\ude00 and \u00e9 and \n""#,
        r#""\ud83d""#,
        r#""\ude00\ud83d""#,
        r#""\ud83dx\ude00""#,
        r#""\u12g4""#,
        r#""\u+123""#,
        r#""\x""#,
        r#""\"#,
        "\"\u{1ea3}\\n\u{1f600}\\u0041\u{1ea3}\"",
    ] {
        let read = line(format!(r#"{{"text":{json}}}"#), &ReadOptions::default());
        let read = read.map(|record| crate::support::text(&record.content).to_owned());
        let expected = serde_json::from_str::<String>(json).map_err(|_| "invalid-json".to_owned());
        assert_eq!(read, expected, "{json}");
    }
}

#[test]
fn attributes_are_strings() {
    let row = r#"{"url":"u","date":20260102,"title":"T\u00e9","language":null,"text":"t"}"#;
    let record = line(row, &ReadOptions::default()).unwrap();
    assert_eq!(record.url.as_deref(), Some("u"));
    assert_eq!(record.date.as_deref(), Some("20260102"));
    assert_eq!(record.title.as_deref(), Some("T\u{e9}"));
    assert_eq!((record.language, record.metadata), (None, None));
}

/// What is read of a row, by preference and named field, and what of the others stays.
#[test]
fn content_is_chosen_by_name_and_preference() {
    let both = r#"{"html":"<p>h","raw_content":"r","content":"c","text":"t"}"#;
    let (html, text) =
        (ReadOptions::default(), ReadOptions { prefer: Prefer::Text, ..ReadOptions::default() });
    let named = ReadOptions { text_field: Some("body".into()), ..text.clone() };
    let cases: &[(&str, &ReadOptions, Content, Option<&str>)] = &[
        (both, &html, Content::Html("<p>h".into()), Some(r#"{"raw_content":"r","content":"c","text":"t"}"#)),
        (both, &text, Content::Text("t".into()), Some(r#"{"html":"<p>h","raw_content":"r","content":"c"}"#)),
        (
            r#"{"content":"c","raw_content":"r"}"#,
            &text,
            Content::Text("r".into()),
            Some(r#"{"content":"c"}"#),
        ),
        (r#"{"text":null,"content":"c"}"#, &text, Content::Text("c".into()), None),
        (r#"{"text":null,"html":"h"}"#, &text, Content::Html("h".into()), None),
        (r#"{"text":"t","body":"b"}"#, &named, Content::Text("b".into()), Some(r#"{"text":"t"}"#)),
        (
            r#"{"text":"first","text":"last"}"#,
            &text,
            Content::Text("last".into()),
            Some(r#"{"text":"first"}"#),
        ),
    ];
    for (json, options, content, metadata) in cases {
        let record = line(json, options).unwrap();
        assert_eq!((&record.content, record.metadata.as_deref()), (content, *metadata), "{json}");
    }
}

#[test]
fn bad_lines_are_rejected_by_reason() {
    let deep = format!("{{\"text\":\"t\",\"a\":{}{}}}", "[".repeat(128), "]".repeat(128));
    let flat = format!("{{\"text\":\"t\",\"a\":{}\"[\"{}}}", "[".repeat(127), "]".repeat(127));
    let endless = format!("{{\"text\":\"t\",\"a\":{}", "[".repeat(1_000_000));
    let cases: &[(&[u8], Option<&str>)] = &[
        (b"nonsense", Some("invalid-json")),
        (b"{\"text\":\"a\"", Some("invalid-json")),
        (b"{\"text\":\"a\"} x", Some("invalid-json")),
        (b"{\"text\":\"\\ud800\"}", Some("invalid-json")),
        (b"[\"text\"]", Some("not-an-object")),
        (b"null", Some("not-an-object")),
        (b"[1", Some("invalid-json")),
        (b"{\"body\":\"a\"}", Some("no-text-field")),
        (b"{\"text\":null}", Some("no-text-field")),
        (b"{\"text\":5}", Some("text-not-a-string: text")),
        (b"{\"text\":\"t\",\"html\":[]}", Some("text-not-a-string: html")),
        (b"{\"text\":\"caf\xe9\"}", Some("invalid-utf-8")),
        (deep.as_bytes(), Some("nested-too-deep")),
        (endless.as_bytes(), Some("invalid-json")),
        (flat.as_bytes(), None),
    ];
    for (json, reason) in cases {
        let outcome = line(json, &ReadOptions::default()).err();
        assert_eq!(outcome.as_deref(), *reason, "{}", String::from_utf8_lossy(&json[..json.len().min(40)]));
    }
}

fn parquet(path: &Path, columns: &[(&str, ArrayRef)], group_rows: usize) {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.iter().map(|(name, array)| (name.to_string(), array.clone(), true)),
    );
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group_rows)).build();
    let file = std::fs::File::create(path).unwrap();
    let batch = batch.unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn texts() -> ArrayRef {
    Arc::new(StringArray::from(vec![Some("one"), None, Some("three"), Some("")]))
}

/// The text column in each of the layouts that Parquet files come in.
#[test]
fn parquet_text_reads_the_same_in_every_layout() {
    let values = [Some("one"), None, Some("three"), Some("")];
    let layouts: [ArrayRef; 5] = [
        texts(),
        Arc::new(LargeStringArray::from(values.to_vec())),
        Arc::new(StringViewArray::from(values.to_vec())),
        Arc::new(DictionaryArray::<Int32Type>::from_iter(values)),
        Arc::new(BinaryArray::from(values.map(|value| value.map(str::as_bytes)).to_vec())),
    ];
    for layout in layouts {
        let (folder, path) = file("a.parquet", "");
        parquet(&path, &[("text", layout.clone())], 2);
        let outcome = read(&path);
        assert_eq!(outcome.texts(), ["one", "three", ""], "{:?}", layout.data_type());
        assert_eq!(outcome.ids(), ["a.parquet#0", "a.parquet#2", "a.parquet#3"]);
        assert_eq!(outcome.lost(), ["record 1 1 no-text-field"]);
        drop(folder);
    }
}

#[test]
fn parquet_columns_become_fields_and_metadata() {
    let (_folder, path) = file("a.parquet", "");
    let list = ListArray::from_iter_primitive::<arrow_array::types::Int64Type, _, _>(vec![
        Some(vec![Some(1), None]),
        None,
    ]);
    let mut map = MapBuilder::new(None, Int64Builder::new(), StringBuilder::new());
    map.keys().append_value(5);
    map.values().append_value("five");
    map.append(true).unwrap();
    map.append(false).unwrap();
    parquet(
        &path,
        &[
            ("z", Arc::new(Float64Array::from(vec![1.5, f64::NAN]))),
            ("id", Arc::new(Int64Array::from(vec![i64::MIN, 7]))),
            ("content", Arc::new(StringArray::from(vec!["c0", "c1"]))),
            ("text", Arc::new(StringArray::from(vec![Some("t0"), None]))),
            ("date", Arc::new(TimestampMillisecondArray::from(vec![Some(0), None]).with_timezone("UTC"))),
            ("map", Arc::new(map.finish())),
            ("list", Arc::new(list)),
            ("doc", Arc::new(StringArray::from(vec![Some("\"q\""), None]))),
        ],
        10,
    );
    let outcome = read(&path);
    assert_eq!(outcome.ids(), ["-9223372036854775808", "7"]);
    assert_eq!(outcome.texts(), ["t0", "c1"]);
    assert_eq!(outcome.records[0].date.as_deref(), Some("1970-01-01T00:00:00Z"));
    assert_eq!(
        outcome.records[0].metadata.as_deref(),
        Some(r#"{"content":"c0","z":1.5,"map":[{"key":5,"value":"five"}],"list":[1,null],"doc":"\"q\""}"#)
    );
    assert_eq!(outcome.records[1].metadata.as_deref(), Some(r#"{"z":null}"#));
}

#[test]
fn parquet_rows_without_text_are_rejected_one_by_one() {
    let (_folder, path) = file("a.parquet", "");
    parquet(&path, &[("n", Arc::new(Int64Array::from(vec![1, 2])))], 10);
    assert_eq!(read(&path).lost(), ["record 0 1 no-text-field", "record 1 1 no-text-field"]);
    parquet(&path, &[("text", Arc::new(Int64Array::from(vec![1])))], 10);
    assert_eq!(read(&path).lost(), ["record 0 1 text-not-a-string: text"]);
    parquet(&path, &[("text", Arc::new(BinaryArray::from(vec![&b"\xe9"[..], b"ok"])))], 10);
    let outcome = read(&path);
    assert_eq!((outcome.lost(), outcome.texts()), (vec!["record 0 1 invalid-utf-8".to_string()], vec!["ok"]));
    parquet(&path, &[("text", Arc::new(StringArray::from(vec!["x".repeat(200), "y".into()])))], 10);
    let small = ReadOptions { max_record_size: 100, ..ReadOptions::default() };
    assert_eq!(read_with(&path, &small).lost(), ["record 0 1 record-too-large"]);
}

#[test]
fn a_parquet_that_is_none_is_one_gap() {
    let (_folder, path) = file("a.parquet", "not at all");
    let lost = read(&path).lost();
    assert_eq!(lost.len(), 1);
    assert!(lost[0].starts_with("gap 0 10 not-parquet: "), "{}", lost[0]);
    parquet(&path, &[("text", texts())], 10);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 9]).unwrap();
    assert!(read(&path).lost()[0].starts_with(&format!("gap 0 {} not-parquet", whole.len() - 9)));
}

/// A damaged row group costs its rows; those of the others keep their numbers.
#[test]
fn a_damaged_row_group_is_a_gap_of_its_rows() {
    let (_folder, path) = file("a.parquet", "");
    let values: Vec<String> = (0..30).map(|at| format!("text number {at}")).collect();
    parquet(&path, &[("text", Arc::new(StringArray::from(values)))], 10);
    let mut bytes = std::fs::read(&path).unwrap();
    let footer = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(&path).unwrap()).unwrap();
    let (first, _) = footer.metadata().row_group(1).column(0).byte_range();
    bytes[first as usize..][..8].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    let outcome = read(&path);
    let lost = outcome.lost();
    assert_eq!(lost.len(), 1, "{lost:?}");
    assert!(lost[0].starts_with("gap 10 10 invalid-parquet: "), "{lost:?}");
    assert_eq!(outcome.records.len(), 20);
    assert_eq!(outcome.ids()[10], "a.parquet#20");
}

/// Parquet to Parquet: the columns that are none of ours come out as they went in.
#[test]
fn other_columns_are_carried() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("1.parquet"), folder.path().join("2.parquet"));
    let columns = |first: i64| -> Vec<(&str, ArrayRef)> {
        vec![
            ("n", Arc::new(Int64Array::from(vec![Some(first), None, Some(first + 2), Some(first + 3)]))),
            ("text", texts()),
            ("doc", Arc::new(StringArray::from(vec!["a", "b", "c", "d"]))),
            (
                "tag",
                Arc::new(DictionaryArray::<Int32Type>::from_iter([Some("x"), Some("y"), None, Some("x")])),
            ),
        ]
    };
    parquet(&one, &columns(0), 10);
    parquet(&two, &columns(100), 10);
    let inputs = resolve_inputs(&[folder.path().into()], &InputOptions::default()).unwrap();
    let options = ReadOptions { keep_columns: true, ..ReadOptions::default() };
    let schema = common_columns(&inputs, &options).unwrap();
    assert_eq!(schema.names().collect::<Vec<_>>(), ["n", "tag"]);

    let outcome = crate::support::read_all(&[folder.path().into()], &options);
    assert_eq!(outcome.records[0].metadata.as_deref(), Some(r#"{"doc":"a"}"#));
    let output = folder.path().join("out.parquet");
    let mut writer = DocumentWriter::create(&output, OutputFormat::Parquet, Some(&schema)).unwrap();
    for (columns, records) in outcome.columns.iter().zip(outcome.records.chunks(3)) {
        let columns = Columns::from_bytes(&columns.to_bytes()).unwrap();
        let rows: Vec<u32> = records.iter().map(|record| record.column_row.unwrap()).collect();
        assert_eq!(rows, [0, 2, 3]);
        let documents: Vec<Document> =
            records.iter().map(|record| Document { id: record.id.clone(), ..Document::default() }).collect();
        writer.write(&documents, Some((&columns, &rows))).unwrap();
        assert!(writer.write(&documents, None).is_err());
        assert!(writer.write(&documents, Some((&columns, &[0, 1, 9]))).is_err());
    }
    writer.finish().unwrap();
    let batch = crate::writers::load(&output);
    let written = batch.column_by_name("n").unwrap();
    assert_eq!(written.as_ref(), &Int64Array::from(vec![0, 2, 3, 100, 102, 103]) as &dyn arrow_array::Array);
    assert_eq!(batch.column_by_name("tag").unwrap().data_type(), columns(0)[3].1.data_type());

    parquet(&two, &[("text", texts())], 10);
    assert!(common_columns(&inputs, &options).is_none(), "schemas differ");
}
