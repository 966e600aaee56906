//! Main-content extraction by one tool: `extract TOOL < PAGES > TEXTS`, JSON lines `{"id", "url"?, "html"}` to `{"id", "text"}`.
//!
//! One harness for all, gleaner's own crate included, so that reading, writing and the allocator cost each the same. A
//! page that a tool fails or panics on counts as empty; how many there were is told on stderr.

use std::io::{self, BufRead, BufWriter, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

/// For the peers that recurse over the page.
const STACK: usize = 1 << 29;

#[derive(serde::Deserialize)]
struct Page {
    id: String,
    url: Option<String>,
    html: String,
}

#[derive(serde::Serialize)]
struct Text {
    id: String,
    text: String,
}

type Extract = fn(&Page) -> Option<String>;

fn main() -> io::Result<()> {
    let tool = std::env::args().nth(1).unwrap_or_default();
    let extract: Extract = match tool.as_str() {
        "gleaner" => gleaner,
        "dom_smoothie" => dom_smoothie,
        "trafilatura" => trafilatura,
        "rs-trafilatura" => rs_trafilatura,
        _ => return Err(io::Error::other(format!("there is no tool {tool:?}"))),
    };
    std::panic::set_hook(Box::new(|_| ()));
    let worker = thread::Builder::new().stack_size(STACK).spawn(move || run(extract))?;
    worker.join().map_err(|_| io::Error::other("the harness panicked"))?
}

fn run(extract: Extract) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let (mut failed, mut panicked) = (0, 0);
    for line in io::stdin().lock().lines() {
        let page: Page = serde_json::from_str(&line?)?;
        let text = match catch_unwind(AssertUnwindSafe(|| extract(&page))) {
            Ok(Some(text)) => text,
            Ok(None) => {
                failed += 1;
                String::new()
            }
            Err(_) => {
                panicked += 1;
                String::new()
            }
        };
        serde_json::to_writer(&mut out, &Text { id: page.id, text })?;
        out.write_all(b"\n")?;
    }
    if failed + panicked > 0 {
        eprintln!("pages that failed: {failed}, that panicked: {panicked}");
    }
    out.flush()
}

fn gleaner(page: &Page) -> Option<String> {
    use gleaner_boilerplate::html::{ExtractOptions, extract};
    Some(extract(&page.html, &ExtractOptions::default()).text)
}

/// `Formatted`, as by default the words at the ends of neighbouring blocks are one.
fn dom_smoothie(page: &Page) -> Option<String> {
    use dom_smoothie::{Config, Readability, TextMode};
    let config = Config { text_mode: TextMode::Formatted, ..Config::default() };
    let article = Readability::new(page.html.as_str(), None, Some(config)).ok()?.parse().ok()?;
    Some(article.text_content.to_string())
}

/// With the fallback that its documentation shows: by default it is off, and pages that it cannot do stay empty. Without
/// comments, as all here that can tell them apart.
fn trafilatura(page: &Page) -> Option<String> {
    use trafilatura::{Options, extract};
    let options = Options::default().with_fallback(true).with_exclude_comments(true);
    Some(extract(&page.html, &options).ok()?.content_text)
}

/// The address, where known, tells it the type of the page.
fn rs_trafilatura(page: &Page) -> Option<String> {
    use rs_trafilatura::{Options, extract_with_options};
    let options = Options { url: page.url.clone(), ..Options::default() };
    Some(extract_with_options(&page.html, &options).ok()?.content_text)
}
