//! What a page says of its content outside its body: descriptions, and the whole text in structured data. A block that
//! says the same is content, in any language and on any type of page.

use ahash::AHashSet;

use super::entities;
use super::json;
use super::stats::Class;
use super::tokenizer::Attributes;

/// Bytes of each kind of text that are read, of a page.
const MOST_BYTES: usize = 1 << 16;
/// Words of a block that are compared.
const COMPARED: usize = 32;
/// Words that must follow each other alike.
const RUN: usize = 3;

/// Keys of structured data whose value describes, or is, the content.
const KEYS: [(&str, usize); 5] = [
    ("\"description\"", 0),
    ("\"headline\"", 0),
    ("\"articleBody\"", 1),
    ("\"text\"", 1),
    ("\"reviewBody\"", 1),
];

/// What describes the content (of kind 0), and what repeats it whole (of kind 1).
#[derive(Debug, Default)]
pub(crate) struct Described {
    texts: [String; 2],
}

impl Described {
    pub(crate) fn read_meta(&mut self, attributes: &Attributes<'_>) {
        let name = attributes.property.or(attributes.name).unwrap_or_default().trim();
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        if is("description") || is("og:description") || is("twitter:description") {
            self.add(0, &entities::decode_attribute(attributes.content.unwrap_or_default()));
        }
    }

    pub(crate) fn read_json(&mut self, json: &str) {
        for (key, kind) in KEYS {
            for value in json::values(json, key) {
                if self.texts[kind].len() >= MOST_BYTES {
                    break;
                }
                let value = &json[value];
                let value = &value[..value.floor_char_boundary(MOST_BYTES)];
                self.add(kind, &entities::decode_all(&json::unescape(value, " ")));
            }
        }
    }

    fn add(&mut self, kind: usize, text: &str) {
        let own = &mut self.texts[kind];
        let room = MOST_BYTES.saturating_sub(own.len());
        own.push_str(&text[..text.floor_char_boundary(room)]);
        own.push('\n');
    }

    /// The runs of words of each kind.
    pub(crate) fn runs(&self) -> [AHashSet<u64>; 2] {
        self.texts.each_ref().map(|text| {
            let mut runs = AHashSet::new();
            for line in text.lines() {
                each_run(line, usize::MAX, |run| {
                    runs.insert(run);
                });
            }
            runs
        })
    }
}

/// Share of the runs of `text`'s first words that are in each set.
pub(crate) fn shares(text: &str, sets: &[AHashSet<u64>; 2]) -> [f32; 2] {
    let (mut all, mut shared) = (0.0f32, [0.0; 2]);
    each_run(text, COMPARED, |run| {
        all += 1.0;
        for (shared, set) in shared.iter_mut().zip(sets) {
            *shared += f32::from(u8::from(set.contains(&run)));
        }
    });
    shared.map(|shared| shared / all.max(1.0))
}

/// Runs of [`RUN`] words that follow each other, without case and markup, as numbers; of fewer words none. A character
/// of a script without spaces is a word.
fn each_run(text: &str, most: usize, mut found: impl FnMut(u64)) {
    const START: u32 = 0x811c_9dc5;
    let add = |hash: u32, c: char| (hash ^ u32::from(c)).wrapping_mul(0x0100_0193);
    let mut last = [0u64; RUN];
    let mut words = 0;
    let mut take = |word: u32| {
        last.rotate_left(1);
        last[RUN - 1] = u64::from(word);
        words += 1;
        if words >= RUN {
            found(
                last.iter()
                    .fold(0, |hash, &w| (hash.rotate_left(21) ^ w).wrapping_mul(0x9e37_79b9_7f4a_7c15)),
            );
        }
        words < most
    };
    let (mut word, mut in_tag) = (START, false);
    for c in text.chars().chain([' ']) {
        let goes_on = match Class::of(c) {
            _ if in_tag || c == '<' => {
                in_tag = c != '>';
                word == START || take(std::mem::replace(&mut word, START))
            }
            Class::Lower | Class::Digit | Class::Other => {
                word = add(word, c);
                true
            }
            Class::Upper if c.is_ascii() => {
                word = add(word, c.to_ascii_lowercase());
                true
            }
            Class::Upper => {
                word = c.to_lowercase().fold(word, add);
                true
            }
            Class::Solo => take(add(START, c)),
            _ => word == START || take(std::mem::replace(&mut word, START)),
        };
        if !goes_on {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Described, shares};

    #[test]
    fn blocks_that_say_what_the_page_declares() {
        let mut described = Described::default();
        described.read_json(
            r#"{"description":"The \u201cOld\u201d Bridge opens again", "articleBody" : "<p>One two three four.</p>\nFive"}"#,
        );
        let sets = described.runs();
        for (text, expected) in [
            ("the old bridge opens again", [1.0, 0.0]),
            ("One two three four", [0.0, 1.0]),
            ("One two four three", [0.0, 0.0]),
            ("one two", [0.0, 0.0]),
            ("", [0.0, 0.0]),
        ] {
            assert_eq!(shares(text, &sets), expected, "{text}");
        }
    }
}
