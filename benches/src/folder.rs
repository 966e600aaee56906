//! The user's own corpus.

use std::convert::Infallible;
use std::ffi::OsString;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use gleaner_corpus::{BatchReader, Content, InputOptions, Item, ReadOptions, Record, resolve_inputs};
use gleaner_testkit::corpus::ServedPage;

use crate::inputs::{Page, Text};

/// What a folder holds.
#[derive(Debug, Default)]
pub struct Taken {
    /// Its pages.
    pub pages: Vec<Page>,
    /// Its texts.
    pub texts: Vec<Text>,
}

/// The first pages and texts of a folder or file, until there are `most` of either, in any format that `gleaner` reads:
/// HTML and archives give pages, text files texts, rows of JSONL and Parquet a page where they have a field `html`, else
/// a text.
///
/// # Errors
/// When nothing can be read, or nothing of what is read is a page or a text.
pub fn take(path: &Path, most: usize) -> io::Result<Taken> {
    let inputs =
        resolve_inputs(&[OsString::from(path)], &InputOptions::default()).map_err(io::Error::other)?;
    let (options, mut taken) = (ReadOptions::default(), Taken::default());
    for batch in BatchReader::new(inputs, options.clone()) {
        let decoded = batch.decode(&options, |item| {
            if let Item::Record(record) = item {
                taken.add(record, most);
            }
            Ok::<(), Infallible>(())
        });
        match decoded {
            Ok(_) if taken.is_full(most).is_break() => break,
            Ok(_) => {}
            Err(never) => match never {},
        }
    }
    if taken.pages.is_empty() && taken.texts.is_empty() {
        let message =
            format!("{}: no page and no text in it; `gleaner inspect` says what is", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    Ok(taken)
}

impl Taken {
    fn add(&mut self, record: Record, most: usize) {
        let url = record.url.unwrap_or_default();
        match record.content {
            Content::Html(html) if self.pages.len() < most => self
                .pages
                .push(Page { served: ServedPage::new(url, "text/html; charset=utf-8", html.clone()), html }),
            Content::Text(text) if self.texts.len() < most => self.texts.push(Text { url, text }),
            _ => {}
        }
    }

    /// Reading on would bring nothing: a folder rarely holds both.
    fn is_full(&self, most: usize) -> ControlFlow<()> {
        match self.pages.len().max(self.texts.len()) < most {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn pages_and_texts_are_told_apart_and_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let rows = "{\"html\":\"<p>a\",\"url\":\"https://a.example/\"}\n{\"text\":\"b\"}\n{\"text\":\"c\"}\nno json\n";
        fs::write(folder.path().join("rows.jsonl"), rows).unwrap();
        let taken = take(folder.path(), 10).unwrap();
        assert_eq!((taken.pages.len(), taken.texts.len()), (1, 2));
        assert_eq!(
            (taken.pages[0].html.as_str(), taken.pages[0].served.url.as_str()),
            ("<p>a", "https://a.example/")
        );
        assert_eq!(take(folder.path(), 1).unwrap().texts.len(), 1);
    }

    #[test]
    fn a_folder_of_neither_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("rows.jsonl"), "{}\n").unwrap();
        let error = take(folder.path(), 10).unwrap_err().to_string();
        assert!(error.contains(&folder.path().display().to_string()) && error.contains("no page"), "{error}");
        assert!(take(&folder.path().join("missing"), 10).is_err());
    }
}
