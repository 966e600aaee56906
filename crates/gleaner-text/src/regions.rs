//! Where a text can be cut so that its parts can be normalised and taken apart into words each for itself.

use crate::properties::{Class, TOKENS, set};
use crate::segment::EXTENDERS;

/// The end of a part of `text` from `start` on that holds whole words, normalised or not, and has at least one
/// character: the first place where the characters on both sides are known after normalisation, have a word boundary
/// between them whatever surrounds them, and the right one composes with nothing before it.
pub(crate) fn region_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    let mut left = Class::UNSTABLE;
    while let Some(met) = TOKENS.read(bytes, at) {
        let right = match met.props.class() {
            Class::INERT => Class::OTHER,
            class => class,
        };
        if at > start && always_breaks(left, right) {
            return at;
        }
        at += met.len;
        left = right;
    }
    bytes.len()
}

/// Whether there is always a word boundary between these, and the words on the left are the same if the text ends there.
fn always_breaks(left: Class, right: Class) -> bool {
    let unknown = EXTENDERS | set(&[Class::UNSTABLE]);
    if right.is_in(unknown) || left == Class::UNSTABLE {
        return false;
    }
    match (left, right) {
        // WB3 and WB3d.
        (Class::CR, Class::NEWLINE) | (Class::SPACE, Class::SPACE) => false,
        // WB3c.
        (Class::ZWJ, _) => false,
        // No rule joins these to anything else. Where a word could go on across punctuation, these end it.
        _ => {
            let alone = set(&[Class::OTHER, Class::SPACE, Class::NEWLINE, Class::CR]);
            left.is_in(alone) || right.is_in(alone)
        }
    }
}
