//! What is a block, and what its text is.

use gleaner_boilerplate::html::{ExtractOptions, extract};

/// Kinds and texts of all blocks, as `Kind: text`, parted by ` / `; a line feed is written `⏎`, a tab `⇥`.
fn check(cases: &[(&str, &str)]) {
    for (html, expected) in cases {
        let page = extract(html, &ExtractOptions::default());
        let blocks = page.blocks.iter().map(|b| {
            let text = b.text.replace('\n', "⏎").replace('\t', "⇥");
            format!("{:?}: {text}", b.kind)
        });
        assert_eq!(blocks.collect::<Vec<_>>().join(" / "), *expected, "of {html:?}");
        for block in &page.blocks {
            assert!(html.get(block.range.clone()).is_some_and(|text| !text.is_empty()), "range of {html:?}");
        }
    }
}

#[test]
fn implied_end_tags() {
    check(&[
        (
            "<p>one<p>two<div>three</div>four",
            "Paragraph: one / Paragraph: two / Paragraph: three / Paragraph: four",
        ),
        (
            "<ul><li>one<li>two<ul><li>in</ul><li>three</ul>",
            "ListItem: one / ListItem: two / ListItem: in / ListItem: three",
        ),
        (
            "<dl><dt>term<dd>what<dt>other<dd>more</dl>",
            "ListItem: term / ListItem: what / ListItem: other / ListItem: more",
        ),
        ("<h1>one<h2>two</h2>three", "Heading(1): one / Heading(2): two / Paragraph: three"),
        ("<p>a <b>bold<p>next</b> end", "Paragraph: a bold / Paragraph: next end"),
        ("a</p>b</div>c", "Paragraph: a / Paragraph: b / Paragraph: c"),
    ]);
}

#[test]
fn tables() {
    check(&[
        ("<table><tr><td>a<td>b<tr><td>c<td>d</table>", "TableRow: a⇥b / TableRow: c⇥d"),
        ("<table><tr><td><p>a</p></td><th> b </th></tr></table>", "TableRow: a⇥b"),
        ("<table><tr><td>a<br><br>b<td>c</table>", "TableCell: a / TableCell: b / TableCell: c"),
        (
            "<table><tr><td>x<table><tr><td>a<td>b</table>y</table>",
            "TableCell: x / TableRow: a⇥b / TableCell: y",
        ),
        ("<table><caption>what</caption><tr><td>a</table>", "Caption: what / TableCell: a"),
    ]);
}

#[test]
fn white_space() {
    check(&[
        ("<p> a \n b\t<i>c</i>d\u{a0}\u{a0}e&nbsp;f </p>", "Paragraph: a b cd e f"),
        ("a<br>b<br>\n<br>c", "Paragraph: a⏎b / Paragraph: c"),
        ("a<br>&nbsp;&#160; <br>b<br>\u{a0}c<b>&nbsp;</b>d", "Paragraph: a / Paragraph: b⏎c d"),
        ("<pre>\n  if x:\n\n    y\n</pre>", "Code:   if x:⏎⏎    y"),
        ("<pre><div>a</div><div>b</div></pre>c", "Code: a⏎b / Paragraph: c"),
        ("<pre>a&#9;b\r\nc</pre>", "Code: a⇥b⏎c"),
        ("soft\u{ad}hy&shy;phen\0", "Paragraph: softhyphen"),
        (" \n\t&nbsp; ", ""),
    ]);
}

#[test]
fn elements_side_by_side_part_words() {
    check(&[
        ("<a href=/><span>North</span><span>Tent 2</span></a>", "Paragraph: North Tent 2"),
        ("<x-part>width</x-part><x-part>12</x-part>", "Paragraph: width 12"),
        ("<span><span>one</span></span><a href=/><span>Two</span></a>", "Paragraph: one Two"),
        ("<span>i</span><span>Mill</span> Mc<span>Mill</span>er", "Paragraph: iMill McMiller"),
        ("<a href=1>1</a><a href=2>2</a><a href=a><b>all</b></a>", "Paragraph: 1 2 all"),
        (
            "<span>RPG</span><b>Early</b><i>It rains.</i><i>It pours.</i>",
            "Paragraph: RPG Early It rains. It pours.",
        ),
        ("<i>mill</i><sub>2</sub> mill<i></i>Er", "Paragraph: mill2 millEr"),
        ("<code><span>my</span><span>Mill</span></code>", "Paragraph: myMill"),
        ("<span>mil</span><span>ler</span> CO<sub>2</sub>", "Paragraph: miller CO2"),
    ]);
}

#[test]
fn character_references() {
    check(&[
        ("a &amp; b &lt;c&gt; &#233;&#xe9;&eacute;", "Paragraph: a & b <c> ééé"),
        ("&copy 1 &copyx &notin; &notit; &nosuch; &", "Paragraph: © 1 ©x ∉ ¬it; &nosuch; &"),
        ("&#0;&#xD800;&#1114112;&#99999999999;", "Paragraph: \u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
        ("&#150;&#x80;", "Paragraph: –€"),
        ("&#; &#x; &#xg;", "Paragraph: &#; &#x; &#xg;"),
        ("&CounterClockwiseContourIntegral;&fjlig;", "Paragraph: ∳fj"),
    ]);
}

#[test]
fn what_is_no_text() {
    check(&[
        ("a<script>if (a < b) '</p>'</script>b<style>p{}</style>c", "Paragraph: abc"),
        ("<script><!--<script></script>--></script>a", "Paragraph: a"),
        ("<script><!-- <script> </script>a<p>b", "Paragraph: a / Paragraph: b"),
        ("a<!-- <p>b</p> -->c<!-->d<!--->e<!-- x --!>f<!doctype html>g<?php h ?>i", "Paragraph: acdefgi"),
        ("a<!-- never > closed", "Paragraph: a closed"),
        ("<title>never closed<p>a", "Paragraph: never closed / Paragraph: a"),
        (
            "<template><p>x</template><svg><title>x</title>x<text>x</svg><select><option>x</select>a",
            "Paragraph: a",
        ),
        ("<svg><![CDATA[</svg>]]></svg>a<![CDATA[x]]>", "Paragraph: a"),
        ("<select><option>x<p>a", "Paragraph: a"),
        ("<noscript><p>all there is</noscript>", "Paragraph: all there is"),
        ("1 < 2 <3 </>x</ y>z", "Paragraph: 1 < 2 <3 xz"),
        ("<p title='a>b' data-x=\"<p>\">c</p", "Paragraph: c"),
        ("<textarea><p>x</textarea>a", "Paragraph: a"),
        (
            "<map><area><p>a</p></map><object><param>b<object>c</object></object>d",
            "Paragraph: a / Paragraph: bcd",
        ),
        ("<plaintext><b>a</b>", "Code: <b>a</b>"),
    ]);
}

#[test]
fn drawings_end_where_html_goes_on() {
    check(&[
        ("<a href=/><svg><path d=1></a>b<p>c</p>", "Paragraph: b / Paragraph: c"),
        ("<svg><path><div>a</div>b", "Paragraph: a / Paragraph: b"),
        ("<div><button><svg><g></button>a</div>", "Paragraph: a"),
        ("<svg><a href=/><text>x</text></a>x</svg>b", "Paragraph: b"),
        ("<svg><foreignObject><div><p>x</p></div></foreignObject>x</svg>b", "Paragraph: b"),
        ("<p>a<svg><title>x</title><desc><p>x</p></desc></svg>b", "Paragraph: ab"),
        ("<p>a<math><mi>x</mi><mtext><b>x</b></mtext></math>b", "Paragraph: ab"),
        ("<svg/>a<svg><svg/></svg>b", "Paragraph: ab"),
    ]);
}

#[test]
fn noscript_is_read_on_a_page_without_other_text() {
    let text = "The mill stands where the two streams meet. ".repeat(8);
    let text = text.trim();
    let expected = format!("Paragraph: {text}");
    check(&[
        (&format!("<noscript>turn it on</noscript><p>{text}"), &expected),
        (&format!("<p>loading<noscript><p>{text}</noscript>"), &format!("Paragraph: loading / {expected}")),
        (&format!("<noscript><img><noscript><img></noscript><p>{text}"), &expected),
        (&format!("<p>loading<noscript><p>{text}"), &format!("Paragraph: loading / {expected}")),
    ]);
}

#[test]
fn noscript_is_read_where_it_is_much_of_the_page() {
    let aside = "Other mills of the valley are listed here, one by one. ".repeat(30);
    let text = "The mill stands where the two streams meet. ".repeat(30);
    let (aside, text) = (aside.trim(), text.trim());
    check(&[
        (
            &format!("<p>{aside}<noscript><p>{text}</noscript>"),
            &format!("Paragraph: {aside} / Paragraph: {text}"),
        ),
        (
            &format!("<p>{aside}<p>{aside}<p>{aside}<noscript><p>{text}</noscript>"),
            &format!("Paragraph: {aside} / Paragraph: {aside} / Paragraph: {aside}"),
        ),
    ]);
}

#[test]
fn a_page_without_text_is_taken_at_its_word() {
    let description = "The mill &amp; its streams";
    let meta = format!("<meta name=Description content='{description}'>");
    let article = r#"<script type="application/ld+json">{"articleBody" : "The \"mill\" stands \u0026amp; grinds.\nIts \ud83c\udf3e streams \u003cb\u003emeet\u003c/b\u003e.\\"}</script>"#;
    let text = "The mill stands where the two streams meet. ".repeat(8);
    check(&[
        (&meta, "Paragraph: The mill & its streams"),
        (&format!("{meta}<p>Loading"), "Paragraph: The mill & its streams / Paragraph: Loading"),
        (
            &format!("{meta}{article}<p>Loading"),
            "Paragraph: The \"mill\" stands & grinds. / Paragraph: Its 🌾 streams meet.\\ / Paragraph: Loading",
        ),
        (&format!("{meta}<p>The page's own text is longer."), "Paragraph: The page's own text is longer."),
        (&format!("{meta}{article}<p>{text}"), &format!("Paragraph: {}", text.trim())),
        ("<script type=application/ld+json>{\"articleBody\": \"never closed", ""),
        ("<script type=application/ld+json>{\"articleBody\": \"\\uD800\\u12\"", "Paragraph: \u{fffd}u12"),
    ]);
}

/// It is not removed by rule: of the words that pages hide, a quarter is content that a click shows.
#[test]
fn hidden_text_is_less_likely_content() {
    let prose =
        "<p>The mill stands where the two streams meet, and has ground corn there for four hundred years.";
    let aside = "This was not said, not seen and not read.";
    let score = |attributes: &str| {
        let page =
            format!("<article><h1>The mill</h1>{prose}<div {attributes}>{aside}</div>{prose}</article>");
        let page = extract(&page, &ExtractOptions::default());
        page.blocks.iter().find(|b| b.text == aside).expect("it is a block").score
    };
    for hidden in ["hidden", "style='color:red; display : none !important'", "aria-hidden=true"] {
        assert!(score(hidden) < score("class=x"), "{hidden}: {} {}", score(hidden), score("class=x"));
    }
}
