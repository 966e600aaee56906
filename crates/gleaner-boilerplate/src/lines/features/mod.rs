//! What is known of each line with words, as numbers, in any language.
//!
//! The learned rule judges by these alone: what a line is by itself, how its words return in the text, where it stands,
//! what surrounds it, what the text is as a whole, and what the rules have said.

mod around;
mod own;
mod place;
mod scan;
mod text;
mod words;

use super::chars::trim_start;
use super::page::Page;
use crate::forest::Sink;

/// Bytes of a line that are looked at: what follows in a longer line does not change what it is.
const READ: usize = 128;

/// The features of all lines with words of a section.
pub(super) struct Features<'p> {
    page: &'p Page<'p>,
    /// Index of each line with words: a row.
    pub(super) rows: Vec<usize>,
    own: Vec<own::Own>,
    words: words::Words,
    place: place::Places,
    around: around::Around,
    text: text::Text,
}

impl<'p> Features<'p> {
    pub(super) fn new(page: &'p Page<'p>) -> Features<'p> {
        let rows: Vec<usize> = (0..page.lines.len()).filter(|&at| has_words(page, at)).collect();
        let mut words = words::Words::new(rows.len());
        let own: Vec<own::Own> = rows
            .iter()
            .map(|&at| {
                let visible = page.visible(at);
                let line = trim_start(&visible);
                let line = &line[..line.floor_char_boundary(READ)];
                let counts = words.add(line, page.lines[at].shape.prose);
                own::Own::of(line, &counts, &page.lines[at])
            })
            .collect();
        words.count(&own);
        Features {
            place: place::Places::new(page, &rows, &own),
            around: around::Around::new(page, &rows, &own),
            text: text::Text::new(page, &own),
            page,
            rows,
            own,
            words,
        }
    }

    /// Writes the features of row `row`.
    pub(super) fn write(&self, row: usize, sink: &mut impl Sink) {
        let line = &self.page.lines[self.rows[row]];
        self.own[row].write(line, sink);
        self.words.write(row, sink);
        self.place.write(row, sink);
        self.around.write(row, sink);
        self.text.write(sink);
    }
}

/// It has words after repairs; what a rule said of it does not matter.
fn has_words(page: &Page<'_>, at: usize) -> bool {
    let line = &page.lines[at];
    !line.blank && !line.verbatim && line.shape.weight > 0
}

fn bit(value: bool) -> f32 {
    f32::from(u8::from(value))
}

/// `part` of `whole`, 0 of nothing.
fn share(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { part / whole } else { 0.0 }
}
