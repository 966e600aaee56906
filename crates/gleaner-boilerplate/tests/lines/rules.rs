//! The table of rules: names, examples, selection.

use gleaner_boilerplate::lines::{LineCleaner, LineOptions, UnknownRule, rules};

/// Rules that judge a line by its neighbours or its site; the cases show them at work.
const BY_NEIGHBOURS: [&str; 10] = [
    "repeat",
    "cue-list",
    "byline",
    "headline-run",
    "menu-run",
    "dated-run",
    "date-line",
    "page-tail",
    "line-model",
    "site-template",
];

fn only(rule: &str) -> LineCleaner {
    let mut options = LineOptions::default();
    options.only.push(rule.to_owned());
    LineCleaner::new(&options).unwrap()
}

#[test]
fn names_are_kebab_case_and_unique() {
    let mut names: Vec<_> = rules().iter().map(|rule| rule.name).collect();
    for name in &names {
        assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{name}");
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), rules().len());
}

#[test]
fn examples_are_true() {
    for rule in rules() {
        assert!(rule.summary.ends_with('.'), "{}", rule.name);
        let kept = only(rule.name).clean(rule.keeps, &[]);
        assert_eq!(kept.text, rule.keeps, "{} keeps", rule.name);
        if !BY_NEIGHBOURS.contains(&rule.name) {
            // An image teaser is known by the image that the rule before it takes away.
            let mut options = LineOptions::default();
            options.only = vec![rule.name.to_owned(), "image-remnant".to_owned()];
            let removed = LineCleaner::new(&options).unwrap().clean(rule.removes, &[]);
            assert!(
                removed.spans.iter().any(|span| span.reason == rule.name),
                "{}: {:?}",
                rule.name,
                rule.removes
            );
        }
    }
}

#[test]
fn unknown_names_are_refused() {
    for options in [("no-such-rule", true), ("cue_list", false)] {
        let mut chosen = LineOptions::default();
        let names = if options.1 { &mut chosen.only } else { &mut chosen.disable };
        names.push(options.0.to_owned());
        assert_eq!(LineCleaner::new(&chosen).unwrap_err(), UnknownRule(options.0.to_owned()));
    }
}

#[test]
fn a_disabled_rule_does_nothing() {
    let text = "Share on Facebook\nTags: harbour, ferry\n";
    let mut options = LineOptions::default();
    options.disable.push("call-to-action".to_owned());
    assert_eq!(LineCleaner::new(&options).unwrap().clean(text, &[]).text, "Share on Facebook\n");
    assert_eq!(only("call-to-action").clean(text, &[]).text, "Tags: harbour, ferry\n");
}
