//! What the bounds on candidates cost where they bind: pages from one template, every tenth of them a near copy of
//! an earlier one with ADDED_WORDS more words at its end.
//!
//! `cargo run --release -p gleaner-dedup --example crowded -- PAGES TEMPLATE_WORDS_OF_200 ADDED_WORDS [MAX_BUCKET] [MAX_CANDIDATES]`

use std::convert::Infallible;
use std::error::Error;
use std::fmt::Write;
use std::time::Instant;

use gleaner_dedup::{ResolveOptions, ShingleOptions, SketchOptions, Sketcher, find_duplicates};

#[expect(clippy::print_stdout, reason = "an example speaks to a person")]
fn main() -> Result<(), Box<dyn Error>> {
    let numbers = std::env::args().skip(1).map(|arg| arg.parse::<usize>()).collect::<Result<Vec<_>, _>>()?;
    let [pages, template, added, bounds @ ..] = numbers.as_slice() else {
        return Err(
            "usage: crowded PAGES TEMPLATE_WORDS_OF_200 ADDED_WORDS [MAX_BUCKET] [MAX_CANDIDATES]".into()
        );
    };
    let mut options = ResolveOptions::default();
    options.max_bucket = bounds.first().copied().unwrap_or(options.max_bucket);
    options.max_candidates = bounds.get(1).copied().unwrap_or(options.max_candidates);

    let page = |index: usize| page(index, (*template).min(190), *added);
    let mut sketcher = Sketcher::new(ShingleOptions::default(), SketchOptions::default())?;
    let start = Instant::now();
    let fingerprints: Vec<_> = (0..*pages).map(|index| sketcher.fingerprint(&page(index))).collect();
    println!("fingerprints: {:.2} s", start.elapsed().as_secs_f64());
    let start = Instant::now();
    let load = |index: usize| Ok::<_, Infallible>(sketcher.clone().shingles(&page(index)));
    let verdicts = find_duplicates(&fingerprints, &options, load)?;
    println!("find duplicates: {:.2} s", start.elapsed().as_secs_f64());

    let copies = (0..*pages).filter(|&index| original(index) != index);
    let (mut all, mut found) = (0usize, 0usize);
    for index in copies {
        all += 1;
        found += usize::from(verdicts[index].is_some());
    }
    let removed = verdicts.iter().flatten().count();
    let between = sketcher.shingles(&page(0)).jaccard(&sketcher.shingles(&page(1)));
    let copied = sketcher.shingles(&page(19)).jaccard(&sketcher.shingles(&page(original(19))));
    println!("Jaccard of two pages {between:.3}, of a copy and its original {copied:.3}");
    println!(
        "copies found {found} of {all}: {:.4}; other removals {}",
        found as f64 / all as f64,
        removed - found
    );
    Ok(())
}

/// The page that `index` is a near copy of; itself for nine of ten.
fn original(index: usize) -> usize {
    if index % 10 == 9 { (index * 7919 % index) / 10 * 10 } else { index }
}

/// 200 words: a template around words of the page's own; a near copy ends in more words.
fn page(index: usize, template: usize, added: usize) -> String {
    let (mut text, own) = (String::new(), original(index));
    for word in 0..200 {
        let in_template = word < template / 2 || word >= 200 - template.div_ceil(2);
        let result =
            if in_template { write!(text, "frame{word} ") } else { write!(text, "own{own}x{word} ") };
        result.expect("writing to a string cannot fail");
    }
    if own != index {
        for word in 0..added {
            write!(text, "more{index}x{word} ").expect("writing to a string cannot fail");
        }
    }
    text
}
