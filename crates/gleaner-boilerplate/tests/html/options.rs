//! What the options of extraction do.

use gleaner_boilerplate::html::{Comments, ExtractOptions, Extraction, Favor, Links, Tables, extract};

const ARTICLE: &str = "<h1>The mill at the meeting of the streams</h1>
    <p>The mill stands where the two streams meet, and has ground corn there for four hundred years, the records say.
    <p>Its wheel was made anew in spring, of larch from the hills above the village, and turned again on Sunday.
    <p>Visitors may climb to the second floor, where the stones are, when the miller, who lives next door, is at home.";

const COMMENTS: &str = "<section id=comments class=comments><h3>2 comments</h3>
    <ol class=comment-list>
    <li class=comment><p class=comment-author>Ines</p><a href=#r1>Reply</a>
    <p>My grandfather, who carted the corn there as a boy, always said that the wheel ran slow in a dry summer.
    <li class=comment><p class=comment-author>Old Tom</p><a href=#r2>Reply</a>
    <p>We climbed up on Sunday and the miller showed us the stones himself, which was kind of him, and the view is fine.
    </ol></section>";

const TABLE: &str =
    "<table><caption>Corn ground</caption><tr><th>Year<th>Tonnes<tr><td>1901<td>250<tr><td>1902<td>310
    <tr><td>1903<td>295</table>";

fn article_with(more: &str) -> String {
    format!("<html><body><article>{ARTICLE}{more}</article></body></html>")
}

fn text(html: &str, options: &ExtractOptions) -> String {
    extract(html, options).text
}

#[test]
fn comments_are_kept_or_dropped() {
    let page = format!("<html><body><article>{ARTICLE}</article>{COMMENTS}</body></html>");
    let kept = extract(&page, &ExtractOptions::default().comments(Comments::Keep));
    for comment in ["the wheel ran slow", "the miller showed us"] {
        assert!(kept.text.contains(comment), "{comment} is in {}", kept.text);
    }
    for around in ["Reply", "Ines"] {
        assert!(!kept.text.contains(around), "{around} is not in {}", kept.text);
    }
    let dropped = extract(&page, &ExtractOptions::default().comments(Comments::Drop));
    assert!(dropped.text.contains("larch from the hills"));
    assert!(!dropped.text.contains("ran slow") && !dropped.text.contains("showed us"));
}

#[test]
fn comments_that_are_the_content_are_not_dropped() {
    let page = format!("<html><body><h1>Who has seen the mill?</h1>{COMMENTS}</body></html>");
    let dropped = text(&page, &ExtractOptions::default().comments(Comments::Drop));
    assert!(dropped.contains("ran slow"), "{dropped}");
    assert_eq!(dropped, text(&page, &ExtractOptions::default()));
}

#[test]
fn tables_are_kept_or_dropped() {
    let page = include_str!("pages/table.html");
    assert!(text(page, &ExtractOptions::default()).contains('\t'));
    let dropped = extract(page, &ExtractOptions::default().tables(Tables::Drop));
    assert!(!dropped.text.is_empty() && !dropped.text.contains('\t'), "{}", dropped.text);
    let rows = dropped.blocks.iter().filter(|block| block.text.contains('\t'));
    assert!(rows.clone().count() > 0 && rows.clone().all(|row| !row.kept && row.reason == "tables"));
}

#[test]
fn a_table_that_lays_out_the_page_is_no_table() {
    let page = format!("<table><tr><td>{ARTICLE}</td><td>{TABLE}</td></tr></table>");
    let dropped = text(&page, &ExtractOptions::default().tables(Tables::Drop));
    assert!(dropped.contains("larch from the hills") && !dropped.contains("1902"), "{dropped}");
}

#[test]
fn links_as_markdown() {
    let check = |html: &str, expected: &str| {
        let page =
            article_with(&format!("<p>The stones came from {html}, as the records of the parish say."));
        let text = text(&page, &ExtractOptions::default().links(Links::Markdown));
        let line = text.lines().last().unwrap_or_default();
        assert_eq!(
            line,
            format!("The stones came from {expected}, as the records of the parish say."),
            "of {html}"
        );
    };
    check("<a href=/quarry>the <i>old</i> quarry</a>", "[the old quarry](/quarry)");
    check("<a href=/a>one</a>, <a href='/b?c=1&amp;d=2'>two</a>", "[one](/a), [two](/b?c=1&d=2)");
    check("<a href='/the hill(s)'>here</a>", "[here](/the%20hill%28s%29)");
    check("<a href='#top'>here</a> and <a href='JavaScript:go()'>there</a>", "here and there");
    check("<a name=x>here</a>, <a href=''>there</a>", "here, there");
    check("<a href=/x>[1]</a>", "[1]");
    check("<a href=/x>&amp; more</a>", "[& more](/x)");
    // In an attribute a reference without its semicolon is none where a name goes on.
    check("<a href='/?a=1&section=2&copy=3'>here</a>", "[here](/?a=1&section=2&copy=3)");
    check("<a href='&#106;avascript:go()'>here</a>, <a href='java&#9;script:go()'>there</a>", "here, there");
}

#[test]
fn links_without_words_leave_no_trace() {
    let nothing = "<a href=1>&shy;</a> ".repeat(300);
    let page = article_with(&format!(
        "<p>Stone {nothing}<p><a href=4>The quarry</a> is above the village, and was closed for good in winter.
        <p><a href=5>The sill</a> of the great door came from it too, it is said, and so did the steps.",
    ));
    let text = text(&page, &ExtractOptions::default().links(Links::Markdown).favor(Favor::Recall));
    assert!(text.contains("[The quarry](4)") && text.contains("[The sill](5)"), "{text}");
}

#[test]
fn a_link_over_several_blocks_is_written_once() {
    let page = "<a href=/long><p>The stones came from the quarry above.<p>So did the sill, it is said.</a>";
    let text = text(page, &ExtractOptions::default().links(Links::Markdown).favor(Favor::Recall));
    assert!(text.contains("it is said"), "{text}");
    assert_eq!(text.matches("](/long)").count(), 1, "{text}");
}

#[test]
fn links_of_table_cells_and_code() {
    let page = "<table><tr><td><a href=/y>Year</a><td>Corn<tr><td>1901<td><a href=/c>250</a></table>
        <pre>see <a href=/z>z</a></pre>";
    let text = text(page, &ExtractOptions::default().links(Links::Markdown).favor(Favor::Recall));
    assert!(text.contains("[Year](/y)\tCorn\n1901\t[250](/c)"), "{text}");
    assert!(text.contains("see z"), "{text}");
}

#[test]
fn favor_is_monotonous() {
    let pages = [
        include_str!("pages/news.html"),
        include_str!("pages/forum.html"),
        include_str!("pages/product.html"),
    ];
    let kept = |page: &Extraction| page.blocks.iter().filter(|block| block.kept).count();
    let mut differ = 0;
    for page in pages {
        let page = |favor| extract(page, &ExtractOptions::default().favor(favor));
        let [precision, balanced, recall] =
            [Favor::Precision, Favor::Balanced, Favor::Recall].map(|favor| kept(&page(favor)));
        assert!(precision <= balanced && balanced <= recall, "{precision}, {balanced}, {recall}");
        differ += recall - precision;
    }
    assert!(differ > 0, "the choice changes something");
}

#[test]
fn features_that_decided() {
    let page = article_with("<ul class=menu><li><a href=/>Home</a><li><a href=/about>About us</a></ul>");
    let plain = extract(&page, &ExtractOptions::default());
    assert!(plain.blocks.iter().all(|block| block.features.is_empty()));
    let explained = extract(&page, &ExtractOptions::default().features(3));
    assert_eq!(explained.text, plain.text);
    for block in &explained.blocks {
        assert_eq!(block.features.len(), 3, "of {}", block.text);
        for feature in &block.features {
            let kebab =
                |name: &str| name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            assert!(!feature.feature.is_empty() && kebab(feature.feature), "{}", feature.feature);
            assert!(feature.weight.is_finite() && feature.weight != 0.0);
        }
    }
}
