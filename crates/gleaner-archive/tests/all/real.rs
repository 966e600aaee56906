//! Real archives, where they are at hand.

use std::path::{Path, PathBuf};

use gleaner_archive::{ArchiveReader, Entry, Payload, ReaderOptions, payload};

/// Faults of each kind.
const ROUNDS: u64 = 40;

/// The folder of shared data; `None` is said aloud, and fails where everything must be tested.
fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if folder.is_dir() {
        return Some(folder);
    }
    #[allow(clippy::disallowed_methods)]
    let must = std::env::var_os("CI").is_some();
    assert!(!must, "{} is missing", folder.display());
    eprintln!("SKIPPED: {} is missing", folder.display());
    None
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
    found.sort();
}

/// Records, then pages and texts among them.
fn counts(archive: &[u8]) -> (usize, usize) {
    let mut reader = ArchiveReader::new(archive, ReaderOptions::default());
    let (mut records, mut texts) = (0, 0);
    while let Some(entry) = reader.next_entry().unwrap() {
        if let Entry::Record(record) = entry {
            records += 1;
            let payload = payload(record.header, record.block, 32 << 20);
            texts += usize::from(matches!(payload, Payload::Html(_) | Payload::Text(_)));
        }
    }
    (records, texts)
}

#[test]
fn counts_of_known_archives() {
    let Some(data) = data() else { return };
    // Records as the Python package warcio counts them, except where it gives up: a file compressed
    // as a whole (non-chunked), a missing line end (link-extraction), a length too short (wrong-chunks).
    let known = [
        ("crawl/CRAWL-2026-00000.warc.gz", 376, 375),
        ("crawl/captures/commoncrawl+whirlwind-python/whirlwind.warc.wet.gz", 2, 1),
        ("crawl/captures/commoncrawl+whirlwind-python/whirlwind.warc.wat", 2, 0),
        ("crawl/captures/archivesunleashed+aut/src/test/resources/warc/example.warc.gz", 822, 177),
        ("hostile/allenai+dolma/tests/data/warc/sample-0000.warc.gz", 48, 22),
        ("hostile/webrecorder+warcio/test/data/example-bad-non-chunked.warc.gz", 6, 1),
        ("hostile/webrecorder+warcio/test/data/example-wrong-chunks.warc.gz", 2, 1),
        (
            "hostile/netarchivesuite+jwat/jwat-warc/src/test/resources/valid-warcfile-upper-lower-case.warc",
            5,
            0,
        ),
        (
            "hostile/iipc+webarchive-commons/src/test/resources/org/archive/resource/html/link-extraction-test.warc",
            8,
            7,
        ),
        ("crawl/captures/internetarchive+gowarc/testdata/warcs/good.warc.gz.open", 50, 50),
    ];
    for (name, records, texts) in known {
        let archive = std::fs::read(data.join(name)).unwrap();
        assert_eq!(counts(&archive), (records, texts), "{name}");
    }
}

/// What the collections hold of segments, LZ4 and dictionaries.
#[test]
fn segments_lz4_and_dictionaries() {
    let Some(data) = data() else { return };
    let hostile = data.join("hostile");
    let lines = |archive: &[u8]| crate::check::lines(archive, &ReaderOptions::default());
    for name in ["block-sized-records.warc.lz4", "warcfile.warc.lz4"] {
        let archive =
            std::fs::read(hostile.join("chatnoir-eu+chatnoir-resiliparse/tests/data").join(name)).unwrap();
        assert_eq!(lines(&archive), [format!("0+{} gap lz4-archive", archive.len())]);
    }
    for (name, kind) in [("continuation", "continuation"), ("response", "response")] {
        let name = format!(
            "netarchivesuite+jwat/jwat-warc/src/test/resources/invalid-warcfile-segment-number-{name}.warc"
        );
        let archive = std::fs::read(hostile.join(&name)).unwrap();
        let mut reader = ArchiveReader::new(&archive[..], ReaderOptions::default());
        let mut kinds = Vec::new();
        while let Some(entry) = reader.next_entry().unwrap() {
            let Entry::Record(record) = entry else { panic!("{name}: {entry:?}") };
            kinds.push(record.header.record_type().unwrap());
        }
        assert_eq!(kinds, [kind, kind], "{name}");
    }
    let dictionary =
        std::fs::read(hostile.join("facebook+zstd/tests/golden-dictionaries/http-dict-missing-symbols"))
            .unwrap();
    let mut encoder = zstd::Encoder::with_dictionary(Vec::new(), 3, &dictionary).unwrap();
    std::io::Write::write_all(&mut encoder, &crate::make::text("one")).unwrap();
    let frame = encoder.finish().unwrap();
    let length = u32::try_from(dictionary.len()).unwrap().to_le_bytes();
    let archive = [b"\x5d\x2a\x4d\x18", &length[..], &dictionary, &frame].concat();
    let start = 8 + dictionary.len();
    let expected = [format!("0+{start} padding"), format!("{start}+{} record \"one\"", frame.len())];
    assert_eq!(lines(&archive), expected);
}

#[test]
fn every_file_is_covered() {
    let Some(data) = data() else { return };
    let mut all = Vec::new();
    for folder in ["crawl/captures", "hostile"] {
        files(&data.join(folder), &mut all);
    }
    assert!(all.len() > 100);
    for path in all {
        let archive = std::fs::read(&path).unwrap();
        eprintln!("{}", path.display());
        let mut reader = ArchiveReader::new(&archive[..], ReaderOptions::default());
        let mut covered = 0;
        let mut shared = false;
        while let Some(entry) = reader.next_entry().unwrap() {
            let (offset, length, within) = entry.range();
            if within == gleaner_archive::Within::Decompressed {
                shared = true;
            } else if !shared {
                assert_eq!(offset, covered);
                covered += length;
            }
        }
        assert!(shared || covered == archive.len() as u64);
        crate::check::check_tally(&reader, &archive);
    }
}

#[test]
fn faults_in_a_real_archive() {
    let Some(data) = data() else { return };
    let archive =
        std::fs::read(data.join("hostile/allenai+dolma/tests/data/warc/sample-0000.warc.gz")).unwrap();
    let mut reader = ArchiveReader::new(&archive[..], ReaderOptions::default());
    let mut members = Vec::new();
    let mut rest = &archive[..];
    while let Some(entry) = reader.next_entry().unwrap() {
        let (member, after) = rest.split_at(usize::try_from(entry.range().1).unwrap());
        members.push(member.to_vec());
        rest = after;
    }
    crate::recovery::check_faults(&members, ROUNDS);
}
