//! Which format a file has: by its name, else by its first bytes.

use std::io::Read;

use serde::{Deserialize, Serialize};

/// Format of an input file; compression is found by magic bytes whatever the name says.
///
/// | format | extensions | also with `.gz`, `.zst` |
/// |---|---|---|
/// | [`Warc`](Format::Warc) | `.warc` `.wet` `.wat` `.arc` | yes |
/// | [`Html`](Format::Html) | `.html` `.htm` `.xhtml` | yes |
/// | [`Text`](Format::Text) | `.txt` `.text` `.md` | yes |
/// | [`Jsonl`](Format::Jsonl) | `.jsonl` `.ndjson` `.json` | yes |
/// | [`Parquet`](Format::Parquet) | `.parquet` | no: it is compressed inside |
///
/// Case does not matter. A `.json` file is read line by line as well: a row a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Format {
    /// WARC, WET, WAT, ARC.
    Warc,
    /// One page a file.
    Html,
    /// One document a file.
    Text,
    /// A JSON object a line.
    Jsonl,
    /// A row a record.
    Parquet,
}

const EXTENSIONS: &[(&str, Format)] = &[
    ("warc", Format::Warc),
    ("wet", Format::Warc),
    ("wat", Format::Warc),
    ("arc", Format::Warc),
    ("html", Format::Html),
    ("htm", Format::Html),
    ("xhtml", Format::Html),
    ("txt", Format::Text),
    ("text", Format::Text),
    ("md", Format::Text),
    ("jsonl", Format::Jsonl),
    ("ndjson", Format::Jsonl),
    ("json", Format::Jsonl),
    ("parquet", Format::Parquet),
];

impl Format {
    /// The format a file name stands for; `None` where its extension is not in the table above.
    ///
    /// ```
    /// use gleaner_corpus::Format;
    /// assert_eq!(Format::from_name("CC-MAIN-00000.warc.gz"), Some(Format::Warc));
    /// assert_eq!(Format::from_name("notes.TXT"), Some(Format::Text));
    /// assert_eq!(Format::from_name("photo.jpg"), None);
    /// ```
    pub fn from_name(name: &str) -> Option<Format> {
        let lower = name.to_ascii_lowercase();
        let inner = lower.strip_suffix(".gz").or_else(|| lower.strip_suffix(".zst"));
        let (_, extension) = inner.unwrap_or(&lower).rsplit_once('.')?;
        let (_, format) = *EXTENSIONS.iter().find(|(known, _)| *known == extension)?;
        (format != Format::Parquet || inner.is_none()).then_some(format)
    }
}

/// Compression of a file as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Gzip,
    Zstd,
}

impl Compression {
    /// By the first bytes of a file. A zstd file may begin with a skippable frame, as one with its dictionary does.
    pub(crate) fn of(start: &[u8]) -> Compression {
        match start {
            [0x1f, 0x8b, ..] | [0x1f] => Compression::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression::Zstd,
            [first, 0x2a, 0x4d, 0x18, ..] if first & 0xf0 == 0x50 => Compression::Zstd,
            _ => Compression::None,
        }
    }
}

/// How much of a file decides its format.
pub(crate) const SNIFFED: usize = 64 << 10;

/// The format of a file by its first bytes, looking through gzip and zstd; `None` where they are no text.
pub(crate) fn sniff(start: &[u8]) -> Option<Format> {
    let mut decoded = Vec::new();
    let start = match Compression::of(start) {
        Compression::None => start,
        compression => {
            // Damage is met again, and told, when the file is read.
            let _ = match compression {
                Compression::Gzip => {
                    flate2::read::MultiGzDecoder::new(start).take(4096).read_to_end(&mut decoded)
                }
                _ => zstd::stream::read::Decoder::new(start)
                    .and_then(|decoder| decoder.take(4096).read_to_end(&mut decoded)),
            };
            decoded.as_slice()
        }
    };
    sniff_decoded(start)
}

fn sniff_decoded(start: &[u8]) -> Option<Format> {
    if start.starts_with(b"PAR1") {
        return Some(Format::Parquet);
    }
    if start.starts_with(b"WARC/") || start.starts_with(b"filedesc://") {
        return Some(Format::Warc);
    }
    if starts_as_utf16(start) {
        return Some(Format::Text);
    }
    let visible = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    match visible {
        [b'{', ..] => Some(Format::Jsonl),
        [b'<', next, ..] if next.is_ascii_alphabetic() || matches!(next, b'!' | b'?') => Some(Format::Html),
        _ if start.starts_with(b"%PDF-") || start[..start.len().min(4096)].contains(&0) => None,
        _ => Some(Format::Text),
    }
}

fn starts_as_utf16(start: &[u8]) -> bool {
    start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff")
}
