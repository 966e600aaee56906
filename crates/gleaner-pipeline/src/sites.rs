//! The templates of sites in a run: from the lines of its pages to what cleaning knows of a site.
//!
//! Scan counts lines and writes them down; learn sorts those that recur by site, and writes one template a site; clean
//! looks the template of each document's site up. The output folder keeps the templates for people and for later runs.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use gleaner_boilerplate::sites::{SiteLearner, SitePage, SiteTemplate};
use gleaner_dedup::HashCounts;
use gleaner_spill::{PartKind, PartReader, PartWriter, Sorter};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::draft::Draft;
use crate::error::Error;
use crate::outputs;
use crate::progress::{Observer, go_on};
use crate::site::host_of;
use crate::site_file::{SiteFile, SiteFileWriter};

/// What is counted of the lines of a document that has a site: for each record of `gleaner-boilerplate` the hash by which
/// its line is counted, 0 for that of the page, the length, and the record.
const LINES: PartKind = PartKind { name: *b"SITE", version: 1 };
/// Bytes before a record.
const HEAD: usize = 10;
/// Bytes of records that are sorted in one go.
const CHUNK: usize = 1 << 18;
/// Sorted records between two questions whether the run should end.
const RECORDS: usize = 4096;

/// Which lines have been seen, on all threads. A line that was counted once is on no other page: it is not sorted.
#[derive(Debug)]
pub(crate) struct SiteCounts(HashCounts);

impl SiteCounts {
    /// For about so many lines, in at most `memory` bytes.
    pub(crate) fn new(lines: u64, memory: u64) -> SiteCounts {
        SiteCounts(HashCounts::new(lines, memory))
    }
}

impl SiteCounts {
    /// Counts the lines of parts that another process has written.
    pub(crate) fn recount(&self, parts: Vec<PathBuf>, observer: &dyn Observer) -> Result<(), Error> {
        parts.into_par_iter().try_for_each(|part| {
            let (mut reader, mut hashes) = (PartReader::open(&part, LINES)?, Vec::new());
            while let Some(document) = reader.next_record()? {
                go_on(observer)?;
                hashes.clear();
                hashes.extend(lines(document).map(|(hash, _)| hash).filter(|&hash| hash != 0));
                self.0.add(None, &hashes);
            }
            Ok(())
        })
    }
}

/// The hashes and records that [`SiteWriter`] wrote of a document.
fn lines(mut document: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    std::iter::from_fn(move || {
        let (head, rest) = document.split_first_chunk::<HEAD>()?;
        let (hash, length) = head.split_at(8);
        let hash = u64::from_le_bytes(hash.try_into().unwrap_or_default());
        let length = usize::from(u16::from_le_bytes([length[0], length[1]]));
        let (record, rest) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        document = rest;
        Some((hash, record))
    })
}

/// Writes the lines of the documents of a part.
pub(crate) struct SiteWriter<'a> {
    counts: &'a SiteCounts,
    part: PartWriter,
    record: Vec<u8>,
    hashes: Vec<u64>,
}

impl<'a> SiteWriter<'a> {
    pub(crate) fn create(path: &Path, counts: &'a SiteCounts) -> Result<SiteWriter<'a>, Error> {
        let part = PartWriter::create(path, LINES)?;
        Ok(SiteWriter { counts, part, record: Vec::new(), hashes: Vec::new() })
    }

    /// Takes the next document. Without an address, or removed already, there is nothing to learn from it.
    pub(crate) fn append(&mut self, draft: &Draft) -> Result<(), Error> {
        let host = draft.document.url.as_deref().and_then(host_of);
        let Some(host) = host.filter(|_| draft.removal.is_none()) else { return Ok(()) };
        let SiteWriter { record, hashes, .. } = self;
        record.clear();
        hashes.clear();
        SitePage::with_verbatim(&draft.document.text, &draft.verbatim).records(&host, |hash, line| {
            hashes.extend(hash);
            record.extend(hash.unwrap_or(0).to_le_bytes());
            // A record has at most 290 bytes.
            record.extend((line.len() as u16).to_le_bytes());
            record.extend(line);
        });
        self.counts.0.add(None, &self.hashes);
        self.part.append(&self.record)?;
        Ok(())
    }

    /// Returns the bytes written.
    pub(crate) fn finish(self) -> Result<u64, Error> {
        Ok(self.part.finish()?.bytes)
    }
}

/// Learns the templates of all sites from the lines of `parts`, and writes them to `path`.
/// Returns the bytes written.
pub(crate) fn learn(
    counts: &SiteCounts,
    parts: Vec<PathBuf>,
    sorter: Sorter,
    path: &Path,
    observer: &dyn Observer,
) -> Result<u64, Error> {
    let sorter = Mutex::new(sorter);
    parts.into_par_iter().try_for_each(|part| sort_part(counts, &part, &sorter, observer))?;
    let sorter = sorter.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut records = sorter.finish()?;
    let (mut learner, mut writer) = (SiteLearner::default(), SiteFileWriter::create(path)?);
    let mut taken = 0;
    while let Some(record) = records.next_record()? {
        taken += 1;
        if taken % RECORDS == 0 {
            go_on(observer)?;
        }
        if let Some(template) = learner.push(record) {
            writer.write(&template)?;
        }
    }
    if let Some(template) = learner.finish() {
        writer.write(&template)?;
    }
    Ok(records.spilled_bytes() + writer.finish()?)
}

fn sort_part(
    counts: &SiteCounts,
    part: &Path,
    sorter: &Mutex<Sorter>,
    observer: &dyn Observer,
) -> Result<(), Error> {
    let mut reader = PartReader::open(part, LINES)?;
    let (mut chunk, mut ends) = (Vec::with_capacity(CHUNK), Vec::new());
    let push = |chunk: &mut Vec<u8>, ends: &mut Vec<usize>| {
        let mut sorter = sorter.lock().unwrap_or_else(PoisonError::into_inner);
        let mut start = 0;
        for end in ends.drain(..) {
            sorter.push(&chunk[start..end])?;
            start = end;
        }
        chunk.clear();
        Ok::<(), Error>(())
    };
    while let Some(document) = reader.next_record()? {
        go_on(observer)?;
        for (hash, record) in lines(document) {
            if hash == 0 || counts.0.of(hash) > 1 {
                chunk.extend_from_slice(record);
                ends.push(chunk.len());
            }
        }
        if chunk.len() >= CHUNK {
            push(&mut chunk, &mut ends)?;
        }
    }
    push(&mut chunk, &mut ends)
}

/// Puts the templates that were learnt into the output folder; without any, an empty file of them.
pub(crate) fn publish(templates: &Path, path: &Path) -> Result<(), Error> {
    if !templates.exists() {
        SiteFileWriter::create(path)?.finish()?;
        return Ok(());
    }
    outputs::publish(templates, path)
}

/// What cleaning knows of sites.
#[derive(Debug, Default)]
pub(crate) struct Sites {
    /// Learnt in this run.
    pub(crate) learnt: Option<SiteFile>,
    /// Named by the caller.
    pub(crate) given: Option<SiteFile>,
}

impl Sites {
    /// The template of the site of an address: where two are known, the one that rests on more pages, of this run if they
    /// rest on as many.
    pub(crate) fn of(&self, url: Option<&str>) -> Result<Option<Arc<SiteTemplate>>, Error> {
        if self.learnt.is_none() && self.given.is_none() {
            return Ok(None);
        }
        let Some(host) = url.and_then(host_of) else { return Ok(None) };
        let find = |file: &Option<SiteFile>| file.as_ref().map(|file| file.find(&host)).transpose();
        let (learnt, given) = (find(&self.learnt)?.flatten(), find(&self.given)?.flatten());
        Ok(match (learnt, given) {
            (Some(learnt), Some(given)) if given.pages() > learnt.pages() => Some(given),
            (learnt, given) => learnt.or(given),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use gleaner_spill::Sorter;

    use super::{SiteCounts, SiteWriter, learn};
    use crate::draft::Draft;
    use crate::error::ErrorKind;
    use crate::progress::{Observer, Silent};

    /// Pages of some sites in turn, each with lines of its own between those of its site.
    fn drafts() -> Vec<Draft> {
        let word = |n: usize| n.to_string().bytes().map(|b| char::from(b - b'0' + b'a')).collect::<String>();
        let draft = |n: usize| {
            let (site, page) = (n % 40, n / 40);
            let own: String = (0..20).map(|line| format!("story {} {}\n", word(n), word(line))).collect();
            let mut draft = Draft::default();
            draft.document.url = Some(format!("https://site-{site}.example/{page}"));
            draft.document.text = format!("Menu of {}\nNews\n{own}Write to us\n", word(site));
            draft
        };
        (0..40 * 9).map(draft).collect()
    }

    /// The bytes of the templates, and those written on the way.
    fn learnt(parts: usize, counts: &SiteCounts, memory: u64) -> (Vec<u8>, u64) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let parts = write(folder.path(), parts, counts);
        let (path, sorter) =
            (folder.path().join("templates"), Sorter::new(&folder.path().join("sort"), memory));
        let spilled = learn(counts, parts.clone(), sorter, &path, &Silent).expect("learn");
        (std::fs::read(&path).expect("templates"), spilled)
    }

    fn write(folder: &Path, parts: usize, counts: &SiteCounts) -> Vec<std::path::PathBuf> {
        let drafts = drafts();
        let part = |part: usize| {
            let path = folder.join(format!("part-{part}"));
            let mut writer = SiteWriter::create(&path, counts).expect("create");
            drafts.iter().skip(part).step_by(parts).for_each(|draft| writer.append(draft).expect("append"));
            writer.finish().expect("finish");
            path
        };
        (0..parts).map(part).collect()
    }

    #[test]
    fn parts_and_memory_do_not_matter() {
        let (large, spilled) = learnt(1, &SiteCounts::new(1 << 20, 1 << 24), 1 << 26);
        assert_eq!(large.split(|&byte| byte == b'\n').count(), 1 + 40 + 1);
        for parts in [1, 7] {
            // Every counter is shared by many lines, and the sorter writes files.
            let (small, more) = learnt(parts, &SiteCounts::new(1, 0), 0);
            assert!(small == large && more > spilled + (1 << 16), "{parts} parts, {more} bytes, {spilled}");
        }
    }

    #[test]
    fn learning_ends_when_the_run_should() {
        struct Stopped;
        impl Observer for Stopped {
            fn is_stopped(&self) -> bool {
                true
            }
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let counts = SiteCounts::new(1 << 10, 1 << 20);
        let parts = write(folder.path(), 2, &counts);
        let sorter = Sorter::new(&folder.path().join("sort"), 0);
        let path = folder.path().join("templates");
        let error = learn(&counts, parts, sorter, &path, &Stopped).expect_err("stopped");
        assert_eq!((error.kind(), path.exists()), (ErrorKind::Stopped, false));
    }
}
