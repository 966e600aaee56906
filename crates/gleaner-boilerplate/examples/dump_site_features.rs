//! Writes the features by which the lines of a site's pages are judged, for training: JSON lines
//! `{"id", "site", "text", "p"}` on stdin, the pages of a site one after the other, `p` how likely each line with words is
//! content; a line `{"id", "rows"}` a text on stdout; the rows as little-endian `f32` to the file named first, the
//! features' names, one a line, to the file named second.

use std::fs::File;
use std::io::{BufRead, BufWriter, Write};

use gleaner_boilerplate::lines::{LineCleaner, LineOptions};
use gleaner_boilerplate::sites::{SiteCounter, SitePage, SiteTemplate};

#[derive(serde::Deserialize)]
struct Row {
    id: String,
    site: String,
    text: String,
    p: Vec<f32>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let [rows, names] = &paths[..] else { return Err("two file names are needed".into()) };
    let mut rows = BufWriter::new(File::create(rows)?);
    let mut out = BufWriter::new(std::io::stdout().lock());
    let cleaner = LineCleaner::new(&LineOptions::default())?;
    let pages = std::io::stdin().lock().lines().map(|line| Ok(serde_json::from_str(&line?)?));
    let pages: Vec<Row> = pages.collect::<Result<_, Box<dyn std::error::Error>>>()?;
    for site in pages.chunk_by(|a, b| a.site == b.site) {
        let template = template(site);
        for page in site {
            let features = cleaner.site_features(&template, &page.text, &page.p);
            for value in &features.rows {
                rows.write_all(&value.to_le_bytes())?;
            }
            if !features.names.is_empty() {
                std::fs::write(names, features.names.join("\n"))?;
            }
            writeln!(out, "{}", serde_json::json!({ "id": page.id, "rows": features.texts.len() }))?;
        }
    }
    rows.flush()?;
    Ok(out.flush()?)
}

fn template(site: &[Row]) -> SiteTemplate {
    let mut counter = SiteCounter::default();
    site.iter().for_each(|page| counter.add(&page.site, &SitePage::of(&page.text)));
    counter.templates().pop().unwrap_or_else(|| SiteTemplate::new("", 0, []))
}
