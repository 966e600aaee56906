//! Says how alike two files are, by all measures of the crate, and whether the second is a duplicate of the first.
//!
//! `cargo run --release -p gleaner-dedup --example compare_texts -- KEPT OTHER`
#![allow(clippy::print_stdout, reason = "an example shows its result")]

use std::error::Error;
use std::fs;

use gleaner_dedup::{Frames, Shingler, Similarity};

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = std::env::args_os().skip(1);
    let (Some(kept), Some(other)) = (paths.next(), paths.next()) else {
        return Err("usage: compare_texts KEPT OTHER".into());
    };
    let (kept, other) = (fs::read_to_string(kept)?, fs::read_to_string(other)?);
    for similarity in [Similarity::default(), Similarity::Jaccard { threshold: 0.8 }] {
        let mut shingler = Shingler::new(similarity.shingle_options())?;
        let (a, b) = (shingler.shingles(&kept), shingler.shingles(&other));
        println!("{similarity:?}");
        println!("  shingles {} and {}, {} in both", a.len(), b.len(), a.shared(&b));
        println!("  Jaccard similarity {:.4}, containment {:.4}", a.jaccard(&b), a.containment(&b));
        // No site is known, so nothing is a frame; the second text is page 1 of the order.
        match similarity.compare(&b, &a, &Frames::default(), 1) {
            Some(duplicate) => println!("  a duplicate; longest run of its own: {:?} words", duplicate.gap),
            None => println!("  no duplicate"),
        }
    }
    Ok(())
}
