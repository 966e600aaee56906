//! What is known of a single line without its neighbours.

use std::ops::Range;

use super::bytes::{WEIGHED, weigh};
use super::chars::{is_alphabetic, trim, trim_to_word};
use super::cues::{self, Cues, Kinds};
use super::dates::{self, DateShape};
use super::line_ends::LineEnds;

pub(super) use super::bytes::Signs;

/// How a line ends, closing quotes and brackets set aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Ending {
    /// No punctuation that ends a sentence.
    #[default]
    Open,
    /// A full stop in any script, or an ellipsis.
    Stop,
    /// An ellipsis that cuts a short line.
    Cut,
    /// A question or exclamation mark.
    Ask,
    /// A colon.
    Colon,
    /// A comma or semicolon.
    Comma,
}

/// The features of a line, measured after repairs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shape {
    /// Length in letters of an alphabetic script: a Han or kana character counts 3, a Hangul syllable 2. Measured on
    /// the first [`WEIGHED`] bytes.
    pub(super) weight: u32,
    /// Parts between spaces.
    pub(super) words: u32,
    pub(super) ending: Ending,
    /// It starts with a sign of a list item.
    pub(super) bullet: bool,
    /// It starts with a letter or a quotation mark, and holds no address, table bar or field.
    pub(super) headline: bool,
    /// One to three words without punctuation: an entry of a menu, a label, a name.
    pub(super) label: bool,
    /// It starts with `#`, a heading of Markdown.
    pub(super) heading: bool,
    pub(super) prose: bool,
    /// It starts with a small letter, as the rest of a sentence does.
    pub(super) goes_on: bool,
    pub(super) date: DateShape,
    /// A numeric date, or a month and a year, at the start or the end of words.
    pub(super) dated: bool,
    pub(super) cues: Kinds,
    /// Of the line; for prose with digits masked. 0 for a line that is never compared with others: it is short or an
    /// item, and heads no list.
    pub(super) hash: u64,
    /// The hash masks digits.
    pub(super) digits: bool,
}

impl Shape {
    /// It ends as a sentence does, however short.
    pub(super) fn is_sentence(&self) -> bool {
        self.prose || (self.weight >= SHORT_SENTENCE && matches!(self.ending, Ending::Stop | Ending::Ask))
    }
}

/// Letters of a short sentence.
const SHORT_SENTENCE: u32 = 20;
/// A line this long is prose however it ends.
pub(super) const LONG: u32 = 260;
/// A line this long is prose when it ends as sentences do.
const PROSE_SENTENCE: u32 = 70;
/// Fewest words of such a sentence, in scripts with spaces.
const SENTENCE_WORDS: u32 = 8;

/// Longest headline or teaser that is looked at for a date.
const DATED: u32 = 300;
/// Longest entry of a menu.
const LABEL: u32 = 26;
/// Longest paragraph whose copies may differ in digits, in bytes.
const MASKED: usize = 400;
/// Shorter lines return in tables, dialogues and lists without being repeats.
const REPEATABLE: u32 = 24;
/// So do sentences of so many words.
const FEW_WORDS: u32 = 3;

/// Buffers that measuring reuses from line to line.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    folded: String,
    masked: Vec<u8>,
}

impl Shape {
    /// Whether a line of this shape may be a copy of another. Rows, fields, items and code return for their own
    /// reasons, and so do lines of a few words.
    pub(super) fn is_repeatable(&self) -> bool {
        self.may_be_repeatable() && (self.headline || (self.prose && self.words > FEW_WORDS))
    }

    /// The same before it is known what is prose: a line becomes prose with the line before it.
    fn may_be_repeatable(&self) -> bool {
        self.weight >= REPEATABLE && !self.bullet && (self.headline || self.words > FEW_WORDS)
    }
}

/// Measures a line, in which the signs are at most `signs`.
pub(super) fn measure(line: &str, signs: Signs, cues: &Cues, scratch: &mut Scratch) -> Shape {
    let line = trim(line);
    let (weight, words) = weigh(line);
    let mut shape = Shape { weight, words, ending: ending(line), ..start(line) };
    shape.prose = is_prose(line, &shape);
    shape.label = words <= 3 && weight <= LABEL && is_label(line, signs, shape.ending);
    shape.headline = !shape.prose && is_headline(line, signs, cues);
    if !shape.prose && is_cut(line) {
        shape.ending = Ending::Cut;
    }
    shape.cues = cues.of_line(line, &mut scratch.folded);
    // Without a digit there is no date.
    if signs.has(Signs::DIGIT) {
        if !shape.prose {
            shape.date = dates::date_shape(line, cues);
        }
        shape.dated = weight <= DATED && dates::has_date_at_an_end(line, cues);
        // Short lines that differ in digits are entries of a list, not copies.
        shape.digits = shape.prose && line.len() <= MASKED;
    }
    if shape.may_be_repeatable() || shape.cues & cues::LIST != 0 {
        shape.hash = hash(line, shape.digits, &mut scratch.masked);
    }
    shape
}

/// What is seen of a line at a glance.
#[derive(Clone, Debug)]
pub(crate) struct Glance {
    /// Bytes of the text, without the line's end.
    pub(crate) range: Range<usize>,
    /// As [`Shape::weight`].
    pub(crate) weight: u32,
    /// As [`Shape::prose`], of the line alone.
    pub(crate) prose: bool,
}

/// The lines of a text, unrepaired.
pub(crate) fn glances(text: &str) -> impl Iterator<Item = Glance> {
    let ends = LineEnds::of(text);
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at;
        let (end, next) = (start < text.len()).then(|| ends.next(text, start))?;
        at = next;
        let line = trim(&text[start..end]);
        let (weight, words) = weigh(line);
        let shape = Shape { weight, words, ending: ending(line), ..Shape::default() };
        Some(Glance { range: start..end, weight, prose: is_prose(line, &shape) })
    })
}

/// What the first character says.
fn start(line: &str) -> Shape {
    let Some(first) = line.chars().next() else { return Shape::default() };
    Shape {
        bullet: matches!(
            first,
            '-' | '*' | '•' | '·' | '–' | '—' | '►' | '▪' | '●' | '■' | '‣' | '»' | '>' | '・' | '○'
        ),
        heading: first == '#',
        goes_on: first.is_lowercase(),
        ..Shape::default()
    }
}

/// Whether an ellipsis, perhaps in brackets, ends the line.
fn is_cut(line: &str) -> bool {
    // The last byte of an ellipsis that is one character, and those of what may stand behind it.
    match line.as_bytes().last() {
        Some(b'.') => line.ends_with("..."),
        Some(0xa6 | b']' | b')') => line.trim_end_matches([']', ')']).ends_with('…'),
        _ => false,
    }
}

fn is_prose(line: &str, shape: &Shape) -> bool {
    let sentence = matches!(shape.ending, Ending::Stop | Ending::Ask)
        && shape.weight >= PROSE_SENTENCE
        && (shape.words >= SENTENCE_WORDS || shape.weight as usize > line.chars().take(200).count() * 3 / 2);
    sentence
        // What is not measured is prose, too.
        || line.len() > WEIGHED
        || shape.weight >= LONG
        || (shape.weight >= 2 * PROSE_SENTENCE && has_inner_sentence(line))
}

/// Whether a short line, which ends so, holds nothing but words.
fn is_label(line: &str, signs: Signs, ending: Ending) -> bool {
    let words = |line: &str| !Signs::of(line).has(Signs::NO_LABEL);
    ending == Ending::Open
        && (!signs.has(Signs::NO_LABEL)
            || words(line.trim_start_matches(['-', '*', '•', '·', '›', '»', '>', ' '])))
}

/// Whether a short line may be the headline of another page by its signs: not a row, field, step or address.
fn is_headline(line: &str, signs: Signs, cues: &Cues) -> bool {
    if signs.has(Signs::BAR | Signs::FIELD) && line.contains(['|', '@', '{', '}', ';', '=', '\t', '→']) {
        return false;
    }
    if signs.has(Signs::COLON)
        && (line.find(':').is_some_and(|at| at < line.len() / 3) || line.contains("://"))
    {
        return false;
    }
    if signs.has(Signs::PERIOD) && line.contains("www.") {
        return false;
    }
    let text = trim_to_word(line);
    !is_step(text) && !dates::starts_with_month(text, cues)
}

/// Whether a line starts with the number of an item.
fn is_step(line: &str) -> bool {
    let digit = |c: char| c.is_ascii_digit();
    line.starts_with(digit) && line.trim_start_matches(digit).starts_with(['.', ')', ':', '-'])
}

/// Whether a sentence ends within the line: a lower-case letter, a full stop, a space, and no lower-case letter.
fn has_inner_sentence(line: &str) -> bool {
    let ends = |(at, dot): (usize, &str)| {
        let before = line[..at].chars().rev().take(3);
        let mut after = line[at + dot.len()..].chars();
        let word =
            before.filter(|&c| c.is_lowercase() || (is_alphabetic(c) && !c.is_uppercase())).count() == 3;
        let spaced = dot != "." || after.next() == Some(' ');
        word && spaced && after.next().is_some_and(|c| is_alphabetic(c) && !c.is_lowercase())
    };
    // One by one: a single character is searched for many bytes at a time.
    ['.', '。', '।'].into_iter().any(|dot| line.match_indices(dot).any(ends))
}

fn ending(line: &str) -> Ending {
    if line.as_bytes().last().is_some_and(u8::is_ascii_alphanumeric) {
        return Ending::Open;
    }
    let closing = |c: char| {
        matches!(
            c,
            '"' | '\''
                | '”'
                | '’'
                | '»'
                | ')'
                | ']'
                | '}'
                | '›'
                | '」'
                | '』'
                | '）'
                | '】'
                | '*'
                | '_'
                | '|'
        ) || c.is_whitespace()
    };
    match line.trim_end_matches(closing).chars().next_back() {
        Some('.' | '…' | '。' | '．' | '।' | '॥' | '۔' | '።' | '။' | '។' | '։' | '｡') => {
            Ending::Stop
        }
        Some('!' | '?' | '！' | '？' | '؟' | '‽' | ';') if !line.ends_with(';') => Ending::Ask,
        Some(':' | '：') => Ending::Colon,
        Some(',' | ';' | '،' | '，' | '、' | '；') => Ending::Comma,
        _ => Ending::Open,
    }
}

fn hash(line: &str, digits: bool, masked: &mut Vec<u8>) -> u64 {
    if !digits {
        return gleaner_text::hash64(line.as_bytes());
    }
    masked.clear();
    masked.extend(line.bytes().map(|b| if b.is_ascii_digit() { b'0' } else { b }));
    gleaner_text::hash64(masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(line: &str) -> Shape {
        measure(line, Signs::of(line), Cues::embedded(), &mut Scratch::default())
    }

    #[test]
    fn prose_is_told_from_headlines_in_any_script() {
        for line in [
            "The council met on Tuesday to discuss the bridge, which has been closed since the flood in March.",
            "Hội đồng đã họp hôm thứ Ba để bàn về cây cầu bị đóng từ trận lũ hồi tháng Ba.",
            "市议会星期二开会讨论三月洪水以来一直关闭的那座老桥的修复计划和经费来源问题。",
            "นายกเทศมนตรีกล่าวว่าสะพานจะเปิดให้ใช้อีกครั้งในเดือนหน้าหลังจากซ่อมแซมเสร็จสิ้นและตรวจสอบความปลอดภัยแล้ว ทั้งนี้ประชาชนสามารถใช้เส้นทางเลี่ยงเมืองได้จนถึงสิ้นเดือนโดยมีเจ้าหน้าที่ตำรวจคอยอำนวยความสะดวกตลอดเส้นทางทั้งกลางวันและกลางคืนจนกว่างานจะแล้วเสร็จตามกำหนดการ",
        ] {
            assert!(shape(line).prose, "{line}");
        }
        for line in [
            "Council debates the old bridge",
            "Cầu cũ đóng cửa đến tháng Sáu",
            "老桥六月重新开放",
            "Who pays for the bridge?",
        ] {
            assert!(!shape(line).prose, "{line}");
        }
    }

    #[test]
    fn digits_are_masked_in_the_hash() {
        let teaser = |n| {
            format!(
                "The tram to the old town runs again from stop {n} after the repair of the bridge over the river."
            )
        };
        assert_eq!(shape(&teaser(1)).hash, shape(&teaser(2)).hash);
        assert_ne!(shape("Part 1 of the nine lectures").hash, shape("Part 2 of the nine lectures").hash);
        assert_ne!(shape("Part one of the nine lectures").hash, shape("Part two of the nine lectures").hash);
    }
}
