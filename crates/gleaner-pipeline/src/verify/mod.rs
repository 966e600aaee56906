//! `verify`: checks a finished run by its output alone.
//!
//! | step | file |
//! |---|---|
//! | is it a run, and are its files there | `folder.rs` |
//! | the rows of all files, read once | `tables.rs`, `rows.rs` |
//! | what they add up to | `sums.rs`, `numbers.rs` |
//! | whether each removed duplicate has a kept witness, and rests on what the texts say | `witnesses.rs`, `values.rs` |
//! | what is wrong, and where | `finding.rs` |

mod finding;
mod folder;
mod numbers;
mod rows;
mod sums;
mod tables;
mod values;
mod witnesses;

use std::collections::BTreeMap;
use std::path::Path;

use gleaner_spill::Sorter;

pub use finding::{Check, Finding};

use crate::account::Accounting;
use crate::comparison::Comparison;
use crate::error::{Error, ErrorKind};
use crate::manifest::Manifest;
use crate::memory;
use crate::outputs::REMOVED;
use crate::progress::{Observer, Phase};
use crate::settings::Resources;
use crate::verdicts::STAGE;
use crate::work::WorkArea;
use finding::Findings;
use folder::Present;
use rows::{Document, Reject, Removed, Span};
use sums::Sums;
use tables::Files;
use witnesses::{Claims, Rules, SortedClaims};

/// What was found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Verification {
    /// The manifest of the run.
    pub manifest: Manifest,
    /// What the rows add up to.
    pub counts: Accounting,
    /// Removed duplicates whose witnesses and values were checked.
    pub witnesses: u64,
    /// What is wrong, by place: the first thousand.
    pub findings: Vec<Finding>,
    /// The number of findings by the name of the check.
    pub findings_by_check: BTreeMap<&'static str, u64>,
}

impl Verification {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Checks the finished run in `folder` by its files alone.
///
/// - Its files are there, none is missing or too many, and each has the bytes that the manifest states.
/// - The rows add up to the counts of the manifest, by stage and reason; every document stands once, in order.
/// - Every removed duplicate names a kept document that comes before it by `--keep`; its values follow from the two
///   texts to the last bit and reach the threshold.
///
/// `data/` and `removed/` are read once; removed duplicates go through the work area, sorted by their witness. Memory
/// stays within `resources.memory`.
///
/// # Errors
/// [`ErrorKind::Usage`] where there is no finished run of a known layout; [`ErrorKind::Memory`] when the budget is too
/// small; [`ErrorKind::Io`]. What is wrong with the run is no error: it is in [`Verification::findings`].
pub fn verify(folder: &Path, resources: &Resources, observer: &dyn Observer) -> Result<Verification, Error> {
    let manifest = folder::manifest(folder)?;
    memory::check_start(resources, manifest.options.max_record_size)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(resources.threads).build();
    let pool = pool.map_err(|error| Error::new(ErrorKind::Io, format!("cannot start threads: {error}")))?;
    let work = WorkArea::create(folder, resources.tmp.as_deref())?;
    let comparison = Comparison::new(&manifest.options)?;
    let sorter = memory::GroupMemory::new(resources, &manifest.options).sorter;
    let (findings, counts, witnesses) = pool.install(|| {
        let options = &manifest.options;
        let files = Files { folder, options, threads: resources.threads, observer };
        let rules = Rules::new(&comparison, options.keep);
        Verifier { files, rules, manifest: &manifest, work: &work, sorter, findings: Findings::default() }
            .run()
    })?;
    Ok(Verification {
        manifest,
        counts,
        witnesses,
        findings: findings.shown.into_iter().collect(),
        findings_by_check: findings.by_check,
    })
}

struct Verifier<'a> {
    files: Files<'a>,
    rules: Rules<'a>,
    manifest: &'a Manifest,
    work: &'a WorkArea,
    /// Bytes of memory for a sorter.
    sorter: u64,
    findings: Findings,
}

impl Verifier<'_> {
    fn run(mut self) -> Result<(Findings, Accounting, u64), Error> {
        let present = folder::files(self.files.folder, self.manifest, &mut self.findings)?;
        let mut sums = Sums::new(Sorter::new(&self.work.file("ids"), self.sorter));
        let size = self.manifest.outputs.iter().map(|file| file.size).sum();
        self.files.observer.begin(Phase::Verify, Some(size));
        let mut claims = self.removed(&present, &mut sums)?;
        self.data(&present, &mut sums, &mut claims)?;
        claims.check(u64::MAX, &BTreeMap::new(), &self.rules, &mut self.findings)?;
        self.others(&present, &mut sums)?;
        let counts = sums.check(&self.manifest.counts, &mut self.findings)?;
        Ok((self.findings, counts, claims.checked))
    }

    /// Reads `removed/documents`, and sorts the duplicates by their witness.
    fn removed(&mut self, present: &Present, sums: &mut Sums) -> Result<SortedClaims, Error> {
        let mut claims = Claims::new(Sorter::new(&self.work.file("claims"), self.sorter));
        let mut order = Order::default();
        let read =
            self.files.read(&present.removed, &mut self.findings, |rows: Vec<Removed>, findings| {
                for removed in &rows {
                    order.check(&removed.document, findings);
                    sums.remove(removed, findings)?;
                    match removed.stated.duplicate_of_doc {
                        Some(witness) => claims.push(witness, removed)?,
                        None if removed.stated.stage == STAGE => findings.add(without_witness(removed)),
                        None => {}
                    }
                }
                Ok(())
            })?;
        folder::check_digests(&self.manifest.outputs, &read, &mut self.findings);
        claims.finish()
    }

    /// Reads `data/`, and checks the duplicates of each document.
    fn data(&mut self, present: &Present, sums: &mut Sums, claims: &mut SortedClaims) -> Result<(), Error> {
        let rules = &self.rules;
        let mut order = Order::default();
        let read = self.files.read(&present.data, &mut self.findings, |rows: Vec<Document>, findings| {
            for document in &rows {
                order.check(document, findings);
                sums.keep(document, findings)?;
            }
            let kept: BTreeMap<u64, &Document> = rows.iter().map(|row| (row.doc, row)).collect();
            match kept.last_key_value() {
                Some((&last, _)) => claims.check(last, &kept, rules, findings),
                None => Ok(()),
            }
        })?;
        folder::check_digests(&self.manifest.outputs, &read, &mut self.findings);
        Ok(())
    }

    /// Reads spans and rejects.
    fn others(&mut self, present: &Present, sums: &mut Sums) -> Result<(), Error> {
        let mut read = self.files.read(&present.spans, &mut self.findings, |rows: Vec<Span>, findings| {
            rows.iter().for_each(|span| sums.span(span, findings));
            Ok(())
        })?;
        read.extend(self.files.read(&present.rejects, &mut self.findings, |rows: Vec<Reject>, _| {
            rows.iter().for_each(|reject| sums.reject(reject));
            Ok(())
        })?);
        folder::check_digests(&self.manifest.outputs, &read, &mut self.findings);
        Ok(())
    }
}

fn without_witness(removed: &Removed) -> Finding {
    Finding::new(Check::Witness, REMOVED, "duplicate_of_doc", "a kept document", "nothing")
        .at(removed.document.doc, &removed.document.id)
}

/// Whether documents come by their number.
#[derive(Default)]
struct Order(Option<u64>);

impl Order {
    fn check(&mut self, document: &Document, findings: &mut Findings) {
        if let Some(last) = self.0.filter(|&last| last > document.doc) {
            let expected = format!("a number above {last}, the one before it");
            let finding = Finding::new(Check::Document, &document.file, "doc", expected, document.doc);
            findings.add(finding.at(document.doc, &document.id));
        }
        self.0 = Some(document.doc);
    }
}
