//! Any bytes as the header of a record, and as one line of ARC.

#![no_main]

use gleaner_archive::{ArchiveReader, Entry, Header, PayloadLimits, ReaderOptions, check_digests, skipped_by_header};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    look(Header::new(bytes));
    // The same bytes where a reader looks for a header.
    for start in [&b"WARC/1.0\r\n"[..], b"filedesc://x 0.0.0.0 20260101000000 text/plain 0\n\n"] {
        let archive = [start, bytes].concat();
        let mut reader = ArchiveReader::new(&archive[..], ReaderOptions::default());
        while let Some(entry) = reader.next_entry().expect("the input does not fail") {
            if let Entry::Record(record) = entry {
                look(record.header);
                check_digests(record.header, record.block, &PayloadLimits::default());
            }
        }
    }
});

fn look(header: Header<'_>) {
    header.version();
    header.record_type();
    header.record_id();
    header.target_uri();
    header.date();
    header.media_type();
    skipped_by_header(header);
    check_digests(header, b"hello", &PayloadLimits::default());
}
