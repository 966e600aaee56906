//! From sorted records to templates.

use ahash::AHashSet;

use super::page::{PAGE, RECORD};
use super::template::{SiteTemplate, TemplateLine, counted, strength};

/// Second signatures of the pages with a line that are told apart: of more, the first ones say enough.
const MOST_OTHERS: usize = 1024;

/// Makes the templates of sites from records in the order of their bytes.
///
/// Holds the recurring lines of one site, at most twice as many as a template has. Records that are none are passed over.
/// The order of pages and threads has no influence: equal sets of records give equal templates.
#[derive(Clone, Debug, Default)]
pub struct SiteLearner {
    host: u64,
    name: String,
    pages: u64,
    lines: Vec<TemplateLine>,
    open: Open,
    /// Second signatures of the pages of the open line.
    others: AHashSet<u64>,
}

/// The line, or page, whose records are coming.
#[derive(Clone, Debug, Default)]
struct Open {
    hash: u64,
    /// Of the page at hand, the first of two.
    signature: Option<u64>,
    /// Pages that differ in the first signature.
    pages: u64,
    around: [u64; 3],
    text: Vec<u8>,
}

impl SiteLearner {
    /// Takes the next record; gives the template of the site before, when it had one and this is of another.
    pub fn push(&mut self, record: &[u8]) -> Option<SiteTemplate> {
        let (head, text) = record.split_at_checked(RECORD)?;
        let (numbers, around) = head.as_chunks::<8>();
        let &[host, line, signature, other] = numbers else { return None };
        let [host, line, signature, other] = [host, line, signature, other].map(u64::from_be_bytes);
        let done = if host == self.host { None } else { self.end_site() };
        self.host = host;
        if line != self.open.hash || self.open.signature.is_none() {
            self.end_line();
            self.open = Open { hash: line, text: text.to_vec(), ..Open::default() };
        }
        if self.others.len() < MOST_OTHERS {
            self.others.insert(other);
        }
        // Copies of a page follow each other.
        if self.open.signature != Some(signature) {
            self.open.signature = Some(signature);
            self.open.pages += 1;
            for (sum, &value) in self.open.around.iter_mut().zip(around) {
                *sum += u64::from(value);
            }
        }
        done
    }

    /// The template of the last site.
    pub fn finish(mut self) -> Option<SiteTemplate> {
        self.end_site()
    }

    fn end_line(&mut self) {
        let open = std::mem::take(&mut self.open);
        let others = self.others.len();
        self.others.clear();
        // Versions of one page differ in one signature or the other.
        let pages = if others < MOST_OTHERS { open.pages.min(others as u64) } else { open.pages };
        let text = || String::from_utf8_lossy(&open.text).into_owned();
        if open.hash == PAGE {
            (self.pages, self.name) = (pages, text());
        } else if strength(pages, self.pages) >= SiteTemplate::MIN_STRENGTH {
            let mean = open.around.map(|sum| (sum / open.pages) as u8);
            self.lines.push(counted(open.hash, pages, mean, text()));
            if self.lines.len() >= 2 * SiteTemplate::MAX_LINES {
                self.lines.sort_unstable_by_key(|line| (std::cmp::Reverse(line.pages), line.hash));
                self.lines.truncate(SiteTemplate::MAX_LINES);
            }
        }
    }

    fn end_site(&mut self) -> Option<SiteTemplate> {
        self.end_line();
        let SiteLearner { name, pages, lines, .. } = std::mem::take(self);
        Some(SiteTemplate::new(name, pages, lines)).filter(|template| !template.is_empty())
    }
}
