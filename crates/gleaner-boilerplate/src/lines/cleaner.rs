//! The cleaner: sections, rules, output.

use std::ops::Range;

use super::features::Features;
use super::line::Scratch;
use super::options::{Cleaning, LineOptions, PageText, UnknownRule};
use super::output::CleanText;
use super::page::{Page, Source};
use super::render::Render;
use super::rules::{self, Entry, Judged, Stage};
use super::site::evidence;
use crate::sites::SiteTemplate;

/// Cleans texts by rules, of which one is learnt.
///
/// Cheap to clone and to share between threads; nothing is kept from one text to the next.
#[derive(Clone, Debug)]
pub struct LineCleaner {
    cleaning: Cleaning,
    repairs: Vec<&'static Entry>,
    verdicts: Vec<&'static Entry>,
    model: Option<&'static Entry>,
    site: Option<&'static Entry>,
    white_space: bool,
}

impl LineCleaner {
    /// Most lines judged together. A longer text is judged in sections of this many lines, so that memory is bounded:
    /// a repeat is then seen within a section only, and the text's end is that of the last section.
    pub const MAX_LINES: usize = 1 << 16;

    /// A cleaner; fails on a rule name that does not exist.
    pub fn new(options: &LineOptions) -> Result<LineCleaner, UnknownRule> {
        let unknown = |name: &&String| !rules::rules().iter().any(|rule| rule.name == name.as_str());
        if let Some(name) = options.disable.iter().chain(&options.only).find(unknown) {
            return Err(UnknownRule(name.clone()));
        }
        let chosen = |entry: &&Entry| {
            let named = |names: &[String]| names.iter().any(|name| name == entry.rule.name);
            !named(&options.disable) && (options.only.is_empty() || named(&options.only))
        };
        let stage =
            |stage| rules::ENTRIES.iter().filter(move |entry| entry.stage == stage).filter(chosen).collect();
        let repairs: Vec<&Entry> = stage(Stage::Repair);
        Ok(LineCleaner {
            cleaning: options.cleaning,
            white_space: repairs.iter().any(|entry| entry.rule.name == rules::WHITE_SPACE),
            repairs,
            verdicts: stage(Stage::Verdict),
            model: stage(Stage::Model).pop(),
            site: stage(Stage::Site).pop(),
        })
    }

    /// Cleans `text`, leaving the lines that touch the ranges `verbatim` (bytes, ascending, disjoint) as they are.
    ///
    /// A line ends at `\n`, `\r\n`, a lone `\r`, U+2028 or U+2029.
    ///
    /// Out comes the text's own lines, less what was removed or repaired. Blank lines that separate paragraphs stay;
    /// where lines went, one of a run of blank lines stays, and none at the text's start and end (of a text of several
    /// sections: at those of its first and last). Whether the text ends with a line end does not change unless nothing
    /// is left of it, or a verbatim line comes last. Costs linear time.
    ///
    /// ```
    /// use gleaner_boilerplate::lines::{Action, LineCleaner, LineOptions};
    ///
    /// let cleaner = LineCleaner::new(&LineOptions::default()).expect("no rule is named");
    /// let text = "![](a.png) The mill was built in 1740 and burnt down twice.\n\n- \n";
    /// let clean = cleaner.clean(text, &[]);
    /// assert_eq!(clean.text, "The mill was built in 1740 and burnt down twice.\n");
    /// assert_eq!(clean.rebuild(text), clean.text);
    /// assert_eq!(clean.spans[0].action, Action::Repaired);
    /// ```
    pub fn clean(&self, text: &str, verbatim: &[Range<usize>]) -> CleanText {
        self.clean_with(None, text, verbatim)
    }

    /// As [`clean`](LineCleaner::clean), of a page of the site whose template is given. `kind` says where the text is from.
    ///
    /// Where the template has lines of the page, the rule `site-template` has the last word, and [`Span::recurrence`]
    /// says what it rests on; where it has none, and with the rule `site-template` or `line-model` disabled, the text is
    /// cleaned as without a template.
    ///
    /// [`Span::recurrence`]: super::Span::recurrence
    pub fn clean_page_of(
        &self,
        site: &SiteTemplate,
        kind: PageText,
        text: &str,
        verbatim: &[Range<usize>],
    ) -> CleanText {
        let useful = !site.is_empty() && self.uses_sites();
        self.clean_with(useful.then_some((site, kind)), text, verbatim)
    }

    /// Whether templates of sites are of use: with the rules `site-template` and `line-model`.
    pub fn uses_sites(&self) -> bool {
        self.site.is_some() && self.model.is_some()
    }

    fn clean_with(
        &self,
        site: Option<(&SiteTemplate, PageText)>,
        text: &str,
        verbatim: &[Range<usize>],
    ) -> CleanText {
        let mut render = Render::new(self.white_space);
        let mut scratch = Scratch::default();
        let source = Source::new(text, verbatim);
        let mut at = 0;
        while at < text.len() {
            let mut page = Page::section(&source, at, Self::MAX_LINES, self.cleaning);
            page.site = site.and_then(|(site, kind)| evidence(site, kind, &page));
            self.judge(&mut page, &mut scratch);
            render.section(&page, self.white_space);
            at = page.lines.last().map_or(text.len(), |line| line.next);
        }
        let mut clean = CleanText { text: String::new(), spans: render.finish() };
        clean.text = clean.rebuild(text);
        clean
    }

    fn judge(&self, page: &mut Page<'_>, scratch: &mut Scratch) {
        self.judge_by_rules(page, scratch);
        if let Some(model) = self.model {
            page.cleaning = self.cleaning;
            (model.apply)(page);
            self.site.into_iter().for_each(|site| (site.apply)(page));
        } else if self.cleaning == Cleaning::Conservative {
            page.acquit_lone_cues();
        }
    }

    /// The model weighs what rules say: they say all they have when it comes after them.
    fn judge_by_rules(&self, page: &mut Page<'_>, scratch: &mut Scratch) {
        for entry in &self.repairs {
            (entry.apply)(page);
        }
        page.measure(scratch);
        if self.model.is_some() {
            page.cleaning = Cleaning::Balanced;
        }
        for entry in &self.verdicts {
            (entry.apply)(page);
        }
    }

    /// The features that the learned rule decides by, for training.
    #[doc(hidden)]
    pub fn line_features(&self, text: &str) -> LineFeatures {
        let mut page = Page::section(&Source::new(text, &[]), 0, Self::MAX_LINES, self.cleaning);
        self.judge_by_rules(&mut page, &mut Scratch::default());
        let features = Features::new(&page);
        LineFeatures::of(
            &page,
            &features.rows,
            |row, sink| features.write(row, sink),
            |row, sink| features.write(row, sink),
        )
    }

    /// The features by which lines are judged that a template has something to say of, for training. `p`: how likely each
    /// line with words is content, by a model that has not seen the text. No rows where the template has no line of it.
    #[doc(hidden)]
    pub fn site_features(&self, site: &SiteTemplate, text: &str, p: &[f32]) -> LineFeatures {
        let mut page = Page::section(&Source::new(text, &[]), 0, Self::MAX_LINES, self.cleaning);
        let Some(evidence) = evidence(site, PageText::Plain, &page) else {
            return LineFeatures::default();
        };
        self.judge_by_rules(&mut page, &mut Scratch::default());
        let rows = Features::new(&page).rows;
        let p = rows.iter().enumerate().map(|(row, _)| p.get(row).copied().unwrap_or_default()).collect();
        let judged = Judged::of(&page, (rows, p));
        rules::decide(&mut page, &judged);
        let features = super::site::Features::new(&page, &judged, &evidence);
        LineFeatures::of(
            &page,
            &judged.rows,
            |row, sink| features.write(row, sink),
            |row, sink| features.write(row, sink),
        )
    }
}

/// Lines with words as the rules leave them.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct LineFeatures {
    /// Name of each feature.
    pub names: Vec<String>,
    /// One row of features after the other.
    pub rows: Vec<f32>,
    /// Each line after repairs.
    pub texts: Vec<String>,
    /// Name of the rule that would remove it, and whether a cue of its own does.
    pub rules: Vec<Option<(&'static str, bool)>>,
}

impl LineFeatures {
    fn of(
        page: &Page<'_>,
        rows: &[usize],
        names: impl Fn(usize, &mut Vec<String>),
        values: impl Fn(usize, &mut Vec<f32>),
    ) -> LineFeatures {
        let mut out = LineFeatures::default();
        for (row, &at) in rows.iter().enumerate() {
            if row == 0 {
                names(row, &mut out.names);
            }
            values(row, &mut out.rows);
            out.texts.push(page.visible(at).into_owned());
            let line = &page.lines[at];
            out.rules.push(line.verdict.map(|verdict| (verdict.reason, rules::bears_cue(line))));
        }
        out
    }
}
