//! One segment between word boundaries, character by character.
//!
//! The rules are those of UAX #29 for default word boundaries, WB3 to WB999, read forwards: where a segment ends
//! depends on nothing before its start. A test takes every short sequence of classes through them.

use unicode_normalization::char::canonical_combining_class;

use crate::properties::{Class, Met, Props, Table, set};

/// Classes that follow these directly, no matter what is next: WB5, WB8, WB9, WB10, WB13, WB13a and WB13b.
const FOLLOW: [u32; 8] = {
    let word = set(&[Class::LETTER, Class::HEBREW, Class::NUMERIC, Class::CONNECTOR]);
    let kana = set(&[Class::KATAKANA, Class::CONNECTOR]);
    let mut follow = [0; 8];
    follow[Class::LETTER.0 as usize] = word;
    follow[Class::HEBREW.0 as usize] = word;
    follow[Class::NUMERIC.0 as usize] = word;
    follow[Class::KATAKANA.0 as usize] = kana;
    follow[Class::CONNECTOR.0 as usize] = word | kana;
    follow
};

/// Extend, Format and ZWJ: they belong to whatever they follow (WB4).
pub(crate) const EXTENDERS: u32 = set(&[Class::EXTEND, Class::ZWJ]);
const LETTERS: u32 = set(&[Class::LETTER, Class::HEBREW]);
const MID_LETTERS: u32 = set(&[Class::MID_LETTER, Class::MID_NUM_LET]);
const MID_NUMS: u32 = set(&[Class::MID_NUM, Class::MID_NUM_LET]);

/// The part of a text between two word boundaries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    pub(crate) end: usize,
    /// The flags of all its characters.
    pub(crate) seen: Props,
    /// What it is cannot be told, because a character is, or one that follows may be, [`Class::UNSTABLE`].
    pub(crate) unstable: bool,
}

/// Reads segments of one text.
#[derive(Clone, Copy)]
pub(crate) struct Segmenter<'a> {
    pub(crate) table: &'static Table,
    pub(crate) text: &'a str,
}

/// Where reading a segment has come to.
#[derive(Clone, Copy)]
struct State {
    at: usize,
    seen: Props,
    /// The character before is a ZWJ.
    zwj: bool,
    /// The character before is a [`Props::MARK`].
    mark: bool,
    unstable: bool,
}

impl Segmenter<'_> {
    /// The segment that starts at `at`, a word boundary that is not the end of the text.
    #[inline(always)]
    pub(crate) fn segment(self, at: usize) -> Segment {
        let Some(first) = self.table.read(self.text.as_bytes(), at) else {
            return Segment { end: at, seen: Props::default(), unstable: false };
        };
        let class = first.props.class();
        let mut state = State {
            at: at + first.len,
            seen: first.props,
            zwj: class == Class::ZWJ,
            mark: first.props.has(Props::MARK),
            unstable: class == Class::UNSTABLE,
        };
        if class.is_in(set(&[Class::LETTER, Class::HEBREW, Class::NUMERIC, Class::CONNECTOR])) {
            self.word(&mut state, class);
        } else if class == Class::OTHER {
            self.extenders(&mut state);
        } else {
            self.rare(&mut state, class);
        }
        Segment { end: state.at, seen: state.seen, unstable: state.unstable }
    }

    /// What follows the first character, of `class`, of a segment that is no ordinary word.
    #[inline(never)]
    fn rare(self, state: &mut State, class: Class) {
        match class {
            Class::KATAKANA => {
                self.kana(state);
                self.word(state, class);
            }
            Class::CR if self.text.as_bytes().get(state.at) == Some(&b'\n') => state.at += 1,
            Class::CR | Class::NEWLINE | Class::UNSTABLE => {}
            Class::INERT => {
                let at = state.at;
                self.extenders(state);
                state.unstable |= state.at > at;
            }
            Class::SPACE => {
                self.run_of(state, Class::SPACE, usize::MAX);
                self.extenders(state);
            }
            Class::REGIONAL if self.extenders(state) => {
                self.run_of(state, Class::REGIONAL, 1);
                self.extenders(state);
            }
            _ => {
                self.extenders(state);
            }
        }
    }

    /// Takes the characters of `class` that are next; at most `most`.
    fn run_of(self, state: &mut State, class: Class, most: usize) {
        for _ in 0..most {
            match self.next(state) {
                Some(met) if met.props.class() == class => state.take(met),
                _ => break,
            }
        }
    }

    /// Takes the Katakana that is next, and says so when the segment ends with it.
    fn kana(self, state: &mut State) {
        self.run_of(state, Class::KATAKANA, usize::MAX);
        let goes_on = set(&[Class::CONNECTOR, Class::UNSTABLE]) | EXTENDERS;
        let ends = self.next(state).is_none_or(|met| !met.props.class().is_in(goes_on));
        if ends && state.seen.has(Props::SEVERAL) {
            state.seen = state.seen.and(Props::KANA_ONLY);
        }
    }

    /// Takes the rest of a word, after a character of class `last`.
    #[inline(always)]
    fn word(self, state: &mut State, mut last: Class) {
        while let Some(met) = self.next(state) {
            let class = met.props.class();
            if state.zwj && met.props.has(Props::PICTOGRAPH) {
                self.extenders(state);
                return;
            }
            if class.is_in(FOLLOW[last.0 as usize % FOLLOW.len()]) {
                state.take(met);
                last = class;
            } else if class.is_in(EXTENDERS) {
                self.take_extender(state, met);
            } else {
                match self.across(state, last, met) {
                    Some(after) => last = after,
                    None => return,
                }
            }
        }
    }

    /// Takes punctuation inside a word, `mid`, with what it ties to `last`: WB6, WB7, WB7a to WB7c, WB11, WB12.
    /// The class that the word now ends with; `None` when it does not go on.
    fn across(self, state: &mut State, last: Class, mid: Met) -> Option<Class> {
        let class = mid.props.class();
        let quote = class == Class::SINGLE_QUOTE;
        let wanted = match last {
            Class::HEBREW if class == Class::DOUBLE_QUOTE => set(&[Class::HEBREW]),
            Class::LETTER | Class::HEBREW if quote || class.is_in(MID_LETTERS) => LETTERS,
            Class::NUMERIC if quote || class.is_in(MID_NUMS) => set(&[Class::NUMERIC]),
            _ => {
                state.unstable |= class == Class::UNSTABLE;
                return None;
            }
        };
        let before = *state;
        state.take(mid);
        let goes_on = self.extenders(state);
        match self.next(state) {
            Some(met) if goes_on && met.props.class().is_in(wanted) => {
                state.take(met);
                return Some(met.props.class());
            }
            // WB7a: the quotation mark stays with the Hebrew letter. Nor is there a way back from a pictograph.
            _ if quote && last == Class::HEBREW || !goes_on => {}
            _ => *state = State { unstable: state.unstable, ..before },
        }
        None
    }

    /// Takes marks and joiners, and pictographs joined by them (WB3c, WB4). Whether there were no pictographs.
    #[inline(always)]
    fn extenders(self, state: &mut State) -> bool {
        let mut plain = true;
        while let Some(met) = self.next(state) {
            let class = met.props.class();
            if class.is_in(EXTENDERS) {
                self.take_extender(state, met);
            } else if state.zwj && met.props.has(Props::PICTOGRAPH) {
                state.take(met);
                plain = false;
            } else {
                state.unstable |= class == Class::UNSTABLE;
                break;
            }
        }
        plain
    }

    #[inline(always)]
    fn next(self, state: &State) -> Option<Met> {
        self.table.read(self.text.as_bytes(), state.at)
    }

    #[inline(always)]
    fn take_extender(self, state: &mut State, met: Met) {
        let mark = met.props.has(Props::MARK);
        if mark && state.mark {
            state.unstable |= !self.in_order(state.at);
        }
        state.at += met.len;
        state.seen = state.seen.and(met.props);
        state.zwj = met.props.class() == Class::ZWJ;
        state.mark = mark;
    }

    /// Whether the marks before and after `at` are in canonical order.
    fn in_order(self, at: usize) -> bool {
        let combining = |c: Option<char>| c.map_or(0, canonical_combining_class);
        combining(self.text[..at].chars().next_back()) <= combining(self.text[at..].chars().next())
    }
}

impl State {
    /// Takes a character that is no extender.
    #[inline(always)]
    fn take(&mut self, met: Met) {
        self.at += met.len;
        self.seen = self.seen.and(met.props).and(Props::SEVERAL);
        self.zwj = false;
        self.mark = false;
    }
}
