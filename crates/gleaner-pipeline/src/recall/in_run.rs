//! The measurement at the end of a run, on what is in its work area.

use gleaner_dedup::{Duplicate, Measure};

use crate::bits::Bits;
use crate::comparison::Comparison;
use crate::entries::entries;
use crate::error::Error;
use crate::frames::KnownFrames;
use crate::lookup::Lookup;
use crate::phases::learn::Learnt;
use crate::place::Place;
use crate::progress::{Observer, go_on};
use crate::recall::outline::OutlineReader;
use crate::recall::{Documents, Each, Recall, SAMPLE, Sampling, measure, open};
use crate::searched::Searched;
use crate::settings::Keep;
use crate::texts::Texts;
use crate::values::{Compared, Verdicts};
use crate::verdicts::{Verdict, VerdictReader};
use crate::work::WorkArea;

/// A run after its duplicates were found.
pub(crate) struct Run<'a> {
    pub(crate) learnt: &'a Learnt,
    pub(crate) searched: &'a Searched,
    pub(crate) work: &'a WorkArea,
    pub(crate) comparison: &'a Comparison,
    pub(crate) keep: Keep,
    pub(crate) seed: u64,
    /// Documents that went, for whatever reason.
    pub(crate) removed: &'a Bits,
    /// The lines that did not count.
    pub(crate) frames: &'a KnownFrames,
    pub(crate) observer: &'a dyn Observer,
}

impl Run<'_> {
    /// What the run can say of its recall.
    pub(crate) fn recall(&self) -> Result<Recall, Error> {
        if self.comparison.is_exact() {
            return Ok(Recall::Construction { recall: 1.0 });
        }
        let sampling = Sampling::new(self.seed, SAMPLE, self.learnt.documents);
        let (sampled, found) = self.sampled(sampling)?;
        let similarity = self.comparison.resolve.similarity;
        let open = open(self, sampling, &similarity)?;
        let lookup = Lookup::new(self.work, self.searched, self.comparison.bands())?;
        let texts = Texts::new(lookup, self.comparison);
        let verdicts = Verdicts { similarity, frames: self.frames };
        let reaches = |place: Place, others: &[u64]| {
            let with = |doc| texts.with(self.searched.of_own(doc), Compared::new);
            go_on(self.observer)?;
            let own = with(place.doc())?;
            for &other in others {
                if verdicts.on(&own, &with(other)?, place).is_some() {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        Ok(Recall::Sample(measure(sampled, found, &open, reaches)?))
    }

    /// The size of the sample, and how many of it went as near-duplicates of a document of this run; texts of the same words
    /// count once.
    fn sampled(&self, sampling: Sampling) -> Result<(u64, u64), Error> {
        let path = |part| self.work.verdicts(part);
        let mut verdicts = VerdictReader::new(&self.learnt.first_document, &path);
        let (mut sampled, mut found) = (0, 0);
        for doc in (0..self.learnt.documents).filter(|&doc| sampling.contains(doc)) {
            sampled += 1;
            let verdict = if self.removed.contains(doc) { verdicts.on(doc)? } else { None };
            found += u64::from(verdict.is_some_and(|Verdict { judged, duplicate, .. }| {
                let Duplicate { of, measure, .. } = duplicate;
                // A copy of another one went with it.
                let is_first = judged == self.searched.of_own(doc);
                is_first && measure != Measure::Exact && self.searched.own(of).is_some()
            }));
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
            go_on(self.observer)?;
            let entry = ranks.as_mut().and_then(Iterator::next).transpose()?;
            if !self.removed.contains(doc) {
                each(doc, entry.map_or(0, |(_, entry)| entry.rank), &record)?;
            }
            doc += 1;
        }
        Ok(())
    }
}
