//! The comparison of two texts by where they differ.

use std::ops::Range;
use std::sync::Arc;

use crate::frames::Frames;
use crate::met::Met;
use crate::shingles::{Shingles, containment, jaccard};
use crate::similarity::{Coverage, Similarity};

/// A text with what is known of its lines.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) shingles: Arc<Shingles>,
    pub(crate) frame: FrameLines,
}

impl Text {
    pub(crate) fn new(shingles: Arc<Shingles>, frames: &Frames) -> Text {
        Text { frame: FrameLines::of(&shingles, frames), shingles }
    }

    /// The text as it is seen when a decision on document `page` is taken.
    pub(crate) fn view(&self, page: u64) -> View<'_> {
        View::new(&self.shingles, &self.frame, page)
    }
}

/// The lines of a text that belong to frames, sooner or later: the page that proved each, and its tokens.
#[derive(Clone, Debug, Default)]
pub(crate) struct FrameLines(Vec<(u64, Range<usize>)>);

impl FrameLines {
    pub(crate) fn of(shingles: &Shingles, frames: &Frames) -> FrameLines {
        let Some(text) = shingles.text.as_deref().filter(|_| !frames.is_empty()) else {
            return FrameLines::default();
        };
        let lines = text.lines.iter();
        FrameLines(lines.filter_map(|line| Some((frames.since(line.hash)?, line.tokens.clone()))).collect())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// A text as it is compared: without the lines that are frames.
#[derive(Clone, Debug)]
pub(crate) struct View<'a> {
    pub(crate) shingles: &'a Shingles,
    /// The tokens of the frames, ascending.
    pub(crate) frame: Vec<Range<usize>>,
    /// Hashes of the shingles with a token of a frame, ascending and distinct.
    touched: Vec<u64>,
}

impl<'a> View<'a> {
    /// A text as it is seen when a decision on document `page` is taken.
    pub(crate) fn new(shingles: &'a Shingles, lines: &FrameLines, page: u64) -> View<'a> {
        let mut view = View { shingles, frame: Vec::new(), touched: Vec::new() };
        let Some(text) = shingles.text.as_deref() else { return view };
        let mut done = 0;
        for (_, tokens) in lines.0.iter().filter(|(since, _)| *since < page) {
            let first = (tokens.start + 1).saturating_sub(text.size).max(done);
            done = tokens.end.min(text.ngrams.len());
            view.touched.extend(text.ngrams.get(first..done).unwrap_or_default());
            view.frame.push(tokens.clone());
        }
        view.touched.sort_unstable();
        view.touched.dedup();
        view
    }

    /// Number of distinct shingles without those of frames.
    pub(crate) fn size(&self) -> usize {
        self.shingles.len() - self.touched.len()
    }

    /// Whether a shingle has a token of a frame, here or where it is repeated.
    pub(crate) fn is_touched(&self, hash: u64) -> bool {
        !self.touched.is_empty() && self.touched.binary_search(&hash).is_ok()
    }

    /// The token before which `words` words stand, without those of frames; none when there are no more words.
    fn token_after(&self, words: u32) -> Option<usize> {
        let mut token = words as usize;
        for line in &self.frame {
            if line.start > token {
                break;
            }
            token += line.len();
        }
        Some(token).filter(|&token| self.shingles.text.as_ref().is_some_and(|text| token < text.tokens))
    }
}

/// What was found of a pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Covered {
    pub(crate) jaccard: f64,
    pub(crate) containment: f64,
    /// The longest run of words that the covered text has for itself.
    pub(crate) gap: u32,
}

/// A text that is compared with others.
#[derive(Debug)]
pub(crate) struct Comparer<'a> {
    view: View<'a>,
    coverage: Coverage,
    /// The shingles of the text, once there is one to compare it with.
    met: Option<Met>,
    /// For each place of the other text whether its shingle is in both.
    common: Vec<bool>,
}

impl<'a> Comparer<'a> {
    pub(crate) fn new(view: View<'a>, coverage: Coverage) -> Comparer<'a> {
        Comparer { view, coverage, met: None, common: Vec::new() }
    }

    /// What makes the text and another one duplicates; `None` when they are none, or when their Jaccard similarity is
    /// below `least`.
    pub(crate) fn with(&mut self, other: &View<'_>, least: f64) -> Option<Covered> {
        let (a, b) = (self.view.size(), other.size());
        let needed = Similarity::Coverage(self.coverage).least_shared(a, b)?.max(for_jaccard(least, a, b)?);
        let Comparer { view, coverage, met, common } = self;
        let own = view.shingles.listed();
        let met = met.get_or_insert_with(|| Met::new(own, view.shingles.len()));
        let shared = meet([view, other], coverage, needed, met, common)?;
        let (jaccard, containment) = (jaccard(shared, a, b), containment(shared, a, b));
        if jaccard < least {
            return None;
        }
        let gaps = [
            Gaps::of(view, met.count(), coverage, |at| met.has_met(own[at])),
            Gaps::of(other, met.count(), coverage, |at| common[at]),
        ];
        if jaccard < coverage.jaccard && gaps.iter().any(|gaps| gaps.lead > coverage.gap) {
            return None;
        }
        let covered = gaps.iter().filter(|gaps| gaps.are_short(coverage)).map(|gaps| gaps.longest);
        Some(Covered { jaccard, containment, gap: covered.min()? })
    }
}

/// Lets the first of two texts, that of `met`, meet the other one, and notes which places of the other are `common`. Gives
/// the number of shingles in both, without those of frames; `None` as soon as it is plain that there are fewer than
/// `needed`, or that the other begins otherwise and there are too few for that.
fn meet(
    [own, other]: [&View<'_>; 2],
    coverage: &Coverage,
    mut needed: usize,
    met: &mut Met,
    common: &mut Vec<bool>,
) -> Option<usize> {
    /// Shingles between two looks at whether there can be enough.
    const STRIDE: usize = 64;
    met.clear();
    common.clear();
    let (mut shared, listed) = (0, other.shingles.listed());
    let mut begin = other.token_after(coverage.gap).map(|token| token + 1);
    for block in listed.chunks(STRIDE) {
        for &hash in block {
            let (is_common, is_first) = met.meet(hash);
            common.push(is_common);
            shared += usize::from(is_first && !own.is_touched(hash) && !other.is_touched(hash));
        }
        if let Some(tokens) = begin.take_if(|tokens| *tokens <= common.len())
            && !common[..tokens].contains(&true)
        {
            needed = needed.max(for_jaccard(coverage.jaccard, own.size(), other.size())?);
        }
        if shared + (listed.len() - common.len()) < needed {
            return None;
        }
    }
    (shared >= needed).then_some(shared)
}

/// The least number of shared shingles of sets of these sizes with this Jaccard similarity.
fn for_jaccard(jaccard: f64, left: usize, right: usize) -> Option<usize> {
    if jaccard > 0.0 { Similarity::Jaccard { threshold: jaccard }.least_shared(left, right) } else { Some(0) }
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

    /// The gaps of a text that has `shared` shingles in common with another, those at the places that `is_common` knows; up
    /// to where it is plain that the gaps are not short, and no further than that.
    fn of(view: &View<'_>, shared: usize, coverage: &Coverage, is_common: impl Fn(usize) -> bool) -> Gaps {
        let Some(text) = view.shingles.text.as_deref() else {
            // Nobody knows where they stand, so they may stand together.
            let own = (view.shingles.len() - shared) as u32;
            return Gaps { lead: own, longest: own, in_runs: own, words: view.shingles.len() as u32 };
        };
        let most = f64::from(coverage.gap).max(coverage.gap_share * text.tokens as f64) as u32;
        let mut gaps = Gaps::default();
        let (mut run, mut covered_until, mut any_covered) = (0, 0, false);
        let mut frame = view.frame.iter().peekable();
        for token in 0..text.tokens {
            if token < text.ngrams.len() && is_common(token) {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Comparer, Covered, Text};
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
        compare(&shingles(left), &shingles(right), &frames)
    }

    fn compare(left: &Shingles, right: &Shingles, frames: &Frames) -> Option<Covered> {
        let [left, right] = [left, right].map(|text| Text::new(Arc::new(text.clone()), frames));
        let with = |left: &Text, right: &Text| {
            Comparer::new(left.view(1), Coverage::default()).with(&right.view(1), 0.0)
        };
        let found = with(&left, &right);
        assert_eq!(with(&right, &left), found);
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
            let [left, right] =
                [left, right].map(|text| Text::new(Arc::new(text.clone()), &Frames::default()));
            let found = Comparer::new(left.view(1), Coverage::default()).with(&right.view(1), 0.0);
            found.map(|covered| covered.gap)
        };
        assert_eq!(found(&set(0..100), &set(0..90)), Some(0));
        assert_eq!(found(&set(0..100), &set(4..104)), Some(4));
        assert_eq!(found(&set(0..100), &set(20..120)), None);
    }
}
