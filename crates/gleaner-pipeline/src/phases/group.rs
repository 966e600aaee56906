//! Group: finds the duplicates among the documents that are left. Holds two bits a document and, within its budget, an
//! index, a cache and sorters; the rest is in the work area.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use gleaner_dedup::{
    Documents, Duplicate, Frames, HashCounts, Keys, Listed, ResolveOptions, Shingles, Similarity, Standing,
    band_hashes, resolve,
};
use gleaner_spill::{PartReader, Queue, Sorted, Sorter};
use serde::{Deserialize, Serialize};

use crate::bits::Bits;
use crate::comparison::Comparison;
use crate::earlier::EarlierRun;
use crate::entries::{Entry, EntryWriter, entries};
use crate::error::Error;
use crate::frames::{KnownFrames, Learning, PageFile, PageReader};
use crate::journal::Journal;
use crate::lookup::Lookup;
use crate::memory::GroupMemory;
use crate::outliers::{ClusterCount, ClusterCounter};
use crate::phases::clean::{Counts, count};
use crate::phases::decided::{Decided, DecisionWriter};
use crate::phases::learn::Learnt;
use crate::place::Place;
use crate::progress::{Observer, go_on};
use crate::searched::{Origin, Searched};
use crate::settings::Keep;
use crate::texts::Texts;
use crate::verdicts::{STAGE, VERDICTS, Verdict, VerdictWriter};
use crate::work::WorkArea;

/// What is written about documents that go.
#[derive(Debug, Default)]
pub(crate) struct Grouped {
    /// All documents of this run that go, for whatever reason.
    pub(crate) removed: Bits,
    /// Duplicates by reason.
    pub(crate) counts: Counts,
    /// Of these, duplicates of documents of earlier runs.
    pub(crate) against: u64,
    /// The lines that did not count.
    pub(crate) frames: KnownFrames,
    pub(crate) clusters: Vec<ClusterCount>,
    pub(crate) spilled: u64,
}

/// What is written down of the phase; the rest is in the work area.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct GroupedStep {
    counts: Counts,
    against: u64,
    clusters: Vec<ClusterCount>,
    spilled: u64,
}

impl Grouped {
    /// What is written down, and the parts that it needs.
    pub(crate) fn step(&self, learnt: &Learnt, work: &WorkArea) -> (GroupedStep, Vec<PathBuf>) {
        let Grouped { counts, clusters, against, spilled, .. } = self;
        let (counts, clusters) = (counts.clone(), clusters.clone());
        let step = GroupedStep { counts, against: *against, clusters, spilled: *spilled };
        let mut files: Vec<PathBuf> =
            (0..learnt.first_document.len()).map(|part| work.verdicts(part)).collect();
        files.extend([work.all_entries(), work.site_pages()].into_iter().filter(|file| file.exists()));
        (step, files)
    }

    /// What another process has found.
    pub(crate) fn resume(
        step: GroupedStep,
        learnt: &Learnt,
        work: &WorkArea,
        comparison: &Comparison,
    ) -> Result<Grouped, Error> {
        let GroupedStep { counts, against, clusters, spilled } = step;
        let mut removed = Bits::new(learnt.documents);
        for entry in entries(work, &learnt.first_document) {
            let (doc, entry) = entry?;
            if entry.fingerprint.is_none() {
                removed.insert(doc);
            }
        }
        for part in 0..learnt.first_document.len() {
            let mut verdicts = PartReader::open(&work.verdicts(part), VERDICTS)?;
            while let Some(record) = verdicts.next_record()? {
                removed.insert(Verdict::read(record)?.doc);
            }
        }
        let frames = match comparison.knows_frames() {
            true => KnownFrames::read(&work.frames())?,
            false => KnownFrames::default(),
        };
        Ok(Grouped { removed, counts, against, frames, clusters, spilled })
    }
}

/// Finds duplicates among the documents of a work area.
pub(crate) struct Grouper<'a> {
    pub(crate) learnt: &'a Learnt,
    pub(crate) searched: &'a Searched,
    /// Earlier runs: their documents are searched, and stay as they are.
    pub(crate) earlier: &'a [EarlierRun],
    pub(crate) work: &'a WorkArea,
    pub(crate) journal: &'a Journal,
    /// Parts of decisions that another process has left.
    pub(crate) decided: usize,
    pub(crate) comparison: &'a Comparison,
    /// How many documents bear each shingle, for the exact method; held by nobody else.
    pub(crate) counts: Option<Arc<HashCounts>>,
    pub(crate) keep: Keep,
    pub(crate) memory: GroupMemory,
    pub(crate) observer: &'a dyn Observer,
}

/// The verdicts on documents that are no copies, and the bytes written on the way.
struct Near {
    verdicts: Sorted,
    spilled: u64,
}

/// Documents with the content of one that has a better right to stay.
struct Copies {
    set: Bits,
    /// Documents of this run that were removed before this phase.
    removed: Bits,
    /// First of the kind and copy, by the first.
    pairs: Sorted,
    spilled: u64,
}

impl Grouper<'_> {
    /// Finds all duplicates and writes why each goes.
    pub(crate) fn group(mut self) -> Result<Grouped, Error> {
        let copies = self.copies()?;
        let counts = match self.counts.take() {
            Some(counts) => counts,
            None => Arc::new(self.count_bands(&copies.set)?),
        };
        let (frames, known) = self.frames(&copies)?;
        let near = self.near(&copies, counts, &frames)?;
        if self.comparison.knows_frames() {
            known.write(&self.work.frames())?;
        }
        Ok(Grouped { frames: known, ..self.write(copies, near)? })
    }

    /// The entries of all documents with their numbers in the search, in order.
    fn entries(&self) -> impl Iterator<Item = Result<(u64, Entry), Error>> {
        self.searched.entries(self.work).map(|entry| go_on(self.observer).and(entry))
    }

    /// Joins the entries of all parts, and collapses copies on the way.
    fn copies(&self) -> Result<Copies, Error> {
        let mut joined = EntryWriter::create(&self.work.all_entries(), self.comparison.bands())?;
        let mut contents = Sorter::new(&self.work.scratch("contents"), self.memory.sorter);
        let mut removed = Bits::new(self.learnt.documents);
        for entry in self.entries() {
            let (doc, entry) = entry?;
            joined.append(&entry)?;
            match entry.fingerprint {
                None => {
                    if let Some(own) = self.searched.own(doc) {
                        removed.insert(own);
                    }
                }
                Some(fingerprint) => {
                    let Some(content) = fingerprint.content else { continue };
                    let place = self.place(doc, entry.rank).to_bytes();
                    contents.push(&[&content.to_be_bytes()[..], &place, &doc.to_be_bytes()].concat())?;
                }
            }
        }
        let mut spilled = joined.finish()?;
        let mut set = Bits::new(self.searched.documents());
        let mut pairs = Sorter::new(&self.work.scratch("copies"), self.memory.sorter);
        let (mut contents, mut first) = (contents.finish()?, Vec::new());
        spilled += contents.spilled_bytes();
        while let Some(record) = contents.next_record()? {
            go_on(self.observer)?;
            if first.get(..16) == record.get(..16) {
                let [first, copy] = [&first[..], record].map(doc_of);
                set.insert(copy);
                pairs.push([first, copy].map(u64::to_be_bytes).as_flattened())?;
            } else {
                first = record.to_vec();
            }
        }
        Ok(Copies { set, removed, pairs: pairs.finish()?, spilled })
    }

    /// Where a document stands among all.
    fn place(&self, doc: u64, rank: i64) -> Place {
        match self.searched.origin(doc) {
            Origin::Own(doc) => Place::own(rank, doc),
            Origin::Earlier { run, doc } => Place::earlier(run, rank, doc),
        }
    }

    /// Whether documents have a right to stay by their number in the search.
    fn is_in_order(&self) -> bool {
        let earlier = self.earlier.iter().map(|run| run.manifest.options.keep);
        earlier.chain([self.keep]).all(|keep| keep == Keep::First)
    }

    fn count_bands(&self, copies: &Bits) -> Result<HashCounts, Error> {
        let bands = self.comparison.bands() as u64;
        let counts = HashCounts::new(self.searched.documents() * bands, self.memory.counts);
        for entry in self.entries() {
            let (doc, entry) = entry?;
            if let Some(fingerprint) = entry.fingerprint.filter(|_| !copies.contains(doc)) {
                counts.add(None, &band_hashes(&fingerprint.bands).collect::<Vec<_>>());
            }
        }
        Ok(counts)
    }

    /// The documents that are searched, in order: neither gone nor empty nor copies.
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
        let sorter = |name| Sorter::new(&self.work.scratch(name), self.memory.sorter);
        let mut learning = Learning::new(self.pages()?, sorter("sites"), sorter("looked-at"));
        if self.is_in_order() {
            for (order, single) in (0..).zip(self.singles(copies)) {
                let (doc, entry) = single?;
                learning.document(doc, self.place(doc, entry.rank), order)?;
            }
        } else {
            let mut orders = self.orders(copies)?;
            while let Some(record) = orders.next_record()? {
                let cut = || Error::internal("spill: an order is cut");
                let (head, place) = record.split_first_chunk::<16>().ok_or_else(cut)?;
                let &[doc, order] = head.as_chunks().0 else { return Err(cut()) };
                let [doc, order] = [doc, order].map(u64::from_be_bytes);
                let (place, _) = Place::read(place).ok_or_else(cut)?;
                learning.document(doc, place, order)?;
            }
        }
        let mut learnt = learning.finish()?;
        learnt.write_pages(&self.work.site_pages())?;
        Ok((learnt.frames, learnt.known))
    }

    /// The lines of the pages of all parts.
    fn pages(&self) -> Result<PageReader, Error> {
        let earlier = self.earlier.iter().enumerate();
        let earlier = earlier.map(|(run, earlier)| earlier.pages(self.searched.of_earlier(run, 0)));
        let own = self.learnt.first_document.iter().enumerate().map(|(part, &first)| PageFile {
            first: self.searched.of_own(first),
            documents: self.learnt.documents - first,
            path: self.work.pages(part),
        });
        PageReader::new(earlier.chain(own).collect())
    }

    /// The order of each document that is searched among all of them: number, order and place, by number.
    fn orders(&self, copies: &Copies) -> Result<Sorted, Error> {
        let mut places = Sorter::new(&self.work.scratch("places"), self.memory.sorter);
        for single in self.singles(copies) {
            let (doc, entry) = single?;
            places.push(&[&self.place(doc, entry.rank).to_bytes()[..], &doc.to_be_bytes()].concat())?;
        }
        let (mut places, mut order) = (places.finish()?, 0u64);
        let mut orders = Sorter::new(&self.work.scratch("orders"), self.memory.sorter);
        while let Some(record) = places.next_record()? {
            let (place, doc) = record.split_at(Place::BYTES);
            orders.push(&[doc, &order.to_be_bytes(), place].concat())?;
            order += 1;
        }
        Ok(orders.finish()?)
    }

    /// The verdicts on documents that are no copies, by number.
    fn near(&self, copies: &Copies, counts: Arc<HashCounts>, frames: &Frames) -> Result<Near, Error> {
        let lookup = Lookup::new(self.work, self.searched, self.comparison.bands())?;
        let texts = Texts::new(lookup, self.comparison);
        let counts = RwLock::new(Some(counts));
        let source = Source { texts, comparison: self.comparison, counts, frames, observer: self.observer };
        let mut waiting = Queue::new(&self.work.scratch("waiting"));
        let mut verdicts = self.earlier_verdicts()?;
        let options = ResolveOptions {
            cache_bytes: self.memory.cache,
            index_bytes: self.memory.index,
            ..self.comparison.resolve.clone()
        };
        let decided = Decided::read(self.work, self.decided, self.searched.documents(), |verdict| {
            Ok(verdicts.push(verdict)?)
        })?;
        let mut decisions = DecisionWriter::behind(&decided, self.work, self.journal);
        let tell = |doc: u64, duplicate: Option<Duplicate>| {
            self.observer.advance(1, 0);
            if self.standing(doc, &decided) != Standing::Open {
                return Ok(());
            }
            match duplicate {
                None => decisions.append(&doc.to_be_bytes()),
                Some(duplicate) => {
                    let verdict = Verdict { doc, judged: doc, duplicate }.write();
                    decisions.append(&verdict)?;
                    Ok(verdicts.push(&verdict)?)
                }
            }
        };
        let singles = self.singles(copies);
        if self.is_in_order() {
            let list = singles.map(|entry| entry.map(|(doc, entry)| self.listed(doc, entry, &decided)));
            resolve(list, &source, frames, &mut waiting, &options, tell)?;
        } else {
            resolve(self.by_rank(singles, &decided)?, &source, frames, &mut waiting, &options, tell)?;
        }
        let verdicts = verdicts.finish()?;
        let spilled = waiting.spilled_bytes() + verdicts.spilled_bytes();
        Ok(Near { verdicts, spilled })
    }

    /// Why documents of earlier runs went, for those of this one that are copies of them.
    fn earlier_verdicts(&self) -> Result<Sorter, Error> {
        let mut verdicts = Sorter::new(&self.work.scratch("near"), self.memory.sorter);
        for run in 0..self.earlier.len() {
            let mut part = PartReader::open(&self.work.earlier("verdicts", run), VERDICTS)?;
            while let Some(record) = part.next_record()? {
                verdicts.push(record)?;
            }
        }
        Ok(verdicts)
    }

    /// A document as the search lists it.
    fn listed(&self, doc: u64, entry: Entry, decided: &Decided) -> Document {
        let from = entry.fingerprint.filter(|_| !entry.is_keyless).map(|fingerprint| fingerprint.bands);
        Listed { document: doc, bytes: entry.text_bytes, from, standing: self.standing(doc, decided) }
    }

    /// What is known of a document: those of earlier runs stay.
    fn standing(&self, doc: u64, decided: &Decided) -> Standing {
        if self.searched.own(doc).is_none() { Standing::Stays } else { decided.on(doc) }
    }

    /// The documents in the order in which they have a right to stay.
    fn by_rank(
        &self,
        entries: impl Iterator<Item = Result<(u64, Entry), Error>>,
        decided: &Decided,
    ) -> Result<impl Iterator<Item = Result<Document, Error>>, Error> {
        let mut sorter = Sorter::new(&self.work.scratch("ranks"), self.memory.sorter);
        for entry in entries {
            let (doc, entry) = entry?;
            let mut record = self.place(doc, entry.rank).to_bytes().to_vec();
            record.extend(doc.to_be_bytes());
            let Listed { bytes, from, .. } = self.listed(doc, entry, decided);
            record.extend(bytes.to_le_bytes());
            record.push(u8::from(from.is_some()));
            record.extend(from.iter().flatten().flat_map(|key| key.to_le_bytes()));
            sorter.push(&record)?;
        }
        let mut sorted = sorter.finish()?;
        let next = move || {
            let record = match sorted.next_record() {
                Ok(record) => record?,
                Err(error) => return Some(Err(error.into())),
            };
            let (place, rest) = record.split_at(Place::BYTES + 8);
            let (&bytes, rest) = rest.split_first_chunk().unwrap_or((&[0; 8], &[]));
            let (&is_met, keys) = rest.split_first().unwrap_or((&0, &[]));
            let keys = || keys.as_chunks().0.iter().map(|key| u64::from_le_bytes(*key)).collect();
            let document = doc_of(place);
            Some(Ok(Listed {
                document,
                bytes: u64::from_le_bytes(bytes),
                from: (is_met == 1).then(keys),
                standing: self.standing(document, decided),
            }))
        };
        Ok(std::iter::from_fn(next))
    }

    /// Joins copies with the verdicts on the first of their kind, and writes all verdicts by part.
    fn write(&self, copies: Copies, near: Near) -> Result<Grouped, Error> {
        let Copies { removed, mut pairs, .. } = copies;
        let spilled = copies.spilled + pairs.spilled_bytes() + near.spilled;
        let mut near = near.verdicts;
        let mut all = Sorter::new(&self.work.scratch("verdicts"), self.memory.sorter);
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
            all.push(&Verdict { doc: copy, judged: first, duplicate }.write())?;
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
        let mut clusters =
            ClusterCounter::new(Sorter::new(&self.work.scratch("clusters"), self.memory.sorter));
        let mut writer = VerdictWriter::new(&self.learnt.first_document, &path);
        while let Some(record) = verdicts.next_record()? {
            go_on(self.observer)?;
            let verdict = Verdict::read(record)?;
            // What earlier runs decided stays.
            let Some(doc) = self.searched.own(verdict.doc) else { continue };
            clusters.duplicate(verdict.doc, verdict.duplicate.of)?;
            let verdict = Verdict { doc, ..verdict };
            count(&mut grouped.counts, STAGE, verdict.reason());
            grouped.against += u64::from(self.searched.own(verdict.duplicate.of).is_none());
            grouped.removed.insert(verdict.doc);
            writer.append(&verdict)?;
        }
        grouped.clusters = clusters.finish()?;
        grouped.spilled = verdicts.spilled_bytes() + writer.finish()?;
        Ok(grouped)
    }
}

/// A document on the search's list, with its band keys; `None` for one that no other can meet.
type Document = Listed<Option<Box<[u64]>>>;

/// The number at the end of a record.
fn doc_of(record: &[u8]) -> u64 {
    record.last_chunk().map_or(0, |doc| u64::from_be_bytes(*doc))
}

/// The documents of the work area, as the search asks for them.
struct Source<'a> {
    texts: Texts<'a>,
    comparison: &'a Comparison,
    /// Gone when all keys were made.
    counts: RwLock<Option<Arc<HashCounts>>>,
    frames: &'a Frames,
    observer: &'a dyn Observer,
}

impl Documents for Source<'_> {
    type From = Option<Box<[u64]>>;
    type Error = Error;

    fn keys(&self, listed: &Document, page: u64) -> Result<(Keys, Option<Shingles>), Error> {
        go_on(self.observer)?;
        let Some(bands) = &listed.from else { return Ok(<(Keys, Option<Shingles>)>::default()) };
        let counts = self.counts.read().unwrap_or_else(PoisonError::into_inner);
        let counts = counts.as_ref().ok_or_else(|| Error::internal("the counters are gone"))?;
        if !self.comparison.is_exact() {
            return Ok((Keys::of_bands(bands, counts), None));
        }
        let similarity = &self.comparison.resolve.similarity;
        self.texts.with(listed.document, |shingler, text| match similarity {
            Similarity::Jaccard { .. } => {
                let shingles = shingler.shingles(text);
                let keys = Keys::of_prefix(shingles.as_slice(), counts, similarity);
                let shingles = (!keys.is_empty()).then_some(shingles);
                (keys, shingles)
            }
            _ => {
                let shingles = shingler.shingles(text);
                let keys = Keys::of_content(&shingles, counts, similarity, self.frames, page);
                (keys, Some(shingles))
            }
        })
    }

    fn no_more_keys(&self) -> u64 {
        let mut counts = self.counts.write().unwrap_or_else(PoisonError::into_inner);
        counts.take().and_then(Arc::into_inner).map_or(0, |counts| counts.bytes())
    }

    fn shingles(&self, document: u64) -> Result<Shingles, Error> {
        go_on(self.observer)?;
        self.texts.with(document, |shingler, text| shingler.shingles(text))
    }
}
