//! `gleaner run` and `gleaner dedup`: the jobs that write a folder.

use std::time::Instant;

use gleaner_pipeline::{Error, ErrorKind, Job, Report, Settings, plan, run};

use crate::args::{
    DedupArgs, DisplayArgs, DuplicateArgs, FolderArgs, InputArgs, ResourceArgs, RunArgs, TextArgs,
};
use crate::config::Config;
use crate::display::{Progress, Style, json_summary, plan_text, print, run_summary, say};
use crate::exit::Exit;
use crate::resolve::{self, Groups};

/// The arguments of both jobs; `dedup` has no text options.
struct FolderJob<'a> {
    job: Job,
    input: &'a InputArgs,
    folder: &'a FolderArgs,
    text: Option<&'a TextArgs>,
    dedup: &'a DuplicateArgs,
    resources: &'a ResourceArgs,
    display: &'a DisplayArgs,
}

pub(crate) fn run_command(args: &RunArgs, style: Style) -> Result<Exit, Error> {
    let RunArgs { input, folder, text, dedup, resources, display } = args;
    FolderJob { job: Job::Run, input, folder, text: Some(text), dedup, resources, display }.execute(style)
}

pub(crate) fn dedup_command(args: &DedupArgs, style: Style) -> Result<Exit, Error> {
    let DedupArgs { input, folder, dedup, resources, display } = args;
    FolderJob { job: Job::Dedup, input, folder, text: None, dedup, resources, display }.execute(style)
}

impl FolderJob<'_> {
    fn execute(&self, style: Style) -> Result<Exit, Error> {
        let config = Config::read(self.input.config.as_deref())?;
        let groups = Groups { folder: Some(self.folder), text: self.text, dedup: Some(self.dedup) };
        let options = resolve::result_options(self.input, &groups, &config)?;
        let display = config.fill(self.display)?;
        let inputs = resolve::inputs(self.input, &options, self.folder.output.as_deref())?;
        let resources = resolve::resources(self.resources, &config)?;
        let limits = resolve::limits(self.folder, &config)?;
        let against = config.fill(self.dedup)?.against;
        if self.input.dry_run {
            resources.check(options.max_record_size)?;
            print(&plan_text(&plan(self.job, &inputs, &options, &against, Some(&resources))?, &inputs))?;
            return Ok(Exit::Done);
        }
        let Some(output) = self.folder.output.clone() else {
            return Err(Error::new(ErrorKind::Usage, "name an output folder with -o DIR"));
        };
        let settings = Settings {
            job: self.job,
            inputs,
            output,
            against,
            result: options,
            resources,
            limits,
            overwrite: self.folder.overwrite,
        };
        let progress = Progress::new(&display, style);
        let start = Instant::now();
        let report = run(&settings, &progress);
        progress.end();
        finish(&report?, &settings, &display, start.elapsed().as_secs_f64(), style)
    }
}

fn finish(
    report: &Report,
    settings: &Settings,
    display: &DisplayArgs,
    seconds: f64,
    style: Style,
) -> Result<Exit, Error> {
    if display.json {
        print(&json_summary(report, &settings.output, seconds).to_string())?;
    } else if !display.quiet {
        say(&run_summary(report, &settings.output, seconds));
    }
    match &report.limit {
        Some(limit) => {
            style.error(limit);
            Ok(Exit::Limit)
        }
        None => Ok(Exit::Done),
    }
}
