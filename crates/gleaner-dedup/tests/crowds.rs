//! Many documents that meet in one place stay cheap.

use std::sync::atomic::{AtomicUsize, Ordering};

use gleaner_dedup::{
    Fingerprint, ResolveOptions, Shingler, Shingles, SketchOptions, Sketcher, find_all_duplicates,
    find_duplicates,
};
use gleaner_text::hash64;

use crate::corpus::templated;
use crate::{Run, resolve_options, shingle_options, sketch_options};

/// Loads made while resolving.
fn loads(
    fingerprints: &[Fingerprint],
    options: &ResolveOptions,
    shingles: impl Fn(usize) -> Shingles + Sync,
) -> usize {
    let loads = AtomicUsize::new(0);
    let load = |index: usize| {
        loads.fetch_add(1, Ordering::Relaxed);
        Ok::<_, std::convert::Infallible>(shingles(index))
    };
    find_duplicates(fingerprints, options, load).unwrap();
    loads.into_inner()
}

#[test]
fn equal_documents_are_not_even_loaded() {
    let mut sketcher = Sketcher::new(shingle_options(), sketch_options()).unwrap();
    let fingerprints = vec![sketcher.fingerprint("the same text all over again, and again"); 100_000];
    let none = |_| -> Result<Shingles, std::convert::Infallible> { unreachable!() };
    let verdicts = find_duplicates(&fingerprints, &resolve_options(), none).unwrap();
    assert!(verdicts[0].is_none());
    assert!(verdicts[1..].iter().all(|verdict| verdict.as_ref().is_some_and(|found| found.of == 0)));
}

#[test]
fn templated_pages_stay_and_cost_a_bounded_number_of_loads() {
    let pages: Vec<String> = templated(6_000).collect();
    // Whether all pages agree in a band is up to the seed.
    let sketched = |seed| {
        let sketch = SketchOptions { seed, ..sketch_options() };
        Run::sketched(&pages, sketch, &resolve_options())
    };
    let run = (1..20).map(sketched).find(is_crowded).expect("no bucket is crowded");
    assert!(run.verdicts.iter().all(Option::is_none), "{:?}", run.shingles[0].jaccard(&run.shingles[1]));
    let roomy = resolve_options();
    let once = loads(&run.fingerprints, &roomy, |page| run.shingles[page].clone());
    assert!((1_000..=6_000).contains(&once), "{once} loads");
    // Without a cache every comparison loads, and there are no more than the options allow.
    let tight = ResolveOptions { cache_bytes: 0, max_candidates: 4, ..resolve_options() };
    let loads = loads(&run.fingerprints, &tight, |page| run.shingles[page].clone());
    assert!(loads <= 6_000 * (3 + 2 * 4), "{loads} loads");
}

/// Whether more than a tenth of the documents agree with the first in some band.
fn is_crowded(run: &Run) -> bool {
    let crowd = |band: usize| {
        let first = run.fingerprints[0].bands[band];
        run.fingerprints.iter().filter(|print| print.bands[band] == first).count()
    };
    (0..16).any(|band| crowd(band) * 10 > run.fingerprints.len())
}

/// Fingerprints that agree in every band with texts that agree in nothing.
#[test]
fn crafted_band_keys() {
    let print = |index: u128| Fingerprint {
        content: Some(index),
        bands: vec![7; 16].into(),
        ..Fingerprint::default()
    };
    let fingerprints: Vec<_> = (0..50_000).map(print).collect();
    let options = resolve_options();
    let loads = loads(&fingerprints, &options, |index| Shingles::from_hashes(vec![index as u64]));
    assert!(loads <= 50_000 * 3, "{loads} loads");
}

/// The pages of a template have their copies too, and the crowd does not hide them.
#[test]
fn copies_are_found_in_a_crowd() {
    let mut pages: Vec<String> = templated(3_000).collect();
    pages.extend(templated(3_000).step_by(3).map(|page| page + "read more here"));
    let run = Run::new(&pages);
    run.check(0.8);
    let found = run.verdicts[3_000..].iter().enumerate();
    let found = found
        .filter(|(copy, verdict)| verdict.as_ref().is_some_and(|found| found.of == *copy as u64 * 3))
        .count();
    assert!(found >= 970, "{found} of 1000 copies");
}

#[test]
fn a_small_cache_changes_nothing() {
    let texts = crate::corpus::documents(11, 1_500);
    let whole = Run::new(&texts);
    for cache_bytes in [0, 1_000, 50_000] {
        let options = ResolveOptions { cache_bytes, ..resolve_options() };
        assert!(Run::with(&texts, &options).verdicts == whole.verdicts, "{cache_bytes} bytes");
    }
}

/// Pages of a template that are not similar enough cost the exact method no comparison, and hardly more time each when
/// there are more.
#[test]
fn templated_pages_are_ruled_out_together() {
    let hashes = |page: u64| {
        let frame = (0..60u64).map(|shingle| hash64(&shingle.to_le_bytes()));
        let own = (0..16u64).map(|shingle| hash64(&(1_000 + page * 16 + shingle).to_le_bytes()));
        Shingles::from_hashes(frame.chain(own).collect())
    };
    let loads = AtomicUsize::new(0);
    let pages = 30_000;
    let content = |page| Fingerprint { content: Some(page), ..Fingerprint::default() };
    let fingerprints: Vec<_> = (0..pages).map(content).collect();
    let load = |page: usize| {
        loads.fetch_add(1, Ordering::Relaxed);
        Ok::<_, std::convert::Infallible>(hashes(page as u64))
    };
    let start = std::time::Instant::now();
    let verdicts = find_all_duplicates(&fingerprints, &resolve_options(), load).unwrap();
    assert!(verdicts.iter().all(Option::is_none));
    // Sizes, counts and keys; none for a comparison.
    assert_eq!(loads.into_inner() as u128, 3 * pages);
    // One by one there would be 450 million candidates.
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

/// Pages that share most of their middle, or their beginning, and are no duplicates, are told apart without being compared
/// with one another.
#[test]
fn pages_with_a_long_part_of_their_own_are_not_compared() {
    let options = ResolveOptions::default();
    let mut shingler = Shingler::new(options.similarity.shingle_options()).unwrap();
    let words = |letter: char, from: usize, count: usize| -> String {
        (from..from + count).map(|word| format!("{letter}{} ", spelt(word))).collect()
    };
    let middle = |page: usize| words('a', page * 30, 30) + &words('t', 0, 120) + &words('b', page * 30, 30);
    let begin = |page: usize| words('t', 0, 100) + &words('a', page * 100, 100);
    let pages = 2_000;
    for page in [&middle as &dyn Fn(usize) -> String, &begin] {
        let shingles: Vec<Shingles> = (0..pages).map(|number| shingler.shingles(&page(number))).collect();
        let content = |page| Fingerprint { content: Some(page), ..Fingerprint::default() };
        let fingerprints: Vec<_> = (0..pages as u128).map(content).collect();
        let loads = AtomicUsize::new(0);
        let load = |page: usize| {
            loads.fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::convert::Infallible>(shingles[page].clone())
        };
        // Without a cache every comparison loads.
        let options = ResolveOptions { cache_bytes: 0, ..options.clone() };
        let verdicts = find_all_duplicates(&fingerprints, &options, load).unwrap();
        assert!(verdicts.iter().all(Option::is_none));
        // Sizes, counts and keys; there are two million pairs.
        let compared = loads.into_inner() - 3 * pages;
        assert!(compared < 8 * pages, "{compared} loads for comparisons");
    }
}

/// A number in letters, since digits are masked.
fn spelt(number: usize) -> String {
    number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'k')).collect()
}
