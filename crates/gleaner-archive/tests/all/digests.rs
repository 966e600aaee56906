//! Digests that records state.

use gleaner_archive::{Header, PayloadLimits, check_digests};

use crate::make::{gzip, record};

/// The digest of `hello`.
const HELLO: &str = "sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ2N";

/// Block and payload of a record with these fields.
fn check(kind: &str, fields: &[&str], block: &[u8], expected: [Option<bool>; 2]) {
    let header = record(kind, fields, b"");
    let found = check_digests(Header::new(&header), block, &PayloadLimits::default());
    assert_eq!([found.block, found.payload], expected, "{fields:?}");
    assert_eq!(found.differs(), expected.contains(&Some(false)));
}

#[test]
fn blocks_and_payloads() {
    let block = format!("WARC-Block-Digest: {HELLO}");
    let payload = format!("WARC-Payload-Digest: {HELLO}");
    let http = "Content-Type: application/http; msgtype=response";
    check("resource", &[], b"hello", [None, None]);
    check("resource", &[&block], b"hello", [Some(true), None]);
    check("resource", &[&block], b"hello ", [Some(false), None]);
    check("resource", &[&block, &payload], b"hello", [Some(true), Some(true)]);
    check("response", &[&payload, http], b"HTTP/1.1 200 OK\r\n\r\nhello", [None, Some(true)]);
    check("response", &[&payload, http], b"HTTP/1.1 200 OK\r\n\r\nhallo", [None, Some(false)]);
    check("response", &[&block, &payload, http], b"HTTP/1.1 200 OK\r\n\r\nhello", [Some(false), Some(true)]);
    check("request", &[&payload], b"POST / HTTP/1.1\r\n\r\nhello", [None, Some(true)]);
}

#[test]
fn coded_payloads() {
    let payload = format!("WARC-Payload-Digest: {HELLO}");
    let fields = [payload.as_str(), "Content-Type: application/http"];
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
    check("response", &fields, chunked, [None, Some(true)]);
    let coded = [b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", &gzip(b"hello")[..]].concat();
    check("response", &fields, &coded, [None, Some(true)]);
}

#[test]
fn what_cannot_be_compared() {
    let payload = format!("WARC-Payload-Digest: {HELLO}");
    check("revisit", &[&payload], b"", [None, None]);
    check("response", &[&payload, "WARC-Segment-Number: 1"], b"hel", [None, None]);
    check("response", &[&payload, "WARC-Truncated: length"], b"hel", [None, None]);
    check("resource", &["WARC-Block-Digest: other:abc"], b"hel", [None, None]);
    // Codings beyond the limit, or not known: what was digested may be what they hold.
    let fields = [payload.as_str(), "Content-Type: application/http"];
    for codings in ["gzip, gzip, gzip, gzip, gzip", "compress"] {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: {codings}\r\n\r\n");
        check("response", &fields, &[head.as_bytes(), &gzip(b"other")].concat(), [None, None]);
        check("response", &fields, &[head.as_bytes(), b"hello"].concat(), [None, Some(true)]);
    }
    // One that is damaged can be compared: it was whole when it was digested.
    let head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";
    let mut body = gzip(b"hello");
    let last = body.len() - 6;
    body[last] ^= 1;
    check("response", &fields, &[&head[..], &body].concat(), [None, Some(false)]);
}
