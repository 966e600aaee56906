//! The phrases of `cues/`, one file per language, and how a line is matched against them.
//!
//! The format of the files is documented in `cues/README.md`. All languages are matched at once: a page's furniture
//! is not always in the language of its article.

use std::sync::OnceLock;

use super::chars::{is_alphabetic, is_alphanumeric, lower, without_spaces};

/// What a cue says of a line; several may hold.
pub(crate) type Kinds = u16;

/// The whole line heads a list of links.
pub(crate) const LIST: Kinds = 1;
/// The line begins with this, a colon or arrow, and a link.
pub(crate) const LINK: Kinds = 1 << 1;
/// The whole line is a button or a call.
pub(crate) const ACTION: Kinds = 1 << 2;
/// The line begins (or ends) with the words of a notice.
pub(crate) const NOTICE: Kinds = 1 << 3;
/// The line begins with this, a colon, and tags.
pub(crate) const TAGS: Kinds = 1 << 4;
/// The first word of a breadcrumb.
pub(crate) const HOME: Kinds = 1 << 5;
/// The line begins with this and a name.
pub(crate) const BYLINE: Kinds = 1 << 6;
/// A word of dates: a month, a weekday, "at".
pub(crate) const DATE_WORD: Kinds = 1 << 7;
/// The name of a month.
pub(crate) const MONTH: Kinds = 1 << 8;
/// A word that says what a date is of: "updated".
pub(crate) const DATE_LABEL: Kinds = 1 << 9;
/// A word that makes a number a time gone by: "ago".
pub(crate) const AGO: Kinds = 1 << 10;

/// The sections of a cue file.
pub(crate) const SECTIONS: [(&str, Kinds); 11] = [
    ("list-heading", LIST),
    ("link-lead", LINK),
    ("action", ACTION),
    ("notice", NOTICE),
    ("tag-label", TAGS),
    ("home", HOME),
    ("byline", BYLINE),
    ("month", MONTH | DATE_WORD),
    ("date-word", DATE_WORD),
    ("date-label", DATE_LABEL),
    ("ago", AGO),
];

/// Kinds of words, not of lines.
const DATES: Kinds = MONTH | DATE_WORD | DATE_LABEL | AGO;

/// Kinds that need something behind the phrase.
const LEADING: Kinds = LINK | TAGS | HOME | BYLINE;
/// Fewest characters of a phrase in a script without spaces that stands without a sign behind it.
const SURE: usize = 4;

/// Every cue file: language (ISO 639-3) and text. A new language is a new line here.
pub(crate) const FILES: [(&str, &str); 25] = [
    ("vie", include_str!("../../cues/vie.txt")),
    ("eng", include_str!("../../cues/eng.txt")),
    ("deu", include_str!("../../cues/deu.txt")),
    ("fra", include_str!("../../cues/fra.txt")),
    ("spa", include_str!("../../cues/spa.txt")),
    ("por", include_str!("../../cues/por.txt")),
    ("ita", include_str!("../../cues/ita.txt")),
    ("nld", include_str!("../../cues/nld.txt")),
    ("pol", include_str!("../../cues/pol.txt")),
    ("rus", include_str!("../../cues/rus.txt")),
    ("ell", include_str!("../../cues/ell.txt")),
    ("tur", include_str!("../../cues/tur.txt")),
    ("ara", include_str!("../../cues/ara.txt")),
    ("hin", include_str!("../../cues/hin.txt")),
    ("tha", include_str!("../../cues/tha.txt")),
    ("ind", include_str!("../../cues/ind.txt")),
    ("zho-hans", include_str!("../../cues/zho-hans.txt")),
    ("zho-hant", include_str!("../../cues/zho-hant.txt")),
    ("jpn", include_str!("../../cues/jpn.txt")),
    ("kor", include_str!("../../cues/kor.txt")),
    ("ukr", include_str!("../../cues/ukr.txt")),
    ("ces", include_str!("../../cues/ces.txt")),
    ("swe", include_str!("../../cues/swe.txt")),
    ("ron", include_str!("../../cues/ron.txt")),
    ("fas", include_str!("../../cues/fas.txt")),
];

/// Of a line, what is compared with cues: this many bytes of its start and of its end.
const HEAD: usize = 160;
const TAIL: usize = 80;
/// Most words a `*` of a phrase stands for.
const WILD_WORDS: usize = 4;

#[derive(Debug)]
struct Phrase {
    text: Box<str>,
    /// What must end the line, for a phrase with `*`.
    wild: Option<Box<str>>,
    kinds: Kinds,
}

/// Phrases by their hashes.
#[derive(Debug, Default)]
struct Phrases {
    sorted: Vec<(u64, Phrase)>,
    /// Where the hashes with the same first bits start, and where the last end.
    buckets: Vec<usize>,
}

impl Phrases {
    /// First bits of a hash that are the number of a bucket.
    const BITS: u32 = 10;

    fn sort(&mut self) {
        self.sorted.sort_by(|a, b| (a.0, &a.1.text).cmp(&(b.0, &b.1.text)));
        let start =
            |bucket| self.sorted.partition_point(|(hash, _)| hash >> (u64::BITS - Self::BITS) < bucket);
        self.buckets = (0..=1 << Self::BITS).map(start).collect();
    }

    fn at(&self, hash: u64) -> impl Iterator<Item = &Phrase> {
        let bucket = (hash >> (u64::BITS - Self::BITS)) as usize;
        let phrases = &self.sorted[self.buckets[bucket]..self.buckets[bucket + 1]];
        phrases.iter().filter(move |(h, _)| *h == hash).map(|(_, phrase)| phrase)
    }
}

/// The phrases of all languages.
#[derive(Debug)]
pub(crate) struct Cues {
    /// Phrases that begin a line.
    starts: Phrases,
    /// Words of dates.
    words: Phrases,
    /// Which hashes may be in `starts`.
    bloom: Bloom,
    /// Which hashes a phrase longer than a step has after each step.
    steps: Bloom,
    /// Phrases that end a line.
    ends: Vec<(Box<str>, Kinds)>,
    /// Which last bytes a line has that one of those phrases ends.
    last_bytes: Bloom,
    /// Which hashes may be in `words`.
    word_bloom: Bloom,
    /// Which hashes the first letters of a month have.
    month_starts: Bloom,
}

/// After this many characters, and again and again, it is asked whether any phrase goes on so.
const STEP: usize = 4;
/// Letters that decide whether a word may be a month.
const PREFIX: usize = 3;

/// A set of hashes that may say yes to a few others.
#[derive(Debug)]
struct Bloom(Box<[u64; BLOOM]>);

/// Words of such a set; it has two bits of one of them for each hash.
const BLOOM: usize = 2048;

impl Bloom {
    fn new() -> Bloom {
        Bloom(Box::new([0; BLOOM]))
    }

    fn add(&mut self, hash: u64) {
        self.0[(hash >> 53) as usize] |= bits(hash);
    }

    fn may_hold(&self, hash: u64) -> bool {
        self.0[(hash >> 53) as usize] & bits(hash) == bits(hash)
    }
}

fn bits(hash: u64) -> u64 {
    1 << ((hash >> 47) & 63) | 1 << ((hash >> 41) & 63)
}

impl Cues {
    /// The phrases compiled in.
    pub(crate) fn embedded() -> &'static Cues {
        static CUES: OnceLock<Cues> = OnceLock::new();
        CUES.get_or_init(|| Cues::parse(FILES.iter().map(|&(_, text)| text)))
    }

    fn parse<'a>(files: impl Iterator<Item = &'a str>) -> Cues {
        let mut cues = Cues {
            starts: Phrases::default(),
            words: Phrases::default(),
            bloom: Bloom::new(),
            steps: Bloom::new(),
            ends: Vec::new(),
            last_bytes: Bloom::new(),
            word_bloom: Bloom::new(),
            month_starts: Bloom::new(),
        };
        for (section, line) in files.flat_map(entries) {
            let kinds = SECTIONS.iter().find(|(name, _)| *name == section).map_or(0, |(_, kinds)| *kinds);
            cues.add(line, kinds);
        }
        cues.starts.sort();
        cues.words.sort();
        cues
    }

    fn add(&mut self, line: &str, kinds: Kinds) {
        let (head, wild) = match line.split_once('*') {
            Some((head, tail)) => (head, Some(folded(tail))),
            None => (line, None),
        };
        let text: Box<str> = folded(head);
        if kinds & DATES != 0 {
            let hash = text.chars().fold(0, roll);
            self.word_bloom.add(hash);
            if kinds & MONTH != 0 {
                first_letters(&text).into_iter().for_each(|hash| self.month_starts.add(hash));
            }
            self.words.sorted.push((hash, Phrase { text, wild, kinds }));
            return;
        }
        match wild {
            Some(ending) if text.is_empty() => {
                for last in [last_three(&ending), last_letters(&ending)] {
                    last.into_iter().for_each(|last| self.last_bytes.add(last));
                }
                self.ends.push((ending, kinds));
            }
            wild => {
                let mut hash = 0;
                for (i, c) in text.chars().enumerate() {
                    hash = roll(hash, c);
                    if (i + 1) % STEP == 0 {
                        self.steps.add(hash);
                    }
                }
                self.bloom.add(hash);
                self.starts.sorted.push((hash, Phrase { text, wild, kinds }));
            }
        }
    }

    /// What the cues say of a line. `folded` is a buffer.
    pub(crate) fn of_line(&self, line: &str, folded: &mut String) -> Kinds {
        let line = trim_to_letters(line);
        let mut kinds = 0;
        if self.may_start(line) {
            fold(line, folded);
            kinds |= self.starting(folded);
        }
        if self.may_end(line) {
            folded.clear();
            folded.extend(folded_chars(&line[line.ceil_char_boundary(line.len().saturating_sub(TAIL))..]));
            kinds |= self.ending(folded);
        }
        kinds
    }

    /// Whether a phrase may begin a line. Of most lines it reads no more than the first few characters.
    fn may_start(&self, line: &str) -> bool {
        let (head, cut) = match line.len() {
            len if len <= HEAD + TAIL => (line, false),
            _ => (&line[..line.floor_char_boundary(HEAD)], true),
        };
        let (mut hash, mut read) = (0, 0);
        // No phrase ends between ASCII letters: they are read a step at a time.
        for step in head.as_bytes().as_chunks::<STEP>().0 {
            if !step.iter().all(u8::is_ascii_alphabetic) {
                break;
            }
            hash = hash_on(hash, step);
            if !self.steps.may_hold(hash) {
                return false;
            }
            read += STEP;
        }
        let (mut count, mut before) = (0, 'a');
        for c in folded_chars(&head[read..]) {
            if may_end(before, c) && self.bloom.may_hold(hash) {
                return true;
            }
            if count == STEP {
                if !self.steps.may_hold(hash) {
                    return false;
                }
                count = 0;
            }
            (hash, count, before) = (roll(hash, c), count + 1, c);
        }
        cut || self.bloom.may_hold(hash)
    }

    /// Whether a phrase may end a line.
    #[inline]
    fn may_end(&self, line: &str) -> bool {
        last_three(line).is_some_and(|last| self.last_bytes.may_hold(last))
            && last_letters(line).is_none_or(|last| self.last_bytes.may_hold(last))
    }

    /// What the phrases that begin a folded line say of it.
    fn starting(&self, line: &str) -> Kinds {
        let (mut kinds, mut hash) = (0, 0);
        for (i, (at, c)) in line.char_indices().enumerate() {
            hash = roll(hash, c);
            let (head, rest) = line.split_at(at + c.len_utf8());
            let ends = rest.chars().next().is_none_or(|next| may_end(c, next));
            if ends && self.bloom.may_hold(hash) {
                kinds |= self
                    .starts
                    .at(hash)
                    .filter(|p| *p.text == *head)
                    .fold(0, |k, p| k | p.kinds_before(rest));
            }
            if (i + 1) % STEP == 0 && !self.steps.may_hold(hash) {
                break;
            }
        }
        kinds
    }

    /// What the cues say of a single lower-case word.
    pub(crate) fn word(&self, word: &str) -> Kinds {
        let hash = word.chars().fold(0, roll);
        if !self.word_bloom.may_hold(hash) {
            return 0;
        }
        self.words.at(hash).filter(|p| *p.text == *word).fold(0, |kinds, p| kinds | p.kinds)
    }

    /// What the cues say of a single word.
    pub(super) fn word_of_any_case(&self, word: &str) -> Kinds {
        let mut hash = 0;
        for c in word.chars() {
            // The lower case of these depends on their place in the word, or is two characters.
            if matches!(c, 'Σ' | 'İ') {
                return self.word(&word.to_lowercase());
            }
            hash = roll(hash, lower(c));
        }
        if !self.word_bloom.may_hold(hash) {
            return 0;
        }
        let same = |p: &&Phrase| p.text.chars().eq(word.chars().map(lower));
        self.words.at(hash).filter(same).fold(0, |kinds, p| kinds | p.kinds)
    }

    /// Whether a line may start with a month, by its first letters.
    pub(super) fn may_start_with_month(&self, line: &str) -> bool {
        first_letters(line).is_none_or(|hash| self.month_starts.may_hold(hash))
    }

    /// What the phrases that end a folded line say of it.
    fn ending(&self, line: &str) -> Kinds {
        let ends = |(text, _): &&(Box<str>, Kinds)| {
            let head = line.strip_suffix(&**text);
            head.is_some_and(|head| !head.is_empty() && boundary(head.chars().next_back(), text))
        };
        self.ends.iter().filter(ends).fold(0, |kinds, (_, kind)| kinds | kind)
    }
}

/// A hash of the first letters of a text, unless their lower case depends on what follows.
fn first_letters(text: &str) -> Option<u64> {
    let mut hash = 0;
    for c in text.chars().take(PREFIX).take_while(|&c| is_alphabetic(c)) {
        if matches!(c, 'Σ' | 'İ') {
            return None;
        }
        hash = roll(hash, lower(c));
    }
    Some(hash)
}

/// Bytes that every phrase has that ends a line.
const LAST: usize = 6;

/// A hash of the last bytes of a text, if they are ASCII letters: folding leaves them as they are but for their case.
fn last_letters(text: &str) -> Option<u64> {
    text.as_bytes()
        .last_chunk::<LAST>()
        .filter(|last| last.iter().all(u8::is_ascii_alphabetic))
        .map(|last| hash_of(last))
}

/// A hash of the last three bytes.
fn last_three(text: &str) -> Option<u64> {
    text.as_bytes().last_chunk::<3>().map(|last| hash_of(last))
}

fn hash_of(letters: &[u8]) -> u64 {
    hash_on(0, letters)
}

/// The hash of what has `hash` and ASCII letters behind it.
#[inline]
fn hash_on(hash: u64, letters: &[u8]) -> u64 {
    letters.iter().fold(hash, |hash, b| roll(hash, char::from(b.to_ascii_lowercase())))
}

impl Phrase {
    /// The kinds that hold when `rest` follows the phrase in the line.
    fn kinds_before(&self, rest: &str) -> Kinds {
        if let Some(ending) = &self.wild {
            let middle = rest.strip_suffix(&**ending).unwrap_or_default();
            let words = middle.split_whitespace().count();
            let bounded = rest.starts_with(' ') && (ending.is_empty() || middle.ends_with(' '));
            return if bounded && (1..=WILD_WORDS).contains(&words) { self.kinds } else { 0 };
        }
        if rest.is_empty() {
            // The name of the home page alone is a link to it.
            let link = if self.kinds & HOME != 0 { ACTION } else { 0 };
            return self.kinds & !LEADING | link;
        }
        // A short word of a script without spaces may begin a longer one.
        let bounded = !rest.starts_with(char::is_alphanumeric);
        if !bounded && (!boundary(rest.chars().next(), &self.text) || self.text.chars().count() < SURE) {
            return 0;
        }
        let mark = rest.trim_start().chars().next();
        let mut kinds = self.kinds & (NOTICE | HOME | BYLINE);
        if mark.is_some_and(|c| ":：»>›|→–—-·".contains(c)) {
            kinds |= self.kinds & LINK;
        }
        if mark.is_some_and(|c| ":：".contains(c)) {
            kinds |= self.kinds & (TAGS | LINK);
        }
        kinds
    }
}

/// Whether some phrase may end between two characters of a line.
#[inline]
fn may_end(before: char, next: char) -> bool {
    !next.is_ascii_alphanumeric() && (next.is_ascii() || !is_alphanumeric(next))
        || (!before.is_ascii() && without_spaces(before))
}

/// Whether a phrase may end before (or begin after) `next`: scripts without spaces have no word boundaries.
fn boundary(next: Option<char>, phrase: &str) -> bool {
    !next.is_some_and(char::is_alphanumeric) || phrase.chars().next_back().is_some_and(without_spaces)
}

fn roll(hash: u64, c: char) -> u64 {
    (hash.rotate_left(5) ^ u64::from(c)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The phrases of a cue file with their sections; comments and blank lines left out.
pub(crate) fn entries(file: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut section = "";
    file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).filter_map(
        move |line| match line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            Some(name) => {
                section = name;
                None
            }
            None => Some((section, line)),
        },
    )
}

fn folded(text: &str) -> Box<str> {
    let mut out = String::new();
    fold(text, &mut out);
    out.into_boxed_str()
}

/// Puts into `out` what cues compare: `text` (its start and end if it is long) in lower case, with one kind of
/// apostrophe, single spaces, no invisible characters, and nothing but letters at both ends.
fn fold(text: &str, out: &mut String) {
    out.clear();
    let text = trim_to_letters(text);
    if text.len() <= HEAD + TAIL {
        out.extend(folded_chars(text));
        return;
    }
    out.extend(folded_chars(&text[..text.floor_char_boundary(HEAD)]));
    out.push('\u{0}');
    out.extend(folded_chars(&text[text.ceil_char_boundary(text.len() - TAIL)..]));
}

/// The characters of a text that cues compare.
fn folded_chars(text: &str) -> impl Iterator<Item = char> + '_ {
    let mut before = '\0';
    text.chars().filter_map(move |c| {
        let c = folded_char(c)?;
        let again = c == ' ' && before == ' ';
        before = c;
        (!again).then_some(c)
    })
}

#[inline]
fn folded_char(c: char) -> Option<char> {
    if c.is_ascii_graphic() { Some(c.to_ascii_lowercase()) } else { folded_sign(c) }
}

fn folded_sign(c: char) -> Option<char> {
    match c {
        '’' | 'ʼ' | '‘' => Some('\''),
        // Soft hyphen, the dot that lower-casing leaves on the Turkish I, zero-width characters, marks of direction.
        '\u{ad}' | '\u{307}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}' => None,
        c if c.is_whitespace() || c.is_control() => Some(' '),
        // The dot of the Turkish capital I goes: it is no part of the first character.
        c => Some(lower(c)),
    }
}

/// A line without what is no letter at its ends.
fn trim_to_letters(line: &str) -> &str {
    let may_stay = |b: &u8| b.is_ascii_alphabetic() || !b.is_ascii();
    let bytes = line.as_bytes();
    let (Some(start), Some(last)) = (bytes.iter().position(may_stay), bytes.iter().rposition(may_stay))
    else {
        return "";
    };
    let line = &line[start..=last];
    if bytes[start].is_ascii() && bytes[last].is_ascii() {
        line
    } else {
        line.trim_matches(|c| !is_word_part(c))
    }
}

/// Letters and the marks that stand on them.
fn is_word_part(c: char) -> bool {
    c.is_ascii_alphabetic()
        || (!c.is_ascii() && (is_alphabetic(c) || matches!(c, '\u{300}'..='\u{36f}' | '\u{e31}'..='\u{e4e}'))
            || matches!(c, '\u{900}'..='\u{dff}') && !c.is_numeric() && !matches!(c, '\u{964}' | '\u{965}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(line: &str) -> Kinds {
        Cues::embedded().of_line(line, &mut String::new())
    }

    #[test]
    fn every_section_and_phrase_is_well_formed() {
        for (language, text) in FILES {
            for (section, phrase) in entries(text) {
                assert!(SECTIONS.iter().any(|(name, _)| *name == section), "{language}: section [{section}]");
                let word = !phrase.contains([' ', '*']);
                let dates = SECTIONS.iter().any(|(name, kinds)| *name == section && kinds & DATES != 0);
                assert!(word || !dates, "{language} [{section}]: {phrase:?} is not one word");
                assert!(phrase.matches('*').count() <= 1, "{language}: {phrase:?} has more than one *");
                assert!(!folded(phrase).is_empty(), "{language}: {phrase:?} has no letters");
                assert!(phrase.len() <= HEAD, "{language}: {phrase:?} is too long");
                let ending = phrase.strip_prefix('*').map(folded);
                assert!(
                    ending.is_none_or(|e| e.len() >= LAST),
                    "{language}: {phrase:?} is too short for an ending"
                );
            }
        }
    }

    #[test]
    fn no_language_repeats_a_phrase_of_its_own() {
        for (language, text) in FILES {
            let mut seen: Vec<_> = entries(text).map(|(s, p)| (s, p.contains('*'), folded(p))).collect();
            seen.sort();
            for pair in seen.windows(2) {
                assert_ne!(pair[0], pair[1], "{language}");
            }
        }
    }

    #[test]
    fn every_phrase_of_every_language_is_found() {
        for (language, text) in FILES {
            for (section, phrase) in entries(text) {
                let want = SECTIONS.iter().find(|(name, _)| *name == section).map_or(0, |s| s.1);
                let leads = want & LEADING != 0 && !phrase.contains('*');
                let line = phrase.replace('*', " word ") + if leads { ": x" } else { "" };
                let found = if want & DATES != 0 { Cues::embedded().word(phrase) } else { kinds(&line) };
                assert_eq!(found & want, want, "{language} [{section}] {phrase:?}");
            }
        }
    }

    /// What the cues say of a line, every phrase compared.
    fn all_kinds(line: &str) -> Kinds {
        let (cues, line) = (Cues::embedded(), trim_to_letters(line));
        let mut folded = String::new();
        fold(line, &mut folded);
        let starting = cues.starting(&folded);
        let tail = &line[line.ceil_char_boundary(line.len().saturating_sub(TAIL))..];
        // Capitals that are not ASCII do not end a phrase.
        let ends = last_three(line).is_some_and(|last| cues.last_bytes.may_hold(last));
        starting | if ends { cues.ending(&folded_chars(tail).collect::<String>()) } else { 0 }
    }

    #[test]
    fn nothing_is_passed_over_that_a_phrase_holds_for() {
        for phrase in FILES.iter().flat_map(|(_, text)| entries(text)).map(|(_, phrase)| phrase) {
            let said = phrase.replace('*', " word ");
            for line in [
                said.clone(),
                said.to_uppercase(),
                format!("{said}s of the year"),
                format!("\u{a0}{said}:\u{a0}x, and {said}"),
                said.replace(' ', " \u{ad} "),
                format!("{said}{}{said}", "\u{200b} ".repeat(80)),
            ] {
                assert_eq!(kinds(&line), all_kinds(&line), "{line}");
                for word in line.split(' ') {
                    let (fast, lower) = (Cues::embedded().word_of_any_case(word), word.to_lowercase());
                    assert_eq!(fast, Cues::embedded().word(&lower), "{word}");
                    assert!(fast & MONTH == 0 || Cues::embedded().may_start_with_month(word), "{word}");
                }
            }
        }
    }

    #[test]
    fn a_phrase_is_found_whatever_surrounds_it() {
        for line in ["Read more", "READ MORE »", "• Read more:", "## Read\u{a0}more", "Read more (12)"] {
            assert_ne!(kinds(line) & LIST, 0, "{line}");
        }
        assert_eq!(kinds("Read more books this winter") & LIST, 0);
        assert_ne!(kinds("Read more: Ferry sails again") & LINK, 0);
        assert_eq!(kinds("Readers wrote to us"), 0);
    }
}
