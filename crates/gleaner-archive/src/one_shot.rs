//! Gzip members decompressed at once by libdeflate, which is a third faster than decompression in steps.
//!
//! Only where the result is the same: whatever is not certain here is left to the decompression in steps.

use memchr::memmem;

use crate::member::{GZIP, GzipHeader, gzip_header};

/// The smallest member: header, an empty block, checksum and length.
const SMALLEST: usize = 20;

/// Decompresses whole members, without libdeflate none.
#[derive(Default)]
pub(crate) struct OneShot {
    #[cfg(feature = "libdeflate")]
    decompressor: libdeflater::Decompressor,
}

/// Lengths of a member and of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Whole {
    pub(crate) stored: usize,
    pub(crate) content: usize,
}

impl OneShot {
    pub(crate) const AVAILABLE: bool = cfg!(feature = "libdeflate");

    /// Decompresses the member that `bytes` begin with, after a header of `header` bytes, into `room`, if its checksum is
    /// right and its end is certain.
    pub(crate) fn decompress(&mut self, bytes: &[u8], header: usize, room: &mut [u8]) -> Option<Whole> {
        // What ends with a length larger than the room ends a member that is too large.
        let length = u32::from_le_bytes(*bytes.last_chunk()?);
        if bytes.len() < SMALLEST || usize::try_from(length).ok()? > room.len() {
            return None;
        }
        let content = self.inflate(bytes, room)?;
        // The member ends with its length; where that stands but once, it stands at the end. Some headers have it, too.
        let length = u32::try_from(content).ok()?.to_le_bytes();
        let body = bytes.get(header..)?;
        let at = memmem::find(body, &length)?;
        let unique = memmem::find(&body[at + 1..], &length).is_none();
        unique.then_some(Whole { stored: header + at + length.len(), content })
    }

    /// Length of the content, of a member whose checksum and length are right.
    #[cfg(feature = "libdeflate")]
    fn inflate(&mut self, bytes: &[u8], room: &mut [u8]) -> Option<usize> {
        self.decompressor.gzip_decompress(bytes, room).ok()
    }

    #[cfg(not(feature = "libdeflate"))]
    fn inflate(&mut self, _: &[u8], _: &mut [u8]) -> Option<usize> {
        None
    }
}

/// Where the next gzip member may begin, behind a header of `header` bytes.
pub(crate) fn next_member(bytes: &[u8], header: usize) -> Option<usize> {
    let body = bytes.get(header..)?;
    memmem::find_iter(body, &GZIP)
        .find(|&at| gzip_header(&body[at..body.len().min(at + 10)]) != GzipHeader::Invalid)
        .map(|at| header + at)
}

#[cfg(all(test, feature = "libdeflate"))]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(content).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn ends_where_the_length_stands_once() {
        let member = gzip(b"one two three");
        let whole = Some(Whole { stored: member.len(), content: 13 });
        let decompress = |bytes: &[u8]| OneShot::default().decompress(bytes, 10, &mut [0; 64]);
        assert_eq!(decompress(&member), whole);
        assert_eq!(decompress(&[&member[..], b"\r\n\0\0\0\0"].concat()), whole, "something else follows");
        assert_eq!(decompress(&[&member[..], &[13, 0, 0, 0]].concat()), None, "twice");
        assert_eq!(decompress(&member[..member.len() - 1]), None, "cut");
        assert_eq!(decompress(&gzip(&[b'a'; 65])), None, "larger than the room");
        let stating = [b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x04\0\x0d\0\0\0", &member[10..]].concat();
        let stated = OneShot::default().decompress(&stating, 16, &mut [0; 64]);
        assert_eq!(stated, Some(Whole { stored: stating.len(), content: 13 }), "in the header, too");
        assert_eq!(decompress(&gzip(b"")), None, "checksum and length of nothing are the same");
        for at in 10..member.len() {
            let mut damaged = member.clone();
            damaged[at] ^= 1;
            assert_eq!(decompress(&damaged), None, "byte {at}");
        }
    }

    #[test]
    fn lengths_that_overlap_themselves() {
        let mut content: Vec<u8> = (0..0x0001_0001u32).map(|at| (at % 251) as u8).collect();
        // Until the checksum ends as the length begins.
        for number in 0u32.. {
            content[..4].copy_from_slice(&number.to_le_bytes());
            let mut crc = flate2::Crc::new();
            crc.update(&content);
            if crc.sum() >> 16 == 1 {
                break;
            }
        }
        let mut room = vec![0; content.len()];
        assert_eq!(OneShot::default().decompress(&gzip(&content), 10, &mut room), None);
    }

    #[test]
    fn next_members() {
        let check = |bytes: &[u8], expected| assert_eq!(next_member(bytes, 3), expected, "{bytes:?}");
        check(b"\x1f\x8b\x08", None);
        check(b"...\x1f\x8b\x08\0\0\0\0\0\0\0", Some(3));
        check(b"....\x1f\x8b\x08", Some(4));
        check(b"....\x1f\x8b\x08\xff\x1f\x8b\x08\x01", Some(8));
    }
}
