//! The flat form of a page: blocks of text in document order, and the elements they stand in.

use std::ops::Range;

use super::cues::Cues;
use super::described::Described;
use super::hints::Hints;
use super::links::Anchors;
use super::metadata::Metadata;
use super::tags::Tag;

/// What a block of text is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Running text, in a paragraph or in any other element.
    #[default]
    Paragraph,
    /// A heading of level 1 to 6.
    Heading(u8),
    /// An item of a list, or a term or description of a description list.
    ListItem,
    /// A cell of a table that lays out the page.
    TableCell,
    /// A row of a table of data; its cells are parted by tabs.
    TableRow,
    /// Preformatted text, verbatim.
    Code,
    /// A quotation.
    Quote,
    /// The caption of a figure or table.
    Caption,
    /// Labels and buttons of a form.
    Form,
    /// Text of a navigation element.
    Navigation,
}

/// Ancestors looked at from a block. Pages nest some 30 elements deep that hold text; the bound keeps a page that
/// nests hundreds from costing that much for every block.
const LONGEST_CHAIN: usize = 64;

/// No element.
pub(crate) const NONE: u32 = u32::MAX;

/// An element that has text of its own or in it. Parents come before their children.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    pub(crate) tag: Tag,
    /// Index of the nearest recorded ancestor, or [`NONE`].
    pub(crate) parent: u32,
    pub(crate) depth: u16,
    pub(crate) hidden: bool,
    pub(crate) kind: Kind,
    /// Of its own class, id and role.
    pub(crate) cues: Cues,
    /// Elements with the same tag and class have the same key.
    pub(crate) key: u32,
    /// Nearest `li`, itself included.
    pub(crate) item: u32,
    /// Nearest `tr`, itself included.
    pub(crate) row: u32,
    /// Nearest `td` or `th`, itself included.
    pub(crate) cell: u32,
    /// The tags of it and its ancestors, as bits of [`context`].
    pub(crate) context: u32,
}

/// Bits of [`Element::context`].
pub(crate) mod context {
    use super::Tag;

    pub(crate) const TAGS: [Tag; 30] = [
        Tag::Nav,
        Tag::Header,
        Tag::Footer,
        Tag::Aside,
        Tag::Form,
        Tag::Article,
        Tag::Main,
        Tag::Li,
        Tag::Table,
        Tag::Td,
        Tag::Figure,
        Tag::Blockquote,
        Tag::Pre,
        Tag::Button,
        Tag::Dl,
        Tag::Section,
        Tag::P,
        Tag::Th,
        Tag::Fieldset,
        Tag::Address,
        Tag::Details,
        Tag::Dialog,
        Tag::Ul,
        Tag::Ol,
        Tag::H1,
        Tag::H2,
        Tag::H3,
        Tag::Tr,
        Tag::Center,
        Tag::Div,
    ];

    /// Where a tag stands in [`TAGS`].
    pub(crate) fn index(tag: Tag) -> Option<usize> {
        TAGS.iter().position(|&t| t == tag)
    }

    /// The bit of a tag, 0 for those not in [`TAGS`].
    pub(crate) fn bit(tag: Tag) -> u32 {
        index(tag).map_or(0, |i| 1 << i)
    }
}

/// A run of text that no block element interrupts.
#[derive(Clone, Debug)]
pub(crate) struct TextBlock {
    /// Bytes of the page.
    pub(crate) source: Range<usize>,
    /// Bytes of [`Page::text`].
    pub(crate) text: Range<usize>,
    /// Index of the element it stands in, or [`NONE`].
    pub(crate) element: u32,
    pub(crate) kind: Kind,
    pub(crate) hidden: bool,
    /// Bytes of its text that are links.
    pub(crate) link_bytes: usize,
    pub(crate) links: u32,
    pub(crate) images: u32,
    pub(crate) inline_tags: u32,
    pub(crate) breaks: u32,
    /// Of the inline elements around its first text.
    pub(crate) inline_cues: Cues,
}

#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) elements: Vec<Element>,
    pub(crate) blocks: Vec<TextBlock>,
    /// The blocks' texts, parted by a tab where a table cell ends and a line feed elsewhere.
    pub(crate) text: String,
    pub(crate) metadata: Metadata,
    pub(crate) hints: Hints,
    pub(crate) described: Described,
    pub(crate) anchors: Anchors,
    /// Bytes of text inside `<noscript>` that were passed over.
    pub(crate) noscript_bytes: usize,
}

impl Page {
    pub(crate) fn text_of(&self, block: &TextBlock) -> &str {
        &self.text[block.text.clone()]
    }

    /// Whether each element is, or stands in, one that `is` accepts.
    pub(crate) fn within(&self, is: impl Fn(usize) -> bool) -> Vec<bool> {
        let mut within: Vec<bool> = Vec::with_capacity(self.elements.len());
        for (at, element) in self.elements.iter().enumerate() {
            let above = within.get(element.parent as usize).copied().unwrap_or(false);
            within.push(above || is(at));
        }
        within
    }

    /// An element and its ancestors, from the inside out, up to [`LONGEST_CHAIN`].
    pub(crate) fn chain(&self, element: u32) -> impl Iterator<Item = u32> + '_ {
        let next =
            |&e: &u32| self.elements.get(e as usize).map(|element| element.parent).filter(|&p| p != NONE);
        std::iter::successors((element != NONE).then_some(element), next).take(LONGEST_CHAIN)
    }
}
