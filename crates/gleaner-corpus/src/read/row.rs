//! What the fields of a row mean, whether it is a line of JSON or a row of Parquet.

use super::batch::Content;
use super::{Prefer, ReadOptions};

/// The fields of a row, as far as they are known by name.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: Option<String>,
    pub(super) content: Content,
    pub(super) url: Option<String>,
    pub(super) date: Option<String>,
    pub(super) title: Option<String>,
    pub(super) language: Option<String>,
    pub(super) metadata: Option<String>,
}

impl Row {
    pub(super) fn new(content: Content) -> Row {
        Row { id: None, content, url: None, date: None, title: None, language: None, metadata: None }
    }

    pub(super) fn set(&mut self, attribute: Attribute, value: Option<String>) {
        match attribute {
            Attribute::Id => self.id = value.filter(|id| !id.is_empty()),
            Attribute::Url => self.url = value,
            Attribute::Date => self.date = value,
            Attribute::Title => self.title = value,
            Attribute::Language => self.language = value,
        }
    }
}

/// What a field stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Attribute(Attribute),
    /// May hold the content: the present one of lowest rank does.
    Content {
        rank: usize,
        html: bool,
    },
    Other,
}

/// A short field that is a column of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attribute {
    Id,
    Url,
    Date,
    Title,
    Language,
}

pub(super) const ATTRIBUTES: usize = 5;

/// Names and what they stand for.
#[derive(Debug)]
pub(super) struct Fields {
    id: String,
    contents: Vec<(String, bool)>,
}

/// Names for the text when none is given, the first first.
const TEXT_FIELDS: [&str; 3] = ["text", "raw_content", "content"];

impl Fields {
    pub(super) fn new(options: &ReadOptions) -> Fields {
        let mut contents: Vec<(String, bool)> = match &options.text_field {
            Some(name) => vec![(name.clone(), false)],
            None => TEXT_FIELDS.iter().map(|name| (name.to_string(), false)).collect(),
        };
        let html = ("html".to_string(), true);
        match options.prefer {
            Prefer::Html => contents.insert(0, html),
            Prefer::Text => contents.push(html),
        }
        Fields { id: options.id_field.clone().unwrap_or_else(|| "id".to_string()), contents }
    }

    pub(super) fn role(&self, name: &str) -> Role {
        if let Some(rank) = self.contents.iter().position(|(content, _)| content == name) {
            return Role::Content { rank, html: self.contents[rank].1 };
        }
        if name == self.id {
            return Role::Attribute(Attribute::Id);
        }
        match name {
            "url" => Role::Attribute(Attribute::Url),
            "date" => Role::Attribute(Attribute::Date),
            "title" => Role::Attribute(Attribute::Title),
            "language" => Role::Attribute(Attribute::Language),
            _ => Role::Other,
        }
    }
}

/// Reasons shared by JSON and Parquet.
pub(super) const NO_TEXT_FIELD: &str = "no-text-field";
pub(super) const TOO_LARGE: &str = "record-too-large";
pub(super) const INVALID_UTF8: &str = "invalid-utf-8";

pub(super) fn not_a_string(name: &str) -> String {
    format!("text-not-a-string: {}", name.escape_debug())
}
