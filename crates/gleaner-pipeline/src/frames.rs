//! The frames of sites in a run: from the lines of its pages to what is known when a document is decided on.
//!
//! The scan (or clean) phase writes the lines of each document that has an address; group sorts them by site, learns,
//! and uses what it learnt; the output folder keeps it for whoever checks the run.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use gleaner_dedup::{FrameLearner, Frames, PageLines};
use gleaner_spill::{PartKind, PartReader, PartWriter, Sorted, Sorter};
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};
use crate::manifest::write_whole;
use crate::site::site_of;

/// Number in its part, site and lines of a document that has a site.
const PAGES: PartKind = PartKind { name: *b"PAGE", version: 1 };

/// Version of the file.
const VERSION: u32 = 1;

/// Proofs that are held while frames are learnt; the learner itself holds at most two million lines.
const MOST_PROOFS: usize = 3 << 20;
/// Lines of the file: what a learner gives at most.
const MOST_LINES: usize = 1 << 20;

/// Where a document stands in the order of `--keep`: its rank, the larger the earlier, and its number.
pub(crate) type Place = (Reverse<i64>, u64);

/// Writes the lines of the documents of a part.
pub(crate) struct PageWriter {
    part: PartWriter,
    documents: u64,
    record: Vec<u8>,
}

impl PageWriter {
    pub(crate) fn create(path: &Path) -> Result<PageWriter, Error> {
        Ok(PageWriter { part: PartWriter::create(path, PAGES)?, documents: 0, record: Vec::new() })
    }

    /// Takes the next document. Without an address or lines there is nothing to learn from it.
    pub(crate) fn append(&mut self, url: Option<&str>, lines: Option<&PageLines>) -> Result<(), Error> {
        let number = self.documents;
        self.documents += 1;
        let Some(lines) = lines.filter(|lines| !lines.edges.is_empty()) else { return Ok(()) };
        let Some(site) = url.and_then(site_of) else { return Ok(()) };
        self.record.clear();
        for number in [number, site, lines.edges.len() as u64] {
            self.record.extend(number.to_be_bytes());
        }
        for hash in lines.edges.iter().chain(&lines.longest) {
            self.record.extend(hash.to_be_bytes());
        }
        self.part.append(&self.record)?;
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

/// Reads the pages of all parts in order.
pub(crate) struct PageReader {
    parts: std::vec::IntoIter<(u64, PathBuf)>,
    part: Option<(u64, PartReader)>,
    next: Option<Page>,
}

impl PageReader {
    /// `parts` are the numbers of the first documents of the parts and their files.
    pub(crate) fn new(parts: Vec<(u64, PathBuf)>) -> Result<PageReader, Error> {
        let mut reader = PageReader { parts: parts.into_iter(), part: None, next: None };
        reader.step()?;
        Ok(reader)
    }

    fn step(&mut self) -> Result<(), Error> {
        loop {
            if let Some((first, part)) = &mut self.part
                && let Some(record) = part.next_record()?
            {
                let (number, rest) = record.split_first_chunk().unwrap_or((&[0; 8], &[]));
                self.next = Some(Page { doc: *first + u64::from_be_bytes(*number), record: rest.to_vec() });
                return Ok(());
            }
            let Some((first, path)) = self.parts.next() else {
                self.next = None;
                return Ok(());
            };
            self.part = Some((first, PartReader::open(&path, PAGES)?));
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
}

impl Learning {
    pub(crate) fn new(pages: PageReader, sorter: Sorter) -> Learning {
        Learning { pages, sorter }
    }

    /// Takes a document in: the documents must come by their number, `order` is their place among all that are searched.
    pub(crate) fn document(&mut self, (Reverse(rank), doc): Place, order: u64) -> Result<(), Error> {
        let Some(record) = self.pages.of(doc)? else { return Ok(()) };
        let (site, lines) = record.split_at(8);
        let place = [order.to_be_bytes(), doc.to_be_bytes(), rank.to_be_bytes()].concat();
        Ok(self.sorter.push(&[site, &place, lines].concat())?)
    }

    /// The frames by the order of documents, and as they are kept.
    pub(crate) fn finish(self) -> Result<(Frames, KnownFrames), Error> {
        let (mut pages, mut learner) = (self.sorter.finish()?, FrameLearner::default());
        let mut proofs: Vec<(u64, Place)> = Vec::new();
        while let Some((site, order, place, lines)) = next_page(&mut pages)? {
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
        let lines = frames.lines().into_iter().map(|(order, line)| {
            let (Reverse(rank), doc) = place(order);
            FrameLine { line, doc, rank }
        });
        let known = KnownFrames::new(lines.collect());
        Ok((frames, known))
    }
}

/// Site, order, place and lines of the next page.
fn next_page(pages: &mut Sorted) -> Result<Option<(u64, u64, Place, PageLines)>, Error> {
    let Some(record) = pages.next_record()? else { return Ok(None) };
    let numbers: Vec<u64> = record.as_chunks().0.iter().map(|number| u64::from_be_bytes(*number)).collect();
    let [site, order, doc, rank, edges, ref hashes @ ..] = numbers[..] else {
        return Err(Error::internal("spill: a page is cut"));
    };
    let (edges, longest) = hashes.split_at((edges as usize).min(hashes.len()));
    let lines = PageLines { edges: edges.into(), longest: longest.into() };
    Ok(Some((site, order, (Reverse(rank as i64), doc), lines)))
}

/// A line of a frame, and the document that proved it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct FrameLine {
    #[serde(with = "hex")]
    line: u64,
    doc: u64,
    rank: i64,
}

impl FrameLine {
    fn place(&self) -> Place {
        (Reverse(self.rank), self.doc)
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
    use std::cmp::Reverse;

    use gleaner_dedup::PageLines;
    use gleaner_spill::Sorter;

    use super::{KnownFrames, Learning, PageReader, PageWriter};

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
            parts.push((8 * part, path));
        }
        let sorter = Sorter::new(&folder.path().join("sites"), 1 << 20);
        let mut learning = Learning::new(PageReader::new(parts).expect("open"), sorter);
        // The later a document, the better its right to stay.
        (0..16).for_each(|doc| learning.document((Reverse(doc as i64), doc), 15 - doc).expect("document"));
        let (frames, known) = learning.finish().expect("finish");
        // Of a, documents 12, 10 and 8 come first; of b 13, 11 and 9.
        assert_eq!(frames.lines().iter().map(|(order, _)| *order).collect::<Vec<_>>(), [6, 7]);
        assert_eq!(known.before((Reverse(9), 9)), 0);
        assert_eq!([8, 7].map(|doc| known.before((Reverse(doc as i64), doc))), [1, 2]);
        let path = folder.path().join("frames.jsonl");
        known.write(&path).expect("write");
        let read = KnownFrames::read(&path).expect("read");
        assert_eq!((read.lines, read.frames.lines()), (known.lines, known.frames.lines()));
        std::fs::write(&path, "{\"frames\":2}\n").expect("write");
        assert!(KnownFrames::read(&path).expect_err("another version").to_string().contains("version 2"));
    }
}
