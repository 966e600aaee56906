//! Why documents go as duplicates, as it is spilled: in one part for each part of documents, by their number.

use std::path::PathBuf;

use gleaner_corpus::Removal;
use gleaner_dedup::{Duplicate, Measure};
use gleaner_spill::{PartKind, PartReader, PartWriter};

use crate::error::Error;

pub(crate) const VERDICTS: PartKind = PartKind { name: *b"VERD", version: 2 };

pub(crate) const STAGE: &str = "dedup";

/// A document that goes because a kept one has its text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) doc: u64,
    /// The document that was judged: the first with this content. By its number in the search.
    pub(crate) judged: u64,
    /// The witness goes by its number in the search.
    pub(crate) duplicate: Duplicate,
}

impl Verdict {
    /// The reason by which it is counted.
    pub(crate) fn reason(&self) -> &'static str {
        names(self.duplicate.measure).0
    }

    /// What is written about the removal.
    pub(crate) fn removal(&self, witness: Witness) -> Removal {
        let Duplicate { of: _, measure, similarity, jaccard, containment, gap } = self.duplicate;
        let (reason, measure) = names(measure);
        Removal {
            stage: STAGE.to_owned(),
            reason: reason.to_owned(),
            duplicate_of: Some(witness.id),
            duplicate_of_doc: Some(witness.doc),
            duplicate_of_run: witness.run,
            measure: Some(measure.to_owned()),
            similarity: Some(similarity),
            jaccard: Some(jaccard),
            containment: Some(containment),
            gap,
            ..Removal::default()
        }
    }

    /// A record that sorts by document.
    pub(crate) fn write(&self) -> [u8; RECORD] {
        let Duplicate { of, measure, similarity, jaccard, containment, gap } = self.duplicate;
        let mut record = [0; RECORD];
        let gap = gap.map_or(NO_GAP, u64::from);
        let numbers =
            [self.doc, self.judged, of, similarity.to_bits(), jaccard.to_bits(), containment.to_bits(), gap];
        for (field, number) in record.chunks_exact_mut(8).zip(numbers) {
            field.copy_from_slice(&number.to_be_bytes());
        }
        record[RECORD - 1] = match measure {
            Measure::Exact => 1,
            Measure::Coverage => 2,
            _ => 0,
        };
        record
    }

    pub(crate) fn read(record: &[u8]) -> Result<Verdict, Error> {
        let damaged = || Error::internal("spill: a verdict is cut");
        let (&measure, numbers) = record.split_last().ok_or_else(damaged)?;
        let &[doc, judged, of, similarity, jaccard, containment, gap] = numbers.as_chunks().0 else {
            return Err(damaged());
        };
        let [doc, judged, of, gap] = [doc, judged, of, gap].map(u64::from_be_bytes);
        let [similarity, jaccard, containment] =
            [similarity, jaccard, containment].map(|bytes| f64::from_bits(u64::from_be_bytes(bytes)));
        let measure = match measure {
            1 => Measure::Exact,
            2 => Measure::Coverage,
            _ => Measure::Jaccard,
        };
        let gap = (gap != NO_GAP).then_some(gap as u32);
        Ok(Verdict {
            doc,
            judged,
            duplicate: Duplicate { of, measure, similarity, jaccard, containment, gap },
        })
    }
}

/// A kept document that is named, as users know it.
#[derive(Clone, Debug)]
pub(crate) struct Witness {
    pub(crate) id: String,
    /// Its number in its run.
    pub(crate) doc: u64,
    /// Its run, when it is an earlier one.
    pub(crate) run: Option<String>,
}

/// Bytes of a record.
const RECORD: usize = 57;
/// How a missing gap is written.
const NO_GAP: u64 = u64::MAX;

/// Reason and measure of a verdict.
pub(crate) fn names(measure: Measure) -> (&'static str, &'static str) {
    match measure {
        Measure::Exact => ("exact-duplicate", "exact"),
        Measure::Coverage => ("near-duplicate", "coverage"),
        _ => ("near-duplicate", "jaccard"),
    }
}

/// Reads the verdicts beside the documents, part by part.
pub(crate) struct VerdictReader<'a> {
    first_document: &'a [u64],
    path: &'a dyn Fn(usize) -> PathBuf,
    /// The part at hand, and its number.
    part: Option<(usize, PartReader)>,
    next: Option<Verdict>,
}

impl VerdictReader<'_> {
    /// `first_document` has the number of the first document of each part.
    pub(crate) fn new<'a>(
        first_document: &'a [u64],
        path: &'a dyn Fn(usize) -> PathBuf,
    ) -> VerdictReader<'a> {
        VerdictReader { first_document, path, part: None, next: None }
    }

    /// The verdict on document `doc`. Documents must be asked for in order.
    pub(crate) fn on(&mut self, doc: u64) -> Result<Option<Verdict>, Error> {
        let number = part_of(self.first_document, doc);
        if self.part.as_ref().is_none_or(|(held, _)| *held != number) {
            self.part = Some((number, PartReader::open(&(self.path)(number), VERDICTS)?));
            self.step()?;
        }
        while self.next.as_ref().is_some_and(|verdict| verdict.doc < doc) {
            self.step()?;
        }
        let found = self.next.take_if(|verdict| verdict.doc == doc);
        if found.is_some() {
            self.step()?;
        }
        Ok(found)
    }

    fn step(&mut self) -> Result<(), Error> {
        let Some((_, part)) = &mut self.part else { return Ok(()) };
        self.next = part.next_record()?.map(Verdict::read).transpose()?;
        Ok(())
    }
}

/// The part that holds a document.
pub(crate) fn part_of(first_document: &[u64], doc: u64) -> usize {
    first_document.partition_point(|&first| first <= doc) - 1
}

/// Writes verdicts, which come by document, into the parts that hold the documents.
pub(crate) struct VerdictWriter<'a> {
    first_document: &'a [u64],
    path: &'a dyn Fn(usize) -> PathBuf,
    part: Option<PartWriter>,
    /// Parts begun.
    begun: usize,
    spilled: u64,
}

impl VerdictWriter<'_> {
    /// `first_document` has the number of the first document of each part.
    pub(crate) fn new<'a>(
        first_document: &'a [u64],
        path: &'a dyn Fn(usize) -> PathBuf,
    ) -> VerdictWriter<'a> {
        VerdictWriter { first_document, path, part: None, begun: 0, spilled: 0 }
    }

    pub(crate) fn append(&mut self, verdict: &Verdict) -> Result<(), Error> {
        self.begin(part_of(self.first_document, verdict.doc) + 1)?;
        if let Some(part) = &mut self.part {
            part.append(&verdict.write())?;
        }
        Ok(())
    }

    /// Returns the bytes written.
    pub(crate) fn finish(mut self) -> Result<u64, Error> {
        self.begin(self.first_document.len())?;
        self.end()?;
        Ok(self.spilled)
    }

    /// Begins parts until `count` are begun.
    fn begin(&mut self, count: usize) -> Result<(), Error> {
        while self.begun < count {
            self.end()?;
            self.part = Some(PartWriter::create(&(self.path)(self.begun), VERDICTS)?);
            self.begun += 1;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Error> {
        if let Some(part) = self.part.take() {
            self.spilled += part.finish()?.bytes;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use gleaner_dedup::{Duplicate, Measure};

    use super::{Verdict, VerdictReader, VerdictWriter};

    #[test]
    fn verdicts_stand_beside_their_documents() {
        let verdict = |doc, measure| {
            let gap = (measure == Measure::Coverage).then_some(7);
            let duplicate =
                Duplicate { of: doc / 2, measure, similarity: 0.9, jaccard: 0.85, containment: 1.0, gap };
            Verdict { doc, judged: doc, duplicate }
        };
        let verdicts = [
            verdict(1, Measure::Exact),
            verdict(4, Measure::Jaccard),
            verdict(5, Measure::Exact),
            verdict(9, Measure::Coverage),
        ];
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = |part: usize| folder.path().join(format!("verdicts-{part}"));
        // The second part is empty, and nothing goes from the last.
        let first_document = [0, 5, 5, 9, 10];
        let mut writer = VerdictWriter::new(&first_document, &path);
        verdicts.iter().for_each(|verdict| writer.append(verdict).expect("append"));
        writer.finish().expect("finish");
        let mut reader = VerdictReader::new(&first_document, &path);
        let found: Vec<Verdict> = (0..12).filter_map(|doc| reader.on(doc).expect("on")).collect();
        assert_eq!(found, verdicts);
    }
}
