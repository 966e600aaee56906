//! From the bytes of an archive to decoded pages: `gleaner-archive`, one gzip member a record.
//!
//! Bytes are those of the decoded pages in every stage, so that the figures can be compared.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use gleaner_archive::{ArchiveReader, Entry, Header, ReaderOptions, decode_html, payload};
use gleaner_benches::{Page, Suite, configured, pages};
use gleaner_testkit::corpus::ArchiveWriter;

/// Header and block of every record.
type Records = Vec<(Vec<u8>, Vec<u8>)>;

fn archive(pages: &[Page]) -> Vec<u8> {
    let mut writer = ArchiveWriter::new(Vec::new());
    for page in pages {
        writer.write(&page.served).expect("a vector takes every byte");
    }
    writer.into_inner()
}

fn for_each_record(archive: &[u8], mut work: impl FnMut(Header<'_>, &[u8])) {
    let mut reader = ArchiveReader::new(archive, ReaderOptions::default());
    while let Some(entry) = reader.next_entry().expect("a slice can be read") {
        if let Entry::Record(record) = entry {
            work(record.header, record.block);
        }
    }
}

fn records(pages: &[Page]) -> Records {
    let mut records = Vec::new();
    for_each_record(&archive(pages), |header, block| {
        records.push((header.as_bytes().to_vec(), block.to_vec()))
    });
    records
}

fn stages(criterion: &mut Criterion) {
    Suite::new(criterion, pages())
        .all("archive/read", archive, |archive| {
            let mut bytes = 0;
            for_each_record(archive, |_, block| bytes += block.len());
            bytes
        })
        .all("archive/payload", records, |records| {
            for (header, block) in records {
                black_box(payload(Header::new(header), block, 32 << 20));
            }
        })
        .each("archive/charset", |page: &Page| decode_html(&page.served.body, page.served.charset()));
}

criterion_group!(name = benches; config = configured(); targets = stages);
criterion_main!(benches);
