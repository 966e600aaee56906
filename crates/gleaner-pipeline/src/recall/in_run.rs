//! The measurement at the end of a run, on what is in its work area.

use std::sync::{Mutex, PoisonError};

use gleaner_dedup::{Measure, Shingler};

use crate::bits::Bits;
use crate::comparison::{Comparison, LARGE_TEXT};
use crate::entries::entries;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::phases::learn::Learnt;
use crate::recall::outline::OutlineReader;
use crate::recall::{Documents, Each, Recall, SAMPLE, Sampling, measure, open};
use crate::settings::Keep;
use crate::values::{Compared, reaches};
use crate::verdicts::VerdictReader;
use crate::work::WorkArea;

/// A run after its duplicates were found.
pub(crate) struct Run<'a> {
    pub(crate) learnt: &'a Learnt,
    pub(crate) work: &'a WorkArea,
    pub(crate) comparison: &'a Comparison,
    pub(crate) keep: Keep,
    pub(crate) seed: u64,
    /// Documents that went, for whatever reason.
    pub(crate) removed: &'a Bits,
}

impl Run<'_> {
    /// What the run can say of its recall.
    pub(crate) fn recall(&self) -> Result<Recall, Error> {
        if self.comparison.is_exact() {
            return Ok(Recall::Construction { recall: 1.0 });
        }
        let sampling = Sampling::new(self.seed, SAMPLE, self.learnt.documents);
        let (sampled, found) = self.sampled(sampling)?;
        let open = open(self, sampling, self.comparison.resolve.threshold)?;
        let texts = Texts::new(self)?;
        let reaches = |doc: u64, others: &[u64]| texts.reaches(doc, others);
        Ok(Recall::Sample(measure(sampled, found, &open, reaches)?))
    }

    /// The size of the sample, and how many of it went as near-duplicates.
    fn sampled(&self, sampling: Sampling) -> Result<(u64, u64), Error> {
        let path = |part| self.work.verdicts(part);
        let mut verdicts = VerdictReader::new(&self.learnt.first_document, &path);
        let (mut sampled, mut found) = (0, 0);
        for doc in (0..self.learnt.documents).filter(|&doc| sampling.contains(doc)) {
            sampled += 1;
            let verdict = if self.removed.contains(doc) { verdicts.on(doc)? } else { None };
            found += u64::from(verdict.is_some_and(|verdict| verdict.duplicate.measure != Measure::Exact));
        }
        Ok((sampled, found))
    }
}

impl Documents for Run<'_> {
    fn for_kept(&self, each: &mut Each<'_>) -> Result<(), Error> {
        let parts = 0..self.learnt.first_document.len();
        let mut outlines = OutlineReader::new(parts.map(|part| self.work.outlines(part)));
        let mut ranks = (self.keep != Keep::First).then(|| entries(self.work, &self.learnt.first_document));
        let (mut doc, mut record) = (0, Vec::new());
        while outlines.next_record(&mut record)? {
            let entry = ranks.as_mut().and_then(Iterator::next).transpose()?;
            if !self.removed.contains(doc) {
                each(doc, entry.map_or(0, |(_, entry)| entry.rank), &record)?;
            }
            doc += 1;
        }
        Ok(())
    }
}

/// The texts of a work area, to compare.
struct Texts<'a> {
    lookup: Lookup<'a>,
    comparison: &'a Comparison,
    /// Shinglers and buffers that no thread uses now.
    idle: Mutex<Vec<(Shingler, Vec<u8>)>>,
    /// Held while a large text is shingled.
    large: Mutex<()>,
}

impl Texts<'_> {
    fn new<'a>(run: &Run<'a>) -> Result<Texts<'a>, Error> {
        let lookup = Lookup::new(run.work, &run.learnt.first_document, run.comparison.bands())?;
        Ok(Texts { lookup, comparison: run.comparison, idle: Mutex::default(), large: Mutex::default() })
    }

    /// Whether one of `others` makes `doc` go.
    fn reaches(&self, doc: u64, others: &[u64]) -> Result<bool, Error> {
        let own = self.compared(doc)?;
        for &other in others {
            if reaches(&own, &self.compared(other)?, self.comparison.resolve.threshold) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn compared(&self, doc: u64) -> Result<Compared, Error> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let (mut shingler, mut buffer) =
            idle.unwrap_or_else(|| (self.comparison.shingler.clone(), Vec::new()));
        let compared = self.lookup.with(doc, &mut buffer, |draft| {
            let text = draft.text()?;
            let is_large = text.len() > LARGE_TEXT;
            let _turn = is_large.then(|| self.large.lock().unwrap_or_else(PoisonError::into_inner));
            let compared = Compared::new(&mut shingler, text);
            if is_large {
                shingler.shrink();
            }
            Ok(compared)
        })?;
        if buffer.capacity() > LARGE_TEXT {
            buffer = Vec::new();
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push((shingler, buffer));
        Ok(compared)
    }
}
