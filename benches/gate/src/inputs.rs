//! The inputs of the stages: files, so that two versions of the workspace can be measured on the same ones.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use encoding_rs::{Encoding, GBK, SHIFT_JIS, UTF_8, WINDOWS_1251, WINDOWS_1252};
use flate2::Compression;
use flate2::write::GzEncoder;
use gleaner_testkit::corpus::{Corpus, CorpusOptions, PageWriter, SyntheticDocument};
use serde_json::Value;

use crate::Result;

/// Texts with their addresses, a row each.
pub(crate) const TEXTS: &str = "texts.jsonl";
/// The same documents as pages, a row each.
pub(crate) const PAGES: &str = "pages.jsonl";
/// The pages as responses in charsets of their languages, one gzip member each.
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
            let member = member(&document, &html)?;
            archive.write_all(&member)?;
            writeln!(members, "{}", member.len())?;
        }
    }
    for mut file in [texts, pages, archive, members] {
        file.flush()?;
    }
    Ok(())
}

/// A response record, packed; every other one does not state its charset.
fn member(document: &SyntheticDocument, html: &str) -> Result<Vec<u8>> {
    let encoding = encoding(&document.lang);
    let (body, ..) = encoding.encode(html);
    let stated = document.id.ends_with(['0', '2', '4', '6', '8']);
    let charset = if stated { format!("; charset={}", encoding.name()) } else { String::new() };
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html{charset}\r\n\r\n");
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    write!(
        encoder,
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2025-02-11T04:17:09Z\r\nWARC-Target-URI: {}\r\n\
         WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{:012}>\r\nContent-Type: application/http; msgtype=response\r\n\
         Content-Length: {}\r\n\r\n{head}",
        document.url,
        document.id,
        head.len() + body.len(),
    )?;
    encoder.write_all(&body)?;
    encoder.write_all(b"\r\n\r\n")?;
    Ok(encoder.finish()?)
}

/// A charset in which pages of a language are still served.
fn encoding(language: &str) -> &'static Encoding {
    match language {
        "de" => WINDOWS_1252,
        "ru" => WINDOWS_1251,
        "zh" => GBK,
        "ja" => SHIFT_JIS,
        _ => UTF_8,
    }
}
