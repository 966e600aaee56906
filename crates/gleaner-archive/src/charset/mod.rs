//! Which charset bytes are in, and their text.

mod meta;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};

/// Text decoded from bytes; at most three times as long, whatever they are.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decoded {
    /// The text without byte order mark, invalid sequences replaced by U+FFFD.
    pub text: String,
    /// Name of the charset per the WHATWG Encoding standard.
    pub charset: &'static str,
    /// What told the charset.
    pub source: CharsetSource,
    /// Whether there were invalid sequences.
    pub replaced: bool,
}

/// What told a charset, in the order in which it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum CharsetSource {
    /// A byte order mark.
    Bom,
    /// The HTTP or record header.
    Stated,
    /// The page itself, in its first 1,024 bytes: `<meta charset>`, `http-equiv`, or the XML declaration.
    Meta,
    /// The bytes are valid UTF-8 (one sequence cut at the end aside).
    Utf8,
    /// Statistics over the bytes.
    Detected,
}

/// Decodes the bytes of an HTML page: by byte order mark, UTF-8 where it is valid beyond doubt, the stated
/// charset, what the page says in its first 1,024 bytes, UTF-8 where valid, then detection (chardetng, the
/// detector of Firefox).
///
/// `stated`: a charset label from outside, as in an HTTP header; an unknown one is ignored. The
/// steps are those of the HTML standard, but for the second: eight sequences of valid UTF-8 and not one invalid
/// outweigh what a header or page states. A page in a charset that the Encoding standard forbids to
/// decode (`replacement`) comes out as one U+FFFD.
///
/// Cost: linear.
///
/// ```
/// use gleaner_archive::{CharsetSource, decode_html};
/// let page = decode_html(b"<meta charset=shift_jis>\x93\xfa\x96\x7b", None);
/// assert_eq!((page.text.as_str(), page.charset), ("<meta charset=shift_jis>\u{65e5}\u{672c}", "Shift_JIS"));
/// assert_eq!((page.source, page.replaced), (CharsetSource::Meta, false));
/// ```
pub fn decode_html(bytes: &[u8], stated: Option<&str>) -> Decoded {
    decode(bytes, Kind::Html, &Hints { stated, top_level_domain: None })
}

/// Decodes the bytes of a plain text: by byte order mark, UTF-8 where it is valid beyond doubt, the stated
/// charset, UTF-8 where valid, then detection. Otherwise as [`decode_html`].
///
/// ```
/// use gleaner_archive::{CharsetSource, decode_text};
/// let text = decode_text("Xin chào".as_bytes(), None);
/// assert_eq!((text.text.as_str(), text.charset, text.source), ("Xin chào", "UTF-8", CharsetSource::Utf8));
/// ```
pub fn decode_text(bytes: &[u8], stated: Option<&str>) -> Decoded {
    decode(bytes, Kind::Text, &Hints { stated, top_level_domain: None })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Html,
    Text,
}

/// What is known of the bytes from outside.
#[derive(Debug, Default)]
pub(crate) struct Hints<'a> {
    pub(crate) stated: Option<&'a str>,
    /// Lower-case ASCII letters, digits and `-`.
    pub(crate) top_level_domain: Option<String>,
}

pub(crate) fn decode(bytes: &[u8], kind: Kind, hints: &Hints<'_>) -> Decoded {
    let (encoding, source, mark) = choose(bytes, kind, hints);
    let (text, replaced) = encoding.decode_without_bom_handling(&bytes[mark..]);
    Decoded { text: text.into_owned(), charset: encoding.name(), source, replaced }
}

/// The charset, what told it, and the length of the byte order mark.
fn choose(bytes: &[u8], kind: Kind, hints: &Hints<'_>) -> (&'static Encoding, CharsetSource, usize) {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return (encoding, CharsetSource::Bom, mark);
    }
    if is_plainly_utf8(bytes) {
        return (UTF_8, CharsetSource::Utf8, 0);
    }
    if let Some(encoding) = hints.stated.and_then(|label| Encoding::for_label(label.as_bytes())) {
        return (encoding, CharsetSource::Stated, 0);
    }
    if kind == Kind::Html
        && let Some(encoding) = meta::prescan(&bytes[..bytes.len().min(1024)])
    {
        return (encoding, CharsetSource::Meta, 0);
    }
    if is_utf8(bytes) {
        return (UTF_8, CharsetSource::Utf8, 0);
    }
    (detect(bytes, hints.top_level_domain.as_deref()), CharsetSource::Detected, 0)
}

/// Valid, with so many sequences that no other charset gives them by chance: then what header and page say is wrong,
/// as on pages that were converted without their `<meta>`.
fn is_plainly_utf8(bytes: &[u8]) -> bool {
    const ENOUGH_SEQUENCES: usize = 8;
    let starts = bytes.iter().filter(|&&byte| byte >= 0xc0);
    is_utf8(bytes) && starts.take(ENOUGH_SEQUENCES).count() == ENOUGH_SEQUENCES
}

/// Crawlers cut long pages, so that the last sequence may be incomplete.
fn is_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true)
}

fn detect(bytes: &[u8], top_level_domain: Option<&str>) -> &'static Encoding {
    if is_mostly_utf8(bytes) {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector.guess(top_level_domain.map(str::as_bytes), Utf8Detection::Deny)
}

/// UTF-8 with a few bytes of something else, as a broken template or a cut comment leaves it: no
/// other charset gives twenty valid sequences for an invalid one.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut valid, mut invalid) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().bytes().filter(|&byte| byte >= 0xc0).count();
        invalid += usize::from(!chunk.invalid().is_empty());
    }
    valid >= invalid.saturating_mul(20)
}
