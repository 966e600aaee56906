//! Bodies of documents and the edits that make copies.

use crate::rng::Rng;

use super::vocabulary::{Vocabulary, capitalised};
use super::{CorpusOptions, Kind, Paragraphs};

/// Paragraphs of about this many words, with median and spread of `options`.
pub(crate) fn body(vocabulary: &Vocabulary, options: &CorpusOptions, rng: &mut Rng) -> Vec<String> {
    let words = rng.log_normal(options.median_words, options.sigma).clamp(20.0, 20_000.0) as usize;
    of_length(vocabulary, words, options.paragraphs, rng)
}

/// Paragraphs of `words` words in all, the last sentence completed.
pub(crate) fn of_length(
    vocabulary: &Vocabulary,
    words: usize,
    paragraphs: Paragraphs,
    rng: &mut Rng,
) -> Vec<String> {
    let ((fewest, most), (shortest, longest)) = match paragraphs {
        Paragraphs::Even => ((2, 6), (6, 24)),
        Paragraphs::Crawled if rng.chance(0.2) => ((1, 1), (3, 14)),
        Paragraphs::Crawled => ((1, 4), (6, 24)),
    };
    let (mut written, mut paragraphs) = (0, Vec::new());
    while written < words {
        let mut paragraph = String::new();
        for _ in 0..rng.between(fewest, most) {
            if written < words {
                let length = rng.between(shortest, longest);
                sentence(vocabulary, length, rng, &mut paragraph);
                written += length;
            }
        }
        paragraphs.push(paragraph.trim_end().to_owned());
    }
    paragraphs
}

/// Appends a sentence; one word in fifty is a number.
pub(crate) fn sentence(vocabulary: &Vocabulary, words: usize, rng: &mut Rng, out: &mut String) {
    for i in 0..words {
        if rng.chance(0.02) {
            out.push_str(&rng.between(2, 99_999).to_string());
        } else if i == 0 {
            out.push_str(&capitalised(vocabulary.draw(rng)));
        } else {
            out.push_str(vocabulary.draw(rng));
        }
        let end = i + 1 == words;
        out.push_str(match end {
            true => &vocabulary.stop,
            false if rng.chance(0.08) => &vocabulary.comma,
            false => &vocabulary.space,
        });
    }
}

/// A page of a template: `common` with its own key content, as a whole in the middle or scattered.
pub(crate) fn template_page(common: &[String], key: &[String], scattered: bool, space: &str) -> Vec<String> {
    let middle = common.len() / 2;
    if !scattered {
        return [&common[..middle], key, &common[middle..]].concat();
    }
    let pieces: Vec<&str> = key.iter().flat_map(|p| p.split_inclusive(['.', '。', '।', ' '])).collect();
    let per = pieces.len().div_ceil(common.len().max(1)).max(1);
    let mut pieces = pieces.chunks(per);
    let with_piece = |p: &String| match pieces.next() {
        Some(piece) => format!("{p}{space}{}", piece.concat().trim()),
        None => p.clone(),
    };
    common.iter().map(with_piece).collect()
}

/// Makes a copy's body from its root's.
pub(crate) fn edit(kind: Kind, paragraphs: &mut Vec<String>, vocabulary: &Vocabulary, rng: &mut Rng) {
    match kind {
        Kind::CaseWsPunct => change_form(paragraphs, rng),
        Kind::Truncate => truncate(paragraphs, rng),
        Kind::Insert => {
            for _ in 0..rng.between(1, paragraphs.len().min(4)) {
                let mut line = String::new();
                sentence(vocabulary, 12, rng, &mut line);
                paragraphs.insert(rng.between(0, paragraphs.len()), line.trim_end().to_owned());
            }
        }
        Kind::Reorder => {
            let at = rng.below(paragraphs.len());
            if at + 1 < paragraphs.len() {
                paragraphs.swap(at, at + 1);
            }
        }
        Kind::Typos => {
            let rate = *rng.pick(&[0.001, 0.002, 0.005, 0.01, 0.02, 0.05]).unwrap_or(&0.01);
            for paragraph in paragraphs {
                *paragraph = misspelt(paragraph, rate, rng);
            }
        }
        Kind::Numbers => {
            for paragraph in paragraphs {
                *paragraph = renumbered(paragraph, rng);
            }
        }
        _ => {}
    }
}

/// Other spaces, no commas, or upper case.
fn change_form(paragraphs: &mut [String], rng: &mut Rng) {
    let way = rng.below(3);
    for paragraph in paragraphs {
        *paragraph = match way {
            0 => paragraph.replace(". ", ".  ").replace(", ", " , "),
            1 => paragraph.replace([',', '，', '、', '،'], ""),
            _ if rng.chance(0.3) => paragraph.to_uppercase(),
            _ => continue,
        };
    }
}

/// Keeps between a half and nearly all characters.
fn truncate(paragraphs: &mut Vec<String>, rng: &mut Rng) {
    let total: usize = paragraphs.iter().map(|p| p.chars().count()).sum();
    let mut room = (total as f64 * (0.5 + 0.48 * rng.unit())) as usize;
    let whole = paragraphs.iter().take_while(|p| {
        let length = p.chars().count();
        let fits = length <= room;
        room -= if fits { length } else { 0 };
        fits
    });
    let whole = whole.count();
    paragraphs.truncate(whole + 1);
    if let Some(last) = paragraphs.get_mut(whole) {
        *last = last.chars().take(room).chain(['…']).collect();
    }
}

/// Swaps neighbouring letters at a rate a word (a word taken as six letters).
fn misspelt(text: &str, rate: f64, rng: &mut Rng) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let mut i = 1;
    while i + 1 < letters.len() {
        if letters[i].is_alphabetic() && letters[i + 1].is_alphabetic() && rng.chance(rate / 6.0) {
            letters.swap(i, i + 1);
            i += 1;
        }
        i += 1;
    }
    letters.into_iter().collect()
}

fn renumbered(text: &str, rng: &mut Rng) -> String {
    let digit = |c: char| if c.is_ascii_digit() { char::from(b'0' + rng.below(10) as u8) } else { c };
    text.chars().map(digit).collect()
}
