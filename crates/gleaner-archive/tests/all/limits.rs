//! Size limits, bombs, and inputs that invite more than linear work.

use std::time::{Duration, Instant};

use flate2::Compression;
use gleaner_archive::{ArchiveReader, Entry, ReaderOptions};

use crate::check::check_with;
use crate::make::{Random, gzip, gzip_at, page, record, responses, text, zstd};

#[test]
fn large_records() {
    let options = ReaderOptions::default().max_record_size(100);
    let large = record("resource", &["Content-Type: text/plain"], &[b'x'; 101]);
    let image = record("resource", &["Content-Type: image/png"], &[b'x'; 5000]);
    let http = b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n";
    let video = record("response", &["Content-Type: application/http"], &[&http[..], &[0; 3000]].concat());
    let exact = record("resource", &["Content-Type: text/plain"], &[b'x'; 100]);
    let kinds =
        [(&large, "rejected record-too-large"), (&image, "skipped image/png"), (&video, "skipped video/mp4")];
    for (large, what) in kinds {
        let length = large.len();
        check_with(
            &options,
            &[&text("one")[..], large, &text("two")].concat(),
            &[
                "0+80 record \"one\"",
                &format!("80+{length} {what}"),
                &format!("{}+80 record \"two\"", 80 + length),
            ],
        );
        for pack in [gzip, zstd] {
            let (member, two) = (pack(large), pack(&text("two")));
            let length = member.len();
            check_with(
                &options,
                &[&member[..], &two].concat(),
                &[&format!("0+{length} {what}"), &format!("{length}+{} record \"two\" verified", two.len())],
            );
        }
        let shared = gzip(&[&large[..], &text("two")].concat());
        check_with(
            &options,
            &shared,
            &[
                &format!("0+{length} decompressed {what}"),
                &format!("{length}+80 decompressed record \"two\" verified"),
            ],
        );
        // Cut short within the large record.
        check_with(
            &options,
            &large[..length - 10],
            &[&format!("0+{} rejected truncated-record", length - 10)],
        );
    }
    let shown = format!("0+{} record \"{}\"", exact.len(), "x".repeat(100));
    check_with(&options, &exact, &[&shown]);
}

#[test]
fn large_headers() {
    let options = ReaderOptions::default().max_header_size(200);
    let field = format!("X: {}", "x".repeat(200));
    let large = record("resource", &[&field], b"one");
    check_with(
        &options,
        &[&large[..], &text("two")].concat(),
        &[&format!("0+{} gap header-too-large", large.len()), &format!("{}+80 record \"two\"", large.len())],
    );
    check_with(
        &ReaderOptions::default().max_line_size(200),
        &[&large[..], &text("two")].concat(),
        &[&format!("0+{} gap header-too-large", large.len()), &format!("{}+80 record \"two\"", large.len())],
    );
}

#[test]
fn compression_ratio() {
    let options = ReaderOptions::default();
    let two = gzip(&text("two"));
    let bomb = record("resource", &["Content-Type: text/plain"], &vec![b' '; 20 << 20]);
    // Behind sound records of the same member, too: what came before stays.
    let late = [&text("one")[..], &bomb].concat();
    for pack in [gzip, zstd] {
        for content in [bomb.clone(), vec![b' '; 20 << 20]] {
            let member = pack(&content);
            let a = member.len();
            check_with(
                &options,
                &[&member[..], &two].concat(),
                &[
                    &format!("0+{a} rejected compression-ratio"),
                    &format!("{a}+{} record \"two\" verified", two.len()),
                ],
            );
        }
        let lines = crate::check::lines(&[&pack(&late)[..], &two].concat(), &options);
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert_eq!(lines[0], "0+80 decompressed record \"one\"");
        assert!(lines[1].ends_with("rejected compression-ratio"), "{lines:?}");
        assert!(lines[2].ends_with("record \"two\" verified"), "{lines:?}");
        // One that compresses less is read.
        let words = page(&mut Random::new(1), 3 << 20);
        let words = pack(&record("resource", &["Content-Type: text/plain"], &words));
        for (ratio, read) in [(100, "verified"), (2, "rejected compression-ratio")] {
            let lines = crate::check::lines(&words, &options.clone().max_compression_ratio(ratio));
            assert!(lines.len() == 1 && lines[0].ends_with(read), "{ratio}: {}", lines.len());
        }
    }
}

/// What members may give whatever their ratio is for all of them together.
#[test]
fn many_small_bombs() {
    let bomb = zstd(&record("resource", &["Content-Type: text/plain"], &vec![b' '; 900 << 10]));
    let sound: Vec<u8> = responses(30, 6).iter().flat_map(|record| gzip(record)).collect();
    let archive = [&bomb.repeat(1000), &sound[..], &bomb].concat();
    let lines = crate::check::lines(&archive, &ReaderOptions::default());
    let whats: Vec<_> = lines.iter().map(|line| line.split(' ').nth(1).unwrap()).collect();
    let expected: Vec<_> = ["record", "rejected"].into_iter().chain(["record"; 31]).collect();
    assert_eq!(whats, expected);
    assert!(lines[1].ends_with("rejected compression-ratio"), "{}", lines[1]);
}

/// A length above the limit hides no record that follows the header at once.
#[test]
fn a_record_behind_a_large_header() {
    let claim = b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 99999999999\r\n\r\n";
    let a = claim.len();
    check_with(
        &ReaderOptions::default(),
        &[&claim[..], &text("two")].concat(),
        &[&format!("0+{a} rejected wrong-length"), &format!("{a}+80 record \"two\"")],
    );
}

#[test]
fn bombs_in_members() {
    let options = ReaderOptions::default().max_record_size(1 << 20).max_compression_ratio(u64::MAX);
    let bomb = record("resource", &["Content-Type: text/plain"], &vec![b' '; 100 << 20]);
    let mut liar = text("short");
    liar.extend_from_slice(&vec![b' '; 100 << 20]);
    for pack in [gzip, zstd] {
        let (member, two) = (pack(&bomb), pack(&text("two")));
        let length = member.len();
        check_with(
            &options,
            &[&member[..], &two].concat(),
            &[
                &format!("0+{length} rejected record-too-large"),
                &format!("{length}+{} record \"two\" verified", two.len()),
            ],
        );
        let (member, two) = (pack(&liar), pack(&text("two")));
        let length = member.len();
        check_with(
            &options,
            &[&member[..], &two].concat(),
            &[
                "0+82 decompressed record \"short\"",
                &format!("82+{} decompressed gap not-warc", 100 << 20),
                &format!("{length}+{} record \"two\" verified", two.len()),
            ],
        );
    }
}

/// Gives some bytes, then an error.
struct Failing<'a>(&'a [u8]);

impl std::io::Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(std::io::Error::other("unplugged")),
            count => Ok(count),
        }
    }
}

#[test]
fn an_input_that_fails() {
    for archive in [[text("one"), text("two")].concat(), [gzip(&text("one")), gzip(&text("two"))].concat()] {
        // Everything before the error comes out, the record that it cuts as damage.
        let mut reader = ArchiveReader::new(Failing(&archive[..archive.len() - 9]), ReaderOptions::default());
        let first = reader.next_entry().unwrap();
        assert!(matches!(first, Some(Entry::Record(record)) if record.block == b"one"));
        let second = reader.next_entry().unwrap();
        assert!(matches!(second, Some(Entry::Rejected(_) | Entry::Gap(_))));
        assert_eq!(reader.next_entry().unwrap_err().to_string(), "unplugged");
        assert!(reader.next_entry().unwrap().is_none());
    }
}

fn read_all(archive: &[u8]) {
    let mut reader = ArchiveReader::new(archive, ReaderOptions::default());
    while reader.next_entry().unwrap().is_some() {}
}

#[test]
fn work_is_linear() {
    let repeat = |piece: &[u8]| piece.repeat((4 << 20) / piece.len());
    let stored = |content: &[u8]| gzip_at(Compression::none(), content);
    let claim = b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 33000000\r\n\r\nx\r\n\r\n";
    let mut nested = Vec::new();
    while nested.len() < 4 << 20 {
        // Each stored member without its trailer, so that the next one is inside of it.
        let opening = stored(b"WARC/1.0\r\nContent-Length: 33000000\r\n\r\n");
        nested.extend_from_slice(&opening[..10]);
        nested.extend_from_slice(b"\0\xff\xff\0\0WARC/1.0\r\nContent-Length: 33000000\r\n\r\n");
    }
    // A record that goes on from member to member, one byte each, behind a header as long as it may be.
    let long = format!("WARC/1.0\r\nX: {}\r\nContent-Length: 33000000\r\n\r\n", "x".repeat(60_000));
    let tiny = [stored(long.as_bytes()), stored(b"x").repeat(100_000)].concat();
    let broken = [&b"\x37\xa4\x30\xec"[..], &vec![0xff; 2 << 20]].concat();
    let length = u32::try_from(broken.len()).unwrap().to_le_bytes();
    let frames = b"\x28\xb5\x2f\xfd\x01\x07\x01\0\0".repeat(100_000);
    let dictionary = [&b"\x5d\x2a\x4d\x18"[..], &length, &broken, &frames].concat();
    let hostile: [(&str, Vec<u8>); 13] = [
        ("frames of a broken dictionary", dictionary),
        ("tiny members", tiny),
        ("gzip magic", repeat(b"\x1f\x8b\x08")),
        ("gzip with a name", repeat(b"\x1f\x8b\x08\x08\x01\x01\x01\x01\x01\x01")),
        ("zstd magic", repeat(b"\x28\xb5\x2f\xfd")),
        ("skippable frames", repeat(b"\x50\x2a\x4d\x18\xff\xff\x0f\0")),
        ("version lines", repeat(b"\nWARC/1.0\nWARC-A: b\n")),
        ("version lines alone", repeat(b"\nWARC/1.0\n")),
        ("claims", repeat(claim)),
        ("huge claims", repeat(b"WARC/1.0\r\nContent-Length: 99999999999\r\n\r\n\r\n")),
        ("line ends", repeat(b"\n")),
        ("nested", nested),
        ("W", repeat(b"W\nW")),
    ];
    for (name, archive) in &hostile {
        for archive in [archive.clone(), [b"x", &archive[..]].concat(), stored(archive)] {
            let start = Instant::now();
            read_all(&archive);
            let time = start.elapsed();
            eprintln!("{name}: {time:?}");
            // Linear takes well under a second, quadratic minutes.
            assert!(time < Duration::from_secs(20), "{name} takes {time:?}");
        }
    }
}
