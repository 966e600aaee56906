//! Faults in archives of one record a member, and what they cost.

use std::ops::Range;

use gleaner_archive::{ArchiveReader, Entry, ReaderOptions, Within};

use crate::make::Random;

/// What happened to an archive: its bytes now, and the range that was touched.
pub(crate) struct Fault {
    archive: Vec<u8>,
    start: usize,
    end: usize,
}

/// Makes a fault at a random place.
pub(crate) type MakeFault = fn(&[u8], &mut Random) -> Fault;

pub(crate) const FAULTS: [(&str, MakeFault); 5] = [
    ("byte flipped", flip),
    ("4 KiB zeroed", zero),
    ("100 bytes cut", cut),
    ("truncated", truncate),
    ("100 bytes inserted", insert),
];

fn flip(archive: &[u8], random: &mut Random) -> Fault {
    let mut archive = archive.to_vec();
    let at = random.below(archive.len());
    archive[at] ^= u8::try_from(1 + random.below(255)).unwrap();
    Fault { archive, start: at, end: at + 1 }
}

fn zero(archive: &[u8], random: &mut Random) -> Fault {
    let mut archive = archive.to_vec();
    let at = random.below(archive.len());
    let end = archive.len().min(at + 4096);
    archive[at..end].fill(0);
    Fault { archive, start: at, end }
}

fn cut(archive: &[u8], random: &mut Random) -> Fault {
    let mut archive = archive.to_vec();
    let at = random.below(archive.len());
    let end = archive.len().min(at + 100);
    archive.drain(at..end);
    Fault { archive, start: at, end }
}

fn truncate(archive: &[u8], random: &mut Random) -> Fault {
    let at = random.below(archive.len());
    Fault { archive: archive[..at].to_vec(), start: at, end: archive.len() }
}

fn insert(archive: &[u8], random: &mut Random) -> Fault {
    let mut archive = archive.to_vec();
    let at = random.below(archive.len());
    let garbage: Vec<u8> = (0..100).map(|_| random.next().to_le_bytes()[0]).collect();
    archive.splice(at..at, garbage);
    Fault { archive, start: at, end: at + 1 }
}

/// What faults of one kind cost.
#[derive(Debug, Default)]
pub(crate) struct Loss {
    /// Records lost, and records touched, on average.
    pub(crate) lost: f64,
    pub(crate) touched: f64,
    /// Records given out that are none of the sound archive.
    pub(crate) damaged: usize,
    /// Archives that lost records without any gap or reject.
    pub(crate) silent: usize,
    /// Records lost that the fault had not touched, all together.
    pub(crate) unread: usize,
}

/// Reads the archive of these members, one record each, with one fault for each seed.
///
/// # Panics
/// If the entries do not cover the file.
pub(crate) fn measure(members: &[Vec<u8>], seeds: Range<u64>, fault: MakeFault) -> Loss {
    let archive = members.concat();
    let (sound, _) = read(&archive);
    assert_eq!(sound.len(), members.len());
    let rounds = (seeds.end - seeds.start) as f64;
    let (mut loss, mut lost, mut touched) = (Loss::default(), 0, 0);
    for seed in seeds {
        let fault = fault(&archive, &mut Random::new(seed));
        let (found, damages) = read(&fault.archive);
        let mut rest = found.iter().peekable();
        let (mut end, mut missing) = (0, 0);
        for (member, record) in members.iter().zip(&sound) {
            let start = end;
            end += member.len();
            let is_touched = start < fault.end && fault.start < end;
            let is_read = rest.next_if(|&found| found == record).is_some();
            touched += usize::from(is_touched);
            missing += usize::from(!is_read);
            loss.unread += usize::from(!is_read && !is_touched);
        }
        loss.damaged += rest.count();
        // A file that ends between two records shows nothing.
        let at_boundary =
            found.len() + missing == sound.len() && fault.archive.len() == read_length(&found, members);
        loss.silent += usize::from(missing > 0 && damages == 0 && !at_boundary);
        lost += missing;
    }
    Loss { lost: lost as f64 / rounds, touched: touched as f64 / rounds, ..loss }
}

/// Stored length of the first members, as many as there are records.
fn read_length(found: &[Vec<u8>], members: &[Vec<u8>]) -> usize {
    members.iter().take(found.len()).map(Vec::len).sum()
}

/// All records, header and block, and how many gaps and rejects there are.
fn read(archive: &[u8]) -> (Vec<Vec<u8>>, usize) {
    let mut reader = ArchiveReader::new(archive, ReaderOptions::default());
    let (mut records, mut damages, mut covered) = (Vec::new(), 0, 0);
    while let Some(entry) = reader.next_entry().unwrap() {
        let (offset, length, within) = entry.range();
        if within == Within::File {
            assert_eq!(offset, covered, "{entry:?}");
            covered += length;
        }
        match entry {
            Entry::Record(record) => records.push([record.header.as_bytes(), record.block].concat()),
            Entry::Rejected(_) | Entry::Gap(_) => damages += 1,
            _ => {}
        }
    }
    assert_eq!(covered, archive.len() as u64);
    (records, damages)
}

/// What a header states instead of the right length.
pub(crate) type WrongLength = fn(u64) -> u64;

pub(crate) const WRONG_LENGTHS: [(&str, WrongLength); 5] = [
    ("-3", |length| length.saturating_sub(3)),
    ("+3", |length| length + 3),
    ("+400", |length| length + 400),
    ("-5", |length| length.saturating_sub(5)),
    ("2^62", |_| 1 << 62),
];

/// Packs records into an archive.
pub(crate) type Pack = fn(&[Vec<u8>]) -> Vec<u8>;

/// Of archives in which one record, at a random place, states a wrong length: the most records that are not as they
/// were in one of them, and those in which a record before or after was touched.
pub(crate) fn wrong_lengths(
    records: &[Vec<u8>],
    seeds: Range<u64>,
    wrong: WrongLength,
    pack: Pack,
) -> (usize, usize) {
    let (sound, _) = read_any(&pack(records));
    assert_eq!(sound.len(), records.len());
    let (mut most, mut neighbours) = (0, 0);
    for seed in seeds {
        let at = Random::new(seed).below(records.len());
        let mut changed = records.to_vec();
        changed[at] = with_length(&records[at], wrong);
        let (found, _) = read_any(&pack(&changed));
        let bad = sound.iter().filter(|block| !found.contains(block)).count();
        let others =
            sound.iter().enumerate().filter(|&(number, block)| number != at && !found.contains(block));
        neighbours += usize::from(others.count() > 0);
        // More than there were: something was read twice or made up.
        most = most.max(bad).max(found.len().saturating_sub(sound.len()));
    }
    (most, neighbours)
}

/// The blocks of all records, and how many gaps and rejects there are.
fn read_any(archive: &[u8]) -> (Vec<Vec<u8>>, usize) {
    let mut reader = ArchiveReader::new(archive, ReaderOptions::default());
    let (mut blocks, mut damages) = (Vec::new(), 0);
    while let Some(entry) = reader.next_entry().unwrap() {
        match entry {
            Entry::Record(record) => blocks.push(record.block.to_vec()),
            Entry::Rejected(_) | Entry::Gap(_) => damages += 1,
            _ => {}
        }
    }
    (blocks, damages)
}

/// A record with another `Content-Length`.
fn with_length(record: &[u8], wrong: WrongLength) -> Vec<u8> {
    let name = b"Content-Length:";
    let at =
        record.windows(name.len()).position(|window| window.eq_ignore_ascii_case(name)).unwrap() + name.len();
    let end = at + record[at..].iter().position(|&byte| byte == b'\r' || byte == b'\n').unwrap();
    let stated: u64 = std::str::from_utf8(&record[at..end]).unwrap().trim().parse().unwrap();
    let changed = format!(" {}", wrong(stated));
    [&record[..at], changed.as_bytes(), &record[end..]].concat()
}
