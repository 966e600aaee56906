//! Shows every block of a page, read from stdin, with its verdict.
#![allow(clippy::print_stdout, reason = "an example shows its result")]

use std::io::Read;

use gleaner_boilerplate::html::{ExtractOptions, extract};

fn main() -> std::io::Result<()> {
    let mut html = String::new();
    std::io::stdin().read_to_string(&mut html)?;
    for block in extract(&html, &ExtractOptions::default()).blocks {
        let verdict = if block.kept { "+" } else { "-" };
        let text = block.text.replace(['\n', '\t'], " ");
        println!("{verdict} {:.2} {:?} {} {text}", block.score, block.kind, block.reason);
    }
    Ok(())
}
