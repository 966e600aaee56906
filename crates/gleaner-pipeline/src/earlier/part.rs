//! An earlier run as a part of the search.

use gleaner_corpus::Document as Row;
use gleaner_dedup::Fingerprint;
use gleaner_spill::PartWriter;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::{Earlier, EarlierRun, damaged};
use crate::bits::Bits;
use crate::comparison::{Fingerprinter, LARGE_TEXT};
use crate::draft::{CLEANED, Draft, append};
use crate::entries::{Entry, EntryWriter};
use crate::error::Error;
use crate::index::{DocumentReader, Fate, Gone, Known};
use crate::outputs;
use crate::rows::{Document, Files, Unreadable};
use crate::searched::Searched;
use crate::verdicts::{VERDICTS, Verdict};

impl Earlier<'_> {
    /// Writes run `number` as a part, with the texts of the documents that are `met`. Returns the bytes written.
    pub(super) fn write_part(&self, number: usize, met: &Bits, searched: &Searched) -> Result<u64, Error> {
        let run = &self.runs[number];
        let mut part = RunPart::create(self, number, met, searched)?;
        let files = Files {
            folder: &run.folder,
            options: &run.manifest.options,
            threads: self.threads,
            observer: self.observer,
        };
        let data: Vec<String> = run.data().map(|file| file.name.clone()).collect();
        let read = files.read(&data, |rows: Vec<Document>, unreadable| {
            if let Some(Unreadable { file, .. }) = unreadable.first() {
                return Err(damaged(&run.folder, file));
            }
            let rows: Vec<Document> = rows.into_iter().filter(|row| met.contains(row.doc)).collect();
            self.count(&rows);
            rows.into_iter().try_for_each(|row| part.text(row))
        })?;
        if let Some(file) = outputs::first_other(&run.manifest.outputs, &read) {
            return Err(damaged(&run.folder, &file));
        }
        part.finish()
    }

    /// Counts the shingles of texts, where the method wants them; large ones one at a time.
    fn count(&self, rows: &[Document]) {
        let Some(counts) = self.counts else { return };
        let fingerprinter = || self.comparison.fingerprinter(Some(counts));
        let (large, others): (Vec<&Document>, Vec<&Document>) =
            rows.iter().partition(|row| row.text.len() > LARGE_TEXT);
        let count = |fingerprinter: &mut Fingerprinter, row: &&Document| {
            fingerprinter.fingerprint(&row.text);
        };
        others.par_iter().for_each_init(fingerprinter, count);
        large.iter().for_each(|row| count(&mut fingerprinter(), row));
    }
}

/// The part as it is written: one entry a document of the run, in order.
struct RunPart<'a> {
    run: &'a EarlierRun,
    number: usize,
    met: &'a Bits,
    searched: &'a Searched,
    index: DocumentReader,
    known: Option<Known>,
    /// The document whose entry comes next.
    next: u64,
    entries: EntryWriter,
    documents: PartWriter,
    verdicts: PartWriter,
}

impl<'a> RunPart<'a> {
    fn create(
        earlier: &Earlier<'a>,
        number: usize,
        met: &'a Bits,
        searched: &'a Searched,
    ) -> Result<RunPart<'a>, Error> {
        let (run, work) = (&earlier.runs[number], earlier.work);
        let mut index = run.index()?;
        let known = index.next()?;
        Ok(RunPart {
            run,
            number,
            met,
            searched,
            index,
            known,
            next: 0,
            entries: EntryWriter::create(&work.earlier("entries", number), earlier.comparison.bands())?,
            documents: PartWriter::create(&work.earlier("cleaned", number), CLEANED)?,
            verdicts: PartWriter::create(&work.earlier("verdicts", number), VERDICTS)?,
        })
    }

    /// Takes the text of a document that is met; they must come in order.
    fn text(&mut self, row: Document) -> Result<(), Error> {
        self.without_text(row.doc)?;
        let known = self.known.take_if(|known| known.doc == row.doc);
        let Some(Known { rank, content, fate: Fate::Kept { bands }, .. }) =
            known.filter(|_| self.next == row.doc)
        else {
            return Err(damaged(&self.run.folder, &row.file));
        };
        self.known = self.index.next()?;
        let text_bytes = row.text.len() as u64;
        let document = Row { id: row.id, text: row.text, ..Row::default() };
        let draft = Draft { document, ..Draft::default() };
        let offset = self.documents.append_with(|buffer| append(&draft, buffer))?;
        let fingerprint = Some(Fingerprint { content, bands, ..Fingerprint::default() });
        self.entry(&Entry { rank, text_bytes, offset, fingerprint, ..Entry::default() })
    }

    /// Writes the entries of the documents before `doc`, none of which is met.
    fn without_text(&mut self, doc: u64) -> Result<(), Error> {
        while self.next < doc {
            let next = self.next;
            let known = self.known.take_if(|known| known.doc == next);
            if self.met.contains(next) {
                let is_kept = known.is_some_and(|known| matches!(known.fate, Fate::Kept { .. }));
                let file = if is_kept { "data/" } else { outputs::DOCUMENTS };
                return Err(damaged(&self.run.folder, file));
            }
            let mut entry = Entry { is_keyless: true, ..Entry::default() };
            if let Some(Known { rank, content, fate, .. }) = known {
                self.known = self.index.next()?;
                entry.rank = rank;
                entry.fingerprint =
                    content.map(|content| Fingerprint { content: Some(content), ..Fingerprint::default() });
                if let Fate::Gone(gone) = fate {
                    self.gone(&gone)?;
                }
            }
            self.entry(&entry)?;
        }
        Ok(())
    }

    /// Writes the verdict on the next document.
    fn gone(&mut self, gone: &Gone) -> Result<(), Error> {
        let (witness, doc) = gone.witness();
        let run = self.run.place_of(witness, self.number)?;
        let own = self.searched.of_earlier(self.number, self.next);
        let duplicate = gone.duplicate(self.searched.of_earlier(run, doc));
        self.verdicts.append(&Verdict { doc: own, judged: own, duplicate }.write())?;
        Ok(())
    }

    fn entry(&mut self, entry: &Entry) -> Result<(), Error> {
        self.entries.append(entry)?;
        self.next += 1;
        Ok(())
    }

    fn finish(mut self) -> Result<u64, Error> {
        self.without_text(self.run.documents())?;
        Ok(self.entries.finish()? + self.documents.finish()?.bytes + self.verdicts.finish()?.bytes)
    }
}
