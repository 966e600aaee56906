//! Group: finds the duplicates among the documents that are left. Holds two bits a document and, within its budget, an
//! index, a cache and sorters; the rest is in the work area.

use std::sync::{Arc, Mutex, PoisonError};

use gleaner_dedup::{
    Documents, Duplicate, HashCounts, Keys, Listed, Measure, ResolveOptions, Shingler, Shingles, band_hashes,
    resolve,
};
use gleaner_spill::{Queue, Sorted, Sorter};

use crate::bits::Bits;
use crate::comparison::{Comparison, LARGE_TEXT};
use crate::entries::{Entry, EntryWriter, entries};
use crate::error::Error;
use crate::lookup::Lookup;
use crate::memory::GroupMemory;
use crate::phases::clean::{Counts, count};
use crate::phases::learn::Learnt;
use crate::settings::Keep;
use crate::verdicts::{STAGE, Verdict, VerdictWriter};
use crate::work::WorkArea;

/// What is written about documents that go.
#[derive(Debug, Default)]
pub(crate) struct Grouped {
    /// All documents that go, for whatever reason.
    pub(crate) removed: Bits,
    /// Duplicates by reason.
    pub(crate) counts: Counts,
    pub(crate) spilled: u64,
}

/// Finds duplicates among the documents of a work area.
pub(crate) struct Grouper<'a> {
    pub(crate) learnt: &'a Learnt,
    pub(crate) work: &'a WorkArea,
    pub(crate) comparison: &'a Comparison,
    /// How many documents bear each shingle, for the exact method.
    pub(crate) counts: Option<Arc<HashCounts>>,
    pub(crate) keep: Keep,
    pub(crate) memory: GroupMemory,
}

/// The verdicts on documents that are no copies, and the bytes written on the way.
struct Near {
    verdicts: Sorted,
    spilled: u64,
}

/// Documents with the content of one that has a better right to stay.
struct Copies {
    set: Bits,
    /// Removed before this phase.
    removed: Bits,
    /// First of the kind and copy, by the first.
    pairs: Sorted,
    spilled: u64,
}

impl Grouper<'_> {
    /// Finds all duplicates and writes why each goes.
    pub(crate) fn group(&self) -> Result<Grouped, Error> {
        let copies = self.copies()?;
        let counts = match &self.counts {
            Some(counts) => Arc::clone(counts),
            None => Arc::new(self.count_bands(&copies.set)?),
        };
        let near = self.near(&copies, &counts)?;
        drop(counts);
        self.write(copies, near)
    }

    /// The entries of all documents with their numbers, in input order.
    fn entries(&self) -> impl Iterator<Item = Result<(u64, Entry), Error>> {
        entries(self.work, &self.learnt.first_document)
    }

    /// Joins the entries of all parts, and collapses copies on the way.
    fn copies(&self) -> Result<Copies, Error> {
        let mut joined = EntryWriter::create(&self.work.all_entries(), self.comparison.bands())?;
        let mut contents = Sorter::new(&self.work.file("contents"), self.memory.sorter);
        let mut removed = Bits::new(self.learnt.documents);
        for entry in self.entries() {
            let (doc, entry) = entry?;
            joined.append(&entry)?;
            match entry.fingerprint {
                None => removed.insert(doc),
                Some(fingerprint) => {
                    let Some(content) = fingerprint.content else { continue };
                    let place = self.place(doc, entry.rank);
                    contents.push(&[&content.to_be_bytes()[..], &place].concat())?;
                }
            }
        }
        let mut spilled = joined.finish()?;
        let mut set = Bits::new(self.learnt.documents);
        let mut pairs = Sorter::new(&self.work.file("copies"), self.memory.sorter);
        let (mut contents, mut first) = (contents.finish()?, Vec::new());
        spilled += contents.spilled_bytes();
        while let Some(record) = contents.next_record()? {
            if first.get(..16) == record.get(..16) {
                set.insert(doc_of(record));
                pairs.push(&[&first[24..32], &record[24..32]].concat())?;
            } else {
                first = record.to_vec();
            }
        }
        Ok(Copies { set, removed, pairs: pairs.finish()?, spilled })
    }

    /// The bytes by which documents sort: who has a better right to stay comes first.
    fn place(&self, doc: u64, rank: i64) -> [u8; 16] {
        // The order of `u64` is that of `i64` with the sign turned over; all turned over, the largest comes first.
        let rank = if self.keep == Keep::First { 0 } else { !(rank as u64 ^ (1 << 63)) };
        ((u128::from(rank) << 64) | u128::from(doc)).to_be_bytes()
    }

    fn count_bands(&self, copies: &Bits) -> Result<HashCounts, Error> {
        let bands = self.comparison.bands() as u64;
        let counts = HashCounts::new(self.learnt.documents * bands, self.memory.counts);
        for entry in self.entries() {
            let (doc, entry) = entry?;
            if let Some(fingerprint) = entry.fingerprint.filter(|_| !copies.contains(doc)) {
                counts.add(None, &band_hashes(&fingerprint.bands).collect::<Vec<_>>());
            }
        }
        Ok(counts)
    }

    /// The verdicts on documents that are no copies, by number.
    fn near(&self, copies: &Copies, counts: &HashCounts) -> Result<Near, Error> {
        let lookup = Lookup::new(self.work, &self.learnt.first_document, self.comparison.bands())?;
        let source = Source {
            lookup,
            comparison: self.comparison,
            counts,
            idle: Mutex::default(),
            large: Mutex::default(),
        };
        let mut waiting = Queue::new(&self.work.file("waiting"));
        let mut verdicts = Sorter::new(&self.work.file("near"), self.memory.sorter);
        let options = ResolveOptions {
            cache_bytes: self.memory.cache,
            index_bytes: self.memory.index,
            ..self.comparison.resolve.clone()
        };
        let tell = |doc, duplicate: Option<Duplicate>| match duplicate {
            Some(duplicate) => Ok(verdicts.push(&Verdict { doc, duplicate }.write())?),
            None => Ok(()),
        };
        let singles = self.entries().filter(|entry| match entry {
            Ok((doc, entry)) => {
                !copies.set.contains(*doc)
                    && entry.fingerprint.as_ref().is_some_and(|print| print.content.is_some())
            }
            Err(_) => true,
        });
        if self.keep == Keep::First {
            let list = singles.map(|entry| entry.map(|(doc, entry)| listed(doc, entry)));
            resolve(list, &source, &mut waiting, &options, tell)?;
        } else {
            resolve(self.by_rank(singles)?, &source, &mut waiting, &options, tell)?;
        }
        let verdicts = verdicts.finish()?;
        let spilled = waiting.spilled_bytes() + verdicts.spilled_bytes();
        Ok(Near { verdicts, spilled })
    }

    /// The documents in the order in which they have a right to stay.
    fn by_rank(
        &self,
        entries: impl Iterator<Item = Result<(u64, Entry), Error>>,
    ) -> Result<impl Iterator<Item = Result<Document, Error>>, Error> {
        let mut sorter = Sorter::new(&self.work.file("ranks"), self.memory.sorter);
        for entry in entries {
            let (doc, entry) = entry?;
            let mut record = self.place(doc, entry.rank).to_vec();
            let keys = entry.fingerprint.map(|fingerprint| fingerprint.bands).unwrap_or_default();
            record.extend([entry.text_bytes].iter().chain(&keys).flat_map(|number| number.to_le_bytes()));
            sorter.push(&record)?;
        }
        let mut sorted = sorter.finish()?;
        let next = move || {
            let record = match sorted.next_record() {
                Ok(record) => record?,
                Err(error) => return Some(Err(error.into())),
            };
            let mut numbers = record[16..].as_chunks().0.iter().map(|number| u64::from_le_bytes(*number));
            let bytes = numbers.next().unwrap_or(0);
            Some(Ok(Listed { document: doc_of(&record[..16]), bytes, from: numbers.collect() }))
        };
        Ok(std::iter::from_fn(next))
    }

    /// Joins copies with the verdicts on the first of their kind, and writes all verdicts by part.
    fn write(&self, copies: Copies, near: Near) -> Result<Grouped, Error> {
        let Copies { removed, mut pairs, .. } = copies;
        let spilled = copies.spilled + pairs.spilled_bytes() + near.spilled;
        let mut near = near.verdicts;
        let mut all = Sorter::new(&self.work.file("verdicts"), self.memory.sorter);
        let mut last: Option<Verdict> = None;
        let mut advance = |last: &mut Option<Verdict>, all: &mut Sorter| -> Result<bool, Error> {
            *last = near.next_record()?.map(Verdict::read).transpose()?;
            if let Some(verdict) = last {
                all.push(&verdict.write())?;
            }
            Ok(last.is_some())
        };
        let mut more = advance(&mut last, &mut all)?;
        while let Some(pair) = pairs.next_record()? {
            let (first, copy) = (doc_of(&pair[..8]), doc_of(pair));
            while more && last.as_ref().is_some_and(|verdict| verdict.doc < first) {
                more = advance(&mut last, &mut all)?;
            }
            let duplicate = match &last {
                Some(verdict) if verdict.doc == first => verdict.duplicate.clone(),
                _ => Duplicate {
                    of: first,
                    measure: Measure::Exact,
                    similarity: 1.0,
                    jaccard: 1.0,
                    containment: 1.0,
                },
            };
            all.push(&Verdict { doc: copy, duplicate }.write())?;
        }
        while more {
            more = advance(&mut last, &mut all)?;
        }
        let mut grouped = self.write_parts(all.finish()?, removed)?;
        grouped.spilled += spilled;
        Ok(grouped)
    }

    fn write_parts(&self, mut verdicts: Sorted, removed: Bits) -> Result<Grouped, Error> {
        let mut grouped = Grouped { removed, ..Grouped::default() };
        let path = |part| self.work.verdicts(part);
        let mut writer = VerdictWriter::new(&self.learnt.first_document, &path);
        while let Some(record) = verdicts.next_record()? {
            let verdict = Verdict::read(record)?;
            count(&mut grouped.counts, STAGE, verdict.reason());
            grouped.removed.insert(verdict.doc);
            writer.append(&verdict)?;
        }
        grouped.spilled = verdicts.spilled_bytes() + writer.finish()?;
        Ok(grouped)
    }
}

/// A document on the search's list, with its band keys.
type Document = Listed<Box<[u64]>>;

/// The number at the end of a record.
fn doc_of(record: &[u8]) -> u64 {
    record.last_chunk().map_or(0, |doc| u64::from_be_bytes(*doc))
}

fn listed(doc: u64, entry: Entry) -> Document {
    let from = entry.fingerprint.map(|fingerprint| fingerprint.bands).unwrap_or_default();
    Listed { document: doc, bytes: entry.text_bytes, from }
}

/// The documents of the work area, as the search asks for them.
struct Source<'a> {
    lookup: Lookup<'a>,
    comparison: &'a Comparison,
    counts: &'a HashCounts,
    /// Shinglers and buffers that no thread uses now.
    idle: Mutex<Vec<(Shingler, Vec<u8>)>>,
    /// Held while a large text is shingled.
    large: Mutex<()>,
}

impl Documents for Source<'_> {
    type From = Box<[u64]>;
    type Error = Error;

    fn keys(&self, listed: &Document) -> Result<(Keys, Option<Shingles>), Error> {
        if self.comparison.is_exact() {
            let options = &self.comparison.resolve;
            return self.read(listed.document, |shingler, text| {
                let hashes = shingler.hashes(text);
                let keys = Keys::of_prefix(hashes, self.counts, options);
                let shingles = (!keys.is_empty()).then(|| Shingles::from_hashes(hashes.to_vec()));
                (keys, shingles)
            });
        }
        Ok((Keys::of_bands(&listed.from, self.counts), None))
    }

    fn shingles(&self, document: u64) -> Result<Shingles, Error> {
        self.read(document, |shingler, text| shingler.shingles(text))
    }
}

impl Source<'_> {
    /// What `make` makes of a document's text.
    fn read<T>(&self, document: u64, make: impl FnOnce(&mut Shingler, &str) -> T) -> Result<T, Error> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let (mut shingler, mut buffer) =
            idle.unwrap_or_else(|| (self.comparison.shingler.clone(), Vec::new()));
        let made = self.lookup.with(document, &mut buffer, |draft| {
            let text = draft.text()?;
            let large = || self.large.lock().unwrap_or_else(PoisonError::into_inner);
            let _turn = (text.len() > LARGE_TEXT).then(large);
            let made = make(&mut shingler, text);
            if text.len() > LARGE_TEXT {
                shingler.shrink();
            }
            Ok(made)
        });
        if buffer.capacity() > LARGE_TEXT {
            buffer = Vec::new();
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push((shingler, buffer));
        made
    }
}
