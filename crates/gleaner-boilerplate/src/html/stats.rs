//! What can be counted in a text of any language.

use std::sync::LazyLock;

use crate::properties::Table;

/// Counts of one block's text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stats {
    pub(crate) bytes: usize,
    pub(crate) chars: u32,
    pub(crate) letters: u32,
    pub(crate) digits: u32,
    pub(crate) capitals: u32,
    /// Characters of scripts that put no space between words.
    pub(crate) solo: u32,
    /// Runs of letters and digits; a character of a script without spaces is one by itself.
    pub(crate) words: u32,
    /// Words that begin with a capital.
    pub(crate) capitalised: u32,
    /// Sentence ends with something after them, or at the end.
    pub(crate) sentences: u32,
    pub(crate) commas: u32,
    pub(crate) punctuation: u32,
    /// Signs of a currency.
    pub(crate) currencies: u32,
    /// Characters that menus and by-lines are parted with.
    pub(crate) dividers: u32,
    pub(crate) ends_sentence: bool,
    /// Numbers that may be years of this or the last century.
    pub(crate) years: u32,
    /// Digits parted by a colon.
    pub(crate) times: u32,
}

/// Most signs of Unicode's category Sc that prices are written with.
fn is_currency(c: char) -> bool {
    matches!(c, '$' | '£' | '¥' | '\u{20a0}'..='\u{20c0}' | '￥' | '฿')
}

/// The digits read last.
#[derive(Default)]
struct Number {
    digits: u32,
    /// The value of the first two.
    lead: u32,
    colon: bool,
}

/// One character without spaces around it carries about as much as three letters.
const SOLO_WIDTH: u32 = 3;

/// The classes of what is not told apart by a glance.
static OTHERS: LazyLock<Table<Class>> = LazyLock::new(|| Table::new(Class::beyond_ascii));

/// What a character is in a text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Space,
    Lower,
    Upper,
    Digit,
    Solo,
    /// A full stop and the like: ends a sentence if space follows.
    Stop,
    /// A full stop that needs no space after it.
    WideStop,
    Comma,
    Closing,
    Divider,
    Punctuation,
    Other,
}

impl Stats {
    pub(crate) fn of(text: &str) -> Stats {
        let mut stats = Stats { bytes: text.len(), ..Stats::default() };
        let mut in_word = false;
        let mut after_stop = false;
        let mut last = Class::Space;
        let mut number = Number::default();
        for c in text.chars() {
            let class = Class::of(c);
            number.read(c, class, &mut stats);
            stats.currencies += u32::from(is_currency(c));
            stats.chars += 1;
            let word = matches!(class, Class::Lower | Class::Upper | Class::Digit | Class::Other);
            stats.words += u32::from(word && !in_word || class == Class::Solo);
            stats.capitalised += u32::from(class == Class::Upper && !in_word);
            in_word = word;
            stats.count(class);
            if after_stop && class == Class::Space {
                stats.sentences += 1;
            }
            after_stop = class == Class::Stop || after_stop && class == Class::Closing;
            if !matches!(class, Class::Space | Class::Closing) {
                last = class;
            }
        }
        stats.ends_sentence = matches!(last, Class::Stop | Class::WideStop);
        stats.sentences += u32::from(after_stop);
        number.read(' ', Class::Space, &mut stats);
        stats
    }

    fn count(&mut self, class: Class) {
        match class {
            Class::Lower => self.letters += 1,
            Class::Upper => {
                self.letters += 1;
                self.capitals += 1;
            }
            Class::Solo => {
                self.letters += 1;
                self.solo += 1;
            }
            Class::Digit => self.digits += 1,
            Class::WideStop => {
                self.sentences += 1;
                self.punctuation += 1;
            }
            Class::Comma => {
                self.commas += 1;
                self.punctuation += 1;
            }
            Class::Divider => {
                self.dividers += 1;
                self.punctuation += 1;
            }
            Class::Stop | Class::Closing | Class::Punctuation => self.punctuation += 1,
            Class::Space | Class::Other => {}
        }
    }

    /// Characters, those of scripts without spaces counted as the word parts they are.
    pub(crate) fn width(&self) -> f32 {
        (self.chars + (SOLO_WIDTH - 1) * self.solo) as f32
    }
}

impl Number {
    fn read(&mut self, c: char, class: Class, stats: &mut Stats) {
        if class == Class::Digit {
            if self.digits == 0 {
                stats.times += u32::from(std::mem::take(&mut self.colon));
                self.lead = 0;
            }
            if self.digits < 2 {
                self.lead = self.lead * 10 + c.to_digit(10).unwrap_or(0);
            }
            self.digits += 1;
        } else {
            if self.digits == 4 && matches!(self.lead, 19 | 20) {
                stats.years += 1;
            }
            self.colon = c == ':' && self.digits > 0;
            self.digits = 0;
        }
    }
}

impl Class {
    pub(crate) fn of(c: char) -> Class {
        match c {
            'a'..='z' => Class::Lower,
            ' ' | '\n' | '\t' => Class::Space,
            'A'..='Z' => Class::Upper,
            '0'..='9' => Class::Digit,
            '.' | '!' | '?' | '…' | '؟' | '۔' | '।' | '॥' => Class::Stop,
            '。' | '！' | '？' | '｡' => Class::WideStop,
            ',' | ';' | ':' | '，' | '、' | '،' | '؛' | '；' | '：' => Class::Comma,
            '"' | '\'' | ')' | ']' | '”' | '’' | '»' | '」' | '』' | '）' => Class::Closing,
            '|' | '›' | '←' | '→' | '·' | '•' | '©' | '®' | '>' | '<' => Class::Divider,
            '!'..='~' => Class::Punctuation,
            _ => OTHERS.get(c),
        }
    }

    /// Of the characters that [`Class::of`] does not name.
    fn beyond_ascii(c: char) -> Class {
        match u32::from(c) {
            0x430..=0x45f | 0x3b1..=0x3c9 | 0xac00..=0xd7a3 => Class::Lower,
            0x400..=0x42f | 0x391..=0x3a1 | 0x3a3..=0x3a9 => Class::Upper,
            0x3040..=0x30ff
            | 0x3400..=0x9fff
            | 0xf900..=0xfaff
            | 0xe00..=0xfff
            | 0x1000..=0x109f
            | 0x1780..=0x17ff
            | 0x2_0000..=0x3_ffff => Class::Solo,
            0x2000..=0x206f
            | 0x3000..=0x303f
            | 0xff00..=0xff0f
            | 0xa1..=0xa9
            | 0xab..=0xb4
            | 0xb6..=0xb9
            | 0xbb..=0xbf => Class::Punctuation,
            _ if c.is_uppercase() => Class::Upper,
            _ if c.is_alphabetic() => Class::Lower,
            _ if c.is_numeric() => Class::Digit,
            0xfeff => Class::Space,
            _ if c.is_whitespace() => Class::Space,
            _ => Class::Other,
        }
    }
}
