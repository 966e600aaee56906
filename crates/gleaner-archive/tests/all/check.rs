//! Reads an archive to its end and compares.

use gleaner_archive::{ArchiveReader, Entry, ReaderOptions, Within};

/// All entries, one line each: what it is, where, and how long.
pub(crate) fn lines(archive: &[u8], options: &ReaderOptions) -> Vec<String> {
    let mut reader = ArchiveReader::new(archive, options.clone());
    let mut lines = Vec::new();
    let mut damaged = 0;
    while let Some(entry) = reader.next_entry().unwrap() {
        let (offset, length, within) = entry.range();
        let within = if within == Within::Decompressed { " decompressed" } else { "" };
        let what = match entry {
            Entry::Record(record) => format!(
                "record {:?}{}",
                String::from_utf8_lossy(record.block),
                if record.verified { " verified" } else { "" }
            ),
            Entry::Skipped(skipped) => format!("skipped {}", skipped.kind),
            Entry::Rejected(damage) => format!("rejected {}", damage.reason),
            Entry::Gap(damage) => format!("gap {}", damage.reason),
            Entry::Padding(_) => "padding".to_owned(),
            other => format!("{other:?}"),
        };
        damaged += u64::from(what.starts_with("gap") && length == 0);
        lines.push(format!("{offset}+{length}{within} {what}"));
    }
    assert_eq!(damaged, 0, "a gap of nothing: {lines:?}");
    check_tally(&reader, archive);
    lines
}

/// Compares all entries of an archive.
pub(crate) fn check(archive: &[u8], expected: &[&str]) {
    check_with(&ReaderOptions::default(), archive, expected);
}

pub(crate) fn check_with(options: &ReaderOptions, archive: &[u8], expected: &[&str]) {
    assert_eq!(lines(archive, options), expected);
    check_slowly(archive, options);
}

/// The same entries when the input gives one byte at a time.
pub(crate) fn check_slowly(archive: &[u8], options: &ReaderOptions) {
    struct Slow<'a>(&'a [u8]);
    impl std::io::Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = self.0.len().min(buffer.len()).min(1);
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }
    let ranges = |mut reader: ArchiveReader<Box<dyn std::io::Read + '_>>| {
        let mut ranges = Vec::new();
        while let Some(entry) = reader.next_entry().unwrap() {
            ranges.push(entry.range());
        }
        ranges
    };
    let slow = ArchiveReader::new(Box::new(Slow(archive)) as Box<dyn std::io::Read>, options.clone());
    let fast = ArchiveReader::new(Box::new(archive) as Box<dyn std::io::Read>, options.clone());
    assert_eq!(ranges(slow), ranges(fast));
}

/// The records of an archive whose entries must cover the file without overlap: header and block.
pub(crate) fn records_of_covered(archive: &[u8], options: &ReaderOptions) -> Vec<Vec<u8>> {
    let mut reader = ArchiveReader::new(archive, options.clone());
    let mut records = Vec::new();
    let mut covered = 0;
    while let Some(entry) = reader.next_entry().unwrap() {
        let (offset, length, within) = entry.range();
        if within == Within::File {
            assert_eq!(offset, covered, "{entry:?}");
            assert!(length > 0, "{entry:?}");
            covered += length;
        }
        if let Entry::Record(record) = entry {
            records.push([record.header.as_bytes(), record.block].concat());
        }
    }
    assert_eq!(covered, archive.len() as u64);
    check_tally(&reader, archive);
    records
}

/// Every byte of the file that a reader has read to its end belongs to something.
pub(crate) fn check_tally(reader: &ArchiveReader<&[u8]>, archive: &[u8]) {
    let tally = reader.tally();
    assert_eq!(tally.stored.total() + tally.shared, archive.len() as u64, "{tally:?}");
}
