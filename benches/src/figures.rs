//! Figures of a corpus, to see whether the synthetic one is like those that are crawled.

use std::collections::BTreeMap;

use gleaner_boilerplate::html::{ExtractOptions, extract};
use gleaner_pipeline::language::identify;
use gleaner_text::word_count;

use crate::folder::Taken;

/// What pages and texts are like, in quantiles over documents.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Number of pages and of texts described; the main content of pages counts as texts where there are no others.
    pub documents: (usize, usize),
    rows: BTreeMap<Row, Vec<f64>>,
    languages: BTreeMap<&'static str, usize>,
}

/// A figure of each document, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Row {
    PageBytes,
    Scripts,
    Styles,
    Comments,
    Tags,
    TagBytes,
    Links,
    VisibleText,
    LinkText,
    Blocks,
    Kept,
    TextBytes,
    Words,
    Lines,
    WordsALine,
}

impl Row {
    fn name(self) -> &'static str {
        match self {
            Row::PageBytes => "bytes a page",
            Row::Scripts => "share of scripts",
            Row::Styles => "share of style sheets",
            Row::Comments => "share of comments",
            Row::Tags => "tags",
            Row::TagBytes => "share of tags",
            Row::Links => "links",
            Row::VisibleText => "share of text",
            Row::LinkText => "of the text, in links",
            Row::Blocks => "blocks",
            Row::Kept => "of the text, main content",
            Row::TextBytes => "bytes a text",
            Row::Words => "words",
            Row::Lines => "lines",
            Row::WordsALine => "words a line",
        }
    }
}

impl Figures {
    /// The figures of what was taken.
    pub fn of(taken: &Taken) -> Figures {
        let mut figures = Figures::default();
        for page in &taken.pages {
            let text = figures.page(&page.html);
            if taken.texts.is_empty() {
                figures.text(&text);
            }
        }
        for text in &taken.texts {
            figures.text(&text.text);
        }
        figures
    }

    /// Counts a page, and returns its main content.
    fn page(&mut self, html: &str) -> String {
        let scan = Scan::of(html);
        let page = extract(html, &ExtractOptions::default());
        let (bytes, text) = (html.len().max(1) as f64, scan.text.max(1) as f64);
        self.documents.0 += 1;
        self.put(Row::PageBytes, html.len() as f64);
        self.put(Row::Scripts, scan.scripts as f64 / bytes);
        self.put(Row::Styles, scan.styles as f64 / bytes);
        self.put(Row::Comments, scan.comments as f64 / bytes);
        self.put(Row::Tags, scan.tags as f64);
        self.put(Row::TagBytes, scan.tag_bytes as f64 / bytes);
        self.put(Row::Links, scan.links as f64);
        self.put(Row::VisibleText, scan.text as f64 / bytes);
        self.put(Row::LinkText, scan.link_text as f64 / text);
        self.put(Row::Blocks, page.blocks.len() as f64);
        self.put(Row::Kept, (page.text.len() as f64 / text).min(1.0));
        page.text
    }

    fn text(&mut self, text: &str) {
        let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
        let words = word_count(text);
        self.documents.1 += 1;
        self.put(Row::TextBytes, text.len() as f64);
        self.put(Row::Words, words as f64);
        self.put(Row::Lines, lines as f64);
        self.put(Row::WordsALine, words as f64 / lines.max(1) as f64);
        *self.languages.entry(identify(text).code).or_default() += 1;
    }

    fn put(&mut self, row: Row, value: f64) {
        self.rows.entry(row).or_default().push(value);
    }

    /// Rows of a Markdown table, for each figure its name and the 10%, 50% and 90% quantiles and the mean; last the
    /// languages.
    pub fn table(mut self) -> String {
        let (pages, texts) = self.documents;
        let mut out =
            format!("| {pages} pages, {texts} texts | 10% | 50% | 90% | mean |\n|---|---|---|---|---|\n");
        for (row, values) in &mut self.rows {
            values.sort_unstable_by(f64::total_cmp);
            let at = |share: f64| number(values[(share * (values.len() - 1) as f64).round() as usize]);
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let name = row.name();
            out += &format!("| {name} | {} | {} | {} | {} |\n", at(0.1), at(0.5), at(0.9), number(mean));
        }
        let mut languages: Vec<_> = self.languages.iter().collect();
        languages.sort_by_key(|(code, count)| (std::cmp::Reverse(**count), **code));
        let share =
            |(code, count): &(&&str, &usize)| format!("{code} {:.0}%", **count as f64 / texts as f64 * 100.0);
        out + &languages.iter().take(10).map(share).collect::<Vec<_>>().join(", ")
    }
}

/// Shares with three decimals, counts as whole numbers.
fn number(value: f64) -> String {
    if value < 2.0 { format!("{value:.3}") } else { format!("{value:.0}") }
}

/// Bytes of a page by what they are: a plain scan, which needs no parser to be right about broken markup.
#[derive(Debug, Default)]
struct Scan {
    scripts: usize,
    styles: usize,
    comments: usize,
    tags: usize,
    tag_bytes: usize,
    links: usize,
    /// White space counted as one byte.
    text: usize,
    link_text: usize,
}

impl Scan {
    fn of(html: &str) -> Scan {
        let (mut scan, mut rest, mut in_link) = (Scan::default(), html, false);
        while let Some(at) = rest.find('<') {
            scan.count_text(&rest[..at], in_link);
            rest = &rest[at..];
            let length = if rest.starts_with("<!--") { until(rest, "-->") } else { until(rest, ">") };
            let name: String = rest[1..].chars().take_while(char::is_ascii_alphanumeric).collect();
            let length = match name.to_ascii_lowercase().as_str() {
                "script" => add(&mut scan.scripts, until(rest, "</script>")),
                "style" => add(&mut scan.styles, until(rest, "</style>")),
                _ if rest.starts_with("<!--") => add(&mut scan.comments, length),
                name => {
                    scan.tags += 1;
                    scan.links += usize::from(name == "a");
                    in_link = name == "a" || in_link && !rest.starts_with("</a");
                    add(&mut scan.tag_bytes, length)
                }
            };
            rest = &rest[length..];
        }
        scan.count_text(rest, in_link);
        scan
    }

    fn count_text(&mut self, text: &str, in_link: bool) {
        let words = text.split_ascii_whitespace().map(|word| word.len() + 1).sum::<usize>();
        self.text += words;
        self.link_text += if in_link { words } else { 0 };
    }
}

/// Bytes up to and with `end`, or all.
fn until(text: &str, end: &str) -> usize {
    text.find(end).map_or(text.len(), |at| at + end.len())
}

fn add(sum: &mut usize, length: usize) -> usize {
    *sum += length;
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_a_page_are_told_apart() {
        let scan = Scan::of("<p>ab  c</p><script>x<y</script><style>p{}</style><!-- > --><a href=/>de</a> f");
        assert_eq!((scan.text, scan.link_text, scan.links, scan.tags), (10, 3, 1, 4));
        assert_eq!((scan.scripts, scan.styles, scan.comments), (20, 18, 10));
        assert_eq!(scan.tag_bytes, "<p></p><a href=/></a>".len());
        assert_eq!(Scan::of("<<a <!-- x").comments, 0, "an open tag takes the rest");
    }

    #[test]
    fn a_corpus_is_described_by_its_documents() {
        let text = |text: &str| crate::Text { url: String::new(), text: text.to_owned() };
        let taken = Taken { pages: Vec::new(), texts: vec![text("one two\nthree four"), text("five")] };
        let table = Figures::of(&taken).table();
        assert!(table.contains("| words | 1.000 | 4 | 4 | 2 |"), "{table}");
    }
}
