//! What a removal rests on, from the two texts it is about.

use gleaner_dedup::{Duplicate, Shingler, Shingles, Similarity};

use crate::frames::KnownFrames;
use crate::place::Place;

/// What is compared of a text.
#[derive(Clone, Debug)]
pub(crate) struct Compared {
    pub(crate) content: Option<u128>,
    shingles: Shingles,
}

impl Compared {
    pub(crate) fn new(shingler: &mut Shingler, text: &str) -> Compared {
        let (content, shingles) = shingler.content_and_shingles(text);
        Compared { content, shingles }
    }
}

/// What makes a document go.
pub(crate) struct Verdicts<'a> {
    pub(crate) similarity: Similarity,
    pub(crate) frames: &'a KnownFrames,
}

impl Verdicts<'_> {
    /// Why the document at `place` goes when `kept` stays, here document 0; `None` when it does not. The one place that
    /// knows the verdict, beside the search itself and what `recall::candidates::Needed` derives from it.
    pub(crate) fn on(&self, own: &Compared, kept: &Compared, place: Place) -> Option<Duplicate> {
        if own.content.is_some() && own.content == kept.content {
            return Some(Duplicate::exact(0));
        }
        let page = self.frames.before(place);
        self.similarity.compare(&own.shingles, &kept.shingles, self.frames.frames(), page)
    }
}
