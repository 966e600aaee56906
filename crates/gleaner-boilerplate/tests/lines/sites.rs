//! Templates of sites: what is learnt of pages, and what it does to them.

use gleaner_boilerplate::lines::{CleanText, Cleaning, LineCleaner, LineOptions, PageText};
use gleaner_boilerplate::sites::{SiteCounter, SitePage, SiteTemplate};

/// Nouns that make each story another.
const OF: [&str; 12] = [
    "mill",
    "tower",
    "chapel",
    "school",
    "barn",
    "inn",
    "bridge",
    "harbour",
    "orchard",
    "station",
    "quarry",
    "lighthouse",
];

fn story(number: usize) -> String {
    let (of, by) = (OF[number % OF.len()], OF[(number * 5 + 3) % OF.len()]);
    format!(
        "The {of} by the {by} opens again\n\
         The {of} by the {by} was closed for eleven years, after a storm had taken its roof and most of its windows.\n\
         On Saturday the mayor unlocked the door of the {of}, and two hundred people walked in to see what was left of it.\n\
         Half of the money came from the people who live near the {by}, the rest from a fund that the town had forgotten.\n"
    )
}

/// A page: a menu, the story, a heading with headlines that change, and a tail.
fn page(number: usize) -> String {
    let headline = |n: usize| format!("New {} for the {}\n", OF[n % OF.len()], OF[(n + 7) % OF.len()]);
    let list: String = (1..4).map(|n| headline(number * 3 + n)).collect();
    format!(
        "Harbour Post\nNews\nWeather\nTides\nSaturday, {number} May\n{}Elsewhere on the coast\n{list}Write to the newsroom\nAll rights reserved {}\n",
        story(number),
        2000 + number
    )
}

fn learn(pages: impl IntoIterator<Item = String>) -> Option<SiteTemplate> {
    let mut counter = SiteCounter::default();
    pages.into_iter().for_each(|page| counter.add("post.example", &SitePage::of(&page)));
    counter.templates().pop()
}

fn clean(template: &SiteTemplate, text: &str) -> CleanText {
    LineCleaner::new(&LineOptions::default()).unwrap().clean_page_of(template, PageText::Plain, text, &[])
}

#[test]
fn a_page_is_left_with_its_story() {
    let template = learn((0..9).map(page)).unwrap();
    let lines: Vec<&str> = template.lines().iter().map(|line| line.text.as_str()).collect();
    for line in ["Harbour Post", "Tides", "Elsewhere on the coast", "Write to the newsroom"] {
        assert!(lines.contains(&line), "{line}: {lines:?}");
    }
    for number in 0..9 {
        assert_eq!(clean(&template, &page(number)).text, story(number), "page {number}");
    }
    // A page that was not learnt from, too.
    let clean = clean(&template, &page(10));
    assert_eq!(clean.text, story(10));
    assert_eq!(clean.rebuild(&page(10)), clean.text);
    let of = |own: bool| {
        let spans = clean.spans.iter().filter(|span| span.reason == "site-template");
        spans.filter_map(|span| span.recurrence).find(|recurrence| recurrence.own == own)
    };
    assert_eq!(of(true).unwrap().to_string(), "on 9 of 9 pages of the site");
}

#[test]
fn a_shared_paragraph_stays() {
    let lead = "The ferry to the islands will not sail until Thursday, because the pier has to be mended after the storm.\n";
    let pages = (0..9).map(|number| match number {
        2 | 5 => page(number).replace("Elsewhere", &format!("{lead}Elsewhere")),
        _ => page(number),
    });
    let pages: Vec<String> = pages.collect();
    let template = learn(pages.iter().cloned()).unwrap();
    assert!(clean(&template, &pages[2]).text.ends_with(lead), "{}", clean(&template, &pages[2]).text);
}

#[test]
fn what_is_little_or_the_same_teaches_nothing() {
    let cases: [(&str, Vec<String>); 6] = [
        ("no page", Vec::new()),
        ("blank pages", vec!["\n \n".to_owned(); 9]),
        ("two pages", (0..2).map(page).collect()),
        ("one page many times", (0..2000).map(|n| page(3).replace("2003", &n.to_string())).collect()),
        (
            "every line unique",
            (0..50).map(|n| story(n).lines().map(|l| format!("{l} {}\n", word(n))).collect()).collect(),
        ),
        ("all lines equal", vec!["news\n".repeat(1000); 50]),
    ];
    for (name, pages) in cases {
        assert_eq!(learn(pages), None, "{name}");
    }
}

/// A word of letters that no other number has.
fn word(number: usize) -> String {
    number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

#[test]
fn a_text_without_lines_of_the_template_is_cleaned_as_without() {
    let template = learn((0..9).map(page)).unwrap();
    let cleaner = LineCleaner::new(&LineOptions::default()).unwrap();
    for text in ["", "\n", "Read more:\nHarbour wall to be raised\n", "A poem\nof four\nshort\nlines\n"] {
        assert_eq!(
            cleaner.clean_page_of(&template, PageText::Plain, text, &[]),
            cleaner.clean(text, &[]),
            "{text}"
        );
    }
    let mut options = LineOptions::default();
    options.disable.push("site-template".to_owned());
    let cleaner = LineCleaner::new(&options).unwrap();
    assert!(!cleaner.uses_sites());
    assert_eq!(
        cleaner.clean_page_of(&template, PageText::Plain, &page(1), &[]),
        cleaner.clean(&page(1), &[])
    );
}

#[test]
fn the_conservative_preset_removes_no_more() {
    let template = learn((0..9).map(page)).unwrap();
    let mut options = LineOptions::default();
    options.cleaning = Cleaning::Conservative;
    let conservative = LineCleaner::new(&options).unwrap();
    for number in 0..9 {
        let page = page(number);
        let (more, less) = (
            clean(&template, &page).text,
            conservative.clean_page_of(&template, PageText::Plain, &page, &[]).text,
        );
        assert!(more.lines().all(|line| less.contains(line)), "{less}");
        assert!(!less.contains("Harbour Post"), "{less}");
    }
}

#[test]
fn verbatim_lines_stay() {
    let template = learn((0..9).map(page)).unwrap();
    let cleaner = LineCleaner::new(&LineOptions::default()).unwrap();
    let page = page(4);
    let verbatim = page.find("Tides").unwrap();
    let clean = cleaner.clean_page_of(
        &template,
        PageText::Plain,
        &page,
        std::slice::from_ref(&(verbatim..verbatim + 5)),
    );
    assert!(clean.text.starts_with("Tides\n"), "{}", clean.text);
}

/// Linear time: a page of very many lines, and a template as large as they get.
#[test]
fn large_pages_and_templates_take_linear_time() {
    let lines = if cfg!(debug_assertions) { 50_000 } else { 1_000_000 };
    let text: String = (0..lines).map(|n| format!("{}\n", word(n))).collect();
    let pages = (0..4).map(|n| format!("{text}{}", story(n)));
    let template = learn(pages).unwrap();
    assert_eq!(template.lines().len(), SiteTemplate::MAX_LINES);
    let clean = clean(&template, &text);
    assert_eq!(clean.rebuild(&text), clean.text);
}
