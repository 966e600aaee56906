//! `clean`: extraction and line cleaning only, document by document, in input order.

use gleaner_boilerplate::html::Contribution;
use gleaner_corpus::{
    BatchReader, Document, FileSummary, InputSet, Item, RawBatch, ReadOptions, Reject, Removal, SpanRow,
};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::draft::Draft;
use crate::error::{Error, ErrorKind};
use crate::progress::{Observer, Phase, go_on};
use crate::run::read_options;
use crate::settings::{Job, ResultOptions};
use crate::site_file::SiteFile;
use crate::sites::Sites;
use crate::stages::Stages;

/// Decoded bytes of input in a batch: small, so that the first documents come soon.
const BATCH_BYTES: usize = 1 << 20;
/// Batches a thread has in memory.
const BATCHES_PER_THREAD: usize = 2;

/// A range of a page or text, and what became of it and why.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Span {
    /// Where, what and why. Of pages every block is there, also what was kept (`action` is `kept`); of texts, what was
    /// removed or repaired.
    pub row: SpanRow,
    /// The features that decided on a block of a page, heaviest first.
    pub features: Vec<Contribution>,
}

/// Takes what [`clean`] makes, in input order.
pub trait Sink {
    /// A kept document, and what became of its parts; nothing of these if no spans are asked for.
    ///
    /// # Errors
    /// Any error ends the cleaning.
    fn kept(&mut self, document: Document, spans: Vec<Span>) -> Result<(), Error>;

    /// A removed document and why, and what became of its parts.
    ///
    /// # Errors
    /// Any error ends the cleaning.
    fn removed(&mut self, document: Document, removal: Removal, spans: Vec<Span>) -> Result<(), Error>;

    /// A record that could not be read, or a lost range.
    ///
    /// # Errors
    /// Any error ends the cleaning.
    fn rejected(&mut self, reject: Reject) -> Result<(), Error>;

    /// Something of an archive that is no record, by type.
    fn skipped(&mut self, kind: &str) {
        let _ = kind;
    }
}

/// What came of one place of the input.
enum Outcome {
    Draft(Box<Draft>),
    Skipped(String),
    Rejected(Reject),
}

/// Cleans `inputs` with `threads` threads and gives every document to `sink`. Returns what was read of each file.
///
/// # Errors
/// [`ErrorKind::Usage`] for options that do not fit; whatever `sink` returns.
pub fn clean(
    inputs: InputSet,
    options: &ResultOptions,
    threads: usize,
    sink: &mut dyn Sink,
    observer: &dyn Observer,
) -> Result<Vec<FileSummary>, Error> {
    let stages = Stages::new(Job::Clean, options)?;
    let sites = options.known_sites(SiteFile::ROOM)?;
    let read = read_options(Job::Clean, options, BATCH_BYTES);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| Error::new(ErrorKind::Io, format!("cannot start threads: {error}")))?;
    observer.begin(Phase::Clean, inputs.files.iter().map(|file| file.size).sum());
    let mut reader = BatchReader::new(inputs, read.clone());
    let mut next_doc = 0;
    loop {
        let window: Vec<RawBatch> = reader.by_ref().take(threads * BATCHES_PER_THREAD).collect();
        go_on(observer)?;
        if window.is_empty() {
            return Ok(reader.into_summaries());
        }
        let bytes = window.iter().map(RawBatch::stored_bytes).sum();
        let before = next_doc;
        let batches: Vec<Vec<Outcome>> = pool.install(|| {
            window
                .into_par_iter()
                .map(|batch| clean_batch(batch, &read, &stages, &sites))
                .collect::<Result<_, Error>>()
        })?;
        for outcome in batches.into_iter().flatten() {
            give(outcome, &mut next_doc, sink)?;
        }
        observer.advance(next_doc - before, bytes);
    }
}

fn clean_batch(
    batch: RawBatch,
    read: &ReadOptions,
    stages: &Stages,
    sites: &Sites,
) -> Result<Vec<Outcome>, Error> {
    let mut outcomes = Vec::new();
    batch.decode(read, |item| {
        outcomes.push(match item {
            Item::Record(record) => {
                let mut draft = stages.draft(record)?;
                let turn = stages.turn(&draft.document.text);
                stages.finish(&mut draft, sites)?;
                drop(turn);
                Outcome::Draft(Box::new(draft))
            }
            Item::Skipped(kind) => Outcome::Skipped(kind),
            Item::Rejected(reject) => Outcome::Rejected(reject),
        });
        Ok::<(), Error>(())
    })?;
    Ok(outcomes)
}

fn give(outcome: Outcome, next_doc: &mut u64, sink: &mut dyn Sink) -> Result<(), Error> {
    let mut draft = match outcome {
        Outcome::Draft(draft) => draft,
        Outcome::Rejected(reject) => return sink.rejected(reject),
        Outcome::Skipped(kind) => {
            sink.skipped(&kind);
            return Ok(());
        }
    };
    draft.document.doc = *next_doc;
    *next_doc += 1;
    let (doc, id) = (draft.document.doc, &draft.document.id);
    let features = draft.features.into_iter().chain(std::iter::repeat(Vec::new()));
    let spans = draft.spans.into_iter().zip(features);
    let spans =
        spans.map(|(row, features)| Span { row: SpanRow { doc, id: id.clone(), ..row }, features }).collect();
    match draft.removal {
        Some(removal) => sink.removed(draft.document, removal, spans),
        None => sink.kept(draft.document, spans),
    }
}
