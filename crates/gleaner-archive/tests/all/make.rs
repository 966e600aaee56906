//! Small archives, written by hand.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// A record with its two line ends.
pub(crate) fn record(kind: &str, fields: &[&str], block: &[u8]) -> Vec<u8> {
    let mut bytes = format!("WARC/1.0\r\nWARC-Type: {kind}\r\n").into_bytes();
    for field in fields {
        bytes.extend_from_slice(field.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("Content-Length: {}\r\n\r\n", block.len()).as_bytes());
    bytes.extend_from_slice(block);
    bytes.extend_from_slice(b"\r\n\r\n");
    bytes
}

/// A record whose header states another length.
pub(crate) fn record_stating(length: u64, block: &[u8]) -> Vec<u8> {
    let mut bytes =
        format!("WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: {length}\r\n\r\n").into_bytes();
    bytes.extend_from_slice(block);
    bytes.extend_from_slice(b"\r\n\r\n");
    bytes
}

/// A short resource: its header has 73 bytes, the record 77 and those of its block.
pub(crate) fn text(block: &str) -> Vec<u8> {
    record("resource", &["WARC-Profile: short"], block.as_bytes())
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    gzip_at(Compression::default(), bytes)
}

pub(crate) fn gzip_at(level: Compression, bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A zstd frame with checksum.
pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Repeatable numbers (xorshift64*).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }
}

/// A page of invented words, `size` bytes or a little more.
pub(crate) fn page(random: &mut Random, size: usize) -> Vec<u8> {
    const SYLLABLES: [&str; 12] = ["ka", "lo", "mi", "ten", "ra", "su", "ve", "no", "dor", "pi", "al", "eth"];
    let mut text = String::from("<html><body><p>");
    while text.len() < size {
        for _ in 0..=random.below(3) {
            text.push_str(SYLLABLES[random.below(SYLLABLES.len())]);
        }
        text.push_str(if random.below(12) == 0 { ".</p>\n<p>" } else { " " });
    }
    text.into_bytes()
}

/// `count` responses of 100 bytes to 24 KiB.
pub(crate) fn responses(count: usize, seed: u64) -> Vec<Vec<u8>> {
    let mut random = Random::new(seed);
    (0..count)
        .map(|number| {
            let size = 100 + random.below(24 << 10);
            let mut block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n".to_vec();
            block.extend_from_slice(&page(&mut random, size));
            let target = format!("WARC-Target-URI: http://site.example/{number}");
            record("response", &[&target, "Content-Type: application/http; msgtype=response"], &block)
        })
        .collect()
}
