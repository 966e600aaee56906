//! Main content of pages, leftover lines of texts, templates of sites: `gleaner-boilerplate`.
//!
//! `extract` is parsing to blocks, the verdicts on them and the text of those that are kept: the crate does not part
//! these for its callers. `site-templates` counts as `site-count` does and then decides; what deciding costs is the
//! difference.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use gleaner_benches::{Page, Suite, Text, configured, pages, texts};
use gleaner_boilerplate::html::{ExtractOptions, extract};
use gleaner_boilerplate::lines::{LineCleaner, LineOptions, PageText};
use gleaner_boilerplate::sites::{SiteCounter, SitePage, SiteTemplate};

fn host(text: &Text) -> &str {
    text.url.split('/').nth(2).unwrap_or_default()
}

fn count(texts: &[Text]) -> SiteCounter {
    let mut counter = SiteCounter::default();
    for text in texts {
        counter.add(host(text), &SitePage::of(&text.text));
    }
    counter
}

/// Every text with the template of its site; without one where the site shows too few pages.
fn with_templates(texts: &'static [Text]) -> Vec<(&'static Text, Option<SiteTemplate>)> {
    let templates = count(texts).templates();
    let of = |text| templates.iter().find(|template| template.host() == host(text)).cloned();
    texts.iter().map(|text| (text, of(text))).collect()
}

fn of_pages(criterion: &mut Criterion) {
    let options = ExtractOptions::default();
    Suite::new(criterion, pages()).each("boilerplate/extract", |page: &Page| extract(&page.html, &options));
}

fn of_texts(criterion: &mut Criterion) {
    let cleaner = LineCleaner::new(&LineOptions::default()).expect("no rule is named");
    Suite::new(criterion, texts())
        .each("boilerplate/lines", |text: &Text| cleaner.clean(&text.text, &[]))
        .all("boilerplate/site-count", |texts| texts, |texts| count(texts))
        .all("boilerplate/site-templates", |texts| texts, |texts| count(texts).templates())
        .all("boilerplate/site-apply", with_templates, |texts| {
            for (text, template) in texts {
                black_box(match template {
                    Some(template) => cleaner.clean_page_of(template, PageText::Plain, &text.text, &[]),
                    None => cleaner.clean(&text.text, &[]),
                });
            }
        });
}

criterion_group!(name = benches; config = configured(); targets = of_pages, of_texts);
criterion_main!(benches);
