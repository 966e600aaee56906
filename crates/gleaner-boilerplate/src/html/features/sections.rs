//! Phrases of boilerplate, and the section of the page a block stands in: a heading and what follows it.

use crate::forest::Sink;
use crate::html::decide::First;
use crate::html::page::{Kind, Page};
use crate::html::stats::Stats;
use crate::lines::cues::{self, Cues};

/// Kinds of phrases, by the features they have.
const PHRASES: [cues::Kinds; 6] =
    [cues::LIST, cues::LINK, cues::ACTION, cues::NOTICE, cues::TAGS, cues::BYLINE];
/// Longer blocks, in bytes, are no phrase.
const LONGEST_PHRASE: usize = 160;
/// Where there is none.
const NOTHING: f32 = -1.0;

/// Sums over what follows a heading.
#[derive(Clone, Copy, Default)]
struct Section {
    width: f32,
    link_width: f32,
    sentences: f32,
    blocks: f32,
    expected: f32,
}

pub(super) struct Sections {
    phrases: Vec<cues::Kinds>,
    /// Blocks since the last phrase that heads a list of links.
    since_list: Vec<f32>,
    /// The heading each block stands under, or is.
    headings: Vec<Option<usize>>,
    /// What follows each block that is a heading, up to the next heading of its level or above.
    sections: Vec<Section>,
}

impl Sections {
    pub(super) fn new(page: &Page, stats: &[Stats], first: &First) -> Sections {
        let phrases = phrases(page);
        let mut since_list = Vec::with_capacity(phrases.len());
        let mut last = NOTHING;
        for kinds in &phrases {
            last = match kinds & cues::LIST {
                0 if last >= 0.0 => last + 1.0,
                0 => NOTHING,
                _ => 0.0,
            };
            since_list.push(last);
        }
        let headings = headings(page);
        let sections = sections(page, stats, first);
        Sections { phrases, since_list, headings, sections }
    }

    pub(super) fn write(&self, at: usize, first: &First, page: &Page, sink: &mut impl Sink) {
        let set = |kinds: cues::Kinds, kind: cues::Kinds| f32::from(u8::from(kinds & kind != 0));
        for (index, kind) in PHRASES.into_iter().enumerate() {
            sink.put("phrase", index, set(self.phrases[at], kind));
        }
        sink.put("since-list-phrase", 0, self.since_list[at]);
        let values = self.headings[at].map_or([NOTHING; 8], |heading| {
            let section = self.sections[heading];
            let width = section.width.max(1.0);
            [
                (at - heading) as f32,
                level(page, heading),
                section.width,
                section.link_width / width,
                section.sentences / section.blocks.max(1.0),
                section.expected / width,
                first.evidence[heading].total,
                set(self.phrases[heading], cues::LIST),
            ]
        });
        for (index, value) in values.into_iter().enumerate() {
            sink.put("section", index, value);
        }
    }
}

fn phrases(page: &Page) -> Vec<cues::Kinds> {
    let known = Cues::embedded();
    let mut folded = String::new();
    let of = |block: &crate::html::page::TextBlock| match page.text_of(block) {
        text if text.len() <= LONGEST_PHRASE => known.of_line(text, &mut folded),
        _ => 0,
    };
    page.blocks.iter().map(of).collect()
}

fn level(page: &Page, at: usize) -> f32 {
    if let Kind::Heading(level) = page.blocks[at].kind { f32::from(level) } else { NOTHING }
}

/// The nearest heading before each block, itself included.
pub(super) fn headings(page: &Page) -> Vec<Option<usize>> {
    let mut last = None;
    let nearest = |(at, block): (usize, &crate::html::page::TextBlock)| {
        if matches!(block.kind, Kind::Heading(_)) {
            last = Some(at);
        }
        last
    };
    page.blocks.iter().enumerate().map(nearest).collect()
}

fn sections(page: &Page, stats: &[Stats], first: &First) -> Vec<Section> {
    let mut sections = vec![Section::default(); stats.len()];
    let mut open: Vec<(u8, usize)> = Vec::new();
    for (at, block) in page.blocks.iter().enumerate() {
        if let Kind::Heading(level) = block.kind {
            open.retain(|&(other, _)| other < level);
            open.push((level, at));
            continue;
        }
        for &(_, heading) in &open {
            let section = &mut sections[heading];
            let width = first.widths[at];
            section.width += width;
            section.link_width += width * first.link_density[at];
            section.sentences += stats[at].sentences as f32;
            section.blocks += 1.0;
            section.expected += width * first.evidence[at].probability();
        }
    }
    sections
}
