//! The longest lines of a page, by which its copies are known.

/// How many.
const LONGEST: usize = 8;
/// Paragraphs among them from which on half of them tells pages apart: with fewer, half may be the frame alone.
const PARAGRAPHS: usize = 4;

/// A line among the longest.
#[derive(Clone, Copy, Debug)]
struct Long {
    length: usize,
    hash: u64,
    /// Lines before it.
    at: usize,
    prose: bool,
}

/// The longest lines that differ, of those pushed so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Longest {
    lines: Vec<Long>,
    pushed: usize,
}

impl Longest {
    pub(super) fn push(&mut self, length: usize, hash: u64, prose: bool) {
        let at = self.pushed;
        self.pushed += 1;
        let place = self.lines.partition_point(|other| other.length > length);
        if place < LONGEST && self.lines.iter().all(|other| other.hash != hash) {
            self.lines.insert(place, Long { length, hash, at, prose });
            self.lines.truncate(LONGEST);
        }
    }

    /// One of every other line and one of the others, in the order of the page: where one line is edited, one of the two
    /// stays. Of a page of few paragraphs both are of all.
    pub(super) fn signatures(mut self) -> [u64; 2] {
        self.lines.sort_unstable_by_key(|line| line.at);
        let paragraphs = self.lines.iter().filter(|line| line.prose).count();
        let hash = |skip: usize, step: usize| {
            let lines = self.lines.iter().skip(skip).step_by(step);
            gleaner_text::hash64(&lines.flat_map(|line| line.hash.to_be_bytes()).collect::<Vec<u8>>())
        };
        if paragraphs < PARAGRAPHS { [hash(0, 1); 2] } else { [hash(0, 2), hash(1, 2)] }
    }
}

#[cfg(test)]
mod tests {
    use super::Longest;

    /// The signatures of a page of lines with these lengths, of which each has its own hash.
    fn signatures(lengths: &[usize], prose: usize) -> [u64; 2] {
        let mut longest = Longest::default();
        lengths.iter().enumerate().for_each(|(at, &length)| {
            longest.push(length, (length * 100) as u64, length >= prose);
            longest.push(3, at as u64 % 2, false);
        });
        longest.signatures()
    }

    #[test]
    fn an_edited_line_changes_one_signature() {
        let page = [90, 20, 80, 110, 100, 200, 40, 120, 10];
        let [a, b] = signatures(&page, 80);
        for at in [0, 2, 3, 4, 5, 7] {
            let mut edited = page;
            edited[at] += 7;
            let [c, d] = signatures(&edited, 80);
            assert!((a == c) != (b == d), "line {at}");
        }
        let other = page.map(|length| length + 5);
        let [c, d] = signatures(&other, 80);
        assert!(a != c && b != d);
    }

    #[test]
    fn a_page_of_few_paragraphs_has_one_signature() {
        let [a, b] = signatures(&[20, 90, 95, 30], 80);
        assert_eq!(a, b);
        let [c, d] = signatures(&[20, 90, 96, 30], 80);
        assert!(c == d && c != a);
    }
}
