//! The segmenter: all words of a text, with their places.
//!
//! ASCII is taken 64 bytes at a time, as bit masks in which a word is a run of ones. Where a word touches another
//! character, or another character may touch what is before it, [`Segmenter`] reads on, segment by segment, until it
//! meets an ASCII word again. Both start at word boundaries only, and what follows a boundary does not depend on what
//! precedes it, so they can take turns.

use crate::properties::{Class, Props, TOKENS, Table, WORDS, set};
use crate::segment::{EXTENDERS, Segmenter};
use crate::simd::{BLOCK, Classify, Masks, Task, with_best};

/// Takes the words as they are found.
pub(crate) trait Sink {
    /// A word: its first byte, the byte after its last, the flags of its characters.
    fn word(&mut self, start: usize, end: usize, seen: Props);

    /// Whether to stop soon: at most as many words follow as half a block has bytes.
    #[inline(always)]
    fn full(&self) -> bool {
        false
    }
}

/// Why a scan stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// At the end of the text.
    End,
    /// At this byte, because the sink is full.
    Full(usize),
    /// At this byte: the segment that starts there can be told only once it is normalised.
    Unstable(usize),
}

/// A text to be scanned, as it is or as it will be when normalised.
#[derive(Clone, Copy)]
pub(crate) struct Scan<'a> {
    segmenter: Segmenter<'a>,
}

impl<'a> Scan<'a> {
    /// The words of `text`.
    pub(crate) fn of_words(text: &'a str) -> Scan<'a> {
        Scan::with(&WORDS, text)
    }

    /// The words of `text` normalised, with their places in `text`.
    pub(crate) fn of_tokens(text: &'a str) -> Scan<'a> {
        Scan::with(&TOKENS, text)
    }

    fn with(table: &'static Table, text: &'a str) -> Scan<'a> {
        Scan { segmenter: Segmenter { table, text } }
    }

    /// Scans from `from`, which must be a word boundary.
    #[inline]
    pub(crate) fn run(self, from: usize, sink: &mut impl Sink) -> Stop {
        with_best(Run { scan: self, from, sink })
    }
}

struct Run<'a, 's, S> {
    scan: Scan<'a>,
    from: usize,
    sink: &'s mut S,
}

impl<S: Sink> Task for Run<'_, '_, S> {
    type Output = Stop;

    #[inline(always)]
    fn run(self, classify: impl Classify) -> Stop {
        let Run { scan, from: mut at, sink } = self;
        let bytes = scan.segmenter.text.as_bytes();
        while at < bytes.len() {
            if sink.full() {
                return Stop::Full(at);
            }
            let rest = &bytes[at..];
            let masks = match rest.first_chunk::<BLOCK>() {
                Some(block) => classify.masks(block),
                None => {
                    // Zeros break words as the end of a text does.
                    let mut block = [0; BLOCK];
                    block[..rest.len()].copy_from_slice(rest);
                    classify.masks(&block)
                }
            };
            match scan.block(at, &masks, sink) {
                Ok(next) => at = next,
                Err(stop) => return stop,
            }
        }
        Stop::End
    }
}

impl Scan<'_> {
    /// Takes the words that start in the block at `at`. Where to go on: behind the block, or at a word that it cuts.
    #[inline(always)]
    fn block(self, at: usize, masks: &Masks, sink: &mut impl Sink) -> Result<usize, Stop> {
        let mut runs = Runs::new(masks);
        loop {
            // Of a run that ends with the block, the block does not tell whether it goes on.
            let fence = runs.touch.trailing_zeros().min(LAST);
            while runs.end() < fence {
                let (start, end) = (at + runs.start() as usize, at + runs.end() as usize);
                if let Some(seen) = runs.seen(masks) {
                    sink.word(start, end, seen);
                }
                runs.pass();
            }
            let (start, other) = (runs.start(), runs.high.trailing_zeros());
            let from = if start < other {
                if start > 0 && runs.end() >= LAST {
                    return Ok(at + start as usize);
                }
                at + start as usize
            } else if runs.high != 0 {
                self.start_before(at + other as usize)
            } else {
                return Ok(at + BLOCK);
            };
            let end = self.segments(from, sink)?;
            if end >= at + BLOCK {
                return Ok(end);
            }
            runs.skip_to((end - at) as u32);
        }
    }

    /// Takes segments from `at` on until the next is an ASCII word. Where that, or the end, is.
    #[inline(always)]
    fn segments(self, mut at: usize, sink: &mut impl Sink) -> Result<usize, Stop> {
        loop {
            let segment = self.segmenter.segment(at);
            if segment.unstable {
                return Err(Stop::Unstable(at));
            }
            if segment.seen.has(Props::ALPHANUMERIC) {
                sink.word(at, segment.end, segment.seen);
            }
            at = segment.end;
            if sink.full() {
                return Err(Stop::Full(at));
            }
            match self.pass_ascii(at) {
                Next::Segment(next) => at = next,
                Next::Ascii(next) => return Ok(next),
            }
        }
    }

    /// Passes the ASCII at `at`, a word boundary, that is no word.
    #[inline(always)]
    fn pass_ascii(self, at: usize) -> Next {
        let bytes = self.segmenter.text.as_bytes();
        let stop = |byte: u8| !byte.is_ascii() || byte.is_ascii_alphanumeric() || byte == b'_';
        let mut next = at;
        while next < bytes.len() && !stop(bytes[next]) {
            next += 1;
        }
        match bytes.get(next) {
            Some(byte) if !byte.is_ascii() => {
                Next::Segment(if next > at { self.start_before(next) } else { next })
            }
            _ => Next::Ascii(next),
        }
    }

    /// Where the segment starts that the character at `at` is in, which is not ASCII and not part of a word that
    /// starts before.
    #[inline(always)]
    fn start_before(self, at: usize) -> usize {
        let bytes = self.segmenter.text.as_bytes();
        let class = self.segmenter.table.read(bytes, at).map_or(Class::OTHER, |met| met.props.class());
        if class.is_in(EXTENDERS | set(&[Class::SPACE, Class::UNSTABLE])) {
            start_of_tie(bytes, at, class)
        } else {
            at
        }
    }
}

/// The last bit of a mask.
const LAST: u32 = BLOCK as u32 - 1;

/// Runs of ASCII in a block that are words as long as nothing else touches them.
struct Runs {
    /// First bits.
    starts: u64,
    /// Bits behind the last, but for a run that reaches the end of the block.
    ends: u64,
    /// Bits of what is not ASCII.
    high: u64,
    /// A run that ends at one of these may go on.
    touch: u64,
}

impl Runs {
    #[inline(always)]
    fn new(masks: &Masks) -> Runs {
        let Masks { letter, digit, underscore, mid_letter, mid_num, high } = *masks;
        let between = |mid: u64, kind: u64| mid & (kind << 1) & (kind >> 1);
        let run = letter | digit | underscore | between(mid_letter, letter) | between(mid_num, digit);
        Runs {
            starts: run & !(run << 1),
            ends: !run & (run << 1),
            high,
            touch: high | (mid_letter | mid_num) & (high >> 1),
        }
    }

    /// Where the next run starts; behind the block when there is none.
    #[inline(always)]
    fn start(&self) -> u32 {
        self.starts.trailing_zeros()
    }

    /// Where the next run ends.
    #[inline(always)]
    fn end(&self) -> u32 {
        self.ends.trailing_zeros()
    }

    /// What is in the next run, which ends inside the block; `None` when it is no word.
    #[inline(always)]
    fn seen(&self, masks: &Masks) -> Option<Props> {
        let run = (1 << self.end()) - (1 << self.start());
        match (masks.digit & run != 0, masks.underscore != 0 && masks.letter & run == 0) {
            (true, _) => Some(ASCII_WITH_DIGIT),
            (false, false) => Some(Props::ALPHANUMERIC),
            (false, true) => None,
        }
    }

    #[inline(always)]
    fn pass(&mut self) {
        self.starts &= self.starts - 1;
        self.ends &= self.ends - 1;
    }

    /// Forgets what lies before `at`, where no run is cut.
    #[inline(always)]
    fn skip_to(&mut self, at: u32) {
        let rest = !0 << at;
        self.starts &= rest;
        self.ends &= rest << 1;
        self.high &= rest;
        self.touch &= rest;
    }
}

/// Where a segment goes on after ASCII that is no word.
enum Next {
    /// Here, with a character that is not ASCII, or with ASCII that it ties to itself.
    Segment(usize),
    /// Here, with an ASCII word or the end of the text.
    Ascii(usize),
}

/// Where the ASCII segment starts that a mark, a space or what is unstable, `class` at `at`, may belong to.
#[cold]
fn start_of_tie(bytes: &[u8], at: usize, class: Class) -> usize {
    match bytes[..at] {
        [.., b'\n' | b'\r' | b'\x0b' | b'\x0c' | 0x80..] | [] => at,
        [.., b' '] => bytes[..at].iter().rposition(|&byte| byte != b' ').map_or(0, |last| last + 1),
        _ if class == Class::SPACE => at,
        [.., _] => at - 1,
    }
}

const ASCII_WITH_DIGIT: Props = Props::ALPHANUMERIC.and(Props::NUMERIC);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::tests::with_each;

    type Words = Vec<(usize, usize, Props)>;

    impl Sink for Words {
        fn word(&mut self, start: usize, end: usize, seen: Props) {
            // Blocks do not count characters.
            let flags = Props::ALPHANUMERIC.and(Props::NUMERIC).and(Props::FOLDS).and(Props::SPACELESS);
            self.push((start, end, Props(seen.0 & flags.0)));
        }
    }

    #[derive(Clone, Copy)]
    struct Collect<'a>(Scan<'a>);

    impl Task for Collect<'_> {
        type Output = (Words, Stop);

        fn run(self, classify: impl Classify) -> (Words, Stop) {
            let mut words = Words::new();
            let stop = Run { scan: self.0, from: 0, sink: &mut words }.run(classify);
            (words, stop)
        }
    }

    /// Segment by segment, without blocks.
    fn in_segments(scan: Scan<'_>) -> (Words, Stop) {
        let (mut words, mut at) = (Words::new(), 0);
        while at < scan.segmenter.text.len() {
            let segment = scan.segmenter.segment(at);
            if segment.unstable {
                return (words, Stop::Unstable(at));
            }
            if segment.seen.has(Props::ALPHANUMERIC) {
                words.word(at, segment.end, segment.seen);
            }
            at = segment.end;
        }
        (words, Stop::End)
    }

    #[test]
    fn blocks_and_segments_agree_at_every_length_and_address() {
        let pool: Vec<char> =
            "abcdefZ09__  ...,,:;''\"-\n\r(é漢\u{301}\u{200d}\u{2003}😀…\u{a0}ﬁאß".chars().collect();
        let mut state = 3u64;
        let mut random = |end: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % end
        };
        for chars in 0..200 {
            for rare in [1, 8, 64] {
                let pick = |_| pool[if random(rare) == 0 { random(pool.len()) } else { random(24) }];
                let text: String = (0..chars + 64).map(pick).collect();
                let from = text.char_indices().nth(chars % 64).map_or(0, |(at, _)| at);
                let text =
                    &text[from..text.char_indices().nth(chars % 64 + chars).map_or(text.len(), |(at, _)| at)];
                for scan in [Scan::of_words(text), Scan::of_tokens(text)] {
                    let want = in_segments(scan);
                    let found = with_each(Collect(scan));
                    // A scan by blocks may stop at what is unstable sooner or later than one by segments.
                    let same = |(words, stop): &(Words, Stop)| (words, stop) == (&want.0, &want.1);
                    assert!(found.iter().all(same), "{text:?}: {want:?} {found:?}");
                }
            }
        }
    }
}
