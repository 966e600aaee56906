//! Names of features that tell a reader what they are.
//!
//! The features have a name and an index, see [`Sink`]. Here is what the indices mean;
//! those of features that are not listed stay numbers.

use std::cmp::Ordering;
use std::sync::OnceLock;

use crate::forest::Sink;
use crate::html::cues::Cue;
use crate::html::features::REACH;
use crate::html::features::{Context, Features};
use crate::html::hints::Hint;
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
const P_WINDOWS: [&str; 3] = ["of-7", "of-17", "of-41"];
const SIDES: [&str; 2] = ["before", "after"];
const LEVEL_P: [&str; 3] = ["mean-first-verdict", "share-of-content", "f1-if-kept"];
const UNIT_P: [&str; 6] = [
    "mean-first-verdict",
    "of-others-alike",
    "of-the-first-alike",
    "number",
    "place",
    "content-of-all-alike",
];
const SECTION_P: [&str; 3] = ["first-verdict-on-heading", "mean-first-verdict", "content"];
const KEPT: [&str; 3] = ["keep", "blocks-since-kept", "blocks-until-kept"];
const SECTION: [&str; 8] = [
    "blocks-since-heading",
    "level",
    "text",
    "link-density",
    "sentences-per-block",
    "likely-content",
    "evidence-for-heading",
    "headed-by-list-phrase",
];
const PHRASES: [&str; 6] = ["heads-a-list", "leads-to-a-link", "call-to-action", "notice", "tags", "by-line"];
const DESCRIBED: [&str; 4] =
    ["by-description", "length-of-description", "by-structured-data", "length-of-structured-data"];
const SHAPE: [&str; 28] = [
    "paragraphs",
    "headings",
    "list-items",
    "table-cells",
    "table-rows",
    "code-and-quotes",
    "forms",
    "captions-and-menus",
    "currencies-per-block",
    "sentences-per-block",
    "sentences-per-text",
    "article-elements",
    "form-elements",
    "button-elements",
    "table-elements",
    "p-elements",
    "comment-names",
    "post-names",
    "product-names",
    "review-names",
    "user-names",
    "list-names",
    "body-named-post",
    "body-named-product",
    "body-named-article",
    "body-named-list",
    "body-named-tag",
    "body-named-document",
];
const VERDICTS: [&str; 13] = [
    "content",
    "share-of-content",
    "highest",
    "share-above-0.2",
    "share-above-0.5",
    "share-above-0.8",
    "uncertainty",
    "blocks-above-0.5",
    "",
    "",
    "expected-f1",
    "threshold",
    "rank",
];
const STRETCH: [&str; 3] = ["inside", "place", "share-of-content"];
const ADDRESS: [&str; 4] = ["depth", "words", "digits", "query"];

/// The names of the features of both verdicts, in the order of their rows.
pub(super) struct AllNames {
    /// Of the first verdict, then of the second but for what it carries over from the first.
    pub(super) all: Vec<String>,
    /// Which feature of the second verdict the first verdict on the block itself is.
    pub(super) first_verdict: usize,
}

/// What the first verdict on the block itself is called.
const FIRST_VERDICT: &str = "first-verdict";

pub(super) fn of_features(features: &Features<'_>, context: &Context<'_>) -> &'static AllNames {
    static NAMES: OnceLock<AllNames> = OnceLock::new();
    // The same for every page.
    NAMES.get_or_init(|| {
        let (mut first, mut second) = (Names::default(), Names::default());
        features.write(0, &mut first);
        context.write(0, &mut second);
        let first_verdict = second.0.iter().position(|name| name == FIRST_VERDICT).unwrap_or(0);
        AllNames { all: first.0.into_iter().chain(second.0).collect(), first_verdict }
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
        "near-p" => near(index),
        "window-p" => with(P_WINDOWS.get(index)),
        "side-p" => with(SIDES.get(index)),
        "mass" => format!("content-{}", SIDES.get(index).unwrap_or(&"other")),
        "level-p" => format!("level-{}-{}", index / 3 + 1, LEVEL_P[index % 3]),
        "group-p" => format!("{}-{}", ["same-place", "same-path"][index / 2 % 2], LEVEL_P[index % 2]),
        "unit-p" => format!("repeated-unit-{}", UNIT_P.get(index).unwrap_or(&"other")),
        "section-p" => format!("section-{}", SECTION_P.get(index).unwrap_or(&"other")),
        "kept" => format!("first-verdicts-{}", KEPT.get(index).unwrap_or(&"other")),
        "section" => with(SECTION.get(index)),
        "phrase" => with(PHRASES.get(index)),
        "described" => with(DESCRIBED.get(index)),
        "shape" => format!("page-{}", SHAPE.get(index).unwrap_or(&"other")),
        "verdicts" => format!("first-verdicts-{}", VERDICTS.get(index).unwrap_or(&"other")),
        "stretch" => format!("best-stretch-{}", STRETCH.get(index).unwrap_or(&"other")),
        "best" => format!("best-container-{}", ["inside", "f1"][index % 2]),
        "same-text" => format!("first-verdict-on-same-text-{}", ["elsewhere", "before"][index % 2]),
        "address" => with(ADDRESS.get(index)),
        "hint" => {
            Hint::ALL.get(index).map_or_else(|| with(None), |hint| format!("page-is-{hint:?}").to_lowercase())
        }
        "repeats" if index == 1 => "repeats-before".to_owned(),
        "since-heading" => format!("blocks-since-heading-{index}"),
        "tag" => format!("tag-of-ancestor-{index}"),
        _ if name.starts_with("neighbour-") => with(NEIGHBOURS.get(index)),
        _ if name.starts_with("window-") => with(WINDOWS.get(index)),
        _ if index == 0 => name.to_owned(),
        _ => with(None),
    }
}

/// The first verdicts on the blocks around.
fn near(index: usize) -> String {
    match index.cmp(&REACH) {
        Ordering::Less => format!("first-verdict-{}-before", REACH - index),
        Ordering::Equal => FIRST_VERDICT.to_owned(),
        Ordering::Greater => format!("first-verdict-{}-after", index - REACH),
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
