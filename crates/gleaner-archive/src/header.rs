//! The header of a WARC record.

use std::borrow::Cow;
use std::fmt;

/// The header of a WARC record as it stands in the file: version line, fields, blank line.
///
/// A view of bytes, cheap to copy; each look-up walks the lines, so hostile input can make it cost as much as reading
/// the whole header, which a reader bounds.
#[derive(Clone, Copy)]
pub struct Header<'a> {
    bytes: &'a [u8],
}

impl<'a> Header<'a> {
    /// Wraps again the bytes of a header that a reader has given out. Any bytes are accepted.
    ///
    /// ```
    /// use gleaner_archive::Header;
    /// let header = Header::new(b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: <http://a.example/>\r\n\r\n");
    /// assert_eq!(header.get("warc-type").as_deref(), Some("response"));
    /// assert_eq!(header.target_uri().as_deref(), Some("http://a.example/"));
    /// ```
    pub fn new(bytes: &'a [u8]) -> Header<'a> {
        Header { bytes }
    }

    /// The bytes, for keeping.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The version line, as `WARC/1.0`.
    pub fn version(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(lines(self.bytes).next().unwrap_or_default().trim_ascii())
    }

    /// The value of the first field of that name, compared without case; white space around it is
    /// cut, folded lines are joined by a blank, invalid UTF-8 is replaced by U+FFFD.
    pub fn get(&self, name: &str) -> Option<Cow<'a, str>> {
        self.fields().find(|field| field.name.eq_ignore_ascii_case(name.as_bytes())).map(|field| field.text())
    }

    /// The value of `WARC-Type`, in lower case.
    pub fn record_type(&self) -> Option<String> {
        self.get("WARC-Type").map(|kind| kind.to_ascii_lowercase())
    }

    /// `WARC-Record-ID` without `<>` and `urn:uuid:`.
    pub fn record_id(&self) -> Option<Cow<'a, str>> {
        self.get("WARC-Record-ID").map(|id| {
            let id = without_angles(id);
            let scheme = id.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("urn:uuid:"));
            if scheme { cut(id, 9, 0) } else { id }
        })
    }

    /// `WARC-Target-URI` without the `<>` that some writers put around it.
    pub fn target_uri(&self) -> Option<Cow<'a, str>> {
        self.get("WARC-Target-URI").map(without_angles)
    }

    /// `WARC-Date`.
    pub fn date(&self) -> Option<Cow<'a, str>> {
        self.get("WARC-Date")
    }

    /// The media type of `Content-Type` in lower case, without its parameters.
    pub fn media_type(&self) -> Option<String> {
        self.get("Content-Type").and_then(|value| media_type(&value))
    }

    pub(crate) fn fields(&self) -> Fields<'a> {
        let mut lines = lines(self.bytes);
        lines.next();
        Fields { lines }
    }
}

impl fmt::Debug for Header<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Header").field(&String::from_utf8_lossy(self.bytes)).finish()
    }
}

/// Media type of a `Content-Type` value: lower case, no parameters; `None` when nothing is left.
pub(crate) fn media_type(value: &str) -> Option<String> {
    let kind = value.split([';', ',']).next().unwrap_or_default().trim().to_ascii_lowercase();
    (!kind.is_empty()).then_some(kind)
}

fn without_angles(value: Cow<'_, str>) -> Cow<'_, str> {
    if value.len() >= 2 && value.starts_with('<') && value.ends_with('>') { cut(value, 1, 1) } else { value }
}

fn cut(value: Cow<'_, str>, front: usize, back: usize) -> Cow<'_, str> {
    match value {
        Cow::Borrowed(text) => Cow::Borrowed(&text[front..text.len() - back]),
        Cow::Owned(text) => Cow::Owned(text[front..text.len() - back].to_owned()),
    }
}

/// Fields of a header in the manner of RFC 822; lines without a colon are passed over.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    lines: Lines<'a>,
}

impl<'a> Fields<'a> {
    /// Fields of bytes that have no first line of another kind.
    pub(crate) fn of(bytes: &'a [u8]) -> Fields<'a> {
        Fields { lines: lines(bytes) }
    }
}

/// A field: its name and its value, which may hold folded lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'a> {
    pub(crate) name: &'a [u8],
    value: &'a [u8],
}

impl<'a> Field<'a> {
    pub(crate) fn text(&self) -> Cow<'a, str> {
        if memchr::memchr(b'\n', self.value).is_none() {
            return String::from_utf8_lossy(self.value);
        }
        let parts: Vec<_> =
            lines(self.value).map(|line| String::from_utf8_lossy(line.trim_ascii())).collect();
        Cow::Owned(parts.join(" "))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        loop {
            let line = self.lines.next()?;
            let Some(colon) = memchr::memchr(b':', line) else { continue };
            let value = &self.lines.with_folded(line)[colon + 1..];
            return Some(Field { name: line[..colon].trim_ascii(), value: value.trim_ascii() });
        }
    }
}

/// Lines without their `\r\n` or `\n`.
#[derive(Clone, Debug)]
pub(crate) struct Lines<'a> {
    bytes: &'a [u8],
    /// Start of the line given last, and of the next.
    start: usize,
    pos: usize,
}

pub(crate) fn lines(bytes: &[u8]) -> Lines<'_> {
    Lines { bytes, start: 0, pos: 0 }
}

impl<'a> Lines<'a> {
    /// Where the next line begins.
    pub(crate) fn position(&self) -> usize {
        self.pos
    }

    /// The line given last together with the folded lines after it, which are passed.
    fn with_folded(&mut self, line: &'a [u8]) -> &'a [u8] {
        let mut end = self.start + line.len();
        while self.bytes.get(self.pos).is_some_and(|&byte| byte == b' ' || byte == b'\t') {
            let start = self.start;
            self.next();
            end = self.pos;
            self.start = start;
        }
        &self.bytes[self.start..end]
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.bytes.get(self.pos..).filter(|rest| !rest.is_empty())?;
        self.start = self.pos;
        let end = memchr::memchr(b'\n', rest);
        self.pos += end.map_or(rest.len(), |end| end + 1);
        let line = &rest[..end.unwrap_or(rest.len())];
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}
