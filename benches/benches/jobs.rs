//! Whole jobs from input files to a finished output folder, on all cores: `gleaner-pipeline`.
//!
//! `run` is given a WARC of pages, `clean` and `dedup` JSON lines of texts; bytes are those of the pages and texts. At 10,000
//! documents, or at the sizes that `GLEANER_BENCH_DOCUMENTS` lists.

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use gleaner_benches::{configured, input_name, job_settings, job_sizes, write_input};
use gleaner_pipeline::{Job, Method, Silent, run};

/// Measures jobs that read the same input.
fn measure(criterion: &mut Criterion, jobs: &[(&str, Job, Method)]) {
    for size in job_sizes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let reads = jobs[0].1;
        let input = folder.path().join(input_name(reads));
        let written = write_input(reads, size, &input).expect("room for the input");
        for &(name, job, method) in jobs.iter().filter(|_| written.documents > 0) {
            let settings = job_settings(job, method, &input, &folder.path().join("out"));
            let mut group = criterion.benchmark_group(name);
            group.sampling_mode(SamplingMode::Flat);
            group.throughput(Throughput::ElementsAndBytes {
                elements: written.documents,
                bytes: written.bytes,
            });
            group.bench_function(BenchmarkId::from_parameter(written.documents), |bencher| {
                bencher.iter(|| run(&settings, &Silent).expect("a finished run"));
            });
        }
    }
}

fn of_pages(criterion: &mut Criterion) {
    measure(criterion, &[("job/run", Job::Run, Method::Minhash)]);
}

fn of_texts(criterion: &mut Criterion) {
    let jobs = [
        ("job/clean", Job::Clean, Method::Minhash),
        ("job/dedup-minhash", Job::Dedup, Method::Minhash),
        ("job/dedup-exact", Job::Dedup, Method::Exact),
    ];
    measure(criterion, &jobs);
}

criterion_group!(name = benches; config = configured(); targets = of_pages, of_texts);
criterion_main!(benches);
