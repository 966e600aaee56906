//! Whether every removed duplicate names a kept document, and rests on what the two texts say.
//!
//! The removals are sorted by their witness and meet the kept documents as these are read in order: what is in memory
//! is what was just read, not the corpus.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use gleaner_dedup::Shingler;
use gleaner_spill::{Sorted, Sorter};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::comparison::{Comparison, LARGE_TEXT};
use crate::draft::{decode, encode};
use crate::error::Error;
use crate::frames::{KnownFrames, Place};
use crate::outputs;
use crate::rank::rank;
use crate::settings::Keep;
use crate::values::{Compared, Verdicts};
use crate::verify::finding::{Check, Finding, Findings};
use crate::verify::rows::{Document, Removed};
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
        (Reverse(rank(self.keep, &document.text, document.date.as_deref())), document.doc)
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

    /// Takes the removals of `rows` that name a witness.
    pub(super) fn push_all(&mut self, rows: &[Removed]) -> Result<(), Error> {
        let named = rows.iter().filter_map(|removed| Some((removed.stated.duplicate_of_doc?, removed)));
        let named: Vec<(u64, &Removed)> = named.collect();
        let shingler = || self.rules.comparison.shingler.clone();
        let content = |shingler: &mut Shingler, &(_, removed): &(u64, &Removed)| {
            self.rules.in_turn(&removed.document.text, shingler, |shingler, text| shingler.content(text))
        };
        let contents: Vec<Option<u128>> = named.par_iter().map_init(shingler, content).collect();
        named
            .iter()
            .zip(contents)
            .try_for_each(|((witness, removed), content)| self.push(*witness, content, removed))
    }

    fn push(&mut self, witness: u64, content: Option<u128>, removed: &Removed) -> Result<(), Error> {
        encode(removed, &mut self.buffer)?;
        let (Reverse(rank), doc) = self.rules.place(&removed.document);
        // The larger rank comes first.
        let rank = !(rank as u64 ^ (1 << 63));
        let content = content.unwrap_or(0).to_be_bytes();
        let place = [rank, doc].map(u64::to_be_bytes);
        let key = [&witness.to_be_bytes()[..], &content, place.as_flattened()];
        Ok(self.sorter.push(&[&key.concat(), &self.buffer[..]].concat())?)
    }

    pub(super) fn finish(self) -> Result<SortedClaims, Error> {
        let sorted = self.sorter.finish()?;
        let mut claims = SortedClaims { sorted, next: None, checked: 0, first: None };
        claims.step()?;
        Ok(claims)
    }
}

/// Bytes before the removal in a record: witness, content, rank and number.
const KEY_BYTES: usize = 40;

/// Removals by witness, those of one witness by their content, and copies by their place.
pub(super) struct SortedClaims {
    sorted: Sorted,
    next: Option<(u64, Removed)>,
    pub(super) checked: u64,
    /// The first copy of the content at hand and its witness.
    first: Option<(u64, Place, Arc<Compared>)>,
}

/// A removal to check.
struct Claim {
    witness: u64,
    removed: Removed,
    /// What was compared: copies go as the first of them went.
    compared: Arc<Compared>,
    /// When the decision was taken.
    place: Place,
}

impl SortedClaims {
    fn step(&mut self) -> Result<(), Error> {
        let read = |record: &[u8]| {
            let witness = record.first_chunk().map_or(0, |witness| u64::from_be_bytes(*witness));
            decode(record.get(KEY_BYTES..).unwrap_or_default()).map(|removed| (witness, removed))
        };
        self.next = self.sorted.next_record()?.map(read).transpose()?;
        Ok(())
    }

    /// The next removals whose witness is not above `last`, as many as are compared at a time.
    fn chunk(&mut self, last: u64) -> Result<Vec<(u64, Removed)>, Error> {
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        while bytes < CHUNK_BYTES {
            let Some(claim) = self.next.take_if(|(witness, _)| *witness <= last) else { break };
            bytes += claim.1.document.text.len() + size_of::<Removed>();
            chunk.push(claim);
            self.step()?;
        }
        Ok(chunk)
    }

    /// Checks the removals whose witness is not above `last` against `kept`, the kept documents that were read since
    /// the last call.
    pub(super) fn check(
        &mut self,
        last: u64,
        kept: &BTreeMap<u64, &Document>,
        rules: &Rules<'_>,
        findings: &mut Findings,
    ) -> Result<(), Error> {
        loop {
            let chunk = self.chunk(last)?;
            if chunk.is_empty() {
                return Ok(());
            }
            self.checked += chunk.len() as u64;
            let claims = self.claims(chunk, rules);
            let judge = || Judge { rules, shingler: rules.comparison.shingler.clone(), held: None };
            let found: Vec<Vec<Finding>> = claims
                .par_iter()
                .map_init(judge, |judge, claim| match kept.get(&claim.witness) {
                    Some(kept) => judge.judge(claim, kept),
                    None => vec![missing(claim.witness, &claim.removed)],
                })
                .collect();
            findings.extend(found.into_iter().flatten());
        }
    }

    /// Makes ready to check what was read.
    fn claims(&mut self, chunk: Vec<(u64, Removed)>, rules: &Rules<'_>) -> Vec<Claim> {
        let shingler = || rules.comparison.shingler.clone();
        let compared: Vec<Compared> = chunk
            .par_iter()
            .map_init(shingler, |shingler, (_, removed)| {
                rules.in_turn(&removed.document.text, shingler, Compared::new)
            })
            .collect();
        let claims = chunk.into_iter().zip(compared).map(|((witness, removed), own)| {
            let first = self.first.take().filter(|(of, _, first)| {
                *of == witness && own.content.is_some() && first.content == own.content
            });
            let first = first.unwrap_or_else(|| (witness, rules.place(&removed.document), Arc::new(own)));
            let (_, place, compared) = self.first.insert(first);
            Claim { witness, removed, compared: Arc::clone(compared), place: *place }
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
    held: Option<(u64, Compared)>,
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
        if self.rules.place(kept) >= self.rules.place(document) {
            let found = format!("document {}, which does not", kept.doc);
            wrong("duplicate_of_doc", "a document that comes before it by --keep".to_owned(), found);
        }
        if self.held.as_ref().is_none_or(|(held, _)| *held != kept.doc) {
            self.held = Some((kept.doc, self.compared(&kept.text)));
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
