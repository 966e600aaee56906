//! Which of a page's texts are read.

use super::builder::{self, Noscript};
use super::page::Page;
use super::{payload, rows};

/// A page with less text than this, in bytes, has none to speak of.
const HARDLY_ANY_TEXT: usize = 250;
/// A `<noscript>` with less text than this, in bytes, is no more than a notice or a link.
const NOTICE: usize = 1000;

/// The blocks of a page.
///
/// What stands in `<noscript>` is read where it is likely the page itself, which scripts would have built: where there
/// is hardly any other text, and where it is long and at least half as much as the other text. Elsewhere it is a notice
/// or repeats what the scripts show. A page that still has hardly any text is taken at its word, see [`payload`].
pub(crate) fn page_of(html: &str) -> Page {
    let mut page = builder::build(html, Noscript::Skip);
    let (text, noscript) = (page.text.len(), page.noscript_bytes);
    if noscript > 0 && text < HARDLY_ANY_TEXT || noscript > NOTICE && noscript >= text / 2 {
        page = builder::build(html, Noscript::Read);
    }
    if page.text.len() < HARDLY_ANY_TEXT {
        payload::read(html, &mut page);
    }
    rows::join(&mut page);
    page
}
