//! Files that are one document.

use std::io::Read;

use super::batch::{Builder, Raw};
use super::row::TOO_LARGE;
use super::{Fill, ReadOptions, Source};
use crate::input::format::{Compression, Format};
use crate::input::stored::Stored;

pub(super) struct Whole {
    stored: Stored,
    compression: Compression,
    html: bool,
    max_size: u64,
}

impl Whole {
    pub(super) fn new(
        stored: &Stored,
        compression: Compression,
        format: Option<Format>,
        options: &ReadOptions,
    ) -> Whole {
        let html = format == Some(Format::Html);
        Whole { stored: stored.clone(), compression, html, max_size: options.max_record_size }
    }
}

impl Source for Whole {
    fn fill(&mut self, batch: &mut Builder) -> Fill {
        let start = batch.bytes.len();
        let decoded = self.stored.decoded(self.compression);
        let outcome = decoded
            .and_then(|decoded| decoded.take(self.max_size.saturating_add(1)).read_to_end(&mut batch.bytes));
        let reason = match outcome {
            Ok(0) => return Fill::Done,
            Ok(size) if size as u64 <= self.max_size => {
                let range = start..batch.bytes.len();
                batch.push(0, if self.html { Raw::Html(range) } else { Raw::Text(range) });
                return Fill::Done;
            }
            Ok(_) => TOO_LARGE.to_string(),
            Err(error) => self.stored.reason(self.compression, &error),
        };
        batch.bytes.truncate(start);
        // The count tells the length of what is rejected; a failure to read is told when the file is closed.
        let _ = self.stored.drain();
        batch.reject(0, self.stored.consumed(), reason);
        Fill::Done
    }
}
