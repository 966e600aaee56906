//! Random access to the cleaned documents.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use gleaner_spill::PartLookup;

use crate::draft::{CLEANED, DraftView};
use crate::entries::EntryLookup;
use crate::error::Error;
use crate::verdicts::part_of;
use crate::work::WorkArea;

/// Parts that are held open: their files, two each, are far fewer than a process may have.
const OPEN_PARTS: usize = 192;

/// Reads documents again by their number.
pub(crate) struct Lookup<'a> {
    work: &'a WorkArea,
    /// Number of the first document of each part.
    first_document: &'a [u64],
    bands: usize,
    open: Mutex<VecDeque<(usize, Arc<Part>)>>,
}

struct Part {
    entries: EntryLookup,
    documents: PartLookup,
}

impl Lookup<'_> {
    /// `bands` is the number of keys that every entry has room for.
    pub(crate) fn new<'a>(work: &'a WorkArea, first_document: &'a [u64], bands: usize) -> Lookup<'a> {
        Lookup { work, first_document, bands, open: Mutex::default() }
    }

    /// Reads document `doc` and gives what `read` makes of it. `buffer` is overwritten.
    pub(crate) fn with<T>(
        &self,
        doc: u64,
        buffer: &mut Vec<u8>,
        read: impl FnOnce(&DraftView<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let number = part_of(self.first_document, doc);
        let part = self.part(number)?;
        let entry = part.entries.read(doc - self.first_document[number], buffer)?;
        part.documents.read(entry.offset, buffer)?;
        read(&DraftView::decode(buffer)?)
    }

    fn part(&self, number: usize) -> Result<Arc<Part>, Error> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, part)) = open.iter().find(|(held, _)| *held == number) {
            return Ok(Arc::clone(part));
        }
        let entries = EntryLookup::open(&self.work.entries(number), self.bands)?;
        let documents = PartLookup::open(&self.work.cleaned(number), CLEANED)?;
        let part = Arc::new(Part { entries, documents });
        if open.len() == OPEN_PARTS {
            open.pop_front();
        }
        open.push_back((number, Arc::clone(&part)));
        Ok(part)
    }
}
