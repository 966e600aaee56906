//! The decisions of a search as they are made, in parts of some thousands each: a search that was stopped goes on behind
//! them.

use std::time::{Duration, Instant};

use gleaner_dedup::Standing;
use gleaner_spill::{PartKind, PartReader, PartWriter};

use crate::bits::Bits;
use crate::error::Error;
use crate::journal::{Journal, Step};
use crate::work::WorkArea;

/// The number of a document that stays, or the [`Verdict`](crate::verdicts::Verdict) on one that goes, which begins with
/// its number.
const DECIDED: PartKind = PartKind { name: *b"DECI", version: 1 };

/// Decisions, and time, after which a part ends.
const PART_RECORDS: usize = 1 << 12;
const PART_TIME: Duration = Duration::from_secs(10);

/// What another process has decided; two bits a document.
#[derive(Debug, Default)]
pub(crate) struct Decided {
    stays: Bits,
    goes: Bits,
    /// Parts that it has left.
    parts: usize,
}

impl Decided {
    /// Reads the first `parts` parts, of a search of so many documents. Gives the records of verdicts to `gone`.
    pub(crate) fn read(
        work: &WorkArea,
        parts: usize,
        documents: u64,
        mut gone: impl FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<Decided, Error> {
        if parts == 0 {
            return Ok(Decided::default());
        }
        let mut decided = Decided { stays: Bits::new(documents), goes: Bits::new(documents), parts };
        for part in 0..parts {
            let mut reader = PartReader::open(&work.decided(part), DECIDED)?;
            while let Some(record) = reader.next_record()? {
                let (number, verdict) = record
                    .split_first_chunk()
                    .map(|(number, verdict)| (u64::from_be_bytes(*number), verdict))
                    .filter(|(number, _)| *number < documents)
                    .ok_or_else(|| Error::internal("spill: a decision is cut"))?;
                if verdict.is_empty() {
                    decided.stays.insert(number);
                } else {
                    decided.goes.insert(number);
                    gone(record)?;
                }
            }
        }
        Ok(decided)
    }

    pub(crate) fn on(&self, doc: u64) -> Standing {
        if self.stays.contains(doc) {
            Standing::Stays
        } else if self.goes.contains(doc) {
            Standing::Goes
        } else {
            Standing::Open
        }
    }
}

/// Writes decisions down.
pub(crate) struct DecisionWriter<'a> {
    work: &'a WorkArea,
    journal: &'a Journal,
    number: usize,
    part: Option<PartWriter>,
    records: usize,
    begun: Instant,
}

impl DecisionWriter<'_> {
    /// Goes on behind those of `decided`.
    pub(crate) fn behind<'a>(
        decided: &Decided,
        work: &'a WorkArea,
        journal: &'a Journal,
    ) -> DecisionWriter<'a> {
        DecisionWriter { work, journal, number: decided.parts, part: None, records: 0, begun: Instant::now() }
    }

    /// Takes the number of a document that stays, or the record of the verdict on one that goes. What was taken since a
    /// part ended is lost with the process.
    pub(crate) fn append(&mut self, record: &[u8]) -> Result<(), Error> {
        let path = self.work.decided(self.number);
        if self.part.is_none() {
            self.part = Some(PartWriter::create(&path, DECIDED)?);
            (self.records, self.begun) = (0, Instant::now());
        }
        if let Some(part) = &mut self.part {
            part.append(record)?;
            self.records += 1;
        }
        let is_full = self.records >= PART_RECORDS || self.begun.elapsed() >= PART_TIME;
        if is_full && let Some(part) = self.part.take() {
            part.finish()?;
            self.number += 1;
            self.journal.done(&Step::Decided { parts: self.number }, &[path])?;
        }
        Ok(())
    }
}
