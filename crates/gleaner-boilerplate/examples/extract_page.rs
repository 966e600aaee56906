//! The main content of a page: `extract_page < page.html`.
#![allow(clippy::print_stdout, reason = "an example shows its result")]

use std::io::Read;

use gleaner_boilerplate::html::{ExtractOptions, extract};
use gleaner_boilerplate::lines::{LineCleaner, LineOptions};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut html = String::new();
    std::io::stdin().read_to_string(&mut html)?;
    let page = extract(&html, &ExtractOptions::default());
    let cleaned = LineCleaner::new(&LineOptions::default())?.clean(&page.text, &page.verbatim);
    if let Some(title) = page.title {
        println!("{title}\n");
    }
    println!("{}", cleaned.text.trim_end());
    Ok(())
}
