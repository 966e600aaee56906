//! The templates of sites in a run: from the lines of its pages to what cleaning knows of a site.
//!
//! Scan counts lines and writes them down; learn sorts those that recur by site, and writes one template a site; clean
//! looks the template of each document's site up. The output folder keeps the templates for people and for later runs.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use gleaner_boilerplate::sites::{SiteLearner, SitePage, SiteTemplate};
use gleaner_corpus::AtomicFile;
use gleaner_dedup::HashCounts;
use gleaner_spill::{PartKind, PartReader, PartWriter, Sorter};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::draft::Draft;
use crate::error::Error;
use crate::site::host_of;
use crate::site_file::{SiteFile, SiteFileWriter};

/// What is counted of the lines of a document that has a site: for each record of `gleaner-boilerplate` the hash by which
/// its line is counted, 0 for that of the page, the length, and the record.
const LINES: PartKind = PartKind { name: *b"SITE", version: 1 };
/// Bytes before a record.
const HEAD: usize = 10;
/// Bytes of records that are sorted in one go.
const CHUNK: usize = 1 << 18;

/// Which lines have been seen, on all threads. A line that was counted once is on no other page: it is not sorted.
#[derive(Debug)]
pub(crate) struct SiteCounts(HashCounts);

impl SiteCounts {
    /// For about so many lines, in at most `memory` bytes.
    pub(crate) fn new(lines: u64, memory: u64) -> SiteCounts {
        SiteCounts(HashCounts::new(lines, memory))
    }
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
        SitePage::of(&draft.document.text).records(&host, |hash, line| {
            hashes.extend(hash);
            record.extend(hash.unwrap_or(0).to_le_bytes());
            // A record has at most 282 bytes.
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

/// Learns the templates of all sites from the lines of `parts`, of which the files are removed, and writes them to `path`.
/// Returns the bytes written.
pub(crate) fn learn(
    counts: &SiteCounts,
    parts: Vec<PathBuf>,
    sorter: Sorter,
    path: &Path,
) -> Result<u64, Error> {
    let sorter = Mutex::new(sorter);
    parts.into_par_iter().try_for_each(|part| sort_part(counts, &part, &sorter))?;
    let sorter = sorter.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut records = sorter.finish()?;
    let (mut learner, mut writer) = (SiteLearner::default(), SiteFileWriter::create(path)?);
    while let Some(record) = records.next_record()? {
        if let Some(template) = learner.push(record) {
            writer.write(&template)?;
        }
    }
    if let Some(template) = learner.finish() {
        writer.write(&template)?;
    }
    Ok(records.spilled_bytes() + writer.finish()?)
}

fn sort_part(counts: &SiteCounts, part: &Path, sorter: &Mutex<Sorter>) -> Result<(), Error> {
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
    while let Some(mut document) = reader.next_record()? {
        while let Some((head, rest)) = document.split_first_chunk::<HEAD>() {
            let (hash, length) = head.split_at(8);
            let hash = u64::from_le_bytes(hash.try_into().unwrap_or_default());
            let length = usize::from(u16::from_le_bytes([length[0], length[1]]));
            let (record, rest) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            if hash == 0 || counts.0.of(hash) > 1 {
                chunk.extend_from_slice(record);
                ends.push(chunk.len());
            }
            document = rest;
        }
        if chunk.len() >= CHUNK {
            push(&mut chunk, &mut ends)?;
        }
    }
    push(&mut chunk, &mut ends)?;
    drop(reader);
    fs::remove_file(part).map_err(|error| Error::io(part, &error))
}

/// Puts the templates that were learnt into the output folder; without any, an empty file of them.
pub(crate) fn publish(templates: &Path, path: &Path) -> Result<(), Error> {
    if !templates.exists() {
        SiteFileWriter::create(path)?.finish()?;
        return Ok(());
    }
    let copy = || {
        let mut file = AtomicFile::create(path)?;
        std::io::copy(&mut File::open(templates)?, &mut file)?;
        file.commit()
    };
    copy().map_err(|error| Error::io(path, &error))
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
