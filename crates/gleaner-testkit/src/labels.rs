//! What the fixtures should come out as.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::paths::fixtures_dir;

/// A page of the fixture crawl and its main content: a row of `fixtures/labels/pages.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageLabel {
    /// Name of the page's files below `html/` and `text/`, without extension: `SITE/PAGE`.
    pub name: String,
    /// Its address, unique in the crawl.
    pub url: String,
    /// The site whose frame it stands in.
    pub site: String,
    /// ISO 639-3 and script, as `vie_Latn`.
    pub language: String,
    /// Its headline, which is not repeated in `text`.
    pub title: String,
    /// The day it was published, `2024-03-12`.
    pub date: String,
    /// The main content: one block a line, a blank line between blocks, `- ` before list items, table cells joined by a
    /// tab, code verbatim.
    pub text: String,
    /// Captions of pictures, which may be kept or dropped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captions: Vec<String>,
    /// Pages of equal family are copies of each other.
    pub family: String,
    /// How the page was made from its family's original.
    pub kind: PageKind,
    /// Pages of equal topic and different family are alike and must all stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
}

/// How a page of the fixture crawl was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum PageKind {
    /// Written by hand.
    Original,
    /// The same main content under another address.
    Exact,
    /// The same main content in another site's frame.
    Frame,
    /// A line in front that says when the page was edited.
    Date,
    /// Some digits changed.
    Numbers,
    /// Letters swapped in some words.
    Typos,
    /// The last fifteenth cut off.
    Truncated,
}

/// What a line of a text is: the labels of `fixtures/leftover/*.labels.jsonl`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Label {
    /// Main content, to be kept.
    Content,
    /// A picture's caption, which may be kept or dropped.
    Caption,
    /// Navigation, related links, dates, calls: to be removed.
    Boilerplate,
    /// Remnants of mark-up: to be removed.
    Markup,
}

/// The label of one line that is not blank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineLabel {
    /// Number of the line, from 1.
    pub line: usize,
    /// What it is.
    pub label: Label,
    /// The line as it should come out, where that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clean: Option<String>,
}

/// A text with leftover boilerplate and the labels of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftoverText {
    /// File name without extension, as `vi-ben-do`.
    pub name: String,
    /// The text as a scraper left it.
    pub text: String,
    /// One label a line that is not blank, in order.
    pub labels: Vec<LineLabel>,
}

impl LeftoverText {
    /// The text with exactly the boilerplate and the mark-up gone.
    pub fn clean_lines(&self) -> Vec<&str> {
        let lines: Vec<&str> = self.text.lines().collect();
        let kept = self.labels.iter().filter(|l| matches!(l.label, Label::Content | Label::Caption));
        kept.map(|l| l.clean.as_deref().unwrap_or(lines[l.line - 1])).collect()
    }
}

/// The labelled pages of the fixture crawl, in crawl order.
///
/// # Errors
/// When `fixtures/labels/pages.jsonl` cannot be read.
pub fn page_labels() -> io::Result<Vec<PageLabel>> {
    read_jsonl(&fixtures_dir().join("labels/pages.jsonl"))
}

/// The texts of `fixtures/leftover` and their labels, by name.
///
/// # Errors
/// When a file cannot be read.
pub fn leftover_texts() -> io::Result<Vec<LeftoverText>> {
    let dir = fixtures_dir().join("leftover");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&dir)? {
        let file = entry?.file_name();
        names.extend(file.to_str().and_then(|f| f.strip_suffix(".txt")).map(str::to_owned));
    }
    names.sort();
    let read = |name: String| {
        let text = std::fs::read_to_string(dir.join(format!("{name}.txt")))?;
        let labels = read_jsonl(&dir.join(format!("{name}.labels.jsonl")))?;
        Ok(LeftoverText { name, text, labels })
    };
    names.into_iter().map(read).collect()
}

/// Reads a row a line.
fn read_jsonl<T: DeserializeOwned>(path: &Path) -> io::Result<Vec<T>> {
    let lines = BufReader::new(File::open(path)?).lines();
    lines.map(|line| serde_json::from_str(&line?).map_err(io::Error::from)).collect()
}
