//! `--dry-run`: what a run would read and how it would compare, without reading it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gleaner_corpus::{Format, InputSet};
use gleaner_dedup::Banding;

use crate::comparison::Comparison;
use crate::earlier::EarlierRun;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::settings::{Job, Resources, ResultOptions};
use crate::stages::Stages;

/// What a run would do.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Plan {
    /// Input files and their stored bytes by format; `None` is not known before reading.
    pub inputs: BTreeMap<Option<String>, (u64, u64)>,
    /// Bands and rows of the signatures, where duplicates are looked for by MinHash.
    pub banding: Option<Banding>,
    /// Probability that a pair of this Jaccard similarity is compared, from 0.1 to 1 by 0.1.
    pub candidate_probability: Vec<(f64, f64)>,
    /// What it will take with the resources given; `None` for `clean`, and where the size of an input is not known.
    pub estimate: Option<Estimate>,
    /// Documents of earlier runs that stay, and come before all of this one.
    pub earlier_documents: u64,
}

/// Checks the options and the earlier runs `against`, and looks at the inputs' names and sizes.
///
/// # Errors
/// [`ErrorKind::Usage`](crate::ErrorKind::Usage) for options or earlier runs that do not fit.
pub fn plan(
    job: Job,
    inputs: &InputSet,
    options: &ResultOptions,
    against: &[PathBuf],
    resources: Option<&Resources>,
) -> Result<Plan, Error> {
    Stages::new(job, options)?;
    let mut by_format: BTreeMap<Option<String>, (u64, u64)> = BTreeMap::new();
    for file in &inputs.files {
        let (files, bytes) = by_format.entry(file.format.map(format_name)).or_default();
        *files += 1;
        *bytes += file.size.unwrap_or(0);
    }
    let mut plan = Plan {
        inputs: by_format,
        banding: None,
        candidate_probability: Vec::new(),
        estimate: None,
        earlier_documents: 0,
    };
    if job != Job::Clean {
        plan.estimate = resources.and_then(|resources| Estimate::of(job, inputs, resources));
        let comparison = Comparison::new(options)?;
        let earlier = EarlierRun::open_all(against, None, &comparison.stated(options))?;
        plan.earlier_documents =
            earlier.iter().fold(0, |sum, run| sum.saturating_add(run.manifest.counts.kept));
        if comparison.is_exact() {
            return Ok(plan);
        }
        let banding = comparison.banding;
        let steps = (1..=10).map(|step| f64::from(step) / 10.0);
        plan.candidate_probability = steps.map(|j| (j, banding.candidate_probability(j))).collect();
        plan.banding = Some(banding);
    }
    Ok(plan)
}

fn format_name(format: Format) -> String {
    format!("{format:?}").to_lowercase()
}
