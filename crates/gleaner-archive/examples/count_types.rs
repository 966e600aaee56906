//! Counts the records of archives by what they hold: `html`, `text`, a media type, or a type of record.
//!
//! `cargo run --release -p gleaner-archive --example count_types -- FILE...`

#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io;

use gleaner_archive::{ArchiveReader, Entry, Payload, PayloadLimits, ReaderOptions, payload_within};

fn main() -> io::Result<()> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for path in std::env::args_os().skip(1) {
        let mut reader = ArchiveReader::new(File::open(path)?, ReaderOptions::default());
        while let Some(entry) = reader.next_entry()? {
            let name = match entry {
                Entry::Record(record) => {
                    match payload_within(record.header, record.block, &PayloadLimits::default()) {
                        Payload::Html(_) => "html".to_owned(),
                        Payload::Text(_) => "text".to_owned(),
                        Payload::Skipped(kind) => kind,
                        Payload::Rejected(reason) => format!("rejected: {reason}"),
                        other => format!("{other:?}"),
                    }
                }
                Entry::Skipped(skipped) => skipped.kind,
                Entry::Rejected(damage) => format!("rejected: {}", damage.reason),
                Entry::Gap(damage) => format!("gap: {}", damage.reason),
                _ => continue,
            };
            *counts.entry(name).or_default() += 1;
        }
    }
    for (name, count) in counts {
        println!("{count:8}  {name}");
    }
    Ok(())
}
