//! Records of WARC, WET and ARC archives.

use gleaner_archive::{ArchiveReader, Entry, ReaderOptions, Tally, Within, skipped_by_header};

use super::batch::{Builder, Raw};
use super::{Fill, ReadOptions, Source};
use crate::input::stored::{Stored, io_error};

pub(super) struct Archive {
    reader: ArchiveReader<Stored>,
    stored: Stored,
}

impl Archive {
    pub(super) fn new(stored: &Stored, options: &ReadOptions) -> Archive {
        let limits = ReaderOptions::default()
            .max_record_size(options.max_record_size)
            .max_header_size(options.max_header_size)
            .max_line_size(options.max_header_size)
            .max_compression_ratio(options.max_compression_ratio);
        let reader = ArchiveReader::new(stored.clone(), limits);
        Archive { reader, stored: stored.clone() }
    }
}

impl Source for Archive {
    fn fill(&mut self, batch: &mut Builder) -> Fill {
        while !batch.is_full() {
            match self.reader.next_entry() {
                Ok(None) => return Fill::Done,
                Ok(Some(entry)) => add(entry, batch),
                Err(error) => {
                    batch.gap(self.stored.consumed(), 0, io_error(&error));
                    return Fill::Done;
                }
            }
        }
        Fill::Full
    }

    fn tally(&self) -> Option<Tally> {
        Some(self.reader.tally())
    }
}

/// The reason of a reject, which says what its offset and length count where it is not the bytes of the file.
pub(super) fn reason(reason: &str, within: Within) -> String {
    match within {
        Within::File => reason.to_string(),
        Within::Decompressed => format!("{reason}: decompressed"),
    }
}

fn add(entry: Entry<'_>, batch: &mut Builder) {
    match entry {
        Entry::Record(record) => match skipped_by_header(record.header) {
            Some(kind) => {
                batch.skip(record.offset, kind, record.within, record.length);
            }
            None => {
                let header = batch.keep(record.header.as_bytes());
                let block = batch.keep(record.block);
                let (length, within) = (record.length, record.within);
                batch.push(record.offset, Raw::Archive { header, block, length, within });
            }
        },
        Entry::Skipped(skipped) => batch.push(skipped.offset, Raw::Skipped(skipped.kind)),
        Entry::Rejected(damage) => {
            batch.reject(damage.offset, damage.length, reason(damage.reason, damage.within));
        }
        Entry::Gap(damage) => batch.gap(damage.offset, damage.length, reason(damage.reason, damage.within)),
        _ => {}
    }
}
