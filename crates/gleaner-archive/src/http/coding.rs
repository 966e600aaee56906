//! Content codings: gzip, deflate, br, zstd.

use std::borrow::Cow;
use std::io::{ErrorKind, Read};

use brotli_decompressor::{BrotliDecoderParameter, Decompressor};
use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};

use crate::member::ZSTD;
use crate::payload::{PayloadLimits, looks_like_text};
use crate::reason;

const PIECE: usize = 32 << 10;
/// 8 MiB, the most that RFC 9659 allows on the web.
const ZSTD_WINDOW_LOG: u32 = 23;

type Decoded = Result<Vec<u8>, &'static str>;

/// Undoes `codings`, the last one first.
pub(super) fn decode<'a>(
    mut body: Cow<'a, [u8]>,
    codings: &[String],
    limits: &PayloadLimits,
) -> Result<Cow<'a, [u8]>, &'static str> {
    let max_size = limits.max_size;
    if codings.len() > limits.max_codings {
        return Err(reason::CONTENT_CODINGS_NESTED);
    }
    for coding in codings.iter().rev() {
        if let Some(plain) = decode_one(&body, coding, max_size)? {
            body = Cow::Owned(plain);
        }
    }
    if body.len() as u64 > max_size { Err(reason::RECORD_TOO_LARGE) } else { Ok(body) }
}

/// `None`: the body is not coded that way, so it is as it stands.
fn decode_one(body: &[u8], coding: &str, max_size: u64) -> Result<Option<Vec<u8>>, &'static str> {
    let plain = match coding {
        "gzip" | "x-gzip" if body.starts_with(&[0x1f, 0x8b]) => read(GzDecoder::new(body), max_size),
        "zstd" if body.starts_with(&ZSTD) => zstd(body, max_size),
        // Neither has magic bytes: half of a text might decode to something.
        _ if looks_like_text(body) => return Ok(None),
        "deflate" => deflate(body, max_size),
        "br" => brotli(body, max_size),
        "gzip" | "x-gzip" | "zstd" => Err(reason::CONTENT_CODING_CORRUPT),
        _ => Err(reason::CONTENT_CODING_UNKNOWN),
    };
    plain.map(Some)
}

/// All of `reader`. Of a stream that is cut short what there is; of a corrupt one nothing.
fn read(mut reader: impl Read, max_size: u64) -> Decoded {
    let mut plain = Vec::new();
    let mut piece = [0; PIECE];
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return Ok(plain),
            Ok(count) => plain.extend_from_slice(&piece[..count]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::UnexpectedEof && !plain.is_empty() => return Ok(plain),
            Err(_) => return Err(reason::CONTENT_CODING_CORRUPT),
        }
        if plain.len() as u64 > max_size {
            return Err(reason::RECORD_TOO_LARGE);
        }
    }
}

fn zstd(body: &[u8], max_size: u64) -> Decoded {
    let mut decoder =
        zstd::stream::read::Decoder::with_buffer(body).map_err(|_| reason::CONTENT_CODING_CORRUPT)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG).map_err(|_| reason::CONTENT_CODING_CORRUPT)?;
    read(decoder, max_size)
}

/// With the zlib header that the standard wants, or raw as some servers send it.
fn deflate(body: &[u8], max_size: u64) -> Decoded {
    let zlib = matches!(body, [first, second, ..]
        if first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)).is_multiple_of(31));
    if zlib { read(ZlibDecoder::new(body), max_size) } else { read(DeflateDecoder::new(body), max_size) }
}

fn brotli(body: &[u8], max_size: u64) -> Decoded {
    let mut decoder = Decompressor::new(Watched { bytes: body, ended: false }, PIECE);
    // Windows of more than 16 MiB are no part of the coding as the web knows it.
    decoder.set_parameter(BrotliDecoderParameter::BROTLI_DECODER_PARAM_LARGE_WINDOW, 0);
    read(Brotli(decoder), max_size)
}

/// Bytes, and whether more were asked for.
struct Watched<'a> {
    bytes: &'a [u8],
    ended: bool,
}

impl Read for Watched<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        self.ended |= self.bytes.is_empty();
        self.bytes.read(out)
    }
}

/// Tells a stream that is cut short from one that is corrupt, as the decoders of the other codings do.
struct Brotli<'a>(Decompressor<Watched<'a>>);

impl Read for Brotli<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(out).map_err(
            |error| {
                if self.0.get_ref().ended { ErrorKind::UnexpectedEof.into() } else { error }
            },
        )
    }
}
