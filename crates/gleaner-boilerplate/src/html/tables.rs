//! The choice of what becomes of tables, made on verdicts that know nothing of it.

use super::decide::Verdict;
use super::options::Tables;
use super::page::{Kind, NONE, Page};
use super::tags::Tag;

/// Removes the tables of data if they are not wanted.
pub(crate) fn apply(page: &Page, choice: Tables, verdicts: &mut [Verdict]) {
    if choice == Tables::Keep {
        return;
    }
    let tables = tables(page);
    let table = |element: u32| tables.get(element as usize).copied().unwrap_or(NONE);
    // Rows of data less other blocks, by table.
    let mut rows = vec![0i64; page.elements.len()];
    for block in page.blocks.iter().filter(|block| block.kind != Kind::Caption) {
        if let Some(rows) = rows.get_mut(table(block.element) as usize) {
            *rows += if block.kind == Kind::TableRow { 1 } else { -1 };
        }
    }
    for (block, verdict) in page.blocks.iter().zip(verdicts).filter(|(_, verdict)| verdict.kept) {
        if rows.get(table(block.element) as usize).is_some_and(|&rows| rows >= 0) {
            (verdict.kept, verdict.reason) = (false, "tables");
        }
    }
}

/// The innermost table of each element, itself included.
fn tables(page: &Page) -> Vec<u32> {
    let mut tables: Vec<u32> = Vec::with_capacity(page.elements.len());
    for (at, element) in page.elements.iter().enumerate() {
        let above = tables.get(element.parent as usize).copied().unwrap_or(NONE);
        tables.push(if element.tag == Tag::Table { at as u32 } else { above });
    }
    tables
}
