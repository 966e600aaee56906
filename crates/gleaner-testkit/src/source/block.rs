//! The mark-up of page bodies.
//!
//! Blocks are separated by blank lines; the first characters of a block say what it is:
//!
//! | begins with | block |
//! |---|---|
//! | `## ` | heading |
//! | `- ` | list, one item a line |
//! | `\| ` | table, one row a line, cells between bars |
//! | ` ``` ` | code, up to the closing fence, blank lines allowed |
//! | `! ` | picture with a caption |
//! | `@ ` | head of a forum post: user, bar, date; the blocks up to the next one are its body |
//! | anything else | paragraph |
//!
//! Inside a paragraph, `[words](target)` is a link.

/// A block of a page body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    Paragraph(String),
    Heading(String),
    List(Vec<String>),
    Table(Vec<Vec<String>>),
    Code(String),
    Caption(String),
    Post { user: String, date: String },
}

impl Block {
    /// Reads a whole body.
    pub(crate) fn parse_all(body: &str) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut lines = body.lines().peekable();
        while let Some(line) = lines.next() {
            if line.trim().is_empty() {
                continue;
            }
            let fenced = line.starts_with("```");
            let mut block: Vec<&str> = if fenced { Vec::new() } else { vec![line] };
            while let Some(next) =
                lines.next_if(|l| if fenced { !l.starts_with("```") } else { !l.trim().is_empty() })
            {
                block.push(next);
            }
            if fenced {
                lines.next();
                blocks.push(Block::Code(block.join("\n")));
            } else {
                blocks.push(Block::parse(&block));
            }
        }
        blocks
    }

    fn parse(lines: &[&str]) -> Block {
        let first = lines.first().copied().unwrap_or_default();
        let rest = |mark: &str| first.strip_prefix(mark).map(str::to_owned);
        if let Some(text) = rest("## ") {
            return Block::Heading(text);
        }
        if let Some(text) = rest("! ") {
            return Block::Caption(text);
        }
        if let Some(head) = rest("@ ") {
            let (user, date) = head.split_once(" | ").unwrap_or((head.as_str(), ""));
            return Block::Post { user: user.to_owned(), date: date.to_owned() };
        }
        if first.starts_with("- ") {
            return Block::List(lines.iter().map(|l| l.trim_start_matches("- ").to_owned()).collect());
        }
        if first.starts_with("| ") {
            let cells = |l: &&str| l.trim_matches('|').split('|').map(|c| c.trim().to_owned()).collect();
            return Block::Table(lines.iter().map(cells).collect());
        }
        Block::Paragraph(lines.join(" "))
    }

    /// The text a reader sees, as main content is written: `- ` before items, cells joined by a tab. `None` where the
    /// block is not main content (captions, heads of posts).
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Block::Paragraph(text) | Block::Heading(text) => Some(plain(text)),
            Block::List(items) => {
                Some(items.iter().map(|i| format!("- {}", plain(i))).collect::<Vec<_>>().join("\n"))
            }
            Block::Table(rows) => Some(rows.iter().map(|row| row.join("\t")).collect::<Vec<_>>().join("\n")),
            Block::Code(code) => Some(code.clone()),
            Block::Caption(_) | Block::Post { .. } => None,
        }
    }
}

/// The main content of a body: its blocks, a blank line between them.
pub(crate) fn main_text(blocks: &[Block]) -> String {
    blocks.iter().filter_map(Block::text).collect::<Vec<_>>().join("\n\n")
}

/// A paragraph without its link targets.
pub(crate) fn plain(text: &str) -> String {
    link_parts(text).map(|part| part.words).collect()
}

/// A stretch of a paragraph, linked or not.
pub(crate) struct LinkPart<'a> {
    pub(crate) words: &'a str,
    pub(crate) target: Option<&'a str>,
}

/// Splits a paragraph at its links.
pub(crate) fn link_parts(text: &str) -> impl Iterator<Item = LinkPart<'_>> {
    let mut rest = text;
    let mut pending: Option<LinkPart<'_>> = None;
    std::iter::from_fn(move || {
        if let Some(link) = pending.take() {
            return Some(link);
        }
        if rest.is_empty() {
            return None;
        }
        let Some((before, words, target, after)) = split_link(rest) else {
            return Some(LinkPart { words: std::mem::take(&mut rest), target: None });
        };
        rest = after;
        pending = Some(LinkPart { words, target: Some(target) });
        Some(LinkPart { words: before, target: None })
    })
}

/// What stands before the first link, its words, its target, and what follows.
fn split_link(text: &str) -> Option<(&str, &str, &str, &str)> {
    let (before, link) = text.split_once('[')?;
    let (words, link) = link.split_once("](")?;
    let (target, after) = link.split_once(')')?;
    Some((before, words, target, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_block_is_read() {
        let body = "One\ntwo [three](/x).\n\n## Head\n\n- a\n- b\n\n| c | d |\n\n```\ncode\n\nmore\n```\n\n! cap\n\n@ Ann | 1 May\n";
        let blocks = Block::parse_all(body);
        assert_eq!(blocks.len(), 7);
        assert_eq!(main_text(&blocks), "One two three.\n\nHead\n\n- a\n- b\n\nc\td\n\ncode\n\nmore");
        assert_eq!(blocks[6], Block::Post { user: "Ann".into(), date: "1 May".into() });
    }
}
