//! One stage, measured at every size.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Bencher, BenchmarkId, Criterion, SamplingMode, Throughput};

use crate::inputs::{Input, sizes};

/// Criterion as all suites use it: ten samples, since a sample is a pass over a corpus, and no plots.
///
/// A stage takes about three seconds at each size, or eleven passes where these take longer.
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
    ///
    /// Of more than 1,000 documents a sample takes every tenth, each sample others, and is scaled to all bytes: what does
    /// not look from one document to the next costs the same either way, and a pass may take half a minute.
    pub fn each<T>(&mut self, name: &str, mut work: impl FnMut(&D) -> T) -> &mut Self {
        let mut pass = 0;
        let mut sample = |documents: &[D], step: usize| {
            pass += 1;
            let start = Instant::now();
            let mut bytes = 0;
            for document in documents.iter().skip(pass % step).step_by(step) {
                black_box(work(black_box(document)));
                bytes += document.bytes();
            }
            start.elapsed().mul_f64(total_bytes(documents) as f64 / bytes.max(1) as f64)
        };
        self.sizes(name, |bencher, documents| {
            let step = if documents.len() > 1_000 { 10 } else { 1 };
            bencher.iter_custom(|passes| (0..passes).map(|_| sample(documents, step)).sum());
        })
    }

    /// A stage that takes a whole corpus. What `prepare` makes of the documents is not measured, and made only when the
    /// stage is not filtered out.
    pub fn all<P, T>(
        &mut self,
        name: &str,
        prepare: impl Fn(&'static [D]) -> P,
        mut work: impl FnMut(&P) -> T,
    ) -> &mut Self {
        let mut prepared: Option<(usize, P)> = None;
        self.sizes(name, |bencher, documents| {
            // Criterion asks twice for one size: to warm up, and to measure.
            let (_, prepared) = match prepared.take() {
                Some((size, made)) if size == documents.len() => prepared.insert((size, made)),
                _ => prepared.insert((documents.len(), prepare(documents))),
            };
            bencher.iter(|| black_box(work(black_box(prepared))));
        })
    }

    fn sizes(&mut self, name: &str, mut measure: impl FnMut(&mut Bencher<'_>, &'static [D])) -> &mut Self {
        let mut group = self.criterion.benchmark_group(name);
        group.sampling_mode(SamplingMode::Flat);
        for size in sizes_up_to(self.documents.len()) {
            let documents = &self.documents[..size];
            let bytes = total_bytes(documents);
            group.throughput(Throughput::ElementsAndBytes { elements: size as u64, bytes });
            group.bench_function(BenchmarkId::from_parameter(size), |bencher| measure(bencher, documents));
        }
        group.finish();
        self
    }
}

fn total_bytes<D: Input>(documents: &[D]) -> u64 {
    documents.iter().map(Input::bytes).sum()
}

/// The wanted sizes that are at hand; all there is in place of those that are not.
fn sizes_up_to(available: usize) -> Vec<usize> {
    let mut sizes: Vec<usize> = sizes().into_iter().map(|size| size.min(available)).collect();
    sizes.dedup();
    sizes.retain(|size| *size > 0);
    sizes
}
