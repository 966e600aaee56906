//! Sound archives, and those that are only a little odd.

use flate2::Compression;
use gleaner_archive::{ArchiveReader, Entry, Header, ReaderOptions};

use crate::check::check;
use crate::faults::Pack;
use crate::make::{gzip, gzip_at, record, record_stating, text, zstd};

/// Length of `text("one")`: header 73, block 3, line ends 4.
const ONE: usize = 80;

fn three() -> [Vec<u8>; 3] {
    [text("one"), text("two"), text("3hree")]
}

#[test]
fn plain() {
    assert_eq!(text("one").len(), ONE);
    let archive = three().concat();
    check(&archive, &["0+80 record \"one\"", "80+80 record \"two\"", "160+82 record \"3hree\""]);
    check(b"", &[]);
    check(b"\r\n\r\n", &["0+4 padding"]);
    // Blank lines before, between and after.
    let archive = [b"\n\n", &text("one")[..], b"\r\n", &text("two"), b"\n"].concat();
    check(
        &archive,
        &["0+2 padding", "2+80 record \"one\"", "82+2 padding", "84+80 record \"two\"", "164+1 padding"],
    );
}

#[test]
fn members_of_one_record() {
    for (pack, name) in [(gzip as fn(&[u8]) -> Vec<u8>, "gzip"), (zstd, "zstd")] {
        let members = three().map(|record| pack(&record));
        let [a, b, c] = [members[0].len(), members[1].len(), members[2].len()];
        let expected = [
            format!("0+{a} record \"one\" verified"),
            format!("{a}+{b} record \"two\" verified"),
            format!("{}+{c} record \"3hree\" verified", a + b),
        ];
        eprintln!("{name}");
        check(&members.concat(), &expected.each_ref().map(String::as_str));
    }
}

#[test]
fn members_of_several_records() {
    let expected = |verified: &str| {
        [
            format!("0+80 decompressed record \"one\"{verified}"),
            format!("80+80 decompressed record \"two\"{verified}"),
            format!("160+82 decompressed record \"3hree\"{verified}"),
        ]
    };
    // Small members are read to their end, so their checksum is known.
    for archive in [gzip(&three().concat()), zstd(&three().concat())] {
        check(&archive, &expected(" verified").each_ref().map(String::as_str));
    }
    // Two such members: offsets go on.
    let archive = [gzip(&three()[..2].concat()), gzip(&[text("3"), text("4")].concat())].concat();
    check(
        &archive,
        &[
            "0+80 decompressed record \"one\" verified",
            "80+80 decompressed record \"two\" verified",
            "160+78 decompressed record \"3\" verified",
            "238+78 decompressed record \"4\" verified",
        ],
    );
}

#[test]
fn members_that_are_mixed() {
    let (plain, packed, frame) = (text("one"), gzip(&text("two")), zstd(&text("3hree")));
    let [a, b] = [packed.len(), frame.len()];
    check(
        &[&packed[..], &plain, &frame].concat(),
        &[
            &format!("0+{a} record \"two\" verified"),
            &format!("{a}+80 record \"one\""),
            &format!("{}+{b} record \"3hree\" verified", a + 80),
        ],
    );
}

/// Archives of every kind, one behind the other in every order: each record comes out where it stands.
#[test]
fn joined_in_any_order() {
    let (many, http) = (["one", "two", "three"].map(text), crate::make::responses(1, 10).concat());
    let arc = b"http://a.example/ 10.0.0.1 20260102030405 text/plain 3\narc\n";
    let kinds: [(&[Vec<u8>], Pack); 6] = [
        (&many, |records| records.iter().flat_map(|record| gzip(record)).collect()),
        (&many, |records| records.iter().flat_map(|record| zstd(record)).collect()),
        (&many, |records| records.concat()),
        (&many, |records| gzip(&records.concat())),
        (&[arc.to_vec()], |records| records.concat()),
        (&[http], |records| gzip(&records[0])),
    ];
    for order in permutations(kinds.len()) {
        let archive: Vec<u8> = order.iter().flat_map(|&at| kinds[at].1(kinds[at].0)).collect();
        let mut reader = ArchiveReader::new(&archive[..], ReaderOptions::default());
        let mut blocks = Vec::new();
        while let Some(entry) = reader.next_entry().unwrap() {
            let Entry::Record(record) = entry else { panic!("{order:?}: {entry:?}") };
            blocks.push(record.block.to_vec());
        }
        let expected: Vec<_> = order.iter().flat_map(|&at| kinds[at].0).collect();
        assert_eq!(blocks.len(), expected.len(), "{order:?}");
        for (block, record) in blocks.iter().zip(expected) {
            assert!(record.windows(block.len()).any(|window| window == block), "{order:?}");
        }
        crate::check::check_tally(&reader, &archive);
    }
}

/// Every order of the numbers below `count`.
fn permutations(count: usize) -> Vec<Vec<usize>> {
    let mut orders = vec![Vec::new()];
    for _ in 0..count {
        let longer = |order: &Vec<usize>| {
            let order = order.clone();
            (0..count).filter(move |at| !order.contains(at)).collect::<Vec<_>>()
        };
        orders = orders
            .iter()
            .flat_map(|order| longer(order).into_iter().map(|at| [&order[..], &[at]].concat()))
            .collect();
    }
    orders
}

#[test]
fn empty_members_and_skippable_frames() {
    let (empty, one) = (gzip(b""), gzip(&text("one")));
    let skippable = b"\x50\x2a\x4d\x18\x03\0\0\0abc";
    let [e, o] = [empty.len(), one.len()];
    check(
        &[&skippable[..], &one, &empty, skippable].concat(),
        &[
            "0+11 padding",
            &format!("11+{o} record \"one\" verified"),
            &format!("{}+{e} padding", 11 + o),
            &format!("{}+11 padding", 11 + o + e),
        ],
    );
}

#[test]
fn zstd_dictionary() {
    // Any bytes can be a dictionary.
    let dictionary: Vec<u8> = (0..40).flat_map(|number| text(&format!("sample number {number}"))).collect();
    let mut packer = zstd::bulk::Compressor::with_dictionary(3, &dictionary).unwrap();
    let frame = packer.compress(&text("one")).unwrap();
    for content in [dictionary.clone(), zstd(&dictionary)] {
        let mut archive = b"\x5d\x2a\x4d\x18".to_vec();
        archive.extend_from_slice(&u32::try_from(content.len()).unwrap().to_le_bytes());
        archive.extend_from_slice(&content);
        let first = archive.len();
        archive.extend_from_slice(&frame);
        check(&archive, &[&format!("0+{first} padding"), &format!("{first}+{} record \"one\"", frame.len())]);
    }
    // A dictionary that is none, by the format's own magic bytes.
    let broken = b"\x5d\x2a\x4d\x18\x08\0\0\0\x37\xa4\x30\xec\xff\xff\xff\xff";
    let length = frame.len();
    check(&[&broken[..], &frame].concat(), &["0+16 padding", &format!("16+{length} gap corrupt-zstd")]);
    // Without its dictionary the frame is lost, and says so.
    check(&frame, &[&format!("0+{} gap corrupt-zstd", frame.len())]);
}

#[test]
fn odd_headers() {
    let lf =
        b"WARC/1.1\nwarc-type: resource\ncontent-length:3\n\none\n\nWARC/0.18 \nContent-Length: 3\n\ntwo\n\n";
    check(lf, &["0+52 record \"one\"", "52+35 record \"two\""]);
    // Case of the version line, folded lines, a line without colon, a field twice, no line end at the end.
    let odd = b"warc/1.0\r\nX: a\r\n b\r\nno colon\r\nContent-Length: 3\r\nContent-Length: 99\r\n\r\none";
    check(odd, &["0+74 record \"one\""]);
    for length in ["-3", "+3", "three", "0x3", "", "99999999999999999999999"] {
        let bad = format!("WARC/1.0\r\nContent-Length: {length}\r\n\r\none\r\n\r\n");
        let archive = [bad.as_bytes(), &text("two")].concat();
        check(
            &archive,
            &[&format!("0+{} gap invalid-header", bad.len()), &format!("{}+80 record \"two\"", bad.len())],
        );
    }
}

#[test]
fn header_fields() {
    let bytes = b"WARC/1.0\r\nWARC-Type: Response\r\nWARC-Record-ID: <urn:uuid:1-2>\r\nA:\r\nB: x\r\n\ty \r\nWARC-Date: 2026-01-01\xff\r\nContent-Type: Text/HTML; charset=x\r\n\r\n";
    let header = Header::new(bytes);
    assert_eq!(header.version(), "WARC/1.0");
    assert_eq!(header.record_type().as_deref(), Some("response"));
    assert_eq!(header.record_id().as_deref(), Some("1-2"));
    assert_eq!(header.get("a").as_deref(), Some(""));
    assert_eq!(header.get("b").as_deref(), Some("x y"));
    assert_eq!(header.date().as_deref(), Some("2026-01-01\u{fffd}"));
    assert_eq!(header.media_type().as_deref(), Some("text/html"));
    assert_eq!((header.get("c"), header.target_uri()), (None, None));
    assert_eq!(header.as_bytes(), bytes);
}

#[test]
fn wrong_lengths_in_plain_files() {
    // Too long by a little, by more than the next record, and by more than the file.
    for stated in [8, 60, 500] {
        let wrong = record_stating(stated, b"wrong");
        let archive = [&text("one")[..], &wrong, &text("two")].concat();
        check(
            &archive,
            &[
                "0+80 record \"one\"",
                &format!("80+{} record \"wrong\"", wrong.len()),
                &format!("{}+80 record \"two\"", 80 + wrong.len()),
            ]
            .map(|line| if stated == 8 { line.replace("wrong", "wrong\\r\\n\\r") } else { line.to_owned() })
            .each_ref()
            .map(String::as_str),
        );
    }
    // Too short: no line end closes the record there, but the next one begins soon.
    let wrong = record_stating(3, b"wrong");
    let length = wrong.len();
    let archive = [&wrong[..], &text("two")].concat();
    check(&archive, &[&format!("0+{length} record \"wrong\""), &format!("{length}+80 record \"two\"")]);
    // The last one: nothing is behind but the line ends that close it.
    check(&wrong, &[&format!("0+{length} record \"wrong\"")]);
    // Too short by much: what is left over is a gap.
    let wrong = record_stating(3, &[&b"wrong"[..], &[b'x'; 600]].concat());
    let length = wrong.len();
    check(
        &[&wrong[..], &text("two")].concat(),
        &[
            &format!("0+{} record \"wro\"", length - 606),
            &format!("{}+606 gap not-warc", length - 606),
            &format!("{length}+80 record \"two\""),
        ],
    );
}

#[test]
fn wrong_lengths_in_members() {
    for stated in [0, 3, 10, 60, 500, 31 << 20, 1 << 40] {
        let wrong = gzip(&record_stating(stated, b"wrong"));
        let (one, two) = (gzip(&text("one")), gzip(&text("two")));
        let [a, b, c] = [one.len(), wrong.len(), two.len()];
        check(
            &[one, wrong, two].concat(),
            &[
                &format!("0+{a} record \"one\" verified"),
                &format!("{a}+{b} record \"wrong\" verified"),
                &format!("{}+{c} record \"two\" verified", a + b),
            ],
        );
    }
    // Within the line ends a length cannot be told from a right one.
    let near = gzip(&record_stating(7, b"wrong"));
    check(&near, &[&format!("0+{} record \"wrong\\r\\n\" verified", near.len())]);
    // No length at all: the member's end is the record's.
    let none = gzip(b"WARC/1.0\r\nWARC-Type: resource\r\n\r\nblock\r\n\r\n");
    check(&none, &[&format!("0+{} record \"block\" verified", none.len())]);
    let mut reader = ArchiveReader::new(&none[..], ReaderOptions::default());
    let Some(Entry::Record(record)) = reader.next_entry().unwrap() else { panic!("no record") };
    assert_eq!(record.stated_length, None);
}

#[test]
fn wrong_lengths_in_shared_members() {
    let wrong = record_stating(500, b"wrong");
    let archive = gzip(&[&wrong[..], &text("two")].concat());
    let length = wrong.len();
    check(
        &archive,
        &[
            &format!("0+{length} decompressed record \"wrong\" verified"),
            &format!("{length}+80 decompressed record \"two\" verified"),
        ],
    );
}

#[test]
fn other_formats() {
    check(b"\x04\x22\x4d\x18 and so on", &["0+14 gap lz4-archive"]);
    check(b"{\"text\": \"a\"}\n", &["0+14 gap not-warc"]);
    let rows = gzip(b"{\"text\": \"a\"}\n");
    check(&rows, &[&format!("0+{} gap not-warc", rows.len())]);
    let stored = gzip_at(Compression::none(), &vec![b'x'; 3 << 20]);
    check(&stored, &[&format!("0+{} gap not-warc", stored.len())]);
}

#[test]
fn large_shared_member() {
    let records = crate::make::responses(200, 5);
    let all = records.concat();
    assert!(all.len() > 2 << 20);
    for archive in [gzip(&all), zstd(&all)] {
        let mut reader = ArchiveReader::new(&archive[..], ReaderOptions::default());
        let (mut offset, mut verified) = (0, 0);
        for record in &records {
            let Some(Entry::Record(found)) = reader.next_entry().unwrap() else { panic!("no record") };
            assert_eq!((found.offset, found.length), (offset, record.len() as u64));
            assert_eq!([found.header.as_bytes(), found.block, b"\r\n\r\n"].concat(), *record);
            verified += usize::from(found.verified);
            offset += found.length;
        }
        // The member's checksum is at its end: it comes before the records that were decompressed last.
        assert!((1..20).contains(&verified), "{verified}");
        assert_eq!(reader.tally().unverified, (records.len() - verified) as u64);
        assert!(reader.next_entry().unwrap().is_none());
        assert_eq!(reader.position(), archive.len() as u64);
    }
}

#[test]
fn wat_and_wet_types() {
    let skipped = |bytes: &[u8]| gleaner_archive::skipped_by_header(Header::new(bytes));
    for kind in ["warcinfo", "request", "metadata", "revisit", "continuation", "other"] {
        assert_eq!(skipped(&record(kind, &["Content-Type: application/json"], b"")).as_deref(), Some(kind));
    }
    assert_eq!(skipped(&record("resource", &["Content-Type: image/png"], b"")).as_deref(), Some("image/png"));
    assert_eq!(skipped(&record("response", &["Content-Type: text/dns"], b"")).as_deref(), Some("text/dns"));
    assert_eq!(
        skipped(&record("response", &["WARC-Target-URI: dns:a.example"], b"")).as_deref(),
        Some("text/dns")
    );
    let log = ["Content-Type: text/plain", "WARC-Target-URI: <metadata://a.example/wget.log>"];
    assert_eq!(skipped(&record("resource", &log, b"")).as_deref(), Some("metadata"));
    assert_eq!(skipped(b"WARC/1.0\r\n\r\n").as_deref(), Some("unknown"));
    // What is no word, or a long one.
    for kind in ["two words", "caf\u{e9}", "", &"x".repeat(129)] {
        assert_eq!(skipped(&record(kind, &[], b"")).as_deref(), Some("other"), "{kind:?}");
        let media = format!("Content-Type: image/{kind}{kind}");
        let expected = if kind.is_empty() { "image/" } else { "other" };
        assert_eq!(skipped(&record("resource", &[&media], b"")).as_deref(), Some(expected), "{kind:?}");
    }
    assert_eq!(skipped(&record(&"x".repeat(128), &[], b"")), Some("x".repeat(128)));
    assert_eq!(skipped(&record("conversion", &["Content-Type: text/plain"], b"")), None);
    assert_eq!(
        skipped(&record("Response", &["Content-Type: application/http; msgtype=response"], b"")),
        None
    );
    assert_eq!(skipped(&record("resource", &[], b"")), None);
}
