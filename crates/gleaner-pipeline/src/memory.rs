//! The memory budget: what a run will hold is known before it is taken.

use crate::comparison::Comparison;
use crate::error::{Error, ErrorKind};
use crate::phases::clean::Entry;
use crate::phases::group::Grouped;
use crate::settings::Resources;

/// What a thread holds while it scans: a batch, a page as text and as blocks, writers' buffers. Large documents take
/// more, one at a time (`Stages::turn`).
const PER_THREAD: u64 = 48 << 20;
/// What the largest record takes while it is worked on, in times its size: bytes, decoded page, blocks, text, tokens.
const LARGE_FACTOR: u64 = 14;
/// What a run may hold beyond `--memory`.
const SLACK: u64 = 256 << 20;
/// Documents that the duplicate search numbers at most.
const MAX_DOCUMENTS: u64 = 1 << 31;
/// What the process holds besides: code, tables, allocator.
const PROCESS: u64 = 32 << 20;

/// Refuses a budget in which not even the first batch fits.
pub(crate) fn check_start(resources: &Resources, max_record_size: u64) -> Result<(), Error> {
    check(resources, fixed(resources, max_record_size), "to start")
}

/// Refuses before the documents' fingerprints are taken into memory.
pub(crate) fn check_documents(
    resources: &Resources,
    max_record_size: u64,
    documents: u64,
    comparison: &Comparison,
) -> Result<(), Error> {
    if documents > MAX_DOCUMENTS {
        let message =
            format!("{documents} documents are more than one run takes ({MAX_DOCUMENTS}); split the input");
        return Err(Error::new(ErrorKind::Memory, message));
    }
    let entries = documents * (size_of::<Entry>() + size_of::<Grouped>()) as u64;
    let grouping = gleaner_dedup::memory_needed(documents, comparison.banding, &comparison.resolve);
    let needed = fixed(resources, max_record_size).saturating_add(entries).saturating_add(grouping);
    check(resources, needed, &format!("for {documents} documents"))
}

fn fixed(resources: &Resources, max_record_size: u64) -> u64 {
    let large = max_record_size.saturating_mul(LARGE_FACTOR).saturating_sub(SLACK);
    large.saturating_add(PROCESS).saturating_add((resources.threads as u64).saturating_mul(PER_THREAD))
}

fn check(resources: &Resources, needed: u64, what: &str) -> Result<(), Error> {
    if needed <= resources.memory {
        return Ok(());
    }
    let mib = |bytes: u64| bytes.div_ceil(1 << 20);
    Err(Error::new(
        ErrorKind::Memory,
        format!(
            "needs about {} MiB {what}, and --memory allows {} MiB; raise --memory, or lower --max-record-size or --threads",
            mib(needed),
            mib(resources.memory)
        ),
    ))
}
