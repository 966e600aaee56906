//! `index/documents.bin`: what a later run needs to know of the documents of this one, without their texts.
//!
//! A part file: one record for each document that is kept, and for each that went because it is much like a kept one, by
//! their numbers. Copies of kept ones need none.

use std::fmt;
use std::path::{Path, PathBuf};

use gleaner_dedup::{Duplicate, Measure};
use gleaner_spill::{PartKind, PartReader, PartWriter};
use serde::{Deserialize, Serialize};

use crate::bits::Bits;
use crate::draft::{decode, encode};
use crate::entries::entries;
use crate::error::Error;
use crate::phases::learn::Learnt;
use crate::searched::{Origin, Searched};
use crate::verdicts::{Verdict, VerdictReader};
use crate::work::WorkArea;

/// The version changes with what fingerprints mean, too.
const DOCUMENTS: PartKind = PartKind { name: *b"INDX", version: 1 };

/// The first record.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Head {
    /// Documents of the run.
    documents: u64,
}

/// What is known of a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) doc: u64,
    /// What `--keep` of its run compares.
    pub(crate) rank: i64,
    /// `None` for a text without words.
    pub(crate) content: Option<u128>,
    pub(crate) fate: Fate,
}

/// What has become of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fate {
    /// It stands in `data/`, and has these band keys.
    Kept { bands: Box<[u64]> },
    /// It went as a near-duplicate.
    Gone(Gone),
}

/// Why a near-duplicate went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Gone {
    /// The run of its witness: 0 is this one, and 1 the first of those it was held against.
    run: u32,
    /// The number of the witness in its run.
    of: u64,
    by_coverage: bool,
    similarity: f64,
    jaccard: f64,
    containment: f64,
    gap: Option<u32>,
    /// The document of an earlier run that was judged, where this one is a copy of it.
    pub(crate) judged: Option<Judged>,
}

/// A document of an earlier run that went, and whose copies go as it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Judged {
    /// Its run: 1 is the first of those that were searched.
    pub(crate) run: u64,
    /// Its number in its run.
    pub(crate) doc: u64,
}

impl Gone {
    fn new(verdict: &Verdict, searched: &Searched) -> Gone {
        let Duplicate { of, measure, similarity, jaccard, containment, gap } = verdict.duplicate;
        let (run, of) = match searched.origin(of) {
            Origin::Own(doc) => (0, doc),
            Origin::Earlier { run, doc } => (run as u32 + 1, doc),
        };
        let by_coverage = measure == Measure::Coverage;
        let judged = match searched.origin(verdict.judged) {
            Origin::Own(_) => None,
            Origin::Earlier { run, doc } => Some(Judged { run: run as u64 + 1, doc }),
        };
        Gone { run, of, by_coverage, similarity, jaccard, containment, gap, judged }
    }

    /// The witness: its run, `None` for that of the index, by its place among those it was held against; and its number
    /// there.
    pub(crate) fn witness(&self) -> (Option<usize>, u64) {
        ((self.run as usize).checked_sub(1), self.of)
    }

    /// The values of the verdict, for a witness of number `of`.
    pub(crate) fn duplicate(&self, of: u64) -> Duplicate {
        let Gone { by_coverage, similarity, jaccard, containment, gap, .. } = *self;
        let measure = if by_coverage { Measure::Coverage } else { Measure::Jaccard };
        Duplicate { of, measure, similarity, jaccard, containment, gap }
    }
}

/// Writes what is known of the documents of a run after its duplicates were found, `removed` those that went.
pub(crate) fn write_documents(
    path: &Path,
    learnt: &Learnt,
    work: &WorkArea,
    searched: &Searched,
    removed: &Bits,
) -> Result<u64, Error> {
    let mut part = PartWriter::create(path, DOCUMENTS)?;
    let path_of = |part| work.verdicts(part);
    let mut verdicts = VerdictReader::new(&learnt.first_document, &path_of);
    let mut buffer = Vec::new();
    encode(&Head { documents: learnt.documents }, &mut buffer)?;
    part.append(&buffer)?;
    for entry in entries(work, &learnt.first_document) {
        let (doc, entry) = entry?;
        let Some(fingerprint) = entry.fingerprint else { continue };
        let fate = if removed.contains(doc) {
            let near = verdicts.on(doc)?.filter(|verdict| verdict.duplicate.measure != Measure::Exact);
            near.map(|verdict| Fate::Gone(Gone::new(&verdict, searched)))
        } else {
            Some(Fate::Kept { bands: fingerprint.bands })
        };
        let Some(fate) = fate else { continue };
        let known = Known { doc, rank: entry.rank, content: fingerprint.content, fate };
        encode(&known, &mut buffer)?;
        part.append(&buffer)?;
    }
    Ok(part.finish()?.bytes)
}

/// Reads what [`write_documents`] wrote, in order.
pub(crate) struct DocumentReader {
    part: PartReader,
    path: PathBuf,
    documents: u64,
    /// Band keys of a document with content.
    bands: usize,
    /// The least number that the next document may have.
    least: u64,
}

impl DocumentReader {
    /// Opens the index of a run of `documents` documents, whose fingerprints have so many `bands`. Fails with a usage error
    /// for what is no such file, or one of another version.
    pub(crate) fn open(path: &Path, documents: u64, bands: usize) -> Result<DocumentReader, Error> {
        let part = PartReader::open(path, DOCUMENTS).map_err(|error| unusable(path, &error))?;
        let mut reader = DocumentReader { part, path: path.to_path_buf(), documents, bands, least: 0 };
        match reader.record::<Head>()? {
            Some(Head { documents }) if documents == reader.documents => Ok(reader),
            _ => Err(reader.unusable("it is that of a run with more or fewer documents")),
        }
    }

    fn record<T: for<'de> Deserialize<'de>>(&mut self) -> Result<Option<T>, Error> {
        let record = self.part.next_record().map_err(|error| unusable(&self.path, &error))?;
        let decoded = record.map(|record| decode(record).map_err(|error| unusable(&self.path, &error)));
        decoded.transpose()
    }

    fn unusable(&self, why: &str) -> Error {
        unusable(&self.path, &why)
    }

    /// The next document; `None` after the last.
    pub(crate) fn next(&mut self) -> Result<Option<Known>, Error> {
        let Some(known) = self.record::<Known>()? else { return Ok(None) };
        if !(self.least..self.documents).contains(&known.doc) {
            return Err(self.unusable(&format!("document {} stands in a wrong place", known.doc)));
        }
        if let Fate::Kept { bands } = &known.fate
            && bands.len() != if known.content.is_some() { self.bands } else { 0 }
        {
            return Err(self.unusable(&format!("document {} has {} keys", known.doc, bands.len())));
        }
        self.least = known.doc + 1;
        Ok(Some(known))
    }
}

/// Refuses a file of an index.
pub(crate) fn unusable(path: &Path, why: &dyn fmt::Display) -> Error {
    let path = path.display().to_string();
    // What names the file itself does not need to be told which.
    let why = why.to_string();
    let why = why.strip_prefix(&format!("{path}: ")).unwrap_or(&why);
    Error::usage(format!("{path}: {why}; it may be of another version of gleaner: make the run again"))
}

#[cfg(test)]
mod tests {
    use gleaner_dedup::{Duplicate, Measure};

    use super::{Gone, Judged};
    use crate::phases::learn::Learnt;
    use crate::searched::Searched;
    use crate::verdicts::Verdict;

    #[test]
    fn witnesses_of_other_runs_keep_their_numbers() {
        let learnt = Learnt { first_document: vec![0], documents: 9, ..Learnt::default() };
        let searched = Searched::new(&[10, 20], &learnt);
        let duplicate = |of| Duplicate {
            of,
            measure: Measure::Coverage,
            similarity: 0.9,
            jaccard: 0.5,
            containment: 0.9,
            gap: Some(3),
        };
        for (of, judged, witness, copied) in [
            (33, 35, (None, 3), None),
            (4, 12, (Some(0), 4), Some(Judged { run: 2, doc: 2 })),
            (12, 35, (Some(1), 2), None),
        ] {
            let verdict = Verdict { doc: 5, judged, duplicate: duplicate(of) };
            let gone = Gone::new(&verdict, &searched);
            assert_eq!((gone.witness(), gone.judged), (witness, copied));
            assert_eq!(gone.duplicate(of), duplicate(of));
        }
    }
}
