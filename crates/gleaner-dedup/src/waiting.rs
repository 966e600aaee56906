//! Where documents wait that an index within its bound has no room for.

use std::collections::VecDeque;
use std::convert::Infallible;

/// A queue of byte records in rounds: what is put in one round is taken in the next.
///
/// [`resolve`](crate::resolve) puts documents here, as many times as its index fills up; in memory by [`MemoryQueue`], on
/// disk by whatever the caller has.
pub trait Waiting {
    /// Why a record cannot be put or taken.
    type Error;

    /// Adds a record to the next round.
    ///
    /// # Errors
    ///
    /// When it cannot be held.
    fn put(&mut self, record: &[u8]) -> Result<(), Self::Error>;

    /// Begins the next round. Records that were not taken are gone.
    ///
    /// # Errors
    ///
    /// When what was put cannot be read again.
    fn turn(&mut self) -> Result<(), Self::Error>;

    /// Writes the next record of the round over `record`, in the order in which they were put; `false` after the last.
    ///
    /// # Errors
    ///
    /// When a record cannot be read.
    fn take(&mut self, record: &mut Vec<u8>) -> Result<bool, Self::Error>;
}

/// A queue in memory: for corpora of which the index fits, when nothing waits, and for tests.
#[derive(Clone, Debug, Default)]
pub struct MemoryQueue {
    put: VecDeque<Vec<u8>>,
    taken: VecDeque<Vec<u8>>,
}

impl Waiting for MemoryQueue {
    type Error = Infallible;

    fn put(&mut self, record: &[u8]) -> Result<(), Infallible> {
        self.put.push_back(record.to_vec());
        Ok(())
    }

    fn turn(&mut self) -> Result<(), Infallible> {
        self.taken = std::mem::take(&mut self.put);
        Ok(())
    }

    fn take(&mut self, record: &mut Vec<u8>) -> Result<bool, Infallible> {
        let Some(next) = self.taken.pop_front() else { return Ok(false) };
        *record = next;
        Ok(true)
    }
}

/// On disk; with the feature `spill`.
#[cfg(feature = "spill")]
impl Waiting for gleaner_spill::Queue {
    type Error = gleaner_spill::Error;

    fn put(&mut self, record: &[u8]) -> Result<(), gleaner_spill::Error> {
        gleaner_spill::Queue::put(self, record)
    }

    fn turn(&mut self) -> Result<(), gleaner_spill::Error> {
        gleaner_spill::Queue::turn(self)
    }

    fn take(&mut self, record: &mut Vec<u8>) -> Result<bool, gleaner_spill::Error> {
        gleaner_spill::Queue::take(self, record)
    }
}
