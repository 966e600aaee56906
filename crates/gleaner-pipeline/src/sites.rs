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

/// A page that has a site, as [`SitePage::pack`] writes it down.
const PAGES: PartKind = PartKind { name: *b"SITE", version: 2 };
/// Bytes of records that are sorted in one go.
const CHUNK: usize = 1 << 18;
/// Sorted records between two questions whether the run should end.
const RECORDS: usize = 4096;
/// Bytes of the records of one site that are sorted apart from others.
const LEAST_ROOM: u64 = 1 << 12;
const MOST_ROOM: u64 = 1 << 22;

/// Which lines and hosts have been seen, on all threads. A line that was counted once is on no other page, and a host of two
/// pages has no template: these are not sorted.
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
            let (mut reader, mut keys) = (PartReader::open(&part, PAGES)?, Vec::new());
            while let Some(page) = reader.next_record()? {
                go_on(observer)?;
                keys.clear();
                SitePage::keys_of_packed(page, &mut keys);
                self.0.add(None, &keys);
            }
            Ok(())
        })
    }
}

/// Writes the lines of the documents of a part.
pub(crate) struct SiteWriter<'a> {
    counts: &'a SiteCounts,
    part: PartWriter,
    /// Of the document at hand.
    keys: Vec<u64>,
}

impl<'a> SiteWriter<'a> {
    pub(crate) fn create(path: &Path, counts: &'a SiteCounts) -> Result<SiteWriter<'a>, Error> {
        let part = PartWriter::create(path, PAGES)?;
        Ok(SiteWriter { counts, part, keys: Vec::new() })
    }

    /// Takes the next document. Without an address, or removed already, there is nothing to learn from it.
    pub(crate) fn append(&mut self, draft: &Draft) -> Result<(), Error> {
        let host = draft.document.url.as_deref().and_then(host_of);
        let Some(host) = host.filter(|_| draft.removal.is_none()) else { return Ok(()) };
        let page = SitePage::with_verbatim(&draft.document.text, &draft.verbatim);
        self.keys.clear();
        self.part.append_with(|packed| {
            page.pack(&host, packed, &mut self.keys);
            Ok::<(), Error>(())
        })?;
        self.counts.0.add(None, &self.keys);
        Ok(())
    }

    /// Returns the bytes written.
    pub(crate) fn finish(self) -> Result<u64, Error> {
        Ok(self.part.finish()?.bytes)
    }
}

/// Where learning sorts, and the memory of each of its two sorters.
#[derive(Clone, Debug)]
pub(crate) struct Sorting {
    pub(crate) pages: PathBuf,
    pub(crate) lines: PathBuf,
    pub(crate) memory: u64,
}

/// Learns the templates of all sites from the lines of `parts`, and writes them to `path`.
/// Returns the bytes written.
pub(crate) fn learn(
    counts: &SiteCounts,
    parts: Vec<PathBuf>,
    sorting: Sorting,
    path: &Path,
    observer: &dyn Observer,
) -> Result<u64, Error> {
    let sorter = Mutex::new(Sorter::new(&sorting.pages, sorting.memory));
    parts.into_par_iter().try_for_each(|part| sort_part(counts, &part, &sorter, observer))?;
    let mut pages = sorter.into_inner().unwrap_or_else(PoisonError::into_inner).finish()?;
    let mut sites = SiteRecords::new(sorting);
    let (mut learner, mut writer) = (SiteLearner::default(), SiteFileWriter::create(path)?);
    let mut learn = |record: &[u8]| match learner.push(record) {
        Some(template) => writer.write(&template),
        None => Ok(()),
    };
    let mut site = 0;
    while let Some(page) = pages.next_record()? {
        go_on(observer)?;
        let next = SitePage::host_of_packed(page);
        if std::mem::replace(&mut site, next) != next {
            sites.drain(observer, &mut learn)?;
        }
        sites.push(page)?;
    }
    sites.drain(observer, &mut learn)?;
    if let Some(template) = learner.finish() {
        writer.write(&template)?;
    }
    Ok(pages.spilled_bytes() + sites.spilled + writer.finish()?)
}

/// The records of one site's pages: most sites have few enough to be sorted in a small buffer.
struct SiteRecords {
    sorting: Sorting,
    /// Bytes that are held here; a site with more is sorted by a sorter.
    room: usize,
    bytes: Vec<u8>,
    /// The first bytes of each record that tell those of a site apart, and where it lies.
    records: Vec<(u64, usize, usize)>,
    sorter: Option<Sorter>,
    spilled: u64,
}

impl SiteRecords {
    fn new(sorting: Sorting) -> SiteRecords {
        let room = (sorting.memory / 4).clamp(LEAST_ROOM, MOST_ROOM) as usize;
        SiteRecords { sorting, room, bytes: Vec::new(), records: Vec::new(), sorter: None, spilled: 0 }
    }

    fn push(&mut self, page: &[u8]) -> Result<(), Error> {
        let SiteRecords { bytes, records, .. } = self;
        SitePage::unpack(page, |record| {
            // Behind the site stands the line.
            let line =
                record.get(8..16).and_then(|line| line.first_chunk()).map_or(0, |l| u64::from_be_bytes(*l));
            records.push((line, bytes.len(), bytes.len() + record.len()));
            bytes.extend_from_slice(record);
        });
        if self.bytes.len() + size_of_val(&self.records[..]) > self.room {
            let Sorting { lines, memory, .. } = &self.sorting;
            let sorter = self.sorter.get_or_insert_with(|| Sorter::new(lines, *memory));
            for &(_, start, end) in &self.records {
                sorter.push(&self.bytes[start..end])?;
            }
            self.clear();
        }
        Ok(())
    }

    /// Gives the records in order.
    fn drain(
        &mut self,
        observer: &dyn Observer,
        mut take: impl FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let SiteRecords { bytes, records, .. } = self;
        if let Some(mut sorter) = self.sorter.take() {
            records.iter().try_for_each(|&(_, start, end)| sorter.push(&bytes[start..end]))?;
            let (mut sorted, mut taken) = (sorter.finish()?, 0);
            while let Some(record) = sorted.next_record()? {
                taken += 1;
                if taken % RECORDS == 0 {
                    go_on(observer)?;
                }
                take(record)?;
            }
            self.spilled += sorted.spilled_bytes();
        } else {
            records
                .sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| bytes[a.1..a.2].cmp(&bytes[b.1..b.2])));
            records.iter().try_for_each(|&(_, start, end)| take(&bytes[start..end]))?;
        }
        self.clear();
        Ok(())
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.records.clear();
    }
}

fn sort_part(
    counts: &SiteCounts,
    part: &Path,
    sorter: &Mutex<Sorter>,
    observer: &dyn Observer,
) -> Result<(), Error> {
    let mut reader = PartReader::open(part, PAGES)?;
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
    while let Some(page) = reader.next_record()? {
        go_on(observer)?;
        let start = chunk.len();
        SitePage::thin_out(page, |key| counts.0.of(key).into(), &mut chunk);
        if chunk.len() > start {
            ends.push(chunk.len());
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

    use super::{SiteCounts, SiteWriter, Sorting, learn};
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
        let path = folder.path().join("templates");
        let spilled =
            learn(counts, parts.clone(), sorting(folder.path(), memory), &path, &Silent).expect("learn");
        (std::fs::read(&path).expect("templates"), spilled)
    }

    fn sorting(folder: &Path, memory: u64) -> Sorting {
        Sorting { pages: folder.join("pages"), lines: folder.join("lines"), memory }
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
    fn parts_of_another_process_are_counted_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let new = || SiteCounts::new(1 << 20, 1 << 24);
        let (counted, again) = (new(), new());
        let parts = write(folder.path(), 5, &counted);
        again.recount(parts.clone(), &Silent).expect("recount");
        let path = folder.path().join("templates");
        let mut templates = [&counted, &again, &new()].map(|counts| {
            learn(counts, parts.clone(), sorting(folder.path(), 1 << 26), &path, &Silent).expect("learn");
            std::fs::read(&path).expect("templates")
        });
        assert!(templates[0] == templates[1]);
        // What was not counted is on no other page.
        assert!(std::mem::take(&mut templates[2]).len() < templates[0].len());
    }

    /// What is learnt of 6,000 pages with these texts on one site or on as many: the bytes of the templates, and those
    /// written on the way, with the least memory.
    fn learnt_of(text: impl Fn(usize) -> String, sites: usize) -> (usize, u64) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (part, path) = (folder.path().join("part"), folder.path().join("templates"));
        let counts = SiteCounts::new(1 << 18, 1 << 20);
        let mut writer = SiteWriter::create(&part, &counts).expect("create");
        for page in 0..6_000 {
            let mut draft = Draft::default();
            draft.document.url = Some(format!("https://{}.example/{page}", page % sites));
            draft.document.text = text(page);
            writer.append(&draft).expect("append");
        }
        writer.finish().expect("finish");
        let spilled = learn(&counts, vec![part], sorting(folder.path(), 0), &path, &Silent).expect("learn");
        (std::fs::read(&path).expect("templates").len(), spilled)
    }

    #[test]
    fn bad_input_is_bounded_and_teaches_nothing() {
        let word = |n: usize| n.to_string().bytes().map(|b| char::from(b - b'0' + b'a')).collect::<String>();
        let (none, _) = learnt_of(|_| String::new(), 1);
        let served = |page: usize| format!("Menu\nThe mill was sold.\nRead {page} times\n");
        let unique = |page: usize| (0..9).map(|line| format!("{} of {}\n", word(line), word(page))).collect();
        let equal = |_| "news\n".repeat(300);
        let check = |name: &str, sites: usize, most: u64, text: &dyn Fn(usize) -> String| {
            let (templates, spilled) = learnt_of(text, sites);
            assert_eq!(templates, none, "{name}");
            assert!(spilled <= most, "{name}: {spilled}");
        };
        // Of one page all copies are sorted; lines and sites that nothing shares are not.
        check("one page", 1, 6_000 * 700, &served);
        check("every line unique", 1, 6_000 * 250, &unique);
        check("all lines equal", 1, 6_000 * 250, &equal);
        check("every site has one page", 6_000, 6_000, &served);
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
        let path = folder.path().join("templates");
        let error = learn(&counts, parts, sorting(folder.path(), 0), &path, &Stopped).expect_err("stopped");
        assert_eq!((error.kind(), path.exists()), (ErrorKind::Stopped, false));
    }
}
