//! Members that were cut without regard to records: BGZF, and others like it.

use flate2::{Compress, Compression, Crc, FlushCompress};
use gleaner_archive::ReaderOptions;

use crate::check::{lines, records_of_covered};
use crate::make::{Random, gzip, page, record, responses, zstd};

/// A block of BGZF: its header states its size.
fn bgzf_block(content: &[u8]) -> Vec<u8> {
    let mut deflated = Vec::with_capacity(content.len() + 1024);
    let mut compress = Compress::new(Compression::default(), false);
    compress.compress_vec(content, &mut deflated, FlushCompress::Finish).unwrap();
    let size = u16::try_from(18 + deflated.len() + 8 - 1).unwrap();
    let mut block = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0".to_vec();
    block.extend_from_slice(&size.to_le_bytes());
    block.extend_from_slice(&deflated);
    let mut crc = Crc::new();
    crc.update(content);
    block.extend_from_slice(&crc.sum().to_le_bytes());
    block.extend_from_slice(&u32::try_from(content.len()).unwrap().to_le_bytes());
    block
}

/// `content` in blocks of `size` bytes, with the empty one that ends a file.
fn blocks(content: &[u8], size: usize, pack: fn(&[u8]) -> Vec<u8>) -> Vec<Vec<u8>> {
    content.chunks(size).map(pack).chain([pack(b"")]).collect()
}

fn large_and_small(seed: u64) -> Vec<Vec<u8>> {
    let mut records = responses(30, seed);
    // One that begins the file and needs several blocks, and one in the middle.
    let block = page(&mut Random::new(seed), 300_000);
    let large = record("resource", &["Content-Type: text/html"], &block);
    records.insert(0, large.clone());
    records.insert(12, large);
    records
}

/// All records come out, in order.
fn check(members: &[Vec<u8>], records: &[Vec<u8>], verified: bool) {
    let found = lines(&members.concat(), &ReaderOptions::default());
    let found: Vec<_> = found.iter().filter(|line| !line.ends_with("padding")).collect();
    assert_eq!(found.len(), records.len(), "{:?}", found.last());
    for (line, record) in found.iter().zip(records) {
        assert!(line.contains(&format!("+{} decompressed record", record.len())), "{line:.100}");
        assert_eq!(line.ends_with(" verified"), verified, "{line:.100}");
    }
}

#[test]
fn blocks_of_bgzf() {
    for records in [responses(40, 21), large_and_small(22)] {
        for size in [65_280, 10_000, 997] {
            check(&blocks(&records.concat(), size, bgzf_block), &records, true);
        }
    }
}

#[test]
fn blocks_without_a_mark() {
    let records = large_and_small(23);
    for pack in [gzip, zstd] {
        check(&blocks(&records.concat(), 60_000, pack), &records, true);
    }
}

#[test]
fn a_damaged_block() {
    let records = responses(60, 24);
    let content = records.concat();
    let mut members = blocks(&content, 20_000, bgzf_block);
    let sound = records_of_covered_loosely(&members.concat());
    assert_eq!(sound, records.len());
    for damaged in [0, 3, members.len() - 3] {
        let middle = members[damaged].len() / 2;
        members[damaged][middle] ^= 0x55;
        let (start, end) = (damaged * 20_000, (damaged + 1) * 20_000);
        let mut at = 0;
        let touched = records.iter().filter(|record| {
            at += record.len();
            at - record.len() < end && start < at
        });
        let touched = touched.count();
        let found = lines(&members.concat(), &ReaderOptions::default());
        let read = found.iter().filter(|line| line.contains(" record ")).count();
        assert_eq!(read, records.len() - touched, "{damaged}");
        assert!(found.iter().any(|line| line.ends_with("gap corrupt-gzip")), "{damaged}");
        members[damaged][middle] ^= 0x55;
    }
    // Cut at every place of the last blocks: what is whole before comes out.
    let archive = members.concat();
    for end in (archive.len() - 3000..archive.len()).step_by(41) {
        let found = lines(&archive[..end], &ReaderOptions::default());
        let read = found.iter().filter(|line| line.contains(" record ")).count();
        let mut bytes = 0;
        let whole = members.iter().take_while(|member| {
            bytes += member.len();
            bytes <= end
        });
        let whole = whole.count() * 20_000;
        let mut at = 0;
        let before = records.iter().take_while(|record| {
            at += record.len();
            at <= whole
        });
        let before = before.count();
        assert_eq!(read, before, "{end}");
    }
}

fn records_of_covered_loosely(archive: &[u8]) -> usize {
    lines(archive, &ReaderOptions::default()).iter().filter(|line| line.contains(" record ")).count()
}

#[test]
fn a_member_that_is_cut_short_takes_nothing_of_the_next() {
    // The header says more than the member holds; the next one begins a record.
    let short = gzip(&crate::make::record_stating(5000, b"short"));
    let two = gzip(&crate::make::text("two"));
    let [a, b] = [short.len(), two.len()];
    crate::check::check(
        &[&short[..], &two].concat(),
        &[&format!("0+{a} record \"short\" verified"), &format!("{a}+{b} record \"two\" verified")],
    );
    assert_eq!(records_of_covered(&[&short[..], &two].concat(), &ReaderOptions::default()).len(), 2);
}
