//! ARC, the format before WARC.

use gleaner_archive::{ArchiveReader, Entry, Payload, ReaderOptions, payload};

use crate::check::{check, lines};
use crate::make::{gzip, text, zstd};

const INFO: &str = "1 0 nobody\nURL IP-address Archive-date Content-type Archive-length\n";

/// A record with its line end.
fn arc(target: &str, media: &str, block: &str) -> Vec<u8> {
    format!("{target} 10.0.0.1 20260102030405 {media} {}\n{block}\n", block.len()).into_bytes()
}

fn three() -> [Vec<u8>; 3] {
    [
        arc("filedesc://x.arc", "text/plain", INFO),
        arc("http://a.example/", "text/html", "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<p>one"),
        arc("http://a.example/a b", "text/plain", "two"),
    ]
}

/// What entries are, without their blocks.
fn kinds(archive: &[u8]) -> Vec<String> {
    let mut kinds = lines(archive, &ReaderOptions::default());
    for kind in &mut kinds {
        if let Some((start, rest)) = kind.split_once(" record ") {
            *kind = format!("{start} record{}", if rest.ends_with("verified") { " verified" } else { "" });
        }
    }
    kinds
}

#[test]
fn records() {
    let [a, b, c] = three().map(|record| record.len());
    let plain = three().concat();
    assert_eq!(
        kinds(&plain),
        [format!("0+{a} record"), format!("{a}+{b} record"), format!("{}+{c} record", a + b)]
    );
    for pack in [gzip, zstd] {
        let members = three().map(|record| pack(&record));
        let [a, b, c] = members.each_ref().map(Vec::len);
        let expected = [
            format!("0+{a} record verified"),
            format!("{a}+{b} record verified"),
            format!("{}+{c} record verified", a + b),
        ];
        assert_eq!(kinds(&members.concat()), expected);
        // A WARC archive behind it.
        let more = kinds(&[&members.concat()[..], &pack(&text("one"))].concat());
        assert_eq!(more[..3], expected);
        assert!(more.len() == 4 && more[3].ends_with("record verified"), "{more:?}");
    }
    assert_eq!(kinds(&gzip(&plain)).len(), 3);
}

#[test]
fn joined_to_plain_files() {
    let [a, b, c] = three().map(|record| record.len());
    // Behind blank lines, and behind WARC.
    let found = kinds(&[b"\n\n", &three().concat()[..]].concat());
    assert_eq!(found[..2], ["0+2 padding".to_owned(), format!("2+{a} record")]);
    assert_eq!(found.len(), 4, "{found:?}");
    let archive = [&text("one")[..], &three().concat(), &text("two")].concat();
    let expected = [
        "0+80 record".to_owned(),
        format!("80+{a} record"),
        format!("{}+{b} record", 80 + a),
        format!("{}+{c} record", 80 + a + b),
        format!("{}+80 record", 80 + a + b + c),
    ];
    assert_eq!(kinds(&archive), expected);
}

#[test]
fn headers_and_payloads() {
    let archive = three().concat();
    let mut reader = ArchiveReader::new(&archive[..], ReaderOptions::default());
    let mut found = Vec::new();
    while let Some(entry) = reader.next_entry().unwrap() {
        let Entry::Record(record) = entry else { panic!("{entry:?}") };
        assert_eq!(record.header.version(), "ARC/1.0");
        assert_eq!(record.header.date().as_deref(), Some("2026-01-02T03:04:05Z"));
        let address = record.header.target_uri().unwrap().into_owned();
        found.push((
            address,
            match payload(record.header, record.block, 1 << 20) {
                Payload::Html(page) => format!("{:?} {}", page.status, page.text),
                Payload::Text(text) => text.text,
                other => format!("{other:?}"),
            },
        ));
    }
    let expected = [
        ("filedesc://x.arc", "Skipped(\"warcinfo\")"),
        ("http://a.example/", "Some(200) <p>one"),
        ("http://a.example/a b", "two"),
    ];
    assert_eq!(found, expected.map(|(address, text)| (address.to_owned(), text.to_owned())));
}

#[test]
fn damage() {
    let [info, one, two] = three();
    // A length that is none, in the middle.
    let broken = String::from_utf8(one.clone()).unwrap().replacen(" text/html ", " text/html x", 1);
    let archive = [&info[..], broken.as_bytes(), &two].concat();
    let a = info.len();
    assert_eq!(
        kinds(&archive),
        [
            format!("0+{a} record"),
            format!("{a}+{} gap invalid-header", broken.len()),
            format!("{}+{} record", a + broken.len(), two.len())
        ]
    );
    // A length too long reaches over the next record, one too short leaves something over.
    for stated in ["500", "1000", "49"] {
        let long = String::from_utf8(one.clone()).unwrap().replacen(" 50\n", &format!(" {stated}\n"), 1);
        assert_ne!(long.as_bytes(), one);
        let found = kinds(&[&info[..], long.as_bytes(), &two].concat());
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found.iter().all(|line| line.ends_with("record")), "{found:?}");
    }
    // Cut short; without its beginning; with garbage behind.
    let found = kinds(&[&info[..], &one[..20]].concat());
    assert_eq!(found[1], format!("{a}+20 rejected truncated-record"));
    assert_eq!(kinds(&[&one[..], &two].concat()).len(), 2);
    let found = kinds(&[&info[..], b"garbage\n", &two].concat());
    assert_eq!(found[1], format!("{a}+8 gap not-warc"));
    assert_eq!(found.len(), 3);
    check(b"filedesc://x one\nabc\n", &["0+21 gap invalid-header"]);
    check(b"http://a.example/ is no record\n", &["0+31 gap not-warc"]);
}

/// An address longer than what is first decompressed of a member: it begins a record all the same.
#[test]
fn a_long_line_continues_nothing() {
    let [info, one, _] = three();
    // Its length reaches over its member, as if the next one went on with it.
    let cut = String::from_utf8(one).unwrap().replacen(" 50\n", " 5000\n", 1).into_bytes();
    for length in [300, 511, 512, 600, 3000, 8000] {
        let target = format!("http://a.example/{}", "x".repeat(length));
        let members = [&info, &cut, &arc(&target, "text/plain", "two")].map(|record| gzip(record));
        let [a, b, c] = members.each_ref().map(Vec::len);
        let expected = [
            format!("0+{a} record verified"),
            format!("{a}+{b} record verified"),
            format!("{}+{c} record verified", a + b),
        ];
        assert_eq!(kinds(&members.concat()), expected, "{length}");
    }
}

/// An address is shown to people and written to files: it holds no control characters, as in WARC.
#[test]
fn control_characters_in_lines() {
    let [info, _, two] = three();
    for bad in ["\u{1b}[2J", "\r", "\0", "\u{7}"] {
        let line = arc(&format!("http://a.example/{bad}b"), "text/plain", "bad");
        let a = info.len();
        assert_eq!(
            kinds(&[&info[..], &line, &two].concat()),
            [
                format!("0+{a} record"),
                format!("{a}+{} gap invalid-header", line.len()),
                format!("{}+{} record", a + line.len(), two.len())
            ],
            "{bad:?}"
        );
    }
}

/// Found by fuzzing: whether the second member was known for ARC depended on how the bytes of the first arrived.
#[test]
fn a_first_member_that_is_damaged() {
    let first = gzip(&three()[..2].concat());
    let second = gzip(&three().concat());
    for at in 10..first.len() {
        let mut damaged = first.clone();
        damaged[at] ^= 0x55;
        let archive = [&damaged[..], &second].concat();
        let found = lines(&archive, &ReaderOptions::default());
        assert!(found.len() >= 4, "{at}: {found:?}");
        let found: Vec<_> = found.iter().map(String::as_str).collect();
        // Also byte by byte.
        check(&archive, &found);
    }
}
