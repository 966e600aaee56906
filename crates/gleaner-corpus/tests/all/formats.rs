//! Every format, both compressions, and how each of them breaks.

use std::fs;

use gleaner_corpus::{Content, Format, InputOptions, ReadOptions, VerifyDigests, resolve_inputs};

use crate::support::{Outcome, file, gzip, read, read_all, read_with, zstd};

fn small() -> ReadOptions {
    ReadOptions { max_record_size: 100, batch_bytes: 64, ..ReadOptions::default() }
}

/// The same lines plain, in gzip, in two members, in zstd and in two frames give the same records.
#[test]
fn jsonl_reads_the_same_in_every_compression() {
    let lines = "{\"text\":\"one\"}\r\n\n \t\r\n{\"text\":\"two\"}\n{\"text\":\"thr\u{e9}\u{e9}\"}";
    let (head, tail) = lines.as_bytes().split_at(20);
    let ways = [
        ("a.jsonl", lines.as_bytes().to_vec()),
        ("a.jsonl.gz", gzip(lines.as_bytes())),
        ("a.ndjson", [gzip(head), gzip(tail)].concat()),
        ("a.json", zstd(lines.as_bytes())),
        ("a.jsonl.zst", [zstd(head), zstd(tail)].concat()),
        ("unknown.name", gzip(lines.as_bytes())),
    ];
    for (name, bytes) in ways {
        let (_folder, path) = file(name, &bytes);
        let outcome = read(&path);
        assert_eq!(outcome.texts(), ["one", "two", "thr\u{e9}\u{e9}"], "{name}");
        assert_eq!(outcome.ids(), [0, 21, 36].map(|offset| format!("{name}#{offset}")), "{name}");
        assert!(outcome.rejects.is_empty(), "{name}");
        let summary = &outcome.summaries[0];
        assert_eq!((summary.format, summary.size), (Some(Format::Jsonl), bytes.len() as u64), "{name}");
        let digest = format!("xxh3-128:{:032x}", xxhash_rust::xxh3::xxh3_128(&bytes));
        assert_eq!(summary.digest, digest, "{name}");
    }
}

#[test]
fn a_byte_order_mark_is_no_text() {
    let (_folder, path) = file("a.jsonl", "\u{feff}{\"text\":\"x\"}\n{\"text\":\"y\"}\n");
    assert_eq!(read(&path).texts(), ["x", "y"]);
    let (_folder, path) = file("a.txt", "\u{feff}Ti\u{1ebf}ng Vi\u{1ec7}t");
    assert_eq!(read(&path).texts(), ["Ti\u{1ebf}ng Vi\u{1ec7}t"]);
    let (_folder, path) = file("a.txt", b"\xff\xfeA\0\n\0");
    assert_eq!(read(&path).texts(), ["A\n"]);
}

#[test]
fn a_page_or_text_is_one_document() {
    let (_folder, path) = file("a.html", "<p>caf\u{e9}");
    let page = read(&path);
    assert_eq!(page.records[0].content, Content::Html("<p>caf\u{e9}".into()));
    assert_eq!((page.records[0].id.as_str(), page.records[0].source_offset), ("a.html", 0));
    let (_folder, path) = file("b.txt.gz", gzip(b"one\ntwo\n"));
    assert_eq!(read(&path).records[0].content, Content::Text("one\ntwo\n".into()));
    let (_folder, path) = file("page", "  <!doctype html><p>x");
    assert!(matches!(read(&path).records[0].content, Content::Html(_)));
    let (_folder, path) = file("text", "plain words");
    assert!(matches!(read(&path).records[0].content, Content::Text(_)));
}

#[test]
fn an_empty_file_holds_no_record() {
    for name in ["a.jsonl", "a.txt", "a.html", "a.warc", "a.parquet", "a"] {
        let (_folder, path) = file(name, "");
        let outcome = read(&path);
        assert!(outcome.records.is_empty() && outcome.rejects.is_empty(), "{name}: {outcome:?}");
        assert_eq!((outcome.summaries.len(), outcome.summaries[0].size), (1, 0), "{name}");
    }
}

#[test]
fn what_is_too_large_is_rejected_unread() {
    let long = "x".repeat(600_000);
    let lines =
        format!("{{\"text\":\"a\"}}\n{{\"text\":\"{long}\"}}\n{{\"text\":\"b\"}}\n{{\"text\":\"{long}\"}}");
    let (_folder, path) = file("a.jsonl", &lines);
    let outcome = read_with(&path, &small());
    assert_eq!(outcome.texts(), ["a", "b"]);
    assert_eq!(
        outcome.lost(),
        ["record 13 600011 record-too-large", "record 600038 600011 record-too-large"]
    );
    assert_eq!(outcome.ids()[1], "a.jsonl#600025");
    for (name, bytes) in [("b.txt", long.clone().into_bytes()), ("b.html.gz", gzip(long.as_bytes()))] {
        let (_folder, path) = file(name, &bytes);
        let outcome = read_with(&path, &small());
        assert_eq!(outcome.lost(), [format!("record 0 {} record-too-large", bytes.len())]);
    }
    let (_folder, path) = file("edge.txt", "x".repeat(100));
    assert_eq!(read_with(&path, &small()).records.len(), 1);
}

/// Good lines before the place where a file breaks off stay; the line it breaks off in is a reject.
#[test]
fn truncated_compression_is_a_gap_after_the_good_lines() {
    let lines: String =
        (0..4000).map(|at| format!("{{\"text\":\"line {at} of {}\"}}\n", at * 7919 % 1000)).collect();
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() / 2].to_vec();
    let damaged = |mut bytes: Vec<u8>| {
        let middle = bytes.len() / 2;
        bytes[middle..middle + 64].fill(0xff);
        bytes
    };
    let cases = [
        ("a.jsonl.gz", cut(gzip(lines.as_bytes())), "truncated-gzip"),
        ("a.jsonl.zst", cut(zstd(lines.as_bytes())), "truncated-zstd"),
        ("a.jsonl.gz", damaged(gzip(lines.as_bytes())), "invalid-gzip"),
        ("a.jsonl.zst", damaged(zstd(lines.as_bytes())), "invalid-zstd"),
        ("a.jsonl.gz", [gzip(lines.as_bytes()), b"tail".to_vec()].concat(), "invalid-gzip"),
    ];
    for (name, bytes, reason) in cases {
        let (_folder, path) = file(name, &bytes);
        let outcome = read(&path);
        let known: Vec<&str> = lines.lines().take(outcome.records.len()).collect();
        let read: Vec<String> =
            outcome.texts().iter().map(|text| format!("{{\"text\":\"{text}\"}}")).collect();
        assert_eq!(read, known, "{reason}");
        let gap = outcome.rejects.last().unwrap();
        // What stands where the code should be may well be read as code, up to the end.
        let is_known = gap.reason == reason || gap.reason.replace("truncated", "invalid") == reason;
        assert!(gap.kind.name() == "gap" && is_known, "{gap:?}, not {reason}");
        if let [partial, _] = &outcome.rejects[..] {
            assert_eq!((partial.kind.name(), partial.reason.as_str()), ("record", "truncated-line"));
        }
        if bytes.ends_with(b"tail") {
            assert_eq!((outcome.records.len(), gap.length), (4000, 4), "the member before it is sound");
            continue;
        }
        // Nothing of a piece that the gap covers is given out.
        let given = match &outcome.rejects[..] {
            [partial, _] => partial.offset + partial.length,
            _ => known.iter().map(|line| line.len() as u64 + 1).sum(),
        };
        assert_eq!(given % (32 << 10), 0, "{reason}");
        // The gap is what is left of the file as stored.
        assert!(gap.length > 0 && gap.offset <= bytes.len() as u64, "{gap:?}");
        assert_eq!(gap.offset + gap.length, bytes.len() as u64, "{reason}");
        assert_eq!(outcome.summaries[0].size, bytes.len() as u64, "{reason}: read to the end for the digest");
    }
    let (_folder, path) = file("a.txt.gz", cut(gzip(lines.as_bytes())));
    assert_eq!(read(&path).rejects[0].reason, "truncated-gzip");
}

/// Damage costs the member that it is in, and the lines that go over its ends; what is left of these is no record.
#[test]
fn a_damaged_member_costs_its_own_lines() {
    let line = |at: usize| format!("{{\"id\":\"{at}\",\"text\":\"line {at} of {}\"}}\n", at * 7919 % 1000);
    let text: String = (0..600).map(line).collect();
    // Members that end with a line, and members that end anywhere.
    let with_lines: Vec<String> =
        (0..12).map(|part| (part * 50..(part + 1) * 50).map(line).collect()).collect();
    let anywhere: Vec<String> =
        text.as_bytes().chunks(1777).map(|part| String::from_utf8(part.to_vec()).unwrap()).collect();
    let checked = |bytes: &[u8]| {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.include_checksum(true).unwrap();
        std::io::Write::write_all(&mut encoder, bytes).unwrap();
        encoder.finish().unwrap()
    };
    for (name, pack) in [("a.jsonl.gz", gzip as fn(&[u8]) -> Vec<u8>), ("a.jsonl.zst", checked)] {
        for parts in [&with_lines, &anywhere] {
            let members: Vec<_> = parts.iter().map(|part| pack(part.as_bytes())).collect();
            for damaged in 0..members.len() {
                let mut bytes = members.clone();
                let middle = bytes[damaged].len() / 2;
                bytes[damaged][middle..middle + 8].fill(0xff);
                let (_folder, path) = file(name, bytes.concat());
                let outcome = read(&path);
                let start = parts[..damaged].concat().len();
                let end = start + parts[damaged].len();
                let mut at = 0;
                let sound = text.lines().enumerate().filter(|(_, line)| {
                    at += line.len() + 1;
                    at <= start || at - line.len() > end
                });
                let sound: Vec<String> = sound.map(|(number, _)| number.to_string()).collect();
                assert_eq!(outcome.ids(), sound, "{name} {damaged}");
                let offset = members[..damaged].concat().len();
                let reason = if name.ends_with("gz") { "invalid-gzip" } else { "invalid-zstd" };
                let gap = format!("gap {offset} {} {reason}", members[damaged].len());
                let lost = outcome.lost();
                assert_eq!(lost.iter().filter(|lost| lost.starts_with("gap")).collect::<Vec<_>>(), [&gap]);
                // What is left of the lines at both ends.
                let of_lines = |at: usize| usize::from(at > 0 && text.as_bytes().get(at - 1) != Some(&b'\n'));
                assert_eq!(lost.len(), 1 + of_lines(start) + of_lines(end % text.len()), "{lost:?}");
            }
        }
    }
}

#[test]
fn a_file_that_is_no_text_is_a_gap() {
    for bytes in [&b"%PDF-1.7 x"[..], b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"] {
        let (_folder, path) = file("unknown", bytes);
        assert_eq!(read(&path).lost(), [format!("gap 0 {} unknown-format", bytes.len())]);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_is_gone_is_a_gap_and_the_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.txt", "b.txt", "c.txt"] {
        fs::write(folder.path().join(name), name).unwrap();
    }
    let inputs = resolve_inputs(&[folder.path().into()], &InputOptions::default()).unwrap();
    fs::remove_file(folder.path().join("b.txt")).unwrap();
    let options = ReadOptions::default();
    let mut seen = Vec::new();
    for batch in gleaner_corpus::BatchReader::new(inputs, options.clone()) {
        batch
            .decode::<()>(&options, |item| {
                seen.push(match item {
                    gleaner_corpus::Item::Record(record) => record.id,
                    gleaner_corpus::Item::Rejected(reject) => format!("{} {}", reject.file, reject.reason),
                    gleaner_corpus::Item::Skipped(kind) => kind,
                });
                Ok(())
            })
            .unwrap();
    }
    assert_eq!(seen.len(), 3);
    assert_eq!((seen[0].as_str(), seen[2].as_str()), ("a.txt", "c.txt"));
    assert!(seen[1].starts_with("b.txt io-error: "), "{}", seen[1]);
}

fn warc() -> Vec<u8> {
    let record = |kind: &str, fields: &str, block: &str| {
        format!(
            "WARC/1.0\r\nWARC-Type: {kind}\r\n{fields}Content-Length: {}\r\n\r\n{block}\r\n\r\n",
            block.len()
        )
    };
    let http = "HTTP/1.1 404 Not Found\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Gone\u{2026}";
    let response = "WARC-Record-ID: <urn:uuid:12-ab>\r\nWARC-Date: 2026-01-02T03:04:05Z\r\n\
                    WARC-Target-URI: <http://example.org/>\r\nContent-Type: application/http;msgtype=response\r\n";
    let conversion = "WARC-Target-URI: http://example.org/2\r\nContent-Type: text/plain\r\n";
    [
        record("warcinfo", "Content-Type: application/warc-fields\r\n", "software: x\r\n"),
        record("response", response, http),
        record("conversion", conversion, "Plain words."),
    ]
    .concat()
    .into_bytes()
}

#[test]
fn archives_give_records_and_count_the_rest() {
    for (name, bytes) in [("a.warc", warc()), ("a.warc.gz", gzip(&warc())), ("x", warc())] {
        let (_folder, path) = file(name, &bytes);
        let outcome = read(&path);
        assert_eq!(outcome.skipped, ["warcinfo"], "{name}: {:?}", outcome.rejects);
        let page = &outcome.records[0];
        assert_eq!((page.id.as_str(), page.status), ("12-ab", Some(404)));
        assert_eq!(page.content, Content::Html("<p>Gone\u{2026}".into()));
        assert_eq!(page.url.as_deref(), Some("http://example.org/"));
        assert_eq!(page.date.as_deref(), Some("2026-01-02T03:04:05Z"));
        let metadata = page.metadata.as_deref().unwrap();
        assert!(
            metadata.starts_with(r#"{"warc_type":"response","http_status":404,"content_type":"text/html"#),
            "{metadata}"
        );
        assert!(metadata.ends_with(r#""charset":"UTF-8"}"#), "{metadata}");
        let text = &outcome.records[1];
        assert_eq!((text.id.clone(), text.status), (format!("{name}#{}", text.source_offset), None));
        assert_eq!(text.content, Content::Text("Plain words.".into()));
        assert!(outcome.rejects.is_empty());
    }
}

#[test]
fn a_broken_archive_loses_what_is_broken() {
    let bytes = warc();
    let (_folder, path) = file("a.warc", &bytes[..bytes.len() - 12]);
    let outcome = read(&path);
    assert_eq!((outcome.records.len(), outcome.rejects.len()), (1, 1), "{:?}", outcome.rejects);
}

#[test]
fn every_byte_of_an_archive_is_in_the_summary() {
    for (name, bytes) in
        [("a.warc", warc()), ("a.warc.gz", gzip(&warc())), ("b.warc", warc()[..400].to_vec())]
    {
        let (_folder, path) = file(name, &bytes);
        let outcome = read(&path);
        let archive = outcome.summaries[0].archive.as_ref().unwrap();
        assert_eq!(archive.stored.total() + archive.shared, bytes.len() as u64, "{name}: {archive:?}");
        let sums = if archive.shared > 0 { archive.decompressed } else { archive.stored };
        let all = if name == "b.warc" { 400 } else { warc().len() as u64 };
        assert_eq!(sums.total(), all, "{name}: {archive:?}");
        assert!(sums.skipped > 50 && (sums.records > 200 || name == "b.warc"), "{name}: {archive:?}");
        let texts: u64 = archive.charset_by.values().sum();
        assert_eq!(texts, outcome.records.len() as u64);
    }
}

/// What the offset of a reject counts is said where it is not the bytes of the file.
#[test]
fn rejects_within_a_member() {
    let archive = [&warc()[..], b"garbage\n", &warc()].concat();
    let at = warc().len();
    for (name, bytes, detail) in
        [("a.warc", archive.clone(), ""), ("a.warc.gz", gzip(&archive), ": decompressed")]
    {
        let (_folder, path) = file(name, &bytes);
        assert_eq!(read(&path).lost(), [format!("gap {at} 8 not-warc{detail}")]);
    }
}

#[test]
fn digests_are_compared() {
    let record = |digest: &str| {
        let fields =
            format!("WARC-Type: resource\r\nContent-Type: text/plain\r\nWARC-Block-Digest: {digest}\r\n");
        format!("WARC/1.0\r\n{fields}Content-Length: 5\r\n\r\nhello\r\n\r\n")
    };
    let right = record("sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ2N");
    let wrong = record("sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ22");
    let (_folder, path) = file("a.warc", format!("{right}{wrong}{right}"));
    let lost = format!("record {} {} digest-mismatch", right.len(), wrong.len());
    for (verify_digests, records, mismatches, lost) in [
        (VerifyDigests::Off, 3, 0, vec![]),
        (VerifyDigests::Warn, 3, 1, vec![]),
        (VerifyDigests::Reject, 2, 1, vec![lost]),
    ] {
        let outcome = read_with(&path, &ReadOptions { verify_digests, ..ReadOptions::default() });
        assert_eq!(outcome.records.len(), records, "{verify_digests:?}");
        assert_eq!(outcome.summaries[0].archive.as_ref().unwrap().digest_mismatches, mismatches);
        assert_eq!(outcome.lost(), lost);
    }
}

#[test]
fn limits_of_lines_headers_and_codings() {
    let (_folder, path) = file("a.jsonl", "{\"text\":\"short\"}\n{\"text\":\"a longer line\"}\n");
    let options = ReadOptions { max_line_size: Some(20), ..ReadOptions::default() };
    assert_eq!(read_with(&path, &options).lost(), ["record 17 24 line-too-long"]);
    let (_folder, path) = file("a.warc", warc());
    let options = ReadOptions { max_header_size: 150, ..ReadOptions::default() };
    let outcome = read_with(&path, &options);
    assert!(outcome.lost()[0].ends_with("header-too-large"), "{:?}", outcome.lost());
    assert_eq!((outcome.records.len(), outcome.rejects.len()), (1, 1));
    let bomb = format!("WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 9\r\n\r\n{}", " ".repeat(3 << 20));
    let (_folder, path) = file("a.warc.gz", gzip(bomb.as_bytes()));
    let options = ReadOptions { max_compression_ratio: 100, ..ReadOptions::default() };
    assert!(read_with(&path, &options).lost()[0].ends_with("compression-ratio"));
}

fn batches_of(bytes: &str, options: &ReadOptions) -> Outcome {
    let (_folder, path) = file("a.jsonl", bytes);
    read_with(&path, options)
}

/// Batches end at the first line after the limit, or after 4,096 lines, however the bytes come.
#[test]
fn batches_depend_on_the_input_alone() {
    let lines: String = (0..10_000).map(|at| format!("{{\"text\":\"{at}\"}}\n")).collect();
    assert_eq!(batches_of(&lines, &ReadOptions::default()).batches, [4096, 4096, 1808]);
    let few = ReadOptions { batch_bytes: 1000, ..ReadOptions::default() };
    let plain = batches_of(&lines, &few);
    assert!(plain.batches.len() > 100 && plain.batches.iter().all(|&size| size <= 77));
    let (_folder, path) = file("a.jsonl.gz", gzip(lines.as_bytes()));
    assert_eq!(read_with(&path, &few).batches, plain.batches);
}

#[test]
fn small_files_share_a_batch() {
    let folder = tempfile::tempdir().unwrap();
    for at in 0..20 {
        fs::write(folder.path().join(format!("{at:02}.txt")), format!("text {at}")).unwrap();
    }
    fs::write(folder.path().join("99.jsonl"), "{\"text\":\"last\"}").unwrap();
    let outcome = read_all(&[folder.path().into()], &ReadOptions::default());
    assert_eq!(outcome.batches, [21]);
    assert_eq!(outcome.ids()[19..], ["19.txt", "99.jsonl#0"]);
    assert_eq!(outcome.summaries.len(), 21);
}
