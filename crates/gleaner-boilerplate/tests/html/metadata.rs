//! Title, language and date.

use gleaner_boilerplate::html::{ExtractOptions, extract};

#[test]
fn title() {
    for (html, expected) in [
        (
            "<title>A walk by the sea - The Daily Tide</title><h1>A walk by the sea</h1>",
            Some("A walk by the sea"),
        ),
        (
            "<title>A walk by the sea - The Daily Tide</title><h1>Something else</h1>",
            Some("A walk by the sea - The Daily Tide"),
        ),
        ("<meta property=og:title content='Sea &amp; sky'><title>Tide</title>", Some("Sea & sky")),
        ("<title>\n Sea\n &amp; sky </title>", Some("Sea & sky")),
        ("<h1>Only <i>this</i></h1><p>text", Some("Only this")),
        ("<svg><title>icon</title></svg><p>text", None),
        ("<title> </title>", None),
    ] {
        assert_eq!(extract(html, &ExtractOptions::default()).title.as_deref(), expected, "of {html}");
    }
}

#[test]
fn language() {
    for (html, expected) in [
        ("<html lang=pt-BR><html lang=en>", Some("pt-BR")),
        ("<!doctype html><HTML LANG=' vi '>", Some("vi")),
        ("<html lang=''><p lang=fr>x", None),
    ] {
        assert_eq!(extract(html, &ExtractOptions::default()).language.as_deref(), expected, "of {html}");
    }
}

#[test]
fn date() {
    let json =
        r#"<script type="application/ld+json">{"@type":"Article", "datePublished" : "2021-05-06"}</script>"#;
    let article = "<meta property=article:published_time content=2020-01-02T03:04:05Z>";
    let other = "<meta name=date content=2022-07-08>";
    let time = "<time datetime=2023-09-10>last year</time>";
    for (html, expected) in [
        (format!("{time}{other}{json}{article}"), Some("2020-01-02T03:04:05Z")),
        (format!("{time}{other}{json}"), Some("2021-05-06")),
        (format!("{time}{other}"), Some("2022-07-08")),
        (time.to_owned(), Some("2023-09-10")),
        ("<meta name=date content=today>".to_owned(), None),
        (r#"<script type="application/ld+json">{"datePublished":"#.to_owned(), None),
    ] {
        assert_eq!(extract(&html, &ExtractOptions::default()).date.as_deref(), expected, "of {html}");
    }
}
