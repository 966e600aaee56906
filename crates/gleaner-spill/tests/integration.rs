//! What comes out of a part is what went in, or an error that names the file.

use std::fs;
use std::path::PathBuf;

use gleaner_spill::{ErrorKind, Log, PartKind, PartLookup, PartReader, PartWriter, Queue, Sorter};

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
    let mut buffer = Vec::new();
    for (expected, &offset) in records.iter().zip(&part.offsets).rev() {
        for likely in [0, 3, expected.len(), usize::MAX] {
            assert_eq!(lookup.read(offset, likely, &mut buffer).unwrap(), *expected);
        }
    }
}

#[test]
fn wanted_records_come_many_at_a_time() {
    let records: Vec<Vec<u8>> = (0..40_u8).map(|byte| vec![byte; usize::from(byte) * 4_000]).collect();
    let part = part(&records.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let mut reader = PartReader::open(&part.path, KIND).unwrap();
    for _ in 0..2 {
        let (mut found, mut calls) = (Vec::new(), 0);
        while let Some(some) = reader.next_records(|number| number % 3 != 1).unwrap() {
            assert!(!some.is_empty());
            calls += 1;
            found.extend(some.into_iter().map(|(number, record)| (number, record.to_vec())));
        }
        let wanted = (0..).zip(records.clone()).filter(|(number, _)| number % 3 != 1);
        assert!(found == wanted.collect::<Vec<(u64, Vec<u8>)>>());
        assert!(calls < found.len(), "{calls} calls");
        assert_eq!(reader.next_records(|_| true).unwrap(), None, "the end stays the end");
        reader.reopen(&part.path, KIND).unwrap();
    }
    assert_eq!(reader.next_records(|_| false).unwrap(), None, "none is wanted");
}

#[test]
fn a_record_that_cannot_be_encoded_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("part");
    let mut writer = PartWriter::create(&path, KIND).unwrap();
    writer.append(b"one").unwrap();
    let failed = writer.append_with(|buffer| {
        buffer.extend_from_slice(b"half");
        PartReader::open(&path, KIND).map(|_| ())
    });
    assert!(failed.is_err());
    writer.append(b"two").unwrap();
    assert_eq!(writer.finish().unwrap().records, 2);
    let mut reader = PartReader::open(&path, KIND).unwrap();
    assert_eq!(reader.next_record().unwrap(), Some(&b"one"[..]));
    assert_eq!(reader.next_record().unwrap(), Some(&b"two"[..]));
    assert_eq!(reader.next_record().unwrap(), None);
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
    let error = lookup.read(part.offsets[0] + 1, 3, &mut Vec::new()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Damaged { .. }), "{error}");
    assert!(lookup.read(1 << 40, 3, &mut Vec::new()).is_err());
}

/// Records of 0 to 60 bytes, many of them equal or equal at their beginning.
fn records(count: u64) -> Vec<Vec<u8>> {
    let byte = |record: u64, at: u64| (record.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (at % 50)) as u8 % 3;
    (0..count).map(|record| (0..record * 7 % 61).map(|at| byte(record % 1_000, at)).collect()).collect()
}

#[track_caller]
fn check_sorted(count: u64, memory: u64, spills: bool) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut want = records(count);
    let mut sorter = Sorter::new(&folder.path().join("sorter"), memory);
    want.iter().for_each(|record| sorter.push(record).expect("push"));
    assert_eq!(sorter.spilled_bytes() > 0, spills, "{count} records in {memory} bytes");
    let mut sorted = sorter.finish().expect("finish");
    let mut found = Vec::new();
    while let Some(record) = sorted.next_record().expect("next") {
        found.push(record.to_vec());
    }
    want.sort();
    assert!(found == want, "{count} records in {memory} bytes");
    assert_eq!(sorted.next_record().expect("the end"), None);
    drop(sorted);
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0, "files are left");
}

#[test]
fn records_are_sorted_within_any_budget() {
    check_sorted(0, 0, false);
    check_sorted(1, 0, false);
    check_sorted(20_000, 64 << 20, false);
    check_sorted(20_000, 1 << 20, true);
    // More runs than are merged at a time.
    check_sorted(60_000, 0, true);
}

#[test]
fn a_dropped_sorter_leaves_no_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut sorter = Sorter::new(&folder.path().join("sorter"), 0);
    records(5_000).iter().for_each(|record| sorter.push(record).expect("push"));
    assert!(fs::read_dir(folder.path()).expect("the folder").count() > 0);
    drop(sorter);
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0);
}

#[test]
fn a_folder_that_is_gone_is_an_error_that_names_the_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("gone").join("sorter");
    let mut sorter = Sorter::new(&path, 0);
    let failed =
        records(5_000).iter().find_map(|record| sorter.push(record).err()).expect("no file can be made");
    assert!(failed.path().starts_with(folder.path().join("gone")), "{failed}");
    assert!(matches!(failed.kind(), ErrorKind::Io(_)), "{failed}");
    let mut queue = Queue::new(&path);
    assert!(queue.put(b"record").is_err());
}

#[test]
fn a_queue_gives_in_each_round_what_was_put_in_the_one_before() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut queue = Queue::new(&folder.path().join("queue"));
    let mut record = Vec::new();
    assert!(!queue.take(&mut record).expect("nothing was put"));
    for round in 0..4u8 {
        (0..round * 3).for_each(|at| queue.put(&[round, at]).expect("put"));
        queue.turn().expect("turn");
        // Not all are taken in the third round.
        for at in 0..if round == 2 { 2 } else { round * 3 } {
            assert!(queue.take(&mut record).expect("take") && record == [round, at]);
        }
        assert!(round == 2 || !queue.take(&mut record).expect("the end"));
        assert!(fs::read_dir(folder.path()).expect("the folder").count() <= 1);
    }
    drop(queue);
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0);
}

#[test]
fn only_whole_parts_are_whole() {
    let part = part(&[b"one", b"", b"three"]);
    assert!(PartReader::is_whole(&part.path).unwrap());
    let bytes = fs::read(&part.path).unwrap();
    for length in 0..bytes.len() {
        fs::write(&part.path, &bytes[..length]).unwrap();
        assert!(!PartReader::is_whole(&part.path).unwrap(), "cut to {length} bytes");
    }
    // The kind and its version are not looked at.
    for place in (0..8).chain(16..bytes.len()) {
        let mut bytes = bytes.clone();
        bytes[place] ^= 0x10;
        fs::write(&part.path, &bytes).unwrap();
        assert!(!PartReader::is_whole(&part.path).unwrap(), "changed at byte {place}");
    }
    fs::remove_file(&part.path).unwrap();
    assert!(!PartReader::is_whole(&part.path).unwrap());
}

#[test]
fn a_log_keeps_what_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let records: [&[u8]; 4] = [b"one", b"", &[9; 300], b"four"];
    let mut log = Log::create(&path, KIND).unwrap();
    let mut ends = vec![16];
    for record in records {
        log.append(record).unwrap();
        ends.push(ends[ends.len() - 1] + 12 + record.len());
    }
    log.sync().unwrap();
    let bytes = fs::read(&path).unwrap();
    assert_eq!(bytes.len(), ends[4]);
    let open = |bytes: &[u8], wanted: usize| {
        fs::write(&path, bytes).unwrap();
        let mut read = Vec::new();
        let mut log = Log::open(&path, KIND, |record| {
            read.push(record.to_vec());
            read.len() <= wanted
        })
        .unwrap();
        log.append(b"more").unwrap();
        let mut again = Vec::new();
        Log::open(&path, KIND, |record| {
            again.push(record.to_vec());
            true
        })
        .unwrap();
        again
    };
    let with_more = |count: usize| [&records[..count], &[&b"more"[..]]].concat();
    for length in ends[0]..=bytes.len() {
        let whole = ends.iter().filter(|end| **end <= length).count() - 1;
        assert_eq!(open(&bytes[..length], 9), with_more(whole), "cut to {length} bytes");
    }
    for place in ends[0]..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[place] ^= 1;
        let whole = ends.iter().filter(|end| **end <= place).count() - 1;
        assert_eq!(open(&bytes, 9), with_more(whole), "changed at byte {place}");
    }
    assert_eq!(open(&bytes, 2), with_more(2));
    let foreign = Log::open(&path, PartKind { version: 4, ..KIND }, |_| true).unwrap_err();
    assert!(matches!(foreign.kind(), ErrorKind::Foreign));
}
