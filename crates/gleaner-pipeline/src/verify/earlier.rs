//! Duplicates of documents of earlier runs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::earlier::{damaged, read_manifest};
use crate::error::Error;
use crate::manifest::Manifest;
use crate::outputs;
use crate::place::{Place, rank};
use crate::rows::Files;
use crate::rows::{Document, Removed, Stated};
use crate::verify::finding::{Check, Finding, Findings};
use crate::verify::indexed::Indexed;
use crate::verify::numbers::Numbers;
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
        let given = read_manifest(folder)?;
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
        copied: &Copied<'_>,
        claims: &mut Claims<'_>,
    ) -> Result<(), Error> {
        let Some(wanted) = copied.wanted.get(&run) else { return Ok(()) };
        let files = Files { folder: &self.folder, options: &self.manifest.options, ..*files };
        let removed = [outputs::REMOVED.to_owned()];
        let read = files.read(&removed, |rows: Vec<Removed>, _| {
            let first = |removed: &Removed| -> Option<(Witness, Place)> {
                wanted.contains(removed.document.doc).then_some(())?;
                let doc = removed.stated.duplicate_of_doc?;
                let witness = match removed.stated.duplicate_of_run {
                    None => run,
                    Some(_) => copied.run(&removed.stated)?,
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
        let data = self.manifest.outputs.iter().filter(|file| file.is_data());
        let names: Vec<String> = data.map(|file| file.name.clone()).collect();
        let read = files.read(&names, |rows: Vec<Document>, _| {
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

/// Tells which removed documents are copies of documents that earlier runs removed: they go as those did.
pub(super) struct Copied<'a> {
    indexed: Indexed,
    /// The runs that the run was held against, and those that are given.
    against: &'a [String],
    given: &'a [Option<Given>],
    /// The documents of earlier runs that were judged, by run.
    wanted: BTreeMap<u64, Numbers>,
}

impl<'a> Copied<'a> {
    pub(super) fn new(indexed: Indexed, against: &'a [String], given: &'a [Option<Given>]) -> Copied<'a> {
        Copied { indexed, against, given, wanted: BTreeMap::new() }
    }

    /// A removal with the witness that it names; a finding for one in a run that the manifest does not name. They must come
    /// in order.
    pub(super) fn named<'b>(
        &mut self,
        removed: &'b Removed,
        rules: &Rules<'_>,
        findings: &mut Findings,
    ) -> Option<Named<'b>> {
        let Removed { document, stated } = removed;
        let doc = stated.duplicate_of_doc?;
        let is_near = stated.reason == "near-duplicate";
        let gone = if is_near { self.indexed.gone(document, doc, findings) } else { None };
        let Some(mut run) = self.run(stated) else {
            let expected = "a run that the manifest names under against";
            let found = stated.duplicate_of_run.clone().unwrap_or_default();
            let finding = Finding::new(Check::Witness, outputs::REMOVED, "duplicate_of_run", expected, found);
            findings.add(finding.at(document.doc, &document.id));
            return None;
        };
        if let Some(judged) = gone.and_then(|gone| gone.judged) {
            self.wanted.entry(judged.run).or_default().insert(judged.doc);
            // Without the text that was judged nothing can be said.
            let is_given = (judged.run as usize).checked_sub(1).and_then(|run| self.given.get(run));
            if is_given.is_some_and(Option::is_none) {
                run = judged.run;
            }
        }
        Some(Named { witness: Witness { run, doc }, place: rules.place(document), is_check: true, removed })
    }

    /// The number of the run whose document a removal names; `None` for one that the manifest does not name.
    fn run(&self, stated: &Stated) -> Option<u64> {
        match &stated.duplicate_of_run {
            None => Some(0),
            Some(run) => (1..).zip(self.against).find(|(_, name)| *name == run).map(|(number, _)| number),
        }
    }

    /// Names what could not be read.
    pub(super) fn end(&mut self, findings: &mut Findings) {
        self.indexed.end(findings);
    }
}
