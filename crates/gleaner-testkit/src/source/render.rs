//! Pages as HTML in their site's frame.

use crate::rng::{Rng, name_seed};

use super::block::link_parts;
use super::site::BlockHtml;
use super::template::{Slots, Values, escape};
use super::{Block, Page, Site, SourceError};

/// A link to another page, as shown in lists.
#[derive(Clone, Debug)]
pub(crate) struct Teaser {
    pub(crate) title: String,
    pub(crate) href: String,
    pub(crate) date: String,
    pub(crate) text: String,
}

/// A page as its site serves it, before it is encoded. `pool` are the pages it may link to; `rng` chooses among them.
pub(crate) fn page_html(
    site: &Site,
    page: &Page,
    pool: &[Teaser],
    rng: &mut Rng,
) -> Result<String, SourceError> {
    let mut slots = Slots::default();
    let number = rng.between(100, 99_999);
    slots.values = Values::from([
        ("title", escape(&page.title)),
        ("path", escape(&page.path)),
        ("url", escape(&site.url(&page.path))),
        ("date", site.date(page.date)),
        ("isodate", page.date.iso()),
        ("author", escape(&page.author)),
        ("section", escape(&page.section)),
        ("lang", page.lang.clone()),
        ("n", number.to_string()),
        ("views", rng.between(100, 9_999).to_string()),
        ("teaser", escape(&teaser_text(&page.blocks))),
        ("body", body_html(&site.config.blocks, &page.blocks, number)),
    ]);
    for (list, length) in [("related", 5), ("popular", 4), ("latest", 3)] {
        let items = choose(pool, &page.title, length, rng);
        slots.lists.insert(list, items);
    }
    site.template.fill(&slots)
}

/// `length` links of the pool, other than to the page itself.
fn choose(pool: &[Teaser], own_title: &str, length: usize, rng: &mut Rng) -> Vec<Values> {
    let mut others: Vec<&Teaser> = pool.iter().filter(|t| t.title != own_title).collect();
    rng.shuffle(&mut others);
    let values = |t: &&Teaser| {
        Values::from([
            ("title", escape(&t.title)),
            ("href", escape(&t.href)),
            ("date", t.date.clone()),
            ("teaser", escape(&t.text)),
            ("n", (t.title.len() * 7 % 900 + 3).to_string()),
        ])
    };
    others.iter().take(length).map(values).collect()
}

/// The beginning of the first paragraph, cut as sites cut it.
pub(crate) fn teaser_text(blocks: &[Block]) -> String {
    let first = blocks.iter().find_map(|b| match b {
        Block::Paragraph(text) => Some(super::plain(text)),
        _ => None,
    });
    let first = first.unwrap_or_default();
    let cut: String = first.chars().take(90).collect();
    if cut.len() < first.len() { cut + "…" } else { cut }
}

fn body_html(html: &BlockHtml, blocks: &[Block], number: usize) -> String {
    let mut out = String::new();
    let mut in_post = false;
    for (i, block) in blocks.iter().enumerate() {
        let n = (number + i).to_string();
        if let Block::Post { user, date } = block {
            if in_post {
                out.push_str(&html.post_close);
                out.push('\n');
            }
            in_post = true;
            // A user's number of posts is the same on every page.
            let n = (20 + name_seed(user) % 4000).to_string();
            let head =
                html.post_open.replace("{user}", &escape(user)).replace("{date}", date).replace("{n}", &n);
            out.push_str(&head);
        } else {
            out.push_str(&block_html(html, block).replace("{n}", &n));
        }
        out.push('\n');
    }
    if in_post {
        out.push_str(&html.post_close);
    }
    out
}

fn block_html(html: &BlockHtml, block: &Block) -> String {
    let each = |pattern: &str, texts: &[String]| -> String {
        texts.iter().map(|text| pattern.replace("{}", &inline(text))).collect()
    };
    match block {
        Block::Paragraph(text) => html.paragraph.replace("{}", &inline(text)),
        Block::Heading(text) => html.heading.replace("{}", &inline(text)),
        Block::List(items) => html.list.replace("{}", &each(&html.item, items)),
        Block::Table(rows) => {
            let rows = rows.iter().map(|cells| html.row.replace("{}", &each(&html.cell, cells)));
            html.table.replace("{}", &rows.collect::<String>())
        }
        Block::Code(code) => html.code.replace("{}", &escape(code)),
        Block::Caption(text) => html.caption.replace("{}", &inline(text)),
        Block::Post { .. } => String::new(),
    }
}

/// A paragraph's text with its links.
fn inline(text: &str) -> String {
    let part = |part: super::block::LinkPart<'_>| match part.target {
        Some(target) => format!("<a href=\"{}\">{}</a>", escape(target), escape(part.words)),
        None => escape(part.words),
    };
    link_parts(text).map(part).collect()
}
