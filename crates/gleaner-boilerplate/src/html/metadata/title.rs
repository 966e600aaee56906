//! Which of the page's titles to believe, and how much of it.

use super::{Declared, Metadata, Origin};
use crate::html::page::{Kind, Page};
use crate::html::text_run;

/// What parts a headline from the name of the site or of a section.
const DIVIDERS: [&str; 12] =
    [" | ", " - ", " – ", " — ", " -- ", " :: ", " · ", " • ", " » ", " « ", " > ", "_"];
/// A shorter heading may be in a title by chance.
const SHORTEST: usize = 8;

/// The title of the page: of a declared title as much as a heading or another declaration repeats, else all of it
/// but the name of the site; without a declared title, the first heading.
pub(crate) fn title(page: &Page) -> Option<Declared> {
    let Some((declared, origin)) = declared(&page.metadata) else { return first_heading(page) };
    if let Some(whole) = untruncated(declared, page) {
        return Some(Declared { value: whole, origin: Origin::Heading });
    }
    let site = page.metadata.site_name.as_deref().map(fold).unwrap_or_default();
    let value = confirmed(declared, &site, page).unwrap_or_else(|| without_site(declared, &site).to_owned());
    Some(Declared { value, origin })
}

/// The first declared title that is more than the name of the site.
fn declared(metadata: &Metadata) -> Option<(&str, Origin)> {
    let all = [
        (&metadata.social_title, Origin::OpenGraph),
        (&metadata.title, Origin::TitleElement),
        (&metadata.headline, Origin::JsonLd),
        (&metadata.other_title, Origin::Meta),
    ];
    let mut all = all.into_iter().filter_map(|(title, origin)| Some((title.as_deref()?, origin)));
    let site = metadata.site_name.as_deref().map(fold);
    let first = all.clone().next();
    all.find(|(title, _)| Some(fold(title)) != site).or(first)
}

fn first_heading(page: &Page) -> Option<Declared> {
    let value = headings(page, 1).next()?;
    Some(Declared { value, origin: Origin::Heading })
}

/// The headings of a level, each on one line.
fn headings(page: &Page, level: u8) -> impl Iterator<Item = String> + '_ {
    let headings =
        page.blocks.iter().filter(move |block| block.kind == Kind::Heading(level) && !block.hidden);
    headings.take(100).filter_map(|block| text_run::one_line(page.text_of(block)))
}

/// The heading that `declared` is the beginning of, if it breaks off with an ellipsis.
fn untruncated(declared: &str, page: &Page) -> Option<String> {
    let start = declared.strip_suffix('…').or_else(|| declared.strip_suffix("..."))?.trim_end();
    if start.len() < SHORTEST {
        return None;
    }
    headings(page, 1).find(|heading| heading.len() > declared.len() && heading.starts_with(start))
}

/// What of `declared` stands elsewhere on the page by itself: in a main heading, the structured data or another
/// heading, else as a part of another declared title.
fn confirmed(declared: &str, site: &str, page: &Page) -> Option<String> {
    let metadata = &page.metadata;
    let whole = Folded::new(declared);
    let longest = |candidates: &mut dyn Iterator<Item = String>| {
        let places = candidates.filter_map(|text| Some((whole.place(&text, site)?, text)));
        places.max_by_key(|((from, to), _)| to - from)
    };
    let main = longest(&mut headings(page, 1));
    let other = longest(&mut headings(page, 2)).or_else(|| longest(&mut headings(page, 3)));
    let heading = match (main, other) {
        // Where each names another part, the main heading is the site's.
        (Some((main, _)), Some((other, text))) if main.1 < other.0 + 2 || other.1 < main.0 + 2 => Some(text),
        (Some((_, text)), _) | (None, Some((_, text))) => Some(text),
        (None, None) => None,
    };
    let stated = [&metadata.headline, &metadata.other_title].into_iter().flatten().cloned();
    let titles = [&metadata.social_title, &metadata.title].into_iter().flatten();
    let parts_of_titles = titles.filter(|title| *title != declared).flat_map(|title| parts(title));
    let mut shared =
        parts_of_titles.filter(|part| site.is_empty() || !fold(part).contains(site)).map(str::to_owned);
    let found = heading
        .or_else(|| Some(longest(&mut stated.filter(|text| text != declared))?.1))
        .or_else(|| Some(longest(&mut shared)?.1))?;
    // Headings may be in capitals for their looks.
    let folded = fold(&found);
    let spelt = parts(declared).into_iter().find(|part| fold(part) == folded);
    Some(spelt.map_or(found, str::to_owned))
}

/// A folded title that knows which of its spaces stand for a divider.
struct Folded {
    text: String,
    /// Where in `text` the spaces stand that do.
    dividers: Vec<usize>,
}

impl Folded {
    fn new(title: &str) -> Folded {
        let mut folded = Folded { text: " ".to_owned(), dividers: vec![0] };
        for c in title.chars() {
            if is_folded(c) {
                folded.text.extend(c.to_lowercase());
            } else if !matches!(c, '\'' | '’') {
                if !folded.text.ends_with(' ') {
                    folded.text.push(' ');
                }
                let last = folded.text.len() - 1;
                if DIVIDING.contains(c) && folded.dividers.last() != Some(&last) {
                    folded.dividers.push(last);
                }
            }
        }
        if !folded.text.ends_with(' ') {
            folded.text.push(' ');
        }
        folded.dividers.push(folded.text.len() - 1);
        folded
    }

    /// Where `text` stands between dividers, if it is more than the name of the site and a good part of the whole.
    fn place(&self, text: &str, site: &str) -> Option<(usize, usize)> {
        let folded = fold(text);
        if folded == site || text.len() < SHORTEST || folded.len() * 4 < self.text.len() {
            return None;
        }
        let from = self.text.find(&folded)?;
        let to = from + folded.len();
        let between = self.dividers.contains(&from) && self.dividers.contains(&(to - 1));
        between.then_some((from, to))
    }
}

/// `declared` without the name of the site at its end or beginning.
fn without_site<'t>(declared: &'t str, site: &str) -> &'t str {
    if site.trim().is_empty() {
        return declared;
    }
    for divider in DIVIDERS {
        let end = declared.rsplit_once(divider).filter(|(_, last)| fold(last) == site);
        let start = || declared.split_once(divider).filter(|(first, _)| fold(first) == site);
        let rest = end.map(|(rest, _)| rest).or_else(|| start().map(|(_, rest)| rest));
        if let Some(rest) = rest.map(str::trim).filter(|rest| !rest.is_empty()) {
            return rest;
        }
    }
    declared
}

/// `title`, and what stands before, after and between its dividers.
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

/// The letters and digits of `text`, in small letters, with one space for all that parts them and at both ends, so
/// that a folded text stands in another only as whole words.
fn fold(text: &str) -> String {
    Folded::new(text).text
}

/// Signs that part a headline from something else, and quotation marks, which may belong to it.
const DIVIDING: &str = "|-_:/\\>»«·•~–—―：｜\"“”„‘";

/// Whether a character tells one title from another.
fn is_folded(c: char) -> bool {
    c.is_alphanumeric() || !(c.is_ascii() || c.is_whitespace() || is_sign(c))
}

fn is_sign(c: char) -> bool {
    matches!(
        c,
        '\u{2010}'
            ..='\u{201f}'
                | '«'
                | '»'
                | '‹'
                | '›'
                | '…'
                | '·'
                | '•'
                | '：'
                | '｜'
                | '、'
                | '。'
                | '「'
                | '」'
    )
}
