//! Where fixtures and optional data are.

use std::path::{Path, PathBuf};

/// The root of the workspace this crate was compiled in.
pub fn workspace_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// The committed fixtures, `fixtures/` of the workspace.
pub fn fixtures_dir() -> PathBuf {
    workspace_root().join("fixtures")
}

/// The data sets beside the workspace, `../shared`, for tests that measure on real pages.
///
/// Where the folder is missing the test should return: this prints `SKIPPED: ...` with the caller's place to stderr and
/// gives `None`.
///
/// # Panics
/// When the folder is missing and the environment variable `CI` is set: there a skipped test is a failed one.
///
/// ```no_run
/// let Some(shared) = gleaner_testkit::shared_dir() else { return };
/// assert!(shared.is_dir());
/// ```
#[track_caller]
pub fn shared_dir() -> Option<PathBuf> {
    let dir = workspace_root().join("../shared");
    if dir.is_dir() {
        return Some(dir);
    }
    let place = std::panic::Location::caller();
    // Only tests call this, and the rule is about the machine they run on.
    #[allow(clippy::disallowed_methods)]
    let on_ci = std::env::var_os("CI").is_some();
    assert!(!on_ci, "{place} needs ../shared, which is missing, and CI is set");
    #[allow(clippy::print_stderr)]
    {
        eprintln!("SKIPPED: {place} needs ../shared beside the workspace, which is missing");
    }
    None
}
