//! ARC, the format before WARC: a record is one line, a block, and a line end.
//!
//! The line has the address, the address of the server, the date, the media type and the length, and in version 2 five
//! more fields between the last two. See the Internet Archive's "ARC File Format" of 1996.

use crate::reason;

/// The line with which an ARC file begins.
pub(crate) const FILEDESC: &[u8] = b"filedesc:";

/// Longest scheme of an address.
const SCHEME: usize = 16;
/// Longest line that can begin a record, where none is expected.
pub(crate) const LONGEST_LINE: usize = 8 << 10;

/// The line of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    target: &'a [u8],
    server: &'a [u8],
    date: &'a [u8],
    media: &'a [u8],
    pub(crate) length: u64,
}

impl<'a> Line<'a> {
    /// Reads a line without its line end. Addresses may hold blanks, so the fields are counted from the end.
    pub(crate) fn parse(line: &'a [u8]) -> Result<Line<'a>, &'static str> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if may_begin(line) != Some(true) {
            return Err(reason::NOT_WARC);
        }
        // As in headers of WARC.
        if line.iter().any(|&byte| byte < b' ' && byte != b'\t') {
            return Err(reason::INVALID_HEADER);
        }
        [5, 10].iter().find_map(|&fields| with_fields(line, fields)).ok_or(reason::INVALID_HEADER)
    }

    /// The header that a WARC record of this line and block would have.
    pub(crate) fn translate(&self, block: &[u8], header: &mut Vec<u8>) {
        let http = block.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"HTTP/"));
        let dns = self.target.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"dns:"));
        let kind: &[u8] = if self.target.starts_with(FILEDESC) {
            b"warcinfo"
        } else if http || dns {
            b"response"
        } else {
            b"resource"
        };
        header.clear();
        header.extend_from_slice(b"ARC/1.0");
        let mut field = |name: &str, value: &[u8]| {
            header.extend_from_slice(b"\r\n");
            header.extend_from_slice(name.as_bytes());
            header.extend_from_slice(b": ");
            header.extend_from_slice(value);
        };
        field("WARC-Type", kind);
        field("WARC-Target-URI", self.target);
        if let Some(date) = iso_date(self.date) {
            field("WARC-Date", &date);
        }
        field("WARC-IP-Address", self.server);
        if http {
            field("Content-Type", b"application/http; msgtype=response");
        } else if self.media.contains(&b'/') {
            field("Content-Type", self.media);
        }
        field("Content-Length", self.length.to_string().as_bytes());
        header.extend_from_slice(b"\r\n\r\n");
    }
}

/// The line as one of so many fields.
fn with_fields(line: &[u8], fields: usize) -> Option<Line<'_>> {
    let mut parts = line.rsplitn(fields, |&byte| byte == b' ');
    let length = std::str::from_utf8(parts.next()?).ok()?;
    let length = if length.starts_with('+') { return None } else { length.parse().ok()? };
    let mut parts = parts.skip(fields - 5);
    let (media, date, server) = (parts.next()?, parts.next()?, parts.next()?);
    let target = parts.next()?;
    let sound = target.starts_with(FILEDESC)
        || (matches!(date.len(), 12..=18)
            && date.iter().all(u8::is_ascii_digit)
            && !server.is_empty()
            && server.iter().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':')));
    sound.then_some(Line { target, server, date, media, length })
}

/// Whether an address begins here, by its scheme; `None`: too short to tell.
pub(crate) fn may_begin(bytes: &[u8]) -> Option<bool> {
    let start = &bytes[..bytes.len().min(SCHEME)];
    let is_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    match start.iter().position(|byte| !is_scheme(byte)) {
        Some(at) => Some(at > 1 && start[at] == b':' && start[0].is_ascii_alphabetic()),
        None if bytes.len() < SCHEME => None,
        None => Some(false),
    }
}

/// Whether the line of a record stands here; `None`: too short to tell.
pub(crate) fn begins_line(bytes: &[u8]) -> Option<bool> {
    if may_begin(bytes)? {
        let start = &bytes[..bytes.len().min(LONGEST_LINE)];
        return match memchr::memchr(b'\n', start) {
            Some(end) => Some(Line::parse(&start[..end]).is_ok()),
            None if bytes.len() < LONGEST_LINE => None,
            None => Some(false),
        };
    }
    Some(false)
}

/// `20080430204825` as `2008-04-30T20:48:25Z`.
fn iso_date(digits: &[u8]) -> Option<Vec<u8>> {
    let digits = digits.get(..14).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    let mut date = Vec::with_capacity(20);
    for (at, digit) in digits.iter().enumerate() {
        match at {
            4 | 6 => date.push(b'-'),
            8 => date.push(b'T'),
            10 | 12 => date.push(b':'),
            _ => {}
        }
        date.push(*digit);
    }
    date.push(b'Z');
    Some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, block: &[u8], expected: Option<&str>) {
        let mut header = Vec::new();
        let parsed = Line::parse(line.as_bytes());
        assert_eq!(parsed.is_ok(), expected.is_some(), "{line}");
        if let (Ok(parsed), Some(expected)) = (parsed, expected) {
            parsed.translate(block, &mut header);
            assert_eq!(String::from_utf8_lossy(&header).replace("\r\n", "|"), expected);
        }
    }

    #[test]
    fn lines() {
        check(
            "http://a.example/ 10.0.0.1 20260102030405 text/html 12\r",
            b"HTTP/1.0 200 OK",
            Some(
                "ARC/1.0|WARC-Type: response|WARC-Target-URI: http://a.example/|WARC-Date: 2026-01-02T03:04:05Z|\
                 WARC-IP-Address: 10.0.0.1|Content-Type: application/http; msgtype=response|Content-Length: 12||",
            ),
        );
        check(
            "http://a.example/a b 10.0.0.1 20260102030405 text/html 200 - - 77 a.arc 12",
            b"<p>",
            Some(
                "ARC/1.0|WARC-Type: resource|WARC-Target-URI: http://a.example/a b|WARC-Date: 2026-01-02T03:04:05Z|\
                 WARC-IP-Address: 10.0.0.1|Content-Type: text/html|Content-Length: 12||",
            ),
        );
        check(
            "filedesc:// - - - 76",
            b"1 0 x",
            Some(
                "ARC/1.0|WARC-Type: warcinfo|WARC-Target-URI: filedesc://|WARC-IP-Address: -|Content-Length: 76||",
            ),
        );
        for line in [
            "http://a.example/ 10.0.0.1 20260102030405 text/html -1",
            "http://a.example/ 10.0.0.1 20260102030405 text/html +1",
            "http://a.example/ 10.0.0.1 2026 text/html 1",
            "http://a.example/ server 20260102030405 text/html 1",
            "a.example 10.0.0.1 20260102030405 text/html 1",
            "http://a.example/\u{1b}[2J 10.0.0.1 20260102030405 text/html 1",
            "http://a.example/\rb 10.0.0.1 20260102030405 text/html 1",
            "http://a.example/\0 10.0.0.1 20260102030405 text/html 1",
            "http: 1",
            "",
        ] {
            check(line, b"", None);
        }
    }
}
