//! Chunked transfer coding, read as leniently as browsers do.

use crate::header::lines;

/// The longest line that can announce a chunk.
const MAX_LINE: usize = 4096;

/// Joins the chunks of `body`; `None` if it does not begin with a chunk, as when a crawler has joined
/// them already. A chunk that is cut short is kept; what follows a broken one is kept as it stands.
pub(super) fn decode(body: &[u8]) -> Option<Vec<u8>> {
    let mut joined = Vec::new();
    let mut rest = body;
    let mut first = true;
    while let Some((size, line)) = chunk_size(rest) {
        let data = &rest[line..];
        if first && size < data.len() && !matches!(data[size], b'\r' | b'\n') && size > 0 {
            return None;
        }
        if size == 0 {
            return (!first || ends(data)).then_some(joined);
        }
        first = false;
        let (chunk, after) = data.split_at(size.min(data.len()));
        joined.extend_from_slice(chunk);
        rest = after.strip_prefix(b"\r").unwrap_or(after);
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    if first {
        return None;
    }
    joined.extend_from_slice(rest);
    Some(joined)
}

/// Whether nothing follows the last chunk but trailer fields.
fn ends(data: &[u8]) -> bool {
    let mut rest = lines(data);
    while let Some(line) = rest.next() {
        if line.is_empty() {
            return data[rest.position()..].trim_ascii().is_empty();
        }
        if !line.contains(&b':') {
            return false;
        }
    }
    true
}

/// Size of the chunk that begins here, and length of the line that says so.
fn chunk_size(bytes: &[u8]) -> Option<(usize, usize)> {
    let end = memchr::memchr(b'\n', &bytes[..bytes.len().min(MAX_LINE)])?;
    let line = bytes[..end].split(|&byte| byte == b';').next().unwrap_or_default().trim_ascii();
    if line.is_empty() || !line.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let size = usize::from_str_radix(std::str::from_utf8(line).ok()?, 16).ok()?;
    Some((size, end + 1))
}

#[cfg(test)]
mod tests {
    use super::decode;

    fn check(body: &[u8], expected: Option<&[u8]>) {
        assert_eq!(decode(body).as_deref(), expected, "{}", body.escape_ascii());
    }

    #[test]
    fn bodies() {
        check(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", Some(b"abcde"));
        check(b"3;name=value\r\nabc\r\n0\r\nTrailer: x\r\n\r\n", Some(b"abc"));
        check(b"3 \nabc\n2\nde\n0\n\n", Some(b"abcde"));
        check(b"000003\r\nabc\r\n0\r\n\r\n", Some(b"abc"));
        check(b"0\r\n\r\n", Some(b""));
        check(b"0\r\nTrailer: x\r\n\r\n", Some(b""));
        // Cut short, a broken chunk in the middle, an absurd size.
        check(b"A\r\nabc", Some(b"abc"));
        check(b"3\r\nabc\r\nxyz\r\nrest", Some(b"abcxyz\r\nrest"));
        check(b"3\r\nabc\r\nFFFFFFFFFFFFFFFFFFFF\r\nrest", Some(b"abcFFFFFFFFFFFFFFFFFFFF\r\nrest"));
        check(b"FFFFFFFFFFFFFFF\r\nabc", Some(b"abc"));
        // Not chunked at all.
        check(b"<html>\r\n", None);
        check(b"10\r\nis how this text of more than sixteen letters begins", None);
        check(b"0\r\nis the first line of a text", None);
        check(b"0\r\n\r\nhas a paragraph after it", None);
        check(b"", None);
    }
}
