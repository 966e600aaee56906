//! Recall measured again, on the kept documents as they were written; and whether two of them have the same content.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use gleaner_dedup::Shingler;
use gleaner_spill::{PartKind, PartLookup, PartReader, PartWriter, Sorter};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::error::Error;
use crate::manifest::MANIFEST;
use crate::place::Place;
use crate::place::rank;
use crate::recall::{Documents, Each, Open, Outliner, Recall, SampledRecall, Sampling, measure, open};
use crate::rows::Document;
use crate::values::Compared;
use crate::verify::finding::{Check, Finding, Findings};
use crate::verify::witnesses::Rules;
use crate::work::WorkArea;

/// Number, rank and outline of a kept document.
const OUTLINES: PartKind = PartKind { name: *b"KEPT", version: 1 };
/// Texts of documents that are compared.
const TEXTS: PartKind = PartKind { name: *b"TEXT", version: 1 };

/// Bytes that a text has at most, most of the time.
const LIKELY_BYTES: usize = 16 << 10;

/// Takes in the documents of a run while its files are read.
pub(super) struct Measurement<'a> {
    rules: &'a Rules<'a>,
    work: &'a WorkArea,
    seed: u64,
    sampling: Sampling,
    outlines: PartWriter,
    contents: Sorter,
    sampled: u64,
}

impl Measurement<'_> {
    pub(super) fn new<'a>(
        rules: &'a Rules<'a>,
        work: &'a WorkArea,
        seed: u64,
        sampling: Sampling,
        memory: u64,
    ) -> Result<Measurement<'a>, Error> {
        let outlines = PartWriter::create(&work.scratch("kept"), OUTLINES)?;
        let contents = Sorter::new(&work.scratch("contents"), memory);
        Ok(Measurement { rules, work, seed, sampling, outlines, contents, sampled: 0 })
    }

    pub(super) fn sampling(&self) -> Sampling {
        self.sampling
    }

    pub(super) fn remove(&mut self, doc: u64) {
        self.sampled += u64::from(self.sampling.contains(doc));
    }

    /// Takes kept documents in; returns their contents.
    pub(super) fn keep(&mut self, documents: &[Document]) -> Result<Vec<Option<u128>>, Error> {
        let tools = || (self.rules.comparison.shingler.clone(), Outliner::new(self.seed));
        let made = documents.par_iter().map_init(tools, |(shingler, outliner), document| {
            let content = self.rules.in_turn(&document.text, shingler, |shingler, text| {
                let content = shingler.content(text);
                outliner.outline(shingler.ngrams());
                content
            });
            let rank = rank(self.rules.keep, &document.text, document.date.as_deref());
            let head = [document.doc.to_le_bytes(), rank.to_le_bytes()].concat();
            (content, [&head, outliner.record()].concat())
        });
        let made: Vec<(Option<u128>, Vec<u8>)> = made.collect();
        for (document, (content, record)) in documents.iter().zip(&made) {
            self.sampled += u64::from(self.sampling.contains(document.doc));
            self.outlines.append(record)?;
            if let Some(content) = content {
                self.contents.push(&[&content.to_be_bytes()[..], &document.doc.to_be_bytes()].concat())?;
            }
        }
        Ok(made.into_iter().map(|(content, _)| content).collect())
    }

    /// Names kept documents that have the content of another, and says which documents have to be compared.
    /// `found` of the sample went as near-duplicates.
    pub(super) fn finish(self, found: u64, findings: &mut Findings) -> Result<Compare, Error> {
        copies(self.contents, findings)?;
        self.outlines.finish()?;
        let kept = KeptDocuments { work: self.work };
        let open = open(&kept, self.sampling, &self.rules.comparison.resolve.similarity)?;
        Ok(Compare { sampled: self.sampled, found, open })
    }
}

fn copies(contents: Sorter, findings: &mut Findings) -> Result<(), Error> {
    let (mut contents, mut first) = (contents.finish()?, Vec::new());
    while let Some(record) = contents.next_record()? {
        let doc = |record: &[u8]| record.last_chunk().map_or(0, |doc| u64::from_be_bytes(*doc));
        if first.get(..16) == record.get(..16) {
            let found = format!("document {}, with the same words", doc(&first));
            let finding =
                Finding::new(Check::Copy, "data/", "content", "that of no other kept document", found);
            findings.add(Finding { doc: Some(doc(record)), ..finding });
        } else {
            first = record.to_vec();
        }
    }
    Ok(())
}

/// The outlines in the work area.
struct KeptDocuments<'a> {
    work: &'a WorkArea,
}

impl Documents for KeptDocuments<'_> {
    fn for_kept(&self, each: &mut Each<'_>) -> Result<(), Error> {
        let mut part = PartReader::open(&self.work.scratch("kept"), OUTLINES)?;
        while let Some(record) = part.next_record()? {
            let Some((doc, rest)) = record.split_first_chunk() else { continue };
            let Some((rank, outline)) = rest.split_first_chunk() else { continue };
            each(u64::from_le_bytes(*doc), i64::from_le_bytes(*rank), outline)?;
        }
        Ok(())
    }
}

/// What has to be compared.
pub(super) struct Compare {
    sampled: u64,
    found: u64,
    open: Vec<Open>,
}

impl Compare {
    /// The documents whose texts are needed.
    pub(super) fn needed(&self) -> BTreeSet<u64> {
        self.open.iter().flat_map(|open| open.candidates.iter().copied().chain([open.place.doc()])).collect()
    }

    /// Compares them.
    pub(super) fn measure(self, texts: &Texts, rules: &Rules<'_>) -> Result<SampledRecall, Error> {
        measure(self.sampled, self.found, &self.open, |place, others| texts.reach(place, others, rules))
    }
}

/// Takes in the texts that are needed.
pub(super) struct TextWriter {
    part: PartWriter,
    places: BTreeMap<u64, u64>,
}

impl TextWriter {
    pub(super) fn create(work: &WorkArea) -> Result<TextWriter, Error> {
        Ok(TextWriter { part: PartWriter::create(&work.scratch("texts"), TEXTS)?, places: BTreeMap::new() })
    }

    pub(super) fn add(&mut self, document: &Document) -> Result<(), Error> {
        let place = self.part.append(document.text.as_bytes())?;
        self.places.insert(document.doc, place);
        Ok(())
    }

    pub(super) fn finish(self, work: &WorkArea) -> Result<Texts, Error> {
        self.part.finish()?;
        let part = PartLookup::open(&work.scratch("texts"), TEXTS)?;
        Ok(Texts { part, places: self.places, idle: Mutex::default() })
    }
}

/// The texts that are compared.
pub(super) struct Texts {
    part: PartLookup,
    places: BTreeMap<u64, u64>,
    /// Shinglers that no thread uses now.
    idle: Mutex<Vec<Shingler>>,
}

impl Texts {
    /// Whether one of `others` makes the document at `place` go.
    fn reach(&self, place: Place, others: &[u64], rules: &Rules<'_>) -> Result<bool, Error> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut shingler = idle.unwrap_or_else(|| rules.comparison.shingler.clone());
        let own = self.compared(place.doc(), &mut shingler, rules)?;
        let mut reached = false;
        for &other in others {
            let other = self.compared(other, &mut shingler, rules)?;
            reached = rules.verdicts.on(&own, &other, place).is_some();
            if reached {
                break;
            }
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(shingler);
        Ok(reached)
    }

    fn compared(&self, doc: u64, shingler: &mut Shingler, rules: &Rules<'_>) -> Result<Compared, Error> {
        let mut buffer = Vec::new();
        let text = match self.places.get(&doc) {
            Some(&place) => self.part.read(place, LIKELY_BYTES, &mut buffer)?,
            None => &[],
        };
        let text = String::from_utf8_lossy(text);
        Ok(rules.in_turn(&text, shingler, Compared::new))
    }
}

/// Holds what the run states against what was measured in the same way.
pub(super) fn check(stated: &Recall, measured: &SampledRecall, findings: &mut Findings) {
    let mut differ = |what: &str, expected: String, found: String| {
        findings.add(Finding::new(Check::Recall, MANIFEST, what, expected, found));
    };
    let stated = match stated {
        Recall::Sample(stated) => stated,
        Recall::Construction { .. } => {
            if measured.missed > 0 {
                let found = format!("{} in a sample of {}", measured.missed, measured.sampled);
                differ("recall", "no kept document that should have gone".to_owned(), found);
            }
            return;
        }
    };
    let numbers = |recall: &SampledRecall| {
        let SampledRecall { sampled, due, found, missed, undecided, recall, low, high } = recall;
        let share = recall.map_or_else(|| "null".to_owned(), |recall| recall.to_string());
        let counts = [sampled, due, found, missed, undecided].map(u64::to_string);
        counts.into_iter().chain([share, low.to_string(), high.to_string()])
    };
    let names = ["sampled", "due", "found", "missed", "undecided", "recall", "low", "high"];
    for ((name, measured), stated) in names.into_iter().zip(numbers(measured)).zip(numbers(stated)) {
        if measured != stated {
            differ(&format!("recall.{name}"), measured, stated);
        }
    }
}
