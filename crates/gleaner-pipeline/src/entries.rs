//! What is known of each document beside its text, in one part of fixed-size records for each part of documents.

use std::path::{Path, PathBuf};

use gleaner_dedup::Fingerprint;
use gleaner_spill::{PartKind, PartLookup, PartReader, PartWriter};

use crate::error::Error;
use crate::work::WorkArea;

const ENTRIES: PartKind = PartKind { name: *b"ENTR", version: 2 };

/// Bytes before the band keys.
const FIXED: usize = 57;

/// Whether a document is still there and what its text holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum State {
    /// A stage has removed it.
    Removed = 0,
    /// It has no text, so it is no duplicate.
    Empty = 1,
    Filled = 2,
    /// Of an earlier run; it is met by copies at most.
    Keyless = 3,
}

/// A document, but for what it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// XXH3-64 of the id.
    pub(crate) id_hash: u64,
    /// What `--keep` compares: words, or seconds since 1970.
    pub(crate) rank: i64,
    pub(crate) text_bytes: u64,
    /// Where the document stands in its cleaned part.
    pub(crate) offset: u64,
    /// Its site, as [`site_of`](crate::site::site_of) knows it; 0 where it has none.
    pub(crate) site: u64,
    /// `None` once a stage has removed it.
    pub(crate) fingerprint: Option<Fingerprint>,
    /// It is of an earlier run and met by copies at most: of its fingerprint only the content is known.
    pub(crate) is_keyless: bool,
}

impl Entry {
    fn write(&self, bands: usize, record: &mut Vec<u8>) {
        record.clear();
        for number in [self.id_hash, self.rank as u64, self.text_bytes, self.offset, self.site] {
            record.extend_from_slice(&number.to_le_bytes());
        }
        let content = self.fingerprint.as_ref().and_then(|fingerprint| fingerprint.content);
        record.extend_from_slice(&content.unwrap_or(0).to_le_bytes());
        record.push(match (&self.fingerprint, content) {
            (None, _) => State::Removed,
            (_, None) => State::Empty,
            _ if self.is_keyless => State::Keyless,
            _ => State::Filled,
        } as u8);
        for key in self.fingerprint.iter().flat_map(|fingerprint| &fingerprint.bands) {
            record.extend_from_slice(&key.to_le_bytes());
        }
        record.resize(FIXED + 8 * bands, 0);
    }

    fn read(record: &[u8]) -> Option<Entry> {
        let (fields, rest) = record.split_first_chunk::<40>()?;
        let (content, rest) = rest.split_first_chunk::<16>()?;
        let (&state, keys) = rest.split_first()?;
        let mut numbers = words(fields);
        let [id_hash, rank, text_bytes, offset, site] = std::array::from_fn(|_| numbers.next().unwrap_or(0));
        let is_keyless = state == State::Keyless as u8;
        let filled = state == State::Filled as u8;
        let fingerprint = (state != State::Removed as u8).then(|| Fingerprint {
            content: (filled || is_keyless).then(|| u128::from_le_bytes(*content)),
            bands: if filled { words(keys).collect() } else { Box::default() },
            ..Fingerprint::default()
        });
        Some(Entry { id_hash, rank: rank as i64, text_bytes, offset, site, fingerprint, is_keyless })
    }
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes.as_chunks().0.iter().map(|word| u64::from_le_bytes(*word))
}

/// Writes the entries of a part.
pub(crate) struct EntryWriter {
    part: PartWriter,
    bands: usize,
    record: Vec<u8>,
}

impl EntryWriter {
    /// Every fingerprint has `bands` keys, or none.
    pub(crate) fn create(path: &Path, bands: usize) -> Result<EntryWriter, Error> {
        Ok(EntryWriter { part: PartWriter::create(path, ENTRIES)?, bands, record: Vec::new() })
    }

    pub(crate) fn append(&mut self, entry: &Entry) -> Result<(), Error> {
        entry.write(self.bands, &mut self.record);
        self.part.append(&self.record)?;
        Ok(())
    }

    /// Returns the bytes written.
    pub(crate) fn finish(self) -> Result<u64, Error> {
        Ok(self.part.finish()?.bytes)
    }
}

/// Reads the entries of a part in order.
struct EntryReader(PartReader);

impl EntryReader {
    fn open(path: &Path) -> Result<EntryReader, Error> {
        Ok(EntryReader(PartReader::open(path, ENTRIES)?))
    }

    fn next(&mut self) -> Result<Option<Entry>, Error> {
        self.0.next_record()?.map(|record| Entry::read(record).ok_or_else(damaged)).transpose()
    }
}

/// The entries of all documents of `work` with their numbers, in order; `first_document` has the number of the first
/// document of each part.
pub(crate) fn entries(
    work: &WorkArea,
    first_document: &[u64],
) -> impl Iterator<Item = Result<(u64, Entry), Error>> {
    let parts = first_document.iter().enumerate();
    read_entries(parts.map(|(part, &first)| (work.entries(part), first)))
}

/// The entries of parts with their numbers, in order; each part is given with the number of its first document.
pub(crate) fn read_entries(
    parts: impl Iterator<Item = (PathBuf, u64)>,
) -> impl Iterator<Item = Result<(u64, Entry), Error>> {
    parts.flat_map(|(path, first)| PartEntries { reader: Some(EntryReader::open(&path)), doc: first })
}

/// The entries of a part, numbered; an error ends them.
struct PartEntries {
    reader: Option<Result<EntryReader, Error>>,
    doc: u64,
}

impl Iterator for PartEntries {
    type Item = Result<(u64, Entry), Error>;

    fn next(&mut self) -> Option<Result<(u64, Entry), Error>> {
        let mut reader = match self.reader.take()? {
            Ok(reader) => reader,
            Err(error) => return Some(Err(error)),
        };
        let entry = reader.next().transpose()?;
        let doc = self.doc;
        self.doc += 1;
        if entry.is_ok() {
            self.reader = Some(Ok(reader));
        }
        Some(entry.map(|entry| (doc, entry)))
    }
}

/// Tells where single documents stand.
pub(crate) struct EntryLookup {
    part: PartLookup,
    bands: usize,
}

impl EntryLookup {
    pub(crate) fn open(path: &Path, bands: usize) -> Result<EntryLookup, Error> {
        Ok(EntryLookup { part: PartLookup::open(path, ENTRIES)?, bands })
    }

    /// Where the document number `index` stands in its cleaned part, and the bytes of its text.
    pub(crate) fn place(&self, index: u64, record: &mut Vec<u8>) -> Result<(u64, u64), Error> {
        let length = FIXED + 8 * self.bands;
        let record = self.part.read(PartLookup::offset_of(index, length), length, record)?;
        let mut numbers = words(record.first_chunk::<32>().ok_or_else(damaged)?).skip(2);
        let text_bytes = numbers.next().unwrap_or(0);
        Ok((numbers.next().unwrap_or(0), text_bytes))
    }
}

fn damaged() -> Error {
    Error::internal("spill: an entry is cut".to_owned())
}

#[cfg(test)]
mod tests {
    use gleaner_dedup::Fingerprint;

    use super::{Entry, EntryLookup, EntryReader, EntryWriter};

    #[test]
    fn what_is_written_is_read() {
        let entry = |offset, fingerprint| Entry {
            id_hash: 7,
            rank: -3,
            text_bytes: 1 << 40,
            offset,
            site: 4,
            fingerprint,
            is_keyless: false,
        };
        let filled =
            Fingerprint { content: Some(5 << 90), bands: Box::from([u64::MAX, 1]), ..Fingerprint::default() };
        let empty = Fingerprint::default();
        let keyless = Fingerprint { content: Some(9), ..Fingerprint::default() };
        let keyless = Entry { is_keyless: true, ..entry(4, Some(keyless)) };
        let entries = [entry(1, Some(filled)), entry(2, None), entry(3, Some(empty)), keyless];
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("entries");
        let mut writer = EntryWriter::create(&path, 2).expect("create");
        entries.iter().for_each(|entry| writer.append(entry).expect("append"));
        writer.finish().expect("finish");
        let mut reader = EntryReader::open(&path).expect("open");
        let lookup = EntryLookup::open(&path, 2).expect("open");
        for (index, entry) in (0..).zip(&entries) {
            assert_eq!(reader.next().expect("next").as_ref(), Some(entry));
            let place = lookup.place(index, &mut Vec::new()).expect("place");
            assert_eq!(place, (entry.offset, entry.text_bytes));
        }
        assert_eq!(reader.next().expect("the end"), None);
    }
}
