//! Any bytes as an archive: every byte belongs to something, however the bytes arrive.

#![no_main]

use std::io::Read;

use gleaner_archive::{ArchiveReader, ReaderOptions, Within};
use libfuzzer_sys::fuzz_target;

mod slow;
use slow::Slow;

fuzz_target!(|bytes: &[u8]| {
    let options = ReaderOptions::default().max_record_size(4096).max_header_size(1024).max_line_size(512);
    let fast = entries(bytes, bytes.len(), &options);
    let slow = entries(Slow(bytes, 0), bytes.len(), &options);
    assert_eq!(fast, slow);
});

/// Where the entries are.
fn entries(input: impl Read, size: usize, options: &ReaderOptions) -> Vec<(u64, u64, Within)> {
    let mut reader = ArchiveReader::new(input, options.clone());
    let (mut entries, mut end) = (Vec::new(), 0);
    while let Some(entry) = reader.next_entry().expect("the input does not fail") {
        let (offset, length, within) = entry.range();
        if within == Within::File {
            assert!(end <= offset && length > 0, "{entry:?} after {end}");
            end = offset + length;
        }
        entries.push((offset, length, within));
    }
    let tally = reader.tally();
    assert_eq!(tally.stored.total() + tally.shared, size as u64, "{tally:?}");
    entries
}
