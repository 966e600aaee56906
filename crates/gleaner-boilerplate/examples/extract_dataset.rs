//! Extracts a data set: JSON lines `{"id", "html"}` on stdin, `{"id", "text"}` on stdout; speed on stderr. Arguments are
//! choices other than the defaults: `precision`, `recall`, `keep-comments`, `drop-comments`, `drop-tables`, `markdown`.
#![allow(clippy::print_stderr, reason = "an example shows its result")]

use std::io::{BufRead, BufWriter, Write};
use std::time::{Duration, Instant};

use gleaner_boilerplate::html::{Comments, ExtractOptions, Favor, Links, Tables, extract};
use serde_json::json;

#[derive(serde::Deserialize)]
struct Row {
    id: String,
    html: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = std::env::args()
        .skip(1)
        .try_fold(ExtractOptions::default(), |options, choice| choose(options, &choice))?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let (mut bytes, mut time) = (0, Duration::ZERO);
    for line in std::io::stdin().lock().lines() {
        let row: Row = serde_json::from_str(&line?)?;
        let start = Instant::now();
        let page = extract(&row.html, &options);
        time += start.elapsed();
        bytes += row.html.len();
        let declared = [("title", &page.title), ("date", &page.date), ("language", &page.language)];
        let declared = declared.map(|(name, found)| {
            let found =
                found.as_ref().map(|found| json!({ "value": found.value, "origin": found.origin.name() }));
            (name.to_owned(), found.unwrap_or_default())
        });
        let mut row = json!({ "id": row.id, "text": page.text });
        row.as_object_mut().expect("an object").extend(declared);
        writeln!(out, "{row}")?;
    }
    out.flush()?;
    let megabytes = bytes as f64 / 1e6;
    eprintln!("{megabytes:.1} MB in {time:.2?}: {:.0} MB/s", megabytes / time.as_secs_f64());
    Ok(())
}

fn choose(options: ExtractOptions, choice: &str) -> Result<ExtractOptions, String> {
    Ok(match choice {
        "precision" => options.favor(Favor::Precision),
        "recall" => options.favor(Favor::Recall),
        "keep-comments" => options.comments(Comments::Keep),
        "drop-comments" => options.comments(Comments::Drop),
        "drop-tables" => options.tables(Tables::Drop),
        "markdown" => options.links(Links::Markdown),
        _ => return Err(format!("there is no choice {choice:?}")),
    })
}
