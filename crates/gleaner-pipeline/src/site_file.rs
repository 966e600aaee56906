//! Templates of sites as a file: lines of JSON that people can read, one a site, sorted by a hash of the host, so that a
//! run finds one without holding all.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use gleaner_boilerplate::sites::{SiteTemplate, TemplateLine};
use gleaner_corpus::AtomicFile;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};

/// Version of the file.
const VERSION: u32 = 1;
/// Places of sites that are held; of more, every second, fourth and so on.
const MOST_PLACES: usize = 1 << 18;
/// Templates that are held parsed.
const RECENT: usize = 16;
/// No line of the file is longer: every line of a template, each of its bytes escaped.
const LONGEST: u64 = 8 << 20;

/// What the file begins with.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Header {
    site_templates: u32,
}

/// A site; the hash stands first, so that the place of a line is known without reading all of it.
#[derive(Serialize, Deserialize)]
struct Row {
    /// Hash of the host.
    site: Hash,
    host: String,
    /// Distinct pages.
    pages: u64,
    lines: Vec<LineRow>,
}

#[derive(Serialize, Deserialize)]
struct LineRow {
    #[serde(default)]
    text: String,
    pages: u64,
    place: u8,
    before: u8,
    after: u8,
    line: Hash,
}

/// A hash as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hash(u64);

impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:016x}", self.0))
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        let hash = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let parsed = u64::from_str_radix(&hash, 16);
        parsed.map(Hash).map_err(|_| serde::de::Error::custom(format!("`{hash}` is no hash")))
    }
}

fn site(host: &str) -> u64 {
    gleaner_text::hash64(host.as_bytes())
}

/// Writes templates that come by the hashes of their hosts.
pub(crate) struct SiteFileWriter {
    out: BufWriter<AtomicFile>,
    path: PathBuf,
    written: u64,
    line: Vec<u8>,
}

impl SiteFileWriter {
    pub(crate) fn create(path: &Path) -> Result<SiteFileWriter, Error> {
        let out = BufWriter::new(AtomicFile::create(path).map_err(|error| Error::io(path, &error))?);
        let mut writer = SiteFileWriter { out, path: path.to_path_buf(), written: 0, line: Vec::new() };
        writer.row(&Header { site_templates: VERSION })?;
        Ok(writer)
    }

    pub(crate) fn write(&mut self, template: &SiteTemplate) -> Result<(), Error> {
        let line = |line: &TemplateLine| LineRow {
            text: line.text.clone(),
            pages: line.pages,
            place: line.place,
            before: line.before,
            after: line.after,
            line: Hash(line.hash),
        };
        self.row(&Row {
            site: Hash(site(template.host())),
            host: template.host().to_owned(),
            pages: template.pages(),
            lines: template.lines().iter().map(line).collect(),
        })
    }

    fn row(&mut self, row: &impl Serialize) -> Result<(), Error> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, row).map_err(|error| Error::internal(error.to_string()))?;
        self.line.push(b'\n');
        self.written += self.line.len() as u64;
        self.out.write_all(&self.line).map_err(|error| Error::io(&self.path, &error))
    }

    /// Gives the file its name; returns its bytes.
    pub(crate) fn finish(self) -> Result<u64, Error> {
        let ended =
            self.out.into_inner().map_err(io::IntoInnerError::into_error).and_then(AtomicFile::commit);
        ended.map_err(|error| Error::io(&self.path, &error))?;
        Ok(self.written)
    }
}

/// A file of templates in which single ones are looked up.
#[derive(Debug)]
pub(crate) struct SiteFile {
    path: PathBuf,
    /// Hash of the host and offset of every so many sites, ascending.
    places: Vec<(u64, u64)>,
    /// Readers that nobody uses now.
    readers: Mutex<Vec<BufReader<File>>>,
    /// What was looked up of late, each in a slot of its own.
    recent: Mutex<Vec<Recent>>,
}

/// A site and what was found of it.
type Recent = Option<(u64, Option<Arc<SiteTemplate>>)>;

impl SiteFile {
    /// Opens a file of templates and learns where its sites stand.
    pub(crate) fn open(path: &Path) -> Result<SiteFile, Error> {
        let mut reader = open(path)?;
        let mut line = Vec::new();
        let mut offset = read_line(&mut reader, &mut line, path)?;
        match serde_json::from_slice(&line) {
            Ok(Header { site_templates: VERSION }) => {}
            Ok(Header { site_templates }) => {
                return Err(refuse(path, &format!("version {site_templates} is not known, only {VERSION}")));
            }
            Err(_) => return Err(refuse(path, "these are no templates of sites")),
        }
        let (mut places, mut step, mut count, mut last) = (Vec::new(), 1, 0, None);
        loop {
            let bytes = read_line(&mut reader, &mut line, path)?;
            if bytes == 0 {
                break;
            }
            let site = site_of_line(&line).filter(|&site| last.is_none_or(|last| last < site));
            let site =
                site.ok_or_else(|| refuse(path, &format!("site {} is not in its place", count + 1)))?;
            last = Some(site);
            if count % step == 0 {
                places.push((site, offset));
            }
            count += 1;
            offset += bytes;
            if places.len() > MOST_PLACES {
                places = places.into_iter().step_by(2).collect();
                step *= 2;
            }
        }
        let recent = Mutex::new((0..RECENT).map(|_| None).collect());
        Ok(SiteFile { path: path.to_path_buf(), places, readers: Mutex::new(vec![reader]), recent })
    }

    /// The template of a host.
    pub(crate) fn find(&self, host: &str) -> Result<Option<Arc<SiteTemplate>>, Error> {
        let site = site(host);
        let slot = (site % RECENT as u64) as usize;
        let lock = || self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((recent, template)) = &lock()[slot]
            && *recent == site
        {
            return Ok(template.clone());
        }
        let found = self.look_up(site)?.map(Arc::new);
        lock()[slot] = Some((site, found.clone()));
        Ok(found)
    }

    fn look_up(&self, site: u64) -> Result<Option<SiteTemplate>, Error> {
        let Some(at) = self.places.partition_point(|(other, _)| *other <= site).checked_sub(1) else {
            return Ok(None);
        };
        let readers = || self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let spare = readers().pop();
        let mut reader = spare.map_or_else(|| open(&self.path), Ok)?;
        let found = self.read_from(&mut reader, self.places[at].1, site);
        readers().push(reader);
        found
    }

    fn read_from(
        &self,
        reader: &mut BufReader<File>,
        offset: u64,
        site: u64,
    ) -> Result<Option<SiteTemplate>, Error> {
        reader.seek(SeekFrom::Start(offset)).map_err(|error| Error::io(&self.path, &error))?;
        let mut line = Vec::new();
        while read_line(reader, &mut line, &self.path)? > 0 {
            match site_of_line(&line) {
                Some(other) if other < site => {}
                Some(other) if other == site => return self.parse(&line).map(Some),
                _ => break,
            }
        }
        Ok(None)
    }

    fn parse(&self, line: &[u8]) -> Result<SiteTemplate, Error> {
        let row: Row = serde_json::from_slice(line)
            .map_err(|error| refuse(&self.path, &format!("a site cannot be read: {error}")))?;
        let line = |row: LineRow| {
            TemplateLine::new(row.line.0, row.pages, row.place, row.before, row.after, String::new())
        };
        Ok(SiteTemplate::new(row.host, row.pages, row.lines.into_iter().map(line)))
    }
}

fn open(path: &Path) -> Result<BufReader<File>, Error> {
    File::open(path).map(BufReader::new).map_err(|error| Error::io(path, &error))
}

fn refuse(path: &Path, why: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("{}: {why}", path.display()))
}

/// Reads a line, at most [`LONGEST`] bytes of it; returns its bytes with its end, 0 at the end of the file.
fn read_line(reader: &mut BufReader<File>, line: &mut Vec<u8>, path: &Path) -> Result<u64, Error> {
    line.clear();
    let read =
        reader.by_ref().take(LONGEST).read_until(b'\n', line).map_err(|error| Error::io(path, &error))?;
    Ok(read as u64)
}

/// The hash with which the line of a site begins.
fn site_of_line(line: &[u8]) -> Option<u64> {
    let hash = line.strip_prefix(b"{\"site\":\"")?.get(..16)?;
    u64::from_str_radix(std::str::from_utf8(hash).ok()?, 16).ok()
}

/// Writes the templates of `path` that are of a host in `hosts`, of all where that is empty, for people: each line of a
/// template with its pages, from the top of a page to its end.
///
/// # Errors
/// [`ErrorKind::Usage`] for a file that holds no templates; [`ErrorKind::Io`]; what `out` returns.
pub fn print_templates(
    path: &Path,
    hosts: &[String],
    out: &mut dyn FnMut(&str) -> Result<(), Error>,
) -> Result<(), Error> {
    SiteFile::open(path)?;
    let mut reader = open(path)?;
    let mut line = Vec::new();
    read_line(&mut reader, &mut line, path)?;
    while read_line(&mut reader, &mut line, path)? > 0 {
        let row: Row = serde_json::from_slice(&line)
            .map_err(|error| refuse(path, &format!("a site cannot be read: {error}")))?;
        if !hosts.is_empty() && !hosts.contains(&row.host) {
            continue;
        }
        out(&format!("{} ({} pages)", row.host, row.pages))?;
        for line in &row.lines {
            out(&format!("{:>8}  {}", line.pages, line.text))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use gleaner_boilerplate::sites::{SiteTemplate, TemplateLine};

    use super::{SiteFile, SiteFileWriter, site};

    fn templates(count: u64) -> Vec<SiteTemplate> {
        let line =
            |n: u64| TemplateLine::new(n + 1, 5 + n % 3, n as u8, 1, 2, format!("line \"{n}\" of ελληνικά"));
        let template = |n: u64| SiteTemplate::new(format!("host-{n}.example"), 9, (0..n % 5 + 1).map(line));
        let mut templates: Vec<SiteTemplate> = (0..count).map(template).collect();
        templates.sort_by_key(|template| site(template.host()));
        templates
    }

    #[test]
    fn what_is_written_is_found() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("templates.jsonl");
        let templates = templates(500);
        let mut writer = SiteFileWriter::create(&path).expect("create");
        templates.iter().for_each(|template| writer.write(template).expect("write"));
        writer.finish().expect("finish");
        let file = SiteFile::open(&path).expect("open");
        for template in &templates {
            let found = file.find(template.host()).expect("read").expect("it is there");
            assert_eq!((found.pages(), found.lines().len()), (template.pages(), template.lines().len()));
            assert_eq!(found.lines()[0].hash, template.lines()[0].hash);
        }
        assert!(file.find("other.example").expect("read").is_none());
        let mut lines = Vec::new();
        let host = templates[3].host().to_owned();
        super::print_templates(&path, &[host], &mut |line| {
            lines.push(line.to_owned());
            Ok(())
        })
        .expect("print");
        assert_eq!(lines.len(), 1 + templates[3].lines().len());
        assert!(lines[1].ends_with("of ελληνικά"), "{lines:?}");
    }

    #[test]
    fn other_files_are_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("templates.jsonl");
        for (text, want) in [
            ("", "no templates"),
            ("{\"id\":1}\n", "no templates"),
            ("{\"site-templates\":2}\n", "version 2"),
            ("{\"site-templates\":1}\n{\"host\":\"a\"}\n", "site 1 is not in its place"),
        ] {
            std::fs::write(&path, text).expect("write");
            let error = SiteFile::open(&path).expect_err(want).to_string();
            assert!(error.contains(want), "{error}");
        }
    }
}
