//! The texts of a work area, for comparisons.

use std::sync::{Mutex, PoisonError};

use gleaner_dedup::Shingler;

use crate::comparison::{Comparison, LARGE_TEXT};
use crate::error::Error;
use crate::lookup::Lookup;

/// Texts by the number of their document. Used from several threads; large texts are shingled one at a time.
pub(crate) struct Texts<'a> {
    lookup: Lookup<'a>,
    comparison: &'a Comparison,
    /// Shinglers and buffers that no thread uses now.
    idle: Mutex<Vec<(Shingler, Vec<u8>)>>,
    /// Held while a large text is shingled.
    large: Mutex<()>,
}

impl<'a> Texts<'a> {
    pub(crate) fn new(lookup: Lookup<'a>, comparison: &'a Comparison) -> Texts<'a> {
        Texts { lookup, comparison, idle: Mutex::default(), large: Mutex::default() }
    }

    /// What `make` makes of a document's text.
    pub(crate) fn with<T>(
        &self,
        document: u64,
        make: impl FnOnce(&mut Shingler, &str) -> T,
    ) -> Result<T, Error> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let (mut shingler, mut buffer) =
            idle.unwrap_or_else(|| (self.comparison.shingler.clone(), Vec::new()));
        let made = self.lookup.with(document, &mut buffer, |draft| {
            let text = draft.text()?;
            let large = || self.large.lock().unwrap_or_else(PoisonError::into_inner);
            let _turn = (text.len() > LARGE_TEXT).then(large);
            let made = make(&mut shingler, text);
            if text.len() > LARGE_TEXT {
                shingler.shrink();
            }
            Ok(made)
        });
        if buffer.capacity() > LARGE_TEXT {
            buffer = Vec::new();
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push((shingler, buffer));
        made
    }
}
