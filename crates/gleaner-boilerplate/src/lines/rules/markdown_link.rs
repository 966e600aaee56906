//! Links and images as Markdown writes them, found in one pass.

use std::ops::Range;

/// `[text](target)`, or `![text](target)` or `![text][label]` when `image`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) image: bool,
    /// All of it, from `!` or `[` to `)`.
    pub(super) range: Range<usize>,
    pub(super) text: Range<usize>,
}

/// Longest target with its title, in bytes.
const TARGET: usize = 4096;

/// The links of a line by their closing bracket; an inner one comes before the one around it. Linear time: targets
/// end at a bracket, so none is read twice.
pub(super) fn links(line: &str) -> Vec<Link> {
    let bytes = line.as_bytes();
    let mut links = Vec::new();
    let mut open = Vec::new();
    let mut at = 0;
    if !memchr::memchr_iter(b']', bytes).any(|at| matches!(bytes.get(at + 1), Some(b'(' | b'['))) {
        return links;
    }
    while let Some(bracket) = memchr::memchr2(b'[', b']', &bytes[at..]) {
        at += bracket;
        match bytes[at] {
            b'[' => open.push(at),
            b']' => {
                let start = open.pop();
                if let (Some(start), Some(end)) = (start, reference_end(bytes, at + 1))
                    && start > 0
                    && bytes[start - 1] == b'!'
                {
                    links.push(Link { image: true, range: start - 1..end, text: start + 1..at });
                    at = end;
                    continue;
                }
                if let (Some(start), Some(end)) = (start, target_end(bytes, at + 1)) {
                    let image = start > 0 && bytes[start - 1] == b'!';
                    links.push(Link { image, range: start - usize::from(image)..end, text: start + 1..at });
                    at = end;
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
    links
}

/// The end of `[label]` that starts at `at`: how an image says which of the addresses at the text's end is its own.
fn reference_end(bytes: &[u8], at: usize) -> Option<usize> {
    const LONGEST: usize = 64;
    if bytes.get(at) != Some(&b'[') {
        return None;
    }
    let label = bytes[at + 1..].iter().take(LONGEST).take_while(|b| !b"[]()".contains(b)).count();
    (label > 0 && bytes.get(at + 1 + label) == Some(&b']')).then_some(at + label + 2)
}

/// The end of `(target)` or `(target "title")` that starts at `at`, if its target may be an address.
fn target_end(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at) != Some(&b'(') || !is_address(&bytes[at + 1..]) {
        return None;
    }
    let mut depth = 1;
    let mut quoted = false;
    for (i, &b) in bytes.iter().enumerate().skip(at + 1).take(TARGET) {
        match b {
            b'"' if quoted || bytes[i - 1] == b' ' => quoted = !quoted,
            b'[' | b']' | b'<' | b'\n' => return None,
            b' ' if !quoted && bytes.get(i + 1) != Some(&b'"') => return None,
            b'(' => depth += 1,
            b')' if depth > 1 => depth -= 1,
            b')' => return Some(i + 1),
            _ => {}
        }
    }
    None
}

fn is_address(target: &[u8]) -> bool {
    const STARTS: [&[u8]; 10] =
        [b")", b"http", b"//", b"/", b"#", b"www.", b"mailto:", b"data:", b"./", b"../"];
    const IMAGES: [&[u8]; 6] = [b".jpg", b".png", b".jpeg", b".gif", b".webp", b".svg"];
    let end = target.iter().take(TARGET).position(|b| b")[] ".contains(b)).unwrap_or(0);
    STARTS.iter().any(|start| target.starts_with(start))
        || IMAGES.iter().any(|image| target[..end].ends_with(image))
}
