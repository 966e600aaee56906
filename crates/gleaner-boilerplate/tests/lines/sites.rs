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

/// Texts without paragraphs, on a site whose menu is all that recurs.
#[test]
fn a_poem_and_a_table_of_facts_stay() {
    let template = learn((0..9).map(page)).unwrap();
    let poem = "The harbour wall\nThe gulls come in before the rain\nand settle on the wall,\nthe boats lie still along the chain\nand do not move at all.\n";
    let facts = "Built: 1740\nHeight: 31 m\nKeeper: none\nLight: white, every ten seconds\nRange: 18 miles\n";
    for text in [poem, facts] {
        let page = format!(
            "Harbour Post\nNews\nWeather\nTides\n{text}Write to the newsroom\nAll rights reserved 2010\n"
        );
        assert_eq!(clean(&template, &page).text, text);
        // Nor do they go where they are on a second page.
        let other = page.replace("All rights", "Printed in the harbour\nAll rights");
        let template = learn((0..9).map(self::page).chain([page.clone(), other])).unwrap();
        assert_eq!(clean(&template, &page).text, text);
    }
}

#[test]
fn versions_of_one_page_teach_nothing() {
    let paragraph = |n: usize| {
        format!(
            "The {} was closed for eleven years, after a storm had taken its roof and most of its windows.\n",
            OF[n]
        )
    };
    let version = |edit: usize, page: usize| -> String {
        let lines = (0..6).map(|n| match n == edit {
            true => paragraph(n).replace("eleven", ["two", "six", "nine", "thirty", "many"][page]),
            false => paragraph(n),
        });
        std::iter::once("Harbour Post\nNews\n".to_owned()).chain(lines).collect()
    };
    for edit in 0..6 {
        assert_eq!(learn((0..5).map(|page| version(edit, page))), None, "paragraph {edit}");
    }
    // Beside other pages they are one of them.
    let template = learn((0..9).map(page).chain((0..5).map(|page| version(2, page)))).unwrap();
    assert_eq!(template.pages(), 10);
    assert!(clean(&template, &version(2, 1)).text.contains(&paragraph(4)));
}

/// A version with another title and another end: most of the article is on two pages.
#[test]
fn an_article_of_two_versions_stays() {
    let version = |end: &str| {
        let lines = page(3).replace(" opens again", &format!(" opens in {end}"));
        lines.replace("Elsewhere", &format!("The next meeting is in {end}, at the town hall.\nElsewhere"))
    };
    let versions = [version("April"), version("June")];
    let template = learn((0..9).filter(|&n| n != 3).map(page).chain(versions.clone())).unwrap();
    assert!(template.lines().iter().any(|line| line.text.contains("closed for eleven") && line.pages == 2));
    for version in versions {
        let clean = clean(&template, &version).text;
        assert!(story(3).lines().skip(1).all(|line| clean.contains(line)), "{clean}");
        assert!(!clean.contains("Tides"), "{clean}");
    }
}

#[test]
fn verbatim_lines_are_no_evidence() {
    let code = "for tide in tides {\nprint(tide)\n}\n";
    let text = |number: usize| format!("{}{code}", story(number));
    let mut counter = SiteCounter::default();
    for number in 0..9 {
        let text = text(number);
        let at = story(number).len();
        counter.add("code.example", &SitePage::with_verbatim(&text, std::slice::from_ref(&(at..text.len()))));
    }
    assert!(counter.templates().is_empty());
    // Where a template has such lines, a page with nothing else of it is cleaned as without.
    let template = learn((0..9).map(text)).unwrap();
    let cleaner = LineCleaner::new(&LineOptions::default()).unwrap();
    let text = text(3);
    let verbatim = story(3).len()..text.len();
    let verbatim = std::slice::from_ref(&verbatim);
    assert_eq!(
        cleaner.clean_page_of(&template, PageText::Plain, &text, verbatim),
        cleaner.clean(&text, verbatim)
    );
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
        let spans = conservative.clean_page_of(&template, PageText::Plain, &page, &[]).spans;
        let by_site = spans.iter().filter(|span| span.reason == "site-template");
        assert!(by_site.clone().all(|span| span.recurrence.is_some_and(|recurrence| recurrence.own)));
        assert!(by_site.count() > 0 && !less.contains("Tides"), "{less}");
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
