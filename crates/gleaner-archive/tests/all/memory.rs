//! Peak memory, of processes of their own: whatever the size of a file, and whatever it decompresses to.

use std::path::Path;
use std::process::Command;

use gleaner_archive::{ArchiveReader, Entry, ReaderOptions, payload};

use crate::faults::Pack;
use crate::make::{gzip, record, responses, zstd};

const FILE: &str = "GLEANER_ARCHIVE_MEMORY_TEST";

/// The most memory that this process has had, in KiB; `None` where the system does not tell.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Reads the file that it is told, as the child of another test.
#[test]
#[ignore = "a part of the others"]
#[allow(clippy::disallowed_methods, clippy::print_stdout)]
fn child() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let mut reader = ArchiveReader::new(std::fs::File::open(path).unwrap(), ReaderOptions::default());
    let mut records = 0;
    while let Some(entry) = reader.next_entry().unwrap() {
        if let Entry::Record(record) = entry {
            records += 1;
            payload(record.header, record.block, 32 << 20);
        }
    }
    println!("result {records} {}", peak().unwrap_or(0));
}

/// Records of an archive, and the peak in MiB of a process that reads it with its payloads.
fn read_apart(archive: &[u8]) -> (usize, usize) {
    let path = std::env::temp_dir().join(format!("gleaner-memory-{}-{}", std::process::id(), archive.len()));
    std::fs::write(&path, archive).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["memory::child", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env(FILE, &path)
        .output()
        .unwrap();
    std::fs::remove_file(&path).unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let result = text.lines().find_map(|line| line.split_once("result ")).expect(&text).1;
    let mut numbers = result.split_whitespace().map(|number| number.parse::<usize>().unwrap());
    (numbers.next().unwrap(), numbers.next().unwrap() / 1024)
}

/// Whether the system tells; said aloud where it does not.
fn is_told() -> bool {
    let told = Path::new("/proc/self/status").exists() && peak().is_some();
    if !told {
        eprintln!("SKIPPED: this system does not tell the memory of a process");
    }
    told
}

#[test]
fn peak_does_not_depend_on_the_size_of_the_file() {
    if !is_told() {
        return;
    }
    let records = responses(100, 41);
    let packs: [(&str, Pack); 4] = [
        ("gzip members", |records| records.iter().flat_map(|record| gzip(record)).collect()),
        ("plain", |records| records.concat()),
        ("one gzip member", |records| gzip(&records.concat())),
        ("zstd frames", |records| records.iter().flat_map(|record| zstd(record)).collect()),
    ];
    for (name, pack) in packs {
        let piece = pack(&records);
        let (few, small) = read_apart(&piece.repeat(4));
        let (many, large) = read_apart(&piece.repeat(80));
        eprintln!(
            "{name}: {} MB, {small} MiB; {} MB, {large} MiB",
            piece.len() / (1 << 18),
            piece.len() * 80 / (1 << 20)
        );
        assert_eq!((few, many), (400, 8000), "{name}");
        assert!(large <= small + 2 && large < 64, "{name}: {small} MiB, then {large} MiB");
    }
}

#[test]
fn bombs_take_little_memory() {
    if !is_told() {
        return;
    }
    let spaces = vec![b' '; 200 << 20];
    let response = |coding: &str, body: &[u8]| {
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: {coding}\r\n\r\n");
        let block = [head.as_bytes(), body].concat();
        gzip(&record("response", &["Content-Type: application/http"], &block))
    };
    let (packed, frame) = (gzip(&spaces), zstd(&spaces));
    let chunks = [&b"1\r\na\r\n".repeat(4 << 20)[..], b"0\r\n\r\n"].concat();
    let chunked =
        [&b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"[..], &chunks];
    let member = record("resource", &["Content-Type: text/html"], &spaces);
    let bombs = [
        ("gzip", gzip(&member)),
        ("zstd", zstd(&member)),
        ("no record", packed.clone()),
        ("blank lines", gzip(&vec![b'\n'; 200 << 20])),
        ("header", gzip(&[b"WARC/1.0\r\nX: ", &vec![b'x'; 200 << 20][..]].concat())),
        ("gzip in gzip", response("gzip", &packed)),
        ("gzip three times", response("gzip, gzip, gzip", &gzip(&gzip(&packed)))),
        ("zstd in gzip", response("zstd", &frame)),
        ("codings on top of each other", response(&["gzip"; 10].join(", "), &packed)),
        ("chunks", gzip(&record("response", &["Content-Type: application/http"], &chunked.concat()))),
    ];
    let sound = gzip(&record("resource", &["Content-Type: text/html"], b"<p>sound"));
    for (name, bomb) in bombs {
        let (records, peak) = read_apart(&[&bomb[..], &sound].concat());
        eprintln!("{name}: {} bytes, {peak} MiB", bomb.len());
        assert!(peak < 300 && (1..=2).contains(&records), "{name}: {records} records, {peak} MiB");
    }
}
