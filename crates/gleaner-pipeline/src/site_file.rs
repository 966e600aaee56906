//! Templates of sites as a file: lines of JSON that people can read, one a site, sorted by a hash of the host, so that a
//! run finds one without holding all.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use gleaner_boilerplate::sites::{SiteTemplate, TemplateLine};
use gleaner_corpus::AtomicFile;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};
use crate::site::host_of;

/// Version of the file.
const VERSION: u32 = 1;
/// Places of sites that are held; of more, every second, fourth and so on.
const MOST_PLACES: usize = 1 << 18;
/// Bytes that a site takes among the recent ones beside its template: hosts without a template are held, too.
const ENTRY: u64 = 192;
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
    /// How many: with one, a site that is not among them is not in the file.
    step: u64,
    /// Readers that nobody uses now.
    readers: Mutex<Vec<BufReader<File>>>,
    recent: Mutex<Recent>,
}

/// What was looked up of late, within a number of bytes.
#[derive(Debug, Default)]
struct Recent {
    /// What was found of each site, and when it was last asked for.
    sites: BTreeMap<u64, (u64, Option<Arc<SiteTemplate>>)>,
    /// The sites by that time.
    order: BTreeMap<u64, u64>,
    now: u64,
    held: u64,
    room: u64,
}

impl Recent {
    fn get(&mut self, site: u64) -> Option<Option<Arc<SiteTemplate>>> {
        let (time, found) = self.sites.get_mut(&site)?;
        self.order.remove(time);
        self.now += 1;
        *time = self.now;
        self.order.insert(self.now, site);
        Some(found.clone())
    }

    /// Holds what was found of a site, and lets go of others for it, longest unused first.
    fn put(&mut self, site: u64, found: Option<Arc<SiteTemplate>>) {
        // Another thread may have looked it up meanwhile.
        if self.get(site).is_some() {
            return;
        }
        self.held += bytes(found.as_deref());
        while self.held > self.room {
            let Some((_, oldest)) = self.order.pop_first() else { break };
            let gone = self.sites.remove(&oldest).and_then(|(_, template)| template);
            self.held -= bytes(gone.as_deref());
        }
        self.now += 1;
        self.order.insert(self.now, site);
        self.sites.insert(site, (self.now, found));
    }
}

/// Bytes in memory of what was found of a site.
fn bytes(found: Option<&SiteTemplate>) -> u64 {
    let lines = found.map_or(0, |template| template.lines().len());
    ENTRY + (lines * (size_of::<TemplateLine>() + size_of::<u32>())) as u64
}

impl SiteFile {
    /// Templates that are held where nothing bounds memory.
    pub(crate) const ROOM: u64 = 16 << 20;

    /// Opens a file of templates and learns where its sites stand. Holds what was looked up of late in `room` bytes, at most
    /// [`SiteFile::ROOM`]; beside them the last template, however large.
    pub(crate) fn open(path: &Path, room: u64) -> Result<SiteFile, Error> {
        let (mut places, mut step, mut count) = (Vec::new(), 1, 0);
        for_each_line(path, |offset, site, _| {
            if count % step == 0 {
                places.push((site, offset));
            }
            count += 1;
            if places.len() > MOST_PLACES {
                places = std::mem::take(&mut places).into_iter().step_by(2).collect();
                step *= 2;
            }
            Ok(())
        })?;
        let recent = Mutex::new(Recent { room: room.min(Self::ROOM), ..Recent::default() });
        Ok(SiteFile { path: path.to_path_buf(), places, step, readers: Mutex::default(), recent })
    }

    /// Reads every site of a file that comes from elsewhere, so that none fails later.
    pub(crate) fn check(path: &Path) -> Result<(), Error> {
        for_each_line(path, |_, _, line| parse(line, path).map(drop))
    }

    /// The template of a host.
    pub(crate) fn find(&self, host: &str) -> Result<Option<Arc<SiteTemplate>>, Error> {
        let site = site(host);
        let recent = || self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let known = recent().get(site);
        if let Some(found) = known {
            return Ok(found);
        }
        let found = self.look_up(site)?.map(Arc::new);
        recent().put(site, found.clone());
        Ok(found)
    }

    fn look_up(&self, site: u64) -> Result<Option<SiteTemplate>, Error> {
        let Some(at) = self.places.partition_point(|(other, _)| *other <= site).checked_sub(1) else {
            return Ok(None);
        };
        if self.step == 1 && self.places[at].0 != site {
            return Ok(None);
        }
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
                Some(other) if other == site => return parse(&line, &self.path).map(|row| Some(row.into())),
                _ => break,
            }
        }
        Ok(None)
    }
}

/// A site as it is written.
fn parse(line: &[u8], path: &Path) -> Result<Row, Error> {
    let unreadable = |why: &str| refuse(path, &format!("a site cannot be read: {why}"));
    let row: Row = serde_json::from_slice(line).map_err(|error| unreadable(&error.to_string()))?;
    if row.site.0 != site(&row.host) {
        return Err(unreadable(&format!("{} is not of {}", row.site.0, row.host)));
    }
    Ok(row)
}

impl From<Row> for SiteTemplate {
    fn from(row: Row) -> SiteTemplate {
        let line = |row: LineRow| {
            TemplateLine::new(row.line.0, row.pages, row.place, row.before, row.after, String::new())
        };
        SiteTemplate::new(row.host, row.pages, row.lines.into_iter().map(line))
    }
}

/// Gives `take` the offset, the site and the bytes of each line of a file of templates, one at a time.
fn for_each_line(
    path: &Path,
    mut take: impl FnMut(u64, u64, &[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
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
    let (mut count, mut last) = (0, None);
    loop {
        let bytes = read_line(&mut reader, &mut line, path)?;
        if bytes == 0 {
            return Ok(());
        }
        count += 1;
        let site = site_of_line(&line).filter(|&site| last.is_none_or(|last| last < site));
        let site = site.ok_or_else(|| refuse(path, &format!("site {count} is not in its place")))?;
        take(offset, site, &line)?;
        last = Some(site);
        offset += bytes;
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
/// template with its pages, from the top of a page to its end. A host may be an address, and have `www.` before it, as in the
/// documents.
///
/// # Errors
/// [`ErrorKind::Usage`] for a file that holds no templates, or none of one of the hosts; [`ErrorKind::Io`]; what `out`
/// returns.
pub fn print_templates(
    path: &Path,
    hosts: &[String],
    out: &mut dyn FnMut(&str) -> Result<(), Error>,
) -> Result<(), Error> {
    SiteFile::check(path)?;
    let name = |host: &String| host_of(host).or_else(|| host_of(&format!("http://{host}")));
    let mut missing: Vec<(&String, Option<String>)> = hosts.iter().map(|host| (host, name(host))).collect();
    for_each_line(path, |_, _, line| {
        let row = parse(line, path)?;
        let named = missing.len();
        missing.retain(|(_, host)| host.as_ref() != Some(&row.host));
        if !hosts.is_empty() && missing.len() == named {
            return Ok(());
        }
        out(&format!("{} ({} pages)", row.host, row.pages))?;
        row.lines.iter().try_for_each(|line| out(&format!("{:>8}  {}", line.pages, line.text)))
    })?;
    match missing.first() {
        Some((host, _)) => {
            Err(refuse(path, &format!("no template of {host}: nothing recurred on enough pages")))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use gleaner_boilerplate::sites::{SiteTemplate, TemplateLine};

    use std::sync::Arc;

    use super::{ENTRY, Recent, SiteFile, SiteFileWriter, bytes, site};

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
        let file = SiteFile::open(&path, 1 << 12).expect("open");
        for template in templates.iter().chain(&templates) {
            let found = file.find(template.host()).expect("read").expect("it is there");
            assert_eq!((found.pages(), found.lines().len()), (template.pages(), template.lines().len()));
            assert_eq!(found.lines()[0].hash, template.lines()[0].hash);
        }
        assert!(file.find("other.example").expect("read").is_none());
        assert!(file.find("other.example").expect("from memory").is_none());
        let host = templates[3].host();
        for name in [host.to_owned(), format!("WWW.{host}"), format!("https://{host}/a?b")] {
            let mut lines = Vec::new();
            super::print_templates(&path, &[name], &mut |line| {
                lines.push(line.to_owned());
                Ok(())
            })
            .expect("print");
            assert_eq!(lines.len(), 1 + templates[3].lines().len());
            assert!(lines[1].ends_with("of ελληνικά"), "{lines:?}");
        }
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
            let error = SiteFile::open(&path, 0).expect_err(want).to_string();
            assert!(error.contains(want), "{error}");
        }
    }

    #[test]
    fn the_sites_of_late_are_held_within_their_bytes() {
        let templates: Vec<_> = templates(5).into_iter().map(Arc::new).collect();
        let mut recent = Recent { room: 4 * bytes(Some(&templates[0])), ..Recent::default() };
        let sizes =
            |recent: &Recent| recent.sites.values().map(|(_, found)| bytes(found.as_deref())).sum::<u64>();
        for round in 0..100 {
            recent.put(round % 7, templates.get(round as usize % 7).cloned());
            // It is asked for again and again, and stays.
            assert!(recent.get(0).is_some(), "round {round}");
            assert_eq!((recent.held, recent.order.len()), (sizes(&recent), recent.sites.len()));
            assert!(recent.held <= recent.room);
        }
        let held = recent.held;
        recent.room = ENTRY;
        recent.put(99, None);
        assert!((recent.sites.len(), recent.held) == (1, ENTRY) && held > ENTRY);
    }

    #[test]
    fn every_site_of_a_file_from_elsewhere_is_read_before_it_is_used() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("templates.jsonl");
        let mut writer = SiteFileWriter::create(&path).expect("create");
        templates(9).iter().for_each(|template| writer.write(template).expect("write"));
        writer.finish().expect("finish");
        SiteFile::check(&path).expect("it is as it was written");
        let whole = String::from_utf8(std::fs::read(&path).expect("read")).expect("UTF-8");
        let damaged = |from: &str, to: &[u8]| {
            let at = whole.rfind(from).expect(from);
            [&whole.as_bytes()[..at], to, &whole.as_bytes()[at + from.len()..]].concat()
        };
        for (from, to) in [
            ("}]}", &b"}]"[..]),
            ("\"before\":1", b"\"before\":256"),
            ("\"pages\":9", b"\"pages\":-9"),
            ("of ελ", b"of \xce\xff"),
            ("\"host\":\"host", b"\"host\":\"most"),
            ("\"line\":\"0", b"\"line\":\"g"),
        ] {
            std::fs::write(&path, damaged(from, to)).expect("write");
            SiteFile::open(&path, 0).expect("places alone are read");
            let error = SiteFile::check(&path).expect_err(from).to_string();
            assert!(error.contains("a site cannot be read"), "{error}");
        }
    }
}
