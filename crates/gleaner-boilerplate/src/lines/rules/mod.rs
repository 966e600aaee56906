//! The rules: one file each, one table.
//!
//! To add a rule, copy the file of one that is close, keep the four parts of its documentation (what it does, why, a
//! removed and a kept example), add it to [`ENTRIES`] at its place in the order, and give it cases in
//! `tests/lines/cases/`. `rules()` and the names of `--disable` and `--only` follow from the table.

mod breadcrumb;
mod byline;
mod call_to_action;
mod cue_list;
mod date_line;
mod dated_run;
mod edit_mark;
mod empty_bullet;
mod glued_phrase;
mod headline_run;
mod html_remnant;
mod image_remnant;
mod image_teaser;
mod invisible;
mod line_model;
mod link_lead;
mod link_remnant;
mod markdown_escape;
mod markdown_link;
mod menu_line;
mod menu_run;
mod metadata_prefix;
mod mojibake;
mod notice;
mod page_tail;
mod repeat;
mod script_remnant;
mod site_template;
mod space_run;
mod table_bar;
mod tag_list;
mod unicode_form;
mod white_space;

use std::sync::OnceLock;

pub(super) use line_model::{Judged, decide};

use super::page::{FURNITURE, Line, Page};

/// A rule, as `gleaner rules` lists it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Rule {
    /// Its name, as `--disable` takes it and `reason` states it.
    pub name: &'static str,
    /// What it does and why.
    pub summary: &'static str,
    /// A line it removes or repairs.
    pub removes: &'static str,
    /// A line it keeps.
    pub keeps: &'static str,
}

/// When a rule is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// On the line as it came: takes away what is left of markup.
    Repair,
    /// On the repaired and measured lines of a section: says which go.
    Verdict,
    /// On what the others have said: has the last word.
    Model,
    /// On what all have said, and what is known of the site.
    Site,
}

/// A rule and how it is applied.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) rule: Rule,
    pub(super) stage: Stage,
    pub(super) apply: fn(&mut Page<'_>),
}

/// Name of the rule that also drops blank lines at the end of a text.
pub(super) const WHITE_SPACE: &str = white_space::ENTRY.rule.name;

/// Name of the rule whose verdicts come as a heading and its list.
const CUE_LIST: &str = cue_list::ENTRY.rule.name;

/// Every rule, in the order of application.
pub(super) const ENTRIES: &[Entry] = &[
    mojibake::ENTRY,
    image_remnant::ENTRY,
    link_remnant::ENTRY,
    edit_mark::ENTRY,
    script_remnant::ENTRY,
    html_remnant::ENTRY,
    markdown_escape::ENTRY,
    metadata_prefix::ENTRY,
    table_bar::ENTRY,
    invisible::ENTRY,
    unicode_form::ENTRY,
    empty_bullet::ENTRY,
    white_space::ENTRY,
    space_run::ENTRY,
    glued_phrase::ENTRY,
    image_teaser::ENTRY,
    notice::ENTRY,
    tag_list::ENTRY,
    breadcrumb::ENTRY,
    link_lead::ENTRY,
    repeat::ENTRY,
    cue_list::ENTRY,
    menu_line::ENTRY,
    call_to_action::ENTRY,
    dated_run::ENTRY,
    date_line::ENTRY,
    byline::ENTRY,
    headline_run::ENTRY,
    menu_run::ENTRY,
    page_tail::ENTRY,
    line_model::ENTRY,
    site_template::ENTRY,
];

/// Whether a rule's verdicts rest on phrases.
pub(super) fn rests_on_cues(name: &str) -> bool {
    [
        notice::ENTRY,
        call_to_action::ENTRY,
        tag_list::ENTRY,
        breadcrumb::ENTRY,
        menu_line::ENTRY,
        link_lead::ENTRY,
        cue_list::ENTRY,
    ]
    .iter()
    .any(|entry| entry.rule.name == name)
}

/// Whether a rule removes the line for a cue that it bears itself.
pub(super) fn bears_cue(line: &Line) -> bool {
    line.verdict.is_some_and(|verdict| rests_on_cues(verdict.reason)) && line.shape.cues & FURNITURE != 0
}

/// Every rule, in the order of application.
///
/// ```
/// use gleaner_boilerplate::lines::rules;
///
/// assert!(rules().iter().any(|rule| rule.name == "cue-list"));
/// ```
pub fn rules() -> &'static [Rule] {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    RULES.get_or_init(|| ENTRIES.iter().map(|entry| entry.rule).collect())
}
