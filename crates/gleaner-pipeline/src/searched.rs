//! The documents of a search, numbered through: those of earlier runs, then those of this one.

use std::path::PathBuf;

use crate::entries::{Entry, read_entries};
use crate::error::Error;
use crate::phases::learn::Learnt;
use crate::verdicts::part_of;
use crate::work::WorkArea;

/// The numbers of a search. An earlier run is one part of it, and so is each part of this run.
#[derive(Clone, Debug)]
pub(crate) struct Searched {
    /// Number of the first document of each part.
    first_document: Vec<u64>,
    /// Earlier runs; their parts come first.
    earlier: usize,
    documents: u64,
    first_own: u64,
}

/// Whose document a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// This run's.
    Own(u64),
    /// That of the earlier run number `run`.
    Earlier { run: usize, doc: u64 },
}

impl Searched {
    /// `earlier` has the number of documents of each earlier run.
    pub(crate) fn new(earlier: &[u64], learnt: &Learnt) -> Searched {
        let mut first_document = Vec::with_capacity(earlier.len() + learnt.first_document.len());
        let mut first_own = 0;
        for documents in earlier {
            first_document.push(first_own);
            first_own += documents;
        }
        first_document.extend(learnt.first_document.iter().map(|first| first_own + first));
        let documents = first_own + learnt.documents;
        Searched { first_document, earlier: earlier.len(), documents, first_own }
    }

    /// All documents.
    pub(crate) fn documents(&self) -> u64 {
        self.documents
    }

    /// The number here of document `doc` of this run.
    pub(crate) fn of_own(&self, doc: u64) -> u64 {
        self.first_own + doc
    }

    /// The number here of document `doc` of earlier run `run`.
    pub(crate) fn of_earlier(&self, run: usize, doc: u64) -> u64 {
        self.first_document[run] + doc
    }

    /// Whose document `number` is.
    pub(crate) fn origin(&self, number: u64) -> Origin {
        match number.checked_sub(self.first_own) {
            Some(doc) => Origin::Own(doc),
            None => {
                let run = self.part_of(number);
                Origin::Earlier { run, doc: number - self.first_document[run] }
            }
        }
    }

    /// The number of a document in this run, when it is of this run.
    pub(crate) fn own(&self, number: u64) -> Option<u64> {
        number.checked_sub(self.first_own)
    }

    /// The part that holds a document.
    pub(crate) fn part_of(&self, number: u64) -> usize {
        part_of(&self.first_document, number)
    }

    /// Where the documents of a part stand.
    pub(crate) fn cleaned(&self, work: &WorkArea, part: usize) -> PathBuf {
        match part.checked_sub(self.earlier) {
            Some(part) => work.cleaned(part),
            None => work.earlier("cleaned", part),
        }
    }

    /// The entries of all documents with their numbers, in order.
    pub(crate) fn entries<'a>(
        &'a self,
        work: &'a WorkArea,
    ) -> impl Iterator<Item = Result<(u64, Entry), Error>> + 'a {
        let parts = self.first_document.iter().enumerate();
        read_entries(parts.map(move |(part, &first)| match part.checked_sub(self.earlier) {
            Some(part) => (work.entries(part), first),
            None => (work.earlier("entries", part), first),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::{Origin, Searched};
    use crate::phases::learn::Learnt;

    #[test]
    fn numbers_have_an_origin() {
        let learnt = Learnt { first_document: vec![0, 3, 3], documents: 5, ..Learnt::default() };
        let searched = Searched::new(&[4, 0, 2], &learnt);
        assert_eq!((searched.documents(), searched.of_own(1), searched.of_earlier(2, 1)), (11, 7, 5));
        let origins = [(0, 0, 0), (3, 0, 3), (4, 2, 0), (5, 2, 1)];
        for (number, run, doc) in origins {
            assert_eq!(searched.origin(number), Origin::Earlier { run, doc });
            assert_eq!(searched.own(number), None);
        }
        assert_eq!([6, 10].map(|number| searched.origin(number)), [Origin::Own(0), Origin::Own(4)]);
        assert_eq!([6, 8, 9].map(|number| searched.part_of(number)), [3, 3, 5]);
        let alone = Searched::new(&[], &learnt);
        assert_eq!((alone.origin(0), alone.part_of(4)), (Origin::Own(0), 2));
    }
}
