//! Duplicates of documents of earlier runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::earlier::damaged;
use crate::error::Error;
use crate::index::{DocumentReader, Fate, Judged, Known};
use crate::manifest::Manifest;
use crate::outputs;
use crate::place::{Place, rank};
use crate::verify::finding::{Check, Finding, Findings};
use crate::verify::numbers::Numbers;
use crate::verify::rows::{Document, Removed};
use crate::verify::tables::Files;
use crate::verify::witnesses::{Claims, Named, Rules, SortedClaims, Witness, last_of};

/// An earlier run that is given to be checked against.
pub(super) struct Given {
    folder: PathBuf,
    manifest: Manifest,
}

/// The runs that the run of `manifest` was held against, as far as they are among `folders`.
pub(super) fn open(folders: &[PathBuf], manifest: &Manifest) -> Result<Vec<Option<Given>>, Error> {
    let against = &manifest.options.against;
    let mut runs: Vec<Option<Given>> = against.iter().map(|_| None).collect();
    for folder in folders {
        let given =
            Manifest::read(folder).map_err(|error| Error::new(error.kind(), format!("--against {error}")))?;
        let Some(place) = against.iter().position(|run| *run == given.run) else {
            let folder = folder.display();
            let message = format!("--against {folder}: the run to check was not held against this one");
            return Err(Error::usage(message));
        };
        runs[place] = Some(Given { folder: folder.clone(), manifest: given });
    }
    Ok(runs)
}

impl Given {
    /// Gives to `claims` what this run, which is number `run`, removed and of which the run to check has copies: these go by
    /// the values of the first of them.
    pub(super) fn first_copies(
        &self,
        run: u64,
        files: &Files<'_>,
        copied: &Copied,
        against: &[String],
        claims: &mut Claims<'_>,
    ) -> Result<(), Error> {
        let Some(wanted) = copied.wanted.get(&run) else { return Ok(()) };
        let files = Files { folder: &self.folder, options: &self.manifest.options, ..*files };
        let removed = [outputs::REMOVED.to_owned()];
        let read = files.read(&removed, &mut Findings::default(), |rows: Vec<Removed>, _| {
            let first = |removed: &'_ Removed| -> Option<(Witness, Place)> {
                wanted.contains(removed.document.doc).then_some(())?;
                let doc = removed.stated.duplicate_of_doc?;
                let witness = match &removed.stated.duplicate_of_run {
                    None => run,
                    Some(name) => (1..).zip(against).find(|(_, other)| *other == name)?.0,
                };
                let Document { doc: own, text, date, .. } = &removed.document;
                let rank = rank(self.manifest.options.keep, text, date.as_deref());
                Some((Witness { run: witness, doc }, Place::earlier(run as usize - 1, rank, *own)))
            };
            let named = rows.iter().filter_map(|removed| {
                first(removed).map(|(witness, place)| Named { witness, place, is_check: false, removed })
            });
            claims.push_all(&named.collect::<Vec<_>>())
        })?;
        match outputs::first_other(&self.manifest.outputs, &read) {
            Some(file) => Err(damaged(&self.folder, &file)),
            None => Ok(()),
        }
    }

    /// Checks the duplicates of the documents of this run, which is number `run`.
    pub(super) fn check(
        &self,
        run: u64,
        files: &Files<'_>,
        claims: &mut SortedClaims,
        rules: &Rules<'_>,
        findings: &mut Findings,
    ) -> Result<(), Error> {
        let files = Files { folder: &self.folder, options: &self.manifest.options, ..*files };
        let data = self.manifest.outputs.iter().filter(|file| file.name.starts_with("data/"));
        let names: Vec<String> = data.map(|file| file.name.clone()).collect();
        let mut theirs = Findings::default();
        let read = files.read(&names, &mut theirs, |rows: Vec<Document>, _| {
            let kept: BTreeMap<u64, &Document> = rows.iter().map(|row| (row.doc, row)).collect();
            match kept.last_key_value() {
                Some((&doc, _)) => claims.check(Witness { run, doc }, &kept, rules, findings),
                None => Ok(()),
            }
        })?;
        claims.check(last_of(run), &BTreeMap::new(), rules, findings)?;
        match outputs::first_other(&self.manifest.outputs, &read) {
            Some(file) => Err(damaged(&self.folder, &file)),
            None => Ok(()),
        }
    }
}

/// A removal with the witness that it names; a finding for one in a run that is none of `against`.
pub(super) fn named<'a>(
    removed: &'a Removed,
    copied: &mut Copied,
    rules: &Rules<'_>,
    against: &[String],
    findings: &mut Findings,
) -> Option<Named<'a>> {
    let Removed { document, stated } = removed;
    let judged = copied.of(document.doc);
    let doc = stated.duplicate_of_doc?;
    let own = rules.place(document);
    let Some(run) = &stated.duplicate_of_run else {
        return Some(Named { witness: Witness { run: 0, doc }, place: own, is_check: true, removed });
    };
    let Some(number) = (1..).zip(against).find(|(_, name)| *name == run).map(|(number, _)| number) else {
        let expected = "a run that the manifest names under against";
        let finding = Finding::new(Check::Witness, outputs::REMOVED, "duplicate_of_run", expected, run);
        findings.add(finding.at(document.doc, &document.id));
        return None;
    };
    if let Some(judged) = judged {
        copied.wanted.entry(judged.run).or_default().insert(judged.doc);
    }
    Some(Named { witness: Witness { run: number, doc }, place: own, is_check: true, removed })
}

/// Tells of copies of documents that earlier runs removed which these are: they go as those did.
#[derive(Default)]
pub(super) struct Copied {
    index: Option<DocumentReader>,
    next: Option<Known>,
    error: Option<Error>,
    /// The documents that were judged, by run.
    wanted: BTreeMap<u64, Numbers>,
}

impl Copied {
    pub(super) fn open(folder: &Path, manifest: &Manifest) -> Copied {
        let documents = manifest.counts.records.saturating_sub(manifest.counts.rejected);
        let (mut copied, path) = (Copied::default(), folder.join(outputs::DOCUMENTS));
        if !path.exists() {
            return copied;
        }
        match DocumentReader::open(&path, documents) {
            Ok(index) => {
                copied.index = Some(index);
                copied.step();
            }
            Err(error) => copied.error = Some(error),
        }
        copied
    }

    /// The document of an earlier run that was judged in place of `doc`. Documents must be asked for in order.
    fn of(&mut self, doc: u64) -> Option<Judged> {
        while self.next.as_ref().is_some_and(|known| known.doc < doc) {
            self.step();
        }
        match &self.next {
            Some(Known { doc: found, fate: Fate::Gone(gone), .. }) if *found == doc => gone.judged,
            _ => None,
        }
    }

    fn step(&mut self) {
        self.next = match self.index.as_mut().map(DocumentReader::next) {
            Some(Ok(known)) => known,
            Some(Err(error)) => {
                self.error = Some(error);
                None
            }
            None => None,
        };
    }

    /// Names what could not be read, unless the file is missing, which is told elsewhere.
    pub(super) fn end(&mut self, findings: &mut Findings) {
        if let Some(error) = self.error.take() {
            let expected = "what is known of each document";
            findings.add(Finding::new(Check::File, outputs::DOCUMENTS, "index", expected, error));
        }
    }
}
