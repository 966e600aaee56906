//! Members of any content, sound and damaged.

use std::io::Read;

use gleaner_archive::{Piece, Unpacker};

use crate::make::{Random, gzip, page, zstd};

/// Bytes, or offset, length and reason of a gap.
type Found = Result<Vec<u8>, (u64, u64, &'static str)>;

/// The bytes between gaps, and the gaps.
fn unpack(input: impl Read) -> Vec<Found> {
    let mut unpacker = Unpacker::new(input, 1000);
    let mut found: Vec<Found> = Vec::new();
    while let Some(piece) = unpacker.next_piece().unwrap() {
        match (piece, found.last_mut()) {
            (Piece::Bytes(bytes), Some(Ok(known))) => known.extend_from_slice(bytes),
            (Piece::Bytes(bytes), _) => found.push(Ok(bytes.to_vec())),
            (Piece::Gap(gap), _) => found.push(Err((gap.offset, gap.length, gap.reason))),
        }
    }
    found
}

/// Gives one byte at a time.
struct Slow<'a>(&'a [u8]);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = buffer.len().min(1);
        self.0.read(&mut buffer[..count])
    }
}

#[test]
fn sound_members() {
    let mut random = Random::new(1);
    let texts = [0, 1, 100, 70_000, 32 << 10, 300_000].map(|size| page(&mut random, size));
    let skippable = b"\x50\x2a\x4d\x18\x03\0\0\0abc".to_vec();
    let packed: Vec<_> =
        texts.iter().flat_map(|text| [gzip(text), gzip(b""), zstd(text), skippable.clone()]).collect();
    let expected: Vec<_> = texts.iter().flat_map(|text| [&text[..], text].concat()).collect();
    assert_eq!(unpack(&packed.concat()[..]), [Ok(expected)]);
    assert_eq!(unpack(&b""[..]), []);
}

#[test]
fn a_damaged_member_costs_itself() {
    let mut random = Random::new(2);
    let texts: Vec<_> = (0..5).map(|at| page(&mut random, 200 << at)).collect();
    for pack in [gzip, zstd] {
        let members: Vec<_> = texts.iter().map(|text| pack(text)).collect();
        let (start, end) = (members[0].len() + members[1].len(), members[..3].concat().len());
        // Behind the date in a gzip header, which may be any.
        for at in (start + 10..end).step_by(7) {
            let mut damaged = members.concat();
            damaged[at] ^= 0x55;
            let found = unpack(&damaged[..]);
            if found == [Ok(texts.concat())] {
                // Bits that fill a byte.
                continue;
            }
            let [Ok(before), Err(gap), Ok(after)] = &found[..] else { panic!("{at}: {}", found.len()) };
            assert_eq!((gap.0, gap.0 + gap.1), (start as u64, end as u64), "{at}");
            assert!(gap.2.starts_with("corrupt-"), "{gap:?}");
            assert_eq!((&before[..], &after[..]), (&texts[..2].concat()[..], &texts[3..].concat()[..]));
            assert_eq!(unpack(Slow(&damaged)), found);
        }
    }
}

#[test]
fn a_large_member_is_given_out_as_far_as_it_is_sound() {
    let text = page(&mut Random::new(3), 2 << 20);
    for (pack, cut, broken) in [
        (gzip as fn(&[u8]) -> Vec<u8>, "truncated-gzip", "corrupt-gzip"),
        (zstd, "truncated-zstd", "corrupt-zstd"),
    ] {
        let member = pack(&text);
        let half = &member[..member.len() / 2];
        let [Ok(before), Err(gap)] = &unpack(half)[..] else { panic!() };
        assert!(text.starts_with(before) && before.len() > text.len() / 3, "{}", before.len());
        assert_eq!((gap.0 + gap.1, gap.2), (half.len() as u64, cut));
        // Something behind it.
        let joined = [half, b"garbage", &pack(b"more")].concat();
        let found = unpack(&joined[..]);
        let [Ok(before), Err(gap), Ok(after)] = &found[..] else { panic!("{}", found.len()) };
        assert!(text.starts_with(before) && after == b"more");
        assert_eq!(gap.2, broken);
    }
}

/// Found by fuzzing: a gap of no bytes where the input ends exactly behind a piece.
#[test]
fn a_member_that_is_cut_behind_a_piece() {
    for pack in [gzip, zstd] {
        let member = pack(&[b'x'; 32 << 10]);
        for end in 1..member.len() {
            let found = unpack(&member[..end]);
            let Some(Err(gap)) = found.last() else { panic!("{end}") };
            assert!(found.len() <= 2 && gap.1 > 0 && gap.0 + gap.1 == end as u64, "{end}: {gap:?}");
        }
    }
}

#[test]
fn a_bomb_is_a_gap() {
    let (one, two) = (gzip(b"one"), gzip(b"two"));
    for bomb in [gzip(&vec![b' '; 20 << 20]), zstd(&vec![b' '; 20 << 20])] {
        let found = unpack(&[&one[..], &bomb, &two].concat()[..]);
        let [Ok(before), Err(gap), Ok(after)] = &found[..] else { panic!("{}", found.len()) };
        assert!(before.len() < 4 << 20, "{}", before.len());
        assert_eq!((gap.2, &after[..]), ("compression-ratio", &b"two"[..]));
    }
}

#[test]
fn what_is_none() {
    assert_eq!(unpack(&b"text"[..]), [Err((0, 4, "corrupt-gzip"))]);
    let packed = [gzip(b"one"), b"tail".to_vec()].concat();
    let at = packed.len() as u64 - 4;
    assert_eq!(unpack(&packed[..]), [Ok(b"one".to_vec()), Err((at, 4, "corrupt-gzip"))]);
    assert_eq!(unpack(&b"\x50\x2a\x4d\x18\xff\xff\xff\xffabc"[..]), [Err((0, 11, "truncated-zstd"))]);
}

#[test]
fn an_input_that_fails() {
    struct Failing<'a>(&'a [u8]);
    impl Read for Failing<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(std::io::Error::other("unplugged")),
                count => Ok(count),
            }
        }
    }
    let (one, two) = (gzip(b"one"), gzip(b"two"));
    let cut = [&one[..], &two[..two.len() - 3]].concat();
    let mut unpacker = Unpacker::new(Failing(&cut), 1000);
    assert!(matches!(unpacker.next_piece().unwrap(), Some(Piece::Bytes(b"one"))));
    assert!(matches!(unpacker.next_piece().unwrap(), Some(Piece::Gap(_))));
    assert_eq!(unpacker.next_piece().unwrap_err().to_string(), "unplugged");
    assert!(unpacker.next_piece().unwrap().is_none());
}

#[test]
fn work_is_linear() {
    let repeat = |piece: &[u8]| piece.repeat((4 << 20) / piece.len());
    for (name, bytes) in [
        ("gzip magic", repeat(b"\x1f\x8b\x08")),
        ("gzip headers", repeat(b"\x1f\x8b\x08\0\0\0\0\0\0\0")),
        ("gzip with a name", repeat(b"\x1f\x8b\x08\x08\x01\x01\x01\x01\x01\x01")),
        ("stored blocks", repeat(b"\x1f\x8b\x08\0\0\0\0\0\0\0\0\xff\xff\0\0")),
        ("zstd magic", repeat(b"\x28\xb5\x2f\xfd")),
        ("skippable frames", repeat(b"\x50\x2a\x4d\x18\xff\xff\x0f\0")),
        ("empty frames", repeat(b"\x50\x2a\x4d\x18\0\0\0\0")),
    ] {
        let start = std::time::Instant::now();
        unpack(&bytes[..]);
        let time = start.elapsed();
        eprintln!("{name}: {time:?}");
        assert!(time.as_secs() < 5, "{name}: {time:?}");
    }
}
