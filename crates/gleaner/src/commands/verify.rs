//! `gleaner verify`: whether a finished run is what it states to be.

use std::time::Instant;

use gleaner_pipeline::{Error, Verification, VerifyOptions, verify};

use crate::args::VerifyArgs;
use crate::config::Config;
use crate::display::{Progress, Style, plain, print, say, verification_json, verification_summary};
use crate::exit::Exit;
use crate::resolve;

pub(crate) fn verify_command(args: &VerifyArgs, style: Style) -> Result<Exit, Error> {
    let resources = resolve::resources(&args.resources, &Config::default())?;
    let VerifyArgs { recall_sample, inputs, .. } = *args;
    let options = VerifyOptions { recall_sample, inputs, against: args.against.clone() };
    let progress = Progress::new(&args.display, style);
    let start = Instant::now();
    let verified = verify(&args.folder, &options, &resources, &progress);
    progress.end();
    let verified = verified?;
    let seconds = start.elapsed().as_secs_f64();
    if args.display.json {
        print(&verification_json(&verified, seconds).to_string())?;
    } else {
        list(&verified)?;
        if !args.display.quiet {
            say(&verification_summary(&verified, seconds));
        }
    }
    if !verified.is_sound() {
        let findings: u64 = verified.findings_by_check.values().sum();
        style.error(&format!(
            "{} is not what its manifest states: {findings} findings",
            args.folder.display()
        ));
        return Ok(Exit::Unsound);
    }
    Ok(Exit::Done)
}

/// The findings are the data of this command.
fn list(verified: &Verification) -> Result<(), Error> {
    verified.findings.iter().try_for_each(|finding| print(&plain(&finding.to_string())))?;
    let all: u64 = verified.findings_by_check.values().sum();
    match all.saturating_sub(verified.findings.len() as u64) {
        0 => Ok(()),
        more => print(&format!("{more} more")),
    }
}
