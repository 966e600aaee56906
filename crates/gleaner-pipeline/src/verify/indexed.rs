//! Whether the index says of the documents what their rows say.

use std::path::Path;

use crate::error::Error;
use crate::index::{DocumentReader, Fate, Gone, Known};
use crate::manifest::Manifest;
use crate::outputs;
use crate::rows::Document;
use crate::verify::finding::{Check, Finding, Findings};

/// The index beside rows that come by their number.
#[derive(Default)]
pub(super) struct Indexed {
    index: Option<DocumentReader>,
    next: Option<Known>,
    error: Option<Error>,
}

impl Indexed {
    /// What the index of the run says; a file that is missing is told elsewhere.
    pub(super) fn open(folder: &Path, manifest: &Manifest, bands: usize) -> Indexed {
        let (mut indexed, path) = (Indexed::default(), folder.join(outputs::DOCUMENTS));
        if !path.exists() {
            return indexed;
        }
        match DocumentReader::open(&path, manifest.documents(), bands) {
            Ok(index) => {
                indexed.index = Some(index);
                indexed.step();
            }
            Err(error) => indexed.error = Some(error),
        }
        indexed
    }

    fn step(&mut self) {
        self.next = match self.index.as_mut().map(DocumentReader::next) {
            Some(Ok(known)) => known,
            Some(Err(error)) => {
                self.error = Some(error);
                None
            }
            None => None,
        };
    }

    /// Whether all of it could be read so far.
    fn is_read(&self) -> bool {
        self.index.is_some() && self.error.is_none()
    }

    /// Why the near-duplicate `doc` went; a finding when the index does not say that it did, by the same witness.
    pub(super) fn gone(&mut self, document: &Document, of: u64, findings: &mut Findings) -> Option<Gone> {
        while self.next.as_ref().is_some_and(|known| known.doc < document.doc) {
            self.step();
        }
        let known = self.next.as_ref().filter(|known| known.doc == document.doc);
        match known.map(|known| &known.fate) {
            Some(Fate::Gone(gone)) if gone.witness().1 == of => Some(gone.clone()),
            _ if self.is_read() => {
                findings.add(differing(document, &format!("gone for document {of}"), "something else"));
                None
            }
            _ => None,
        }
    }

    /// A finding when the index does not say that a document is kept, with this content where it is known.
    pub(super) fn check_kept(
        &mut self,
        document: &Document,
        content: Option<Option<u128>>,
        findings: &mut Findings,
    ) {
        while let Some(known) = self.next.take_if(|known| known.doc < document.doc) {
            check_not_kept(&known, findings);
            self.step();
        }
        match self.next.as_ref().filter(|known| known.doc == document.doc) {
            Some(Known { fate: Fate::Kept { .. }, content: known, .. }) => {
                let differs = content.filter(|content| content != known);
                let finding = |_| differing(document, "the content of its text", "another content");
                findings.extend(differs.map(finding));
            }
            _ if self.is_read() => findings.add(differing(document, "kept", "something else")),
            _ => {}
        }
        self.next.take_if(|known| known.doc == document.doc);
        if self.next.is_none() && self.is_read() {
            self.step();
        }
    }

    /// Findings for documents behind the last kept one that are kept by the index.
    pub(super) fn check_no_more_kept(&mut self, findings: &mut Findings) {
        while let Some(known) = self.next.take() {
            check_not_kept(&known, findings);
            self.step();
        }
        self.end(findings);
    }

    /// Names what could not be read.
    pub(super) fn end(&mut self, findings: &mut Findings) {
        if let Some(error) = self.error.take() {
            let expected = "what is known of each document";
            findings.add(Finding::new(Check::File, outputs::DOCUMENTS, "index", expected, error));
        }
    }
}

fn check_not_kept(known: &Known, findings: &mut Findings) {
    if matches!(known.fate, Fate::Kept { .. }) {
        let expected = "no document that data/ does not hold";
        let finding = Finding::new(Check::Index, outputs::DOCUMENTS, "document", expected, known.doc);
        findings.add(Finding { doc: Some(known.doc), ..finding });
    }
}

fn differing(document: &Document, expected: &str, found: &str) -> Finding {
    Finding::new(Check::Index, outputs::DOCUMENTS, "document", expected, found).at(document.doc, &document.id)
}
