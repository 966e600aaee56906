//! Lists what an archive holds: offset, length, type, status, charset and address of each entry.
//!
//! `cargo run --release -p gleaner-archive --example list_urls -- FILE...`

#![allow(clippy::print_stdout)]

use std::fs::File;
use std::io;

use gleaner_archive::{ArchiveReader, Entry, Payload, ReaderOptions, payload};

fn main() -> io::Result<()> {
    for path in std::env::args_os().skip(1) {
        println!("{}", path.display());
        let mut reader = ArchiveReader::new(File::open(path)?, ReaderOptions::default());
        while let Some(entry) = reader.next_entry()? {
            let (offset, length, within) = entry.range();
            println!("{offset}\t{length}\t{within:?}\t{}", describe(&entry));
        }
    }
    Ok(())
}

fn describe(entry: &Entry<'_>) -> String {
    match entry {
        Entry::Record(record) => {
            let address = record.header.target_uri().unwrap_or_default();
            let what = match payload(record.header, record.block, 32 << 20) {
                Payload::Html(text) => format!("html {:?} {}", text.status, text.charset),
                Payload::Text(text) => format!("text {:?} {}", text.status, text.charset),
                Payload::Skipped(kind) => format!("skipped {kind}"),
                Payload::Rejected(reason) => format!("rejected {reason}"),
                other => format!("{other:?}"),
            };
            format!("{what}\t{address}")
        }
        Entry::Skipped(skipped) => format!("passed over {}", skipped.kind),
        Entry::Rejected(damage) => format!("rejected {}", damage.reason),
        Entry::Gap(damage) => format!("gap {}", damage.reason),
        Entry::Padding(_) => "padding".to_owned(),
        other => format!("{other:?}"),
    }
}
