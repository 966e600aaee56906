//! The decompressed bytes of a file, and how far in it they stand.

use std::io::{self, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use zstd::stream::read::Decoder;

use crate::input::format::Compression;
use crate::input::stored::Stored;

/// What is asked of the file at once.
const READ: usize = 256 << 10;

pub(super) enum Unpacked {
    Gzip(Box<MultiGzDecoder<BufReader<Stored>>>),
    Zstd(Box<Decoder<'static, BufReader<Stored>>>),
}

impl Unpacked {
    /// `None` for a file that is stored as it is.
    pub(super) fn new(stored: &Stored, compression: Compression) -> io::Result<Option<Unpacked>> {
        let buffered = || BufReader::with_capacity(READ, stored.clone());
        Ok(match compression {
            Compression::None => None,
            Compression::Gzip => Some(Unpacked::Gzip(Box::new(MultiGzDecoder::new(buffered())))),
            Compression::Zstd => Some(Unpacked::Zstd(Box::new(Decoder::with_buffer(buffered())?))),
        })
    }

    /// Bytes read of the file and not decompressed yet.
    pub(super) fn waiting(&self) -> u64 {
        let buffered = match self {
            Unpacked::Gzip(decoder) => decoder.get_ref(),
            Unpacked::Zstd(decoder) => decoder.get_ref(),
        };
        buffered.buffer().len() as u64
    }
}

impl Read for Unpacked {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Unpacked::Gzip(decoder) => decoder.read(out),
            Unpacked::Zstd(decoder) => decoder.read(out),
        }
    }
}
