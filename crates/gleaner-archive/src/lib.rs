//! From the bytes of a web archive to decoded text, with every byte accounted for.
//!
//! [`ArchiveReader`] reads WARC, WET and ARC, plain or compressed, and gives out one [`Entry`] after the
//! other: a [`Record`], or what stands in the way of one. It knows its own limits ([`ReaderOptions`]),
//! goes on after damage, and keeps a [`Tally`] of where every byte went. [`check_digests`] compares a
//! record with the digests that it states. [`payload`] turns the block of a record into a page or a text: HTTP
//! head, chunks, content coding, charset; [`skipped_by_header`] says beforehand, by the header alone,
//! that there is none. [`decode_html`] and [`decode_text`] are the charset step alone. A reader and a
//! decoder share nothing, so that one thread can read while others decode. [`Unpacker`] does for compressed files
//! of any content what the reader does for archives.
//!
//! Feature `libdeflate` (on by default) decompresses small gzip members with a C library, a third faster; what is
//! read is the same.
//!
//! ```
//! use gleaner_archive::{ArchiveReader, Entry, Payload, ReaderOptions, payload};
//!
//! let archive = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/\r\n\
//!     Content-Type: application/http\r\nContent-Length: 56\r\n\r\n\
//!     HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Xin ch\xc3\xa0o\r\n\r\n";
//! let mut reader = ArchiveReader::new(&archive[..], ReaderOptions::default());
//! let mut pages = Vec::new();
//! while let Some(entry) = reader.next_entry()? {
//!     match entry {
//!         Entry::Record(record) => {
//!             let address = record.header.target_uri().unwrap_or_default().into_owned();
//!             if let Payload::Html(page) = payload(record.header, record.block, 1 << 20) {
//!                 pages.push((address, page.text));
//!             }
//!         }
//!         Entry::Rejected(damage) | Entry::Gap(damage) => panic!("{damage:?}"),
//!         _ => {}
//!     }
//! }
//! assert_eq!(pages, [("http://a.example/".to_owned(), "<p>Xin chào".to_owned())]);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # When not to use it
//! It does not write archives, seek in them by an index, join segmented records (each segment is a
//! record; what continues one is skipped as `continuation`), or read LZ4 (reported as one gap,
//! `lz4-archive`). It knows nothing about main content: a page comes out as the server sent it.
//!
//! # What damage costs
//! A flipped byte, a lost page or a cut file costs what the damaged part holds, and is reported as one range:
//!
//! | archive | lost | given out |
//! |---|---|---|
//! | a gzip member or zstd frame a record | the records of the members that were touched | all others; nothing whose checksum differs |
//! | BGZF, or other blocks that know nothing of records | the records that are partly in the blocks that were touched | all others |
//! | one member or frame for all | from the damage to the end of the member | what comes before, in steps of up to 256 KiB: unverified, so a changed byte that still decompresses may be in it |
//! | plain | a record whose header is hit, and up to the next version line | all others; a changed byte in a block is not seen, unless the record states a digest |
//!
//! A zstd frame without a checksum is like a plain archive where it still decompresses. Where members and plain
//! records stand in one file, what is looked for after damage is of the kind that came before it.
//!
//! # Untrusted input
//! No input makes it panic, recurse, or allocate from a length it read: buffers grow as bytes
//! arrive. What hostile input can cost:
//!
//! - Memory: `2.7 * (max_record_size + max_header_size)` in a reader, plus up to 128 MiB for the
//!   window of a zstd frame that asks for it and then fills it, and up to 16 MiB for a dictionary. In [`payload`]
//!   the decoded bodies of two codings and a text of up to three times the body, each bounded by its
//!   `max_size`, plus 16 MiB for the window of a brotli body or 8 MiB for that of a zstd body.
//! - Time: linear in the bytes stored and the bytes they decompress to. A gzip member or zstd frame that
//!   gives more than [`ReaderOptions::max_compression_ratio`] times its own size is read no further, but for
//!   1 MiB that all of a file have together and 4 KiB for each, so that reading a file once decompresses no
//!   more than a thousand times its size and 1 MiB; a record above the
//!   size limit is decompressed to its end without being kept. False beginnings after damage make the
//!   reader go back over at most four times what it has read, and one MiB.
//! - Trust: what comes out of a gzip member or a zstd frame of its own was compared with its checksum.
//!   A record in a plain archive, or in a member that goes on behind it, was not: damage inside its block
//!   is not seen ([`Record::verified`], [`Tally::unverified`]), unless it states a digest. A header may
//!   hold any bytes but control characters: addresses and ids are not checked, and are no file names.

#![forbid(unsafe_code)]

mod arc;
mod charset;
mod digest;
mod entry;
mod frame;
mod header;
mod http;
mod member;
mod one_shot;
mod output;
mod payload;
mod reader;
pub mod reason;
mod source;
mod tally;
mod unpack;

pub use charset::{CharsetSource, Decoded, decode_html, decode_text};
pub use digest::{DigestCheck, check_digests};
pub use entry::{Damage, Entry, Padding, Record, Skipped, Within};
pub use header::Header;
pub use payload::{Payload, PayloadLimits, Text, payload, payload_within, skipped_by_header};
pub use reader::{ArchiveReader, ReaderOptions};
pub use tally::{Bytes, Tally};
pub use unpack::{Piece, Unpacker};

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
