//! HTTP responses as crawls store them: anything may be missing or already undone.

mod chunked;
mod coding;

use std::borrow::Cow;

use crate::header::{Fields, lines};
use crate::payload::PayloadLimits;

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
    /// begins with `<`; a block that begins with no status line is all body.
    pub(crate) fn parse(block: &'a [u8]) -> Response<'a> {
        let mut response = Response { status: None, fields: &[], body: block };
        for _ in 0..MAX_HEADS {
            let informational = response.status.is_some_and(|status| status / 100 == 1);
            let Some(next) = parse_one(response.body) else { break };
            if response.status.is_some() && !informational {
                break;
            }
            response = next;
        }
        response
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

    /// The comma-separated items of all fields of that name, in lower case.
    fn items(&self, name: &str) -> Vec<String> {
        let mut items = Vec::new();
        for value in self.values(name) {
            items.extend(value.split(',').map(|item| item.trim().to_ascii_lowercase()));
        }
        items
    }

    /// The body as it stands.
    pub(crate) fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The body without its chunks, if it has any.
    pub(crate) fn joined_body(&self) -> Option<Vec<u8>> {
        let chunked = self.items("transfer-encoding").iter().any(|item| item == "chunked");
        chunked.then(|| chunked::decode(self.body)).flatten()
    }

    /// The body without transfer and content coding; one that was undone before is taken as it stands.
    pub(crate) fn decoded_body(&self, limits: &PayloadLimits) -> Result<Cow<'a, [u8]>, &'static str> {
        let body = self.joined_body().map_or(Cow::Borrowed(self.body), Cow::Owned);
        coding::decode(body, &self.items("content-encoding"), limits)
    }
}

fn parse_one(block: &[u8]) -> Option<Response<'_>> {
    let mut rest = lines(block);
    let first = rest.next()?;
    if !first.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"HTTP/")) {
        return None;
    }
    let word = first.split(|&byte| byte == b' ').filter(|word| !word.is_empty()).nth(1);
    let status = word.and_then(|word| std::str::from_utf8(word).ok()?.parse().ok());
    let begin = rest.position();
    loop {
        let end = rest.position();
        let Some(line) = rest.next() else {
            return Some(Response { status, fields: &block[begin..], body: &[] });
        };
        if line.is_empty() || line.starts_with(b"<") {
            let body = if line.is_empty() { rest.position() } else { end };
            return Some(Response { status, fields: &block[begin..end], body: &block[body..] });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(block: &[u8], status: Option<u16>, kind: Option<&str>, body: &[u8]) {
        let response = Response::parse(block);
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
}
