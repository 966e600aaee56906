//! What `verify` came to, in a few lines or as JSON.

use std::fmt::Write;

use gleaner_pipeline::{SampledRecall, Status, Verification};
use serde_json::{Value, json};

/// For reading.
pub(crate) fn verification_summary(verified: &Verification, seconds: f64) -> String {
    let Verification { manifest, counts, witnesses, findings_by_check, .. } = verified;
    let mut text = String::new();
    let mut row = |label: &str, count: u64, detail: &str| {
        let _ = writeln!(text, "{label:<11}{count:>10}  {detail}");
    };
    row("files", manifest.outputs.len() as u64, "sizes and digests");
    row("kept", counts.kept, "documents in data/");
    row("removed", counts.removed, "documents in removed/");
    row("rejected", counts.rejected, "records in rejects.parquet");
    row("witnesses", *witnesses, "compared with the documents that they removed");
    for (run, removed) in &verified.elsewhere {
        row(
            "unchecked",
            *removed,
            &format!("duplicates of documents of run {run}: name its folder with --against"),
        );
    }
    if let Some(recall) = &verified.recall {
        row("sampled", recall.sampled, &recall_text(recall));
    }
    for (check, count) in findings_by_check {
        row(check, *count, "findings");
    }
    if manifest.status == Status::Limit {
        let _ = writeln!(text, "the run passed a limit, as its manifest states");
    }
    let sound = if verified.is_sound() { "nothing is wrong" } else { "not sound" };
    let _ = write!(text, "{sound}; {seconds:.1} s");
    text
}

fn recall_text(recall: &SampledRecall) -> String {
    let SampledRecall { due, found, missed, undecided, low, high, .. } = recall;
    let undecided = if *undecided > 0 { format!(", {undecided} too crowded to say") } else { String::new() };
    let interval = format!("95% interval {:.2}% to {:.2}%", low * 100.0, high * 100.0);
    format!("of {due} near-duplicates due {found} removed, {missed} missed{undecided}: {interval}")
}

/// As one JSON object.
pub(crate) fn verification_json(verified: &Verification, seconds: f64) -> Value {
    json!({
        "sound": verified.is_sound(),
        "status": verified.manifest.status,
        "counts": verified.counts,
        "witnesses": verified.witnesses,
        "unchecked": verified.elsewhere,
        "recall": verified.recall,
        "findings_by_check": verified.findings_by_check,
        "findings": verified.findings,
        "seconds": seconds,
    })
}
