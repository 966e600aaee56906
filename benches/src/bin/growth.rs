//! How the cost of whole jobs grows with the corpus: `growth [OPTIONS]`, see [`USAGE`].
//!
//! Each measurement is a process of its own, so that its CPU time and its peak memory are those of one job alone. The
//! input is the synthetic corpus, or what `GLEANER_BENCH_CORPUS` names; it is written for one size at a time and removed.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use gleaner_benches::{Fit, Written, hold, input_name, job_settings, write_input};
use gleaner_pipeline::{Job, Method, Silent, run};
use serde::{Deserialize, Serialize};

const USAGE: &str = "\
usage: growth [OPTIONS]
  --jobs LIST          of run, clean, dedup and dedup-exact; default run,clean,dedup
  --sizes LIST         documents; default 10000,30000,100000
  --max N              goes on from the largest size by factors of about three, to N
  --repeats N          measurements at each size; default 3
  --work FOLDER        where inputs and outputs are written; default: the folder of temporary files
  --max-exponent X     fails when the time of a job grows with more than this power of its bytes";

/// Ticks of `/proc/PID/stat` in a second, which Linux fixes for programs on every platform.
const TICKS: f64 = 100.0;

#[derive(Debug)]
struct Options {
    jobs: Vec<String>,
    sizes: Vec<usize>,
    repeats: usize,
    work: PathBuf,
    max_exponent: Option<f64>,
}

/// What one job cost.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Cost {
    cpu: f64,
    wall: f64,
    memory: u64,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        // The process that a measurement is made in.
        Some((first, [job, input, output])) if first == "--measure" => {
            measure(job, input.as_ref(), output.as_ref())
        }
        _ => match Options::parse(arguments.into_iter()) {
            Some(options) => grow(&options),
            None => Err(USAGE.into()),
        },
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&error.to_string());
            ExitCode::from(2)
        }
    }
}

impl Options {
    fn parse(mut given: impl Iterator<Item = String>) -> Option<Options> {
        let list = |list: &str| list.split(',').map(str::to_owned).collect::<Vec<_>>();
        let mut options = Options {
            jobs: list("run,clean,dedup"),
            sizes: vec![10_000, 30_000, 100_000],
            repeats: 3,
            work: std::env::temp_dir(),
            max_exponent: None,
        };
        let mut most = 0;
        while let Some(flag) = given.next() {
            let value = given.next()?;
            match flag.as_str() {
                "--jobs" => options.jobs = list(&value),
                "--sizes" => {
                    options.sizes = list(&value).iter().map(|n| n.parse().ok()).collect::<Option<_>>()?
                }
                "--max" => most = value.parse().ok()?,
                "--repeats" => options.repeats = value.parse().ok()?,
                "--work" => options.work = PathBuf::from(value),
                "--max-exponent" => options.max_exponent = Some(value.parse().ok()?),
                _ => return None,
            }
        }
        options.jobs.iter().all(|name| job(name).is_some()).then_some(())?;
        options.sizes.sort_unstable();
        options.sizes.extend(further(options.sizes.last().copied()?, most));
        Some(options)
    }
}

/// The sizes after `last`, up to and with `most`.
fn further(last: usize, most: usize) -> Vec<usize> {
    let next = |size: &usize| (*size < most).then(|| if *size * 4 > most { most } else { *size * 3 });
    std::iter::successors(Some(last), next).skip(1).collect()
}

fn job(name: &str) -> Option<(Job, Method)> {
    Some(match name {
        "run" => (Job::Run, Method::Minhash),
        "clean" => (Job::Clean, Method::Minhash),
        "dedup" => (Job::Dedup, Method::Minhash),
        "dedup-exact" => (Job::Dedup, Method::Exact),
        _ => return None,
    })
}

/// Measures all jobs at all sizes; whether every exponent of time is small enough.
fn grow(options: &Options) -> Result<bool, Box<dyn Error>> {
    print("| job | documents | MB | CPU s | wall s | peak MB | MB/CPU-s |\n|---|---|---|---|---|---|---|");
    hold(options.sizes.last().copied().unwrap_or(0));
    let mut fits = Vec::new();
    for name in &options.jobs {
        let mut points: Vec<(Written, Cost)> = Vec::new();
        for &size in &options.sizes {
            let measured = points.last().map_or(0, |(written, _)| written.documents);
            points.extend(at_size(name, size, measured, options)?);
        }
        fits.push((name, points));
    }
    print("\n| job | time grows with bytes to the | memory to the |\n|---|---|---|");
    let mut small_enough = true;
    for (name, points) in fits {
        let fit = |cost: fn(&Cost) -> f64| {
            let points: Vec<_> = points.iter().map(|(written, c)| (written.bytes as f64, cost(c))).collect();
            Fit::of(&points)
        };
        let (time, memory) = (fit(|cost| cost.cpu), fit(|cost| cost.memory as f64));
        let power = |fit: Option<Fit>| match fit {
            Some(fit) => format!("{:.3} ± {:.3}", fit.exponent, fit.error),
            None => "two sizes or more are needed".to_owned(),
        };
        print(&format!("| {name} | {} | {} |", power(time), power(memory)));
        small_enough &=
            options.max_exponent.is_none_or(|most| time.is_some_and(|time| time.exponent <= most));
    }
    Ok(small_enough)
}

/// The costs of a job at one size, each measurement a row of the table; none where there are no more documents than were
/// `measured`.
fn at_size(
    name: &str,
    size: usize,
    measured: u64,
    options: &Options,
) -> Result<Vec<(Written, Cost)>, Box<dyn Error>> {
    let (kind, _) = job(name).ok_or(USAGE)?;
    let folder = tempfile::tempdir_in(&options.work)?;
    let input = folder.path().join(input_name(kind));
    let written = write_input(kind, size, &input)?;
    if written.documents < size as u64 {
        say(&format!("{name}: {} documents are all there are, not {size}", written.documents));
    }
    if written.documents <= measured {
        return Ok(Vec::new());
    }
    let mut costs = Vec::new();
    for _ in 0..options.repeats {
        let output = folder.path().join("out");
        let child = Command::new(std::env::current_exe()?)
            .args(["--measure", name])
            .args([&input, &output])
            .output()?;
        if !child.status.success() {
            return Err(format!(
                "{name} of {size} documents failed: {}",
                String::from_utf8_lossy(&child.stderr)
            )
            .into());
        }
        let cost: Cost = serde_json::from_slice(&child.stdout)?;
        fs::remove_dir_all(&output)?;
        let megabytes = written.bytes as f64 / 1e6;
        print(&format!(
            "| {name} | {} | {megabytes:.0} | {:.1} | {:.1} | {:.0} | {:.1} |",
            written.documents,
            cost.cpu,
            cost.wall,
            cost.memory as f64 / 1e6,
            megabytes / cost.cpu
        ));
        costs.push((written, cost));
    }
    Ok(costs)
}

/// Runs a job in this process and prints what it cost.
fn measure(name: &str, input: &Path, output: &Path) -> Result<bool, Box<dyn Error>> {
    let (job, method) = job(name).ok_or(USAGE)?;
    let settings = job_settings(job, method, input, output);
    let start = Instant::now();
    run(&settings, &Silent)?;
    let wall = start.elapsed().as_secs_f64();
    let cost = Cost { cpu: cpu_seconds()?, wall, memory: peak_memory()? };
    print(&serde_json::to_string(&cost)?);
    Ok(true)
}

/// CPU time of this process so far, of user and system.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The second field is the program's name in parentheses, in which there may be spaces.
    let fields = stat.rsplit_once(')').map(|(_, fields)| fields).ok_or("/proc/self/stat has another form")?;
    let ticks =
        |at: usize| fields.split_ascii_whitespace().nth(at).and_then(|field| field.parse::<u64>().ok());
    let (user, system) = ticks(11).zip(ticks(12)).ok_or("/proc/self/stat has another form")?;
    Ok((user + system) as f64 / TICKS)
}

/// Peak resident memory of this process in bytes.
fn peak_memory() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib =
        line.and_then(|line| line.split_ascii_whitespace().next()).ok_or("/proc/self/status has no VmHWM")?;
    Ok(kib.parse::<u64>()? * 1024)
}

#[allow(clippy::print_stdout)]
fn print(line: &str) {
    println!("{line}");
}

#[allow(clippy::print_stderr)]
fn say(message: &str) {
    eprintln!("{message}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_go_on_to_the_largest() {
        assert_eq!(further(100_000, 1_000_000), [300_000, 1_000_000]);
        assert!(further(100_000, 100_000).is_empty() && further(10_000, 0).is_empty());
    }

    #[test]
    fn options_are_read_and_unknown_jobs_refused() {
        let parse = |given: &[&str]| Options::parse(given.iter().map(|given| (*given).to_owned()));
        let options = parse(&["--jobs", "dedup", "--sizes", "30,10", "--max", "100"]).unwrap();
        assert_eq!((options.sizes, options.repeats), (vec![10, 30, 100], 3));
        assert!(parse(&["--jobs", "extract"]).is_none() && parse(&["--sizes"]).is_none());
    }

    #[test]
    fn this_process_has_cost_something() {
        assert!(cpu_seconds().unwrap() >= 0.0 && peak_memory().unwrap() > 1 << 16);
    }
}
