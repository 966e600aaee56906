//! Whether every removed duplicate names a kept document, and rests on what the two texts say.
//!
//! The removals are sorted by their witness and meet the kept documents as these are read in order: what is in memory
//! is what was just read, not the corpus.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use gleaner_dedup::Shingler;
use gleaner_spill::{Sorted, Sorter};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::comparison::{Comparison, LARGE_TEXT};
use crate::draft::{decode, encode};
use crate::error::Error;
use crate::frames::KnownFrames;
use crate::outputs;
use crate::place::Place;
use crate::place::rank;
use crate::recall::Sampling;
use crate::rows::{Document, Removed};
use crate::settings::Keep;
use crate::values::{Compared, Verdicts};
use crate::verify::finding::{Check, Finding, Findings};
use crate::verify::values::differences;

/// Bytes of removed texts that are compared at a time.
const CHUNK_BYTES: usize = 16 << 20;

/// How the documents of the run were compared.
pub(super) struct Rules<'a> {
    pub(super) comparison: &'a Comparison,
    pub(super) verdicts: Verdicts<'a>,
    pub(super) keep: Keep,
    /// Held while a large text is shingled.
    large: Mutex<()>,
}

impl Rules<'_> {
    pub(super) fn new<'a>(comparison: &'a Comparison, frames: &'a KnownFrames, keep: Keep) -> Rules<'a> {
        let verdicts = Verdicts { similarity: comparison.resolve.similarity, frames };
        Rules { comparison, verdicts, keep, large: Mutex::default() }
    }

    /// Where a document stands in the order of `--keep`.
    pub(super) fn place(&self, document: &Document) -> Place {
        Place::own(rank(self.keep, &document.text, document.date.as_deref()), document.doc)
    }

    /// What `make` makes of a text; large ones one at a time.
    pub(super) fn in_turn<T>(
        &self,
        text: &str,
        shingler: &mut Shingler,
        make: impl FnOnce(&mut Shingler, &str) -> T,
    ) -> T {
        let is_large = text.len() > LARGE_TEXT;
        let _turn = is_large.then(|| self.large.lock().unwrap_or_else(PoisonError::into_inner));
        let made = make(shingler, text);
        if is_large {
            shingler.shrink();
        }
        made
    }
}

/// A document that a removal names: those of earlier runs come after all of this one, by their place among the runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Witness {
    /// 0 is this run, and 1 the first that it was held against.
    pub(super) run: u64,
    /// Its number in its run.
    pub(super) doc: u64,
}

/// The last that a document of run `run` can be.
pub(super) fn last_of(run: u64) -> Witness {
    Witness { run, doc: u64::MAX }
}

/// A removal that names a witness.
pub(super) struct Named<'a> {
    pub(super) witness: Witness,
    /// When the decision was taken.
    pub(super) place: Place,
    /// Whether it is to be checked; others only stand for their copies, which are.
    pub(super) is_check: bool,
    pub(super) removed: &'a Removed,
}

/// Takes in the removals that name a witness, in any order.
pub(super) struct Claims<'a> {
    rules: &'a Rules<'a>,
    sorter: Sorter,
    buffer: Vec<u8>,
}

impl Claims<'_> {
    pub(super) fn new<'a>(rules: &'a Rules<'a>, sorter: Sorter) -> Claims<'a> {
        Claims { rules, sorter, buffer: Vec::new() }
    }

    /// Takes the removals of `named`.
    pub(super) fn push_all(&mut self, named: &[Named<'_>]) -> Result<(), Error> {
        let shingler = || self.rules.comparison.shingler.clone();
        let content = |shingler: &mut Shingler, named: &Named<'_>| {
            let text = &named.removed.document.text;
            self.rules.in_turn(text, shingler, |shingler, text| shingler.content(text))
        };
        let contents: Vec<Option<u128>> = named.par_iter().map_init(shingler, content).collect();
        named.iter().zip(contents).try_for_each(|(named, content)| self.push(named, content))
    }

    fn push(&mut self, named: &Named<'_>, content: Option<u128>) -> Result<(), Error> {
        let Named { witness, place, is_check, removed } = named;
        encode(removed, &mut self.buffer)?;
        let content = content.unwrap_or(0).to_be_bytes();
        let [run, doc] = [witness.run, witness.doc].map(u64::to_be_bytes);
        let key = [&run[..], &doc, &content, &place.to_bytes(), &[u8::from(*is_check)]];
        Ok(self.sorter.push(&[&key.concat(), &self.buffer[..]].concat())?)
    }

    /// `sampling` has the documents on which recall is measured.
    pub(super) fn finish(self, sampling: Option<Sampling>) -> Result<SortedClaims, Error> {
        let sorted = self.sorter.finish()?;
        let mut claims = SortedClaims { sorted, next: None, checked: 0, sampling, found: 0, first: None };
        claims.step()?;
        Ok(claims)
    }
}

/// Removals by witness, those of one witness by their content, and copies by their place.
pub(super) struct SortedClaims {
    sorted: Sorted,
    next: Option<Next>,
    pub(super) checked: u64,
    sampling: Option<Sampling>,
    /// Documents of the sample that went as near-duplicates of one of this run; copies of others left out.
    pub(super) found: u64,
    /// The first copy of the content at hand and its witness.
    first: Option<(Witness, Place, Arc<Compared>)>,
}

/// A removal as it is read back.
struct Next {
    witness: Witness,
    place: Place,
    is_check: bool,
    removed: Removed,
}

impl Next {
    /// Whether it is a near-duplicate of a document of this run, and of the sample.
    fn is_found(&self, sampling: Option<Sampling>) -> bool {
        let is_sampled = sampling.is_some_and(|sampling| sampling.contains(self.removed.document.doc));
        is_sampled && self.witness.run == 0 && self.removed.stated.reason == "near-duplicate"
    }
}

/// A removal to check.
struct Claim {
    witness: Witness,
    removed: Removed,
    /// What was compared: copies go as the first of them went.
    compared: Arc<Compared>,
    /// When the decision was taken.
    place: Place,
}

impl SortedClaims {
    fn step(&mut self) -> Result<(), Error> {
        let cut = || Error::internal("spill: a removal is cut");
        let read = |record: &[u8]| {
            let (key, rest) = record.split_first_chunk::<32>().ok_or_else(cut)?;
            let (place, rest) = Place::read(rest).ok_or_else(cut)?;
            let (&is_check, removed) = rest.split_first().ok_or_else(cut)?;
            let &[run, doc, ..] = key.as_chunks().0 else { return Err(cut()) };
            let witness = Witness { run: u64::from_be_bytes(run), doc: u64::from_be_bytes(doc) };
            Ok(Next { witness, place, is_check: is_check == 1, removed: decode(removed)? })
        };
        self.next = self.sorted.next_record()?.map(read).transpose()?;
        Ok(())
    }

    /// The next removals whose witness is not above `last`, as many as are compared at a time.
    fn chunk(&mut self, last: Witness) -> Result<Vec<Next>, Error> {
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        while bytes < CHUNK_BYTES {
            let Some(next) = self.next.take_if(|next| next.witness <= last) else { break };
            bytes += next.removed.document.text.len() + size_of::<Removed>();
            chunk.push(next);
            self.step()?;
        }
        Ok(chunk)
    }

    /// Passes over the removals whose witness is not above `last`, and says how many there are.
    pub(super) fn pass(&mut self, last: Witness) -> Result<u64, Error> {
        let mut passed = 0;
        while let Some(next) = self.next.take_if(|next| next.witness <= last) {
            passed += u64::from(next.is_check);
            self.step()?;
        }
        Ok(passed)
    }

    /// Checks the removals whose witness is not above `last` against `kept`, the kept documents of its run that were read
    /// since the last call.
    pub(super) fn check(
        &mut self,
        last: Witness,
        kept: &BTreeMap<u64, &Document>,
        rules: &Rules<'_>,
        findings: &mut Findings,
    ) -> Result<(), Error> {
        loop {
            let chunk = self.chunk(last)?;
            if chunk.is_empty() {
                return Ok(());
            }
            self.checked += chunk.iter().filter(|next| next.is_check).count() as u64;
            let claims = self.claims(chunk, rules);
            let judge = || Judge { rules, shingler: rules.comparison.shingler.clone(), held: None };
            let found: Vec<Vec<Finding>> = claims
                .par_iter()
                .map_init(judge, |judge, claim| match kept.get(&claim.witness.doc) {
                    Some(kept) => judge.judge(claim, kept),
                    None => vec![missing(claim.witness.doc, &claim.removed)],
                })
                .collect();
            findings.extend(found.into_iter().flatten());
        }
    }

    /// Makes ready to check what was read.
    fn claims(&mut self, chunk: Vec<Next>, rules: &Rules<'_>) -> Vec<Claim> {
        let shingler = || rules.comparison.shingler.clone();
        let compared: Vec<Compared> = chunk
            .par_iter()
            .map_init(shingler, |shingler, next| {
                rules.in_turn(&next.removed.document.text, shingler, Compared::new)
            })
            .collect();
        let claims = chunk.into_iter().zip(compared).filter_map(|(next, own)| {
            let is_found = next.is_found(self.sampling);
            let Next { witness, place, is_check, removed } = next;
            let first = self.first.take().filter(|(of, _, first)| {
                *of == witness && own.content.is_some() && first.content == own.content
            });
            let first = first.unwrap_or_else(|| {
                self.found += u64::from(is_found);
                (witness, place, Arc::new(own))
            });
            let (_, place, compared) = self.first.insert(first);
            is_check.then(|| Claim { witness, removed, compared: Arc::clone(compared), place: *place })
        });
        claims.collect()
    }
}

fn missing(witness: u64, removed: &Removed) -> Finding {
    let found = format!("document {witness}, which is not in data/");
    Finding::new(Check::Witness, outputs::REMOVED, "duplicate_of_doc", "a kept document", found)
        .at(removed.document.doc, &removed.document.id)
}

/// Judges removals on one thread.
struct Judge<'a> {
    rules: &'a Rules<'a>,
    shingler: Shingler,
    /// The last witness: it often has more than one copy.
    held: Option<(Witness, Compared)>,
}

impl Judge<'_> {
    fn judge(&mut self, claim: &Claim, kept: &Document) -> Vec<Finding> {
        let Removed { document, stated } = &claim.removed;
        let mut findings = Vec::new();
        let mut wrong = |what: &str, expected: String, found: String| {
            findings.push(Finding::new(Check::Witness, outputs::REMOVED, what, expected, found));
        };
        if stated.duplicate_of.as_ref() != Some(&kept.id) {
            let found = stated.duplicate_of.clone().unwrap_or_else(|| "nothing".to_owned());
            wrong("duplicate_of", kept.id.clone(), found);
        }
        if claim.witness.run == 0 && self.rules.place(kept) >= self.rules.place(document) {
            let found = format!("document {}, which does not", kept.doc);
            wrong("duplicate_of_doc", "a document that comes before it by --keep".to_owned(), found);
        }
        if self.held.as_ref().is_none_or(|(held, _)| *held != claim.witness) {
            self.held = Some((claim.witness, self.compared(&kept.text)));
        }
        if let Some((_, kept)) = &self.held {
            let found = self.rules.verdicts.on(&claim.compared, kept, claim.place);
            findings.extend(differences(outputs::REMOVED, stated, found.as_ref()));
        }
        findings.into_iter().map(|finding| finding.at(document.doc, &document.id)).collect()
    }

    fn compared(&mut self, text: &str) -> Compared {
        self.rules.in_turn(text, &mut self.shingler, Compared::new)
    }
}
