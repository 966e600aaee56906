//! Pages as servers send them and archives keep them.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::fixtures::{Record, http_response, uuid};
use crate::rng::{Rng, name_seed};

/// A page as its server sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedPage {
    /// Its address.
    pub url: String,
    /// The `Content-Type` header, with a charset where the site declares it there.
    pub content_type: String,
    /// Its bytes, in the site's charset.
    pub body: Vec<u8>,
}

impl ServedPage {
    /// A page of its parts.
    pub fn new(
        url: impl Into<String>,
        content_type: impl Into<String>,
        body: impl Into<Vec<u8>>,
    ) -> ServedPage {
        ServedPage { url: url.into(), content_type: content_type.into(), body: body.into() }
    }

    /// The charset in the header, if it is declared there.
    pub fn charset(&self) -> Option<&str> {
        self.content_type.split_once("charset=").map(|(_, charset)| charset)
    }
}

/// Writes pages as WARC responses, each a gzip member of its own, as crawlers do.
///
/// ```
/// use gleaner_testkit::corpus::{ArchiveWriter, ServedPage};
/// let mut writer = ArchiveWriter::new(Vec::new());
/// writer.write(&ServedPage::new("https://a.example/", "text/html", "<p>Hello"))?;
/// assert!(writer.into_inner().starts_with(b"\x1f\x8b"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct ArchiveWriter<W> {
    out: W,
}

impl<W: Write> ArchiveWriter<W> {
    /// An archive without records.
    pub fn new(out: W) -> ArchiveWriter<W> {
        ArchiveWriter { out }
    }

    /// Appends a page.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&mut self, page: &ServedPage) -> io::Result<()> {
        let length = page.body.len().to_string();
        let headers = [("Content-Type", page.content_type.as_str()), ("Content-Length", &length)];
        let block = http_response("200 OK", &headers, &page.body);
        let record = Record::new("response", Some(&page.url), "application/http; msgtype=response", block);
        let id = uuid(&mut Rng::new(name_seed(&page.url)));
        // The level that crawlers use; a lower one would make reading look slower.
        let mut member = GzEncoder::new(&mut self.out, Compression::default());
        member.write_all(&record.bytes(&id, 0))?;
        member.finish()?;
        Ok(())
    }

    /// The writer with the whole archive.
    pub fn into_inner(self) -> W {
        self.out
    }
}
