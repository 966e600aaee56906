//! Reads archives with gleaner-archive: `read_archive [--digests] FILE...`, for each file a JSON line
//! `{"records", "bytes", "reported", "digests"?}` on stdout.
//!
//! `reported` counts rejected records and gaps. With `--digests` each record's block is given by its MD5.

use std::fs::File;
use std::io;

use gleaner_archive::{ArchiveReader, Entry, ReaderOptions};
use md5::{Digest, Md5};

#[derive(Default, serde::Serialize)]
struct Seen {
    records: u64,
    bytes: u64,
    reported: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    digests: Vec<String>,
}

fn main() -> io::Result<()> {
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    let digests = files.first().is_some_and(|first| first == "--digests");
    for file in files.drain(usize::from(digests)..) {
        println!("{}", serde_json::to_string(&read(&file, digests)?)?);
    }
    Ok(())
}

fn read(file: &str, digests: bool) -> io::Result<Seen> {
    let mut reader = ArchiveReader::new(File::open(file)?, ReaderOptions::default());
    let mut seen = Seen::default();
    while let Some(entry) = reader.next_entry()? {
        match entry {
            Entry::Record(record) => {
                seen.records += 1;
                seen.bytes += record.block.len() as u64;
                if digests {
                    seen.digests
                        .push(Md5::digest(record.block).iter().map(|byte| format!("{byte:02x}")).collect());
                }
            }
            Entry::Rejected(_) | Entry::Gap(_) => seen.reported += 1,
            _ => {}
        }
    }
    Ok(seen)
}
