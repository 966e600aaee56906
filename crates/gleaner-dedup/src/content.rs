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
use crate::keys::by_rarity;
use crate::shingles::{InOrder, Shingles};
use crate::similarity::Coverage;

/// The largest count of [`HashCounts`] of a shingle that is rare: a few hundred documents.
const RARE: u8 = 12;

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
        let keys: Vec<u64> =
            shingles.listed().iter().map(|&hash| by_rarity(hash, counts.of(hash))).collect();
        let (mut all, mut own) = (Vec::with_capacity(keys.len()), Vec::with_capacity(keys.len()));
        for (&hash, &key) in shingles.listed().iter().zip(&keys).filter(|(_, key)| is_recurrent(**key)) {
            if now.is_touched(hash) { all.push(key) } else { own.push(key) }
        }
        own.sort_unstable();
        own.dedup();
        all.extend_from_slice(&own);
        let alone = now.size().saturating_sub(own.len());
        let [size, in_the_end] =
            [&now, &lasting].map(|view| u32::try_from(view.size()).unwrap_or(u32::MAX));
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

/// Whether more than one document has the shingle of a key.
fn is_recurrent(key: u64) -> bool {
    key >> 60 != 1
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
        let met = std::iter::once(0).chain(keys.iter().map(|key| documents(key >> 60)).scan(0, |sum, documents| {
            *sum += documents;
            Some(*sum)
        }));
        Places { met: met.collect(), lasting: words, size: text.size, keys }
    }

    /// The places of the shingles that cover a word from the first to the `gap + 1`th.
    fn head(&self, gap: usize) -> Range<usize> {
        0..self.lasting.get(gap).map_or(self.keys.len(), |&last| (last + 1).min(self.keys.len()))
    }

    /// The places of the shingles that cover some of `gap + 1` words in a row, so chosen that few documents are met.
    fn rarest_window(&self, gap: usize) -> Range<usize> {
        let windows = self.lasting.iter().zip(self.lasting.iter().skip(gap)).map(|(&first, &last)| {
            (first + 1).saturating_sub(self.size)..(last + 1).min(self.keys.len())
        });
        windows.min_by_key(|window| self.met[window.end] - self.met[window.start]).unwrap_or(0..self.keys.len())
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
