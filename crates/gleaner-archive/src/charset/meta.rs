//! "Prescan a byte stream to determine its encoding", of the HTML standard.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED};

/// The charset that a page states in `bytes`, its beginning.
pub(super) fn prescan(bytes: &[u8]) -> Option<&'static Encoding> {
    if bytes.starts_with(b"<\0?\0x\0") {
        return Some(UTF_16LE);
    }
    if bytes.starts_with(b"\0<\0?\0x") {
        return Some(UTF_16BE);
    }
    let mut scan = Scan { bytes, pos: 0 };
    while scan.pos < bytes.len() {
        if let Some(encoding) = scan.step() {
            return Some(encoding);
        }
    }
    xml_declaration(bytes)
}

/// A byte position that moves forward only.
struct Scan<'a> {
    bytes: &'a [u8],
    pos: usize,
}

impl<'a> Scan<'a> {
    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.pos..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.pos).copied()
    }

    fn skip_while(&mut self, test: impl Fn(u8) -> bool) {
        self.pos += self.rest().iter().take_while(|&&byte| test(byte)).count();
    }

    /// Passes one comment, tag or byte.
    fn step(&mut self) -> Option<&'static Encoding> {
        let Some(at) = memchr::memchr(b'<', self.rest()) else {
            self.pos = self.bytes.len();
            return None;
        };
        self.pos += at;
        match self.rest() {
            [b'<', b'!', b'-', b'-', ..] => {
                // `<!-->` is a comment.
                let end = memchr::memmem::find(&self.rest()[2..], b"-->");
                self.pos = end.map_or(self.bytes.len(), |end| self.pos + 2 + end + 3);
            }
            rest if is_meta(rest) => {
                self.pos += 5;
                return self.meta();
            }
            [b'<', b'/', letter, ..] | [b'<', letter, ..] if letter.is_ascii_alphabetic() => {
                self.skip_while(|byte| !is_space(byte) && byte != b'>');
                while self.attribute().is_some() {}
            }
            [b'<', b'!' | b'/' | b'?', ..] => self.skip_while(|byte| byte != b'>'),
            _ => self.pos += 1,
        }
        None
    }

    fn meta(&mut self) -> Option<&'static Encoding> {
        let (mut pragma, mut content, mut charset) = (None, None, None);
        while let Some((name, value)) = self.attribute() {
            let slot = match name.as_slice() {
                b"http-equiv" => &mut pragma,
                b"content" => &mut content,
                b"charset" => &mut charset,
                _ => continue,
            };
            slot.get_or_insert(value);
        }
        // The bytes end inside the tag: its values may be cut.
        self.peek()?;
        let label = match (charset, pragma, content) {
            (Some(label), ..) => label,
            (None, Some(pragma), Some(content)) if pragma == b"content-type" => charset_in_content(&content)?,
            _ => return None,
        };
        Encoding::for_label(&label).map(as_page)
    }

    /// The next attribute of a tag, in lower case; `None` at the tag's end.
    fn attribute(&mut self) -> Option<(Vec<u8>, Vec<u8>)> {
        self.skip_while(|byte| is_space(byte) || byte == b'/');
        if self.peek().is_none_or(|byte| byte == b'>') {
            return None;
        }
        let start = self.pos;
        // An attribute may begin with `=`.
        self.pos += 1;
        self.skip_while(|byte| !is_space(byte) && !matches!(byte, b'=' | b'/' | b'>'));
        let name = self.bytes[start..self.pos].to_ascii_lowercase();
        self.skip_while(is_space);
        if self.peek() != Some(b'=') {
            return Some((name, Vec::new()));
        }
        self.pos += 1;
        self.skip_while(is_space);
        Some((name, self.value()))
    }

    fn value(&mut self) -> Vec<u8> {
        let start = self.pos;
        let quote = match self.peek() {
            Some(quote @ (b'"' | b'\'')) => quote,
            _ => {
                self.skip_while(|byte| !is_space(byte) && byte != b'>');
                return self.bytes[start..self.pos].to_ascii_lowercase();
            }
        };
        self.pos += 1;
        self.skip_while(|byte| byte != quote);
        let value = self.bytes[start + 1..self.pos].to_ascii_lowercase();
        self.pos = (self.pos + 1).min(self.bytes.len());
        value
    }
}

fn is_meta(rest: &[u8]) -> bool {
    rest.len() > 5 && rest[..5].eq_ignore_ascii_case(b"<meta") && (is_space(rest[5]) || rest[5] == b'/')
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

/// The charset in the `content` of a `<meta http-equiv>`, already in lower case.
fn charset_in_content(content: &[u8]) -> Option<Vec<u8>> {
    let mut rest = content;
    loop {
        let at = memchr::memmem::find(rest, b"charset")?;
        rest = rest[at + 7..].trim_ascii_start();
        if let Some(value) = rest.strip_prefix(b"=") {
            let value = value.trim_ascii_start();
            return match value.first()? {
                &quote @ (b'"' | b'\'') => {
                    let end = memchr::memchr(quote, &value[1..])?;
                    Some(value[1..=end].to_vec())
                }
                _ => value.split(|&byte| is_space(byte) || byte == b';').next().map(<[u8]>::to_vec),
            };
        }
    }
}

/// `encoding` of an XML declaration, as XHTML has it.
fn xml_declaration(bytes: &[u8]) -> Option<&'static Encoding> {
    let declaration = bytes.strip_prefix(b"<?xml")?;
    let end = memchr::memchr(b'>', declaration)?;
    let at = memchr::memmem::find(&declaration[..end], b"encoding")?;
    let value = declaration[at + 8..end].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (&quote, value) = value.split_first().filter(|(quote, _)| matches!(quote, b'"' | b'\''))?;
    let end = memchr::memchr(quote, value)?;
    Encoding::for_label(&value[..end]).map(as_page)
}

/// A page that could be read up to here is not UTF-16 whatever it says.
fn as_page(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == UTF_16LE || encoding == UTF_16BE {
        UTF_8
    } else if encoding == X_USER_DEFINED {
        WINDOWS_1252
    } else {
        encoding
    }
}

#[cfg(test)]
mod tests {
    use super::prescan;

    fn check(page: &[u8], expected: Option<&str>) {
        assert_eq!(prescan(page).map(|encoding| encoding.name()), expected, "{}", page.escape_ascii());
    }

    #[test]
    fn pages() {
        check(b"<meta charset=koi8-r>", Some("KOI8-R"));
        check(b"<META\nCHARSET = 'GBK' >", Some("GBK"));
        check(b"<meta http-equiv=Content-Type content='text/html; charset=big5'>", Some("Big5"));
        check(b"<meta content=\"text/html; charset = euc-kr\" http-equiv=content-type>", Some("EUC-KR"));
        check(b"<meta http-equiv='content-type' content='text/html; charset=\"sjis\"'>", Some("Shift_JIS"));
        check(b"<meta content='text/html; charset=big5'>", None);
        check(b"<meta http-equiv=refresh content='charset=big5'>", None);
        check(b"<!-- <meta charset=gbk> --><meta charset=utf-8>", Some("UTF-8"));
        check(b"<!--><meta charset=gbk>", Some("GBK"));
        check(b"<a title='<meta charset=gbk>'>", None);
        check(b"<meta name=x charset=nonsense><meta charset=windows-1258>", Some("windows-1258"));
        check(b"<meta charset=utf-16le>", Some("UTF-8"));
        check(b"<meta charset=x-user-defined>", Some("windows-1252"));
        check(b"<metacharset=gbk>", None);
        check(b"<meta charset=gbk charset=big5>", Some("GBK"));
        check(b"<?xml version='1.0' encoding='iso-8859-2'?><html>", Some("ISO-8859-2"));
        check(b"<\0?\0x\0m\0", Some("UTF-16LE"));
        check(b"<meta charset=", None);
        check(b"<meta charset='gbk", None);
        check(b"<meta charset='gbk'", None);
        check(b"<meta charset=gbk", None);
        check(b"<meta charset='gbk><p title='>", None);
        check(b"<meta charset=gbk><meta charset=big5", Some("GBK"));
        check(b"<?xml version='1.0' encoding='gbk'?><meta charset='big5", Some("GBK"));
        check(b"<!-- never closed <meta charset=gbk>", None);
        check(b"", None);
    }
}
