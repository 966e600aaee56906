//! A text from standard input without leftover boilerplate; what was removed and why goes to standard error.
//!
//! `cargo run --release -p gleaner-boilerplate --example clean_text -- [--conservative] < TEXT`

use std::error::Error;
use std::io::{self, Read, Write};

use gleaner_boilerplate::lines::{Action, Cleaning, LineCleaner, LineOptions};

fn main() -> Result<(), Box<dyn Error>> {
    let mut options = LineOptions::default();
    if std::env::args().nth(1).as_deref() == Some("--conservative") {
        options.cleaning = Cleaning::Conservative;
    }
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let clean = LineCleaner::new(&options)?.clean(&text, &[]);
    for span in &clean.spans {
        let what = match span.action {
            Action::Removed => "removed",
            Action::Repaired => "repaired",
        };
        let before = text[span.range.clone()].escape_debug();
        writeln!(io::stderr(), "{what}\t{}\t{:.2}\t{before}", span.reason, span.score)?;
    }
    io::stdout().write_all(clean.text.as_bytes())?;
    Ok(())
}
