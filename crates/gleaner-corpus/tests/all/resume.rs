//! A reader that goes on where another one was stopped.

use std::path::Path;

use gleaner_corpus::{BatchReader, BatchRecord, InputOptions, InputSet, ReadOptions, resolve_inputs};

fn fixtures() -> InputSet {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let folders = ["crawl", "html", "jsonl", "parquet"].map(|folder| fixtures.join(folder));
    let folders: Vec<_> = folders.into_iter().filter(|folder| folder.exists()).map(Into::into).collect();
    assert!(folders.len() > 1);
    resolve_inputs(&folders, &InputOptions::default()).unwrap()
}

/// What is known of each batch, as far as it can be written down.
fn items(reader: &mut BatchReader, options: &ReadOptions) -> Vec<(Vec<String>, BatchRecord)> {
    let items = |batch: gleaner_corpus::RawBatch| {
        let mut items = Vec::new();
        let decoded = batch.decode(options, |item| {
            items.push(format!("{item:?}"));
            Ok::<(), std::convert::Infallible>(())
        });
        (items, decoded.unwrap().record)
    };
    reader.by_ref().map(items).collect()
}

#[test]
fn a_reader_goes_on_anywhere() {
    let (inputs, options) = (fixtures(), ReadOptions { batch_bytes: 20_000, ..ReadOptions::default() });
    let mut reader = BatchReader::new(inputs.clone(), options.clone());
    let whole = items(&mut reader, &options);
    let (stored, summaries) = (reader.bytes_read(), reader.into_summaries());
    assert!(
        summaries.iter().any(|file| file.archive.as_ref().is_some_and(|archive| archive.stored.skipped > 0))
    );
    let records: Vec<BatchRecord> = whole.iter().map(|(_, record)| record.clone()).collect();
    let mut begun_at = Vec::new();
    for known in 0..=whole.len() {
        let (mut reader, first) = BatchReader::resume(inputs.clone(), options.clone(), &records[..known]);
        assert!(first <= known);
        for record in &records[first..known] {
            assert!(reader.next().unwrap().pass(record));
        }
        assert!(items(&mut reader, &options) == whole[known..], "from batch {known}");
        assert_eq!(reader.bytes_read(), stored);
        assert!(reader.into_summaries() == summaries, "from batch {known}");
        begun_at.push(first);
    }
    begun_at.dedup();
    assert!(whole.len() > 10 && begun_at.len() > whole.len() / 4, "{begun_at:?} of {}", whole.len());
}

/// Whoever passes over a batch is told when it is another one.
#[test]
fn another_batch_is_not_passed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.jsonl");
    let rows: String = (100..200).map(|n| format!("{{\"text\":\"row {n}\"}}\n")).collect();
    let options = ReadOptions { batch_bytes: 400, ..ReadOptions::default() };
    let read = |rows: &str| {
        std::fs::write(&path, rows).unwrap();
        let inputs = resolve_inputs(&[path.clone().into()], &InputOptions::default()).unwrap();
        BatchReader::new(inputs, options.clone())
    };
    let whole = items(&mut read(&rows), &options);
    let passes = |rows: &str| {
        read(rows).zip(&whole).map(|(batch, (_, record))| batch.pass(record)).collect::<Vec<bool>>()
    };
    assert!(passes(&rows).into_iter().all(|passes| passes));
    // Of a file that was cut the last batch ends it.
    let cut = passes(&rows[..rows.len() / 2]);
    assert!(cut[0] && cut[1] && !cut[cut.len() - 1], "{cut:?}");
    let changed = passes(&rows.replace("row 110", "row xxx"));
    assert_eq!(changed.iter().filter(|passes| !**passes).count(), 2, "{changed:?}");
}

#[test]
fn records_of_other_inputs_are_of_no_use() {
    let (inputs, options) = (fixtures(), ReadOptions::default());
    let records: Vec<BatchRecord> = {
        let mut reader = BatchReader::new(inputs.clone(), options.clone());
        items(&mut reader, &options).into_iter().map(|(_, record)| record).collect()
    };
    let few = InputSet { files: inputs.files[..1].to_vec(), ..InputSet::default() };
    let (reader, passed) = BatchReader::resume(few, options, &records);
    assert_eq!((reader.summaries().len(), passed), (0, 0));
}
