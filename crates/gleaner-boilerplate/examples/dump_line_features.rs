//! Writes the features of a data set's lines for training: JSON lines `{"id", "text"}` on stdin; a line
//! `{"id", "texts", "rules"}` a text on stdout; the rows as little-endian `f32` to the file named first, the features'
//! names, one a line, to the file named second.

use std::fs::File;
use std::io::{BufRead, BufWriter, Write};

use gleaner_boilerplate::lines::{LineCleaner, LineOptions};

#[derive(serde::Deserialize)]
struct Row {
    id: String,
    text: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let [rows, names] = &paths[..] else { return Err("two file names are needed".into()) };
    let mut rows = BufWriter::new(File::create(rows)?);
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut named = false;
    let cleaner = LineCleaner::new(&LineOptions::default())?;
    for line in std::io::stdin().lock().lines() {
        let row: Row = serde_json::from_str(&line?)?;
        let features = cleaner.line_features(&row.text);
        for value in features.rows {
            rows.write_all(&value.to_le_bytes())?;
        }
        if !named && !features.names.is_empty() {
            std::fs::write(names, features.names.join("\n"))?;
            named = true;
        }
        let (texts, rules) = (features.texts, features.rules);
        writeln!(out, "{}", serde_json::json!({ "id": row.id, "texts": texts, "rules": rules }))?;
    }
    rows.flush()?;
    Ok(out.flush()?)
}
