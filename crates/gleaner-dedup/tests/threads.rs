//! The number of threads does not show in the result.

use gleaner_dedup::ResolveOptions;

use crate::corpus::documents;
use crate::{Run, resolve, resolve_all, resolve_options};

#[test]
fn any_number_of_threads_gives_the_same() {
    let run = Run::new(&documents(12, 4_000));
    let all = resolve_all(&run.fingerprints, &run.shingles, &resolve_options());
    for threads in [1, 2, 3, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        for cache_bytes in [0, 64 << 20] {
            let options = ResolveOptions { cache_bytes, ..resolve_options() };
            let verdicts = pool.install(|| resolve(&run.fingerprints, &run.shingles, &options));
            assert!(verdicts == run.verdicts, "{threads} threads, {cache_bytes} bytes");
            let verdicts = pool.install(|| resolve_all(&run.fingerprints, &run.shingles, &options));
            assert!(verdicts == all, "exact, {threads} threads, {cache_bytes} bytes");
        }
    }
}
