//! From the block of a record to decoded text.

use crate::charset::{CharsetSource, Decoded, Hints, Kind, decode};
use crate::header::{Header, media_type};
use crate::http::Response;
use crate::reason;

/// What a record's block holds.
///
/// Hostile input can make the text three times as long as [`PayloadLimits::max_size`]; it is valid UTF-8 and may hold
/// any character.
#[derive(Debug)]
#[non_exhaustive]
pub enum Payload {
    /// An HTML or XHTML page.
    Html(Text),
    /// Plain text (a WET conversion, or a text response).
    Text(Text),
    /// No text: stable name of its type, as `request`, `metadata`, `revisit`, `image/png`; `unknown`
    /// where no type is stated and the bytes look neither like HTML nor like text, `other` where the
    /// type is no word of at most 128 visible ASCII characters.
    Skipped(String),
    /// Text that cannot be decoded: one of [`reason`](crate::reason).
    Rejected(&'static str),
}

/// Decoded text of a payload.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Text {
    /// The text without byte order mark, invalid sequences replaced by U+FFFD.
    pub text: String,
    /// Name of the charset per the WHATWG Encoding standard.
    pub charset: &'static str,
    /// What told the charset.
    pub charset_source: CharsetSource,
    /// Whether there were invalid sequences.
    pub replaced: bool,
    /// HTTP status where the record is a response.
    pub status: Option<u16>,
    /// Media type as stated: lower case, without parameters.
    pub content_type: Option<String>,
}

/// Whether the record can hold text, by its header alone; `Some(name)` names what it is when it
/// cannot: the record type of everything but responses, resources and conversions (`unknown` where
/// none is stated), the media type of a resource or conversion that is no text, and of a response
/// that is not HTTP (`text/dns`). Resources at `metadata:` addresses, where wget puts its own
/// arguments and log, are `metadata`. A name is a word of at most 128 visible ASCII characters: what is none is `other`.
///
/// Cheap: it looks at three fields. [`payload`] begins with it.
pub fn skipped_by_header(header: Header<'_>) -> Option<String> {
    kind_by_header(header).map(kind_name)
}

fn kind_by_header(header: Header<'_>) -> Option<String> {
    let Some(record_type) = header.record_type() else { return Some("unknown".to_owned()) };
    let media = header.media_type();
    let scheme = |name: &str| {
        let target = header.target_uri().unwrap_or_default();
        target.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    match (record_type.as_str(), media) {
        ("resource", _) if scheme("metadata:") => Some("metadata".to_owned()),
        ("response", None) if scheme("dns:") => Some("text/dns".to_owned()),
        ("response", Some(media)) => (!is_http(&media) && !is_text(&media)).then_some(media),
        ("resource" | "conversion", Some(media)) => (!is_text(&media)).then_some(media),
        ("response" | "resource" | "conversion", None) => None,
        _ => Some(record_type),
    }
}

/// The longest name of a kind: the types of office documents have up to 73 characters.
const LONGEST_KIND: usize = 128;

/// A kind as it is told: anything can stand where a type should.
fn kind_name(kind: String) -> String {
    let is_word = kind.len() <= LONGEST_KIND && kind.bytes().all(|byte| byte.is_ascii_graphic());
    if is_word && !kind.is_empty() { kind } else { "other".to_owned() }
}

/// The media type that the HTTP headers of a response state, if it is no text. `block` may be cut.
pub(crate) fn stated_by_http(header: Header<'_>, block: &[u8]) -> Option<String> {
    let response = response(header, block, block.len()).ok()?;
    stated_type(header, &response).filter(|media| !is_text(media)).map(kind_name)
}

/// Limits of decoding a payload: what hostile input can cost is each of `max_codings` bodies of `max_size`, two of them in
/// memory at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PayloadLimits {
    /// Largest body in bytes, after each coding; a larger one is rejected as `record-too-large`.
    ///
    /// ### Default
    /// 32 MiB.
    pub max_size: u64,
    /// Most content codings on top of each other; more are rejected as `content-codings-nested`.
    ///
    /// ### Default
    /// 4.
    pub max_codings: usize,
    /// Largest HTTP head in bytes; a larger one is rejected as `header-too-large`.
    ///
    /// ### Default
    /// 64 KiB.
    pub max_header_size: usize,
}

impl Default for PayloadLimits {
    fn default() -> PayloadLimits {
        PayloadLimits { max_size: 32 << 20, max_codings: 4, max_header_size: 64 << 10 }
    }
}

impl PayloadLimits {
    /// These limits with another `max_size`.
    #[must_use]
    pub fn max_size(self, max_size: u64) -> PayloadLimits {
        PayloadLimits { max_size, ..self }
    }

    /// These limits with another `max_codings`.
    #[must_use]
    pub fn max_codings(self, max_codings: usize) -> PayloadLimits {
        PayloadLimits { max_codings, ..self }
    }

    /// These limits with another `max_header_size`.
    #[must_use]
    pub fn max_header_size(self, max_header_size: usize) -> PayloadLimits {
        PayloadLimits { max_header_size, ..self }
    }
}

/// Decodes the block of a record: HTTP headers, transfer and content coding, charset.
///
/// `max_size` bounds the body after decoding, in bytes; a larger one is rejected as
/// `record-too-large`. Any header and block are accepted. [`payload_within`] has the other limits, too.
///
/// # Cost
/// Linear in the block and in what it decodes to. Memory: the decoded body of each coding and its
/// predecessor, and the text, which can be three times the body (each invalid byte becomes U+FFFD).
///
/// # Example
/// ```
/// use gleaner_archive::{Header, Payload, payload};
///
/// let header = Header::new(b"WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http\r\n\r\n");
/// let block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=latin1\r\n\r\n<p>caf\xe9";
/// let Payload::Html(page) = payload(header, block, 1 << 20) else { panic!("no page") };
/// assert_eq!((page.text.as_str(), page.charset, page.status), ("<p>caf\u{e9}", "windows-1252", Some(200)));
/// ```
pub fn payload(header: Header<'_>, block: &[u8], max_size: u64) -> Payload {
    payload_within(header, block, &PayloadLimits::default().max_size(max_size))
}

/// Decodes the block of a record as [`payload`] does, within these limits.
pub fn payload_within(header: Header<'_>, block: &[u8], limits: &PayloadLimits) -> Payload {
    if let Some(kind) = skipped_by_header(header) {
        return Payload::Skipped(kind);
    }
    let response = match response(header, block, limits.max_header_size) {
        Ok(response) => response,
        Err(reason) => return Payload::Rejected(reason),
    };
    let stated = stated_type(header, &response);
    if let Some(media) = stated.as_ref().filter(|media| !is_text(media)) {
        return Payload::Skipped(kind_name(media.clone()));
    }
    let body = match response.decoded_body(limits) {
        Ok(body) => body,
        Err(reason) => return Payload::Rejected(reason),
    };
    let kind = match stated.as_deref() {
        Some("text/plain") => Kind::Text,
        Some(_) => Kind::Html,
        None if looks_like_html(&body) => Kind::Html,
        None if looks_like_text(&body) => Kind::Text,
        None => return Payload::Skipped("unknown".to_owned()),
    };
    let content_type = response.field("content-type").or_else(|| header.get("content-type"));
    let target = header.target_uri();
    let hints = Hints {
        stated: content_type.as_deref().and_then(charset_parameter),
        top_level_domain: target.as_deref().and_then(top_level_domain),
    };
    let Decoded { text, charset, source, replaced } = decode(&body, kind, &hints);
    if charset == encoding_rs::REPLACEMENT.name() {
        return Payload::Rejected(reason::CHARSET_REPLACEMENT);
    }
    let text = Text {
        text,
        charset,
        charset_source: source,
        replaced,
        status: response.status,
        content_type: stated,
    };
    if kind == Kind::Html { Payload::Html(text) } else { Payload::Text(text) }
}

/// The HTTP response in a block; of a resource, a conversion, and a response that is not HTTP the
/// block is the body.
pub(crate) fn response<'a>(
    header: Header<'_>,
    block: &'a [u8],
    max_head: usize,
) -> Result<Response<'a>, &'static str> {
    let http = header.media_type().is_none_or(|media| is_http(&media));
    if http && header.record_type().as_deref() == Some("response") {
        Response::parse(block, max_head)
    } else {
        Ok(Response::bare(block))
    }
}

/// Media type of the body: of a response its own or the one the crawler found, else the record's.
fn stated_type(header: Header<'_>, response: &Response<'_>) -> Option<String> {
    let own = response.field("content-type").and_then(|value| media_type(&value));
    let of_record = || header.media_type().filter(|media| !is_http(media));
    let found = || header.get("WARC-Identified-Payload-Type").and_then(|value| media_type(&value));
    own.or_else(of_record).or_else(found)
}

fn is_http(media: &str) -> bool {
    media == "application/http"
}

fn is_text(media: &str) -> bool {
    matches!(media, "text/html" | "application/xhtml+xml" | "text/plain")
}

/// The `charset` parameter of a `Content-Type` value.
fn charset_parameter(value: &str) -> Option<&str> {
    value.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then_some(value)
    })
}

/// The last label of an address's host, as the charset detector wants it.
fn top_level_domain(address: &str) -> Option<String> {
    let (_, rest) = address.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let (_, label) = host.trim_end_matches('.').rsplit_once('.')?;
    let sound = label.len() >= 2 && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (sound && !label.bytes().all(|byte| byte.is_ascii_digit())).then(|| label.to_ascii_lowercase())
}

/// Whether the first bytes after white space are those of an HTML page.
fn looks_like_html(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    let starts =
        |tag: &str| body.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag.as_bytes()));
    let tags =
        ["<!doctype html", "<html", "<head", "<body", "<title", "<meta", "<script", "<div", "<table", "<!--"];
    tags.iter().any(|tag| starts(tag))
        || (starts("<?xml") && memchr::memmem::find(&body[..body.len().min(1024)], b"<html").is_some())
}

/// Whether the first 4 KiB hold no byte that text never holds.
pub(crate) fn looks_like_text(body: &[u8]) -> bool {
    let sample = &body[..body.len().min(4096)];
    let odd = |byte: &u8| *byte < b' ' && !matches!(*byte, b'\t' | b'\n' | 0x0c | b'\r' | 0x1b);
    if sample.iter().any(odd) {
        return false;
    }
    match std::str::from_utf8(sample) {
        Ok(_) => true,
        // A sequence that the sample's end cuts.
        Err(error) if error.error_len().is_none() => true,
        // Another charset: compressed or binary data would hold control bytes.
        Err(_) => sample.len() >= 64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters() {
        assert_eq!(charset_parameter("text/html; charset=UTF-8"), Some("UTF-8"));
        assert_eq!(charset_parameter("text/html;a=b; Charset = \"koi8-r\" ;c"), Some("koi8-r"));
        assert_eq!(charset_parameter("text/html; charset="), None);
        assert_eq!(charset_parameter("text/html"), None);
    }

    #[test]
    fn domains() {
        assert_eq!(top_level_domain("http://www.a.example.JP:80/x").as_deref(), Some("jp"));
        assert_eq!(top_level_domain("http://user@a.vn?x").as_deref(), Some("vn"));
        assert_eq!(top_level_domain("http://127.0.0.1/"), None);
        assert_eq!(top_level_domain("http://localhost/"), None);
        assert_eq!(top_level_domain("dns:a.example"), None);
        assert_eq!(top_level_domain("http://a.\u{e9}\u{e9}/"), None);
    }
}
