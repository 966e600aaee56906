//! Files made to break readers: no panic, and every one a record, a reject or a gap.

use std::fs;
use std::path::PathBuf;

use gleaner_corpus::ReadOptions;

use crate::support::{file, read, read_all, shared};

fn files(folder: &str, extension: &str) -> Option<Vec<PathBuf>> {
    let mut waiting = vec![shared(folder)?];
    let mut found = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(found.len() > 20, "the collection is there");
    Some(found)
}

/// Each case as the value of a field and as a line of its own; a name says what a parser should make of it.
#[test]
fn json_test_suite() {
    let Some(paths) = files("data/hostile/nst+JSONTestSuite", "json") else { return };
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let value = fs::read(&path).unwrap();
        if value.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
            // Several lines: each is a row of its own, or rejected.
            let (_folder, path) = file("in.jsonl", &value);
            let outcome = read(&path);
            let lines = value.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
            assert_eq!((outcome.records.len(), outcome.rejects.len()), (0, lines.count()), "{name}");
            continue;
        }
        let line = [b"{\"text\":\"t\",\"value\":", value.as_slice(), b"}\n"].concat();
        let (_folder, path) = file("in.jsonl", &line);
        let outcome = read(&path);
        match name.as_bytes()[0] {
            b'y' => assert_eq!(outcome.records.len(), 1, "{name}: {:?}", outcome.rejects),
            b'n' => assert_eq!(outcome.records.len(), 0, "{name}: {:?}", outcome.records),
            _ => assert_eq!(outcome.records.len() + outcome.rejects.len(), 1, "{name}"),
        }
        let (_folder, path) = file("in.jsonl", &value);
        let outcome = read(&path);
        assert!(outcome.records.is_empty() && outcome.rejects.len() <= 1, "{name}");
    }
}

#[test]
fn parquet_testing() {
    let Some(paths) = files("data/hostile/apache+parquet-testing", "parquet") else { return };
    let mut lost = 0;
    for path in paths {
        let text_field = Some("string_col".to_string());
        for keep_columns in [false, true] {
            let options =
                ReadOptions { text_field: text_field.clone(), keep_columns, ..ReadOptions::default() };
            let outcome = read_all(&[path.clone().into()], &options);
            let (gaps, rejects): (Vec<_>, Vec<_>) =
                outcome.rejects.iter().partition(|reject| reject.kind.name() == "gap");
            lost += gaps.len();
            if gaps.iter().any(|gap| gap.reason.starts_with("not-parquet")) {
                assert_eq!(
                    (gaps.len(), rejects.len(), outcome.records.len()),
                    (1, 0, 0),
                    "{}",
                    path.display()
                );
                continue;
            }
            let rows = (outcome.records.len() + rejects.len()) as u64
                + gaps.iter().map(|gap| gap.length).sum::<u64>();
            assert_eq!(rows, stated_rows(&path), "{}: {gaps:?}", path.display());
        }
    }
    assert!(lost > 0, "some of them are damaged");
}

fn stated_rows(path: &std::path::Path) -> u64 {
    let file = fs::File::open(path).unwrap();
    let builder = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    builder.metadata().file_metadata().num_rows() as u64
}

/// A footer whose schema nests deeper than a stack is high, written by hand.
#[test]
fn a_deep_schema_is_refused_before_the_decoder_sees_it() {
    for (levels, refused) in [(100, false), (200_000usize, true)] {
        let mut footer = b"\x15\x02\x19\xfc".to_vec();
        let mut count = levels + 2;
        while count > 0 {
            footer.push((count & 0x7f) as u8 | if count > 0x7f { 0x80 } else { 0 });
            count >>= 7;
        }
        footer.extend(b"\x48\x01r\x15\x02\x00");
        footer.extend(b"\x35\x00\x18\x01a\x15\x02\x00".repeat(levels));
        footer.extend(b"\x15\x0c\x25\x00\x18\x01a\x00\x16\x00\x19\x0c\x00");
        let length = (footer.len() as u32).to_le_bytes();
        let (_folder, path) = file("a.parquet", [b"PAR1", &footer[..], &length, b"PAR1"].concat());
        let lost = read(&path).lost();
        assert_eq!(
            lost.iter().any(|reject| reject.contains("nests more than")),
            refused,
            "{levels}: {lost:?}"
        );
    }
}

#[test]
fn archives_and_compression() {
    for (folder, extension) in [
        ("data/hostile/webrecorder+warcio", "gz"),
        ("data/hostile/iipc+jwarc", "warc"),
        ("data/hostile/libarchive+libarchive", "warc"),
        ("data/hostile/netarchivesuite+jwat", "gz"),
        ("data/hostile/netarchivesuite+jwat", "warc"),
        ("data/hostile/netarchivesuite+jwat", "arc"),
        ("data/hostile/facebook+zstd", "zst"),
        ("data/hostile/rust-lang+flate2-rs", "gz"),
    ] {
        let Some(folder) = shared(folder) else { return };
        let mut waiting = vec![folder];
        while let Some(folder) = waiting.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    waiting.push(path);
                } else if path.extension().is_some_and(|found| found == extension) {
                    let outcome = read(&path);
                    assert_eq!(
                        outcome.summaries[0].size,
                        fs::metadata(&path).unwrap().len(),
                        "{}",
                        path.display()
                    );
                    if let Some(archive) = &outcome.summaries[0].archive {
                        let sum = archive.stored.total() + archive.shared;
                        assert_eq!(sum, outcome.summaries[0].size, "{}: {archive:?}", path.display());
                    }
                }
            }
        }
    }
}

/// Each byte of a small file of each format changed, and the file cut at each place (of Parquet, at every seventh).
#[test]
fn damage_at_every_byte() {
    let row = "{\"id\":\"a\",\"text\":\"some words here\",\"n\":[1,{\"x\":null}]}\n";
    let lines = row.repeat(3);
    let page = file("a.parquet", "");
    let mut writer =
        gleaner_corpus::DocumentWriter::create(&page.1, gleaner_corpus::OutputFormat::Parquet, None).unwrap();
    let document = gleaner_corpus::Document { text: "some words".into(), ..Default::default() };
    writer.write(&vec![document; 3], None).unwrap();
    writer.finish().unwrap();
    let cases = [
        ("a.jsonl", lines.clone().into_bytes()),
        ("a.jsonl.gz", crate::support::gzip(lines.as_bytes())),
        ("a.jsonl.zst", crate::support::zstd(lines.as_bytes())),
        ("a.parquet", fs::read(&page.1).unwrap()),
    ];
    for (name, bytes) in cases {
        let (_folder, path) = file(name, "");
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x55;
            let step = if name == "a.parquet" { 7 } else { 1 };
            for variant in [&damaged[..], &bytes[..at / step * step]] {
                if variant.len() < at {
                    continue;
                }
                fs::write(&path, variant).unwrap();
                let outcome = read(&path);
                assert_eq!(outcome.summaries[0].size, variant.len() as u64);
            }
        }
    }
}
