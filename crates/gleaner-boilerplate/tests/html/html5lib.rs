//! The tree construction tests of html5lib, where the data is at hand: the text of all blocks is the text of the tree,
//! in its order.
//!
//! Compared without white space and control characters, which the text of blocks has by other rules. Left out of the
//! tree is the text of elements whose content is not read (scripts, templates, drawings, choices and the like).
//! Fragments are not compared: `extract` reads pages.

use std::collections::BTreeMap;
use std::path::Path;

use gleaner_boilerplate::html::{ExtractOptions, extract};

/// Elements whose text is no text of the page.
const SKIPPED: [&str; 21] = [
    "applet",
    "audio",
    "canvas",
    "datalist",
    "iframe",
    "map",
    "math math",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "rp",
    "rt",
    "script",
    "select",
    "style",
    "svg svg",
    "template",
    "textarea",
    "title",
    "video",
];

/// Where the text differs on purpose: what such a page has, and why.
const DEPARTURES: [(&str, &str); 13] = [
    ("<!--", "a comment that is never closed ends at the next `>`"),
    ("<script", "a script that is never closed for its escapes ends at the first `</script`"),
    ("<title", "a title that is never closed is read as markup"),
    ("<textarea", "so is a text area"),
    ("<frameset", "the text of a page of frames is read"),
    ("<noscript", "its content is read where the page has hardly any other"),
    ("<plaintext", "what follows is read wherever it stands, and NUL is dropped"),
    ("<select", "a list of choices ends at the next block, and begins anew at the next list"),
    ("<svg", "a drawing that is never closed may take in what follows"),
    ("<math", "so may a formula"),
    ("<object", "what is shown in its place may be read"),
    ("<applet", "the same"),
    ("<rtc", "a note on a reading ends at the next note or block, not at elements that are no longer in use"),
];

/// Of 1,600 pages. Where tables hold text outside of cells, its place may differ: nothing is moved.
const SAME: usize = 1525;
const MOVED: usize = 5;

struct Case {
    data: String,
    /// The lines of the tree, without the bars in front.
    tree: Vec<String>,
    fragment: bool,
}

fn cases(file: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for case in format!("\n{file}").split("\n#data\n").skip(1) {
        let data = case.split_once("\n#errors").map_or("", |(data, _)| data);
        let tree = case.split_once("\n#document\n").map_or("", |(_, tree)| tree);
        let mut lines: Vec<String> = Vec::new();
        for line in tree.trim_end_matches('\n').split('\n') {
            match line.strip_prefix("| ") {
                Some(line) => lines.push(line.to_owned()),
                // The rest of a text with line feeds.
                None => {
                    if let Some(last) = lines.last_mut() {
                        last.push('\n');
                        last.push_str(line);
                    }
                }
            }
        }
        cases.push(Case {
            data: data.to_owned(),
            tree: lines,
            fragment: case.contains("\n#document-fragment\n"),
        });
    }
    cases
}

fn text_of_tree(lines: &[String]) -> String {
    let mut text = String::new();
    let mut skipped = usize::MAX;
    for line in lines {
        let depth = line.len() - line.trim_start_matches(' ').len();
        let node = &line[depth..];
        if depth <= skipped {
            skipped = usize::MAX;
            if let Some(name) = node.strip_prefix('<').and_then(|node| node.strip_suffix('>')) {
                if SKIPPED.contains(&name) {
                    skipped = depth;
                }
            } else if let Some(own) = node.strip_prefix('"') {
                text.push_str(own.strip_suffix('"').unwrap_or(own));
            }
        }
    }
    text
}

fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !c.is_control() && *c != '\u{ad}').collect()
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a test may ask whether it runs where nothing may be skipped")]
fn text_is_in_the_order_of_the_tree() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/hostile/html5lib+html5lib-tests/tree-construction");
    if !folder.is_dir() {
        assert!(std::env::var_os("CI").is_none(), "{} is missing", folder.display());
        eprintln!("SKIPPED: {} is missing", folder.display());
        return;
    }
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "dat"));
    files.sort();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for path in files {
        let Ok(file) = std::fs::read_to_string(&path) else { continue };
        for case in cases(&file) {
            let page = extract(&case.data, &ExtractOptions::default());
            let is = squeeze(&page.blocks.iter().map(|block| block.text.as_str()).collect::<String>());
            let wanted = squeeze(&text_of_tree(&case.tree));
            let sorted = |text: &str| {
                let mut all: Vec<char> = text.chars().collect();
                all.sort_unstable();
                all
            };
            let outcome = if case.fragment {
                "fragment"
            } else if is == wanted {
                "same"
            } else if case.data.contains("<table") && sorted(&is) == sorted(&wanted) {
                "moved"
            } else if DEPARTURES.iter().any(|(tag, _)| case.data.contains(tag)) {
                "departure"
            } else {
                "different"
            };
            if !matches!(outcome, "same" | "fragment") {
                eprintln!(
                    "{outcome} {} {:?}\n    is {is:?}\n    wanted {wanted:?}",
                    path.file_name().unwrap().display(),
                    case.data
                );
            }
            *counts.entry(outcome).or_default() += 1;
        }
    }
    let count = |outcome| counts.get(outcome).copied().unwrap_or(0);
    assert_eq!(count("different"), 0, "{counts:?}");
    assert!(count("same") >= SAME && count("moved") <= MOVED, "{counts:?}");
}
