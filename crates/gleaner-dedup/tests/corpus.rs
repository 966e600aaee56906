//! Seeded documents with planted copies, in invented words.

use std::fmt::Write;

/// SplitMix64.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

const SYLLABLES: [&str; 16] =
    ["ka", "ro", "mi", "ten", "su", "lo", "va", "né", "ß", "дом", "thi", "漢", "字", "ชา", "ex", "ü"];

fn word(random: &mut Random) -> String {
    (0..1 + random.below(3)).map(|_| SYLLABLES[random.below(SYLLABLES.len())]).collect()
}

pub(crate) fn words(random: &mut Random, count: usize) -> Vec<String> {
    (0..count).map(|_| word(random)).collect()
}

/// `count` documents of 1 to 300 words; most of them new, the rest edits of earlier ones that change from nothing to
/// a third of the words.
pub(crate) fn documents(seed: u64, count: usize) -> Vec<String> {
    let mut random = Random::new(seed);
    let mut documents: Vec<Vec<String>> = Vec::new();
    for _ in 0..count {
        let document = match random.below(10) {
            0..5 => words_of_any_length(&mut random),
            _ if documents.is_empty() => Vec::new(),
            _ => {
                let original = documents[random.below(documents.len())].clone();
                edited(original, &mut random)
            }
        };
        documents.push(document);
    }
    documents.iter().map(|words| words.join(" ")).collect()
}

fn words_of_any_length(random: &mut Random) -> Vec<String> {
    let longest = [3, 10, 100, 300][random.below(4)];
    let count = random.below(longest + 1);
    words(random, count)
}

fn edited(mut words: Vec<String>, random: &mut Random) -> Vec<String> {
    let changes = words.len() * random.below(6) / 100;
    for _ in 0..changes {
        let at = random.below(words.len());
        words[at] = word(random);
    }
    match random.below(5) {
        0 => words.truncate(words.len() - words.len() * random.below(30) / 100),
        1 => words.extend((0..random.below(20)).map(|_| "fin".to_owned())),
        2 => words.iter_mut().for_each(|word| *word = word.to_uppercase()),
        _ => {}
    }
    words
}

/// Pages of 60 words of which about four fifths are the same in all.
pub(crate) fn templated(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|page| {
        let mut text = String::new();
        for word in 0..60 {
            let result = if (25..36).contains(&word) {
                write!(text, "own{page}x{word} ")
            } else {
                write!(text, "frame{word} ")
            };
            result.unwrap();
        }
        text
    })
}
