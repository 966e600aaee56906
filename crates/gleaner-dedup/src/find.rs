//! Finding the duplicates among documents whose fingerprints or shingles are in memory.

use std::convert::Infallible;
use std::error::Error as StdError;

use crate::copies::first_copies;
use crate::counts::HashCounts;
use crate::frames::{FrameLearner, Frames};
use crate::keys::{Keys, band_hashes};
use crate::parallel;
use crate::resolve::{Documents, Listed, ResolveOptions, Standing, resolve};
use crate::shingles::Shingles;
use crate::similarity::Similarity;
use crate::sketcher::Fingerprint;
use crate::verify::Duplicate;
use crate::waiting::MemoryQueue;

/// Finds the duplicates among documents given in keep order: whichever comes first stays.
///
/// What comes out: for each document `None` when it is kept, else why not. The order of work:
/// 1. Exact copies collapse: a copy gets [`Measure::Exact`](crate::Measure::Exact) and the first of its kind, or, when
///    that one is itself removed, the verdict of that one.
/// 2. The others go through [`resolve`] by the keys of their bands.
///
/// `load(i)` must give the shingles of document `i` again. With the feature `rayon` it is called from several threads,
/// those of the pool in which this function is called. The result is the same.
///
/// `O(bands * n)` for the candidates, and at most `2 * max_candidates` comparisons a document. For memory see
/// [`memory_needed`](crate::memory_needed). Options that fail [`ResolveOptions::check`] are no error here: with a
/// threshold above 1 or none at all only exact copies are found, and with a bound of 0 nothing else.
///
/// # Errors
///
/// The error of `load` for the earliest document where it failed; nothing else.
pub fn find_duplicates<E: StdError + Send>(
    fingerprints: &[Fingerprint],
    options: &ResolveOptions,
    load: impl Fn(usize) -> Result<Shingles, E> + Sync,
) -> Result<Vec<Option<Duplicate>>, E> {
    let first = first_copies(fingerprints.iter().map(|fingerprint| fingerprint.content));
    let firsts: Vec<usize> = (0..first.len()).filter(|&document| first[document] == Some(document)).collect();
    let keys = firsts.iter().map(|&document| fingerprints[document].bands.len() as u64).sum();
    let counts = HashCounts::new(keys, u64::MAX);
    for &document in &firsts {
        counts.add(None, &band_hashes(&fingerprints[document].bands).collect::<Vec<_>>());
    }
    let frames = frames(fingerprints, &firsts, options);
    let keys = |document: usize, _| Ok((Keys::of_bands(&fingerprints[document].bands, &counts), None));
    decide(&first, firsts.iter().map(|&document| (document, 0)), options, &frames, &InMemory { keys, load })
}

/// Finds all duplicates among documents given in keep order, of which `load(i)` gives the shingles: no kept document is a
/// duplicate of an earlier one, and every removal names a kept one before it. The fingerprints may be without bands.
///
/// As [`find_duplicates`], but complete: candidates share one of the rarest shingles, and nothing is bounded. `load` is
/// called at least twice a document. Time is near linear on ordinary corpora, and quadratic in the worst case: for many
/// kept documents each of which has no few words in a row of its own, but such as all of them have.
///
/// ```
/// use gleaner_dedup::{Measure, ResolveOptions, Shingler, find_all_duplicates};
/// use std::convert::Infallible;
///
/// let texts = ["one two three four five six", "Six words or more, none of them before", "ONE, two, three, four, five, six!"];
/// let options = ResolveOptions::default();
/// let shingler = Shingler::new(options.similarity.shingle_options())?;
/// let fingerprints: Vec<_> = texts.iter().map(|text| shingler.clone().fingerprint(text)).collect();
/// let load = |index: usize| Ok::<_, Infallible>(shingler.clone().shingles(texts[index]));
/// let verdicts = find_all_duplicates(&fingerprints, &options, load)?;
/// assert!(verdicts[0].is_none() && verdicts[1].is_none());
/// assert_eq!(verdicts[2].as_ref().map(|copy| (copy.of, copy.measure)), Some((0, Measure::Exact)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The error of `load` for the earliest document where it failed; nothing else.
pub fn find_all_duplicates<E: StdError + Send>(
    fingerprints: &[Fingerprint],
    options: &ResolveOptions,
    load: impl Fn(usize) -> Result<Shingles, E> + Sync,
) -> Result<Vec<Option<Duplicate>>, E> {
    let first = first_copies(fingerprints.iter().map(|fingerprint| fingerprint.content));
    let firsts: Vec<usize> = (0..first.len()).filter(|&document| first[document] == Some(document)).collect();
    let sizes = parallel::map(&firsts, |&document| load(document).map(|shingles| shingles.len() as u64));
    let sizes = sizes.into_iter().collect::<Result<Vec<u64>, E>>()?;
    let counts = HashCounts::new(sizes.iter().sum(), u64::MAX);
    let counted = parallel::map(&firsts, |&document| {
        counts.add(None, load(document)?.as_slice());
        Ok(())
    });
    counted.into_iter().collect::<Result<(), E>>()?;
    let frames = frames(fingerprints, &firsts, options);
    let keys = |document: usize, page| {
        let (shingles, similarity) = (load(document)?, &options.similarity);
        let keys = match similarity {
            Similarity::Jaccard { .. } => Keys::of_prefix(shingles.as_slice(), &counts, similarity),
            Similarity::Coverage(_) => Keys::of_content(&shingles, &counts, similarity, &frames, page),
        };
        Ok((keys, Some(shingles)))
    };
    let listed = firsts.iter().zip(sizes).map(|(&document, size)| (document, 8 * size));
    decide(&first, listed, options, &frames, &InMemory { keys, load: &load })
}

/// The frames of the sites of the documents `firsts`.
fn frames(fingerprints: &[Fingerprint], firsts: &[usize], options: &ResolveOptions) -> Frames {
    if matches!(options.similarity, Similarity::Jaccard { .. }) {
        return Frames::default();
    }
    let pages =
        firsts.iter().zip(0..).filter_map(|(&document, page)| Some((fingerprints[document].site?, page)));
    let mut pages: Vec<(u64, u64)> = pages.collect();
    parallel::sort(&mut pages);
    let mut learner = FrameLearner::default();
    for (site, page) in pages {
        learner.page(site, page, &fingerprints[firsts[page as usize]].lines);
    }
    learner.finish()
}

/// Documents of which a caller's functions know all.
struct InMemory<K, L> {
    keys: K,
    load: L,
}

impl<E, K, L> Documents for InMemory<K, L>
where
    E: Send,
    K: Fn(usize, u64) -> Result<(Keys, Option<Shingles>), E> + Sync,
    L: Fn(usize) -> Result<Shingles, E> + Sync,
{
    type From = ();
    type Error = Failure<E>;

    fn keys(&self, listed: &Listed<()>, page: u64) -> Result<(Keys, Option<Shingles>), Failure<E>> {
        (self.keys)(listed.document as usize, page).map_err(Failure)
    }

    fn shingles(&self, document: u64) -> Result<Shingles, Failure<E>> {
        (self.load)(document as usize).map_err(Failure)
    }
}

/// A caller's error; the queue has none.
struct Failure<E>(E);

impl<E> From<Infallible> for Failure<E> {
    fn from(never: Infallible) -> Failure<E> {
        match never {}
    }
}

/// The verdicts of all documents from those of `firsts`, the first of each kind with about what its shingles take.
fn decide<E: Send, K, L>(
    first: &[Option<usize>],
    firsts: impl Iterator<Item = (usize, u64)>,
    options: &ResolveOptions,
    frames: &Frames,
    documents: &InMemory<K, L>,
) -> Result<Vec<Option<Duplicate>>, E>
where
    K: Fn(usize, u64) -> Result<(Keys, Option<Shingles>), E> + Sync,
    L: Fn(usize) -> Result<Shingles, E> + Sync,
{
    let mut verdicts = vec![None; first.len()];
    let list = firsts.map(|(document, bytes)| {
        Ok(Listed { document: document as u64, bytes, from: (), standing: Standing::Open })
    });
    let tell = |document: u64, verdict| {
        verdicts[document as usize] = verdict;
        Ok(())
    };
    resolve(list, documents, frames, &mut MemoryQueue::default(), options, tell)
        .map_err(|Failure(error)| error)?;
    for (document, first) in first.iter().enumerate() {
        if let Some(first) = first.filter(|&first| first != document) {
            verdicts[document] = verdicts[first].clone().or_else(|| Some(Duplicate::exact(first as u64)));
        }
    }
    Ok(verdicts)
}
