//! The fast ways against their definitions on real text of many languages, where it is at hand.

use std::fs;
use std::path::{Path, PathBuf};

use crate::reference::check;

/// The folder of shared data beside the workspace; `None`, said loudly, where it is missing.
#[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
fn shared(path: &str) -> Option<PathBuf> {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    if full.exists() {
        return Some(full);
    }
    #[expect(clippy::disallowed_methods, reason = "the one switch that turns a skipped test into a failure")]
    let in_ci = std::env::var_os("CI").is_some();
    assert!(!in_ci, "{} is missing", full.display());
    eprintln!("SKIPPED: {} is missing", full.display());
    None
}

#[test]
fn thai_posts() {
    let Some(path) = shared("data/neardup/th_pos.txt") else { return };
    fs::read_to_string(path).unwrap().lines().for_each(check);
}

#[test]
fn vietnamese_articles() {
    let Some(folder) = shared("data/seeds") else { return };
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            check(&fs::read_to_string(path).unwrap());
            seen += 1;
        }
    }
    assert!(seen >= 5, "only {seen} articles");
}
