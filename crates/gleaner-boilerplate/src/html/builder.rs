//! From tokens to the flat [`Page`]: a stack of open elements, and a block wherever text runs on without interruption.
//!
//! Follows tree construction where it decides what text belongs together (implied end tags, scopes, misnested links)
//! and nowhere else: no tree is made, and nothing is moved to where the page did not write it.

use super::cues::CueReader;
use super::page::{Element, Kind, NONE, Page, TextBlock, context};
use super::tags::Tag;
use super::text_run;
use super::tokenizer::{Attributes, Name, StartTag, Token, Tokenizer};

/// Elements nested deeper keep their text but are not told apart.
const MAX_DEPTH: usize = 512;
/// What follows is appended to the last block, so that a page of `<p>a<p>a` costs no more than its text.
const MAX_BLOCKS: usize = 1 << 16;

/// Whether text inside `<noscript>` is part of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Noscript {
    Skip,
    Read,
}

pub(crate) fn build(html: &str, noscript: Noscript) -> Page {
    let mut builder = Builder::new(html, noscript);
    let mut tokenizer = Tokenizer::new(html);
    while let Some(token) = tokenizer.next() {
        match token {
            Token::Text(range) => builder.text(range),
            Token::Raw(tag, range) => builder.raw(tag, range),
            Token::Start(tag) => builder.start(&tag),
            Token::End(name) => builder.end(name),
        }
        tokenizer.foreign = builder.skipped.is_some_and(|s| matches!(s.name.tag, Tag::Svg | Tag::Math));
    }
    builder.end_block();
    builder.page
}

/// An open element.
struct Open<'a> {
    name: Name,
    /// Class, id and the like, read when text is met.
    attributes: Attributes<'a>,
    /// The innermost recorded element, once text was met.
    element: u32,
    hidden: bool,
    link: bool,
}

/// Inside an element whose content is not read.
#[derive(Clone, Copy)]
struct Skipped {
    name: Name,
    depth: usize,
    /// Open elements of SVG and MathML that may hold HTML.
    holders: usize,
    /// Open links of SVG.
    links: usize,
}

impl Skipped {
    fn new(name: Name) -> Skipped {
        Skipped { name, depth: 1, holders: 0, links: 0 }
    }

    fn is_foreign(&self) -> bool {
        matches!(self.name.tag, Tag::Svg | Tag::Math)
    }

    /// Counts a start or end tag of foreign content.
    fn count(&mut self, tag: Tag, starts: bool) {
        let count = match tag {
            Tag::A => &mut self.links,
            _ if tag.may_hold_html() => &mut self.holders,
            _ => return,
        };
        *count = if starts { *count + 1 } else { count.saturating_sub(1) };
    }

    /// A drawing or formula that was never closed ends where the page goes on, as browsers have it.
    fn ends_before(&self, tag: Tag) -> bool {
        match self.name.tag {
            Tag::Select if matches!(tag, Tag::Option | Tag::Optgroup | Tag::Button) => false,
            // Lists of choices do not nest: what is met instead is the next one.
            Tag::Select => tag.is_block() || matches!(tag, Tag::Select | Tag::Input | Tag::Textarea),
            // The end tag of a note on a reading may be left out.
            Tag::Rt | Tag::Rp => tag.is_block() || matches!(tag, Tag::Rt | Tag::Rp),
            Tag::Svg | Tag::Math => self.holders == 0 && tag.breaks_out(),
            _ => false,
        }
    }
}

struct Builder<'a> {
    html: &'a str,
    noscript: Noscript,
    page: Page,
    stack: Vec<Open<'a>>,
    /// How many of the stack each tag has.
    open: [u16; Tag::COUNT],
    /// How many of the stack, from the bottom, have been recorded as elements.
    recorded: usize,
    links: usize,
    preformatted: usize,
    skipped: Option<Skipped>,
    cues: CueReader<'a>,
    /// The block being written, if text was met since the last break.
    block: Option<TextBlock>,
    /// White space met since the last text of the block.
    gap: Gap,
    seam: Seam,
    last_json: bool,
    /// Address of the innermost link.
    target: &'a str,
    /// The open element whose text is the date of publication.
    date_of: Option<Name>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    None,
    Space,
    Line,
}

/// What was met since the last text.
#[derive(Clone, Copy, Default)]
struct Seam {
    /// The end of an inline element.
    end: bool,
    /// The end of a link.
    link_end: bool,
    /// The end of an inline element, and then the start of another.
    parts: bool,
    /// The end of a link, and then the start of another.
    links: bool,
}

impl Seam {
    fn start(&mut self, tag: Tag) {
        if !tag.parts_words() {
            *self = Seam::default();
        }
        self.parts |= self.end;
        self.links |= self.link_end && tag == Tag::A;
    }

    fn end(&mut self, tag: Tag) {
        self.end |= tag.parts_words();
        self.link_end |= tag == Tag::A;
    }
}

impl<'a> Builder<'a> {
    fn new(html: &'a str, noscript: Noscript) -> Builder<'a> {
        Builder {
            html,
            noscript,
            page: Page::default(),
            stack: Vec::new(),
            open: [0; Tag::COUNT],
            recorded: 0,
            links: 0,
            preformatted: 0,
            skipped: None,
            cues: CueReader::default(),
            block: None,
            gap: Gap::None,
            seam: Seam::default(),
            last_json: false,
            target: "",
            date_of: None,
        }
    }

    fn start(&mut self, start: &StartTag<'a>) {
        let tag = start.name.tag;
        if let Some(skipped) = &mut self.skipped {
            if !skipped.ends_before(tag) {
                // Browsers that run scripts read `<noscript>` to its first end tag.
                if tag != Tag::Noscript && !(start.self_closing && skipped.is_foreign()) {
                    skipped.depth += usize::from(skipped.name == start.name);
                    skipped.count(tag, true);
                }
                return;
            }
            self.skipped = None;
        }
        if tag.is_void() {
            return self.void(tag, &start.attributes);
        }
        if matches!(tag, Tag::Html | Tag::Head) {
            return self.page.metadata.read_root(&start.attributes);
        }
        let noscript = tag == Tag::Noscript && self.noscript == Noscript::Skip;
        if tag.is_skipped() || noscript {
            let foreign = matches!(tag, Tag::Svg | Tag::Math);
            if !(foreign && start.self_closing) {
                self.skipped = Some(Skipped::new(start.name));
            }
            return;
        }
        if tag == Tag::Script {
            self.last_json =
                start.attributes.kind.is_some_and(|k| k.eq_ignore_ascii_case("application/ld+json"));
        }
        let may_state_date = tag == Tag::Time || start.attributes.itemprop.is_some();
        if may_state_date && self.page.metadata.read_element(&start.attributes, tag == Tag::Time) {
            self.date_of = Some(start.name);
        }
        self.close_implied(tag);
        if tag.is_block() {
            self.break_block();
        }
        self.seam.start(tag);
        self.push(start.name, &start.attributes);
    }

    fn void(&mut self, tag: Tag, attributes: &Attributes<'a>) {
        match tag {
            Tag::Br => self.line_break(),
            Tag::Hr => {
                self.close_implied(Tag::Hr);
                self.break_block();
            }
            Tag::Img => {
                if let Some(block) = &mut self.block {
                    block.images += 1;
                }
            }
            Tag::Meta => {
                self.page.metadata.read_meta(attributes);
                self.page.hints.read_meta(attributes);
                self.page.described.read_meta(attributes);
            }
            Tag::Link => self.page.hints.read_link(attributes),
            _ => {}
        }
    }

    fn end(&mut self, name: Name) {
        let tag = name.tag;
        self.date_of = self.date_of.filter(|&open| open != name);
        if let Some(skipped) = &mut self.skipped {
            if skipped.name == name {
                skipped.depth -= 1;
                if skipped.depth == 0 {
                    self.skipped = None;
                }
                return;
            }
            // The end of an element around the drawing or the note ends it too.
            let own = tag.is_foreign() || tag == Tag::A && skipped.links > 0 || skipped.holders > 0;
            let note = matches!(skipped.name.tag, Tag::Rt | Tag::Rp) && (tag == Tag::Ruby || tag.is_block());
            if !note && (!skipped.is_foreign() || own || self.open[tag as usize] == 0) {
                skipped.count(tag, false);
                return;
            }
            self.skipped = None;
        }
        if tag == Tag::Br {
            return self.line_break();
        }
        if tag.is_block() {
            self.break_block();
        }
        self.seam.end(tag);
        if self.open[tag as usize] == 0 || matches!(tag, Tag::Body | Tag::Html) {
            return;
        }
        if tag == Tag::A {
            return self.end_link();
        }
        let stop = |open: &Open<'_>| match tag {
            Tag::Table
            | Tag::Tr
            | Tag::Td
            | Tag::Th
            | Tag::Tbody
            | Tag::Thead
            | Tag::Tfoot
            | Tag::Caption => open.name.tag == Tag::Table,
            Tag::Li => open.name.tag.is_scope() || matches!(open.name.tag, Tag::Ul | Tag::Ol | Tag::Menu),
            _ if tag.is_block() => open.name.tag.is_scope(),
            Tag::Other => open.name.tag.is_scope(),
            _ => open.name.tag.is_block(),
        };
        if let Some(at) = self.find(|open| open.name == name, stop) {
            self.close_from(at);
        }
    }

    /// The innermost open element that `wanted` accepts, above any that `stop` accepts.
    fn find(&self, wanted: impl Fn(&Open<'_>) -> bool, stop: impl Fn(&Open<'_>) -> bool) -> Option<usize> {
        for (at, open) in self.stack.iter().enumerate().rev() {
            if wanted(open) {
                return Some(at);
            }
            if stop(open) {
                return None;
            }
        }
        None
    }

    /// Ends the elements that `tag` may not stand in.
    fn close_implied(&mut self, tag: Tag) {
        use Tag::*;
        if tag.closes_p() {
            self.close_up_to(&[P], Tag::is_scope);
        }
        match tag {
            Li => self.close_up_to(&[Li], |t| t.is_block() && !matches!(t, Address | Div | P)),
            Dd | Dt => self.close_up_to(&[Dd, Dt], |t| t.is_block() && !matches!(t, Address | Div | P)),
            Td | Th => self.close_up_to(&[Td, Th, Caption], |t| t == Table),
            Tr => self.close_up_to(&[Tr, Caption], |t| t == Table),
            Tbody | Thead | Tfoot => self.close_up_to(&[Tbody, Thead, Tfoot, Tr, Caption], |t| t == Table),
            H1 | H2 | H3 | H4 | H5 | H6 => self.close_up_to(&[H1, H2, H3, H4, H5, H6], Tag::is_block),
            Option | Optgroup => self.close_up_to(&[Option], Tag::is_block),
            Button => self.close_up_to(&[Button], |t| t.is_scope()),
            A => self.end_link(),
            _ => {}
        }
    }

    /// Closes the outermost of `tags` that is open above any that `stop` accepts.
    fn close_up_to(&mut self, tags: &[Tag], stop: impl Fn(Tag) -> bool) {
        if tags.iter().all(|&t| self.open[t as usize] == 0) {
            return;
        }
        let mut found = None;
        for (at, open) in self.stack.iter().enumerate().rev() {
            if tags.contains(&open.name.tag) {
                found = Some(at);
            } else if stop(open.name.tag) {
                break;
            }
        }
        if let Some(at) = found {
            self.close_from(at);
        }
    }

    /// Ends the innermost link. Blocks inside it stay open, as the page will close them.
    fn end_link(&mut self) {
        if self.open[Tag::A as usize] == 0 {
            return;
        }
        let is_live = |open: &Open<'_>| open.name.tag == Tag::A;
        let Some(at) = self.find(is_live, |open| open.name.tag.is_scope()) else { return };
        if self.stack[at..].iter().any(|open| open.name.tag.is_block()) {
            if std::mem::take(&mut self.stack[at].link) {
                self.links -= 1;
            }
        } else {
            self.close_from(at);
        }
    }

    fn push(&mut self, name: Name, attributes: &Attributes<'a>) {
        if self.stack.len() >= MAX_DEPTH {
            return;
        }
        if let Some(name) = attributes.itemtype {
            self.page.hints.read_type(name);
        }
        let hidden = self.stack.last().is_some_and(|open| open.hidden) || is_hidden(attributes);
        let link = name.tag == Tag::A && attributes.href.is_some();
        self.links += usize::from(link);
        if link {
            self.page.anchors.begin();
            self.target = attributes.href.unwrap_or_default();
        }
        self.preformatted += usize::from(name.tag.is_preformatted());
        self.open[name.tag as usize] += 1;
        if let Some(block) = &mut self.block {
            block.inline_tags += 1;
            block.links += u32::from(link);
        }
        self.stack.push(Open { name, attributes: *attributes, element: NONE, hidden, link });
    }

    fn close_from(&mut self, at: usize) {
        let closing = &self.stack[at..];
        let cell = closing.iter().any(|open| matches!(open.name.tag, Tag::Td | Tag::Th));
        let verbatim = closing.iter().any(|open| open.name.tag.is_preformatted());
        let block = closing.iter().any(|open| open.name.tag.is_block());
        for open in self.stack.drain(at..) {
            self.open[open.name.tag as usize] -= 1;
            self.links -= usize::from(open.link);
            self.preformatted -= usize::from(open.name.tag.is_preformatted());
        }
        self.recorded = self.recorded.min(at);
        if verbatim {
            self.flush();
        } else if block {
            self.break_block();
        }
        if cell && self.page.text.ends_with('\n') {
            self.page.text.pop();
            self.page.text.push('\t');
        }
    }

    fn raw(&mut self, tag: Tag, range: std::ops::Range<usize>) {
        match tag {
            Tag::Title if self.skipped.is_none() => self.page.metadata.set_title(&self.html[range]),
            Tag::Script if std::mem::take(&mut self.last_json) && self.skipped.is_none() => {
                self.page.metadata.read_json(&self.html[range.clone()]);
                self.page.hints.read_json(&self.html[range.clone()]);
                self.page.described.read_json(&self.html[range]);
            }
            Tag::Xmp | Tag::Plaintext if self.skipped.is_none() => self.text(range),
            _ => {}
        }
    }

    fn text(&mut self, range: std::ops::Range<usize>) {
        let text = &self.html[range.clone()];
        if let Some(skipped) = self.skipped {
            let is_noscript = skipped.name.tag == Tag::Noscript;
            self.page.noscript_bytes += if is_noscript { text.trim().len() } else { 0 };
            return;
        }
        if self.preformatted > 0 {
            return self.verbatim(range);
        }
        let (from, to) = text_run::trim(text);
        if from == to || text_run::is_blank(&text[from..to]) {
            self.space();
            return;
        }
        if self.date_of.take().is_some() {
            self.page.metadata.read_date_text(&text[from..to]);
        }
        if from > 0 {
            self.space();
        }
        if self.gap == Gap::None && self.seam.parts && self.parts_words(&text[from..to]) {
            self.gap = Gap::Space;
        }
        self.seam = Seam::default();
        self.open_block(range.start + from);
        self.write_gap();
        let before = self.page.text.len();
        text_run::append(&text[from..to], &mut self.page.text);
        self.count_text(before, range.start + to);
        self.gap = if to < text.len() { Gap::Space } else { Gap::None };
    }

    /// Whether a word ends where one inline element does and another begins. Pages part such elements by their style,
    /// which is not read here. No word goes from link to link; between others, a capital or a digit shows it.
    fn parts_words(&self, text: &str) -> bool {
        if self.block.is_none()
            || [Tag::Code, Tag::Kbd, Tag::Samp, Tag::Tt].iter().any(|&t| self.open[t as usize] > 0)
        {
            return false;
        }
        let mut before = self.page.text.chars().rev();
        let (Some(last), further) = (before.next(), before.next()) else { return false };
        let mut after = text.chars();
        let (Some(first), second) = (after.next(), after.next()) else { return false };
        if self.seam.links {
            return last.is_alphanumeric() && first.is_alphanumeric();
        }
        let ends = further.is_some_and(char::is_alphanumeric);
        let capitalised = first.is_uppercase() && second.is_some_and(char::is_lowercase);
        match last {
            '.' | '!' | '?' => ends && capitalised,
            _ if last.is_lowercase() => ends && (first.is_uppercase() || first.is_ascii_digit()),
            _ if last.is_ascii_digit() => ends && first.is_uppercase(),
            _ => ends && last.is_uppercase() && capitalised,
        }
    }

    fn verbatim(&mut self, range: std::ops::Range<usize>) {
        let mut text = &self.html[range.clone()];
        if self.block.is_none() {
            // The line feed after `<pre>` is not part of its text.
            text = text.strip_prefix("\r\n").or_else(|| text.strip_prefix('\n')).unwrap_or(text);
            if text.trim().is_empty() {
                return;
            }
        }
        self.open_block(range.end - text.len());
        let before = self.page.text.len();
        text_run::append_verbatim(text, &mut self.page.text);
        self.count_text(before, range.end);
    }

    fn count_text(&mut self, before: usize, source_end: usize) {
        let written = self.page.text.len() - before;
        let in_link = self.links > 0;
        if let Some(block) = &mut self.block {
            block.source.end = source_end;
            block.link_bytes += if in_link { written } else { 0 };
            if in_link && written > 0 {
                self.page.anchors.add(self.target, before..before + written, block.text.start);
            }
        }
    }

    fn space(&mut self) {
        if self.block.is_some() && self.gap == Gap::None {
            self.gap = Gap::Space;
        }
    }

    fn line_break(&mut self) {
        if self.preformatted > 0 {
            return self.break_block();
        }
        if self.gap == Gap::Line {
            return self.flush();
        }
        if let Some(block) = &mut self.block {
            block.breaks += 1;
            self.gap = Gap::Line;
        }
    }

    fn write_gap(&mut self) {
        match self.gap {
            Gap::None => {}
            Gap::Space => self.page.text.push(' '),
            Gap::Line => self.page.text.push('\n'),
        }
        self.gap = Gap::None;
    }

    fn open_block(&mut self, source_start: usize) {
        if self.block.is_some() {
            return;
        }
        let element = self.record();
        let (kind, hidden) =
            self.page.elements.get(element as usize).map_or((Kind::Paragraph, false), |e| (e.kind, e.hidden));
        let inline = self.stack.iter().rev().take_while(|open| !open.name.tag.is_block());
        let mut cues = super::cues::Cues::default();
        let (mut links, mut inline_tags) = (0, 0);
        for open in inline {
            cues = cues.and(self.cues.read(&open.attributes));
            links += u32::from(open.link);
            inline_tags += 1;
        }
        self.gap = Gap::None;
        self.block = Some(TextBlock {
            source: source_start..source_start,
            text: self.page.text.len()..self.page.text.len(),
            element,
            kind: if self.preformatted > 0 { Kind::Code } else { kind },
            hidden: hidden || self.stack.last().is_some_and(|open| open.hidden),
            link_bytes: 0,
            links,
            images: 0,
            inline_tags,
            breaks: 0,
            inline_cues: cues,
        });
    }

    /// Records the open elements that have no record yet; returns the innermost.
    fn record(&mut self) -> u32 {
        let mut parent = self.recorded.checked_sub(1).map_or(NONE, |last| self.stack[last].element);
        for at in self.recorded..self.stack.len() {
            let tag = self.stack[at].name.tag;
            if (tag.is_block() || tag == Tag::Other) && self.page.elements.len() < MAX_BLOCKS {
                let element = self.element(at, parent);
                parent = u32::try_from(self.page.elements.len()).expect("MAX_BLOCKS fits");
                self.page.elements.push(element);
            }
            self.stack[at].element = parent;
        }
        self.recorded = self.stack.len();
        parent
    }

    fn element(&mut self, at: usize, parent: u32) -> Element {
        let own = u32::try_from(self.page.elements.len()).expect("MAX_BLOCKS fits");
        let open = &self.stack[at];
        let tag = open.name.tag;
        let above = self.page.elements.get(parent as usize);
        let mut cues = self.cues.read(&open.attributes);
        if tag == Tag::Body {
            // They name the page, not what is in it.
            self.page.hints.body = std::mem::take(&mut cues);
        }
        let class = open.attributes.class.unwrap_or_default();
        let inherit =
            |is_own: bool, of: fn(&Element) -> u32| if is_own { own } else { above.map_or(NONE, of) };
        Element {
            tag,
            parent,
            depth: above.map_or(0, |e| e.depth + 1),
            hidden: open.hidden,
            kind: kind_of(tag, above.map(|e| e.kind)),
            cues,
            key: text_run::key(tag, open.name.hash, class),
            item: inherit(tag == Tag::Li, |e| e.item),
            row: inherit(tag == Tag::Tr, |e| e.row),
            cell: inherit(matches!(tag, Tag::Td | Tag::Th), |e| e.cell),
            context: above.map_or(0, |e| e.context) | context::bit(tag),
        }
    }

    /// Ends the block, but for code, where a new line begins.
    fn break_block(&mut self) {
        if self.preformatted == 0 {
            self.flush();
        } else if self.block.is_some() && !self.page.text.ends_with('\n') {
            self.page.text.push('\n');
        }
    }

    /// Ends the block, unless it is the last there may be.
    fn flush(&mut self) {
        if self.page.blocks.len() + 1 < MAX_BLOCKS {
            self.end_block();
        } else if self.block.is_some() {
            self.gap = Gap::Line;
        }
    }

    fn end_block(&mut self) {
        let Some(mut block) = self.block.take() else { return };
        self.gap = Gap::None;
        let text = &self.page.text[block.text.start..];
        block.text.end = block.text.start + text.trim_end().len();
        self.page.text.truncate(block.text.end);
        if !block.text.is_empty() {
            self.page.text.push('\n');
            self.page.blocks.push(block);
        }
    }
}

fn kind_of(tag: Tag, above: Option<Kind>) -> Kind {
    use Tag::*;
    let inherits = |k: &Kind| !matches!(k, Kind::Code | Kind::Paragraph | Kind::TableRow);
    match tag {
        _ if tag.heading() > 0 => Kind::Heading(tag.heading()),
        _ if tag.is_preformatted() => Kind::Code,
        Li | Dd | Dt => Kind::ListItem,
        Td | Th => Kind::TableCell,
        Blockquote => Kind::Quote,
        Figcaption | Caption => Kind::Caption,
        Button | Label | Legend | Option | Optgroup => Kind::Form,
        Nav => Kind::Navigation,
        Article | Main | Table | Body => Kind::Paragraph,
        _ => above.filter(inherits).unwrap_or_default(),
    }
}

fn is_hidden(attributes: &Attributes<'_>) -> bool {
    attributes.hidden.is_some()
        || attributes.aria_hidden.is_some_and(|v| v.trim().eq_ignore_ascii_case("true"))
        || attributes.style.is_some_and(hides)
}

fn hides(style: &str) -> bool {
    style.split(';').filter_map(|rule| rule.split_once(':')).any(|(property, value)| {
        let value = value.trim().trim_end_matches("!important").trim_end();
        let property = property.trim();
        property.eq_ignore_ascii_case("display") && value.eq_ignore_ascii_case("none")
            || property.eq_ignore_ascii_case("visibility") && value.eq_ignore_ascii_case("hidden")
    })
}
