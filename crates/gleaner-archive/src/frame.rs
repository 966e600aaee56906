//! Where a record begins and ends in a window of bytes. Pure functions: no input, no state.

use memchr::memmem;

use crate::arc;
use crate::header::{Fields, lines};
use crate::reader::ReaderOptions;
use crate::reason;

/// What must be known behind a record to tell whether it ends where its header says.
const LOOK: usize = 512;
/// A version line and the name of the field after it are shorter.
const VERSION_AND_NAME: usize = 128;

/// What stands at the beginning of a window.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// Not enough bytes: so many are wanted, unless the input ends before.
    More(usize),
    /// So many line ends, which belong to no record.
    Blank(usize),
    /// A record: header, block, and all its bytes with the line ends after it.
    Record { head: usize, block: usize, total: usize, stated: u64 },
    /// A header that announces a block above the limit.
    Large { head: usize, stated: u64 },
    /// The input ends inside the record that begins here.
    Truncated,
    /// No record begins here.
    Invalid(&'static str),
}

/// What a record may be like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules<'a> {
    pub(crate) options: &'a ReaderOptions,
    /// Whether ARC records are expected, too.
    pub(crate) arc: bool,
}

/// Reads the frame at the beginning of `window`, which is all there will be when `ended`.
pub(crate) fn frame(window: &[u8], ended: bool, rules: Rules<'_>) -> Frame {
    let blank = line_ends(window, usize::MAX);
    if blank > 0 {
        return Frame::Blank(blank);
    }
    let (head, stated) = match head(window, ended, rules) {
        // Twice as much, so that looking at it again and again is linear.
        Head::More => {
            let most = rules.options.max_header_size.saturating_add(1);
            return Frame::More(window.len().saturating_mul(2).min(most).max(window.len() + 4096));
        }
        Head::Truncated => return Frame::Truncated,
        Head::Invalid(why) => return Frame::Invalid(why),
        Head::Complete { stated: None, .. } => return Frame::Invalid(reason::INVALID_HEADER),
        Head::Complete { len, stated: Some(stated) } => (len, stated),
    };
    let total = match usize::try_from(stated).ok().and_then(|block| block.checked_add(head)) {
        Some(total) if stated <= rules.options.max_record_size => total,
        _ => return Frame::Large { head, stated },
    };
    if window.len() < total.saturating_add(LOOK) && !ended {
        return Frame::More(total.saturating_add(LOOK));
    }
    if window.len() < total {
        // From the header's last byte on: a record with no block at all may follow at once.
        return match find_record(&window[head - 1..], ended, rules.arc) {
            Search::Found(at) => cut(window, head, head - 1 + at, stated),
            Search::NotBefore(_) => Frame::Truncated,
        };
    }
    let after = total + line_ends(&window[total..], 4);
    if !may_follow(&window[after..], rules.arc)
        && let Some(next) = contradicted(window, head, total, rules.arc)
    {
        return cut(window, head, next, stated);
    }
    Frame::Record { head, block: total - head, total: after, stated }
}

/// Where the next record begins, if it shows that this one does not end at `total`: before that place, or shortly
/// behind it when no line end closes the record there.
fn contradicted(window: &[u8], head: usize, total: usize, arc: bool) -> Option<usize> {
    let reach = window.len().min(total + VERSION_AND_NAME);
    if let Search::Found(at) = find_record(&window[head - 1..reach], true, arc)
        && head - 1 + at < total
    {
        return Some(head - 1 + at);
    }
    let rest = &window[total..window.len().min(total + LOOK)];
    if line_ends(rest, 1) > 0 {
        return None;
    }
    match find_record(&window[total - 1..total + rest.len()], true, arc) {
        Search::Found(at) => Some(total - 1 + at),
        Search::NotBefore(_) => {
            let closed = rest.ends_with(b"\n\r\n") || rest.ends_with(b"\n\n");
            (closed && rest.len() == window.len() - total).then_some(window.len())
        }
    }
}

/// A record whose length is wrong and that ends where the next one begins.
fn cut(window: &[u8], head: usize, next: usize, stated: u64) -> Frame {
    let block = without_line_ends(&window[head..next]).len();
    Frame::Record { head, block, total: next, stated }
}

/// `bytes` without the two line ends that close a record.
pub(crate) fn without_line_ends(mut bytes: &[u8]) -> &[u8] {
    for _ in 0..2 {
        let Some(shorter) = bytes.strip_suffix(b"\n") else { break };
        bytes = shorter.strip_suffix(b"\r").unwrap_or(shorter);
    }
    bytes
}

/// Number of `\r` and `\n` at the beginning, at most `most`.
pub(crate) fn line_ends(bytes: &[u8], most: usize) -> usize {
    bytes.iter().take(most).take_while(|&&byte| byte == b'\r' || byte == b'\n').count()
}

/// Whether what follows a record looks like the next one, a member, or the end.
fn may_follow(bytes: &[u8], arc: bool) -> bool {
    bytes.is_empty()
        || begins_version(bytes)
        || (arc && arc::begins_line(bytes) != Some(false))
        || line_ends(bytes, 1) == 1
        || bytes.starts_with(&[0x1f, 0x8b])
        || bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
}

/// A header at the beginning of a window.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Head {
    /// It may go on behind the window.
    More,
    /// The input ends inside it.
    Truncated,
    Invalid(&'static str),
    /// Its bytes with the blank line, and its `Content-Length`.
    Complete {
        len: usize,
        stated: Option<u64>,
    },
}

/// Parses the header at the beginning of `window`. Cost: linear, and it stops at another version
/// line, so that no byte is looked at for two headers.
pub(crate) fn head(window: &[u8], ended: bool, rules: Rules<'_>) -> Head {
    if rules.arc && !may_be_version(&window[..window.len().min(5)]) {
        return arc_head(window, ended, rules.options);
    }
    let mut rest = lines(window);
    let mut number = 0;
    loop {
        let start = rest.position();
        let line = rest.next().unwrap_or_default();
        let closed = rest.position() > start && window[rest.position() - 1] == b'\n';
        if let Some(why) = refused(line, number, closed) {
            return Head::Invalid(why);
        }
        if rest.position() > rules.options.max_header_size || line.len() > rules.options.max_line_size {
            return Head::Invalid(reason::HEADER_TOO_LARGE);
        }
        if !closed {
            return if ended { Head::Truncated } else { Head::More };
        }
        if line.is_empty() {
            let len = rest.position();
            return Head::Complete { len, stated: content_length(&window[..len]) };
        }
        number += 1;
    }
}

/// The header of an ARC record is one line.
fn arc_head(window: &[u8], ended: bool, options: &ReaderOptions) -> Head {
    let longest = options.max_line_size.min(options.max_header_size);
    match memchr::memchr(b'\n', &window[..window.len().min(longest)]) {
        Some(end) => match arc::Line::parse(&window[..end]) {
            Ok(line) => Head::Complete { len: end + 1, stated: Some(line.length) },
            Err(why) => Head::Invalid(why),
        },
        None if arc::may_begin(window) == Some(false) => Head::Invalid(reason::NOT_WARC),
        None if window.len() >= longest => Head::Invalid(reason::HEADER_TOO_LARGE),
        None if ended => Head::Truncated,
        None => Head::More,
    }
}

/// Why a header cannot have this line there. A line that is not closed yet is judged by its beginning.
fn refused(line: &[u8], number: usize, closed: bool) -> Option<&'static str> {
    if number == 0 {
        let begins = if closed { is_version(line) } else { may_be_version(line) };
        return (!begins).then_some(reason::NOT_WARC);
    }
    let bad = line.iter().any(|&byte| byte < b' ' && byte != b'\t' && byte != b'\r')
        || (closed && is_version(line))
        || (closed && number == 1 && !line.contains(&b':'));
    bad.then_some(reason::INVALID_HEADER)
}

fn content_length(head: &[u8]) -> Option<u64> {
    let mut fields = Fields::of(head);
    let field = fields.find(|field| field.name.eq_ignore_ascii_case(b"content-length"))?;
    let value = field.text();
    // `parse` would take a sign.
    if value.starts_with(|first: char| first.is_ascii_digit()) { value.parse().ok() } else { None }
}

/// Whether bytes begin as a version line does. Where a record is expected, case does not matter.
pub(crate) fn begins_version(bytes: &[u8]) -> bool {
    bytes.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"WARC/"))
}

/// `WARC/`, digits, a dot, digits; blanks may follow.
fn is_version(line: &[u8]) -> bool {
    if !begins_version(line) {
        return false;
    }
    let rest = line[5..].trim_ascii_end();
    let mut parts = rest.split(|&byte| byte == b'.');
    let number = |part: Option<&[u8]>| {
        part.is_some_and(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
    };
    rest.len() <= 16 && number(parts.next()) && number(parts.next()) && parts.next().is_none()
}

fn may_be_version(line: &[u8]) -> bool {
    let known = line.len().min(5);
    line[..known].eq_ignore_ascii_case(&b"WARC/"[..known]) && line.len() < 32
}

/// What a search for the next record found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Search {
    /// A record begins here.
    Found(usize),
    /// None before here; what follows needs more bytes.
    NotBefore(usize),
}

/// The first line of `window` that begins a record; ARC records only where `arc` says that there may be some.
pub(crate) fn find_record(window: &[u8], ended: bool, arc: bool) -> Search {
    let version = find_version(window, ended);
    if !arc {
        return version;
    }
    let (Search::Found(end) | Search::NotBefore(end)) = version;
    match find_arc_line(window, ended) {
        Search::Found(at) if at <= end => Search::Found(at),
        Search::NotBefore(at) if at < end => Search::NotBefore(at),
        _ => version,
    }
}

fn find_arc_line(window: &[u8], ended: bool) -> Search {
    for end in memchr::memchr_iter(b'\n', window) {
        match arc::begins_line(&window[end + 1..]) {
            Some(true) => return Search::Found(end + 1),
            None if !ended => return Search::NotBefore(end + 1),
            _ => {}
        }
    }
    Search::NotBefore(window.len())
}

/// The first line of `window` that is a version line followed by a field of a WARC header.
/// `ended`: nothing follows the window.
fn find_version(window: &[u8], ended: bool) -> Search {
    for at in memmem::find_iter(window, b"WARC/") {
        if at == 0 || window[at - 1] != b'\n' {
            continue;
        }
        match begins_header(&window[at..]) {
            Some(true) => return Search::Found(at),
            None if !ended => return Search::NotBefore(at),
            _ => {}
        }
    }
    // `\nWARC/` may begin at the very end.
    let keep = if ended { 0 } else { 5 };
    Search::NotBefore(window.len().saturating_sub(keep))
}

/// Whether a version line and a field whose name a WARC header uses stand here; `None`: too short to tell.
pub(crate) fn begins_header(window: &[u8]) -> Option<bool> {
    let start = &window[..window.len().min(VERSION_AND_NAME)];
    let unknown = if window.len() < VERSION_AND_NAME { None } else { Some(false) };
    let Some(end) = memchr::memchr(b'\n', start) else { return unknown };
    let line = &start[..end];
    if !is_version(line.strip_suffix(b"\r").unwrap_or(line)) {
        return Some(false);
    }
    let field = &start[end + 1..];
    let Some(colon) = field.iter().position(|&byte| !byte.is_ascii_alphanumeric() && byte != b'-') else {
        return unknown;
    };
    let name = &field[..colon];
    let known =
        |prefix: &[u8]| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    Some(field[colon] == b':' && (known(b"WARC-") || known(b"Content-")))
}
