//! Payloads: HTTP, codings, types, charsets.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, ZlibEncoder};
use gleaner_archive::{CharsetSource, Header, Payload, decode_html, decode_text, payload};

use crate::make::{gzip, record, zstd};

/// What the payload is, in one line: kind, charset, status, text.
fn describe(header: &[u8], block: &[u8], max_size: u64) -> String {
    match payload(Header::new(header), block, max_size) {
        Payload::Html(text) => {
            format!("html {} {:?} {:?}", text.charset, text.status, text.text)
        }
        Payload::Text(text) => {
            format!("text {} {:?} {:?}", text.charset, text.status, text.text)
        }
        Payload::Skipped(kind) => format!("skipped {kind}"),
        Payload::Rejected(reason) => format!("rejected {reason}"),
        other => format!("{other:?}"),
    }
}

/// A response with these HTTP headers and body.
fn check(head: &str, body: &[u8], expected: &str) {
    let header = record("response", &["Content-Type: application/http; msgtype=response"], b"");
    let block = [format!("HTTP/1.1 200 OK\r\n{head}\r\n").as_bytes(), body].concat();
    assert_eq!(describe(&header, &block, 1 << 20), expected, "{head}");
}

fn check_resource(fields: &[&str], block: &[u8], expected: &str) {
    assert_eq!(describe(&record("resource", fields, b""), block, 1 << 20), expected, "{fields:?}");
}

#[test]
fn types() {
    check("Content-Type: text/html\r\n", b"<p>a", "html UTF-8 Some(200) \"<p>a\"");
    check("content-type:Text/HTML;charset=x\r\n", b"<p>a", "html UTF-8 Some(200) \"<p>a\"");
    check("Content-Type: application/xhtml+xml\r\n", b"<p>a", "html UTF-8 Some(200) \"<p>a\"");
    check("Content-Type: text/plain\r\n", b"<p>a", "text UTF-8 Some(200) \"<p>a\"");
    check("Content-Type: image/png\r\n", b"<p>a", "skipped image/png");
    check(&format!("Content-Type: {}\r\n", "x".repeat(129)), b"<p>a", "skipped other");
    check("Content-Type: im\u{e4}ge/png\r\n", b"<p>a", "skipped other");
    check("Content-Type: application/json; charset=utf-8\r\n", b"{}", "skipped application/json");
    check("Content-Type: \r\n", b"<!DOCTYPE html>\n", "html UTF-8 Some(200) \"<!DOCTYPE html>\\n\"");
    check("", b"\n <HTML>", "html UTF-8 Some(200) \"\\n <HTML>\"");
    check("", b"words", "text UTF-8 Some(200) \"words\"");
    check("", b"\x89PNG\r\n\x1a\n\0\0", "skipped unknown");
    check("Content-Type: text/html\r\n", b"", "html UTF-8 Some(200) \"\"");
}

#[test]
fn resources() {
    check_resource(&["Content-Type: text/html"], b"<p>a", "html UTF-8 None \"<p>a\"");
    check_resource(&["Content-Type: text/plain"], b"HTTP/1.1 200 OK", "text UTF-8 None \"HTTP/1.1 200 OK\"");
    check_resource(&["Content-Type: image/png"], b"", "skipped image/png");
    check_resource(&[], b"<html>", "html UTF-8 None \"<html>\"");
    let header = record("conversion", &["Content-Type: text/plain"], b"");
    assert_eq!(describe(&header, "Xin chào".as_bytes(), 100), "text UTF-8 None \"Xin chào\"");
    assert_eq!(describe(&record("request", &[], b""), b"GET / HTTP/1.1\r\n", 100), "skipped request");
}

#[test]
fn responses_without_head() {
    let header = record("response", &["Content-Type: application/http"], b"");
    assert_eq!(describe(&header, b"<html>", 100), "html UTF-8 None \"<html>\"");
    assert_eq!(describe(&header, b"", 100), "text UTF-8 None \"\"");
    let found = record(
        "response",
        &["Content-Type: application/http", "WARC-Identified-Payload-Type: image/gif"],
        b"",
    );
    assert_eq!(describe(&found, b"HTTP/1.1 200 OK\r\n\r\nGIF", 100), "skipped image/gif");
}

#[test]
fn content_codings() {
    let page = b"<p>a</p>";
    let expected = "html UTF-8 Some(200) \"<p>a</p>\"";
    let head = |coding: &str| format!("Content-Type: text/html\r\nContent-Encoding: {coding}\r\n");
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(page).unwrap();
    let mut raw = DeflateEncoder::new(Vec::new(), Compression::default());
    raw.write_all(page).unwrap();
    // `<p>a</p>` as one uncompressed brotli meta-block, then the last, empty one.
    let brotli = [b"\x8b\x03\x80", &page[..], b"\x03"].concat();

    check(&head("gzip"), &gzip(page), expected);
    check(&head("X-GZIP"), &gzip(page), expected);
    check(&head("deflate"), &zlib.finish().unwrap(), expected);
    check(&head("deflate"), &raw.finish().unwrap(), expected);
    check(&head("zstd"), &zstd(page), expected);
    check(&head("br"), &brotli, expected);
    check(&head("zstd, gzip"), &gzip(&zstd(page)), expected);
    check(&head("identity"), page, expected);
    check(&head("none"), page, expected);
    // Undone by the crawler.
    for coding in ["gzip", "deflate", "br", "zstd", "gzip, gzip"] {
        check(&head(coding), page, expected);
    }
    check(&head("compress"), b"\x1f\x9d\x90\x3c\x00", "rejected content-coding-unknown");
    // What stands for no coding.
    check(&head("gzip, , identity,"), &gzip(page), expected);
    check(&head(", identity, IDENTITY, , , ,"), page, expected);
    // The magic bytes are damaged.
    for coding in ["gzip", "zstd"] {
        check(&head(coding), b"\x00\x01\x02\x03", "rejected content-coding-corrupt");
    }
    check(&head("gzip, gzip, gzip, gzip, gzip"), page, "rejected content-codings-nested");
}

#[test]
fn damaged_codings() {
    let head = "Content-Type: text/html\r\nContent-Encoding: gzip\r\n";
    let body = crate::make::page(&mut crate::make::Random::new(1), 20_000);
    let packed = gzip(&body);
    // Cut short: what there is.
    let Payload::Html(page) = payload(
        Header::new(&record("response", &[], b"")),
        &[format!("HTTP/1.1 200 OK\r\n{head}\r\n").as_bytes(), &packed[..packed.len() / 2]].concat(),
        1 << 20,
    ) else {
        panic!("no page")
    };
    assert!(page.text.len() > 5000 && body.starts_with(page.text.as_bytes()));
    let mut damaged = packed.clone();
    let last = damaged.len() - 6;
    damaged[last] ^= 1;
    check(head, &damaged, "rejected content-coding-corrupt");
}

/// Of a body that is cut short there is what came before the cut, whatever its coding.
#[test]
fn truncated_codings() {
    let body = crate::make::page(&mut crate::make::Random::new(1), 400_000);
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(&body).unwrap();
    let mut raw = DeflateEncoder::new(Vec::new(), Compression::default());
    raw.write_all(&body).unwrap();
    // Uncompressed brotli meta-blocks of 32 KiB and less: window of 16 bits, length less one in four digits of
    // four bits, then the last, empty one.
    let mut brotli = Vec::new();
    for (number, block) in body.chunks(32 << 10).enumerate() {
        let bits = u32::try_from(block.len() - 1).unwrap() << 3 | 1 << 19;
        // The first byte of a stream begins with one bit for the window.
        let bits = if number == 0 { bits << 1 } else { bits };
        brotli.extend_from_slice(&bits.to_le_bytes()[..3]);
        brotli.extend_from_slice(block);
    }
    brotli.push(3);
    let codings = [
        ("gzip", gzip(&body)),
        ("deflate", zlib.finish().unwrap()),
        ("deflate", raw.finish().unwrap()),
        ("zstd", zstd(&body)),
        ("br", brotli),
    ];
    for (coding, packed) in codings {
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: {coding}\r\n\r\n");
        let read = |packed: &[u8]| {
            let header = record("response", &[], b"");
            match payload(Header::new(&header), &[head.as_bytes(), packed].concat(), 1 << 20) {
                Payload::Html(page) => page.text.into_bytes(),
                other => panic!("{coding}: {other:?}"),
            }
        };
        assert!(read(&packed) == body, "{coding}");
        let half = read(&packed[..packed.len() * 9 / 10]);
        assert!(half.len() > 20_000 && half.len() < body.len() && body.starts_with(&half), "{coding}");
    }
}

#[test]
fn chunked() {
    let head = "Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n";
    check(head, b"3;x=y\r\n<p>\r\n1\r\na\r\n0\r\n\r\n", "html UTF-8 Some(200) \"<p>a\"");
    check(head, b"<p>joined", "html UTF-8 Some(200) \"<p>joined\"");
    let body = gzip(b"<p>a");
    let chunks = [format!("{:x}\r\n", body.len()).as_bytes(), &body, b"\r\n0\r\n\r\n"].concat();
    check(&format!("{head}Content-Encoding: gzip\r\n"), &chunks, "html UTF-8 Some(200) \"<p>a\"");
}

#[test]
fn body_bombs() {
    let zeros = vec![b' '; 50 << 20];
    let head = |coding: &str| format!("Content-Type: text/html\r\nContent-Encoding: {coding}\r\n");
    check(&head("gzip"), &gzip(&zeros), "rejected record-too-large");
    check(&head("zstd"), &zstd(&zeros), "rejected record-too-large");
    check(&head("gzip, gzip"), &gzip(&gzip(&zeros)), "rejected record-too-large");
    check("Content-Type: text/html\r\n", &zeros[..(1 << 20) + 1], "rejected record-too-large");
}

/// A head bounds what it can cost, however its bytes are spent.
#[test]
fn large_heads() {
    let html = "Content-Type: text/html\r\n";
    check(&format!("{html}X: {}\r\n", "x".repeat(60 << 10)), b"<p>a", "html UTF-8 Some(200) \"<p>a\"");
    for field in [",".repeat(70 << 10), "x\r\n ".repeat(20 << 10), "gzip,".repeat(14 << 10)] {
        check(&format!("{html}Content-Encoding: {field}\r\n"), b"<p>a", "rejected header-too-large");
    }
    check("A: b\r\n".repeat(20_000).as_str(), b"<p>a", "rejected header-too-large");
}

#[test]
fn charsets_of_responses() {
    let russian = b"<title>\xcf\xf0\xe8\xe2\xe5\xf2, \xec\xe8\xf0. \xdd\xf2\xee \xee\xe1\xfb\xf7\xed\xfb\xe9 \xf2\xe5\xea\xf1\xf2.</title>";
    let text = "<title>Привет, мир. Это обычный текст.</title>";
    let html = |charset: &str| format!("html {charset} Some(200) {text:?}");
    check("Content-Type: text/html; charset=\"windows-1251\"\r\n", russian, &html("windows-1251"));
    check("Content-Type: text/html\r\n", russian, &html("windows-1251"));
    check("Content-Type: text/html; charset=nonsense\r\n", text.as_bytes(), &html("UTF-8"));
    check("Content-Type: text/html; charset=iso-2022-kr\r\n", b"x", "rejected charset-replacement");
}

fn check_charset(bytes: &[u8], stated: Option<&str>, charset: &str, source: CharsetSource, replaced: bool) {
    let found = decode_html(bytes, stated);
    assert_eq!(
        (found.charset, found.source, found.replaced),
        (charset, source, replaced),
        "{}",
        bytes.escape_ascii()
    );
}

#[test]
fn charset_order() {
    use CharsetSource::{Bom, Detected, Meta, Stated, Utf8};
    check_charset(b"\xef\xbb\xbf<meta charset=gbk>", Some("gbk"), "UTF-8", Bom, false);
    check_charset(b"\xff\xfea\0", Some("gbk"), "UTF-16LE", Bom, false);
    check_charset(b"<meta charset=gbk>", Some("big5"), "Big5", Stated, false);
    check_charset(b"<meta charset=gbk>", Some("nonsense"), "GBK", Meta, false);
    check_charset(b"<p>caf\xc3\xa9", None, "UTF-8", Utf8, false);
    check_charset(b"<p>caf\xc3", None, "UTF-8", Utf8, true);
    check_charset(b"<p>caf\xe9 cr\xe8me", None, "windows-1252", Detected, false);
    check_charset(b"<meta charset=utf-8>caf\xe9", None, "UTF-8", Meta, true);
    let mostly = [&"é".repeat(40).into_bytes()[..], b"\xff"].concat();
    check_charset(&mostly, None, "UTF-8", Detected, true);
    // A meta after the first 1,024 bytes does not count.
    let late = [&[b' '; 1024][..], b"<meta charset=gbk>\xb0\xa1"].concat();
    assert_ne!(decode_html(&late, None).source, Meta);
    // A text has no meta.
    assert_eq!(decode_text(b"<meta charset=gbk>", None).source, Utf8);
    assert_eq!(decode_text(b"\xef\xbb\xbfa", None).text, "a");
}

#[test]
fn soup_of_payloads() {
    let page = b"<meta charset=gbk><p>\xc4\xe3\xba\xc3 caf\xe9 \xc3\xa9";
    let pieces: [&[u8]; 14] = [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 100\n\n",
        b"Content-Type: text/html; charset=\r\n",
        b"Content-Type: text/plain; charset=iso-2022-jp\r\n",
        b"Content-Encoding: gzip, br\r\n",
        b"Content-Encoding: deflate\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"\r\n",
        b"7;x\r\n",
        b"ffffffffffffffff\r\n",
        b"<!--<meta http-equiv='content-type' content=charset=\"",
        b"<?xml encoding='",
        b"\x1b$B%(\x1b(B",
        b"\xff\xfe\0",
    ];
    let (packed, frame) = (gzip(page), zstd(page));
    let kinds = ["response", "resource", "conversion"];
    for seed in 0..5000 {
        let mut random = crate::make::Random::new(seed);
        let mut block = Vec::new();
        for _ in 0..random.below(12) {
            match random.below(18) {
                14 => block.extend_from_slice(page),
                15 => block.extend_from_slice(&packed),
                16 => block.extend_from_slice(&frame),
                17 => block.push(random.next().to_le_bytes()[0]),
                piece => block.extend_from_slice(pieces[piece]),
            }
        }
        let target = ["WARC-Target-URI: http://a.JP/", "WARC-Target-URI: http://", "X: y"][random.below(3)];
        let header = record(kinds[random.below(3)], &[target], b"");
        for size in [0, 5, 1 << 20] {
            // Whatever it is, the text cannot outgrow the limit by more than replacement does.
            if let Payload::Html(found) | Payload::Text(found) = payload(Header::new(&header), &block, size) {
                assert!(found.text.len() as u64 <= 3 * size, "seed {seed}");
            }
        }
    }
}
