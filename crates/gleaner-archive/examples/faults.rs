//! What faults in an archive of one record a gzip member cost: records lost and touched, damaged records given out,
//! archives that lose something without a word.
//!
//! `cargo run --release -p gleaner-archive --example faults -- FILE [ROUNDS]`

#![allow(clippy::print_stdout, clippy::unwrap_used)]

#[path = "../tests/all/faults.rs"]
mod faults;
#[path = "../tests/all/make.rs"]
#[allow(dead_code)]
mod make;

use std::io::Read;

use faults::{FAULTS, Pack, WRONG_LENGTHS, measure, wrong_lengths};
use gleaner_archive::{ArchiveReader, Entry, ReaderOptions};

fn main() {
    let mut args = std::env::args().skip(1);
    let archive = std::fs::read(args.next().expect("a file")).unwrap();
    let rounds = args.next().map_or(1000, |rounds| rounds.parse().unwrap());
    let members = members(&archive);
    println!("{} records, seeds 0..{rounds}", members.len());
    println!(
        "{:20} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "fault", "touched", "lost", "damaged", "silent", "unread"
    );
    for (name, fault) in FAULTS {
        let loss = measure(&members, 0..rounds, fault);
        println!(
            "{name:20} {:8.3} {:8.3} {:8} {:8} {:8}",
            loss.touched, loss.lost, loss.damaged, loss.silent, loss.unread
        );
    }
    let records: Vec<_> = members.iter().map(|member| plain(member)).collect();
    let packs: [(&str, Pack); 3] = [
        ("gzip members", |records| records.iter().flat_map(|record| make::gzip(record)).collect()),
        ("plain", |records| records.concat()),
        ("one gzip member", |records| make::gzip(&records.concat())),
    ];
    println!("\n{:20} {:>8} {:>8} {:>10}", "length", "", "most bad", "neighbours");
    for (name, pack) in packs {
        for (change, wrong) in WRONG_LENGTHS {
            let (most, neighbours) = wrong_lengths(&records, 0..200.min(rounds), wrong, pack);
            println!("{name:20} {change:>8} {most:8} {neighbours:10}");
        }
    }
}

/// The members of an archive, one record each.
fn members(archive: &[u8]) -> Vec<Vec<u8>> {
    let mut reader = ArchiveReader::new(archive, ReaderOptions::default());
    let mut members = Vec::new();
    while let Some(entry) = reader.next_entry().unwrap() {
        assert!(matches!(entry, Entry::Record(_)), "the archive is not sound: {entry:?}");
        let (offset, length, _) = entry.range();
        let start = usize::try_from(offset).unwrap();
        members.push(archive[start..start + usize::try_from(length).unwrap()].to_vec());
    }
    members
}

fn plain(member: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(member).read_to_end(&mut plain).unwrap();
    plain
}
