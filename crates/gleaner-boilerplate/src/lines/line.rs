//! What is known of a single line without its neighbours.

use super::cues::{self, Cues, Kinds};
use super::dates::{DateShape, date_shape};

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
    /// the first [`MEASURED`] bytes.
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
    /// Of the line; for prose with digits masked.
    pub(super) hash: u64,
    /// The hash masks digits.
    pub(super) digits: bool,
}

/// Bytes of a line that are measured; a longer line is prose by its length.
const MEASURED: usize = 1024;
/// A line this long is prose however it ends.
pub(super) const LONG: u32 = 260;
/// A line this long is prose when it ends as sentences do.
const SENTENCE: u32 = 70;
/// Fewest words of such a sentence, in scripts with spaces.
const SENTENCE_WORDS: u32 = 8;

/// Longest headline or teaser that is looked at for a date.
const DATED: u32 = 300;
/// Longest entry of a menu.
const LABEL: u32 = 26;

/// Buffers that measuring reuses from line to line.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    folded: String,
    masked: Vec<u8>,
}

/// Measures a line.
pub(super) fn measure(line: &str, cues: &Cues, scratch: &mut Scratch) -> Shape {
    let line = line.trim();
    let (weight, words) = weigh(&line.as_bytes()[..line.len().min(MEASURED)]);
    let ending = ending(line);
    let mut shape = Shape { weight, words, ending, ..Shape::default() };
    shape.bullet =
        line.starts_with(['-', '*', '•', '·', '–', '—', '►', '▪', '●', '■', '‣', '»', '>', '・', '○']);
    shape.heading = line.starts_with('#');
    shape.prose = is_prose(line, &shape);
    shape.goes_on = line.starts_with(char::is_lowercase);
    shape.label = words <= 3 && weight <= LABEL && is_label(line);
    shape.headline = !shape.prose && is_headline(line, cues);
    if !shape.prose && (line.trim_end_matches([']', ')']).ends_with('…') || line.ends_with("...")) {
        shape.ending = Ending::Cut;
    }
    shape.cues = cues.of_line(line, &mut scratch.folded);
    if !shape.prose {
        shape.date = date_shape(line, cues);
    }
    shape.dated = weight <= DATED && super::dates::has_date_at_an_end(line, cues);
    // Short lines that differ in digits are entries of a list, not copies.
    shape.digits = shape.prose && line.len() <= 400 && line.bytes().any(|b| b.is_ascii_digit());
    shape.hash = hash(line, shape.digits, &mut scratch.masked);
    shape
}

fn is_prose(line: &str, shape: &Shape) -> bool {
    let sentence = matches!(shape.ending, Ending::Stop | Ending::Ask)
        && shape.weight >= SENTENCE
        && (shape.words >= SENTENCE_WORDS || shape.weight as usize > line.chars().take(200).count() * 3 / 2);
    sentence
        || line.len() > MEASURED
        || shape.weight >= LONG
        || (shape.weight >= 2 * SENTENCE && has_inner_sentence(line))
}

/// Whether a short line holds nothing but words.
fn is_label(line: &str) -> bool {
    let line = line.trim_start_matches(['-', '*', '•', '·', '›', '»', '>', ' ']);
    line.chars().all(|c| c.is_alphabetic() || !c.is_ascii() || "'-& /".contains(c))
        && ending(line) == Ending::Open
}

/// Whether a short line may be the headline of another page by its signs: not a row, field, step or address.
fn is_headline(line: &str, cues: &Cues) -> bool {
    let text = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    let step = text.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(['.', ')', ':', '-']);
    let field = line.find(':').is_some_and(|at| at < line.len() / 3);
    let first = text.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let dated = first.len() <= 20 && cues.word(&first.to_lowercase()) & cues::MONTH != 0;
    !step
        && !field
        && !dated
        && !line.contains(['|', '@', '{', '}', ';', '=', '\t', '→'])
        && !line.contains("://")
        && !line.contains("www.")
}

/// Whether a sentence ends within the line: a lower-case letter, a full stop, a space, and no lower-case letter.
fn has_inner_sentence(line: &str) -> bool {
    line.match_indices(['.', '。', '।']).any(|(at, dot)| {
        let before = line[..at].chars().rev().take(3);
        let mut after = line[at + dot.len()..].chars();
        let word =
            before.filter(|c| c.is_lowercase() || (c.is_alphabetic() && !c.is_uppercase())).count() == 3;
        let ends = dot != "." || after.next() == Some(' ');
        word && ends && after.next().is_some_and(|c| c.is_alphabetic() && !c.is_lowercase())
    })
}

/// Signs that rules look for in a line, found in one pass over its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Signs(u8);

impl Signs {
    /// `[`
    pub(super) const BRACKET: u8 = 1;
    /// `&` or `<`
    pub(super) const HTML: u8 = 1 << 1;
    /// `|`
    pub(super) const BAR: u8 = 1 << 2;
    /// `/`, or a byte that may begin a dot or an arrow.
    pub(super) const DOT: u8 = 1 << 3;

    /// The signs of a line.
    pub(super) fn of(line: &str) -> Signs {
        Signs(line.bytes().fold(0, |signs, b| signs | SIGNS[usize::from(b)]))
    }

    /// Whether any of `signs` is there.
    pub(super) fn has(self, signs: u8) -> bool {
        self.0 & signs != 0
    }
}

const SIGNS: [u8; 256] = {
    let mut signs = [0; 256];
    signs[b'[' as usize] = Signs::BRACKET;
    signs[b'&' as usize] = Signs::HTML;
    signs[b'<' as usize] = Signs::HTML;
    signs[b'|' as usize] = Signs::BAR;
    signs[b'/' as usize] = Signs::DOT;
    signs[0xc2] = Signs::DOT;
    signs[0xe2] = Signs::DOT;
    signs[0xe3] = Signs::DOT;
    signs
};

/// Weight and number of words of a line's bytes.
fn weigh(bytes: &[u8]) -> (u32, u32) {
    let mut weight = 0;
    let mut words = 0;
    let mut in_word = false;
    for &b in bytes {
        weight += u32::from(WEIGHTS[usize::from(b)]);
        let space = b <= b' ';
        words += u32::from(!space && !in_word);
        in_word = !space;
    }
    (weight, words)
}

/// Weight of a character by its first byte; 0 for the bytes that follow.
const WEIGHTS: [u8; 256] = {
    let mut weights = [1; 256];
    let mut b = 0x80;
    while b < 0x100 {
        weights[b] = match b {
            0x80..=0xbf => 0,
            0xe3..=0xe9 => 3,
            0xea..=0xed => 2,
            _ => 1,
        };
        b += 1;
    }
    weights
};

fn ending(line: &str) -> Ending {
    let closing = |c: char| "\"'”’»)]}›」』）】*_| ".contains(c) || c.is_whitespace();
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
        measure(line, Cues::embedded(), &mut Scratch::default())
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
        assert_ne!(shape("Part 1 of 9").hash, shape("Part 2 of 9").hash);
        assert_ne!(shape("Part one").hash, shape("Part two").hash);
    }
}
