//! Reads archives without decoding their payloads, and prints how fast.
//!
//! `cargo run --release -p gleaner-archive --example read_speed -- FILE...`

#![allow(clippy::print_stdout)]

use std::fs::File;
use std::io;
use std::time::Instant;

use gleaner_archive::{ArchiveReader, Entry, ReaderOptions};

fn main() -> io::Result<()> {
    for path in std::env::args_os().skip(1) {
        let start = Instant::now();
        let mut reader = ArchiveReader::new(File::open(&path)?, ReaderOptions::default());
        let (mut records, mut others, mut bytes) = (0u64, 0u64, 0u64);
        while let Some(entry) = reader.next_entry()? {
            if let Entry::Record(record) = entry {
                records += 1;
                bytes += (record.header.as_bytes().len() + record.block.len()) as u64;
            } else {
                others += 1;
            }
        }
        let seconds = start.elapsed().as_secs_f64();
        let stored = reader.position() as f64 / 1e6 / seconds;
        let read = bytes as f64 / 1e6 / seconds;
        println!(
            "{records} records, {others} others, {seconds:.3} s: {stored:.0} MB/s stored, {read:.0} MB/s decompressed"
        );
    }
    Ok(())
}
