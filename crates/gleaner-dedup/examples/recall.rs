//! Compares `find_duplicates` and `find_all_duplicates` with an exhaustive run on a file of JSON lines
//! `{"text": ..., "url": ...}`: how many of the removals that are due they make, and whether any is wrong. Holds all
//! shingles of the corpus.
//!
//! `cargo run --release -p gleaner-dedup --example recall -- CORPUS.jsonl [coverage|jaccard] [THRESHOLD]`

use std::collections::HashMap;
use std::convert::Infallible;
use std::error::Error;
use std::fs;

use gleaner_dedup::{
    Duplicate, Fingerprint, FrameLearner, Frames, ResolveOptions, Shingles, Similarity, SketchOptions,
    Sketcher, find_all_duplicates, find_duplicates,
};
use gleaner_text::hash64;
use serde_json::Value;

struct Corpus {
    fingerprints: Vec<Fingerprint>,
    shingles: Vec<Shingles>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let corpus = args.next().ok_or("usage: recall CORPUS.jsonl [coverage|jaccard] [THRESHOLD]")?;
    let mut similarity = match args.next().as_deref() {
        None | Some("coverage") => Similarity::default(),
        Some("jaccard") => Similarity::Jaccard { threshold: 0.8 },
        Some(other) => return Err(format!("no similarity is called {other}").into()),
    };
    if let Some(threshold) = args.next() {
        similarity = similarity.with_threshold(threshold.parse()?);
    }
    let options = ResolveOptions::new(similarity)?;
    let corpus = read(&corpus, &similarity)?;
    let load = |index: usize| Ok::<_, Infallible>(corpus.shingles[index].clone());
    let due = exhaustive(&corpus, &similarity);
    report("minhash", &find_duplicates(&corpus.fingerprints, &options, load)?, &due);
    report("exact", &find_all_duplicates(&corpus.fingerprints, &options, load)?, &due);
    Ok(())
}

fn read(path: &str, similarity: &Similarity) -> Result<Corpus, Box<dyn Error>> {
    let sketch = SketchOptions::for_similarity(similarity);
    let mut sketcher = Sketcher::new(similarity.shingle_options(), sketch)?;
    let mut corpus = Corpus { fingerprints: Vec::new(), shingles: Vec::new() };
    for line in fs::read_to_string(path)?.lines() {
        let row: Value = serde_json::from_str(line)?;
        let text = row["text"].as_str().ok_or("a row without text")?;
        let host = row["url"].as_str().and_then(|url| url.split('/').nth(2));
        let site = host.map(|host| hash64(host.as_bytes()));
        corpus.fingerprints.push(Fingerprint { site, ..sketcher.fingerprint(text) });
        corpus.shingles.push(sketcher.shingles(text));
    }
    Ok(corpus)
}

#[expect(clippy::print_stdout, reason = "an example speaks to a person")]
fn report(method: &str, verdicts: &[Option<Duplicate>], due: &[Option<Duplicate>]) {
    let removed = verdicts.iter().flatten().count();
    let found = due.iter().zip(verdicts).filter(|(due, verdict)| due.is_some() && verdict.is_some()).count();
    let all_due = due.iter().flatten().count();
    let wrong = verdicts.iter().zip(due).filter(|(verdict, due)| verdict.is_some() && due.is_none()).count();
    let same = verdicts.iter().zip(due).filter(|(verdict, due)| verdict == due).count();
    println!(
        "{method}: {} documents, {removed} removed, {all_due} due, recall {:.4}, not due {wrong}, same verdict {same}",
        due.len(),
        found as f64 / all_due.max(1) as f64,
    );
}

/// The verdicts that are due: against every document kept before that shares a shingle.
fn exhaustive(corpus: &Corpus, similarity: &Similarity) -> Vec<Option<Duplicate>> {
    let mut first = HashMap::new();
    let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
    let frames = frames(corpus);
    let mut due: Vec<Option<Duplicate>> = Vec::new();
    let mut page = 0;
    for (index, own) in corpus.shingles.iter().enumerate() {
        let Some(content) = corpus.fingerprints[index].content else {
            due.push(None);
            continue;
        };
        let first = *first.entry(content).or_insert(index);
        if first < index {
            due.push(due[first].clone().or_else(|| Some(Duplicate::exact(first as u64))));
            continue;
        }
        let mut met: Vec<usize> =
            own.as_slice().iter().filter_map(|shingle| holders.get(shingle)).flatten().copied().collect();
        met.sort_unstable();
        met.dedup();
        let near = met.into_iter().filter_map(|other| {
            let found = similarity.compare(own, &corpus.shingles[other], &frames, page)?;
            Some(Duplicate { of: other as u64, ..found })
        });
        let best = near.reduce(|best, near| if near.jaccard > best.jaccard { near } else { best });
        if best.is_none() {
            own.as_slice().iter().for_each(|&shingle| holders.entry(shingle).or_default().push(index));
        }
        due.push(best);
        page += 1;
    }
    due
}

/// The frames of all sites; `page` counts documents that are no copies of earlier ones, as the search does.
fn frames(corpus: &Corpus) -> Frames {
    let (mut seen, mut sites) = (HashMap::new(), Vec::new());
    for (index, print) in corpus.fingerprints.iter().enumerate() {
        let Some(content) = print.content else { continue };
        let page = seen.len() as u64;
        if *seen.entry(content).or_insert(index) == index {
            sites.extend(print.site.map(|site| (site, page, index)));
        }
    }
    sites.sort_unstable();
    let mut learner = FrameLearner::default();
    for (site, page, index) in sites {
        learner.page(site, page, &corpus.fingerprints[index].lines);
    }
    learner.finish()
}
