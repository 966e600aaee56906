//! Patterns of arguments: `*`, `?`, `[a-z]`, `**` and `{a,b}`; a sign means itself in `[*]`.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use glob::{MatchOptions, Pattern};

use super::resolve::HIDDEN;

/// More choices than anyone writes; braces beside braces multiply.
const MAX_CHOICES: usize = 4096;

pub(super) fn is_glob(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| b"*?[{".contains(byte))
}

pub(super) struct Glob {
    /// The first folders, that hold no pattern.
    pub(super) base: PathBuf,
    /// Folders below the base that may hold a match.
    pub(super) depth: usize,
    /// First bytes of names that no part of the pattern asks for.
    pub(super) hidden: Vec<u8>,
    alternatives: Vec<Pattern>,
}

impl Glob {
    /// Splits off the first folders that hold no pattern; the rest is matched against paths relative to them. `None` for
    /// what is no valid pattern.
    pub(super) fn parse(argument: &OsStr) -> Option<Glob> {
        let path = Path::new(argument.to_str()?);
        let parts: Vec<Component<'_>> = path.components().collect();
        let fixed = parts.iter().take_while(|part| !is_glob(part.as_os_str().as_encoded_bytes())).count();
        let mut base: PathBuf = parts[..fixed].iter().collect();
        if base.as_os_str().is_empty() {
            base.push(".");
        }
        let rest: Vec<&str> = parts[fixed..].iter().filter_map(|part| part.as_os_str().to_str()).collect();
        let alternatives: Vec<String> =
            alternatives(&rest.join("/"))?.iter().map(|pattern| only_whole_stars(pattern)).collect();
        let depth = alternatives.iter().map(|pattern| depth(pattern)).max()?;
        let named = |byte: &u8| {
            alternatives
                .iter()
                .any(|pattern| pattern.split('/').any(|part| part.as_bytes().first() == Some(byte)))
        };
        let hidden = HIDDEN.iter().copied().filter(|byte| !named(byte)).collect();
        let alternatives =
            alternatives.iter().map(|pattern| Pattern::new(pattern).ok()).collect::<Option<_>>()?;
        Some(Glob { base, depth, hidden, alternatives })
    }

    /// Whether a path below the base is meant.
    pub(super) fn matches(&self, relative: &OsStr) -> bool {
        let options = MatchOptions { require_literal_separator: true, ..MatchOptions::default() };
        let path = relative.to_string_lossy();
        self.alternatives.iter().any(|pattern| pattern.matches_with(&path, options))
    }
}

/// A pattern in which two stars stand for folders only where they are all of a name; elsewhere they are as one.
fn only_whole_stars(pattern: &str) -> String {
    let one_star = |name: &str| {
        let mut name = name.to_owned();
        while name != "**" && name.contains("**") {
            name = name.replace("**", "*");
        }
        name
    };
    pattern.split('/').map(one_star).collect::<Vec<_>>().join("/")
}

fn depth(pattern: &str) -> usize {
    if pattern.contains("**") { usize::MAX } else { pattern.split('/').count() }
}

/// A pattern without braces for each choice that braces leave, as shells expand them, but for a single choice, which is one,
/// too; `None` when a brace is not closed, or when there are too many.
fn alternatives(pattern: &str) -> Option<Vec<String>> {
    let (mut open, mut done) = (vec![pattern.to_string()], Vec::new());
    for _ in 0..MAX_CHOICES {
        let Some(pattern) = open.pop() else { return Some(done) };
        let Some(start) = first_brace(&pattern) else {
            done.push(pattern);
            continue;
        };
        let (choices, end) = choices(&pattern[start..])?;
        let (before, after) = (&pattern[..start], &pattern[start + end..]);
        open.extend(choices.into_iter().map(|choice| format!("{before}{choice}{after}")));
    }
    None
}

/// Where the first brace opens that is not one of a set of characters.
fn first_brace(pattern: &str) -> Option<usize> {
    let mut set = false;
    pattern.char_indices().find_map(|(at, char)| {
        match char {
            '[' => set = true,
            ']' => set = false,
            _ => {}
        }
        (char == '{' && !set).then_some(at)
    })
}

/// What stands between the brace that opens a text, its commas, and the brace that closes it; and where it ends.
fn choices(text: &str) -> Option<(Vec<&str>, usize)> {
    let (mut choices, mut depth, mut start) = (Vec::new(), 0, 1);
    for (at, char) in text.char_indices() {
        match char {
            '{' => depth += 1,
            ',' if depth == 1 => {
                choices.push(&text[start..at]);
                start = at + 1;
            }
            '}' if depth == 1 => {
                choices.push(&text[start..at]);
                return Some((choices, at + 1));
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::alternatives;

    #[track_caller]
    fn check(pattern: &str, expected: &[&str]) {
        let mut found = alternatives(pattern).unwrap_or_default();
        found.sort_unstable();
        assert_eq!(found, expected, "{pattern}");
    }

    #[test]
    fn braces_are_expanded() {
        check("a*.txt", &["a*.txt"]);
        check("{a,b}/x", &["a/x", "b/x"]);
        check("{a,b{c,d}}.{x,}", &["a.", "a.x", "bc.", "bc.x", "bd.", "bd.x"]);
        check("{caf\u{e9}}", &["caf\u{e9}"]);
        check("[{,}]x", &["[{,}]x"]);
        check("{a,b", &[]);
        check("{a,{b}", &[]);
        check(&"{a,b}".repeat(40), &[]);
        check(&"{".repeat(100_000), &[]);
        check(&format!("{}a{}", "{".repeat(30_000), "}".repeat(30_000)), &[]);
    }
}
