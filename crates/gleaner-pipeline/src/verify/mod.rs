//! `verify`: checks a finished run by its output alone.
//!
//! | step | file |
//! |---|---|
//! | is it a run, and are its files there | `folder.rs` |
//! | the rows of all files, read once | `tables.rs`, `rows.rs` |
//! | what they add up to | `sums.rs`, `numbers.rs` |
//! | whether each removed duplicate has a kept witness, and rests on what the texts say | `witnesses.rs`, `values.rs` |
//! | the same for witnesses in earlier runs | `earlier.rs` |
//! | whether the index says the same of the documents | `indexed.rs` |
//! | the bytes of archives; the inputs, when asked for | `inputs.rs` |
//! | recall, measured again on the kept documents | `recall.rs` |
//! | what is wrong, and where | `finding.rs` |

mod earlier;
mod finding;
mod folder;
mod indexed;
mod inputs;
mod numbers;
mod recall;
mod sums;
mod values;
mod witnesses;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gleaner_spill::Sorter;

pub use finding::{Check, Finding};

use self::recall::{Measurement, TextWriter};
use crate::account::Accounting;
use crate::comparison::Comparison;
use crate::error::{Error, ErrorKind};
use crate::manifest::Manifest;
use crate::memory;
use crate::outputs::REMOVED;
use crate::progress::{Observer, Phase};
use crate::recall::{SAMPLE, SampledRecall, Sampling};
use crate::rows::{Document, Files, Reject, Removed, Span};
use crate::run::fitting;
use crate::settings::Resources;
use crate::verdicts::STAGE;
use crate::work::WorkArea;
use earlier::{Copied, Given};
use finding::Findings;
use folder::Present;
use indexed::Indexed;
use sums::Sums;
use witnesses::{Claims, Rules, SortedClaims, Witness, last_of};

/// Documents in the largest sample: some four kilobytes each are held.
const LARGEST_SAMPLE: u64 = 1_000_000;

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
    /// Removed duplicates that were not checked, since their witnesses are in earlier runs that were not given: their number
    /// by run, as [`Manifest::run`] names it.
    pub elsewhere: BTreeMap<String, u64>,
    /// Recall as it was measured now; `None` where it was not.
    pub recall: Option<SampledRecall>,
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

/// How far a run is checked.
#[derive(Clone, Debug, Default)]
pub struct VerifyOptions {
    /// Documents, about and a million at most, on which recall is measured; 0: not at all, and kept documents are not compared either.
    ///
    /// ### Default
    /// As many as the run took (about 4,000), so that what it states is checked.
    pub recall_sample: Option<u64>,
    /// Output folders of earlier runs that the run was held against, in any order. What it removed for their documents is
    /// checked; for others [`Verification::elsewhere`] says how much was not.
    ///
    /// ### Default
    /// None.
    pub against: Vec<PathBuf>,
    /// Whether the inputs are read again, to see whether they have changed.
    ///
    /// ### Default
    /// No.
    pub inputs: bool,
}

/// Checks the finished run in `folder` by its files alone.
///
/// - Its files are there, none is missing or too many, and each has the bytes that the manifest states.
/// - The rows add up to the counts of the manifest, by stage and reason; every document stands once, in order.
/// - Every removed duplicate names a kept document that comes before it by `--keep`; its values follow from the two
///   texts to the last bit and reach the threshold.
///
/// - No two kept documents have the same words, and recall measured again on the kept documents is what is stated.
///
/// `removed/` is read once and `data/` once, and once more for the documents that have to be compared for the recall; removed duplicates go through the work area, sorted by their witness. Memory
/// stays within `resources.memory`.
///
/// # Errors
/// [`ErrorKind::Usage`] where there is no finished run of a known layout; [`ErrorKind::Memory`] when the budget is too
/// small; [`ErrorKind::Io`]. What is wrong with the run is no error: it is in [`Verification::findings`].
pub fn verify(
    folder: &Path,
    options: &VerifyOptions,
    resources: &Resources,
    observer: &dyn Observer,
) -> Result<Verification, Error> {
    let manifest = Manifest::read(folder)?;
    let resources = &fitting(resources, manifest.options.max_record_size, observer)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(resources.threads).build();
    let pool = pool.map_err(|error| Error::new(ErrorKind::Io, format!("cannot start threads: {error}")))?;
    let work = WorkArea::create(folder, resources.tmp.as_deref())?;
    let comparison = Comparison::new(&manifest.options)?;
    let sorter = memory::GroupMemory::new(resources, &manifest.options).sorter;
    let mut findings = Findings::default();
    let frames = folder::frames(folder, &manifest.outputs, &mut findings)?;
    folder::templates(folder, &manifest.outputs, &mut findings)?;
    let rules = Rules::new(&comparison, &frames, manifest.options.keep);
    let files = Files { folder, options: &manifest.options, threads: resources.threads, observer };
    let verifier = Verifier { files, rules: &rules, manifest: &manifest, work: &work, sorter, findings };
    let Verified { findings, counts, witnesses, elsewhere, recall } =
        pool.install(|| verifier.run(options))?;
    Ok(Verification {
        counts,
        witnesses,
        elsewhere,
        recall,
        findings: findings.shown.into_iter().collect(),
        findings_by_check: findings.by_check,
        manifest,
    })
}

struct Verified {
    findings: Findings,
    counts: Accounting,
    witnesses: u64,
    elsewhere: BTreeMap<String, u64>,
    recall: Option<SampledRecall>,
}

struct Verifier<'a> {
    files: Files<'a>,
    rules: &'a Rules<'a>,
    manifest: &'a Manifest,
    work: &'a WorkArea,
    /// Bytes of memory for a sorter.
    sorter: u64,
    findings: Findings,
}

impl Verifier<'_> {
    fn run(mut self, options: &VerifyOptions) -> Result<Verified, Error> {
        let earlier = earlier::open(&options.against, self.manifest)?;
        let present = folder::files(self.files.folder, self.manifest, &mut self.findings)?;
        let mut sums = Sums::new(Sorter::new(&self.work.scratch("ids"), self.sorter));
        let sampling = self.sampling(options);
        let mut measurement = self.measurement(sampling)?;
        let size = self.manifest.outputs.iter().map(|file| file.size).sum();
        self.files.observer.begin(Phase::Verify, Some(size));
        let mut claims = self.removed(&present, &earlier, &mut sums, &mut measurement)?;
        self.data(&present, &mut sums, &mut measurement, &mut claims)?;
        claims.check(last_of(0), &BTreeMap::new(), self.rules, &mut self.findings)?;
        let elsewhere = self.earlier(&earlier, &mut claims)?;
        self.others(&present, &mut sums)?;
        inputs::bytes(self.manifest, &mut self.findings);
        if options.inputs {
            inputs::digests(self.files.folder, self.manifest, &mut self.findings, self.files.observer)?;
        }
        let recall =
            measurement.map(|measurement| self.recall(measurement, claims.found, &present)).transpose()?;
        if let (Some(recall), None) = (&recall, options.recall_sample) {
            recall::check(&self.manifest.recall, recall, &mut self.findings);
        }
        let counts = sums.check(&self.manifest.counts, &mut self.findings)?;
        Ok(Verified { findings: self.findings, counts, witnesses: claims.checked, elsewhere, recall })
    }

    /// The documents on which recall is measured; `None` for none.
    fn sampling(&self, options: &VerifyOptions) -> Option<Sampling> {
        let size = options.recall_sample.unwrap_or(SAMPLE).min(LARGEST_SAMPLE);
        let (documents, seed) = (self.manifest.documents(), self.manifest.options.seed);
        (size > 0).then(|| Sampling::new(seed, size, documents))
    }

    fn measurement<'b>(&self, sampling: Option<Sampling>) -> Result<Option<Measurement<'b>>, Error>
    where
        Self: 'b,
    {
        let seed = self.manifest.options.seed;
        let new = |sampling| Measurement::new(self.rules, self.work, seed, sampling, self.sorter);
        sampling.map(new).transpose()
    }

    /// Reads `removed/documents`, and sorts the duplicates by their witness.
    fn removed(
        &mut self,
        present: &Present,
        given: &[Option<Given>],
        sums: &mut Sums,
        measurement: &mut Option<Measurement<'_>>,
    ) -> Result<SortedClaims, Error> {
        let mut claims = Claims::new(self.rules, Sorter::new(&self.work.scratch("claims"), self.sorter));
        let mut order = Order::default();
        let mut copied = Copied::new(self.indexed(), &self.manifest.options.against, given);
        let (rules, findings) = (self.rules, &mut self.findings);
        let read = self.files.read(&present.removed, |rows: Vec<Removed>, unreadable| {
            findings.add_unreadable(unreadable);
            for removed in &rows {
                order.check(&removed.document, findings);
                sums.remove(removed, findings)?;
                if let Some(measurement) = measurement {
                    measurement.remove(removed.document.doc);
                }
                match removed.stated.duplicate_of_doc {
                    None if removed.stated.stage == STAGE => findings.add(without_witness(removed)),
                    _ => {}
                }
            }
            let named = rows.iter().filter_map(|removed| copied.named(removed, rules, findings));
            claims.push_all(&named.collect::<Vec<_>>())
        })?;
        copied.end(findings);
        for (run, given) in (1..).zip(given) {
            if let Some(given) = given {
                given.first_copies(run, &self.files, &copied, &mut claims)?;
            }
        }
        folder::check_digests(&self.manifest.outputs, &read, &mut self.findings);
        claims.finish(measurement.as_ref().map(Measurement::sampling))
    }

    /// Reads `data/`, and checks the duplicates of each document.
    fn data(
        &mut self,
        present: &Present,
        sums: &mut Sums,
        measurement: &mut Option<Measurement<'_>>,
        claims: &mut SortedClaims,
    ) -> Result<(), Error> {
        let rules = self.rules;
        let (mut order, mut indexed) = (Order::default(), self.indexed());
        let findings = &mut self.findings;
        let read = self.files.read(&present.data, |rows: Vec<Document>, unreadable| {
            findings.add_unreadable(unreadable);
            for document in &rows {
                order.check(document, findings);
                sums.keep(document, findings)?;
            }
            let contents = measurement.as_mut().map(|measurement| measurement.keep(&rows)).transpose()?;
            for (at, document) in rows.iter().enumerate() {
                indexed.check_kept(document, contents.as_ref().map(|contents| contents[at]), findings);
            }
            let kept: BTreeMap<u64, &Document> = rows.iter().map(|row| (row.doc, row)).collect();
            match kept.last_key_value() {
                Some((&doc, _)) => claims.check(Witness { run: 0, doc }, &kept, rules, findings),
                None => Ok(()),
            }
        })?;
        indexed.check_no_more_kept(findings);
        folder::check_digests(&self.manifest.outputs, &read, &mut self.findings);
        Ok(())
    }

    /// What the index says of the documents.
    fn indexed(&self) -> Indexed {
        let bands = self.rules.comparison.bands();
        Indexed::open(self.files.folder, self.manifest, bands)
    }

    /// Checks the duplicates of documents of earlier runs, and counts those of runs that are not given.
    fn earlier(
        &mut self,
        given: &[Option<Given>],
        claims: &mut SortedClaims,
    ) -> Result<BTreeMap<String, u64>, Error> {
        let mut elsewhere = BTreeMap::new();
        for ((number, name), given) in (1..).zip(&self.manifest.options.against).zip(given) {
            match given {
                Some(given) => given.check(number, &self.files, claims, self.rules, &mut self.findings)?,
                None => match claims.pass(last_of(number))? {
                    0 => {}
                    passed => drop(elsewhere.insert(name.clone(), passed)),
                },
            }
        }
        Ok(elsewhere)
    }

    /// Measures recall; reads `data/` again for the texts that have to be compared.
    fn recall(
        &mut self,
        measurement: Measurement<'_>,
        found: u64,
        present: &Present,
    ) -> Result<SampledRecall, Error> {
        let compare = measurement.finish(found, &mut self.findings)?;
        let needed = compare.needed();
        let mut texts = TextWriter::create(self.work)?;
        let files = if needed.is_empty() { &[] } else { &present.data[..] };
        // What is no row was told before.
        self.files.read(files, |rows: Vec<Document>, _| {
            rows.iter().filter(|row| needed.contains(&row.doc)).try_for_each(|row| texts.add(row))
        })?;
        compare.measure(&texts.finish(self.work)?, self.rules)
    }

    /// Reads spans and rejects.
    fn others(&mut self, present: &Present, sums: &mut Sums) -> Result<(), Error> {
        let findings = &mut self.findings;
        let mut read = self.files.read(&present.spans, |rows: Vec<Span>, unreadable| {
            findings.add_unreadable(unreadable);
            rows.iter().for_each(|span| sums.span(span, findings));
            Ok(())
        })?;
        read.extend(self.files.read(&present.rejects, |rows: Vec<Reject>, unreadable| {
            findings.add_unreadable(unreadable);
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
