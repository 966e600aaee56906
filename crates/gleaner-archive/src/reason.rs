//! The stable names of what goes wrong. They are stored, so they never change their meaning.

/// A gzip member ends with the file before its checksum.
pub const TRUNCATED_GZIP: &str = "truncated-gzip";
/// A gzip member does not decompress, or its checksum or length differs.
pub const CORRUPT_GZIP: &str = "corrupt-gzip";
/// A zstd frame ends with the file before its last block.
pub const TRUNCATED_ZSTD: &str = "truncated-zstd";
/// A zstd frame does not decompress, or its checksum differs.
pub const CORRUPT_ZSTD: &str = "corrupt-zstd";
/// The input ends inside a record.
pub const TRUNCATED_RECORD: &str = "truncated-record";
/// A version line without a usable header: no `Content-Length`, control characters.
pub const INVALID_HEADER: &str = "invalid-header";
/// Bytes where a record should begin that begin none.
pub const NOT_WARC: &str = "not-warc";
/// A record, or what it decodes to, is larger than the limit.
pub const RECORD_TOO_LARGE: &str = "record-too-large";
/// A record above the limit whose `Content-Length` reaches over the next record.
pub const WRONG_LENGTH: &str = "wrong-length";
/// A record header, or a line of it, is larger than the limit.
pub const HEADER_TOO_LARGE: &str = "header-too-large";
/// A gzip member or zstd frame gives more bytes for each of its own than the limit.
pub const COMPRESSION_RATIO: &str = "compression-ratio";
/// An archive compressed with LZ4; it is not read.
pub const LZ4_ARCHIVE: &str = "lz4-archive";

/// The content coding of a payload is damaged.
pub const CONTENT_CODING_CORRUPT: &str = "content-coding-corrupt";
/// The content coding of a payload is not known.
pub const CONTENT_CODING_UNKNOWN: &str = "content-coding-unknown";
/// A payload has more content codings on top of each other than the limit.
pub const CONTENT_CODINGS_NESTED: &str = "content-codings-nested";
/// The digest of a block or payload is not the one that the record states.
pub const DIGEST_MISMATCH: &str = "digest-mismatch";
/// The page states a charset that the Encoding standard forbids to decode (HZ, ISO-2022-KR).
pub const CHARSET_REPLACEMENT: &str = "charset-replacement";
