//! Writes the fixtures: `make-fixtures FOLDER`.
//!
//! Files of the same name are replaced, others in the folder are left alone.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let (Some(folder), None) = (args.next(), args.next()) else {
        report("usage: make-fixtures FOLDER");
        return ExitCode::from(2);
    };
    match write(&PathBuf::from(folder)) {
        Ok(summary) => report(&summary),
        Err(error) => {
            report(&format!("make-fixtures: {error}"));
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn write(folder: &Path) -> Result<String, Box<dyn Error>> {
    let files = gleaner_testkit::fixtures::generate()?;
    for (name, bytes) in &files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(&path, bytes).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    let bytes: usize = files.values().map(Vec::len).sum();
    Ok(format!("{} files, {bytes} bytes in {}", files.len(), folder.display()))
}

#[allow(clippy::print_stderr)]
fn report(message: &str) {
    eprintln!("{message}");
}
