//! Any bytes as an HTTP response: the head, chunks, content codings.

#![no_main]

use gleaner_archive::{Header, Payload, PayloadLimits, check_digests, payload_within};
use libfuzzer_sys::fuzz_target;

const RESPONSE: &[u8] = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/\r\n\
    Content-Type: application/http\r\nWARC-Payload-Digest: sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ2N\r\n\r\n";

fuzz_target!(|bytes: &[u8]| {
    let limits = PayloadLimits::default().max_size(1 << 20);
    let header = Header::new(RESPONSE);
    check_digests(header, bytes, &limits);
    if let Payload::Html(text) | Payload::Text(text) = payload_within(header, bytes, &limits) {
        // Each byte of a body becomes three at most, and a body is no larger than the limit.
        assert!(text.text.len() <= 3 << 20);
    }
});
