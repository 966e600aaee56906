//! What a caller of [`extract`](super::extract) chooses.

/// What becomes of the comments of readers.
///
/// Known by what class names and ids say of the elements around a block (`comments`, `replies`, `disqus`). Where
/// comments are most of what the page has, as the answers in a forum, they are its content and no choice removes them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Comments {
    /// As likely kept as other text: the model decides, which has seen pages that count comments as content and others
    /// that do not, and removes most of them. The default.
    #[default]
    Auto,
    /// Kept, without the names, dates and buttons around them.
    Keep,
    /// Removed, with all that stands among them.
    Drop,
}

/// What becomes of tables of data. Tables that only lay out a page are no tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tables {
    /// Kept where they are main content, one row a line, cells parted by tabs. The default.
    #[default]
    Keep,
    /// Removed, with their captions.
    Drop,
}

/// How links stand in the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Links {
    /// As their words only. The default.
    #[default]
    Text,
    /// As `[words](address)`, the address as the page writes it: resolve a relative one against the page's own. Code,
    /// links within the page (`#top`) and to scripts, and those without words stay as [`Links::Text`].
    Markdown,
}

/// What to risk where it is not clear whether a block is content.
///
/// The kept blocks are those with the best F-measure to be expected; this weighs recall in it, as F0.5, F1 and F2 do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Favor {
    /// Less boilerplate, at the price of content.
    Precision,
    /// Both alike. The default.
    #[default]
    Balanced,
    /// More content, at the price of boilerplate.
    Recall,
}

impl Favor {
    /// How many times as much as precision recall weighs, squared.
    pub(crate) fn beta_squared(self) -> f32 {
        match self {
            Favor::Precision => 0.25,
            Favor::Balanced => 1.0,
            Favor::Recall => 4.0,
        }
    }
}

/// What to extract.
///
/// ```
/// use gleaner_boilerplate::html::{Comments, ExtractOptions, Favor};
///
/// let options = ExtractOptions::default().comments(Comments::Drop).favor(Favor::Precision);
/// assert_eq!(options.favor, Favor::Precision);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ExtractOptions {
    /// What becomes of the comments of readers.
    ///
    /// ### Default
    /// [`Comments::Auto`]
    pub comments: Comments,
    /// What becomes of tables of data.
    ///
    /// ### Default
    /// [`Tables::Keep`]
    pub tables: Tables,
    /// How links stand in the text.
    ///
    /// ### Default
    /// [`Links::Text`]
    pub links: Links,
    /// What to risk where it is not clear whether a block is content.
    ///
    /// ### Default
    /// [`Favor::Balanced`]
    pub favor: Favor,
    /// How many features that decided to give with each block, in [`Block::features`](super::Block::features). Takes
    /// many times as long as the extraction itself.
    ///
    /// ### Default
    /// 0
    pub features: usize,
}

impl ExtractOptions {
    /// Sets [`comments`](ExtractOptions::comments).
    #[must_use]
    pub fn comments(mut self, comments: Comments) -> ExtractOptions {
        self.comments = comments;
        self
    }

    /// Sets [`tables`](ExtractOptions::tables).
    #[must_use]
    pub fn tables(mut self, tables: Tables) -> ExtractOptions {
        self.tables = tables;
        self
    }

    /// Sets [`links`](ExtractOptions::links).
    #[must_use]
    pub fn links(mut self, links: Links) -> ExtractOptions {
        self.links = links;
        self
    }

    /// Sets [`favor`](ExtractOptions::favor).
    #[must_use]
    pub fn favor(mut self, favor: Favor) -> ExtractOptions {
        self.favor = favor;
        self
    }

    /// Sets [`features`](ExtractOptions::features).
    #[must_use]
    pub fn features(mut self, features: usize) -> ExtractOptions {
        self.features = features;
        self
    }
}
