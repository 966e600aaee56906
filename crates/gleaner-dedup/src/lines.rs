//! The lines of a text, by which the frame of a site is learnt and found.

use gleaner_text::hash64;

/// Bytes of a line that is too short to say anything.
const SHORT: usize = 8;
/// Bytes of a line that is a paragraph of the text, and no line of a frame.
const LONG: usize = 640;
/// Lines at each end of a page that may belong to the frame.
const EDGE: usize = 8;
/// Longest lines at most, by which copies of a page are told from other pages.
const LONGEST: usize = 4;
/// Lines of which one is among the longest.
const LINES_FOR_ONE: usize = 4;

/// What [`Frames`](crate::Frames) are learnt from: hashes of the eight lines at each end of a text, without
/// paragraphs of more than 640 bytes, and of its
/// longest ones, one of four and at most four. At most 160 bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageLines {
    /// The hashes of lines at the ends, ascending and distinct.
    pub edges: Box<[u64]>,
    /// The hashes of the longest lines, ascending and distinct.
    pub longest: Box<[u64]>,
}

impl PageLines {
    /// Bytes that the hashes take at most.
    pub(crate) const MOST_BYTES: u64 = 8 * (2 * EDGE + LONGEST) as u64;

    /// The lines of `text`, which end with a line feed. Linear time.
    pub fn of(text: &str) -> PageLines {
        let edges = text.split('\n').filter_map(line_of).take(EDGE);
        let edges = edges.chain(text.rsplit('\n').filter_map(line_of).take(EDGE));
        let edges = edges.filter(|line| line.len() <= LONG).map(line_hash);
        let mut longest: Vec<&str> = Vec::with_capacity(LONGEST + 1);
        let mut lines = 0;
        for line in text.split('\n').filter_map(line_of) {
            lines += 1;
            if longest.len() == LONGEST && line.len() <= longest[LONGEST - 1].len() {
                continue;
            }
            let place = longest.partition_point(|other| other.len() >= line.len());
            longest.insert(place, line);
            longest.truncate(LONGEST);
        }
        longest.truncate((lines / LINES_FOR_ONE).max(1));
        PageLines { edges: ascending(edges), longest: ascending(longest.into_iter().map(line_hash)) }
    }
}

fn ascending(hashes: impl Iterator<Item = u64>) -> Box<[u64]> {
    let mut hashes: Vec<u64> = hashes.collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes.into()
}

/// A line without the white space around it; `None` when it is too short to say anything.
pub(crate) fn line_of(line: &str) -> Option<&str> {
    Some(line.trim_ascii()).filter(|line| line.len() >= SHORT)
}

/// The hash of a line with every ASCII digit as 0. Part of the stored format.
pub(crate) fn line_hash(line: &str) -> u64 {
    let mut masked = [0; LONG];
    let Some(masked) =
        masked.get_mut(..line.len()).filter(|_| line.bytes().any(|byte| byte.is_ascii_digit()))
    else {
        return hash64(line.as_bytes());
    };
    for (masked, byte) in masked.iter_mut().zip(line.bytes()) {
        *masked = if byte.is_ascii_digit() { b'0' } else { byte };
    }
    hash64(masked)
}

#[cfg(test)]
mod tests {
    use super::{LONG, PageLines, ascending, line_hash};

    #[test]
    fn ends_and_longest_lines() {
        let lines: Vec<String> = (0..30).map(|line| format!("line of number {}", "x".repeat(line))).collect();
        let hashes = |wanted: &[usize]| ascending(wanted.iter().map(|&line| line_hash(lines[line].trim())));
        let page = PageLines::of(&format!("short\n\n  {}\r\n\nshort\n", lines.join(" \n\n")));
        assert_eq!(page.edges, hashes(&[0, 1, 2, 3, 4, 5, 6, 7, 22, 23, 24, 25, 26, 27, 28, 29]));
        assert_eq!(page.longest, hashes(&[26, 27, 28, 29]));
        assert_eq!(PageLines::of("one two three").edges, PageLines::of("\none two three\n").longest);
        assert_eq!(PageLines::of("\n \nshort"), PageLines::default());
    }

    #[test]
    fn digits_do_not_count() {
        assert_eq!(line_hash("Updated 12.05.2024"), line_hash("Updated 00.00.0000"));
        assert_ne!(line_hash("Updated 12.05.2024"), line_hash("Updated 2.05.2024"));
        let paragraph = "x".repeat(LONG + 1);
        assert!(PageLines::of(&paragraph).edges.is_empty());
        assert_eq!(PageLines::of(&paragraph[1..]).edges.len(), 1);
    }
}
