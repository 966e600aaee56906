//! The digests that records state.

use md5::Md5;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha256, Sha512};

use crate::header::Header;
use crate::payload::{PayloadLimits, response};
use crate::reason;

/// Whether the bytes of a record are those that its digests were made of.
///
/// `None`: no digest is stated, or one that cannot be compared. Whoever wrote the archive wrote the digests, too: they
/// show damage and mistakes, not ill will.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DigestCheck {
    /// `WARC-Block-Digest`.
    pub block: Option<bool>,
    /// `WARC-Payload-Digest`.
    pub payload: Option<bool>,
}

impl DigestCheck {
    /// Whether a digest differs.
    pub fn differs(self) -> bool {
        self.block == Some(false) || self.payload == Some(false)
    }
}

/// Compares the digests that a record states with its bytes: SHA-1, SHA-256, SHA-512 and MD5, in base32, base64 or
/// hexadecimal.
///
/// The payload of an HTTP response is its body. Whether that is the body as it was sent, without its chunks, or without
/// its content coding too, writers see differently: one that matches is enough. Not compared is the payload of a revisit
/// (it is elsewhere), of a segment, and of a record with `WARC-Truncated`. Any header and block are accepted; a body
/// beyond `limits`, or in a coding that is not known, is not decoded: if it does not match as it stands, that shows
/// nothing.
///
/// # Cost
/// Linear: one pass over the block for each digest, and one more over the body for each of its codings where the digest
/// differs. Memory: the decoded body.
///
/// ```
/// use gleaner_archive::{Header, PayloadLimits, check_digests};
///
/// let header = Header::new(
///     b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Block-Digest: sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ2N\r\n\r\n",
/// );
/// let limits = PayloadLimits::default();
/// assert_eq!(check_digests(header, b"hello", &limits).block, Some(true));
/// assert!(check_digests(header, b"hallo", &limits).differs());
/// assert_eq!(check_digests(header, b"hello", &limits).payload, None);
/// ```
pub fn check_digests(header: Header<'_>, block: &[u8], limits: &PayloadLimits) -> DigestCheck {
    let stated = |name: &str| header.get(name).and_then(|value| Stated::parse(&value));
    DigestCheck {
        block: stated("WARC-Block-Digest").map(|digest| digest.is_of(block)),
        payload: stated("WARC-Payload-Digest")
            .filter(|_| has_whole_payload(header))
            .and_then(|digest| is_of_payload(&digest, header, block, limits)),
    }
}

fn has_whole_payload(header: Header<'_>) -> bool {
    let elsewhere = matches!(header.record_type().as_deref(), Some("revisit" | "continuation"));
    !elsewhere && header.get("WARC-Segment-Number").is_none() && header.get("WARC-Truncated").is_none()
}

/// `None`: the form that it may be of is beyond the limits.
fn is_of_payload(digest: &Stated, header: Header<'_>, block: &[u8], limits: &PayloadLimits) -> Option<bool> {
    let response = response(header, block, limits.max_header_size).ok()?;
    let plain = digest.is_of(response.body())
        || response.joined_body().is_some_and(|body| digest.is_of(&body))
        // Of a request, and of what else has HTTP headers, the payload is behind them.
        || (header.record_type().as_deref() == Some("request") && digest.is_of(behind_head(block)));
    if plain {
        return Some(true);
    }
    match response.decoded_body(limits) {
        Ok(body) => Some(digest.is_of(&body)),
        Err(reason::CONTENT_CODING_CORRUPT) => Some(false),
        Err(_) => None,
    }
}

/// What follows the first blank line.
fn behind_head(block: &[u8]) -> &[u8] {
    let end = memchr::memmem::find(block, b"\r\n\r\n").map_or(block.len(), |at| at + 4);
    &block[end..]
}

type Hash = fn(&[u8]) -> Vec<u8>;

/// A digest as a header states it.
struct Stated {
    hash: Hash,
    value: Vec<u8>,
}

impl Stated {
    /// `sha1:` and the like, then the value; `None` for what is not known.
    fn parse(field: &str) -> Option<Stated> {
        let (name, value) = field.split_once(':')?;
        let (hash, length): (Hash, usize) = match name.trim().to_ascii_lowercase().as_str() {
            "sha1" | "sha-1" => (|bytes| Sha1::digest(bytes).to_vec(), 20),
            "sha256" | "sha-256" => (|bytes| Sha256::digest(bytes).to_vec(), 32),
            "sha512" | "sha-512" => (|bytes| Sha512::digest(bytes).to_vec(), 64),
            "md5" => (|bytes| Md5::digest(bytes).to_vec(), 16),
            _ => return None,
        };
        let value = value.trim().trim_end_matches('=').as_bytes();
        let value = [(4, hex as fn(u8) -> Option<u8>), (5, base32), (6, base64)]
            .into_iter()
            .find_map(|(bits, digit)| decode(value, length, bits, digit))?;
        Some(Stated { hash, value })
    }

    fn is_of(&self, bytes: &[u8]) -> bool {
        (self.hash)(bytes) == self.value
    }
}

/// `length` bytes from digits of so many bits, if `text` has just as many as are needed.
fn decode(text: &[u8], length: usize, bits: u32, digit: fn(u8) -> Option<u8>) -> Option<Vec<u8>> {
    if text.len() != (length * 8).div_ceil(bits as usize) {
        return None;
    }
    let (mut bytes, mut held, mut count) = (Vec::with_capacity(length), 0u32, 0);
    for &letter in text {
        held = held << bits | u32::from(digit(letter)?);
        count += bits;
        if count >= 8 {
            count -= 8;
            bytes.push((held >> count) as u8);
            held &= (1 << count) - 1;
        }
    }
    Some(bytes)
}

fn hex(letter: u8) -> Option<u8> {
    char::from(letter).to_digit(16).map(|digit| digit as u8)
}

fn base32(letter: u8) -> Option<u8> {
    match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a'),
        b'2'..=b'7' => Some(letter - b'2' + 26),
        _ => None,
    }
}

fn base64(letter: u8) -> Option<u8> {
    match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the digest is that of `hello`; `None` where it cannot be read.
    fn check(digest: &str, expected: Option<bool>) {
        assert_eq!(Stated::parse(digest).map(|stated| stated.is_of(b"hello")), expected, "{digest}");
    }

    #[test]
    fn forms() {
        check("sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ2N", Some(true));
        check("SHA-1: vl2mmho4yxukfwv63yhtwsbm3gxksq2n ", Some(true));
        check("sha1:aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d", Some(true));
        check("sha1:qvTGHdzF6KLavt4PO0gs2a6pQ00=", Some(true));
        check("sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", Some(true));
        check("sha-256:FTZE3OS7WCRQ4JXIHMVMLOPCTYNRMHS4D6TUEXTTAQZWFE4LTASA====", Some(true));
        check("md5:5d41402abc4b2a76b9719d911017c592", Some(true));
        check("md5:LVAUAKV4JMVHNOLRTWIRAF6FSI======", Some(true));
        check("sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ2A", Some(false));
        check("sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ", None);
        check("sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ2!", None);
        check("crc32:3610a686", None);
        check("sha1", None);
        check("", None);
    }
}
