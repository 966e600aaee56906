//! Group: finds the duplicates among the documents that are left. Holds two bits a document and, within its budget, an
//! index, a cache and sorters; the rest is in the work area.

use std::cmp::Reverse;
use std::sync::Arc;

use gleaner_dedup::{
    Documents, Duplicate, Frames, HashCounts, Keys, Listed, ResolveOptions, Shingles, Similarity,
    band_hashes, resolve,
};
use gleaner_spill::{Queue, Sorted, Sorter};

use crate::bits::Bits;
use crate::comparison::Comparison;
use crate::entries::{Entry, EntryWriter, entries};
use crate::error::Error;
use crate::frames::{KnownFrames, Learning, PageReader};
use crate::lookup::Lookup;
use crate::memory::GroupMemory;
use crate::phases::clean::{Counts, count};
use crate::phases::learn::Learnt;
use crate::settings::Keep;
use crate::texts::Texts;
use crate::verdicts::{STAGE, Verdict, VerdictWriter};
use crate::work::WorkArea;

/// What is written about documents that go.
#[derive(Debug, Default)]
pub(crate) struct Grouped {
    /// All documents that go, for whatever reason.
    pub(crate) removed: Bits,
    /// Duplicates by reason.
    pub(crate) counts: Counts,
    /// The lines that did not count.
    pub(crate) frames: KnownFrames,
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
        let (frames, known) = self.frames(&copies)?;
        let near = self.near(&copies, &counts, &frames)?;
        drop(counts);
        Ok(Grouped { frames: known, ..self.write(copies, near)? })
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

    /// The documents that are searched, in input order: neither gone nor empty nor copies.
    fn singles<'b>(&'b self, copies: &'b Copies) -> impl Iterator<Item = Result<(u64, Entry), Error>> + 'b {
        self.entries().filter(|entry| match entry {
            Ok((doc, entry)) => {
                !copies.set.contains(*doc)
                    && entry.fingerprint.as_ref().is_some_and(|print| print.content.is_some())
            }
            Err(_) => true,
        })
    }

    /// The frames of all sites, by the order of documents and as they are kept.
    fn frames(&self, copies: &Copies) -> Result<(Frames, KnownFrames), Error> {
        if !self.comparison.knows_frames() {
            return Ok(<(Frames, KnownFrames)>::default());
        }
        let parts = self.learnt.first_document.iter().enumerate();
        let parts = parts.map(|(part, &first)| (first, self.work.pages(part)));
        let sorter = Sorter::new(&self.work.file("sites"), self.memory.sorter);
        let mut learning = Learning::new(PageReader::new(parts.collect())?, sorter);
        if self.keep == Keep::First {
            for (order, single) in (0..).zip(self.singles(copies)) {
                let (doc, entry) = single?;
                learning.document((Reverse(entry.rank), doc), order)?;
            }
            return learning.finish();
        }
        let mut orders = self.orders(copies)?;
        while let Some(record) = orders.next_record()? {
            let numbers: Vec<u64> =
                record.as_chunks().0.iter().map(|number| u64::from_be_bytes(*number)).collect();
            let [doc, order, rank] = numbers[..] else {
                return Err(Error::internal("spill: an order is cut"));
            };
            learning.document((Reverse(rank as i64), doc), order)?;
        }
        learning.finish()
    }

    /// The place of each document that is searched among all of them: number, order and rank, by number.
    fn orders(&self, copies: &Copies) -> Result<Sorted, Error> {
        let mut places = Sorter::new(&self.work.file("places"), self.memory.sorter);
        for single in self.singles(copies) {
            let (doc, entry) = single?;
            places.push(&[&self.place(doc, entry.rank)[..], &entry.rank.to_be_bytes()].concat())?;
        }
        let (mut places, mut order) = (places.finish()?, 0u64);
        let mut orders = Sorter::new(&self.work.file("orders"), self.memory.sorter);
        while let Some(record) = places.next_record()? {
            orders.push(&[&record[8..16], &order.to_be_bytes(), &record[16..24]].concat())?;
            order += 1;
        }
        Ok(orders.finish()?)
    }

    /// The verdicts on documents that are no copies, by number.
    fn near(&self, copies: &Copies, counts: &HashCounts, frames: &Frames) -> Result<Near, Error> {
        let lookup = Lookup::new(self.work, &self.learnt.first_document, self.comparison.bands())?;
        let texts = Texts::new(lookup, self.comparison);
        let source = Source { texts, comparison: self.comparison, counts, frames };
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
        let singles = self.singles(copies);
        if self.keep == Keep::First {
            let list = singles.map(|entry| entry.map(|(doc, entry)| listed(doc, entry)));
            resolve(list, &source, frames, &mut waiting, &options, tell)?;
        } else {
            resolve(self.by_rank(singles)?, &source, frames, &mut waiting, &options, tell)?;
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
            Some(Ok(Listed {
                document: doc_of(&record[..16]),
                bytes,
                from: numbers.collect(),
                is_settled: false,
            }))
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
                _ => Duplicate::exact(first),
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
    Listed { document: doc, bytes: entry.text_bytes, from, is_settled: false }
}

/// The documents of the work area, as the search asks for them.
struct Source<'a> {
    texts: Texts<'a>,
    comparison: &'a Comparison,
    counts: &'a HashCounts,
    frames: &'a Frames,
}

impl Documents for Source<'_> {
    type From = Box<[u64]>;
    type Error = Error;

    fn keys(&self, listed: &Document, page: u64) -> Result<(Keys, Option<Shingles>), Error> {
        if !self.comparison.is_exact() {
            return Ok((Keys::of_bands(&listed.from, self.counts), None));
        }
        let similarity = &self.comparison.resolve.similarity;
        self.texts.with(listed.document, |shingler, text| match similarity {
            Similarity::Jaccard { .. } => {
                let hashes = shingler.hashes(text);
                let keys = Keys::of_prefix(hashes, self.counts, similarity);
                let shingles = (!keys.is_empty()).then(|| Shingles::from_hashes(hashes.to_vec()));
                (keys, shingles)
            }
            _ => {
                let shingles = shingler.shingles(text);
                let keys = Keys::of_content(&shingles, self.counts, similarity, self.frames, page);
                (keys, Some(shingles))
            }
        })
    }

    fn shingles(&self, document: u64) -> Result<Shingles, Error> {
        self.texts.with(document, |shingler, text| shingler.shingles(text))
    }
}
