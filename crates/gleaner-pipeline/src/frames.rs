//! The frames of sites in a run: from the lines of its pages to what is known when a document is decided on.
//!
//! The scan (or clean) phase writes the lines of each document that has an address; group sorts them by site, learns,
//! and uses what it learnt; the output folder keeps it for whoever checks the run.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use gleaner_dedup::{FrameLearner, Frames, PageLines};
use gleaner_spill::{PartKind, PartReader, PartWriter, Sorted, Sorter};
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};
use crate::index::unusable;
use crate::manifest::write_whole;
use crate::place::Place;
use crate::site::site_of;

/// Number in its part, site and lines of a document that has a site.
const PAGES: PartKind = PartKind { name: *b"PAGE", version: 1 };

/// Version of the file.
const VERSION: u32 = 1;

/// Proofs that are held while frames are learnt; the learner itself holds at most two million lines.
const MOST_PROOFS: usize = 3 << 20;
/// Lines of the file: what a learner gives at most.
const MOST_LINES: usize = 1 << 20;

/// Writes the lines of the documents of a part.
pub(crate) struct PageWriter {
    part: PartWriter,
    documents: u64,
}

impl PageWriter {
    pub(crate) fn create(path: &Path) -> Result<PageWriter, Error> {
        Ok(PageWriter { part: PartWriter::create(path, PAGES)?, documents: 0 })
    }

    /// Takes the next document. Without an address or lines there is nothing to learn from it.
    pub(crate) fn append(&mut self, url: Option<&str>, lines: Option<&PageLines>) -> Result<(), Error> {
        let number = self.documents;
        self.documents += 1;
        let Some(lines) = lines.filter(|lines| !lines.edges.is_empty()) else { return Ok(()) };
        let Some(site) = url.and_then(site_of) else { return Ok(()) };
        self.part.append(&page_record(number, site, lines))?;
        Ok(())
    }

    /// Returns the bytes written.
    pub(crate) fn finish(self) -> Result<u64, Error> {
        Ok(self.part.finish()?.bytes)
    }
}

/// A document with lines.
struct Page {
    doc: u64,
    /// Its site and its lines, as they are written.
    record: Vec<u8>,
}

/// A file of pages.
#[derive(Clone, Debug)]
pub(crate) struct PageFile {
    /// Number of the first document.
    pub(crate) first: u64,
    /// Documents at most.
    pub(crate) documents: u64,
    pub(crate) path: PathBuf,
}

/// Lines of a page at most: its ends, and the longest.
const MOST_PAGE_LINES: usize = 20;

impl PageFile {
    fn open(self) -> Result<OpenPages, Error> {
        let part = PartReader::open(&self.path, PAGES).map_err(|error| unusable(&self.path, &error))?;
        Ok(OpenPages { file: self, part, least: 0 })
    }

    /// Whether it is such a file.
    pub(crate) fn check(self) -> Result<(), Error> {
        self.open().map(|_| ())
    }
}

/// A file of pages that is read.
struct OpenPages {
    file: PageFile,
    part: PartReader,
    /// The least number that the next page may have.
    least: u64,
}

impl OpenPages {
    fn next(&mut self) -> Result<Option<Page>, Error> {
        let path = &self.file.path;
        let Some(record) = self.part.next_record().map_err(|error| unusable(path, &error))? else {
            return Ok(None);
        };
        let (numbers, rest) = record.as_chunks();
        let numbers: Vec<u64> = numbers.iter().map(|number| u64::from_be_bytes(*number)).collect();
        let is_page = rest.is_empty() && numbers.len() <= 3 + MOST_PAGE_LINES;
        match numbers[..] {
            [number, _, edges, ref lines @ ..]
                if is_page
                    && edges <= lines.len() as u64
                    && (self.least..self.file.documents).contains(&number) =>
            {
                self.least = number + 1;
                Ok(Some(Page { doc: self.file.first + number, record: record[8..].to_vec() }))
            }
            _ => Err(unusable(path, &"a page cannot be read")),
        }
    }
}

/// Reads the pages of all parts in order.
pub(crate) struct PageReader {
    files: std::vec::IntoIter<PageFile>,
    open: Option<OpenPages>,
    next: Option<Page>,
}

impl PageReader {
    /// The numbers of the documents of `files` must follow on each other.
    pub(crate) fn new(files: Vec<PageFile>) -> Result<PageReader, Error> {
        let mut reader = PageReader { files: files.into_iter(), open: None, next: None };
        reader.step()?;
        Ok(reader)
    }

    fn step(&mut self) -> Result<(), Error> {
        loop {
            self.next = self.open.as_mut().map(OpenPages::next).transpose()?.flatten();
            if self.next.is_some() {
                return Ok(());
            }
            let Some(file) = self.files.next() else {
                self.open = None;
                return Ok(());
            };
            self.open = Some(file.open()?);
        }
    }

    /// The site and lines of document `doc`. Documents must be asked for in order.
    fn of(&mut self, doc: u64) -> Result<Option<Vec<u8>>, Error> {
        while self.next.as_ref().is_some_and(|page| page.doc < doc) {
            self.step()?;
        }
        let found = self.next.take_if(|page| page.doc == doc);
        if found.is_some() {
            self.step()?;
        }
        Ok(found.map(|page| page.record))
    }
}

/// Learns the frames of a run.
pub(crate) struct Learning {
    pages: PageReader,
    /// Pages by site and by their place in the order.
    sorter: Sorter,
    /// The pages that were looked at, by their number.
    looked_at: Sorter,
}

/// What was learnt of frames.
pub(crate) struct LearntFrames {
    /// By the order of documents.
    pub(crate) frames: Frames,
    /// As they are kept.
    pub(crate) known: KnownFrames,
    /// The pages of this run that were looked at.
    pages: Sorted,
}

impl Learning {
    pub(crate) fn new(pages: PageReader, sorter: Sorter, looked_at: Sorter) -> Learning {
        Learning { pages, sorter, looked_at }
    }

    /// Takes in the document that is number `number` in the search: they must come by this number; `order` is their place
    /// among all that are searched.
    pub(crate) fn document(&mut self, number: u64, place: Place, order: u64) -> Result<(), Error> {
        let Some(record) = self.pages.of(number)? else { return Ok(()) };
        let (site, lines) = record.split_at(8);
        Ok(self.sorter.push(&[site, &order.to_be_bytes(), &place.to_bytes(), lines].concat())?)
    }

    /// Learns from the documents that were taken in.
    pub(crate) fn finish(mut self) -> Result<LearntFrames, Error> {
        let (mut pages, mut learner) = (self.sorter.finish()?, FrameLearner::default());
        let mut proofs: Vec<(u64, Place)> = Vec::new();
        while let Some((site, order, place, lines)) = next_page(&mut pages)? {
            if place.run().is_none() && learner.looks_at(site) {
                self.looked_at.push(&page_record(place.doc(), site, &lines))?;
            }
            if learner.page(site, order, &lines) {
                proofs.push((order, place));
            }
            if proofs.len() >= MOST_PROOFS {
                let needed: BTreeSet<u64> = learner.proving().collect();
                proofs.retain(|(order, _)| needed.contains(order));
            }
        }
        let frames = learner.finish();
        proofs.sort_unstable();
        let place = |order: u64| proofs[proofs.partition_point(|(other, _)| *other < order)].1;
        let lines = frames.lines().into_iter().map(|(order, line)| FrameLine::new(line, place(order)));
        let known = KnownFrames::new(lines.collect());
        Ok(LearntFrames { frames, known, pages: self.looked_at.finish()? })
    }
}

impl LearntFrames {
    /// Writes the pages that a later run has to look at before its own. Returns the bytes written.
    pub(crate) fn write_pages(&mut self, path: &Path) -> Result<u64, Error> {
        let mut part = PartWriter::create(path, PAGES)?;
        while let Some(record) = self.pages.next_record()? {
            part.append(record)?;
        }
        Ok(part.finish()?.bytes)
    }
}

/// The record of a page: its number, its site, and its lines.
fn page_record(number: u64, site: u64, lines: &PageLines) -> Vec<u8> {
    let numbers = [number, site, lines.edges.len() as u64];
    let hashes = lines.edges.iter().chain(&lines.longest);
    numbers.iter().chain(hashes).flat_map(|number| number.to_be_bytes()).collect()
}

/// Site, order, place and lines of the next page.
fn next_page(pages: &mut Sorted) -> Result<Option<(u64, u64, Place, PageLines)>, Error> {
    let Some(record) = pages.next_record()? else { return Ok(None) };
    let cut = || Error::internal("spill: a page is cut");
    let (head, rest) = record.split_first_chunk::<16>().ok_or_else(cut)?;
    let (place, rest) = Place::read(rest).ok_or_else(cut)?;
    let number = |bytes: &[u8; 8]| u64::from_be_bytes(*bytes);
    let &[site, order] = head.as_chunks().0 else { return Err(cut()) };
    let [site, order] = [site, order].map(u64::from_be_bytes);
    let (edges, hashes) = rest.as_chunks().0.split_first().ok_or_else(cut)?;
    let (edges, longest) = hashes.split_at((number(edges) as usize).min(hashes.len()));
    let hashes = |hashes: &[[u8; 8]]| hashes.iter().map(number).collect();
    let lines = PageLines { edges: hashes(edges), longest: hashes(longest) };
    Ok(Some((site, order, place, lines)))
}

/// A line of a frame, and the document that proved it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct FrameLine {
    #[serde(with = "hex")]
    line: u64,
    doc: u64,
    rank: i64,
    /// The run of the document where it is an earlier one: 1 is the first of those that this run was held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<u32>,
}

impl FrameLine {
    fn new(line: u64, place: Place) -> FrameLine {
        let run = place.run().map(|run| run as u32 + 1);
        FrameLine { line, doc: place.doc(), rank: place.rank(), run }
    }

    fn place(&self) -> Place {
        match self.run {
            Some(run) => Place::earlier(run.saturating_sub(1) as usize, self.rank, self.doc),
            None => Place::own(self.rank, self.doc),
        }
    }
}

/// Hashes as people write them.
mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(hash: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{hash:016x}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        let hash = String::deserialize(deserializer)?;
        u64::from_str_radix(&hash, 16).map_err(|_| D::Error::custom(format!("`{hash}` is no hash")))
    }
}

/// What the file begins with.
#[derive(Serialize, Deserialize)]
struct Header {
    frames: u32,
}

/// The frames of a run, by the places of documents in the order of `--keep`.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownFrames {
    /// By place, then by line.
    lines: Vec<FrameLine>,
    /// The lines, each with its number in `lines`.
    frames: Frames,
}

impl KnownFrames {
    fn new(mut lines: Vec<FrameLine>) -> KnownFrames {
        lines.sort_unstable_by_key(|line| (line.place(), line.line));
        let frames = Frames::from_lines((0..).zip(&lines).map(|(number, line)| (number, line.line)));
        KnownFrames { lines, frames }
    }

    /// The frames, by the numbers that [`KnownFrames::before`] gives.
    pub(crate) fn frames(&self) -> &Frames {
        &self.frames
    }

    /// How many lines are known before a document.
    pub(crate) fn before(&self, place: Place) -> u64 {
        self.lines.partition_point(|line| line.place() < place) as u64
    }

    /// Writes them, as lines of JSON.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Error> {
        let json = |error: serde_json::Error| Error::internal(error.to_string());
        let mut text = serde_json::to_string(&Header { frames: VERSION }).map_err(json)?;
        for line in &self.lines {
            text.push('\n');
            text.push_str(&serde_json::to_string(line).map_err(json)?);
        }
        text.push('\n');
        write_whole(path, text.as_bytes())
    }

    /// Reads what [`KnownFrames::write`] wrote.
    pub(crate) fn read(path: &Path) -> Result<KnownFrames, Error> {
        let io = |error: std::io::Error| Error::io(path, &error);
        let refuse = |why: &str| Error::new(ErrorKind::Usage, format!("{}: {why}", path.display()));
        // No line has more bytes, and no file more lines.
        let most = (MOST_LINES as u64 + 1) * 128;
        let mut lines = BufReader::new(File::open(path).map_err(io)?.take(most)).lines();
        let header = lines.next().transpose().map_err(io)?;
        match header.and_then(|line| serde_json::from_str(&line).ok()) {
            Some(Header { frames: VERSION }) => {}
            Some(Header { frames }) => {
                return Err(refuse(&format!("version {frames} is not known, only {VERSION}")));
            }
            None => return Err(refuse("these are no frames")),
        }
        let mut read = Vec::new();
        for line in lines {
            let line = serde_json::from_str(&line.map_err(io)?);
            read.push(line.map_err(|error| refuse(&format!("a line cannot be read: {error}")))?);
        }
        Ok(KnownFrames::new(read))
    }
}

#[cfg(test)]
mod tests {
    use gleaner_dedup::PageLines;
    use gleaner_spill::Sorter;

    use super::{KnownFrames, Learning, LearntFrames, PageFile, PageReader, PageWriter};
    use crate::place::Place;

    #[test]
    fn frames_are_learnt_by_site_and_kept() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let page = |site: &str, number: u64| {
            (
                format!("https://{site}/{number}"),
                PageLines::of(&format!("frame of {site}\ntext {}", "x".repeat(number as usize + 20))),
            )
        };
        let mut parts = Vec::new();
        for part in 0..2 {
            let path = folder.path().join(format!("pages-{part}"));
            let mut writer = PageWriter::create(&path).expect("create");
            for number in 0..8 {
                let (url, lines) = page(["a.example", "b.example"][number as usize % 2], 8 * part + number);
                writer.append((number < 6).then_some(&url), Some(&lines)).expect("append");
            }
            writer.finish().expect("finish");
            parts.push(PageFile { first: 8 * part, documents: 8, path });
        }
        let sorter = |name| Sorter::new(&folder.path().join(name), 1 << 20);
        let pages = PageReader::new(parts).expect("open");
        let mut learning = Learning::new(pages, sorter("sites"), sorter("looked-at"));
        // The later a document, the better its right to stay.
        (0..16)
            .for_each(|doc| learning.document(doc, Place::own(doc as i64, doc), 15 - doc).expect("document"));
        let LearntFrames { frames, known, .. } = learning.finish().expect("finish");
        // Of a, documents 12, 10 and 8 come first; of b 13, 11 and 9.
        assert_eq!(frames.lines().iter().map(|(order, _)| *order).collect::<Vec<_>>(), [6, 7]);
        assert_eq!(known.before(Place::own(9, 9)), 0);
        assert_eq!([8, 7].map(|doc| known.before(Place::own(doc as i64, doc))), [1, 2]);
        let path = folder.path().join("frames.jsonl");
        known.write(&path).expect("write");
        let read = KnownFrames::read(&path).expect("read");
        assert_eq!((read.lines, read.frames.lines()), (known.lines, known.frames.lines()));
        std::fs::write(&path, "{\"frames\":2}\n").expect("write");
        assert!(KnownFrames::read(&path).expect_err("another version").to_string().contains("version 2"));
    }
}
