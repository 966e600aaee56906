//! Random access to the cleaned documents.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use gleaner_spill::PartLookup;

use crate::draft::{CLEANED, DraftView};
use crate::entries::EntryLookup;
use crate::error::Error;
use crate::searched::Searched;
use crate::work::WorkArea;

/// Parts that are held open: fewer than a process may have on any system.
const OPEN_PARTS: usize = 192;

/// Bytes that the record of a document seldom has beside the text.
const LIKELY_BESIDE: usize = 512;

/// Reads documents again by their number in the search.
pub(crate) struct Lookup<'a> {
    work: &'a WorkArea,
    searched: &'a Searched,
    entries: EntryLookup,
    open: Mutex<VecDeque<(usize, Arc<PartLookup>)>>,
}

impl Lookup<'_> {
    /// `bands` is the number of keys that every entry has room for. Group must have joined the entries.
    pub(crate) fn new<'a>(
        work: &'a WorkArea,
        searched: &'a Searched,
        bands: usize,
    ) -> Result<Lookup<'a>, Error> {
        let entries = EntryLookup::open(&work.all_entries(), bands)?;
        Ok(Lookup { work, searched, entries, open: Mutex::default() })
    }

    /// Reads document `doc` and gives what `read` makes of it. `buffer` is overwritten.
    pub(crate) fn with<T>(
        &self,
        doc: u64,
        buffer: &mut Vec<u8>,
        read: impl FnOnce(&DraftView<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let number = self.searched.part_of(doc);
        let part = self.part(number)?;
        let (offset, text_bytes) = self.entries.place(doc, buffer)?;
        let likely = (text_bytes as usize).saturating_add(LIKELY_BESIDE);
        read(&DraftView::decode(part.read(offset, likely, buffer)?)?)
    }

    fn part(&self, number: usize) -> Result<Arc<PartLookup>, Error> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, part)) = open.iter().find(|(held, _)| *held == number) {
            return Ok(Arc::clone(part));
        }
        let part = Arc::new(PartLookup::open(&self.searched.cleaned(self.work, number), CLEANED)?);
        if open.len() == OPEN_PARTS {
            open.pop_front();
        }
        open.push_back((number, Arc::clone(&part)));
        Ok(part)
    }
}
