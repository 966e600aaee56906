//! Title, language and date, and where they come from.

use gleaner_boilerplate::html::{Declared, ExtractOptions, Extraction, Origin, extract};

/// Pages, and the value and origin that `of` gives.
fn check(of: fn(Extraction) -> Option<Declared>, cases: &[(&str, Option<(&str, Origin)>)]) {
    for (html, expected) in cases {
        let found = of(extract(html, &ExtractOptions::default()));
        let found = found.as_ref().map(|found| (found.value.as_str(), found.origin));
        assert_eq!(found, *expected, "of {html}");
    }
}

fn title(page: Extraction) -> Option<Declared> {
    page.title
}

fn language(page: Extraction) -> Option<Declared> {
    page.language
}

fn date(page: Extraction) -> Option<Declared> {
    page.date
}

#[test]
fn titles_by_trust() {
    check(
        title,
        &[
            (
                "<meta property=og:title content='Sea &amp; sky'><title>Tide</title>",
                Some(("Sea & sky", Origin::OpenGraph)),
            ),
            ("<title>\n Sea\n &amp; sky </title>", Some(("Sea & sky", Origin::TitleElement))),
            (
                r#"<script type="application/ld+json">{"@type":"Article","headline":"Sea \u0026 sky"}</script>"#,
                Some(("Sea & sky", Origin::JsonLd)),
            ),
            ("<meta name=twitter:title content=Sky>", Some(("Sky", Origin::Meta))),
            ("<h1>Only <i>this</i></h1><p>text", Some(("Only this", Origin::Heading))),
            ("<svg><title>icon</title></svg><p>text", None),
            ("<h2>Recommended</h2><p>text", None),
            ("<title> </title>", None),
        ],
    );
}

#[test]
fn titles_without_the_name_of_the_site() {
    let is = |title: &'static str, origin| Some((title, origin));
    check(
        title,
        &[
            (
                "<title>A walk by the sea - The Daily Tide</title><h1>A walk by the sea</h1>",
                is("A walk by the sea", Origin::TitleElement),
            ),
            (
                "<title>A walk by the sea - The Daily Tide</title><h1>Something else</h1>",
                is("A walk by the sea - The Daily Tide", Origin::TitleElement),
            ),
            (
                "<title>Tide: A walk, by the ‘sea’</title><h1>A WALK BY THE 'SEA'</h1>",
                is("A WALK BY THE 'SEA'", Origin::TitleElement),
            ),
            (
                "<title>Walks at sea | The Tide</title><h1>The Tide</h1><h2>Walks at sea</h2>",
                is("Walks at sea", Origin::TitleElement),
            ),
            (
                "<meta property=og:site_name content='The Tide'><title>The Tide » Walks</title>",
                is("Walks", Origin::TitleElement),
            ),
            (
                "<meta property=og:site_name content='The Tide'><meta property=og:title content='the tide'>
                 <title>A walk by the sea</title>",
                is("A walk by the sea", Origin::TitleElement),
            ),
            (
                "<meta property=og:title content='tide.example - A walk by the sea'>
                 <title>A walk by the sea - Walks - The Tide</title>",
                is("A walk by the sea", Origin::OpenGraph),
            ),
            (
                "<meta property=og:title content='A walk by...'><h1>A walk by the sea</h1>",
                is("A walk by the sea", Origin::Heading),
            ),
            (
                "<title>15 walks by the northern sea</title><h1>walks by the northern sea</h1>",
                is("15 walks by the northern sea", Origin::TitleElement),
            ),
            (
                "<title>海边散步的人们_潮汐网</title><h1>海边散步的人们</h1>",
                is("海边散步的人们", Origin::TitleElement),
            ),
        ],
    );
}

#[test]
fn languages_by_trust() {
    let meta = "<meta http-equiv=Content-Language content='pt, en'>";
    check(
        language,
        &[
            ("<html lang=pt-BR><html lang=en>", Some(("pt-BR", Origin::Root))),
            ("<!doctype html><HTML LANG=' vi '>", Some(("vi", Origin::Root))),
            ("<html xml:lang=el>", Some(("el", Origin::Root))),
            ("<html lang=''><p lang=fr>x", None),
            (&format!("<html lang=vi>{meta}"), Some(("vi", Origin::Root))),
            (&format!("<html>{meta}<meta property=og:locale content=en_US>"), Some(("pt", Origin::Meta))),
            ("<meta property=og:locale content=en_US>", Some(("en-US", Origin::OpenGraph))),
            (
                r#"<script type="application/ld+json">{"@type":"WebPage","inLanguage":"de"}</script>"#,
                Some(("de", Origin::JsonLd)),
            ),
            ("<html lang='English (US)'>", None),
            ("<html lang=utf-8>", None),
        ],
    );
}

const OPEN_GRAPH: &str = "<meta property=article:published_time content=2020-01-02T03:04:05Z>";
const JSON_LD: &str =
    r#"<script type="application/ld+json">{"@type":"Article","datePublished" : "2021-05-06"}</script>"#;
const MICRODATA: &str = "<span itemprop=datePublished content=2021-06-07>last year</span>";
const META: &str = "<meta name=pubdate content=2022-07-08>";
const META_DATE: &str = "<meta name=date content=2022-08-09>";
const PUBDATE: &str = "<time datetime=2023-09-10 pubdate>last year</time>";
const TIME: &str = "<time datetime=2023-10-11>last year</time>";

#[test]
fn dates_by_trust() {
    let by_trust = [
        (OPEN_GRAPH, "2020-01-02T03:04:05Z", Origin::OpenGraph),
        (JSON_LD, "2021-05-06", Origin::JsonLd),
        (MICRODATA, "2021-06-07", Origin::Microdata),
        (META, "2022-07-08", Origin::Meta),
        (PUBDATE, "2023-09-10", Origin::Time),
        (META_DATE, "2022-08-09", Origin::Meta),
        (TIME, "2023-10-11", Origin::Time),
    ];
    for (at, &(_, value, origin)) in by_trust.iter().enumerate() {
        let less: String = by_trust[at..].iter().rev().map(|(markup, ..)| *markup).collect();
        check(date, &[(&less, Some((value, origin)))]);
    }
}

#[test]
fn dates_as_pages_have_them() {
    let meta = |value| Some((value, Origin::Meta));
    check(
        date,
        &[
            ("<meta name=DC.date.issued content='5 March 2024'>", meta("2024-03-05")),
            ("<meta name=pubdate content='25&#47;12/2021'>", meta("2021-12-25")),
            ("<meta name=pubdate content=' 5/3/2024 '>", meta("5/3/2024")),
            ("<meta name=pubdate content=5/3/2024><meta name=date content=2024-03-05>", meta("2024-03-05")),
            ("<meta name=pubdate content=today>", None),
            ("<meta property=article:published_time content=0001-01-01T00:00:00Z>", None),
            (
                "<div itemprop='headline datePublished'>\n <b>May 6, 2021</b>, Rome</div>",
                Some(("2021-05-06", Origin::Microdata)),
            ),
        ],
    );
}

#[test]
fn not_the_date_of_something_else() {
    check(
        date,
        &[
            ("<meta property=article:modified_time content=2020-01-02>", None),
            ("<meta name=last-modified content=2020-01-02>", None),
            ("<span itemprop=dateModified content=2020-01-02>x</span>", None),
            (
                r#"<script type="application/ld+json">{"@type":"Article","dateModified":"2021-05-06"}</script>"#,
                None,
            ),
            (
                r#"<script type="application/ld+json">{"@type":"Product","review":{"@type":"Review","datePublished":"2021-05-06"}}</script>"#,
                None,
            ),
            (
                "<time class=updated datetime=2022-02-02>x</time><time datetime=2021-01-01>x</time>",
                Some(("2021-01-01", Origin::Time)),
            ),
            ("<time class=updated datetime=2022-02-02>x</time>", None),
        ],
    );
}

#[test]
fn a_date_is_what_its_own_element_says() {
    check(
        |page| page.date,
        &[
            ("<span itemprop=datePublished></span><p>Call 0800 1234567", None),
            (
                "<p><span itemprop=datePublished><i class=icon></i><b>6 May 2021</b></span>",
                Some(("2021-05-06", Origin::Microdata)),
            ),
            (
                "<script type='application/ld+json'>{}</script><template><script>d={\"datePublished\":\"2001-01-01\"}</script></template>",
                None,
            ),
        ],
    );
}

#[test]
fn structured_data_nested_without_end() {
    let deep =
        format!("<script type=application/ld+json>{}</script><p>text", r#"[{"@graph":"#.repeat(200_000));
    let page = extract(&deep, &ExtractOptions::default());
    assert_eq!((page.date, page.text.as_str()), (None, "text"));
}
