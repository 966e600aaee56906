//! What a run will take, told from the names and sizes of its inputs.

use std::collections::BTreeMap;

use gleaner_corpus::{Format, InputFile, InputSet};
use serde::{Deserialize, Serialize};

use crate::settings::{Job, Resources};

/// What a run takes, or is thought to take before anything was read. A guess from file names, sizes and what was measured
/// on crawls and collections of texts: the right order of magnitude, seldom more than three times off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Bytes of all files in the output folder.
    pub output_bytes: u64,
    /// Bytes written to the work area; most of them are there at a time.
    pub work_bytes: u64,
    /// Peak resident memory in bytes.
    pub memory_bytes: u64,
    /// Wall-clock seconds.
    pub seconds: f64,
}

/// What is in a file, as far as it matters here: for each stored byte of it.
#[derive(Clone, Copy, Debug)]
struct Share {
    /// Bytes when it is decompressed.
    decoded: f64,
    /// Of each of these, bytes of text.
    text: f64,
    /// Seconds of a processor to read a decoded byte and to find the text in it.
    seconds: f64,
}

/// Bytes out of a byte of gzip, zstd or Parquet: pages and texts alike.
const UNPACKED: f64 = 3.5;
/// Seconds of a processor for a byte of text, to clean its lines; to compare documents; to write them.
const CLEAN: f64 = 14e-9;
const COMPARE: f64 = 16e-9;
const WRITE: f64 = 12e-9;
/// Bytes in the output folder, for a byte of text.
const OUTPUT: f64 = 0.45;
/// What a process holds at least, what a thread holds, and what comes with each byte of text until the budget is full.
const PROCESS: f64 = 50e6;
const THREAD: f64 = 30e6;
const HELD: f64 = 0.4;

impl Estimate {
    /// Of a run over `inputs`; `None` where a size is not known.
    pub(crate) fn of(job: Job, inputs: &InputSet, resources: &Resources) -> Option<Estimate> {
        let (mut text, mut seconds) = (0.0, 0.0);
        for file in &inputs.files {
            let share = Share::of(file);
            let decoded = file.size? as f64 * share.decoded;
            text += decoded * share.text;
            seconds += decoded * share.seconds;
        }
        let is_run = job != Job::Dedup;
        seconds += text * (COMPARE + WRITE + if is_run { CLEAN } else { 0.0 });
        let work = text * if is_run { 3.0 } else { 1.4 };
        let memory = PROCESS + THREAD * resources.threads as f64 + HELD * text;
        Some(Estimate {
            output_bytes: (text * OUTPUT) as u64,
            work_bytes: work as u64,
            memory_bytes: (memory as u64).min(resources.memory),
            seconds: 0.1 + seconds / resources.threads as f64,
        })
    }
}

impl Estimate {
    /// Each value divided by that of `estimate`, by its name, to two digits; not of what is not known.
    pub(crate) fn by(&self, estimate: &Estimate) -> BTreeMap<String, f64> {
        let values = |of: &Estimate| {
            [of.output_bytes as f64, of.work_bytes as f64, of.memory_bytes as f64, of.seconds]
        };
        let names = ["output_bytes", "work_bytes", "memory_bytes", "seconds"];
        let pairs = values(self).into_iter().zip(values(estimate));
        let ratio = |(name, (actual, estimate)): (&str, (f64, f64))| {
            let ratio = (100.0 * actual / estimate).round() / 100.0;
            (actual > 0.0 && estimate > 0.0).then(|| (name.to_owned(), ratio))
        };
        names.into_iter().zip(pairs).filter_map(ratio).collect()
    }
}

impl Share {
    fn of(file: &InputFile) -> Share {
        let name = file.name.to_lowercase();
        let is_packed = [".gz", ".zst", ".parquet"].iter().any(|end| name.ends_with(end));
        let decoded = if is_packed { UNPACKED } else { 1.0 };
        let (text, seconds) = match file.format {
            Some(Format::Warc) if name.contains(".wet") => (0.9, 4e-9),
            Some(Format::Warc) => (0.1, 30e-9),
            Some(Format::Html) => (0.15, 30e-9),
            _ => (0.9, 4e-9),
        };
        Share { decoded, text, seconds }
    }
}

#[cfg(test)]
mod tests {
    use gleaner_corpus::{Format, InputFile, InputSet, Location};

    use super::Estimate;
    use crate::settings::{Job, Resources};

    fn estimate(name: &str, format: Format, size: Option<u64>) -> Option<Estimate> {
        let location = Location::Path(name.into());
        let file = InputFile { name: name.to_owned(), location, format: Some(format), size };
        let inputs = InputSet { files: vec![file], ..InputSet::default() };
        let resources = Resources { threads: 2, memory: 1 << 30, tmp: None, peak_memory: || None };
        Estimate::of(Job::Run, &inputs, &resources)
    }

    #[test]
    fn more_input_takes_more() {
        let of = |size| estimate("a.jsonl", Format::Jsonl, Some(size)).expect("the size is known");
        let (small, large) = (of(1 << 20), of(1 << 40));
        assert!(small.seconds < 1.0 && large.seconds > 3_600.0);
        assert!(small.work_bytes > 1 << 20 && small.output_bytes < 1 << 20);
        assert!(small.memory_bytes < large.memory_bytes && large.memory_bytes == 1 << 30);
        let packed = estimate("a.jsonl.gz", Format::Jsonl, Some(1 << 40)).expect("the size is known");
        let pages = estimate("a.warc", Format::Warc, Some(1 << 40)).expect("the size is known");
        assert!(packed.seconds > large.seconds && pages.output_bytes < large.output_bytes / 4);
        assert_eq!(estimate("-", Format::Jsonl, None), None);
    }
}
