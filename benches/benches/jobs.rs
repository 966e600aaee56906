//! Whole jobs from input files to a finished output folder, on all cores.

use std::ffi::OsString;
use std::path::Path;
use std::thread;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gleaner_benches::{corpus, pages, total_bytes, write_jsonl};
use gleaner_corpus::{InputOptions, OutputFormat, resolve_inputs};
use gleaner_pipeline::{Job, Limits, Resources, ResultOptions, Settings, Silent, run};

fn settings(job: Job, input: &Path, output: &Path) -> Settings {
    let inputs =
        resolve_inputs(&[OsString::from(input)], &InputOptions::default()).expect("the input just written");
    Settings {
        against: Vec::new(),
        job,
        inputs,
        output: output.to_path_buf(),
        result: ResultOptions { format: OutputFormat::Jsonl, ..ResultOptions::default() },
        resources: Resources {
            threads: thread::available_parallelism().map_or(1, usize::from),
            memory: 8 << 30,
            tmp: None,
            peak_memory: || None,
        },
        limits: Limits::default(),
        overwrite: true,
    }
}

fn dedup(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("dedup");
    group.sample_size(10);
    for documents in [10_000, 100_000] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let input = folder.path().join("corpus.jsonl");
        let bytes = write_jsonl(&corpus(documents), &input).expect("room for the corpus");
        let settings = settings(Job::Dedup, &input, &folder.path().join("out"));
        group.throughput(Throughput::Bytes(bytes));
        group.bench_function(BenchmarkId::from_parameter(documents), |bencher| {
            bencher.iter(|| run(&settings, &Silent).expect("a run"));
        });
    }
    group.finish();
}

fn run_on_pages(criterion: &mut Criterion) {
    let documents = 2_000;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let input = folder.path().join("pages.jsonl");
    let pages = pages(documents);
    let lines =
        pages.iter().enumerate().map(|(id, html)| serde_json::json!({"id": id, "html": html}).to_string());
    std::fs::write(&input, lines.collect::<Vec<_>>().join("\n")).expect("room for the pages");
    let settings = settings(Job::Run, &input, &folder.path().join("out"));
    let mut group = criterion.benchmark_group("run");
    group.sample_size(10).throughput(Throughput::Bytes(total_bytes(&pages)));
    group.bench_function(BenchmarkId::from_parameter(documents), |bencher| {
        bencher.iter(|| run(&settings, &Silent).expect("a run"));
    });
    group.finish();
}

criterion_group!(jobs, dedup, run_on_pages);
criterion_main!(jobs);
