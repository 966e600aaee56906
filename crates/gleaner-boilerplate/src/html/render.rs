//! Kept blocks as text.

use std::ops::Range;

use super::decide::Verdict;
use super::options::Links;
use super::page::{Kind, NONE, Page, TextBlock};

/// The kept blocks as text, and the ranges of it that are code or tables.
///
/// A blank line stands between blocks, except between items of the same list and rows of the same table.
pub(crate) fn render(page: &Page, verdicts: &[Verdict], links: Links) -> (String, Vec<Range<usize>>) {
    let mut text = String::new();
    let mut verbatim: Vec<Range<usize>> = Vec::new();
    let mut last: Option<&TextBlock> = None;
    for (at, block) in page.blocks.iter().enumerate().filter(|&(at, _)| verdicts[at].kept) {
        if let Some(last) = last {
            text.push_str(if continues(page, last, block) { "\n" } else { "\n\n" });
        }
        if block.kind == Kind::ListItem && is_only_block_of_item(page, at) {
            text.push_str("- ");
        }
        let start = text.len();
        if links == Links::Markdown && block.link_bytes > 0 && block.kind != Kind::Code {
            text.push_str(&page.anchors.markdown(page.text_of(block), &block.text));
        } else {
            text.push_str(page.text_of(block));
        }
        if matches!(block.kind, Kind::Code | Kind::TableRow) {
            match verbatim.last_mut().filter(|_| last.is_some_and(|last| continues(page, last, block))) {
                Some(range) => range.end = text.len(),
                None => verbatim.push(start..text.len()),
            }
        }
        last = Some(block);
    }
    (text, verbatim)
}

/// Whether two blocks that follow each other are items of a list or rows of a table.
fn continues(page: &Page, first: &TextBlock, second: &TextBlock) -> bool {
    first.kind == second.kind
        && matches!(first.kind, Kind::ListItem | Kind::TableRow)
        && list_of(page, first) == list_of(page, second)
}

/// The parent of the item or row the block stands in.
fn list_of(page: &Page, block: &TextBlock) -> u32 {
    let Some(element) = page.elements.get(block.element as usize) else { return NONE };
    let part = if block.kind == Kind::TableRow { element.row } else { element.item };
    page.elements.get(part as usize).map_or(NONE, |e| e.parent)
}

fn is_only_block_of_item(page: &Page, at: usize) -> bool {
    let item = |at: usize| {
        let block = page.blocks.get(at)?;
        page.elements.get(block.element as usize).map(|e| e.item).filter(|&item| item != NONE)
    };
    let own = item(at);
    own.is_none() || at.checked_sub(1).is_none_or(|before| item(before) != own) && item(at + 1) != own
}
