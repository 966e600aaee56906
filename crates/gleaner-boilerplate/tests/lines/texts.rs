//! Articles of our own with what a scraper leaves around them, one label per line.
//!
//! `texts/NAME.txt` is a text, and each line of `texts/NAME.labels` one character for the line of the same number:
//! `c` content, `b` boilerplate, `p` a caption or a signature, which may stay or go, and `.` a blank line.
//! `texts/counts.tsv` records how many of the boilerplate lines go, and how many content lines are lost. The texts are
//! short beside what surrounds them, and most hold a list that looks like headlines: a hard test, not a fair sample.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use gleaner_boilerplate::lines::{CleanText, Cleaning, LineCleaner, LineOptions};

/// At least this share of all boilerplate lines goes in balanced and in conservative cleaning.
const SHARES: [f64; 2] = [0.88, 0.75];
/// At most so many lines of content are lost of all texts, of 341.
const LOST: [usize; 2] = [6, 6];

/// Lines of a text by label, and what became of them.
#[derive(Clone, Copy, Default)]
struct Counts {
    content: usize,
    lost: usize,
    boilerplate: usize,
    removed: usize,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lines/texts")
}

fn names() -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort_unstable();
    names
}

fn cleaners() -> [LineCleaner; 2] {
    [Cleaning::Balanced, Cleaning::Conservative].map(|cleaning| {
        let mut options = LineOptions::default();
        options.cleaning = cleaning;
        LineCleaner::new(&options).unwrap()
    })
}

/// The letters and digits of the line that starts at byte `start` which are left after cleaning, without what replaced
/// others.
fn left(clean: &CleanText, start: usize, line: &str) -> usize {
    let gone = |at: usize| clean.spans.iter().any(|span| span.range.contains(&at));
    line.char_indices().filter(|(at, c)| c.is_alphanumeric() && !gone(start + at)).count()
}

fn count(name: &str, cleaner: &LineCleaner) -> Counts {
    let read =
        |extension: &str| std::fs::read_to_string(folder().join(name).with_extension(extension)).unwrap();
    let (text, labels) = (read("txt"), read("labels"));
    assert_eq!(text.lines().count(), labels.lines().count(), "{name}: a label for each line");
    let clean = cleaner.clean(&text, &[]);
    assert_eq!(clean.rebuild(&text), clean.text, "{name}");
    let (mut start, mut counts) = (0, Counts::default());
    for (line, label) in text.lines().zip(labels.lines()) {
        let left = left(&clean, start, line);
        match label {
            "c" => {
                counts.content += 1;
                counts.lost += usize::from(left < line.chars().filter(|c| c.is_alphanumeric()).count());
            }
            "b" => {
                counts.boilerplate += 1;
                counts.removed += usize::from(left == 0);
            }
            "p" => {}
            "." => assert!(line.is_empty(), "{name}: {line:?} is not blank"),
            _ => panic!("{name}: no such label: {label:?}"),
        }
        start += line.len() + 1;
    }
    counts
}

#[test]
fn content_stays_and_boilerplate_goes() {
    let cleaners = cleaners();
    let mut table = String::from(
        "text\tcontent\tlost\tlost, conservative\tboilerplate\tremoved\tremoved, conservative\n",
    );
    let mut all = [Counts::default(); 2];
    for name in names() {
        let counts = cleaners.each_ref().map(|cleaner| count(&name, cleaner));
        let [balanced, careful] = counts;
        let (content, boilerplate) = (balanced.content, balanced.boilerplate);
        let (lost, removed) = ([balanced.lost, careful.lost], [balanced.removed, careful.removed]);
        writeln!(
            table,
            "{name}\t{content}\t{}\t{}\t{boilerplate}\t{}\t{}",
            lost[0], lost[1], removed[0], removed[1]
        )
        .unwrap();
        for (all, counts) in all.iter_mut().zip(counts) {
            all.lost += counts.lost;
            all.boilerplate += counts.boilerplate;
            all.removed += counts.removed;
        }
    }
    for ((all, share), lost) in all.iter().zip(SHARES).zip(LOST) {
        assert!(all.lost <= lost, "{} lines of content are lost\n{table}", all.lost);
        let removed = all.removed as f64 / all.boilerplate as f64;
        assert!(removed >= share, "{removed:.3} of the boilerplate goes, not {share}\n{table}");
    }
    let recorded = std::fs::read_to_string(folder().join("counts.tsv")).unwrap();
    assert_eq!(table, recorded, "the counts changed; if for the better, counts.tsv should say:\n{table}");
}
