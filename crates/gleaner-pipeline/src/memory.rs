//! The memory budget: what a run will hold is known before it is taken.

use crate::error::{Error, ErrorKind};
use crate::settings::{Method, Resources, ResultOptions};

/// What a thread holds while it scans: a batch, a page as text and as blocks, writers' buffers. Large documents take
/// more, one at a time (`Stages::turn`): the first thread then holds a batch besides.
const PER_THREAD: u64 = 48 << 20;
const FIRST_THREAD: u64 = 16 << 20;
/// What the largest record takes while it is worked on, in times its size: bytes, decoded page, blocks, text, tokens.
const LARGE_FACTOR: u64 = 14;
/// What a run may hold beyond `--memory`.
const SLACK: u64 = 256 << 20;
/// What the duplicate search needs at least, to work at all.
const LEAST_LEFT: u64 = 1 << 20;
/// What the process holds besides: code, tables, allocator.
const PROCESS: u64 = 32 << 20;

/// The resources with as many of their threads as the budget has room for. Refuses one in which not even the first batch of
/// a single thread fits.
pub(crate) fn fitting(resources: &Resources, max_record_size: u64) -> Result<Resources, Error> {
    let needed = |threads| fixed(threads, max_record_size).saturating_add(LEAST_LEFT);
    let threads = (1..=resources.threads).rev().find(|&threads| needed(threads) <= resources.memory);
    check(resources, needed(threads.unwrap_or(1)), "to start")?;
    Ok(Resources { threads: threads.unwrap_or(1), ..resources.clone() })
}

/// What the parts of the duplicate search may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GroupMemory {
    /// Counters of shingles or band keys.
    pub(crate) counts: u64,
    /// The index of kept documents.
    pub(crate) index: u64,
    /// Shingles for further comparisons.
    pub(crate) cache: u64,
    /// Each of the four sorters that are there at a time at most.
    pub(crate) sorter: u64,
    /// Marks of lines by site; when these are gone, templates of sites; both before the search begins.
    pub(crate) sites: u64,
}

impl GroupMemory {
    /// Shares out what is left of the budget.
    pub(crate) fn new(resources: &Resources, result: &ResultOptions) -> GroupMemory {
        let left =
            resources.memory.saturating_sub(fixed(resources.threads, result.max_record_size)).max(LEAST_LEFT);
        // What is left over is for the marks of the documents and what an allocator leaves between.
        let (counts, index, cache) = match result.method {
            // Counters that shingles share make it slow.
            Method::Exact => (left * 3 / 8, left * 3 / 8, left / 16),
            // Kept documents are compared with many that come later.
            Method::Minhash => (left / 16, left / 4, left / 2),
        };
        GroupMemory { counts, index, cache, sorter: left / 32, sites: left / 8 }
    }
}

/// Two bits a document; those of the first four million are in what is needed to start.
fn per_document(documents: u64) -> u64 {
    (documents / 4).saturating_sub(1 << 20)
}

/// Refuses a budget that has no room for the marks of the documents.
pub(crate) fn check_documents(
    resources: &Resources,
    result: &ResultOptions,
    documents: u64,
) -> Result<(), Error> {
    let needed = fixed(resources.threads, result.max_record_size).saturating_add(per_document(documents));
    check(resources, needed.saturating_add(LEAST_LEFT), &format!("for {documents} documents"))
}

fn fixed(threads: usize, max_record_size: u64) -> u64 {
    let large = max_record_size.saturating_mul(LARGE_FACTOR).saturating_sub(SLACK);
    let others = (threads as u64).saturating_sub(1).saturating_mul(PER_THREAD);
    large.saturating_add(PROCESS).saturating_add(FIRST_THREAD).saturating_add(others)
}

fn check(resources: &Resources, needed: u64, what: &str) -> Result<(), Error> {
    if needed <= resources.memory {
        return Ok(());
    }
    let mib = |bytes: u64| bytes.div_ceil(1 << 20);
    Err(Error::new(
        ErrorKind::Memory,
        format!(
            "needs about {} MiB {what}, and --memory allows {} MiB; raise --memory, or lower --max-record-size",
            mib(needed),
            mib(resources.memory)
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::fitting;
    use crate::error::ErrorKind;
    use crate::settings::Resources;

    #[test]
    fn threads_fit_the_budget() {
        let of = |threads, mebibytes: u64| Resources {
            threads,
            memory: mebibytes << 20,
            tmp: None,
            peak_memory: || None,
        };
        let fit = |threads, mebibytes| fitting(&of(threads, mebibytes), 32 << 20).map(|fit| fit.threads);
        assert_eq!(fit(8, 4096).expect("there is room"), 8);
        assert_eq!(fit(8, 256).expect("there is room for one"), 1);
        assert_eq!(fit(8, 400).expect("there is room for some"), 4);
        assert_eq!(fit(1, 200).expect_err("there is none").kind(), ErrorKind::Memory);
    }
}
