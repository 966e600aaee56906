//! `--against`: what earlier runs kept, and what it takes to hold the documents of this one against it.
//!
//! | step | file |
//! |---|---|
//! | is it a finished run that was compared alike, and its index that of the run | `run.rs` |
//! | which of its documents may any of this run meet | `met.rs` |
//! | their texts, read once more; the other documents by what the index says | `part.rs` |
//!
//! For the search an earlier run is one more part in front of those of this run (`searched.rs`): documents that are
//! settled, and come first. With `--method exact` every kept one may be met.

mod met;
mod part;
mod run;

use std::sync::Arc;

use gleaner_dedup::HashCounts;

use crate::comparison::Comparison;
use crate::error::Error;
use crate::phases::learn::Learnt;
use crate::progress::Observer;
use crate::searched::Searched;
use crate::work::WorkArea;
pub(crate) use run::{EarlierRun, damaged, read_manifest};

/// Makes earlier runs ready to be searched.
pub(crate) struct Earlier<'a> {
    pub(crate) runs: &'a [EarlierRun],
    pub(crate) work: &'a WorkArea,
    pub(crate) comparison: &'a Comparison,
    /// For the exact method: where the shingles of all documents are counted.
    pub(crate) counts: Option<&'a Arc<HashCounts>>,
    /// Bytes of memory for counters.
    pub(crate) memory: u64,
    pub(crate) threads: usize,
    pub(crate) observer: &'a dyn Observer,
}

/// The earlier runs as they are searched.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) searched: Searched,
    /// Bytes written to the work area.
    pub(crate) spilled: u64,
}

impl Earlier<'_> {
    /// Writes what the search needs of the earlier runs into the work area, where the documents of this run are already.
    pub(crate) fn prepare(&self, learnt: &Learnt) -> Result<Prepared, Error> {
        let documents: Vec<u64> = self.runs.iter().map(EarlierRun::documents).collect();
        let searched = Searched::new(&documents, learnt);
        let mut spilled = 0;
        if !self.runs.is_empty() {
            let met = self.met(learnt)?;
            for (number, met) in met.iter().enumerate() {
                spilled += self.write_part(number, met, &searched)?;
            }
        }
        Ok(Prepared { searched, spilled })
    }
}
