//! What comes out of a part is what went in, or an error that names the file.

use std::fs;
use std::path::PathBuf;

use gleaner_spill::{ErrorKind, PartKind, PartLookup, PartReader, PartWriter};

const KIND: PartKind = PartKind { name: *b"TEST", version: 3 };

struct Part {
    _folder: tempfile::TempDir,
    path: PathBuf,
    offsets: Vec<u64>,
}

fn part(records: &[&[u8]]) -> Part {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("part-00000");
    let mut writer = PartWriter::create(&path, KIND).expect("create");
    let offsets = records.iter().map(|record| writer.append(record).expect("append")).collect();
    let summary = writer.finish().expect("finish");
    assert_eq!(summary.records, records.len() as u64);
    assert_eq!(summary.bytes, fs::metadata(&path).expect("the part").len());
    Part { _folder: folder, path, offsets }
}

fn read_all(part: &Part) -> Result<Vec<Vec<u8>>, gleaner_spill::Error> {
    let mut reader = PartReader::open(&part.path, KIND)?;
    let mut records = Vec::new();
    while let Some(record) = reader.next_record()? {
        records.push(record.to_vec());
    }
    assert_eq!(reader.next_record()?, None, "the end stays the end");
    Ok(records)
}

#[test]
fn records_return_in_order_and_by_offset() {
    let big = vec![7; 1 << 20];
    let records: [&[u8]; 4] = [b"one", b"", &big, b"\xff\xff\xff\xff"];
    let part = part(&records);
    assert_eq!(read_all(&part).unwrap(), records);
    let lookup = PartLookup::open(&part.path, KIND).unwrap();
    let mut record = Vec::new();
    for (expected, &offset) in records.iter().zip(&part.offsets).rev() {
        lookup.read(offset, &mut record).unwrap();
        assert_eq!(&record, expected);
    }
}

#[test]
fn every_cut_is_noticed() {
    let part = part(&[b"one", b"two"]);
    let whole = fs::read(&part.path).unwrap();
    for length in 0..whole.len() {
        fs::write(&part.path, &whole[..length]).unwrap();
        assert!(read_all(&part).is_err(), "cut to {length} of {} bytes", whole.len());
    }
}

#[test]
fn every_flipped_byte_is_noticed() {
    let part = part(&[b"one", b"two"]);
    let whole = fs::read(&part.path).unwrap();
    for position in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[position] ^= 0x40;
        fs::write(&part.path, &bytes).unwrap();
        assert!(read_all(&part).is_err(), "byte {position}");
    }
}

#[test]
fn another_kind_or_version_is_refused() {
    let part = part(&[b"one"]);
    for kind in [PartKind { version: 4, ..KIND }, PartKind { name: *b"ELSE", ..KIND }] {
        let error = PartReader::open(&part.path, kind).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Foreign), "{error}");
    }
}

#[test]
fn an_unfinished_part_is_absent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("part-00000");
    let mut writer = PartWriter::create(&path, KIND).unwrap();
    writer.append(b"one").unwrap();
    drop(writer);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_wrong_offset_is_damage() {
    let part = part(&[b"one", b"two"]);
    let lookup = PartLookup::open(&part.path, KIND).unwrap();
    let error = lookup.read(part.offsets[0] + 1, &mut Vec::new()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Damaged { .. }), "{error}");
    assert!(lookup.read(1 << 40, &mut Vec::new()).is_err());
}
