//! Rows of data tables become one block each; rows that lay out a page stay as they are.

use super::page::{Element, Kind, NONE, Page, TextBlock};

/// A cell with more text than this many bytes is no datum.
const LONGEST_CELL: usize = 200;

/// Joins the cells of every row in which each cell is one short block.
pub(crate) fn join(page: &mut Page) {
    let blocks = std::mem::take(&mut page.blocks);
    let mut joined: Vec<TextBlock> = Vec::with_capacity(blocks.len());
    let mut at = 0;
    while at < blocks.len() {
        let row = element(page, &blocks[at]).map_or(NONE, |e| e.row);
        let same = |block: &&TextBlock| row != NONE && element(page, block).is_some_and(|e| e.row == row);
        let end = at + blocks[at..].iter().take_while(same).count().max(1);
        let run = &blocks[at..end];
        if run.len() > 1 && is_data(page, run) {
            joined.push(one(run));
        } else {
            joined.extend_from_slice(run);
        }
        at = end;
    }
    page.blocks = joined;
}

fn element<'p>(page: &'p Page, block: &TextBlock) -> Option<&'p Element> {
    page.elements.get(block.element as usize)
}

fn is_data(page: &Page, run: &[TextBlock]) -> bool {
    let cells = |block: &TextBlock| element(page, block).map_or(NONE, |e| e.cell);
    let short = run
        .iter()
        .all(|b| b.text.len() <= LONGEST_CELL && b.breaks < 3 && cells(b) != NONE && b.kind != Kind::Code);
    let parted = |pair: &[TextBlock]| {
        cells(&pair[0]) != cells(&pair[1]) && page.text[pair[0].text.end..].starts_with('\t')
    };
    short && run.windows(2).all(parted)
}

fn one(run: &[TextBlock]) -> TextBlock {
    let (first, last) = (&run[0], &run[run.len() - 1]);
    let mut row = first.clone();
    row.kind = Kind::TableRow;
    row.source.end = last.source.end;
    row.text.end = last.text.end;
    for cell in &run[1..] {
        row.link_bytes += cell.link_bytes;
        row.links += cell.links;
        row.images += cell.images;
        row.inline_tags += cell.inline_tags;
        row.hidden &= cell.hidden;
    }
    row
}
