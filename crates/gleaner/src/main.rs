//! The command line: arguments become settings, settings go to the pipeline, and what a person sees is made here.

mod args;
mod commands;
mod config;
mod display;
mod exit;
mod resolve;
mod signals;
mod size;
mod system;

use std::panic;
use std::process::ExitCode;

use clap::Parser;
use gleaner_pipeline::{Error, ErrorKind};

use crate::args::{Cli, Command};
use crate::display::Style;
use crate::exit::Exit;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let style = Style::new(match &cli.command {
        Command::Run(args) => args.display.color,
        Command::Clean(args) => args.display.color,
        Command::Dedup(args) => args.display.color,
        Command::Verify(args) => args.display.color,
        Command::Inspect(args) => args.display.color,
        Command::Rules => None,
    });
    if let Err(error) = signals::listen() {
        style.warning(&format!("signals end the process at once: {error}"));
    }
    let done = panic::catch_unwind(|| execute(&cli.command, style));
    match done {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(error)) if error.kind() == ErrorKind::Closed => Exit::Done.into(),
        Ok(Err(error)) if error.kind() == ErrorKind::Stopped => {
            style.error(&format!("interrupted{}", resume_hint(&cli.command)));
            signals::exit_code()
        }
        Ok(Err(error)) => {
            match error.kind() {
                ErrorKind::Io | ErrorKind::Work => {
                    style.error(&format!("{error}{}", resume_hint(&cli.command)))
                }
                _ => style.error(&error.to_string()),
            }
            if error.kind() == ErrorKind::Internal {
                report_bug(style);
            }
            Exit::from(error.kind()).into()
        }
        Err(_) => {
            report_bug(style);
            Exit::Internal.into()
        }
    }
}

/// What to do next when a job has not come to its end.
fn resume_hint(command: &Command) -> &'static str {
    match command {
        Command::Run(_) | Command::Dedup(_) => "; the same command goes on where this ended",
        _ => "",
    }
}

fn execute(command: &Command, style: Style) -> Result<Exit, Error> {
    match command {
        Command::Run(args) => commands::folder::run_command(args, style),
        Command::Dedup(args) => commands::folder::dedup_command(args, style),
        Command::Clean(args) => commands::clean::clean_command(args, style),
        Command::Verify(args) => commands::verify::verify_command(args, style),
        Command::Inspect(args) => commands::inspect::inspect_command(args),
        Command::Rules => commands::rules::rules_command(),
    }
}

fn report_bug(style: Style) {
    style.error(concat!(
        "this is a bug in gleaner ",
        env!("CARGO_PKG_VERSION"),
        "; please report it, with the command and the messages above"
    ));
}
