//! Prints the lines of standard input that repeat none before them.
//!
//! `cargo run --release -p gleaner-dedup --example dedup_lines < LINES`

use std::convert::Infallible;
use std::error::Error;
use std::io::{self, BufWriter, Read, Write};

use gleaner_dedup::{ResolveOptions, ShingleOptions, SketchOptions, Sketcher, find_duplicates};

fn main() -> Result<(), Box<dyn Error>> {
    let mut input = String::new();
    io::stdin().read_to_string(&mut input)?;
    let lines: Vec<&str> = input.lines().collect();

    let mut sketcher = Sketcher::new(ShingleOptions::default(), SketchOptions::default())?;
    let fingerprints: Vec<_> = lines.iter().map(|line| sketcher.fingerprint(line)).collect();
    let load = |index: usize| Ok::<_, Infallible>(sketcher.clone().shingles(lines[index]));
    let verdicts = find_duplicates(&fingerprints, &ResolveOptions::default(), load)?;

    let mut out = BufWriter::new(io::stdout().lock());
    for (line, _) in lines.iter().zip(&verdicts).filter(|(_, verdict)| verdict.is_none()) {
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    Ok(())
}
