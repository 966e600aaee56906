//! Prints what an archive holds of one address: the text of the page as the server sent it, decoded.
//!
//! `cargo run --release -p gleaner-archive --example extract_url -- FILE URL`

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::fs::File;
use std::io;
use std::process::ExitCode;

use gleaner_archive::{ArchiveReader, Entry, Payload, PayloadLimits, ReaderOptions, payload_within};

fn main() -> io::Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(address)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: extract_url FILE URL");
        return Ok(ExitCode::from(2));
    };
    let mut reader = ArchiveReader::new(File::open(path)?, ReaderOptions::default());
    while let Some(entry) = reader.next_entry()? {
        let Entry::Record(record) = entry else { continue };
        if record.header.target_uri().as_deref() != Some(address.as_str()) {
            continue;
        }
        match payload_within(record.header, record.block, &PayloadLimits::default()) {
            Payload::Html(text) | Payload::Text(text) => {
                println!("{}", text.text);
                return Ok(ExitCode::SUCCESS);
            }
            // A request or metadata of the same address; the response may follow.
            other => eprintln!("at {}: {other:?}", record.offset),
        }
    }
    eprintln!("{address} is not there");
    Ok(ExitCode::FAILURE)
}
