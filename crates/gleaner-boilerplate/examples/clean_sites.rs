//! Cleans the pages of sites by what they have in common: JSON lines `{"id", "site", "text"}` on stdin, `{"id", "text"}` on
//! stdout. With the argument `without` each page by itself; with `extracted`
//! the texts are taken to be what was extracted by markup.

use std::collections::BTreeMap;
use std::io::{BufRead, BufWriter, Write};

use gleaner_boilerplate::lines::{LineCleaner, LineOptions, PageText};
use gleaner_boilerplate::sites::{SiteCounter, SitePage, SiteTemplate};

#[derive(serde::Deserialize)]
struct Row {
    id: String,
    site: String,
    text: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let choice = std::env::args().nth(1);
    let with = choice.as_deref() != Some("without");
    let kind = if choice.as_deref() == Some("extracted") { PageText::Extracted } else { PageText::Plain };
    let rows = std::io::stdin().lock().lines().map(|line| Ok(serde_json::from_str(&line?)?));
    let rows: Vec<Row> = rows.collect::<Result<_, Box<dyn std::error::Error>>>()?;
    let mut counter = SiteCounter::default();
    rows.iter().filter(|_| with).for_each(|row| counter.add(&row.site, &SitePage::of(&row.text)));
    let templates = counter.templates();
    let templates: BTreeMap<&str, &SiteTemplate> =
        templates.iter().map(|template| (template.host(), template)).collect();
    let cleaner = LineCleaner::new(&LineOptions::default())?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    for row in &rows {
        let clean = match templates.get(row.site.as_str()) {
            Some(template) => cleaner.clean_page_of(template, kind, &row.text, &[]),
            None => cleaner.clean(&row.text, &[]),
        };
        writeln!(out, "{}", serde_json::json!({ "id": row.id, "text": clean.text }))?;
    }
    Ok(out.flush()?)
}
