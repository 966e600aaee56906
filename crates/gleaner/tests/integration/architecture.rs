//! The absences of ARCHITECTURE.md that manifests and sources can show.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::root;

/// Our crates and heavy ones that a crate may depend on; a name that is not listed is refused.
const MAY_USE: [(&str, &[&str]); 7] = [
    ("gleaner-text", &[]),
    ("gleaner-boilerplate", &["gleaner-text"]),
    ("gleaner-dedup", &["gleaner-text", "gleaner-spill"]),
    ("gleaner-spill", &[]),
    ("gleaner-archive", &[]),
    (
        "gleaner-corpus",
        &[
            "gleaner-archive",
            "parquet",
            "arrow-array",
            "arrow-ipc",
            "arrow-json",
            "arrow-schema",
            "arrow-select",
        ],
    ),
    (
        "gleaner-pipeline",
        &["gleaner-boilerplate", "gleaner-corpus", "gleaner-dedup", "gleaner-spill", "gleaner-text"],
    ),
];

/// Crates that no library takes: faces, frameworks, allocators, heavy formats where not allowed above.
const HEAVY: [&str; 9] =
    ["clap", "anyhow", "miette", "indicatif", "mimalloc", "parquet", "tokio", "html5ever", "object_store"];

/// The names under `[dependencies]`, without those for tests.
fn dependencies(krate: &str) -> BTreeSet<String> {
    let manifest =
        fs::read_to_string(root().join("crates").join(krate).join("Cargo.toml")).expect("a manifest");
    let table: toml::Table = manifest.parse().expect("TOML");
    let dependencies = table.get("dependencies").and_then(toml::Value::as_table);
    dependencies.map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

#[test]
fn crates_depend_in_one_direction() {
    for (krate, allowed) in MAY_USE {
        for dependency in dependencies(krate) {
            let watched = dependency.starts_with("gleaner") || dependency.starts_with("arrow");
            let watched = watched || HEAVY.contains(&dependency.as_str());
            assert!(!watched || allowed.contains(&dependency.as_str()), "{krate} must not use {dependency}");
        }
    }
}

/// Who takes one crate for its method takes no file format with it.
#[test]
fn spilling_is_a_feature_of_dedup() {
    let manifest = fs::read_to_string(root().join("crates/gleaner-dedup/Cargo.toml")).expect("a manifest");
    let table: toml::Table = manifest.parse().expect("TOML");
    assert_eq!(table["dependencies"]["gleaner-spill"]["optional"].as_bool(), Some(true));
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn libraries_install_no_allocator_and_read_no_environment() {
    let mut files = Vec::new();
    for (krate, _) in MAY_USE {
        sources(&root().join("crates").join(krate).join("src"), &mut files);
    }
    assert!(files.len() > 50, "the sources of all crates");
    for file in files {
        let source = fs::read_to_string(&file).expect("a source");
        for banned in ["global_allocator", "env::var", "println!", "process::exit"] {
            let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
            assert!(!code.into_iter().any(|line| line.contains(banned)), "{banned} in {}", file.display());
        }
    }
}
