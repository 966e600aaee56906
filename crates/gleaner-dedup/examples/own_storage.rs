//! A dedup stage in a pipeline that has its own storage: texts stay where they are, only fingerprints are in memory, and
//! the index of kept documents has a bound.
//!
//! `cargo run --release -p gleaner-dedup --example own_storage -- FOLDER WORK [INDEX_BYTES]`
//!
//! FOLDER holds a text a file; their order by name is the order in which they have a right to stay. WORK is a folder for
//! what waits. Prints a line a file: its name, then `kept`, or what it repeats. INDEX_BYTES never changes what is printed.
//!
//! To put it on a database: [`Stage`] is what it has to answer, [`Waiting`] any queue, and a [`Row`] a row of a table.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use gleaner_dedup::{
    Documents, Duplicate, Frames, HashCounts, Keys, Listed, ResolveOptions, Shingles, SketchOptions,
    Sketcher, Standing, Waiting, band_hashes, resolve,
};

/// What is known of a document without its text.
struct Row {
    path: PathBuf,
    bytes: u64,
    bands: Box<[u64]>,
    /// The first document with the same words in the same order.
    first: usize,
}

/// The storage, as [`resolve`] asks for it.
struct Stage<'a> {
    rows: &'a [Row],
    /// How many documents bear each band key: what is nobody else's need not be looked up.
    counts: HashCounts,
    sketcher: Sketcher,
}

impl Documents for Stage<'_> {
    type From = ();
    type Error = io::Error;

    fn keys(&self, listed: &Listed<()>, _page: u64) -> io::Result<(Keys, Option<Shingles>)> {
        Ok((Keys::of_bands(&self.rows[listed.document as usize].bands, &self.counts), None))
    }

    /// Called for the few documents that share a key with another one.
    fn shingles(&self, document: u64) -> io::Result<Shingles> {
        let text = fs::read_to_string(&self.rows[document as usize].path)?;
        Ok(self.sketcher.clone().shingles(&text))
    }
}

/// A queue of two files: one that is written in this round, and the one of the round before.
struct FileQueue {
    folder: PathBuf,
    round: u64,
    put: BufWriter<File>,
    taken: BufReader<File>,
}

impl FileQueue {
    fn new(folder: &Path) -> io::Result<FileQueue> {
        let put = BufWriter::new(File::create(file_of(folder, 0))?);
        let taken = BufReader::new(File::open(file_of(folder, 0))?);
        Ok(FileQueue { folder: folder.to_path_buf(), round: 0, put, taken })
    }
}

fn file_of(folder: &Path, round: u64) -> PathBuf {
    folder.join(format!("waiting-{}", round % 2))
}

impl Waiting for FileQueue {
    type Error = io::Error;

    fn put(&mut self, record: &[u8]) -> io::Result<()> {
        self.put.write_all(&(record.len() as u64).to_le_bytes())?;
        self.put.write_all(record)
    }

    fn turn(&mut self) -> io::Result<()> {
        self.put.flush()?;
        self.taken = BufReader::new(File::open(file_of(&self.folder, self.round))?);
        self.round += 1;
        self.put = BufWriter::new(File::create(file_of(&self.folder, self.round))?);
        Ok(())
    }

    fn take(&mut self, record: &mut Vec<u8>) -> io::Result<bool> {
        record.clear();
        let mut length = Vec::new();
        self.taken.by_ref().take(8).read_to_end(&mut length)?;
        let Ok(length) = <[u8; 8]>::try_from(length.as_slice()) else { return Ok(false) };
        self.taken.by_ref().take(u64::from_le_bytes(length)).read_to_end(record)?;
        Ok(true)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(work)) = (arguments.next(), arguments.next()) else {
        return Err("usage: own_storage FOLDER WORK [INDEX_BYTES]".into());
    };
    let index_bytes = arguments.next().map_or(Ok(1 << 30), |bytes| bytes.parse())?;
    let options = ResolveOptions { index_bytes, ..ResolveOptions::default() };
    let sketch = SketchOptions::for_similarity(&options.similarity);
    let mut sketcher = Sketcher::new(options.similarity.shingle_options(), sketch)?;

    let rows = read(Path::new(&folder), &mut sketcher)?;
    let mut queue = FileQueue::new(Path::new(&work))?;
    let verdicts = find(&rows, sketcher, &options, &mut queue)?;
    print(&rows, &verdicts)?;
    Ok(())
}

/// The first pass over the texts, in which nothing is kept of them but their fingerprints.
fn read(folder: &Path, sketcher: &mut Sketcher) -> io::Result<Vec<Row>> {
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    let mut paths: Vec<PathBuf> = entries.into_iter().filter(|path| path.is_file()).collect();
    paths.sort();
    let mut contents = BTreeMap::new();
    let mut rows = Vec::with_capacity(paths.len());
    for (number, path) in paths.into_iter().enumerate() {
        let text = fs::read_to_string(&path)?;
        let fingerprint = sketcher.fingerprint(&text);
        // An empty text has no content, and repeats none.
        let first = fingerprint.content.map_or(number, |content| *contents.entry(content).or_insert(number));
        rows.push(Row { path, bytes: text.len() as u64, bands: fingerprint.bands, first });
    }
    Ok(rows)
}

/// The verdict on each document: `None` when it is kept.
fn find(
    rows: &[Row],
    sketcher: Sketcher,
    options: &ResolveOptions,
    queue: &mut FileQueue,
) -> io::Result<Vec<Option<Duplicate>>> {
    // Exact copies are no business of the search: they share the verdict of the first.
    let firsts = || rows.iter().enumerate().filter(|(number, row)| row.first == *number);
    let counts = HashCounts::new(firsts().map(|(_, row)| row.bands.len() as u64).sum(), 1 << 30);
    for (_, row) in firsts() {
        counts.add(None, &band_hashes(&row.bands).collect::<Vec<_>>());
    }
    let stage = Stage { rows, counts, sketcher };
    let list = firsts().map(|(number, row)| {
        Ok(Listed { document: number as u64, bytes: row.bytes, from: (), standing: Standing::Open })
    });
    let mut verdicts = vec![None; rows.len()];
    resolve(list, &stage, &Frames::default(), queue, options, |document, verdict| {
        verdicts[document as usize] = verdict;
        Ok::<_, io::Error>(())
    })?;
    for (number, row) in rows.iter().enumerate().filter(|(number, row)| row.first != *number) {
        verdicts[number] = verdicts[row.first].clone().or_else(|| Some(Duplicate::exact(row.first as u64)));
    }
    Ok(verdicts)
}

fn print(rows: &[Row], verdicts: &[Option<Duplicate>]) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for (row, verdict) in rows.iter().zip(verdicts) {
        write!(out, "{}\t", row.path.display())?;
        match verdict {
            None => writeln!(out, "kept")?,
            Some(Duplicate { of, measure, similarity, .. }) => {
                let kept = rows[*of as usize].path.display();
                writeln!(out, "repeats {kept} ({measure:?}, {similarity:.3})")?;
            }
        }
    }
    out.flush()
}
