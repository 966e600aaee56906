//! Records of WARC and WET archives.

use gleaner_archive::{ArchiveReader, Entry, ReaderOptions, skipped_by_header};

use super::batch::{Builder, Raw};
use super::{Fill, ReadOptions, Source};
use crate::input::stored::{Stored, io_error};

pub(super) struct Archive {
    reader: ArchiveReader<Stored>,
    stored: Stored,
}

impl Archive {
    pub(super) fn new(stored: &Stored, options: &ReadOptions) -> Archive {
        let limits = ReaderOptions::default().max_record_size(options.max_record_size);
        Archive { reader: ArchiveReader::new(stored.clone(), limits), stored: stored.clone() }
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
}

fn add(entry: Entry<'_>, batch: &mut Builder) {
    match entry {
        Entry::Record(record) => match skipped_by_header(record.header) {
            Some(kind) => batch.push(record.offset, Raw::Skipped(kind)),
            None => {
                let header = batch.keep(record.header.as_bytes());
                let block = batch.keep(record.block);
                batch.push(record.offset, Raw::Archive { header, block, length: record.length });
            }
        },
        Entry::Skipped(skipped) => batch.push(skipped.offset, Raw::Skipped(skipped.kind)),
        Entry::Rejected(damage) => batch.reject(damage.offset, damage.length, damage.reason),
        Entry::Gap(damage) => batch.gap(damage.offset, damage.length, damage.reason),
        _ => {}
    }
}
