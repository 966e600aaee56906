//! Any bytes as gzip members and zstd frames: nothing is given out twice, however the bytes arrive.

#![no_main]

use std::io::Read;

use gleaner_archive::{Piece, Unpacker};
use libfuzzer_sys::fuzz_target;

mod slow;
use slow::Slow;

fuzz_target!(|bytes: &[u8]| {
    assert_eq!(pieces(bytes, bytes.len()), pieces(Slow(bytes, 0), bytes.len()));
});

/// How many bytes come before each gap and at the end, with a digest of them; and the gaps.
fn pieces(input: impl Read, size: usize) -> Vec<(u64, u64, u64)> {
    let mut unpacker = Unpacker::new(input, 1000);
    let (mut found, mut given, mut digest, mut end) = (Vec::new(), 0u64, 0u64, 0);
    // A small file may give much.
    while let Some(piece) = unpacker.next_piece().expect("the input does not fail") {
        match piece {
            Piece::Bytes(bytes) => {
                assert!(!bytes.is_empty() && bytes.len() <= 32 << 10);
                given += bytes.len() as u64;
                digest = bytes.iter().fold(digest, |sum, &byte| sum.rotate_left(5) ^ u64::from(byte));
            }
            Piece::Gap(gap) => {
                assert!(gap.length > 0 && gap.offset >= end, "{gap:?} after {end}");
                end = gap.offset + gap.length;
                found.push((given, digest, gap.offset));
            }
        }
        if given > 4 << 20 {
            return found;
        }
    }
    assert!(end <= size as u64 && unpacker.position() == size as u64);
    found.push((given, digest, end));
    found
}
