//! What a line is by itself.

use super::super::cues::{self, Kinds};
use super::super::dates::DateShape;
use super::super::line::{Ending, Signs};
use super::super::page::{FURNITURE, Line};
use super::bit;
use super::scan::Counts;
use crate::forest::Sink;

/// Cues that speak of what surrounds an article.
const AROUND_ARTICLE: Kinds = FURNITURE | cues::BYLINE;

/// Counts over the first bytes of a line, and what others ask of it.
#[derive(Clone, Debug)]
pub(super) struct Own {
    /// In letters, see `Shape::weight`.
    pub(super) weight: f32,
    pub(super) prose: bool,
    pub(super) dated: bool,
    pub(super) cue: bool,
    pub(super) removed: bool,
    pub(super) stop: bool,
    /// Shares of the characters: digits, signs; of the words: those with a capital.
    pub(super) digits: f32,
    pub(super) signs: f32,
    pub(super) capitals: f32,
    /// Commas a word.
    commas: f32,
    words: f32,
    /// Of its first bytes: equal for lines that begin with the same.
    pub(super) hash: u64,
}

impl Own {
    /// Of `line`, whose first bytes are `text`.
    pub(super) fn of(text: &str, counts: &Counts, line: &Line) -> Own {
        let shape = &line.shape;
        let (chars, words) = (counts.chars.max(1) as f32, counts.words.max(1) as f32);
        Own {
            weight: shape.weight as f32,
            prose: shape.prose,
            dated: shape.date != DateShape::None || shape.dated,
            cue: shape.cues & AROUND_ARTICLE != 0,
            removed: line.verdict.is_some(),
            stop: matches!(shape.ending, Ending::Stop | Ending::Ask),
            digits: counts.digits as f32 / chars,
            signs: counts.signs as f32 / chars,
            capitals: counts.capitals as f32 / words,
            commas: counts.commas as f32 / words,
            words,
            hash: gleaner_text::hash64(text.as_bytes()),
        }
    }

    pub(super) fn write(&self, line: &Line, sink: &mut impl Sink) {
        let shape = &line.shape;
        sink.put_all("length", 0, [self.weight, self.words, self.weight / self.words]);
        sink.put_all("counts", 0, [self.digits, self.signs, self.capitals, self.commas]);
        sink.put("ending", 0, f32::from(shape.ending as u8));
        sink.put_all("shape", 0, [shape.prose, shape.bullet].map(bit));
        sink.put_all("cue", 0, [cues::ACTION, cues::NOTICE].map(|kind| bit(shape.cues & kind != 0)));
        sink.put_all("sign", 0, [Signs::HTML, Signs::BAR, Signs::DOT].map(|sign| bit(line.signs.has(sign))));
        sink.put("rule", 0, line.verdict.map_or(0.0, |verdict| verdict.score));
    }
}
