//! Which documents of earlier runs those of this one may meet.

use gleaner_dedup::{HashCounts, band_hashes};

use super::{Earlier, damaged};
use crate::bits::Bits;
use crate::entries::entries;
use crate::error::Error;
use crate::index::Fate;
use crate::outputs;
use crate::phases::learn::Learnt;

impl Earlier<'_> {
    /// For each earlier run the kept documents whose texts are needed: those that share a key or the content with any of
    /// this run, perhaps more, and those that a copy of a removed one would name.
    pub(super) fn met(&self, learnt: &Learnt) -> Result<Vec<Bits>, Error> {
        let own = if self.comparison.is_exact() { None } else { Some(self.keys_of_own(learnt)?) };
        let mut met: Vec<Bits> = self.runs.iter().map(|run| Bits::new(run.documents())).collect();
        for (number, run) in self.runs.iter().enumerate() {
            let mut index = run.index()?;
            while let Some(known) = index.next()? {
                let is_copied = own.as_ref().is_none_or(|own| is_in(own, known.content));
                match &known.fate {
                    Fate::Kept { bands } => {
                        let shares = |own: &HashCounts| band_hashes(bands).any(|hash| own.of(hash) > 0);
                        if is_copied || own.as_ref().is_some_and(shares) {
                            met[number].insert(known.doc);
                        }
                    }
                    Fate::Gone(gone) => {
                        let (witness, doc) = gone.witness();
                        let witness = run.place_of(witness, number)?;
                        if doc >= self.runs[witness].documents() {
                            return Err(damaged(&run.folder, outputs::DOCUMENTS));
                        }
                        if is_copied {
                            met[witness].insert(doc);
                        }
                    }
                }
            }
        }
        Ok(met)
    }

    /// The band keys and contents of the documents of this run, as counters that may take others for them.
    fn keys_of_own(&self, learnt: &Learnt) -> Result<HashCounts, Error> {
        let keys = self.comparison.bands() as u64 + 1;
        let own = HashCounts::new(learnt.documents * keys, self.memory);
        for entry in entries(self.work, &learnt.first_document) {
            let Some(fingerprint) = entry?.1.fingerprint else { continue };
            let hashes = band_hashes(&fingerprint.bands).chain(fingerprint.content.map(folded));
            own.add(None, &hashes.collect::<Vec<_>>());
        }
        Ok(own)
    }
}

/// Whether a document of this run may have this content.
fn is_in(own: &HashCounts, content: Option<u128>) -> bool {
    content.is_some_and(|content| own.of(folded(content)) > 0)
}

/// A content among the hashes of keys.
fn folded(content: u128) -> u64 {
    content as u64
}
