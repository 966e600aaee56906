//! Which of the page's titles to believe.

use super::page::{Kind, Page};

/// What parts a headline from the name of the site.
const DIVIDERS: [&str; 8] = [" | ", " - ", " – ", " — ", " :: ", " · ", " » ", " « "];

/// The title of the page: a heading that the declared title also names, else the declared title as it is, else the
/// first heading of level 1.
pub(crate) fn title(page: &Page) -> Option<String> {
    let declared = page.metadata.social_title.as_ref().or(page.metadata.title.as_ref());
    let Some(declared) = declared else { return first_heading(page) };
    let parts: Vec<&str> = parts(declared);
    let named = page.blocks.iter().filter(|b| matches!(b.kind, Kind::Heading(1 | 2))).find_map(|block| {
        let text = page.text_of(block);
        parts.iter().find(|part| part.len() >= 8 && **part == text).map(|part| (*part).to_owned())
    });
    Some(named.unwrap_or_else(|| declared.clone()))
}

fn first_heading(page: &Page) -> Option<String> {
    let heading = page.blocks.iter().find(|b| b.kind == Kind::Heading(1))?;
    super::text_run::one_line(page.text_of(heading))
}

/// What stands before, after and between the dividers of `title`.
fn parts(title: &str) -> Vec<&str> {
    let mut parts = vec![title];
    for divider in DIVIDERS {
        if let Some((first, rest)) = title.split_once(divider) {
            parts.extend([first.trim(), rest.trim()]);
        }
        if let Some((rest, last)) = title.rsplit_once(divider) {
            parts.extend([rest.trim(), last.trim()]);
        }
    }
    parts
}
