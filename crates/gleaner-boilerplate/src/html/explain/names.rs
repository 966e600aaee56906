//! Names of features that tell a reader what they are.
//!
//! The features have a name and an index, see [`Sink`](crate::html::features::Sink). Here is what the indices mean;
//! those of features that are not listed stay numbers.

use std::sync::OnceLock;

use crate::html::cues::Cue;
use crate::html::features::{Features, Sink};
use crate::html::page::context;

/// What the ancestors of a block that hold ever more blocks are described by.
const LEVEL: [&str; 11] = [
    "text",
    "link-density",
    "share-of-text",
    "blocks",
    "readability-score",
    "sentences-per-block",
    "share-of-long-blocks",
    "long-blocks-per-block",
    "likely-content",
    "share-of-likely-content",
    "text-per-element",
];
const CONTAINERS: [&str; 3] = ["likely-container", "readability-container", "long-text-container"];
const CONTAINER: [&str; 7] = [
    "steps-up-to-it",
    "steps-from-it",
    "share-of-text-between",
    "link-density-between",
    "share-of-text",
    "link-density",
    "likely-content",
];
const GROUP: [&str; 5] = ["blocks", "share-of-text", "link-density", "text-per-block", "likely-content"];
const SIBLINGS: [&str; 6] = [
    "alike",
    "same-tag",
    "of-parent-alike",
    "of-parent-same-tag",
    "of-grandparent-alike",
    "of-grandparent-same-tag",
];
const MOST_SIBLINGS: [&str; 6] =
    ["count", "share-of-text", "link-density", "blocks", "likely-content", "text"];
const UNIT: [&str; 6] = ["steps-up", "count", "text", "link-density", "blocks", "likely-content"];
const NEIGHBOURS: [&str; 4] = ["second-before", "before", "after", "second-after"];
const WINDOWS: [&str; 3] = ["of-5", "of-11", "of-25"];

/// The names of the features in the order of a row.
pub(super) fn of_features(features: &Features<'_>) -> &'static [String] {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    // The same for every page.
    NAMES.get_or_init(|| {
        let mut names = Names::default();
        features.write(0, &mut names);
        names.0
    })
}

#[derive(Default)]
struct Names(Vec<String>);

impl Sink for Names {
    fn put(&mut self, name: &'static str, index: usize, _: f32) {
        self.0.push(readable(name, index));
    }
}

fn readable(name: &str, index: usize) -> String {
    let with = |part: Option<&&str>| match part {
        Some(part) => format!("{name}-{part}"),
        None => format!("{name}-{index}"),
    };
    match name {
        "distance" => distance(index),
        "level" => match LEVEL.get(index % 16) {
            Some(part) => format!("level-{}-{part}", index / 16 + 1),
            None => with(None),
        },
        "container" => match (CONTAINERS.get(index / 8), CONTAINER.get(index % 8)) {
            (Some(container), Some(part)) => format!("{container}-{part}"),
            _ => with(None),
        },
        "near" => format!("same-place-{}", GROUP.get(index).unwrap_or(&"other")),
        "path" => format!("same-path-{}", GROUP.get(index).unwrap_or(&"other")),
        "siblings" => with(SIBLINGS.get(index)),
        "most-siblings" => with(MOST_SIBLINGS.get(index)),
        "unit" => format!("repeated-unit-{}", UNIT.get(index).unwrap_or(&"other")),
        "page-expected" => {
            if index == 0 {
                "page-likely-content".into()
            } else {
                "page-share-of-likely-content".into()
            }
        }
        "since-heading" => format!("blocks-since-heading-{index}"),
        "tag" => format!("tag-of-ancestor-{index}"),
        _ if name.starts_with("neighbour-") => with(NEIGHBOURS.get(index)),
        _ if name.starts_with("window-") => with(WINDOWS.get(index)),
        _ if index == 0 => name.to_owned(),
        _ => with(None),
    }
}

/// Steps up to the nearest element with some tag, or a name that hints at something.
fn distance(index: usize) -> String {
    let tags = context::TAGS.len();
    match (context::TAGS.get(index), index.checked_sub(tags).and_then(|cue| Cue::ALL.get(cue))) {
        (Some(tag), _) => format!("steps-to-{}-element", format!("{tag:?}").to_lowercase()),
        (None, Some(cue)) => format!("steps-to-{}-name", format!("{cue:?}").to_lowercase()),
        _ => format!("distance-{index}"),
    }
}
