//! HTTP responses as crawls store them: anything may be missing or already undone.

mod chunked;
mod coding;

use std::borrow::Cow;

use crate::header::{Fields, lines};
use crate::payload::PayloadLimits;
use crate::reason;

/// Informational responses before the one that counts.
const MAX_HEADS: usize = 8;

/// A response, or a body without any head.
#[derive(Debug)]
pub(crate) struct Response<'a> {
    pub(crate) status: Option<u16>,
    fields: &'a [u8],
    body: &'a [u8],
}

impl<'a> Response<'a> {
    /// Splits a block. Lines may end with `\n` alone; a head without a blank line ends where a line
    /// begins with `<`; a block that begins with no status line is all body. A head of more than `max_head` bytes is
    /// `header-too-large`, and no more of it is looked at.
    pub(crate) fn parse(block: &'a [u8], max_head: usize) -> Result<Response<'a>, &'static str> {
        let mut response = Response { status: None, fields: &[], body: block };
        for _ in 0..MAX_HEADS {
            let informational = response.status.is_some_and(|status| status / 100 == 1);
            let Some(next) = parse_one(response.body, max_head)? else { break };
            if response.status.is_some() && !informational {
                break;
            }
            response = next;
        }
        Ok(response)
    }

    /// A body without head.
    pub(crate) fn bare(body: &'a [u8]) -> Response<'a> {
        Response { status: None, fields: &[], body }
    }

    /// The last value of a field that is not empty.
    pub(crate) fn field(&self, name: &str) -> Option<Cow<'a, str>> {
        self.values(name).filter(|value| !value.is_empty()).last()
    }

    fn values(&self, name: &str) -> impl Iterator<Item = Cow<'a, str>> {
        Fields::of(self.fields)
            .filter(move |field| field.name.eq_ignore_ascii_case(name.as_bytes()))
            .map(|field| field.text())
    }

    /// Whether a comma-separated item of a field of that name is this one.
    fn has_item(&self, name: &str, wanted: &str) -> bool {
        self.values(name).any(|value| value.split(',').any(|item| item.trim().eq_ignore_ascii_case(wanted)))
    }

    /// The first codings of the body, at most `most`, in lower case. Items that are empty or `identity` stand for
    /// nothing (RFC 9110, sections 5.6.1 and 12.5.3).
    fn codings(&self, most: usize) -> Vec<String> {
        let mut codings = Vec::new();
        for value in self.values("content-encoding") {
            let items = value.split(',').map(|item| item.trim().to_ascii_lowercase());
            let items = items.filter(|item| !item.is_empty() && item != "identity");
            codings.extend(items.take(most - codings.len()));
        }
        codings
    }

    /// The body as it stands.
    pub(crate) fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The body without its chunks, if it has any.
    pub(crate) fn joined_body(&self) -> Option<Vec<u8>> {
        self.has_item("transfer-encoding", "chunked").then(|| chunked::decode(self.body)).flatten()
    }

    /// The body without transfer and content coding; one that was undone before is taken as it stands.
    pub(crate) fn decoded_body(&self, limits: &PayloadLimits) -> Result<Cow<'a, [u8]>, &'static str> {
        let body = self.joined_body().map_or(Cow::Borrowed(self.body), Cow::Owned);
        let codings = self.codings(limits.max_codings.saturating_add(1));
        coding::decode(body, &codings, limits)
    }
}

/// The head at the beginning of `block`, if there is one, and what follows it.
fn parse_one(block: &[u8], max_head: usize) -> Result<Option<Response<'_>>, &'static str> {
    // What a head cannot be longer than is not looked at.
    let mut rest = lines(&block[..block.len().min(max_head.saturating_add(1))]);
    let Some(first) = rest.next() else { return Ok(None) };
    if !block.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"HTTP/")) {
        return Ok(None);
    }
    let word = first.split(|&byte| byte == b' ').filter(|word| !word.is_empty()).nth(1);
    let status = word.and_then(|word| std::str::from_utf8(word).ok()?.parse().ok());
    let begin = rest.position();
    loop {
        let end = rest.position();
        if end > max_head {
            return Err(reason::HEADER_TOO_LARGE);
        }
        let Some(line) = rest.next() else {
            return Ok(Some(Response { status, fields: &block[begin..], body: &[] }));
        };
        if line.is_empty() && rest.position() > max_head {
            return Err(reason::HEADER_TOO_LARGE);
        }
        if line.is_empty() || line.starts_with(b"<") {
            let body = if line.is_empty() { rest.position() } else { end };
            return Ok(Some(Response { status, fields: &block[begin..end], body: &block[body..] }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(block: &[u8], status: Option<u16>, kind: Option<&str>, body: &[u8]) {
        let response = Response::parse(block, 1 << 10).unwrap();
        assert_eq!(response.status, status);
        assert_eq!(response.field("content-type").as_deref(), kind);
        assert_eq!(response.body, body);
    }

    #[test]
    fn heads() {
        check(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nx", Some(200), Some("text/html"), b"x");
        check(b"HTTP/1.1 404\nContent-Type:text/html\n\nx\n", Some(404), Some("text/html"), b"x\n");
        check(
            b"HTTP/1.0 200 OK\r\nContent-Type: text/html;\r\n charset=utf-8\r\n\r\n",
            Some(200),
            Some("text/html; charset=utf-8"),
            b"",
        );
        check(
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: a/b\r\n\r\ny",
            Some(200),
            Some("a/b"),
            b"y",
        );
        check(b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\n<html>", Some(200), Some("a/b"), b"<html>");
        check(b"HTTP/1.1 200 OK\r\nContent-Type: a/b", Some(200), Some("a/b"), b"");
        check(b"<html>", None, None, b"<html>");
        check(b"HTTP/1.1 xyz\r\n\r\n", None, None, b"");
        check(
            b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 500 is a text\r\n",
            Some(200),
            None,
            b"HTTP/1.1 500 is a text\r\n",
        );
    }

    #[test]
    fn large_heads() {
        let short = b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody";
        // The blank line counts.
        for (max, fits) in [(25, true), (24, false), (23, false), (3, false)] {
            assert_eq!(Response::parse(short, max).is_ok(), fits, "{max}");
        }
        let endless = [&b"HTTP/1.1 200 OK\r\n"[..], &b" ,\r\n".repeat(1000)].concat();
        assert_eq!(Response::parse(&endless, 1 << 10).unwrap_err(), crate::reason::HEADER_TOO_LARGE);
    }

    #[test]
    fn codings() {
        let head = |fields: &str| format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n");
        let check = |fields: &str, expected: &[&str]| {
            let head = head(fields);
            let response = Response::parse(head.as_bytes(), 1 << 20).unwrap();
            assert_eq!(response.codings(3), expected, "{fields:.40}");
        };
        check("Content-Encoding: gzip, , br,", &["gzip", "br"]);
        check("Content-Encoding: identity\r\nContent-Encoding: GZIP,identity", &["gzip"]);
        check(&format!("Content-Encoding: {}", ",".repeat(100_000)), &[]);
        check("Content-Encoding: a,b\r\nContent-Encoding: c,d,e", &["a", "b", "c"]);
    }
}
