//! The comparison of two texts by where they differ.

use std::ops::Range;

use ahash::AHashSet;

use crate::frames::Frames;
use crate::shingles::{Shingles, containment, jaccard, shared_at_least};
use crate::similarity::{Coverage, Similarity};

/// A text as it is compared: without the lines that are frames.
#[derive(Debug)]
pub(crate) struct View<'a> {
    shingles: &'a Shingles,
    /// The tokens of the frames, ascending.
    frame: Vec<Range<usize>>,
    /// Hashes of the shingles with a token of a frame, ascending and distinct.
    touched: Vec<u64>,
}

/// What was found of a pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Covered {
    pub(crate) jaccard: f64,
    pub(crate) containment: f64,
    /// The longest run of words that the covered text has for itself.
    pub(crate) gap: u32,
}

impl<'a> View<'a> {
    /// A text as it is seen when a decision on document `page` is taken.
    pub(crate) fn new(shingles: &'a Shingles, frames: &Frames, page: u64) -> View<'a> {
        let mut view = View { shingles, frame: Vec::new(), touched: Vec::new() };
        let Some(text) = shingles.text.as_deref().filter(|_| !frames.is_empty()) else { return view };
        let mut done = 0;
        for line in text.lines.iter().filter(|line| frames.holds(line.hash, page)) {
            let first = (line.tokens.start + 1).saturating_sub(text.size).max(done);
            done = line.tokens.end.min(text.ngrams.len());
            view.touched.extend(text.ngrams.get(first..done).unwrap_or_default());
            view.frame.push(line.tokens.clone());
        }
        view.touched.sort_unstable();
        view.touched.dedup();
        view
    }

    /// Number of distinct shingles without those of frames.
    pub(crate) fn size(&self) -> usize {
        self.shingles.len() - self.touched.len()
    }

    /// The hashes of the shingles without those of frames, in no particular order.
    pub(crate) fn hashes(&self) -> impl Iterator<Item = u64> {
        self.shingles.as_slice().iter().copied().filter(|hash| !self.is_touched(*hash))
    }

    fn is_touched(&self, hash: u64) -> bool {
        self.touched.binary_search(&hash).is_ok()
    }
}

/// What makes two texts duplicates by `coverage`; `None` when they are none, or when their Jaccard similarity is below
/// `least`.
pub(crate) fn compare(left: &View<'_>, right: &View<'_>, coverage: &Coverage, least: f64) -> Option<Covered> {
    let (a, b) = (left.size(), right.size());
    let needed = Similarity::Coverage(*coverage).least_shared(a, b)?;
    let for_least = Similarity::Jaccard { threshold: least }.least_shared(a, b);
    let needed = if least > 0.0 { needed.max(for_least?) } else { needed };
    let (all_left, all_right) = (left.shingles.as_slice(), right.shingles.as_slice());
    shared_at_least(all_left, all_right, needed)?;
    let common = shared_hashes(all_left, all_right);
    let shared = common.iter().filter(|&&hash| !left.is_touched(hash) && !right.is_touched(hash)).count();
    if shared < needed {
        return None;
    }
    let (jaccard, containment) = (jaccard(shared, a, b), containment(shared, a, b));
    if jaccard < least {
        return None;
    }
    let common: AHashSet<u64> = common.into_iter().collect();
    let gaps = [Gaps::of(left, &common, coverage), Gaps::of(right, &common, coverage)];
    if jaccard < coverage.jaccard && gaps.iter().any(|gaps| gaps.lead > coverage.gap) {
        return None;
    }
    let covered = gaps.iter().filter(|gaps| gaps.are_short(coverage)).map(|gaps| gaps.longest);
    Some(Covered { jaccard, containment, gap: covered.min()? })
}

/// The words of a text that the other has not, in runs between those it has.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Gaps {
    /// Words before the first that both have.
    lead: u32,
    longest: u32,
    /// Words in runs of two and more.
    in_runs: u32,
    /// Words of the text, without frames.
    words: u32,
}

impl Gaps {
    fn are_short(&self, coverage: &Coverage) -> bool {
        let most = f64::from(coverage.gap).max(coverage.gap_share * f64::from(self.words));
        self.longest <= coverage.gap && f64::from(self.in_runs) <= most
    }

    /// The gaps of a text that shares the hashes `common` with another; up to where it is plain that they are
    /// not short, and no further than that.
    fn of(view: &View<'_>, common: &AHashSet<u64>, coverage: &Coverage) -> Gaps {
        let Some(text) = view.shingles.text.as_deref() else {
            // Nobody knows where they stand, so they may stand together.
            let own = (view.shingles.len() - common.len()) as u32;
            return Gaps { lead: own, longest: own, in_runs: own, words: view.shingles.len() as u32 };
        };
        let most = f64::from(coverage.gap).max(coverage.gap_share * text.tokens as f64) as u32;
        let mut gaps = Gaps::default();
        let (mut run, mut covered_until, mut any_covered) = (0, 0, false);
        let mut frame = view.frame.iter().peekable();
        for token in 0..text.tokens {
            if text.ngrams.get(token).is_some_and(|hash| common.contains(hash)) {
                covered_until = token + text.size;
            }
            while frame.next_if(|line| line.end <= token).is_some() {}
            if frame.peek().is_some_and(|line| line.start <= token) {
                continue;
            }
            gaps.words += 1;
            if token >= covered_until {
                run += 1;
                gaps.lead += u32::from(!any_covered);
                continue;
            }
            any_covered = true;
            gaps.close(&mut run);
            if gaps.longest > coverage.gap || gaps.in_runs > most {
                return gaps;
            }
        }
        gaps.close(&mut run);
        gaps
    }

    /// Counts a run of words and begins another.
    fn close(&mut self, run: &mut u32) {
        let run = std::mem::take(run);
        self.longest = self.longest.max(run);
        self.in_runs += if run > 1 { run } else { 0 };
    }
}

fn shared_hashes(left: &[u64], right: &[u64]) -> Vec<u64> {
    let mut shared = Vec::with_capacity(left.len().min(right.len()));
    let mut right = right.iter().copied().peekable();
    for &hash in left {
        while right.next_if(|&other| other < hash).is_some() {}
        if right.peek() == Some(&hash) {
            shared.push(hash);
        }
    }
    shared
}

#[cfg(test)]
mod tests {
    use super::{Covered, View, compare};
    use crate::frames::Frames;
    use crate::lines::line_hash;
    use crate::shingler::Shingler;
    use crate::shingles::Shingles;
    use crate::similarity::{Coverage, Similarity};

    /// `count` words that no other letter has.
    fn words(letter: &str, count: usize) -> String {
        (0..count).map(|word| format!("{letter}{} ", "x".repeat(word % 97 + word / 97))).collect()
    }

    fn shingles(text: &str) -> Shingles {
        Shingler::new(Similarity::default().shingle_options()).expect("options").shingles(text)
    }

    fn check(left: &str, right: &str, frames: &[&str]) -> Option<Covered> {
        let frames = Frames::from_lines(frames.iter().map(|line| (0, line_hash(line))));
        let (left, right) = (shingles(left), shingles(right));
        let seen = |shingles| View::new(shingles, &frames, 1);
        let found = compare(&seen(&left), &seen(&right), &Coverage::default(), 0.0);
        assert_eq!(
            compare(&View::new(&right, &frames, 1), &View::new(&left, &frames, 1), &Coverage::default(), 0.0),
            found
        );
        found
    }

    fn gap(left: &str, right: &str) -> Option<u32> {
        check(left, right, &[]).map(|covered| covered.gap)
    }

    #[test]
    fn what_differs_on_one_side_is_a_duplicate() {
        let text = words("a", 90);
        let (begin, end) = text.split_at(words("a", 45).len());
        assert_eq!(gap(&text, &text), Some(0));
        assert_eq!(gap(&text, begin), Some(0), "cut short");
        assert_eq!(
            gap(&text, &format!("{begin} {} {end}", words("b", 30))),
            Some(0),
            "something in its middle"
        );
        assert_eq!(gap(&text, &text.to_uppercase()), Some(0));
        assert_eq!(gap(&text, &text.replacen("axxxxx ", "axyxx ", 1)), Some(1), "a typing error");
        assert_eq!(
            gap(&format!("{text} 12 March 2024 {end}"), &format!("{text} 3 March 1999 {end}")),
            Some(0)
        );
    }

    #[test]
    fn what_differs_on_both_sides_is_none() {
        let frame = words("a", 90);
        let (begin, end) = frame.split_at(words("a", 45).len());
        let page = |key: &str| format!("{begin} {} {end}", words(key, 12));
        assert_eq!(gap(&page("b"), &page("c")), None, "a template");
        let scattered = |key: &str| -> String {
            let words = frame.split(' ').enumerate();
            words
                .map(|(at, word)| if at % 20 < 3 { format!("{key}{at} ") } else { format!("{word} ") })
                .collect()
        };
        assert_eq!(gap(&scattered("b"), &scattered("c")), None, "a template with its key content in slots");
        // Each slot is short, and nearly nine tenths are in common: it is the sum that tells.
        let rarely = |key: &str, slots: usize| -> String {
            let slot = |at: usize| if at % 60 < 3 && at / 60 < slots { key } else { "a" };
            (0..420)
                .map(|at| format!("{}{}y{} ", slot(at), "x".repeat(at % 21), "x".repeat(at / 21)))
                .collect()
        };
        assert_eq!(gap(&rarely("b", 7), &rarely("c", 7)), None, "short slots, many of them");
        assert_eq!(gap(&rarely("b", 2), &rarely("c", 2)), Some(3), "short slots, few of them");
        assert_eq!(
            gap(&format!("{} {frame}", words("b", 60)), &frame),
            None,
            "a text that quotes another behind its own"
        );
        assert_eq!(gap(&words("b", 9), &words("c", 9)), None);
    }

    #[test]
    fn the_size_counts() {
        let text = words("a", 90);
        assert_eq!(gap(&text, &words("a", 30)), Some(0));
        assert_eq!(gap(&text, &words("a", 25)), None, "25 words are too little of 90");
    }

    #[test]
    fn frames_do_not_count() {
        let (text, first, second) = (words("a", 40), words("b", 30), words("c", 30));
        let page = |frame: &str, text: &str| format!("{frame}\n{text}\n{frame}");
        let (left, right) = (page(&first, &text), page(&second, &text));
        assert_eq!(check(&left, &right, &[]), None);
        let frames = [first.trim(), second.trim()];
        assert_eq!(check(&left, &right, &frames), Some(Covered { jaccard: 1.0, containment: 1.0, gap: 0 }));
        assert_eq!(check(&page(&first, &text), &page(&first, &words("d", 40)), &frames), None);
        // Of a text of frames alone nothing is left to compare.
        assert_eq!(check(&first, &first, &frames), None);
        assert_eq!(check(&first, &page(&first, &text), &frames), None);
    }

    #[test]
    fn without_places_all_that_differs_is_one_gap() {
        let set = |numbers: std::ops::Range<u64>| Shingles::from_hashes(numbers.collect());
        let found = |left: &Shingles, right: &Shingles| {
            let seen = |shingles| View::new(shingles, &Frames::default(), 1);
            compare(&seen(left), &seen(right), &Coverage::default(), 0.0).map(|covered| covered.gap)
        };
        assert_eq!(found(&set(0..100), &set(0..90)), Some(0));
        assert_eq!(found(&set(0..100), &set(4..104)), Some(4));
        assert_eq!(found(&set(0..100), &set(20..120)), None);
    }
}
