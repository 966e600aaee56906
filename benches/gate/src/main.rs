//! Runs one stage on a fixed input, so that `valgrind --tool=callgrind` can count its instructions.
//!
//! `.ci/gate` is what people call; `README.md` beside this says how it works. This program knows nothing of counts,
//! budgets or baselines: it makes the inputs, names the stages and runs one.
//!
//! ```text
//! gleaner-gate prepare INPUTS              writes the inputs into the folder
//! gleaner-gate list                        stage, what is counted (call or process), input files
//! gleaner-gate run STAGE INPUTS OUT        runs a stage; prints a number that says what it did
//!     --more PERCENT                       on so many more bytes of input: a planted slowdown
//!     --only-setup                         without the work
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a program")]

mod inputs;
mod jobs;
mod stages;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::inputs::Inputs;
use crate::stages::{Counted, STAGES, Stage, Work};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USAGE: &str =
    "usage: gleaner-gate prepare INPUTS | list | run STAGE INPUTS OUT [--more PERCENT] [--only-setup]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["prepare", folder] => inputs::prepare(Path::new(folder)),
        ["list"] => list(),
        ["run", stage, inputs, out, ref options @ ..] => {
            run(stage, Path::new(inputs), Path::new(out), options)
        }
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gleaner-gate: {error}");
            ExitCode::FAILURE
        }
    }
}

fn list() -> Result<()> {
    for Stage { name, counted, files, .. } in STAGES {
        println!("{name}\t{counted}\t{}", files.join(","));
    }
    Ok(())
}

fn run(name: &str, inputs: &Path, out: &Path, options: &[&str]) -> Result<()> {
    let stage = STAGES.iter().find(|stage| stage.name == name).ok_or("no such stage: see `list`")?;
    let (mut more, mut only_setup) = (0.0, false);
    let mut options = options.iter();
    while let Some(&option) = options.next() {
        match option {
            "--more" => more = options.next().ok_or(USAGE)?.parse()?,
            "--only-setup" => only_setup = true,
            _ => return Err(USAGE.into()),
        }
    }
    // What asks for a pool gets this thread: callgrind collects by thread.
    rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global()?;
    let inputs = Inputs { folder: inputs.to_path_buf(), more: more / 100.0, out: PathBuf::from(out) };
    let mut work = (stage.prepare)(&inputs)?;
    if let Counted::Call = stage.counted {
        // Tables that are made at their first use are no part of the work.
        work()?;
    }
    if !only_setup {
        println!("{}", gleaner_gate_collected(&mut work)?);
    }
    Ok(())
}

/// Callgrind counts from its call to its return; `.ci/gate` knows it by name.
#[inline(never)]
fn gleaner_gate_collected(work: &mut Work) -> Result<u64> {
    std::hint::black_box(work())
}
