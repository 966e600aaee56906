//! A pipeline of one's own, made of the crates of gleaner without its command line: the pages of WARC files to the texts
//! that are worth keeping, as JSON lines.
//!
//! `own-pipeline OUTPUT.jsonl ARCHIVE...`
//!
//! archive: records and decoded pages -> boilerplate: main content, cleaned -> text: long enough? -> dedup: near copies go
//! -> corpus: documents in a file that is there whole or not at all. All texts are in memory, for clarity; the example
//! `own_storage` of `gleaner-dedup` shows how they stay elsewhere.

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use gleaner_archive::{ArchiveReader, Entry, Payload, PayloadLimits, ReaderOptions, Record, payload_within};
use gleaner_boilerplate::html::{ExtractOptions, extract};
use gleaner_boilerplate::lines::{LineCleaner, LineOptions};
use gleaner_corpus::{AtomicFile, Document, write_json_line};
use gleaner_dedup::{Duplicate, ResolveOptions, SketchOptions, Sketcher, find_duplicates};
use gleaner_text::{hash64, word_count};

/// Fewest words of a text that is kept.
const MIN_WORDS: usize = 20;

/// What became of what was read.
#[derive(Debug, Default)]
struct Counts {
    kept: u64,
    duplicates: u64,
    short: u64,
    /// Records without text, and answers other than 200.
    passed_over: u64,
    /// Damaged places of archives, and texts that cannot be decoded.
    lost: u64,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { kept, duplicates, short, passed_over, lost } = self;
        write!(
            f,
            "kept {kept}, duplicates {duplicates}, short {short}, passed over {passed_over}, lost {lost}"
        )
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let Some(output) = arguments.next() else {
        return Err("usage: own-pipeline OUTPUT.jsonl ARCHIVE...".into());
    };
    let mut counts = Counts::default();
    let mut documents = Vec::new();
    let cleaner = LineCleaner::new(&LineOptions::default())?;
    for path in arguments {
        let archive = File::open(&path).map_err(|error| format!("{path}: {error}"))?;
        read(&path, archive, &cleaner, &mut documents, &mut counts)
            .map_err(|error| format!("{path}: {error}"))?;
    }
    let verdicts = duplicates(&documents)?;
    write(Path::new(&output), &documents, &verdicts, &mut counts)?;
    writeln!(io::stderr(), "{counts}")?;
    Ok(())
}

/// Adds the documents of one archive.
fn read(
    name: &str,
    archive: File,
    cleaner: &LineCleaner,
    documents: &mut Vec<Document>,
    counts: &mut Counts,
) -> io::Result<()> {
    let mut reader = ArchiveReader::new(archive, ReaderOptions::default());
    while let Some(entry) = reader.next_entry()? {
        let record = match entry {
            Entry::Record(record) => record,
            Entry::Rejected(damage) | Entry::Gap(damage) => {
                writeln!(
                    io::stderr(),
                    "{name}: {} bytes at {}: {}",
                    damage.length,
                    damage.offset,
                    damage.reason
                )?;
                counts.lost += 1;
                continue;
            }
            _ => continue,
        };
        let Some(document) = document(&record, cleaner, counts) else { continue };
        if word_count(&document.text) < MIN_WORDS {
            counts.short += 1;
            continue;
        }
        documents.push(Document { doc: documents.len() as u64, source_file: name.to_owned(), ..document });
    }
    Ok(())
}

/// The main content of a record; `None`, and counted, where it has no text.
fn document(record: &Record<'_>, cleaner: &LineCleaner, counts: &mut Counts) -> Option<Document> {
    let header = record.header;
    let (page, text) = match payload_within(header, record.block, &PayloadLimits::default()) {
        Payload::Html(page) if page.status.is_none_or(|status| status == 200) => {
            let page = extract(&page.text, &ExtractOptions::default());
            let text = cleaner.clean(&page.text, &page.verbatim).text;
            (page, text)
        }
        Payload::Text(text) if text.status.is_none_or(|status| status == 200) => {
            (Default::default(), cleaner.clean(&text.text, &[]).text)
        }
        Payload::Rejected(_) => {
            counts.lost += 1;
            return None;
        }
        _ => {
            counts.passed_over += 1;
            return None;
        }
    };
    let field = |name| header.get(name).map(|value| value.into_owned());
    Some(Document {
        id: field("WARC-Record-ID").unwrap_or_default(),
        text,
        url: header.target_uri().map(|url| url.into_owned()),
        date: page.date.map(|date| date.value).or_else(|| field("WARC-Date")),
        title: page.title.map(|title| title.value),
        language: page.language.map(|language| language.value),
        source_offset: record.offset,
        ..Document::default()
    })
}

/// Which documents repeat an earlier one.
fn duplicates(documents: &[Document]) -> Result<Vec<Option<Duplicate>>, Box<dyn Error>> {
    let options = ResolveOptions::default();
    let sketch = SketchOptions::for_similarity(&options.similarity);
    let mut sketcher = Sketcher::new(options.similarity.shingle_options(), sketch)?;
    let fingerprints: Vec<_> = documents
        .iter()
        .map(|document| {
            let mut fingerprint = sketcher.fingerprint(&document.text);
            // The host, so that what all its pages have above and below their text does not count.
            let host = document.url.as_deref().and_then(|url| url.split('/').nth(2));
            fingerprint.site = host.map(|host| hash64(host.as_bytes()));
            fingerprint
        })
        .collect();
    let load = |index: usize| Ok::<_, Infallible>(sketcher.clone().shingles(&documents[index].text));
    Ok(find_duplicates(&fingerprints, &options, load)?)
}

/// Writes the documents that stay.
fn write(
    output: &Path,
    documents: &[Document],
    verdicts: &[Option<Duplicate>],
    counts: &mut Counts,
) -> io::Result<()> {
    let mut file = AtomicFile::create(output)?;
    let mut line = Vec::new();
    for (document, verdict) in documents.iter().zip(verdicts) {
        if verdict.is_some() {
            counts.duplicates += 1;
            continue;
        }
        counts.kept += 1;
        line.clear();
        write_json_line(document, &mut line);
        line.push(b'\n');
        file.write_all(&line)?;
    }
    file.commit()
}
