//! By what a document meets others for coverage: a few shingles of which every duplicate has one.
//!
//! Which ones follows from what [`Coverage`] asks, with these words: a *word* is a token that belongs to no frame; a
//! shingle *covers* the words that are in it; a word is covered when a shingle that both texts have covers it. Let one of a
//! pair of duplicates have been kept, `K`, and a decision be taken on the other, `X`. With `g` = [`Coverage::gap`]:
//!
//! - **Window.** A covered text has no `g + 1` words in a row of which none is covered. So of any `g + 1` words in a row
//!   one shingle that covers some is in the other text, wherever that has it.
//! - **Head.** A duplicate that is not alike (below [`Coverage::jaccard`]) has at most `g` words before the first covered
//!   one. So one shingle that covers some of its first `g + 1` words is in the other text. The same goes for a covered
//!   text: its first words are a window.
//! - A text of fewer than `g + 1` words may have no word covered by these two. But a duplicate shares a shingle without a
//!   token of a frame, so one of all its shingles does.
//!
//! Either `K` is covered, or `X` is:
//!
//! 1. Where the head of `K` is rare, `K` is listed by its head, and looked up by all shingles of `X`. That finds `K` when it is
//!    covered, and when the two are not alike. It remains that `X` is covered and the two are alike: the rarest shingles of
//!    each, so many that two which are alike must share one, find that ([`Keys::of_prefix`](crate::Keys::of_prefix)).
//! 2. Where a shingle of the head of `K` is in many texts, the lists would be long. Then `K` is listed by its rarest window,
//!    and looked up by all shingles of `X`, which finds `K` when it is covered; and `K` is listed by all its shingles, and
//!    looked up by the rarest window of `X`, which finds `K` when `X` is covered.
//!
//! Whichever way they met, one of the two has a shingle of the rarest window of the other: a sketch of all shingles
//! of each tells for most pairs that this is not so, without their texts.
//!
//! Frames become known on the way: what is a word when `K` is kept may be none when `X` comes. So words are counted by
//! what is known in the end. `g + 1` such *lasting* words in a row, with whatever stands between them, hold at any
//! time `g + 1` words or more in a row, for what lasts is a word at all times. And the shingles that cover any of
//! these are among those that cover a word of the time when `K` is kept, for nothing becomes a word.

use std::ops::Range;

use crate::counts::HashCounts;
use crate::coverage::{FrameLines, View};
use crate::frames::Frames;
use crate::keys::{by_rarity, is_recurrent};
use crate::shingles::{InOrder, Shingles};
use crate::similarity::Coverage;

/// The largest count of [`HashCounts`] of a shingle that is rare: up to a few hundred documents. Lists grow with it, and
/// documents to compare; below, so does the memory for documents that are listed by all shingles.
const RARE: u8 = 11;

/// The shingles by which a document is listed and looked up, as [`by_rarity`] orders them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Content {
    /// Distinct shingles of the document, without those of frames.
    pub(crate) size: u32,
    /// The same when all frames are known.
    pub(crate) lasting: u32,
    /// All shingles that other documents have. It is looked up by these.
    pub(crate) all: Vec<u64>,
    /// Those of the head or of the rarest window. It is listed by these.
    pub(crate) marks: Vec<u64>,
    /// Those of the rarest window. What is listed by all its shingles is looked up by these.
    pub(crate) window: Box<[u64]>,
    /// All of them once more.
    pub(crate) sketch: Sketch,
    /// Whether it is listed by all shingles, too.
    pub(crate) is_crowded: bool,
}

/// The shingles of a text that more than one document has, by rarity.
pub(crate) struct Recurrent {
    /// Distinct, without those of frames.
    pub(crate) own: Vec<u64>,
    /// Distinct shingles that only this document has.
    pub(crate) alone: usize,
}

impl Content {
    /// What there is of document `page` of the order.
    pub(crate) fn of(
        shingles: &Shingles,
        counts: &HashCounts,
        coverage: &Coverage,
        frames: &Frames,
        page: u64,
    ) -> (Content, Recurrent) {
        let lines = FrameLines::of(shingles, frames);
        let now = View::new(shingles, &lines, page);
        let lasting = View::new(shingles, &lines, u64::MAX);
        let keys: Vec<u64> = shingles.listed().iter().map(|&hash| by_rarity(hash, counts.of(hash))).collect();
        let (mut all, mut own) = (Vec::with_capacity(keys.len()), Vec::with_capacity(keys.len()));
        for (&hash, &key) in shingles.listed().iter().zip(&keys).filter(|(_, key)| is_recurrent(**key)) {
            if now.is_touched(hash) { all.push(key) } else { own.push(key) }
        }
        own.sort_unstable();
        own.dedup();
        all.extend_from_slice(&own);
        let alone = now.size().saturating_sub(own.len());
        let [size, in_the_end] = [&now, &lasting].map(|view| u32::try_from(view.size()).unwrap_or(u32::MAX));
        let sketch = Sketch::new(&all);
        let mut content = Content { size, lasting: in_the_end, all, sketch, ..Content::default() };
        match shingles.text.as_deref() {
            Some(text) => content.mark(&Places::new(text, keys, &now, &lasting), coverage.gap),
            None => {
                // All that is not shared counts as one run: of any so many shingles one is.
                let rarest = (coverage.gap as usize).saturating_add(1).saturating_sub(alone).min(own.len());
                content.window = own[..rarest].into();
                content.set_marks(own[..rarest].to_vec());
            }
        }
        (content, Recurrent { own, alone })
    }

    fn mark(&mut self, places: &Places, gap: u32) {
        let gap = gap as usize;
        self.window = places.keys(places.rarest_window(gap)).into();
        self.set_marks(places.keys(places.head(gap)));
    }

    fn set_marks(&mut self, head: Vec<u64>) {
        self.is_crowded = head.iter().any(|key| key >> 60 > u64::from(RARE));
        self.marks = if self.is_crowded { self.window.to_vec() } else { head };
    }
}

/// Which shingles a document may have, some without need: a Bloom filter that looks at one word for each, of ten bits
/// a shingle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sketch(Box<[u64]>);

impl Sketch {
    pub(crate) fn new(keys: &[u64]) -> Sketch {
        let mut sketch = Sketch(vec![0; keys.len().div_ceil(6)].into());
        for &key in keys {
            let (word, bits) = sketch.place(key);
            sketch.0[word] |= bits;
        }
        sketch
    }

    /// Whether it may have one of some keys.
    pub(crate) fn may_have_any(&self, keys: &[u64]) -> bool {
        let may_have = |&key: &u64| {
            let (word, bits) = self.place(key);
            self.0[word] & bits == bits
        };
        !self.0.is_empty() && keys.iter().any(may_have)
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        8 * self.0.len()
    }

    fn place(&self, key: u64) -> (usize, u64) {
        // The hash is behind the count, in sixty bits that are spread.
        let word = (u128::from(key << 4) * self.0.len() as u128) >> u64::BITS;
        let bits = [0, 6, 12].map(|shift| 1u64 << (key >> shift & 63));
        (word as usize, bits[0] | bits[1] | bits[2])
    }
}

/// The places of a text at which shingles begin.
struct Places {
    keys: Vec<u64>,
    /// How many documents are met at all places before one, about.
    met: Vec<u64>,
    /// The words that are never in a frame.
    lasting: Vec<usize>,
    /// Tokens of a shingle.
    size: usize,
}

impl Places {
    fn new(text: &InOrder, mut keys: Vec<u64>, now: &View<'_>, lasting: &View<'_>) -> Places {
        /// The key of a place where no shingle that covers a word begins.
        const NONE: u64 = 1 << 60;
        let mut frames = now.frame.iter().peekable();
        while let Some(frame) = frames.next() {
            let mut end = frame.end;
            while let Some(next) = frames.next_if(|next| next.start == end) {
                end = next.end;
            }
            let wordless = frame.start..(end + 1).saturating_sub(text.size).min(keys.len());
            keys.get_mut(wordless).unwrap_or_default().fill(NONE);
        }
        let mut words = Vec::with_capacity(text.tokens);
        let mut done = 0;
        for frame in &lasting.frame {
            words.extend(done..frame.start);
            done = frame.end;
        }
        words.extend(done..text.tokens);
        let met = std::iter::once(0).chain(keys.iter().map(|key| documents(key >> 60)).scan(
            0,
            |sum, documents| {
                *sum += documents;
                Some(*sum)
            },
        ));
        Places { met: met.collect(), lasting: words, size: text.size, keys }
    }

    /// The places of the shingles that cover a word from the first to the `gap + 1`th.
    fn head(&self, gap: usize) -> Range<usize> {
        0..self.lasting.get(gap).map_or(self.keys.len(), |&last| (last + 1).min(self.keys.len()))
    }

    /// The places of the shingles that cover some of `gap + 1` words in a row, so chosen that few documents are met.
    fn rarest_window(&self, gap: usize) -> Range<usize> {
        let windows =
            self.lasting.iter().zip(self.lasting.iter().skip(gap)).map(|(&first, &last)| {
                (first + 1).saturating_sub(self.size)..(last + 1).min(self.keys.len())
            });
        windows
            .min_by_key(|window| self.met[window.end] - self.met[window.start])
            .unwrap_or(0..self.keys.len())
    }

    /// The keys at some places, of shingles that other documents have.
    fn keys(&self, places: Range<usize>) -> Vec<u64> {
        let mut keys: Vec<u64> = self.keys[places].iter().copied().filter(|&key| is_recurrent(key)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// About how many other documents have a shingle with this count.
fn documents(count: u64) -> u64 {
    match count {
        0..9 => count.saturating_sub(1),
        _ => 8 << (2 * (count - 8)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Content, Places, Sketch, is_recurrent};
    use crate::counts::HashCounts;
    use crate::coverage::{FrameLines, View};
    use crate::frames::Frames;
    use crate::keys::by_rarity;
    use crate::lines::line_hash;
    use crate::shingler::Shingler;
    use crate::shingles::{Shingles, mix};
    use crate::similarity::{Coverage, Similarity};

    fn shingles(text: &str) -> Shingles {
        Shingler::new(Similarity::default().shingle_options()).expect("options").shingles(text)
    }

    fn words(letter: char, count: usize) -> String {
        (0..count).map(|word| format!("{letter}{} ", "x".repeat(word))).collect()
    }

    /// Counts for `text`, of which the shingles of `shared` are in two documents more.
    fn counts(text: &Shingles, shared: &str) -> HashCounts {
        let counts = HashCounts::new(1 << 22, 1 << 24);
        for _ in 0..2 {
            counts.add(None, shingles(shared).as_slice());
        }
        counts.add(None, text.as_slice());
        counts
    }

    fn content(text: &str, shared: &str, frames: &Frames) -> Content {
        let shingles = shingles(text);
        Content::of(&shingles, &counts(&shingles, shared), &Coverage::default(), frames, 1).0
    }

    #[test]
    fn a_text_with_a_long_part_of_its_own_is_covered_by_none() {
        let (begin, end) = (words('a', 40), words('b', 40));
        let none = Frames::default();
        // Nine words in a row have thirteen shingles with one of them.
        let found = content(&format!("{begin}{}{end}", words('c', 9)), &format!("{begin}\n{end}"), &none);
        assert_eq!((found.marks.len(), found.window.len()), (9, 0), "{found:?}");
        let found = content(&format!("{begin}{}{end}", words('c', 8)), &format!("{begin}\n{end}"), &none);
        assert_eq!((found.marks.len(), found.window.len()), (9, 1), "{found:?}");
        // A text that begins with its own can be no duplicate unless it is alike.
        let found = content(&format!("{}{begin}", words('c', 9)), &begin, &none);
        assert_eq!((found.marks.len(), found.window.len()), (0, 0), "{found:?}");
        assert_eq!(found.all.len(), 36);
    }

    #[test]
    fn lines_of_frames_are_passed_over() {
        let (frame, text) = (words('f', 20), words('a', 40));
        let page = format!("{frame}\n{text}");
        let line = line_hash(frame.trim());
        let known = content(&page, &page, &Frames::from_lines([(0, line)]));
        // Nine shingles that begin in the text, and four that begin in the frame before it.
        assert_eq!((known.size, known.lasting, known.marks.len()), (36, 36, 13));
        let later = content(&page, &page, &Frames::from_lines([(5, line)]));
        assert_eq!((later.size, later.lasting, later.marks.len()), (56, 36, 29));
        let never = content(&page, &page, &Frames::default());
        assert_eq!((never.size, never.lasting, never.marks.len()), (56, 56, 9));
        let alone = content(&frame, &frame, &Frames::from_lines([(0, line)]));
        assert_eq!((alone.size, alone.marks.len(), alone.window.len()), (0, 0, 0));
    }

    /// Whatever becomes a frame, and when: of any words in a row at any time some shingle is in the head or window that was
    /// chosen before.
    #[test]
    fn what_is_chosen_holds_at_any_time() {
        let mut state = 7;
        let mut random = |bound: usize| {
            state = mix(state + 1);
            (state % bound as u64) as usize
        };
        for _ in 0..400 {
            let lines: Vec<String> = (0..1 + random(6))
                .map(|line| {
                    (0..2 + random(12))
                        .map(|word| format!("w{}q{} ", "x".repeat(line), "y".repeat(word)))
                        .collect()
                })
                .collect();
            let (text, page) = (shingles(&lines.join("\n")), 2);
            let since: Vec<(u64, u64)> = lines
                .iter()
                .filter_map(|line| {
                    Some((random(5) as u64, line_hash(line.trim()))).filter(|_| random(2) == 0)
                })
                .collect();
            let frames = Frames::from_lines(since.iter().copied());
            let known = FrameLines::of(&text, &frames);
            let [now, lasting] = [page, u64::MAX].map(|page| View::new(&text, &known, page));
            let keys: Vec<u64> =
                text.listed().iter().map(|&hash| by_rarity(hash, 2 + random(9) as u8)).collect();
            let Some(order) = text.text.as_deref() else { continue };
            let (gap, places) = (random(9), Places::new(order, keys.clone(), &now, &lasting));
            for later in page..6 {
                let view = View::new(&text, &known, later);
                let is_word = |token: &usize| !view.frame.iter().any(|frame| frame.contains(token));
                let words: Vec<usize> = (0..order.tokens).filter(is_word).collect();
                if words.len() <= gap {
                    continue;
                }
                let [head, window] =
                    [places.head(gap), places.rarest_window(gap)].map(|range| places.keys(range));
                let covering = |words: &[usize]| -> Vec<u64> {
                    let covers =
                        |place: &usize| words.iter().any(|word| (*place..place + order.size).contains(word));
                    (0..keys.len()).filter(covers).map(|place| keys[place]).collect()
                };
                let first = covering(&words[..=gap]);
                assert!(first.iter().all(|key| head.contains(key)), "{lines:?} {since:?}");
                let in_window = |words: &[usize]| covering(words).iter().all(|key| window.contains(key));
                assert!(words.windows(gap + 1).any(in_window), "{lines:?} {since:?} {later}");
            }
        }
    }

    #[test]
    fn a_sketch_forgets_nothing() {
        for size in [0, 1, 5, 100, 3_000] {
            let keys: Vec<u64> = (0..size).map(|number| by_rarity(mix(number), 3)).collect();
            let sketch = Sketch::new(&keys);
            assert!(keys.iter().all(|&key| sketch.may_have_any(&[key])));
            let others = (0..1_000).map(|number| by_rarity(mix(number + 10_000), 3));
            let found = others.filter(|&key| sketch.may_have_any(&[key])).count();
            assert!(found < 80, "{found} of 1000 that are not there");
        }
        assert!(!is_recurrent(by_rarity(5, 1)) && is_recurrent(by_rarity(5, 0)));
    }
}
