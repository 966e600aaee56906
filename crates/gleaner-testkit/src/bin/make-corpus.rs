//! Writes a synthetic corpus as JSONL: `make-corpus N OUT.jsonl [--seed S] [--html]`.
//!
//! A row a document: id, text, url, group, kind, lang; with `--html` also html. `OUT` may be `-` for stdout.

use std::error::Error;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use gleaner_testkit::corpus::{Corpus, CorpusOptions, PageWriter, SyntheticDocument};

const USAGE: &str = "usage: make-corpus N OUT.jsonl [--seed S] [--html]";

struct Args {
    documents: usize,
    out: String,
    seed: u64,
    html: bool,
}

fn main() -> ExitCode {
    let Some(args) = parse(std::env::args().skip(1)) else {
        report(USAGE);
        return ExitCode::from(2);
    };
    match write(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&format!("make-corpus: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn parse(mut args: impl Iterator<Item = String>) -> Option<Args> {
    let (mut plain, mut seed, mut html) = (Vec::new(), 42, false);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--seed" => seed = args.next()?.parse().ok()?,
            "--html" => html = true,
            _ => plain.push(arg),
        }
    }
    let [documents, out]: [String; 2] = plain.try_into().ok()?;
    Some(Args { documents: documents.parse().ok()?, out, seed, html })
}

fn write(args: &Args) -> Result<(), Box<dyn Error>> {
    let corpus = Corpus::new(CorpusOptions {
        documents: args.documents,
        seed: args.seed,
        ..CorpusOptions::default()
    })?;
    let pages = PageWriter::new()?;
    let to_stdout = args.out == "-";
    let sink: Box<dyn Write> =
        if to_stdout { Box::new(io::stdout().lock()) } else { Box::new(File::create(&args.out)?) };
    let mut out = BufWriter::with_capacity(1 << 20, sink);
    for document in corpus.documents() {
        let html = args.html.then(|| pages.html(&document));
        serde_json::to_writer(&mut out, &Row { document, html })?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

#[derive(serde::Serialize)]
struct Row {
    #[serde(flatten)]
    document: SyntheticDocument,
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<String>,
}

#[allow(clippy::print_stderr)]
fn report(message: &str) {
    eprintln!("{message}");
}
