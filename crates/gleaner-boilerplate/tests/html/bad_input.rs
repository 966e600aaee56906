//! Pages that are meant to break a parser: each must be read on a small stack, with work and memory that grow with its
//! length and no faster, and what stands before and after the bad part must be read.

use std::time::Instant;

use gleaner_boilerplate::html::{ExtractOptions, Extraction, extract};

use super::memory::measure;

const KB: usize = 1024;
const MB: usize = 1024 * KB;
const BEFORE: &str = "The text before it is there.";
const AFTER: &str = "The text after it is still there.";

/// A page of this part of a size is compared with that of the full size.
const PART: usize = 8;
/// How many times as much the full size may cost as the part, per byte. What is quadratic costs [`PART`] times as
/// much; what is linear some more too, where the larger page leaves the processor's caches.
const TOLERANCE: f64 = 2.0;
/// Seconds for a part, far above what any case takes: the full size of what is quadratic would take minutes.
const LONGEST: f64 = 1.0;
/// A measurement that is off is taken again.
const ATTEMPTS: usize = 4;

/// Memory beyond the page itself, as the documentation of `html` states it.
const PEAK_PER_BYTE: usize = 6;
const PEAK_PER_TAG: usize = 1000;
const PEAK_AT_LEAST: usize = 256 * KB;
const MAX_BLOCKS: usize = 1 << 16;

struct Read {
    page: Extraction,
    /// Seconds of processor time.
    seconds: f64,
    peak: usize,
    allocated: usize,
}

/// Seconds the processor has spent on this thread; where the system does not say, seconds that have passed.
fn clock(start: Instant) -> f64 {
    // The count is brought up to date when the thread gives way.
    std::thread::yield_now();
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let spent = stat.split(' ').next().and_then(|spent| spent.parse::<u64>().ok());
    spent.map_or_else(|| start.elapsed().as_secs_f64(), |nanoseconds| nanoseconds as f64 / 1e9)
}

fn read(html: String) -> Read {
    let small = std::thread::Builder::new().stack_size(512 * KB);
    let thread = small.spawn(move || {
        // What is made once for all pages is not counted.
        extract("<p class=a>a", &ExtractOptions::default());
        let start = Instant::now();
        let before = clock(start);
        let (page, peak, allocated) = measure(|| extract(&html, &ExtractOptions::default()));
        Read { page, seconds: clock(start) - before, peak, allocated }
    });
    thread.expect("a thread starts").join().expect("no panic")
}

fn has(page: &Extraction, text: &str) -> bool {
    page.blocks.iter().any(|block| block.text.contains(text))
}

/// What must be found of a page: the text around the bad part, or that before it where the bad part, by the standard,
/// takes in the rest of the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    Kept,
    Swallowed,
}

fn check(name: &str, size: usize, around: Around, bad: impl Fn(usize) -> String) {
    let page = |size| {
        let bad = bad(size);
        let html = format!("<p>{BEFORE}</p>{bad}<p>{AFTER}</p>");
        (bad.len(), html)
    };
    let measured = |size| {
        let (length, html) = page(size);
        let (bytes, tags) = (html.len(), html.matches('<').count());
        let read = read(html);
        assert!(has(&read.page, BEFORE), "{name}: the text before {length} bytes");
        assert!(
            around == Around::Swallowed || has(&read.page, AFTER),
            "{name}: the text after {length} bytes"
        );
        let limit = PEAK_PER_BYTE * bytes + PEAK_PER_TAG * tags.min(MAX_BLOCKS) + PEAK_AT_LEAST;
        assert!(read.peak <= limit, "{name}: {} bytes held for {bytes} with {tags} tags", read.peak);
        (bytes as f64, read)
    };
    let (mut least_of_part, mut least_of_whole) = (f64::MAX, f64::MAX);
    for attempt in 1..=ATTEMPTS {
        let (part_bytes, part) = measured(size / PART);
        assert!(part.seconds <= LONGEST, "{name}: {:.1} s for {part_bytes} bytes", part.seconds);
        let (bytes, whole) = measured(size);
        let growth = bytes / part_bytes * TOLERANCE;
        assert!(
            whole.allocated as f64 <= part.allocated.max(PEAK_AT_LEAST) as f64 * growth,
            "{name}: {} bytes allocated, {} for a part",
            whole.allocated,
            part.allocated
        );
        // A page that costs less than a millisecond is not told from noise.
        least_of_part = least_of_part.min(part.seconds.max(1e-3));
        least_of_whole = least_of_whole.min(whole.seconds);
        if least_of_whole <= least_of_part * growth {
            return;
        }
        assert!(
            attempt < ATTEMPTS,
            "{name}: {least_of_whole:.4} s for {bytes} bytes, {least_of_part:.4} s for {part_bytes}"
        );
    }
}

/// As many of `unit` as make up `bytes`.
fn many(unit: &str, bytes: usize) -> String {
    unit.repeat(bytes.div_ceil(unit.len()))
}

/// Deeper than elements are told apart.
fn deep(unit: &str) -> String {
    unit.repeat(600)
}

/// Each case is a test: its name, its size in bytes, whether the text after it is still to be found, and the bad part
/// of a page in that size.
macro_rules! cases {
    ($($name:ident: $size:expr, $around:ident, $bad:expr;)*) => {
        $(
            #[test]
            fn $name() {
                check(stringify!($name), $size, Around::$around, $bad);
            }
        )*
    };
}

cases! {
    // Nesting.
    divs: 320 * KB, Kept, |n| many("<div>", n);
    divs_with_text: 200 * KB, Kept, |n| many("<div>a", n);
    list_items: 512 * KB, Kept, |n| many("<ul><li>", n);
    list_items_with_text: 200 * KB, Kept, |n| many("<ul><li>a", n);
    tables: 512 * KB, Kept, |n| many("<table>", n);
    tables_in_cells: 256 * KB, Kept, |n| many("<table><tr><td>a", n);
    captions: 256 * KB, Kept, |n| many("<table><caption>a", n);
    headings: 256 * KB, Kept, |n| many("<h1><h2>a", n);
    inline_elements: 512 * KB, Kept, |n| many("<b><i><a href=x>", n);
    inline_elements_with_blocks: 256 * KB, Kept, |n| many("<b>a<i>b<p>c", n);
    blocks_in_deep_inline_elements: 128 * KB, Kept, |n| deep("<b class=x>") + &many("a<br><br>", n);
    paragraphs_in_deep_inline_elements: 128 * KB, Kept, |n| deep("<b class=x id=y>") + &many("<p>a", n);
    blocks_in_links: 256 * KB, Kept, |n| deep("<a href=x><div>") + &many("a</a><a href=y>b", n);
    misnested_links: 256 * KB, Kept, |n| many("<a href=x>a<p>", n);
    misnested_formatting: 256 * KB, Kept, |n| many("<b><p></b></p>", n);
    crossed_formatting: 256 * KB, Kept, |n| many("<a><b><div></a></b>a</div>", n);
    quotes: 256 * KB, Kept, |n| many("<blockquote>a", n);
    code: 256 * KB, Kept, |n| many("<pre>a\n", n);
    buttons: 256 * KB, Kept, |n| many("<button>a", n);
    unknown_elements: 512 * KB, Kept, |n| (0..n / 16).map(|i| format!("<x-{i:06}>a<y>")).collect();
    end_tags: 512 * KB, Kept, |n| many("</div></p></a></table></x>", n);
    end_tags_in_deep_elements: 256 * KB, Kept, |n| deep("<div>") + &many("</i></b></td></x><p>", n);
    end_tags_of_unknown_elements: 256 * KB, Kept, |n| deep("<x-y>") + &many("</x-z></p>", n);
    items_in_deep_elements: 256 * KB, Kept, |n| "<ul>".to_owned() + &deep("<div>") + &many("<li></li>", n);
    paragraphs_in_deep_elements: 256 * KB, Kept, |n| "<p>".to_owned() + &deep("<span>") + &many("<p></i>", n);
    cells_in_deep_elements: 128 * KB, Kept, |n| "<table><tr><td>".to_owned() + &deep("<div>") + &many("<td>a", n);

    // Blocks.
    paragraphs: 4 * 65_000, Kept, |n| many("<p>a", n);
    a_million_paragraphs: 4_000_000, Kept, |n| many("<p>a", n);
    equal_blocks: 512 * KB, Kept, |n| many("<div class=teaser><a href=x>All of them alike, to the last word.</a></div>", n);
    different_blocks: 512 * KB, Kept, |n| (0..n / 32).map(|i| format!("<p class=x{i:07} id=y{i:07}>{i}")).collect();
    breaks: 256 * KB, Kept, |n| many("a<br><br>", n);
    breaks_alone: MB, Kept, |n| many("<br>", n);
    rows: 256 * KB, Kept, |n| many("<tr><td>a<td>b</tr>", n);
    rows_of_a_table: 256 * KB, Kept, |n| "<table>".to_owned() + &many("<tr><td>a<td>b", n) + "</table>";
    one_long_row: 256 * KB, Kept, |n| "<table><tr>".to_owned() + &many("<td>a", n) + "</table>";
    one_long_list: 256 * KB, Kept, |n| "<ul>".to_owned() + &many("<li>a", n) + "</ul>";
    rules: MB, Kept, |n| many("<hr>", n);
    images: MB, Kept, |n| many("<img>", n);
    selects: 512 * KB, Kept, |n| many("<select><option>a", n);
    templates: 512 * KB, Swallowed, |n| many("<template>a", n);
    templates_closed: 512 * KB, Kept, |n| many("<template>a</template>", n);
    drawings: 512 * KB, Kept, |n| many("<svg><p>a</svg>", n);
    drawings_cut: 512 * KB, Swallowed, |n| many("<svg><g>", n);
    cdata: 512 * KB, Kept, |n| many("<![CDATA[ a ]]>", n);
    cdata_in_drawings: 512 * KB, Kept, |n| format!("<svg>{}</svg>", many("<![CDATA[ a ]]>", n));
    cdata_cut: 512 * KB, Swallowed, |n| format!("<svg>{}", many("<![CDATA[ ", n));
    noscripts: 512 * KB, Swallowed, |n| many("<noscript>a", n);

    // Tags and attributes.
    a_million_attributes: 4_000_000, Kept, |n| format!("<p {}>", many("a=b ", n));
    a_million_tags_with_one_attribute: 10_000_000, Kept, |n| many("<b id=abc>", n);
    attributes_known: MB, Kept, |n| format!("<p {}>", many("class=comment id=x ", n));
    attributes_of_quotes: MB, Kept, |n| format!("<p {}>", many("\"", n));
    attributes_of_slashes: MB, Kept, |n| format!("<p {}>", many("/", n));
    attributes_of_equals_signs: MB, Kept, |n| format!("<p {}>", many("= ", n));
    attribute_names_and_spaces: MB, Kept, |n| format!("<p {}>", many("a                                ", n));
    long_name: 4 * MB, Kept, |n| format!("<{}>", many("a", n));
    long_attribute_name: 4 * MB, Kept, |n| format!("<p {}=x>", many("a", n));
    long_class: 512 * KB, Kept, |n| format!("<b class=\"{}\">{}", many("comment-", n / 2), many("a<br><br>", n / 2));
    long_role: 512 * KB, Kept, |n| format!("<b role=\"{}\">{}", many("comment-", n / 2), many("a<br><br>", n / 2));
    long_style: 512 * KB, Kept, |n| format!("<b style=\"{}\">{}", many("a:b;", n / 2), many("a<br><br>", n / 2));
    long_language: MB, Kept, |n| format!("<html lang='{}'>", many("de ", n));
    many_languages: MB, Kept, |n| many("<html lang=' '>", n);
    many_titles: MB, Kept, |n| many("<title>a</title>", n);
    long_title: MB, Kept, |n| format!("<title>{}</title>", many("a - ", n));
    long_title_and_headings: MB, Kept, |n| format!("<title>{}</title>{}", many("abcdefgh - ", n / 2), many("<h1>abcdefgh", n / 2));
    many_metas: MB, Kept, |n| many("<meta property=og:title content=' '>", n);
    long_meta: MB, Kept, |n| format!("<meta property=og:title content='{}'>", many("a ", n));
    long_meta_name: MB, Kept, |n| format!("<meta content=a name='{}'>", many("Date", n));
    many_times: MB, Kept, |n| many("<time datetime=x>", n);
    long_time: MB, Kept, |n| format!("<time datetime='{}'>", many("2024", n));
    deep_json: MB, Kept, |n| format!("<script type=application/ld+json>{}</script>", many("{\"a\":[", n));
    open_json: MB, Kept, |n| many("<script type=application/ld+json>{\"datePublished\":\"</script>", n);
    wide_json: MB, Kept, |n| format!("<script type=application/ld+json>[{}]</script>", many("{\"datePublished\":1},", n));

    // What is never closed.
    comments: MB, Kept, |n| many("<!--", n);
    comments_before_tags: MB, Kept, |n| many("<!-- > ", n);
    comments_of_dashes: MB, Kept, |n| "<!--".to_owned() + &many("-- ", n);
    comments_empty: MB, Kept, |n| many("<!--->", n);
    declarations: MB, Kept, |n| many("<!a", n);
    instructions: MB, Kept, |n| many("<?a", n);
    scripts_escaped: MB, Kept, |n| many("<script><!--<script></script>", n);
    scripts_of_dashes: MB, Kept, |n| format!("<script><!--{}</script>", many("-<", n));
    titles: MB, Kept, |n| many("<title>", n);
    raw_text: MB, Kept, |n| many("<textarea><iframe><noembed><noframes>", n);
    raw_text_and_end_tags: MB, Kept, |n| format!("<textarea>{}</textarea>", many("</textare></", n));
    styles: MB, Swallowed, |n| many("<style>", n);
    plain_text: MB, Kept, |n| many("<plaintext>", n);
    tags: MB, Swallowed, |n| many("<p a='", n | 1);
    end_tag_openings: MB, Kept, |n| many("</", n);
    angles: MB, Kept, |n| many("<", n);

    // References and characters.
    surrogates: MB, Kept, |n| many("&#xD800;", n);
    references_out_of_range: MB, Kept, |n| many("&#x110000;&#99999999999999999999;", n);
    references: MB, Kept, |n| many("&amp;&notit;", n);
    ampersands: MB, Kept, |n| many("&", n);
    references_cut: MB, Kept, |n| many("&am&#&#x&ampe", n);
    references_to_spaces: MB, Kept, |n| many("&#32;&nbsp;&#10;", n);
    long_number: 4 * MB, Kept, |n| format!("&#{};", many("0", n));
    long_reference: 4 * MB, Kept, |n| format!("&{};", many("a", n));
    nulls: 4 * MB, Kept, |n| many("\0", n);
    control_characters: MB, Kept, |n| many("a\0b\u{1}\u{7f}\u{85}\u{ad}", n);
    odd_characters: MB, Kept, |n| many("\u{feff}\u{202e}\u{10ffff}\u{301}", n);
    carriage_returns: MB, Kept, |n| format!("<pre>{}</pre>", many("\r", n));

    // Text.
    a_long_text: 50_000_000, Kept, |n| many("word ", n);
    a_long_word: 8 * MB, Kept, |n| many("x", n);
    long_text_of_a_script_without_spaces: 6 * MB, Kept, |n| many("\u{5b57}", n);
    long_code: 4 * MB, Kept, |n| format!("<pre>{}</pre>", many(" \n", n));
    spaces: 8 * MB, Kept, |n| many(" ", n);
    spaces_and_angles: 4 * MB, Kept, |n| many(" <", n);
}

#[test]
fn text_beyond_the_last_block_is_kept() {
    let page = read(format!("{}last words", many("<p>word ", 80_000 * 8))).page;
    assert_eq!(page.blocks.len(), MAX_BLOCKS);
    assert!(page.blocks.last().is_some_and(|block| block.text.ends_with("last words")));
    let words: usize = page.blocks.iter().map(|block| block.text.matches("word").count()).sum();
    assert_eq!(words, 80_000 + 1);
}

#[test]
fn text_below_the_deepest_element_is_kept() {
    let page = read(format!("{}<p>deep <b>down", many("<div>", 320 * KB))).page;
    assert!(has(&page, "deep down"), "{:?}", page.blocks);
}

#[test]
fn a_long_text_is_unchanged() {
    let text = "word ".repeat(2_000_000);
    assert_eq!(read(text.clone()).page.text, text.trim());
}

#[test]
fn a_page_that_is_cut_off_keeps_what_it_has() {
    for cut in [
        "<",
        "<p",
        "<p ",
        "<p a",
        "<p a=",
        "<p a='",
        "<p a=\"x",
        "</",
        "</p",
        "</p a",
        "<!",
        "<!-",
        "<!--",
        "<!-- -",
        "<!doctype",
        "<?",
        "<![CDATA[",
        "<script>",
        "<script><!--<script>",
        "<style>",
        "<title>",
        "<textarea>",
        "<plaintext>",
        "<pre>",
        "<a href=x>",
        "<svg>",
        "<svg><![CDATA[",
        "<math>",
        "<select>",
        "<template>",
        "<table>",
        "&",
        "&#",
        "&#x",
        "&amp",
        "&notin",
    ] {
        let page = read(format!("<p>{BEFORE}</p>{cut}")).page;
        assert!(page.blocks[0].text.starts_with(BEFORE), "before {cut:?}: {:?}", page.blocks);
    }
}

#[test]
fn lists_of_choices_and_notes_on_readings_end_without_end_tags() {
    for unclosed in [
        "<select><option>a<select><option>b</select>",
        "<select><option>a<input>",
        "<select><option>a<textarea></textarea>",
        "<ruby>a<rt>b</ruby>",
        "<ruby>a<rp>(<rt>b<rp>)</ruby>",
        "<div>a<rt>b</div>",
        "<rt>b",
    ] {
        let page = read(format!("{unclosed}<span>{AFTER}</span><p>End.")).page;
        assert_eq!(has(&page, AFTER), unclosed != "<rt>b", "after {unclosed:?}");
        assert!(has(&page, "End."), "after {unclosed:?}");
        assert!(!page.blocks[0].text.contains('b'), "of {unclosed:?}: {:?}", page.blocks);
    }
}

#[test]
fn nothing() {
    for html in ["", " ", "\n\t\r\n", "<html><body></body></html>", "<!-- -->", "&nbsp;", "\u{feff}", "\0"] {
        let page = read(html.to_owned()).page;
        assert_eq!(page.text, "", "of {html:?}");
        assert!(page.verbatim.is_empty());
    }
}
