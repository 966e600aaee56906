//! Reads corpus files of any format (WARC, WET, HTML, text, JSONL, Parquet; plain or compressed) and writes their records
//! to standard output as JSON lines with one set of fields. Pages stay HTML, in `html`.
//!
//! `cargo run --release -p gleaner-corpus --example to_jsonl -- crawl/ more.parquet`

use std::error::Error;
use std::io::{self, BufWriter, Write};

use gleaner_corpus::{
    BatchReader, Content, Document, InputOptions, Item, ReadOptions, Record, resolve_inputs, write_json_line,
};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let inputs = resolve_inputs(&arguments, &InputOptions::default())?;
    let options = ReadOptions::default();
    let mut out = BufWriter::new(io::stdout().lock());
    let (mut line, mut doc, mut lost) = (Vec::new(), 0, 0);
    for batch in BatchReader::new(inputs, options.clone()) {
        batch.decode(&options, |item| {
            match item {
                Item::Record(record) => {
                    line.clear();
                    write_record(doc, record, &mut line);
                    doc += 1;
                    out.write_all(&line)?;
                    out.write_all(b"\n")?;
                }
                Item::Rejected(reject) => {
                    lost += 1;
                    let place = format!("{} at {}", reject.file, reject.offset);
                    writeln!(io::stderr(), "{place}: {} {}", reject.kind.name(), reject.reason)?;
                }
                Item::Skipped(_) => {}
            }
            Ok::<_, io::Error>(())
        })?;
    }
    out.flush()?;
    writeln!(io::stderr(), "{doc} records, {lost} rejects and gaps")?;
    Ok(())
}

/// A text has the fields of a [`Document`], a page `html` in place of `text` and no `metadata`.
fn write_record(doc: u64, record: Record, line: &mut Vec<u8>) {
    let Record { id, url, date, title, language, source_file, source_offset, metadata, .. } = record;
    match record.content {
        Content::Text(text) => {
            let document = Document {
                doc,
                id,
                text,
                url,
                date,
                title,
                language,
                source_file,
                source_offset,
                metadata,
                ..Document::default()
            };
            write_json_line(&document, line);
        }
        Content::Html(html) => {
            let page = json!({ "doc": doc, "id": id, "html": html, "url": url, "date": date,
                "title": title, "language": language, "source_file": source_file, "source_offset": source_offset });
            line.extend_from_slice(page.to_string().as_bytes());
        }
    }
}
