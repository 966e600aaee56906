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

/// The first `most` pages and the first `most` texts of a folder or file, in any format that `gleaner` reads: HTML and
/// archives give pages, text files texts, rows of JSONL and Parquet a page where they have a field `html`, else a text.
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
