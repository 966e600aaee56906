//! The labelled articles beside the workspace, when they are there.

use std::path::{Path, PathBuf};

use gleaner_boilerplate::lines::{Cleaning, LineCleaner, LineOptions};
use serde_json::Value;

/// Lines by label: those that came out as they should, and all.
#[derive(Debug, Default)]
struct Tally {
    content: (usize, usize),
    boilerplate: (usize, usize),
    markup: (usize, usize),
}

#[allow(clippy::disallowed_methods, reason = "a test may ask whether it runs where nothing may be skipped")]
fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/seeds");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing", folder.display());
    eprintln!("SKIPPED: {} is missing", folder.display());
    None
}

fn tally(path: &Path, cleaner: &LineCleaner, tally: &mut Tally) {
    let text = std::fs::read_to_string(path).unwrap();
    let labels = std::fs::read_to_string(path.with_extension("labels.jsonl")).unwrap();
    let clean = cleaner.clean(&text, &[]);
    assert_eq!(clean.rebuild(&text), clean.text);
    let lines: Vec<&str> = text.split('\n').collect();
    let kept: Vec<&str> = clean.text.split('\n').collect();
    for label in labels.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let line = lines[usize::try_from(label["line"].as_u64().unwrap()).unwrap() - 1];
        let wanted = label["clean"].as_str().unwrap_or(line);
        let count = |pair: &mut (usize, usize), right: bool| {
            pair.0 += usize::from(right);
            pair.1 += 1;
        };
        match label["label"].as_str().unwrap() {
            "content" => count(&mut tally.content, kept.contains(&wanted)),
            "boilerplate" => count(&mut tally.boilerplate, !kept.contains(&line)),
            "markup" => count(&mut tally.markup, !kept.contains(&line)),
            _ => {}
        }
    }
}

#[test]
fn seeds_come_out_clean() {
    let Some(folder) = folder() else { return };
    for (cleaning, least) in [(Cleaning::Balanced, 140), (Cleaning::Conservative, 100)] {
        let mut options = LineOptions::default();
        options.cleaning = cleaning;
        let cleaner = LineCleaner::new(&options).unwrap();
        let mut all = Tally::default();
        let mut paths: Vec<_> =
            std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
        for path in &paths {
            tally(path, &cleaner, &mut all);
        }
        assert_eq!(all.content, (65, 65), "{cleaning:?}");
        assert_eq!(all.markup, (3, 3), "{cleaning:?}");
        assert_eq!(all.boilerplate.1, 143, "{cleaning:?}");
        assert!(all.boilerplate.0 >= least, "{cleaning:?} {all:?}");
    }
}
