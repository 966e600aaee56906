//! Links: where they stand in the text of a page, and as Markdown writes them.

use std::ops::Range;

use super::entities;

/// Longer addresses are left out.
const LONGEST: usize = 2048;

/// Words that are a link.
#[derive(Clone, Debug)]
pub(crate) struct Anchor {
    /// Bytes of the page's text.
    text: Range<usize>,
    /// Bytes of [`Anchors::targets`].
    target: Range<usize>,
}

/// The links of a page, in order. Of one that goes over several blocks only the words in the first are a link.
#[derive(Debug, Default)]
pub(crate) struct Anchors {
    all: Vec<Anchor>,
    /// Their addresses as written, one after the other.
    targets: String,
    /// Whether the link that is open has words already.
    has_words: bool,
}

impl Anchors {
    /// A link begins.
    pub(crate) fn begin(&mut self) {
        self.has_words = false;
    }

    /// Notes that the link to `target` has the words at `text`, in a block that begins at `block`.
    pub(crate) fn add(&mut self, target: &str, text: Range<usize>, block: usize) {
        if !std::mem::replace(&mut self.has_words, true) {
            let start = self.targets.len();
            if target.len() <= LONGEST {
                self.targets.push_str(target);
            }
            self.all.push(Anchor { text, target: start..self.targets.len() });
        } else if let Some(last) = self.all.last_mut().filter(|last| last.text.start >= block) {
            last.text.end = text.end;
        }
    }

    /// `text`, which is that at `range` of the page, with its links as Markdown.
    pub(crate) fn markdown(&self, text: &str, range: &Range<usize>) -> String {
        let from = self.all.partition_point(|anchor| anchor.text.start < range.start);
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for anchor in self.all[from..].iter().take_while(|anchor| anchor.text.start < range.end) {
            let start = anchor.text.start - range.start;
            let end = anchor.text.end.min(range.end).saturating_sub(range.start);
            let Some(words) = text.get(start..end).filter(|_| start >= done) else { continue };
            let target = address(&self.targets[anchor.target.clone()]);
            let trimmed = words.trim();
            if target.is_empty() || trimmed.is_empty() || trimmed.contains(['\n', '\t', '[', ']']) {
                continue;
            }
            let start = start + words.len() - words.trim_start().len();
            out.push_str(&text[done..start]);
            out.push_str(&format!("[{trimmed}]({target})"));
            done = start + trimmed.len();
        }
        out.push_str(&text[done..]);
        out
    }
}

/// `target` with its references decoded and what would end the link escaped; empty if it leads nowhere else.
fn address(target: &str) -> String {
    let mut out = String::with_capacity(target.len());
    for c in entities::decode_attribute(target).trim().chars() {
        match c {
            ' ' => out.push_str("%20"),
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    let is_script = out.get(..11).is_some_and(|start| start.eq_ignore_ascii_case("javascript:"));
    if is_script || out.starts_with('#') {
        out.clear();
    }
    out
}
