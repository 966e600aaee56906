//! Pages that are meant to break a parser: each must be read on a small stack, in time that grows with its length.

use std::time::{Duration, Instant};

use gleaner_boilerplate::html::{ExtractOptions, Extraction, extract};

/// Far above what linear time takes in a build without optimisation, far below what quadratic time takes.
const LIMIT: Duration = Duration::from_secs(10);

fn read(html: String) -> Extraction {
    let start = Instant::now();
    let small = std::thread::Builder::new().stack_size(512 * 1024);
    let thread = small.spawn(move || extract(&html, &ExtractOptions::default())).expect("a thread starts");
    let page = thread.join().expect("no panic");
    assert!(start.elapsed() < LIMIT, "took {:?}", start.elapsed());
    page
}

/// Everything after the bad part is still read.
fn check(bad: &str) {
    let page = read(format!("{bad}<p>The text after it is still there.</p>"));
    let found = page.blocks.iter().any(|b| b.text.contains("The text after it is still there."));
    assert!(found, "after {:?}", &bad[..bad.len().min(40)]);
}

#[test]
fn deep_nesting() {
    check(&"<div>".repeat(64 * 1024));
    check(&"<ul><li>".repeat(64 * 1024));
    check(&"<div>a".repeat(50_000));
    check(&"<table><tr><td>a".repeat(20_000));
    check(&"<b><i><a href=x>".repeat(20_000));
    check(&"</div>".repeat(50_000));
    check(&format!("{}{}", "<div>".repeat(600), "<p>a</i></b>".repeat(50_000)));
    check(&format!("{}{}", "<li><ul>".repeat(300), "<div></div></li>".repeat(50_000)));
    check(&format!("<ul>{}{}", "<div>".repeat(500), "<li></li>".repeat(50_000)));
}

#[test]
fn many_blocks() {
    check(&"<p>a".repeat(60_000));
    check(&"a<br><br>".repeat(60_000));
    let page = read(format!("{}last words", "<p>word ".repeat(80_000)));
    assert!(page.blocks.len() <= 1 << 16);
    assert!(
        page.blocks.last().is_some_and(|b| b.text.ends_with("last words")),
        "text above the limit is kept"
    );
}

#[test]
fn long_tags_and_names() {
    check(&format!("<p {}>", "a=b ".repeat(1_000_000)));
    check(&format!("<p {}>", "\"".repeat(1_000_000)));
    check(&format!("<p class='{}'>", "comment-".repeat(100_000)));
    check(&format!("<{}>", "a".repeat(1_000_000)));
    check(&format!("<p style='{}'>a</p>", "a:b;".repeat(100_000)));
    check(&"<p class=\"".repeat(2));
}

#[test]
fn unclosed() {
    check(&"<!--".repeat(100_000));
    check(&"<!-- > ".repeat(100_000));
    check(&"<!--->".repeat(100_000));
    check(&"<script><!--<script></script>".repeat(30_000));
    check(&"<title>".repeat(100_000));
    check(&"<textarea><iframe><noembed>".repeat(30_000));
    check(&"</".repeat(300_000));
    check(&"<".repeat(300_000));
    check("<pre>");
    check("<a href=x>");
    for cut in [
        "<p a='",
        "<p a",
        "</p",
        "<!",
        "<!-",
        "<?",
        "<script>",
        "<style>",
        "<plaintext>",
        "&",
        "&#",
        "&#x",
        "<svg>",
    ] {
        let page = read(format!("<p>The text before it is there.</p>{cut}"));
        assert!(
            page.blocks.iter().any(|b| b.text.starts_with("The text before it is there.")),
            "before {cut:?}"
        );
    }
}

#[test]
fn references_and_control_characters() {
    check(&"&#xD800;".repeat(100_000));
    check(&"&".repeat(300_000));
    check(&format!("&#{};", "0".repeat(1_000_000)));
    check(&format!("&{};", "a".repeat(1_000_000)));
    check(&"\0".repeat(100_000));
    check(&"a\0b\u{1}\u{7f}\u{85}".repeat(10_000));
    check(&"\u{feff}\u{202e}\u{10ffff}".repeat(10_000));
}

#[test]
fn long_text() {
    let text = "word ".repeat(2_000_000);
    let page = read(text.clone());
    assert_eq!(page.text, text.trim());
    check(&"x".repeat(8_000_000));
    check(&format!("<pre>{}</pre>", " \n".repeat(1_000_000)));
    check(&" ".repeat(2_000_000));
    check(&"<br>".repeat(300_000));
}

#[test]
fn nothing() {
    for html in ["", " ", "\n\t\r\n", "<html><body></body></html>", "<!-- -->", "&nbsp;", "\u{feff}"] {
        let page = read(html.to_owned());
        assert_eq!(page.text, "", "of {html:?}");
        assert!(page.verbatim.is_empty());
    }
}
