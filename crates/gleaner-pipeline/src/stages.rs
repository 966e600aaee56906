//! What happens to one document between the reader and the writer, the same in `run`, `clean` and `dedup`:
//! [`Stages::draft`] makes it from a record (scan), [`Stages::finish`] cleans and filters it (clean).

use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gleaner_boilerplate::html::{self, Declared, ExtractOptions, Extraction, Links};
use gleaner_boilerplate::lines::{Action, LineCleaner, LineOptions, PageText};
use gleaner_boilerplate::sites::SiteTemplate;
use gleaner_corpus::{Content, Document, Record, SpanRow};

use crate::draft::Draft;
use crate::error::Error;
use crate::language::{self, LanguageFilter};
use crate::settings::{Job, ResultOptions, Spans};
use crate::sites::Sites;

/// Text from which a document is large: its work takes up to fourteen times its size in memory.
const LARGE: usize = 2 << 20;

/// The stages with their options, shared by all threads.
#[derive(Debug)]
pub(crate) struct Stages {
    large: Mutex<()>,
    job: Job,
    spans: Spans,
    min_words: u64,
    languages: Option<LanguageFilter>,
    extract: ExtractOptions,
    cleaner: LineCleaner,
}

/// Features given with each block where a run says of every block why it was kept or removed.
const FEATURES: usize = 5;
/// The rule of line cleaning that makes words of links, which must not where links are wanted.
const LINK_RULE: &str = "link-remnant";

impl Stages {
    /// Checks the options that only the stages know: rule names, language codes.
    pub(crate) fn new(job: Job, options: &ResultOptions) -> Result<Stages, Error> {
        let mut lines = LineOptions::default();
        lines.cleaning = options.cleaning;
        lines.disable.clone_from(&options.disable);
        lines.only.clone_from(&options.only);
        if options.links == Links::Markdown {
            lines.disable.push(LINK_RULE.to_owned());
        }
        let cleaner = LineCleaner::new(&lines).map_err(|error| Error::usage(error.to_string()))?;
        let languages = options.language.as_deref().map(LanguageFilter::parse).transpose();
        let languages = languages.map_err(|error| Error::usage(error.to_string()))?;
        let extract = ExtractOptions::default().comments(options.comments).tables(options.tables);
        let extract = extract.links(options.links).favor(options.favor);
        let explains = job == Job::Clean && options.spans != Spans::None;
        Ok(Stages {
            extract: extract.features(if explains { FEATURES } else { 0 }),
            large: Mutex::default(),
            job,
            spans: options.spans,
            min_words: options.min_words,
            languages,
            cleaner,
        })
    }

    /// Whether templates of sites are of use.
    pub(crate) fn uses_sites(&self) -> bool {
        self.job != Job::Dedup && self.cleaner.uses_sites()
    }

    /// Waits until no other large document is worked on; hold the guard meanwhile. Small ones need not wait. However
    /// many threads there are, a run holds the working memory of one large document.
    pub(crate) fn turn(&self, text: &str) -> Option<MutexGuard<'_, ()>> {
        (text.len() >= LARGE).then(|| self.large.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The main content of a record. Fails for a page where the job is `dedup`.
    pub(crate) fn draft(&self, record: Record) -> Result<Draft, Error> {
        let mut draft = Draft { column_row: record.column_row, ..Draft::default() };
        draft.document = Document {
            id: record.id,
            url: record.url,
            date: record.date,
            title: record.title,
            language: record.language,
            source_file: record.source_file,
            source_offset: record.source_offset,
            metadata: record.metadata,
            ..Document::default()
        };
        match record.content {
            Content::Text(text) => draft.document.text = text,
            Content::Html(_) if self.job == Job::Dedup => {
                return Err(page_in_dedup(&format!(
                    "{}, record {}",
                    draft.document.source_file, draft.document.id
                )));
            }
            Content::Html(page) => self.extract(&page, &mut draft),
        }
        match record.status {
            Some(status) if !(200..300).contains(&status) => {
                draft.remove("extract", "http-status", Some(status.to_string()));
            }
            _ if is_blank(&draft.document.text) => draft.remove("extract", "empty", None),
            _ => {}
        }
        Ok(draft)
    }

    fn extract(&self, page: &str, draft: &mut Draft) {
        let _turn = self.turn(page);
        let mut extraction = html::extract(page, &self.extract);
        draft.spans = self.html_spans(page, &extraction);
        if self.extract.features > 0 {
            draft.features =
                extraction.blocks.iter_mut().map(|block| std::mem::take(&mut block.features)).collect();
        }
        let document = &mut draft.document;
        let value = |declared: Option<Declared>| declared.map(|declared| declared.value);
        document.title = document.title.take().or(value(extraction.title));
        document.date = document.date.take().or(value(extraction.date));
        document.text = extraction.text;
        draft.verbatim = extraction.verbatim;
        draft.extracted = true;
    }

    /// The removed blocks; of `clean`, which explains itself to a reader, all.
    fn html_spans(&self, page: &str, extraction: &Extraction) -> Vec<SpanRow> {
        if self.spans == Spans::None {
            return Vec::new();
        }
        let all = self.job == Job::Clean;
        let blocks = extraction.blocks.iter().filter(|block| all || !block.kept);
        let mut last = 0..0;
        blocks
            .map(|block| SpanRow {
                // Blocks made of one value all have its range: each states its own part.
                text: match std::mem::replace(&mut last, block.range.clone()) == block.range {
                    true => (self.spans == Spans::Full).then(|| block.text.clone()),
                    false => (self.spans == Spans::Full).then(|| page[block.range.clone()].to_owned()),
                },
                stage: "html".to_owned(),
                action: if block.kept { "kept" } else { "removed" }.to_owned(),
                reason: block.reason.to_owned(),
                score: block.score,
                ..self.place(page, &block.range)
            })
            .collect()
    }

    /// A row that says where in `source` a span is; number and id come when the document has its number.
    fn place(&self, source: &str, range: &Range<usize>) -> SpanRow {
        SpanRow {
            doc: 0,
            id: String::new(),
            stage: String::new(),
            start: range.start as u64,
            end: range.end as u64,
            action: String::new(),
            reason: String::new(),
            detail: None,
            score: 0.0,
            text: (self.spans == Spans::Full).then(|| source[range.clone()].to_owned()),
        }
    }

    /// Cleans the lines of a draft, identifies its language and applies the filters.
    ///
    /// Fails when the templates of `sites` cannot be read.
    pub(crate) fn finish(&self, draft: &mut Draft, sites: &Sites) -> Result<(), Error> {
        if draft.removal.is_some() || self.job == Job::Dedup {
            return Ok(());
        }
        let url = draft.document.url.as_deref().filter(|_| self.uses_sites());
        let site = sites.of(url)?;
        self.clean_lines(draft, site.as_deref());
        if draft.removal.is_some() {
            return Ok(());
        }
        fill_language(&mut draft.document);
        self.filter(draft);
        Ok(())
    }

    fn clean_lines(&self, draft: &mut Draft, site: Option<&SiteTemplate>) {
        let Draft { document, verbatim, .. } = draft;
        let kind = if draft.extracted { PageText::Extracted } else { PageText::Plain };
        let cleaned = match site {
            Some(site) => self.cleaner.clean_page_of(site, kind, &document.text, verbatim),
            None => self.cleaner.clean(&document.text, verbatim),
        };
        let before = &draft.document.text;
        if self.spans != Spans::None {
            draft.spans.extend(cleaned.spans.iter().map(|span| SpanRow {
                stage: "lines".to_owned(),
                action: match span.action {
                    Action::Removed => "removed".to_owned(),
                    Action::Repaired => "repaired".to_owned(),
                },
                reason: span.reason.to_owned(),
                detail: span.recurrence.map(|recurrence| recurrence.to_string()),
                score: span.score,
                ..self.place(before, &span.range)
            }));
        }
        if is_blank(&cleaned.text) {
            // The text stays in the removed document, so that it can be put back.
            draft.remove("lines", "empty", None);
        } else {
            draft.document.text = cleaned.text;
        }
    }

    fn filter(&self, draft: &mut Draft) {
        let code = draft.document.language.as_deref().unwrap_or(language::UNDETERMINED);
        if self.languages.as_ref().is_some_and(|languages| !languages.admits(code)) {
            let detail = Some(code.to_owned());
            draft.remove("filter", "language", detail);
            return;
        }
        if self.min_words > 0 {
            let words = gleaner_text::word_count(&draft.document.text) as u64;
            if words < self.min_words {
                draft.remove("filter", "min-words", Some(words.to_string()));
            }
        }
    }
}

/// The refusal of a page at `place`.
pub(crate) fn page_in_dedup(place: &str) -> Error {
    Error::usage(format!(
        "{place}: this is a web page, and `dedup` takes text only; use `gleaner run`, which extracts first"
    ))
}

fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

/// A row's own language stays.
fn fill_language(document: &mut Document) {
    if document.language.is_none() {
        let identified = language::identify(&document.text);
        document.language = Some(identified.code.to_string());
        document.language_score = Some(identified.score);
    }
}
