//! Reads the files of a finished run in order, decoding them on all threads.

use std::convert::Infallible;
use std::path::Path;

use gleaner_corpus::{
    BatchReader, FileSummary, Format, InputFile, InputSet, Item, Location, OutputFormat, Prefer, RawBatch,
    ReadOptions, Reject,
};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::error::Error;
use crate::progress::{Observer, go_on};
use crate::rows::FromRecord;
use crate::settings::ResultOptions;

/// How much larger than the largest record a row of output may be: a page in an old encoding grows when it is decoded,
/// and a text when it is escaped.
const ROW_FACTOR: u64 = 16;

/// What stands where a row should.
#[derive(Clone, Debug)]
pub(crate) struct Unreadable {
    pub(crate) file: String,
    pub(crate) offset: u64,
    pub(crate) why: String,
}

/// The files of a folder, as this module reads them.
pub(crate) struct Files<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) options: &'a ResultOptions,
    pub(crate) threads: usize,
    pub(crate) observer: &'a dyn Observer,
}

impl Files<'_> {
    /// Reads the files `names` one after the other and gives their rows, many at a time and in order, to `take`, with what
    /// is no row. Returns size and digest of each.
    pub(crate) fn read<T: FromRecord>(
        &self,
        names: &[String],
        mut take: impl FnMut(Vec<T>, Vec<Unreadable>) -> Result<(), Error>,
    ) -> Result<Vec<FileSummary>, Error> {
        let options = self.read_options(T::TEXT);
        let mut reader = BatchReader::new(self.inputs(names), options.clone());
        loop {
            let batches: Vec<RawBatch> = reader.by_ref().take(self.threads).collect();
            go_on(self.observer)?;
            if batches.is_empty() {
                return Ok(reader.into_summaries());
            }
            let bytes = batches.iter().map(RawBatch::stored_bytes).sum();
            let decoded: Vec<Vec<Result<T, Unreadable>>> =
                batches.into_par_iter().map(|batch| decode(batch, &options)).collect();
            let (mut rows, mut unreadable) =
                (Vec::with_capacity(decoded.iter().map(Vec::len).sum()), Vec::new());
            for row in decoded.into_iter().flatten() {
                match row {
                    Ok(row) => rows.push(row),
                    Err(other) => unreadable.push(other),
                }
            }
            self.observer.advance(rows.len() as u64, bytes);
            take(rows, unreadable)?;
        }
    }

    fn inputs(&self, names: &[String]) -> InputSet {
        let file = |name: &String| {
            let path = self.folder.join(name);
            let size = path.metadata().ok().map(|metadata| metadata.len());
            let format =
                if name.ends_with(OutputFormat::Jsonl.extension()) { Format::Jsonl } else { Format::Parquet };
            InputFile { name: name.clone(), location: Location::Path(path), format: Some(format), size }
        };
        InputSet { files: names.iter().map(file).collect(), ..InputSet::default() }
    }

    fn read_options(&self, text_field: &str) -> ReadOptions {
        ReadOptions {
            prefer: Prefer::Text,
            text_field: Some(text_field.to_owned()),
            max_record_size: self.options.max_record_size.saturating_mul(ROW_FACTOR),
            ..ReadOptions::default()
        }
    }
}

fn decode<T: FromRecord>(batch: RawBatch, options: &ReadOptions) -> Vec<Result<T, Unreadable>> {
    let mut rows = Vec::new();
    let decoded = batch.decode(options, |item| {
        match item {
            Item::Record(record) => {
                let (file, offset) = (record.source_file.clone(), record.source_offset);
                rows.push(T::from_record(record).map_err(|why| Unreadable { file, offset, why }));
            }
            Item::Rejected(Reject { file, offset, reason, .. }) => {
                rows.push(Err(Unreadable { file, offset, why: reason }));
            }
            Item::Skipped(_) => {}
        }
        Ok::<(), Infallible>(())
    });
    match decoded {
        Ok(_) => rows,
    }
}
