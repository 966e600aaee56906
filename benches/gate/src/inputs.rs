//! The inputs of the stages: files, so that two versions of the workspace can be measured on the same ones.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use gleaner_testkit::corpus::{ArchiveWriter, Corpus, CorpusOptions, PageWriter, SyntheticDocument};
use serde_json::Value;

use crate::Result;

/// Texts with their addresses, a row each.
pub(crate) const TEXTS: &str = "texts.jsonl";
/// The same documents as pages, a row each.
pub(crate) const PAGES: &str = "pages.jsonl";
/// The pages as their servers send them, one gzip member each.
pub(crate) const ARCHIVE: &str = "pages.warc.gz";

/// Documents in the files; stages take the first of them.
const DOCUMENTS: usize = 2_000;
/// Pages in the files.
const PAGED: usize = 400;

/// Where the inputs are and how much of them is taken.
pub(crate) struct Inputs {
    pub(crate) folder: PathBuf,
    /// Share of bytes that is taken on top.
    pub(crate) more: f64,
    /// An empty folder for what is written.
    pub(crate) out: PathBuf,
}

/// A row of an input file.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) url: String,
    /// The text or the page.
    pub(crate) content: String,
}

impl Inputs {
    /// The first `documents` rows of a file, and more where more is asked for.
    pub(crate) fn rows(&self, file: &str, documents: usize) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        let (mut bytes, mut wanted) = (0, 0.0);
        for line in BufReader::new(File::open(self.folder.join(file))?).lines() {
            let row = row(&line?)?;
            if rows.len() >= documents {
                if rows.len() == documents {
                    wanted = bytes as f64 * (1.0 + self.more);
                }
                // A planted slowdown is the one asked for, to a document.
                if bytes as f64 >= wanted {
                    return Ok(rows);
                }
            }
            bytes += row.content.len();
            rows.push(row);
        }
        Ok(rows)
    }

    /// As [`rows`](Inputs::rows), the content alone.
    pub(crate) fn contents(&self, file: &str, documents: usize) -> Result<Vec<String>> {
        Ok(self.rows(file, documents)?.into_iter().map(|row| row.content).collect())
    }

    /// As [`rows`](Inputs::rows), as JSON lines of a file of its own in the folder for outputs.
    pub(crate) fn part(&self, file: &str, documents: usize) -> Result<PathBuf> {
        let field = if file == PAGES { "html" } else { "text" };
        let path = self.out.join(format!("{documents}-{file}"));
        let mut out = BufWriter::new(File::create(&path)?);
        for Row { id, url, content } in self.rows(file, documents)? {
            writeln!(out, "{}", serde_json::json!({"id": id, "url": url, field: content}))?;
        }
        out.flush()?;
        Ok(path)
    }

    /// The first `members` members of the archive, and more where more is asked for.
    pub(crate) fn archive(&self, members: usize) -> Result<Vec<u8>> {
        let mut bytes = fs::read(self.folder.join(ARCHIVE))?;
        let lengths = fs::read_to_string(self.folder.join(lengths(ARCHIVE)))?;
        let (mut end, mut wanted) = (0, 0.0);
        for (at, length) in lengths.lines().enumerate() {
            if at == members {
                wanted = end as f64 * (1.0 + self.more);
            }
            if at >= members && end as f64 >= wanted {
                break;
            }
            end += length.parse::<usize>()?;
        }
        bytes.truncate(end);
        Ok(bytes)
    }
}

fn row(line: &str) -> Result<Row> {
    let mut row: Value = serde_json::from_str(line)?;
    let mut field = |name: &str| match row[name].take() {
        Value::String(text) => Ok(text),
        _ => Err(format!("a row without {name}")),
    };
    Ok(Row { id: field("id")?, url: field("url")?, content: field("content")? })
}

/// Name of the file with the length of each member.
fn lengths(file: &str) -> String {
    format!("{file}.lengths")
}

/// Writes all inputs.
pub(crate) fn prepare(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let corpus = Corpus::new(CorpusOptions { documents: DOCUMENTS, seed: 7, ..CorpusOptions::default() })?;
    let writer = PageWriter::new()?;
    let mut texts = BufWriter::new(File::create(folder.join(TEXTS))?);
    let mut pages = BufWriter::new(File::create(folder.join(PAGES))?);
    let mut archive = BufWriter::new(File::create(folder.join(ARCHIVE))?);
    let mut members = BufWriter::new(File::create(folder.join(lengths(ARCHIVE)))?);
    for (at, document) in corpus.documents().enumerate() {
        let SyntheticDocument { id, url, text, .. } = &document;
        writeln!(texts, "{}", serde_json::json!({"id": id, "url": url, "content": text}))?;
        if at < PAGED {
            let html = writer.html(&document);
            writeln!(pages, "{}", serde_json::json!({"id": id, "url": url, "content": html}))?;
            let mut member = ArchiveWriter::new(Vec::new());
            member.write(&writer.served(&document))?;
            let member = member.into_inner();
            archive.write_all(&member)?;
            writeln!(members, "{}", member.len())?;
        }
    }
    for mut file in [texts, pages, archive, members] {
        file.flush()?;
    }
    Ok(())
}
