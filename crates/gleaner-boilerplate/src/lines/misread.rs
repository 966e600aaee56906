//! UTF-8 that was read as a single-byte encoding, and how it read before.
//!
//! A letter beyond ASCII is then two to four characters: the first from a small set (`Ã`, `â`, `Ð`; `Р`, `С`, `в`),
//! the rest mostly signs that no one writes behind a letter. A run of such characters is mended when all of it reads
//! as UTF-8, says something plausible, and there is evidence enough that nobody wrote it so.

use std::sync::LazyLock;

use super::draft::{Repair, push_near};

/// A single-byte encoding, as browsers know it, above ASCII.
#[derive(Debug)]
pub(super) struct Encoding {
    kind: Kind,
    /// Characters of the bytes 0x80 to 0xff.
    high: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Latin: the first characters are `Â` to `ô` or their like.
    Latin,
    /// Cyrillic: the first characters are letters of ordinary words.
    Cyrillic,
}

/// Windows-1252, windows-1250 and windows-1251; what these leave undefined is the control character of that number.
static ENCODINGS: [Encoding; 3] = [
    Encoding {
        kind: Kind::Latin,
        high: "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ\
               \u{a0}¡¢£¤¥¦§¨©ª«¬\u{ad}®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏ\
               ÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ",
    },
    Encoding {
        kind: Kind::Cyrillic,
        high: "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\u{98}™љ›њќћџ\
               \u{a0}ЎўЈ¤Ґ¦§Ё©Є«¬\u{ad}®Ї°±Ііґµ¶·ё№є»јЅѕїАБВГДЕЖЗИЙКЛМНОП\
               РСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя",
    },
    Encoding {
        kind: Kind::Latin,
        high: "€\u{81}‚\u{83}„…†‡\u{88}‰Š‹ŚŤŽŹ\u{90}‘’“”•–—\u{98}™š›śťžź\
               \u{a0}ˇ˘Ł¤Ą¦§¨©Ş«¬\u{ad}®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎ\
               ĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙",
    },
];

/// Bytes by character, sorted, for each of [`ENCODINGS`].
static BYTES: LazyLock<[Vec<(char, u8)>; 3]> = LazyLock::new(|| {
    [0, 1, 2].map(|at| {
        let mut bytes: Vec<(char, u8)> = ENCODINGS[at].high.chars().zip(0x80..=0xff).collect();
        // Latin-1 has control characters where windows-1252 has signs.
        if at == 0 {
            bytes.extend((0x80..=0x9f).map(|b| (char::from(b), b)));
        }
        bytes.sort_unstable();
        bytes.dedup();
        bytes
    })
});

/// Punctuation and signs that do stand behind letters: they are no evidence alone, and may stand beside what is
/// mended.
const SOFT: &str = "\u{a0}\u{ad}«»‹›‘’“”…–—•°ºª™®·²³¹´†‡";

/// What becomes of a line; empty when nothing is certain.
pub(super) fn repairs(line: &str) -> Vec<Repair> {
    let mut best: Vec<Repair> = Vec::new();
    for (at, encoding) in ENCODINGS.iter().enumerate() {
        if !candidate(line, at) {
            continue;
        }
        let (repairs, whole) = mend(line, encoding.kind, &BYTES[at]);
        if whole && !repairs.is_empty() {
            return repairs;
        }
        if best.is_empty() {
            best = repairs;
        }
    }
    if best.is_empty() { control_signs(line) } else { best }
}

/// Whether a first character is anywhere followed by one that may go on. Cheap, as nearly all lines stop here.
fn candidate(line: &str, encoding: usize) -> bool {
    let bytes = line.as_bytes();
    let at = |i: usize| bytes.get(i).copied().unwrap_or(0);
    let goes_on = |i: usize| matches!(at(i), 0xc2 | 0xc5 | 0xc6 | 0xcb | 0xe2);
    match encoding {
        0 => memchr::memchr_iter(0xc3, bytes).any(|i| matches!(at(i + 1), 0x82..=0xb4) && goes_on(i + 2)),
        // Р or С, and no small letter of an ordinary word; or the в and Ђ of a quotation mark or a dash.
        1 => memchr::memchr3_iter(0xa0, 0xa1, 0x82, bytes).any(|i| {
            let cyrillic = i > 0 && bytes[i - 1] == 0xd0;
            let small = matches!((at(i + 1), at(i + 2)), (0xd0, 0xb0..=0xbf) | (0xd1, 0x80..=0x8f));
            cyrillic && at(i + 1) >= 0xc2 && (!small || bytes[i] == 0x82)
        }),
        _ => memchr::memchr2_iter(0xc3, 0xc4, bytes).any(|i| match (bytes[i], at(i + 1)) {
            (0xc3, 0x82..=0xb4) => goes_on(i + 2) || at(i + 2) == 0xc4,
            (0xc4, 0x82 | 0xb9) => goes_on(i + 2) || at(i + 2) == 0xc4,
            _ => false,
        }),
    }
}

/// What one run of misread characters says.
#[derive(Debug, Default)]
struct Run {
    /// Where it starts in the line.
    start: usize,
    end: usize,
    text: String,
    /// Sequences, those of letters beyond Latin in a row, and those that nobody writes.
    sequences: usize,
    in_row: usize,
    hard: usize,
}

/// How a run ends.
enum Verdict {
    /// It holds nothing that was misread: quotation marks and the like.
    Plain,
    /// It holds a letter that was read right.
    Right,
    Misread(Run),
}

/// The repairs of a line, and whether nothing on it was read right.
fn mend(line: &str, kind: Kind, bytes: &[(char, u8)]) -> (Vec<Repair>, bool) {
    let mut certain: Vec<Repair> = Vec::new();
    let mut likely: Vec<Repair> = Vec::new();
    let (mut right, mut hard) = (false, 0);
    let mut at = 0;
    while let Some(start) = line[at..].find(|c: char| !c.is_ascii()).map(|n| at + n) {
        let (end, verdict) = read_run(line, start, kind, bytes);
        match verdict {
            Verdict::Plain => {}
            Verdict::Right => right = true,
            Verdict::Misread(run) => {
                hard += run.hard;
                if run.hard > 0 {
                    push_near(&mut certain, line, run.start..run.end, &run.text);
                }
                if !right {
                    push_near(&mut likely, line, run.start..run.end, &run.text);
                }
            }
        }
        at = end;
    }
    match (hard > 0, right) {
        (false, _) => (Vec::new(), false),
        (true, false) => (likely, true),
        (true, true) => (certain, false),
    }
}

/// Reads the characters beyond ASCII from `start` on; where they end, and what they are.
fn read_run(line: &str, start: usize, kind: Kind, bytes: &[(char, u8)]) -> (usize, Verdict) {
    let mut run = Run { start, end: start, ..Run::default() };
    let mut at = start;
    let mut right = false;
    let mut literal = start;
    while let Some(c) = line[at..].chars().next().filter(|c| !c.is_ascii()) {
        if right {
            at += c.len_utf8();
            continue;
        }
        match sequence(line, at, bytes) {
            Some(sequence) => {
                if run.sequences == 0 {
                    run.start = at;
                } else {
                    run.text.push_str(&line[literal..at]);
                }
                run.take(line, at, &sequence, kind);
                at = sequence.end;
                (run.end, literal) = (at, at);
            }
            None => {
                right = !SOFT.contains(c) && !is_sign(c);
                run.in_row = 0;
                at += c.len_utf8();
            }
        }
    }
    match (right, run.sequences) {
        (true, _) => (at, Verdict::Right),
        (false, 0) => (at, Verdict::Plain),
        (false, _) => (at, Verdict::Misread(run)),
    }
}

/// No letter: emoji, arrows, punctuation of any script.
fn is_sign(c: char) -> bool {
    !c.is_alphanumeric() && !matches!(c, '\u{80}'..='\u{bf}')
}

/// A character read as several.
struct Sequence {
    end: usize,
    /// The character that was there.
    target: char,
    /// How many it was read as.
    length: usize,
    /// One of them is a sign that nobody writes behind a letter.
    hard: bool,
}

/// The sequence that starts at `at`, if its bytes are a plausible character's.
fn sequence(line: &str, at: usize, bytes: &[(char, u8)]) -> Option<Sequence> {
    let byte = |c: char| bytes.binary_search_by_key(&c, |&(c, _)| c).ok().map(|i| bytes[i].1);
    let mut chars = line[at..].chars();
    let first = chars.next()?;
    let lead = byte(first)?;
    let length = match lead {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let (mut buffer, mut end, mut hard) = ([lead, 0, 0, 0], at + first.len_utf8(), false);
    for slot in &mut buffer[1..length] {
        let c = chars.next()?;
        *slot = byte(c).filter(|b| (0x80..=0xbf).contains(b))?;
        end += c.len_utf8();
        hard |= !SOFT.contains(c);
    }
    let target = std::str::from_utf8(&buffer[..length]).ok()?.chars().next()?;
    plausible(target).then_some(Sequence { end, target, length, hard })
}

impl Run {
    fn take(&mut self, line: &str, at: usize, sequence: &Sequence, kind: Kind) {
        let before = line[..at].chars().next_back();
        let after = line[sequence.end..].chars().next();
        let hard = match kind {
            Kind::Cyrillic => self.cyrillic_evidence(sequence),
            Kind::Latin => self.latin_evidence(sequence, before, after),
        };
        self.hard += usize::from(hard);
        self.sequences += 1;
        self.text.push(sequence.target);
    }

    /// Three letters in a row, or punctuation: `вЂ` stands in no word.
    fn cyrillic_evidence(&mut self, sequence: &Sequence) -> bool {
        let letter = matches!(sequence.target, '\u{400}'..='\u{4ff}');
        self.in_row = if letter { self.in_row + 1 } else { 0 };
        self.in_row == 3 || (sequence.length == 3 && matches!(sequence.target, '\u{2010}'..='\u{2026}'))
    }

    fn latin_evidence(&mut self, sequence: &Sequence, before: Option<char>, after: Option<char>) -> bool {
        let word = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        let small = before.is_some_and(|c| c.is_ascii_lowercase());
        match sequence.target {
            // Behind a capital, Â may end a word in capitals.
            '\u{80}'..='\u{bf}' => {
                let figure = before.is_some_and(|c| c.is_ascii_digit());
                let opens = sequence.target == '«' && before.is_none_or(char::is_whitespace);
                if sequence.hard { !before.is_some_and(char::is_uppercase) } else { small || figure || opens }
            }
            '\u{c0}'..='\u{24f}' => {
                let apart = !word(before) && !word(after);
                // The unit Å, with a tolerance behind it.
                let unit = after.is_some_and(|c| c.is_ascii_digit()) && apart;
                let starts = !word(before) && after.is_some_and(|c| c.is_ascii_lowercase());
                small || starts || (sequence.hard && !unit && (!apart || sequence.target < '\u{100}'))
            }
            '\u{370}'..='\u{3ff}' => sequence.hard,
            '\u{400}'..='\u{7ff}' => {
                // Two letters of such scripts in a row, one of them hard.
                self.in_row += 1;
                sequence.hard && self.in_row >= 2
            }
            '\u{2190}'..='\u{21ff}' => true,
            _ => sequence.hard,
        }
    }
}

/// Whether texts hold the character, so that bytes which happen to be UTF-8 are not taken for it.
fn plausible(c: char) -> bool {
    matches!(c,
        // Control characters are what is left when a text was misread twice.
        '\u{80}'..='\u{17f}' | 'Ơ' | 'ơ' | 'Ư' | 'ư' | 'ƒ' | '\u{1cd}'..='\u{1dc}' | '\u{218}'..='\u{21b}'
        | 'ˆ' | '˜' | '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}'
        | '\u{386}'..='\u{3ce}' | '\u{401}'..='\u{45f}' | '\u{490}' | '\u{491}'
        | '\u{5b0}'..='\u{5ea}' | '\u{60c}'..='\u{669}' | '\u{67e}' | '\u{686}' | '\u{698}' | '\u{6a9}' | '\u{6af}'
        | '\u{6cc}' | '\u{6f0}'..='\u{6f9}'
        | '\u{900}'..='\u{d7f}' | '\u{e01}'..='\u{e5b}' | '\u{10a0}'..='\u{10ff}' | '\u{1780}'..='\u{17f9}'
        | '\u{1e80}'..='\u{1fff}'
        | '\u{2002}'..='\u{200f}' | '\u{2010}'..='\u{2027}' | '\u{202f}'..='\u{203a}' | '\u{2060}' | '\u{2070}'..='\u{2089}'
        | '\u{20a9}' | '\u{20ab}' | '\u{20ac}' | '\u{20b9}' | '\u{20bd}' | '\u{2116}' | '\u{2122}' | '\u{2150}'..='\u{215e}'
        | '\u{2190}'..='\u{23ff}' | '\u{2460}'..='\u{2473}' | '\u{25a0}'..='\u{27bf}'
        | '\u{2b05}'..='\u{2b55}' | '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{fb01}' | '\u{fb02}' | '\u{fe0f}' | '\u{feff}' | '\u{ff01}'..='\u{ff9f}' | '\u{ffe0}'..='\u{ffe6}' | '\u{fffd}'
        | '\u{1f1e6}'..='\u{1f1ff}' | '\u{1f300}'..='\u{1faff}')
}

/// Quotation marks, dashes and the like of windows-1252 that were read as Latin-1 and are control characters now.
///
/// Every standard for the web reads these bytes so. Where a line holds one that windows-1252 leaves undefined, or
/// letters that are not Latin, its bytes were of another encoding, and it stays as it is.
fn control_signs(line: &str) -> Vec<Repair> {
    let controls =
        |line: &str| memchr::memchr_iter(0xc2, line.as_bytes()).any(|i| line.as_bytes()[i + 1] < 0xa0);
    let undefined = ['\u{81}', '\u{8d}', '\u{8f}', '\u{90}', '\u{9d}'];
    let marks = |c: char| matches!(c, '\u{91}'..='\u{97}');
    let other = |c: char| c > '\u{24f}' && c.is_alphabetic();
    if !controls(line) || !line.contains(marks) || line.contains(undefined) || line.contains(other) {
        return Vec::new();
    }
    let signs: Vec<char> = ENCODINGS[0].high.chars().take(32).collect();
    let mut repairs = Vec::new();
    for (at, c) in line.char_indices().filter(|(_, c)| matches!(c, '\u{80}'..='\u{9f}')) {
        let mut buffer = [0; 4];
        let sign = signs[c as usize - 0x80].encode_utf8(&mut buffer);
        push_near(&mut repairs, line, at..at + 2, sign);
    }
    repairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encodings_are_whole() {
        for (encoding, bytes) in ENCODINGS.iter().zip(&*BYTES) {
            assert_eq!(encoding.high.chars().count(), 128, "{encoding:?}");
            assert!(bytes.windows(2).all(|pair| pair[0].0 < pair[1].0), "{encoding:?}");
        }
    }
}
