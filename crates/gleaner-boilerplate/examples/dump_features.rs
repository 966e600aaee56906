//! Writes the features of a data set's blocks for training: JSON lines `{"id", "html"}` on stdin; a line
//! `{"id", "texts"}` a page on stdout; the rows as little-endian `f32` to the file named first, the features' names,
//! one a line, to the file named second. With a third file, of one `f32` a block, the features of the second verdict,
//! given these as the first.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};

use gleaner_boilerplate::html::block_features;

#[derive(serde::Deserialize)]
struct Row {
    id: String,
    html: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let [rows, names, verdicts @ ..] = &paths[..] else { return Err("two file names are needed".into()) };
    let mut verdicts = verdicts.first().map(File::open).transpose()?.map(BufReader::new);
    let mut rows = BufWriter::new(File::create(rows)?);
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut named = false;
    for line in std::io::stdin().lock().lines() {
        let row: Row = serde_json::from_str(&line?)?;
        let mut features = block_features(&row.html, None);
        if let Some(verdicts) = &mut verdicts {
            let mut bytes = vec![0; 4 * features.texts.len()];
            verdicts.read_exact(&mut bytes)?;
            let p: Vec<f32> =
                bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
            features = block_features(&row.html, Some(&p));
        }
        for value in features.rows {
            rows.write_all(&value.to_le_bytes())?;
        }
        if !named && !features.names.is_empty() {
            std::fs::write(names, features.names.join("\n"))?;
            named = true;
        }
        writeln!(out, "{}", serde_json::json!({ "id": row.id, "texts": features.texts }))?;
    }
    rows.flush()?;
    Ok(out.flush()?)
}
