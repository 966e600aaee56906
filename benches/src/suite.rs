//! One stage, measured at every size.

use std::cell::OnceCell;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};

use crate::inputs::{Input, sizes};

/// Criterion as all suites use it: ten samples, since a sample is a pass over a corpus, and no plots.
///
/// A stage takes two and a half seconds at each size, or eleven passes where these take longer.
pub fn configured() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2))
        .nresamples(10_000)
        .without_plots()
}

/// The stages of one crate, measured on the same documents.
pub struct Suite<'c, D: 'static> {
    criterion: &'c mut Criterion,
    documents: &'static [D],
}

impl<'c, D: Input> Suite<'c, D> {
    /// A suite over `documents`; over none it measures nothing.
    pub fn new(criterion: &'c mut Criterion, documents: &'static [D]) -> Suite<'c, D> {
        Suite { criterion, documents }
    }

    /// A stage that takes one document at a time.
    pub fn each<T>(&mut self, name: &str, mut work: impl FnMut(&D) -> T) -> &mut Self {
        self.all(
            name,
            |documents| documents,
            |documents| {
                for document in *documents {
                    black_box(work(black_box(document)));
                }
            },
        )
    }

    /// A stage that takes a whole corpus. What `prepare` makes of the documents is not measured, and made only when the
    /// stage is not filtered out.
    pub fn all<P, T>(
        &mut self,
        name: &str,
        prepare: impl Fn(&'static [D]) -> P,
        mut work: impl FnMut(&P) -> T,
    ) -> &mut Self {
        let mut group = self.criterion.benchmark_group(name);
        group.sampling_mode(SamplingMode::Flat);
        for size in sizes_up_to(self.documents.len()) {
            let documents = &self.documents[..size];
            let bytes = documents.iter().map(|document| document.bytes()).sum();
            group.throughput(Throughput::ElementsAndBytes { elements: size as u64, bytes });
            let prepared = OnceCell::new();
            group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
                let prepared = prepared.get_or_init(|| prepare(documents));
                bencher.iter(|| black_box(work(black_box(prepared))));
            });
        }
        group.finish();
        self
    }
}

/// The wanted sizes that are at hand; all there is in place of those that are not.
fn sizes_up_to(available: usize) -> Vec<usize> {
    let mut sizes: Vec<usize> = sizes().into_iter().map(|size| size.min(available)).collect();
    sizes.dedup();
    sizes.retain(|size| *size > 0);
    sizes
}
