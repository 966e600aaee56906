//! What a run came to, in a few lines or as JSON.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use gleaner_corpus::InputSet;
use gleaner_pipeline::{Accounting, Estimate, Loss, Outliers, Plan, Report};
use serde_json::{Value, json};

use crate::display::message::plain;
use crate::size::Size;

/// The summary of `run` and `dedup` for reading.
pub(crate) fn run_summary(report: &Report, output: &Path, seconds: f64) -> String {
    let counts = &report.manifest.counts;
    let mut text = String::new();
    row(&mut text, "records in", counts.records, &skipped(counts));
    row(&mut text, "kept", counts.kept, &format!("{} of text", Size(counts.text_bytes)));
    row(&mut text, "removed", counts.removed, &removed(counts));
    if counts.removed_against > 0 {
        row(&mut text, "  against", counts.removed_against, "of them duplicate a document of an earlier run");
    }
    row(&mut text, "rejected", counts.rejected, &list(&counts.rejected_by_reason));
    if !counts.gaps.is_empty() {
        let detail = format!("{}; {} lost", list(&counts.gaps), Size(counts.gap_bytes));
        row(&mut text, "gaps", counts.gaps.values().sum(), &detail);
    }
    for (stage, label) in [("html", "blocks cut"), ("lines", "lines cut")] {
        if let Some(reasons) = counts.spans_by_reason.get(stage) {
            row(&mut text, label, reasons.values().sum(), &list(reasons));
        }
    }
    outliers(&mut text, &report.manifest.outliers);
    if report.already_done {
        let _ = writeln!(text, "{} holds this very run already; nothing was done", output.display());
    } else if seconds > 0.0 {
        let _ = writeln!(text, "{}", speed(report, seconds));
    }
    let _ = write!(text, "output in {}", output.display());
    text
}

/// Records of which a file or host must have lost half, and duplicates that a document must have, to be told of.
const MANY: u64 = 20;

/// What a person should look at: the manifest has more of each.
fn outliers(text: &mut String, outliers: &Outliers) {
    let Outliers { sources, hosts, clusters, .. } = outliers;
    for (what, losses) in [("file", sources), ("host", hosts)] {
        let much = |loss: &&Loss| loss.records >= MANY && 2 * (loss.removed + loss.rejected) >= loss.records;
        for loss in losses.iter().filter(much).take(3) {
            let Loss { name, records, removed, rejected, .. } = loss;
            let name = plain(name);
            let _ =
                writeln!(text, "{what} {name}: of {records} records {removed} removed, {rejected} rejected");
        }
    }
    if let Some(cluster) = clusters.first().filter(|cluster| cluster.duplicates >= MANY) {
        let (id, example) = (plain(&cluster.id), plain(&cluster.example));
        let _ = writeln!(text, "{} documents duplicate {id}, such as {example}", cluster.duplicates);
    }
}

fn speed(report: &Report, seconds: f64) -> String {
    let bytes: u64 = report.manifest.inputs.iter().map(|file| file.size).sum();
    let records = report.manifest.counts.records as f64 / seconds;
    let memory = report.peak_memory.map_or_else(String::new, |peak| format!(", peak memory {}", Size(peak)));
    let rate = bytes as f64 / 1e6 / seconds;
    format!("{seconds:.1} s, {records:.0} records/s, {rate:.1} MB/s of input as stored{memory}")
}

fn row(text: &mut String, label: &str, count: u64, detail: &str) {
    let detail = if detail.is_empty() { String::new() } else { format!("  ({detail})") };
    let _ = writeln!(text, "{label:<11}{count:>10}{detail}");
}

fn skipped(counts: &Accounting) -> String {
    if counts.skipped.is_empty() { String::new() } else { format!("no records: {}", list(&counts.skipped)) }
}

fn removed(counts: &Accounting) -> String {
    let stages = counts.removed_by_reason.iter();
    let rows = stages.flat_map(|(stage, reasons)| {
        reasons.iter().map(move |(reason, count)| (count, format!("{stage}/{reason}")))
    });
    join(rows.collect())
}

fn list(counts: &BTreeMap<String, u64>) -> String {
    join(counts.iter().map(|(name, count)| (count, name.clone())).collect())
}

/// The largest counts first, at most eight of them.
fn join(mut rows: Vec<(&u64, String)>) -> String {
    const SHOWN: usize = 8;
    rows.sort_by(|a, b| b.0.cmp(a.0).then_with(|| a.1.cmp(&b.1)));
    let more = rows.len().saturating_sub(SHOWN);
    let mut parts: Vec<String> =
        rows.iter().take(SHOWN).map(|(count, name)| format!("{name} {count}")).collect();
    if more > 0 {
        parts.push(format!("{more} more"));
    }
    parts.join(", ")
}

/// The summary of `run` and `dedup` as one JSON object.
pub(crate) fn json_summary(report: &Report, output: &Path, seconds: f64) -> Value {
    json!({
        "status": report.manifest.status,
        "limit": report.limit,
        "already_done": report.already_done,
        "output": output.to_string_lossy(),
        "counts": report.manifest.counts,
        "outliers": report.manifest.outliers,
        "seconds": seconds,
        "seconds_by_phase": report.seconds,
        "input_bytes": report.manifest.inputs.iter().map(|file| file.size).sum::<u64>(),
        "spilled_bytes": report.spilled_bytes,
        "peak_memory": report.peak_memory,
    })
}

/// A number with its noun, as people write them.
fn counted(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Seconds as people say them.
fn duration(seconds: f64) -> String {
    let minutes = seconds / 60.0;
    match seconds {
        ..1.5 => "a second".to_owned(),
        ..120.0 => format!("{seconds:.0} seconds"),
        ..7200.0 => format!("{minutes:.0} minutes"),
        _ => format!("{:.0} hours", minutes / 60.0),
    }
}

/// What `--dry-run` prints.
pub(crate) fn plan_text(plan: &Plan, inputs: &InputSet) -> String {
    let mut text = String::new();
    for (format, (files, bytes)) in &plan.inputs {
        let format = format.as_deref().unwrap_or("format known when read");
        let _ = writeln!(text, "{}, {} ({format})", counted(*files, "file"), Size(*bytes));
    }
    for (extension, files) in &inputs.ignored {
        let files = counted(*files, "file");
        let _ = writeln!(text, "{files} not read: extension `{extension}` is not known");
    }
    if inputs.repeated > 0 {
        let _ = writeln!(text, "{} paths were met again and are read once", inputs.repeated);
    }
    if let Some(Estimate { output_bytes, work_bytes, memory_bytes, seconds, .. }) = plan.estimate {
        let [output, work, memory] = [output_bytes, work_bytes, memory_bytes].map(Size);
        let time = duration(seconds);
        let _ = writeln!(text, "about {time}, {output} of output, {work} of work files, {memory} of memory");
    }
    if plan.earlier_documents > 0 {
        let _ = writeln!(text, "{} documents of earlier runs stay and come first", plan.earlier_documents);
    }
    if let Some(banding) = plan.banding {
        let _ = writeln!(
            text,
            "minhash: {} bands of {} rows; chance that a pair is compared:",
            banding.bands, banding.rows
        );
        for (jaccard, probability) in &plan.candidate_probability {
            let _ = writeln!(text, "  Jaccard {jaccard:.1}  {:6.2}%", probability * 100.0);
        }
    }
    text.trim_end().to_owned()
}
